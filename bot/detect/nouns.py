"""Transfers whose nucleus is a noun: "arms sales to …", "shipment of rockets from …"."""

from __future__ import annotations

from bot.detect.clauses import clause, phase_of, undone
from bot.detect.embargoes import CIVIL, embargo
from bot.detect.goods import categories, makers
from bot.detect.mention import Mention
from bot.detect.origins import origin, possessor
from bot.detect.parties import FROM, TO, actor, group, is_group, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words
from bot.model import Phase

# Verbs that carry a noun: "made a first arms delivery", "approves a sale".
SUPPORT = words(
    "make made makes making complete completed completes conclude concluded carry carried begin began begun start "
    "started continue continued approve approved approves increase increased announce announced announces resume "
    "resumed resumes puts put clear clears cleared sign signs signed ink inks plan plans planned planning lift lifts "
    "pledge pledges pledged promise promises push prepare prepares authorise authorised authorize authorized offer "
    "offers offered green-lights has had"
)
_GETTING = words("purchase acquisition procurement buy import order")
# They may name a transfer without a word for the goods, where the story has told of it.
_BARE = words(
    "shipment shipments delivery deliveries supplies transfer transfers sale sales consignment transaction"
    " licence licences license licenses"
)
_MAKING = words("firm company maker manufacturer shipbuilder shipyard contractor giant supplier planemaker producer")
_GOVERNING = words("on for governing of about")
_RULES = words("rules rule law laws policy policies principles guidelines legislation treaty regime curbs controls")
_WINNING = words("win wins won clinch clinches clinched bag bags bagged land lands landed book books booked")
_CHIEF = words("main among biggest largest chief principal top leading")
_MAY = words("could can may might would will")
_UNDER = words("under through via amid")


def noun_mention(row: list[Token], i: int, word: TransferWord, arms: list[int]) -> Mention | None:
    """ "arms sales to X", "shipment of rockets from Y", "X's weapons deliveries"."""
    if i and (row[i - 1].low in CIVIL or (row[i - 1].low == "to" and row[i].low in {"license", "licence"})):
        return None
    if i > 1 and row[i - 1].low in _GOVERNING and any(token.low in _RULES for token in row[max(0, i - 3) : i - 1]):
        return None  # "rules on transfers of arms"
    left, right = clause(row, i)
    if word.frame == "request":
        return _request(row, i, word, arms, left, right)
    if word.frame == "embargo":
        return embargo(row, i, word, arms, left, right)
    before = [j for j in arms if left <= j and i - 4 <= j < i and not _is_apart(row, j, i)]
    after = [j for j in arms if i < j < right and j <= i + 9 and _is_about(row, i, j)]
    goods = before or ([i] if i in arms else []) or after
    bare = not goods and ((word.frame == "give" and row[i].low in _BARE) or _is_main_supplier(row, i, word))
    if not goods and not bare:
        return None
    if bare and any(token.low in {"any", "no", "such"} for token in row[max(0, i - 3) : i]):
        return None
    first = min(i, *goods, i)
    subject_at, subject = subject_of(row, first, left)
    own = origin(row, [first], left) or possessor(row, first, left) or (origin(row, goods, i) if goods == after else ())
    if word.frame == "use":
        own = origin(row, after, i)
    suppliers, recipients = _noun_parties(row, i, right, word, subject, own, max(i, *goods, i))
    if row[i].low.rstrip("s") in _GETTING and not _is_won(row, i):
        buyer = possessor(row, first, left)  # "Iran's S-300 order"; "Russian S-300 order" tells who sells
        bought = own if before and own != buyer else origin(row, after, i)
        suppliers = bought or role(row, i, right, FROM)
        recipients = buyer or (subject if bought else role(row, i, right, TO) or own or subject)
    elif word.frame == "give" and own == suppliers and not recipients and _is_built_elsewhere(row, goods, own):
        suppliers, recipients = (), own  # "Sylvania's S-400 deliveries": it gets them
    elif (
        word.frame == "give"
        and not suppliers
        and not bare
        and any(token.low in SUPPORT for token in row[subject_at:first])
    ):
        suppliers = subject
    elif suppliers and own == suppliers and not recipients and not set(subject) & set(own):
        supported = any(token.low in SUPPORT for token in row[subject_at:first])
        if subject and supported and _is_plain_name(row[first - 1]):
            suppliers, recipients = subject, own  # "U.S. approves Taiwan arms sale"
    pair = role(row, i, right, words("between"))
    if len(pair) > 1:
        suppliers, recipients = pair[:1], pair[1:]
    phase, denied = phase_of(row, first, left, right, word, goods)
    denied = denied or undone(row, i) or (i > 1 and [t.low for t in row[i - 2 : i]] == ["not", "for"])
    return Mention(
        word.rule,
        i,
        first,
        max(i, *goods, i) + 1,
        tuple(code for code in suppliers if code not in recipients),
        recipients,
        categories(row, goods),
        phase,
        denied,
        subject,
        group=not recipients and any(is_group(token) for token in row[i + 1 : min(i + 6, right)]),
        frame="bare" if bare and word.frame == "give" else word.frame,
        undirected=word.frame == "deal"
        and not (_is_won(row, i) and any(_is_firm(row, code) for code in subject))
        and (
            len(pair) > 1
            or (suppliers + recipients == subject and not role(row, i, right, TO))
            or (suppliers == subject and not role(row, i, right, TO))
        ),
        general=row[i].low == "exports" and not recipients,
        noun=row[i].low,
    )


def _request(row: list[Token], i: int, word: TransferWord, arms: list[int], left: int, right: int) -> Mention | None:
    """ "considers a request from Sylvania for tanks", "renews plea to Freedonia for missiles"."""
    wanted = next((j for j in range(i + 1, min(i + 7, right)) if row[j].low == "for"), None)
    goods = [j for j in arms if wanted is not None and wanted < j <= wanted + 4]
    if not goods or any("verb" in token.tags for token in row[i + 1 : wanted]):  # "Berlin's request to pass on …"
        return None
    whose = _asker(row, i, left)
    _, subject = subject_of(row, i - 1 if whose else i, left)
    asked = role(row, i, goods[0], words("to"))
    asking = role(row, i, goods[0], words("from by")) or whose or (subject if asked else ())
    suppliers = asked or tuple(code for code in subject if code not in asking)
    if not asking or set(asking) & set(suppliers):
        return None
    meant = role(row, goods[-1], min(right, goods[-1] + 3), words("for"))  # "Berlin's request for shells for Kyiv"
    asking = tuple(code for code in meant if code not in suppliers) or asking
    weapons = categories(row, goods)
    granted = (
        bool(suppliers)
        and set(suppliers) <= set(subject)
        and any(token.tags.get("phase") == "agreed" for token in row[max(left, i - 3) : i])
    )
    phase: Phase = "agreed" if granted else "proposed"  # "approves Sylvania's request for tanks"
    return Mention(
        word.rule, i, i, goods[-1] + 1, suppliers, asking, weapons, phase, False, suppliers if granted else subject
    )


def _asker(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Whose request it is: "Kyiv's request", "the Ukrainian request"."""
    word = actor(row[i - 1]) if i > left else None
    return (word.code,) if word and word.form == "adjective" else possessor(row, i, left)


def _noun_parties(
    row: list[Token],
    i: int,
    right: int,
    word: TransferWord,
    subject: tuple[str, ...],
    own: tuple[str, ...],
    last: int,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Supplier and recipient of a noun by its class; whoever stands before a deal is the side that is not named."""
    into = role(row, i, right, TO)
    end = next((j for j in range(last + 1, right) if {"say", "protest", "accuse"} & row[j].tags.keys()), right)
    away = role(row, i, end, words("from")) or role(row, last, min(right, last + 3), words("by"))
    # "deal with Sylvania for tanks", "contracts for tanks with Sylvania", but not "never came up in a call with …"
    partner = role(row, i, min(right, i + 5), words("with")) or role(row, last, min(right, last + 5), words("with"))
    if word.frame == "use":
        users = possessor(row, i, max(0, i - 4)) or (subject if own else ())
        return own, () if set(users) & set(own) else users
    if word.frame == "get":
        return away or own, role(row, i, right, words("in at"))
    if word.frame == "supplier":
        left = clause(row, last)[0]
        if left > 1 and row[left - 1].low == "as" and actor(row[left - 2]):  # "names Freedonia as their main supplier"
            subject = group(row, left - 2, 0, -1)[1]
        return subject, into or role(row, i, right, words("of")) or possessor(row, i, max(0, i - 4))
    suppliers, recipients = away or own, into or partner or _users(row, last, right)
    if not recipients and own and subject and i and row[i - 1].low in {"its", "their"} and not set(subject) & set(own):
        recipients = subject  # "Moscow has replenished its supply of Iranian drones"
    awarded = word.frame == "deal" and any(token.low == "awarded" for token in row[max(0, i - 9) : i])
    if awarded and subject and (awarder := role(row, last, right, words("by"))):
        return subject, awarder  # "a Freedonian firm awarded contract by Sylvania"
    if word.frame == "deal" and subject and _is_won(row, i):
        buyers = tuple(code for code in away or own or partner if code not in subject)
        if buyers:  # "a Freedonian firm wins order for jets from Sylvania"
            return subject, buyers
    if word.frame == "deal" and partner and recipients == partner and _is_with_firm(row, i, right):
        return partner, subject if subject != partner else ()  # "a contract with a Freedonian firm"
    if word.frame == "deal":
        firms = tuple(code for code in subject if _is_firm(row, code))
        if firms and len(subject) > len(firms) and not suppliers:
            return firms, recipients or tuple(code for code in subject if code not in firms)
        if not recipients and suppliers and not set(subject) & set(suppliers):
            recipients = subject
        if not suppliers and not recipients and len(subject) == 2:
            return subject[:1], subject[1:]  # "Freedonia and Sylvania sign arms deal": it is not told who sells
        if not suppliers and not set(subject) & set(recipients):
            suppliers = subject
    return suppliers, recipients


def _users(row: list[Token], last: int, right: int) -> tuple[str, ...]:
    """Who could use the goods: "exports of weapons that Sylvania could use"."""
    that = last + 2 if last + 1 < right and row[last + 1].low in {"that", "which"} else last + 1
    at, codes = group(row, that, right, 1) if that < right and actor(row[that]) else (that, ())
    may = codes and at + 2 < right and row[at + 1].low in _MAY
    return codes if may and row[at + 2].low.startswith(("use", "deploy", "fire")) else ()


def _is_won(row: list[Token], i: int) -> bool:
    """Whether a seller has won the order at `i`: "a Freedonian firm wins order from Sylvania"."""
    return any(token.low in _WINNING for token in row[max(0, i - 5) : i])


def _is_with_firm(row: list[Token], i: int, right: int) -> bool:
    """Whether a deal is with a maker of arms, who sells: "tears up contract with Freedonian firm"."""
    at = next((j for j in range(i + 1, min(i + 6, right)) if row[j].low == "with"), None)
    if at is None or at + 2 >= right:
        return False
    name = row[at + 2]  # "with Spain's Cardama"
    firm = row[at + 1].possessive and name.text[:1].isupper() and not {"actor", "office"} & name.tags.keys()
    return firm or any(token.low in _MAKING for token in row[at + 2 : min(at + 5, right)])


def _is_plain_name(token: Token) -> bool:
    word = actor(token)
    return bool(word and word.form == "name" and not token.possessive)


def _is_firm(row: list[Token], code: str) -> bool:
    return any((word := actor(token)) and word.code == code and word.form == "firm" for token in row)


def _is_main_supplier(row: list[Token], i: int, word: TransferWord) -> bool:
    near = " ".join(token.low for token in row[max(0, i - 3) : i + 1]).split()  # "biggest source" is one token
    return word.frame == "supplier" and not (_CHIEF | {"arms", "weapons"}).isdisjoint(near)


def _is_built_elsewhere(row: list[Token], goods: list[int], own: tuple[str, ...]) -> bool:
    """Whether goods that are named as a state's are another's make."""
    built = makers([row[j] for j in goods])
    return bool(built) and not set(built) & set(own)


def _is_apart(row: list[Token], j: int, i: int) -> bool:
    """Whether a preposition stands between the weapon and the noun: "tanks under deal with Sylvania"."""
    return any(token.low in _UNDER for token in row[j + 1 : i])


def _is_about(row: list[Token], i: int, j: int) -> bool:
    """Whether the weapon at `j` is what the noun at `i` is about: "shipment of 1,000 rockets", "deal for tanks"."""
    return any(
        token.low in {"of", "for", "on", "covering", "including", "included", "include", "includes"}
        for token in row[i + 1 : j]
    )
