"""Transfers whose nucleus is a noun ("arms sales to …") or a bare weapon ("F-16s for …")."""

from __future__ import annotations

from bot.detect.clauses import LETTING, clause, phase_of, undone
from bot.detect.goods import DEPLOYED, FIRING, LOADED, categories, listed, meant_for, weapon
from bot.detect.mention import Mention
from bot.detect.parties import FROM, TO, actor, is_group, origin, possessor, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words

# Verbs that carry a noun: "made a first arms delivery", "approves a sale".
_SUPPORT = words(
    "make made makes making complete completed completes conclude concluded carry carried begin began begun start "
    "started continue continued approve approved approves increase increased announce announced announces resume "
    "resumed resumes clear clears cleared sign signs signed ink inks plan plans planned planning lift lifts pledge "
    "pledges pledged promise promises push prepare prepares authorise authorised authorize authorized offer offers "
    "offered green-lights has had"
)
_GETTING = words("purchase acquisition procurement buy import order")
_IMPOSING = words(
    "impose imposes imposed slap slaps slapped extend extends extended renew renews renewed prolong prolongs prolonged "
    "adopt adopts adopted approve approves approved declare declares declared announce announces announced clamp clamps"
)
_LIFTING = ("lift", "eas", "scrap", "end", "drop", "relax")
# They may name a transfer without a word for the goods, where the story has told of it.
_BARE = words("shipment shipments delivery deliveries supplies transfer transfers sale sales consignment transaction")
_MAKING = words("firm company maker manufacturer shipbuilder shipyard contractor giant supplier planemaker producer")
_CIVIL = words("power gas energy food water grain oil medical fuel electricity aid vaccine wheat")
# What may stand between a weapon and whom it goes to; behind a vague word ("plane") only the second.
_LINKS = words("to for into bound meant destined going headed heading crossing")
_NEAR_LINKS = words("to for")
_HANDS = words("hands camp arsenal arsenals possession inventory stockpile stockpiles bases depot depots ranks")
_FOUND = words("found discovered recovered identified in inside used turning turn")
_MOVING = words("sent arrive arrived way landed went gone flown")


def noun_mention(row: list[Token], i: int, word: TransferWord, arms: list[int]) -> Mention | None:
    """ "arms sales to X", "shipment of rockets from Y", "X's weapons deliveries"."""
    if i and row[i - 1].low in _CIVIL:
        return None
    left, right = clause(row, i)
    if word.frame == "request":
        return _request(row, i, word, arms, left, right)
    if word.frame == "embargo":
        return _embargo(row, i, word, arms, left, right)
    before = [j for j in arms if left <= j and i - 4 <= j < i]
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
    if row[i].low.rstrip("s") in _GETTING:
        buyer = possessor(row, first, left)  # "Iran's S-300 order"; "Russian S-300 order" tells who sells
        bought = own if before and own != buyer else origin(row, after, i)
        suppliers = bought or role(row, i, right, FROM)
        recipients = buyer or (subject if bought else role(row, i, right, TO) or own or subject)
    elif (
        word.frame == "give"
        and not suppliers
        and not bare
        and any(token.low in _SUPPORT for token in row[subject_at:first])
    ):
        suppliers = subject
    elif suppliers and own == suppliers and not recipients and not set(subject) & set(own):
        supported = any(token.low in _SUPPORT for token in row[subject_at:first])
        if subject and supported and _is_plain_name(row[first - 1]):
            suppliers, recipients = subject, own  # "U.S. approves Taiwan arms sale"
    pair = role(row, i, right, words("between"))
    if len(pair) > 1:
        suppliers, recipients = pair[:1], pair[1:]
    phase, denied = phase_of(row, first, left, right, word, goods)
    denied = denied or undone(row, i)
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
        and (
            len(pair) > 1
            or (suppliers + recipients == subject and not role(row, i, right, TO))
            or (suppliers == subject and not role(row, i, right, TO))
        ),
        general=row[i].low == "exports" and not recipients,
    )


def _request(row: list[Token], i: int, word: TransferWord, arms: list[int], left: int, right: int) -> Mention | None:
    """ "considers a request from Sylvania for tanks", "renews plea to Freedonia for missiles"."""
    wanted = next((j for j in range(i + 1, min(i + 7, right)) if row[j].low == "for"), None)
    goods = [j for j in arms if wanted is not None and wanted < j <= wanted + 4]
    if not goods or any("verb" in token.tags for token in row[i + 1 : wanted]):  # "Berlin's request to pass on …"
        return None
    _, subject = subject_of(row, i, left)
    asked = role(row, i, goods[0], words("to"))
    asking = role(row, i, goods[0], words("from by")) or _asker(row, i, left) or (subject if asked else ())
    suppliers = asked or tuple(code for code in subject if code not in asking)
    if not asking or set(asking) & set(suppliers):
        return None
    weapons = categories(row, goods)
    return Mention(word.rule, i, i, goods[-1] + 1, suppliers, asking, weapons, "proposed", False, subject)


def _asker(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Whose request it is: "Kyiv's request", "the Ukrainian request"."""
    word = actor(row[i - 1]) if i > left else None
    return (word.code,) if word and word.form == "adjective" else possessor(row, i, left)


def _embargo(row: list[Token], i: int, word: TransferWord, arms: list[int], left: int, right: int) -> Mention | None:
    """ "UN slaps arms embargo on Sylvania": whoever imposes it stops what goes there."""
    before = row[max(left, i - 6) : i]
    imposed = any(token.low in _IMPOSING for token in before)
    lifted = any(token.low.startswith(_LIFTING) for token in before)
    under = role(row, i, min(right, i + 5), words("on against"))
    if (i - 1 not in arms and i not in arms) or not (imposed or lifted) or not under:
        return None
    _, subject = subject_of(row, i - 1, left)
    suppliers = tuple(code for code in subject if code not in {"UN", "EU"})
    return Mention(
        word.rule,
        i,
        i if i in arms else i - 1,
        i + 1,
        suppliers,
        under,
        ("unspecified",),
        "stopped" if imposed else "proposed",
        False,
        subject,
        frame="seize",
    )


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
        return subject, into or role(row, i, right, words("of")) or possessor(row, i, max(0, i - 4))
    suppliers, recipients = away or own, into or partner
    if not recipients and own and subject and i and row[i - 1].low in {"its", "their"} and not set(subject) & set(own):
        recipients = subject  # "Moscow has replenished its supply of Iranian drones"
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


def _is_with_firm(row: list[Token], i: int, right: int) -> bool:
    """Whether a deal is with a maker of arms, who sells: "tears up contract with Freedonian firm"."""
    at = next((j for j in range(i + 1, min(i + 6, right)) if row[j].low == "with"), None)
    return at is not None and any(token.low in _MAKING for token in row[at + 2 : min(at + 5, right)])


def _is_plain_name(token: Token) -> bool:
    word = actor(token)
    return bool(word and word.form == "name" and not token.possessive)


def _is_firm(row: list[Token], code: str) -> bool:
    return any((word := actor(token)) and word.code == code and word.form == "firm" for token in row)


def _is_main_supplier(row: list[Token], i: int, word: TransferWord) -> bool:
    return word.frame == "supplier" and any(token.low == "main" for token in row[max(0, i - 3) : i])


def _is_about(row: list[Token], i: int, j: int) -> bool:
    """Whether the weapon at `j` is what the noun at `i` is about: "shipment of 1,000 rockets", "deal for tanks"."""
    return any(token.low in {"of", "for", "on", "covering", "including", "included"} for token in row[i + 1 : j])


def weapon_mention(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "F-16s for Ukraine", "weapons to Sylvania", "howitzers from South Korea", "reports of North Korean arms"."""
    if meant_for(row, i):
        return None
    left, right = clause(row, i)
    goods = [j for j in arms if i <= j < right and listed(row, i, j)]
    last = goods[-1]
    into: tuple[str, ...] = ()
    follows = row[last + 1] if last + 1 < len(row) else None
    vague = all((known := weapon(row[j])) and known.vague for j in goods)
    links = _LINKS if not vague else _NEAR_LINKS
    if follows and follows.low in links:
        into = role(row, last, min(right, last + 7), words("to for into"))
    if follows and (goal := actor(follows)) and goal.form == "goal":
        into = (goal.code,)
    suppliers = role(row, last, min(right, last + 5), words("from")) or origin(row, [i], left)
    into = into or (_holder(row, last, right) if suppliers else ())
    into = into or (_built_into(row, goods, last, right) if suppliers else ())
    done = bool(follows and follows.low.endswith("ed") and not follows.tags)  # "to have missiles tested"
    having = None if into or done else _to_have(row, i, left)
    if having is not None:
        into = subject_of(row, having, left)[1] if row[having - 1].low != "to" else _before_to(row, having, left)
    group = not into and bool(follows and follows.low in links) and any(is_group(t) for t in row[last + 1 : last + 6])
    if not into and not group and (not suppliers or vague):
        return None
    near = {token.low for token in row[max(left, i - 8) : min(right, last + 6)]}
    if near & FIRING or (near & DEPLOYED and {"aircraft", "ships", "drones"} & set(categories(row, goods))):
        return None
    subject_at, subject = subject_of(row, i, left)
    if not suppliers and subject and any(token.low in _SUPPORT for token in row[subject_at:i]):
        suppliers = subject
    suppliers = suppliers or (_from_before(row, i, left) if into else ()) or _only_other(row, left, right, into)
    rule = "weapons to" if suppliers or _moves(row, left, right) else "weapons for"
    if not into and not group:
        rule = "weapons of"
    word = TransferWord(rule, "give", "delivered", frozenset())
    phase, denied = phase_of(row, i, left, right, word, goods)
    if having is not None:
        subject = ()  # who lets others have it decides
        phase = "agreed" if phase == "delivered" else phase
    if phase == "delivered" and any(token.tags.get("phase") == "agreed" for token in row[last + 1 : right]):
        phase = "agreed"
    suppliers = tuple(code for code in suppliers if code not in into)
    meant = bool(follows and follows.low == "for")
    return Mention(
        word.rule, i, i, last + 1, suppliers, into, categories(row, goods), phase, denied, subject, group, meant=meant
    )


def _built_into(row: list[Token], goods: list[int], last: int, right: int) -> tuple[str, ...]:
    """Whose weapon parts were found in: "Freedonian chips found in Sylvanian missiles"."""
    if categories(row, goods) != ("components",) or not any(t.low in _FOUND for t in row[last + 1 : last + 4]):
        return ()
    for j in range(last + 1, min(last + 5, right)):
        if row[j].low in {"in", "inside"}:
            arms = next((k for k in range(j + 1, min(j + 6, right)) if weapon(row[k])), None)
            return origin(row, [arms], j) if arms is not None else ()
    return ()


def _to_have(row: list[Token], i: int, left: int) -> int | None:
    """Where "have" stands in "Sylvania to have tanks", "lets Sylvania have 150 jets"; None where it does not."""
    for j in range(i - 1, max(left + 1, i - 4), -1):
        if row[j].low == "have":
            asked = row[j - 1].low in {"to", "can", "may", "will"} or any(
                t.low in LETTING for t in row[max(left, j - 4) : j]
            )
            return j if asked else None
        if {"verb", "say"} & row[j].tags.keys() and not weapon(row[j]):
            return None
    return None


def _before_to(row: list[Token], have: int, left: int) -> tuple[str, ...]:
    """Who is "to have" something: whoever stands right before."""
    word = actor(row[have - 2]) if have - 2 >= left else None
    return (word.code,) if word else ()


def _holder(row: list[Token], last: int, right: int) -> tuple[str, ...]:
    """In whose hands the weapons are: "rockets in Hamas hands", "missiles in Haftar's camp"."""
    if (
        last + 2 < right
        and row[last + 1].low in {"in", "with"}
        and any(t.low in _HANDS for t in row[last + 2 : last + 6])
    ):
        return role(row, last, min(right, last + 4), words("in with"))
    return ()


def _only_other(row: list[Token], left: int, right: int, recipients: tuple[str, ...]) -> tuple[str, ...]:
    """The one actor of the clause beside the recipients, if there is just one."""
    others = {word.code for token in row[left:right] if (word := actor(token)) and word.code not in recipients}
    return tuple(others) if recipients and len(others) == 1 else ()


def _from_before(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Where the load comes from that the weapons are: "two lorries from Freedonia with arms for Sylvania"."""
    with_them = next((j for j in range(i - 1, max(left, i - 4), -1) if row[j].low in LOADED), None)
    start = (
        next((j for j in range(with_them - 1, max(left - 1, with_them - 5), -1) if row[j].low == "from"), None)
        if with_them is not None
        else None
    )
    return role(row, start - 1, with_them, words("from")) if start is not None and with_them is not None else ()


def _moves(row: list[Token], left: int, right: int) -> bool:
    return any(token.low in _MOVING for token in row[left:right])
