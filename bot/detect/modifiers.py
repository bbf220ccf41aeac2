"""Verbs of halting and asking: they change the transfer behind them ("vetoes a bid to give …"), or name one."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.clauses import ACCOUNTS, before, clause, is_passive, negated, phase_of
from bot.detect.goods import PREPOSITIONS, categories, makers, one_list
from bot.detect.mention import Mention
from bot.detect.origins import VESSELS, origin, possessor
from bot.detect.parties import TO, actor, bound, head_code, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import is_open, subject_of
from bot.detect.text import Token, words
from bot.model import Phase

_REACH = 10  # tokens between the verb and what it halts or asks for
REQUESTS = words("proposal plan plans request requests offer bid appeal idea call calls plea pleas")
_HIS = words("his her its their")
_FRIENDS = words("allies partners friends west nations")
_ENDS = words("end halt stop cessation")
_SALES = words("sale sales export exports permit permits licence licences license licenses application purchase")
_LIFTING = words(
    "lift lifts lifted lifting ease eases eased easing drop drops dropped overturn overturns reverse reverses"
)
_ENDING = ("end", "lift", "scrap", "drop", "suspend", "eas", "cancel", "rescind", "revoke", "terminat")
_DEMANDING = words("must should demand demands demanded demanding")
_URGING = words(
    "urge urges urged tell tells told call calls called press presses pressed ask asks asked want wants wanted"
)
_HELP = ("assistance", "aid", "support", "supplies", "cooperation", "exports", "sales", "deliveries")
_CALLING_OFF = (
    "giv",
    "gave",
    "call",
    "cancel",
    "scrap",
    "drop",
    "abandon",
    "ditch",
    "tear",
    "tore",
    "walk",
    "axe",
    "nix",
    "shelv",
)
_TALKS = words("talks discussion discussions negotiations")
_QUESTIONS = words("about whether if")


def modified(row: list[Token], i: int, word: TransferWord, arms: list[int], found: list[Mention]) -> list[Mention]:
    """The mentions of a unit after the verb at `i` had its effect on them."""
    if word.frame == "ask" and any(token.low in _QUESTIONS for token in row[i + 1 : i + 4]):
        return found
    if row[i].low.startswith(("reject", "rebuff")) and not _turns_down(row, i):
        return found  # it is a denial
    if word.frame == "stop" and i + 1 < len(row) and row[i + 1].low in {"using", "firing", "use"}:
        return found  # "stopped using heavy weapons"
    if (
        word.frame == "ask"
        and row[i].low.startswith("turn")
        and not any(token.low == "for" for token in row[i + 1 : i + 8])
    ):
        return found  # "turns to Moscow after senator blocks rifles"
    left, right = clause(row, i)
    passive = is_passive(row, i, word, left) or _ends_headline(row, i, word, right)
    _, subject = subject_of(row, i, left)
    target = next((m for m in found if i < m.at < right and m.start - i <= _REACH and m.rule != "weapons of"), None)
    if passive and any(token.low in {"countries", "states", "law"} for token in row[i + 1 : i + 5]):
        return found  # "munitions banned in a hundred countries"
    if target and word.frame == "stop" and _is_aside(row, i, target.at):
        return found  # "Freedonia, which had refused, has now sent"
    if target and word.frame == "ask" and any(token.low in ACCOUNTS for token in row[i + 1 : target.start]):
        return found  # "seeks an explanation of the contracts"
    if target is None and passive:  # "the shipment was paused"
        target = next((m for m in found if left <= m.at < i and i - m.end < _REACH and m.rule != "weapons of"), None)
        subject = role(row, i, right, words("by")) or subject
    if target:
        changed = _changed(row, i, word, left, right, subject, target)
        return [changed if mention is target else mention for mention in found]
    goods = [j for j in arms if (i < j < right and j - i <= _REACH) or (passive and left <= j < i)]
    if not goods or any(m.start <= goods[0] < m.end for m in found):
        return found
    goods = one_list(row, goods) if word.frame == "ask" else goods
    if word.frame == "ask" and any(token.low in ACCOUNTS for token in row[i + 1 : goods[0]]):
        return found  # "demands an explanation for Freedonian mortars": it does not want them
    own = _own(row, i, word, left, right, subject, goods)
    return [*found, own, *_also_asked(row, i, own, arms, right)] if own else found


def _also_asked(row: list[Token], i: int, own: Mention, arms: list[int], right: int) -> list[Mention]:
    """Whom the same verb asks for more: "asks Freedonia for drones and Graustark for radars"."""
    if not own.rule.startswith("ask") or not object_of(row, i, own.end)[1]:
        return []
    more = []
    for j in range(own.end, right - 2):
        word = actor(row[j])
        if word and row[j - 1].low in {",", "and"} and row[j + 1].low == "for" and word.code not in own.recipients:
            goods = [k for k in arms if j + 1 < k <= j + 5]
            if goods:
                weapons = categories(row, goods[:1])
                more.append(replace(own, at=j, start=j, end=goods[0] + 1, suppliers=(word.code,), weapons=weapons))
    return more


def _ends_headline(row: list[Token], i: int, word: TransferWord, right: int) -> bool:
    """Whether a participle ends its clause, as in headlines: "deal between Freedonia and Sylvania annulled"."""
    follower = row[i + 1].low if i + 1 < right else ""
    done = not follower or follower in {",", ".", "by", "in", "for"} | PREPOSITIONS
    return word.frame == "stop" and "participle" in word.forms and "base" not in word.forms and done


def _turns_down(row: list[Token], i: int) -> bool:
    """Whether a request or a sale is rejected, and no report of one."""
    behind = row[i + 1 : i + 6]
    return any(token.low in REQUESTS | _SALES for token in behind) and not any("report" in t.tags for t in behind)


def _is_aside(row: list[Token], i: int, at: int) -> bool:
    """Whether the verb at `i` stands in a relative clause that a comma ends before `at`."""
    return any(token.low == "," for token in row[i:at]) and i not in before(row, at, 0)


def _changed(
    row: list[Token], i: int, word: TransferWord, left: int, right: int, subject: tuple[str, ...], target: Mention
) -> Mention:
    if word.frame == "stop" and any(token.low in _LIFTING for token in row[max(left, i - 3) : i]):
        return replace(target, phase="agreed", suppliers=target.suppliers or subject, subject=subject or target.subject)
    if word.frame == "stop" and target.rule == "embargo" and _ends(row, i, target):
        return replace(target, phase="proposed", suppliers=tuple(code for code in subject if code != "UN"))
    if word.frame == "stop" and negated(row, i, left):  # "would not block"
        return replace(target, phase="proposed", negated=False, subject=subject or target.subject)
    suppliers = target.suppliers
    if word.frame == "stop" and subject and _is_its_own(row, i, target, subject):
        suppliers = subject
    halts = word.frame == "stop" and row[i - 1].low != "to"
    halts = halts and not (_is_wished(row, i, word) and is_passive(row, i, word, left))  # "demanded that it be halted"
    carried = halts and _is_carried(row, i, target.start)
    suppliers = () if carried and suppliers == subject else suppliers
    if not suppliers and halts and not carried and not set(subject) & set(target.recipients):
        suppliers = tuple(code for code in subject if code != "UN")
    if not suppliers and word.frame == "ask" and target.frame in {"give", "arm"}:
        suppliers = object_of(row, i, right)[1]
    recipients = target.recipients
    offered = any(token.low in {"offer", "offers"} for token in row[i + 1 : target.at + 1])
    called_off = row[i].low.startswith(_CALLING_OFF) or offered  # "turns down an offer of Freedonian tanks"
    if word.frame == "stop" and suppliers and not recipients and called_off:
        recipients = tuple(code for code in subject if code not in suppliers)  # "calls off delivery of Russian tanks"
    return replace(
        target,
        recipients=recipients,
        start=min(i, target.start),
        open_subject=target.open_subject or is_open(row, i, left),
        suppliers=suppliers,
        phase=_phase(row, i, word, target),
        subject=subject or target.subject,
        negated=target.negated or negated(row, i, left),
        rule=f"{word.rule}+{target.rule}",
        frame="seize" if carried and not suppliers else target.frame,
    )


def _ends(row: list[Token], i: int, target: Mention) -> bool:
    """Whether an embargo is what ends: "ends the embargo", but not "shelves plan to lift the embargo"."""
    ending = row[i].low.startswith(_ENDING) and row[i - 1].low != "to"
    return ending and not any(token.low in _LIFTING for token in row[i + 1 : target.at])


def _is_its_own(row: list[Token], i: int, target: Mention, subject: tuple[str, ...]) -> bool:
    """Whether who turns a request down would give its own: "rejects the idea of sending its tanks"."""
    asked = any(token.low in REQUESTS for token in row[i + 1 : target.at])
    goods = row[target.at + 1 : target.end - 1]
    own = any(token.possessive and head_code(row, target.at + 1 + k) in subject for k, token in enumerate(goods))
    return asked and (own or any(token.low in {"its", "their"} for token in goods))


def _is_carried(row: list[Token], i: int, goods: int) -> bool:
    """Whether it is a ship or a plane with the goods that is turned away."""
    return any(not VESSELS.isdisjoint(token.low.split()) for token in row[i + 1 : goods])


def _is_help(token: Token) -> bool:
    """Whether the goods are help that is given: "suspended its military assistance"."""
    return "weapon" in token.tags and token.low.endswith(_HELP)


def _asked(row: list[Token], i: int, goods: int) -> tuple[str, ...]:
    """Whom one appeals to: "appeals to Berlin for tanks", "pleads with Paris for jets"."""
    if i + 1 < len(row) and row[i + 1].low in {"to", "with"} and any(token.low == "for" for token in row[i:goods]):
        return object_of(row, i + 1, goods)[1]
    return ()


def _phase(row: list[Token], i: int, word: TransferWord, target: Mention) -> Phase:
    """What the transfer is once it is halted or asked for; who demands a halt says that it goes on."""
    ends = target.phase == "stopped" and target.frame in {"give", "arm", "deal"} and "+" not in target.rule
    if word.frame == "ask" and (ends or any(token.low in _ENDS for token in row[i + 1 : target.start])):
        return "delivered"  # "called for an end to arms sales"
    if _is_wished(row, i, word):
        demanded = any(token.low in _DEMANDING | _URGING for token in row[max(0, i - 8) : i])
        return "delivered" if target.phase == "stopped" and demanded else target.phase
    return "stopped" if target.phase == "stopped" else word.phase


def _is_wished(row: list[Token], i: int, word: TransferWord) -> bool:
    """Whether the halt is only sought: "tries to stop", "urges Berlin to halt", but not "Germany to halt"."""
    if word.frame != "stop" or i < 2:
        return False
    if row[i - 1].low == "to":
        j = i - 2
        while j > 0 and ("actor" in row[j].tags or row[j].low in {"the", "and", ","}):
            j -= 1
        asking = (verb := row[j].tags.get("verb")) is not None and verb.frame == "ask"
        return "actor" not in row[i - 2].tags or asking or bool({"say", "accuse", "protest"} & row[j].tags.keys())
    return any(token.low in _DEMANDING for token in row[max(0, i - 5) : i])


def _own(
    row: list[Token],
    i: int,
    word: TransferWord,
    left: int,
    right: int,
    subject: tuple[str, ...],
    goods: list[int],
) -> Mention | None:
    """The transfer that the verb names itself: "halts arms sales to", "asks Germany for tanks"."""
    relative = (j for j in range(goods[-1] + 1, right - 1) if row[j].low == "," and row[j + 1].low in {"which", "who"})
    right = next(relative, right)
    into = bound(row, left, right) or role(row, i, right, TO)
    if word.frame == "stop":
        recipients = into
        kept_from = role(row, i, right, words("from"))
        suppliers = origin(row, goods, left)
        if row[i].low.startswith(("with", "hold", "held")):
            recipients = recipients or kept_from  # "withholds bombs from Israel"
        else:
            suppliers = kept_from or suppliers
        asked = next((j for j in range(i + 1, goods[0]) if row[j].low in REQUESTS), None)
        if asked is not None and not recipients:  # "turns down Kyiv's request for tanks"
            recipients = possessor(row, asked, i)
        in_talks = any(token.low in _TALKS for token in row[i + 1 : goods[0]]) and bool(makers(row[goods[0] : right]))
        if in_talks and not suppliers and not recipients:
            recipients = subject  # "suspends talks over F-35s": who makes them sells them
        elif not suppliers and not set(subject) & set(recipients) and not _is_carried(row, i, goods[0]):
            suppliers = subject
        if not recipients and suppliers and row[i].low.startswith(_CALLING_OFF):
            recipients = tuple(code for code in subject if code not in suppliers)  # "gives up on Freedonian missiles"
        if not recipients and not any("noun" in token.tags or _is_help(token) for token in row[left:right]):
            return None
    else:
        direct = object_of(row, i, right)[1] or _asked(row, i, goods[0])
        giver = role(row, goods[-1], right, words("from")) or origin(row, goods, i, told=True)
        suppliers = direct or giver
        whom = subject if into == direct else into or subject
        recipients = tuple(code for code in whom if code not in suppliers)
        wanted = (
            row[i].low.endswith("for")
            or any(token.low == "for" for token in row[i : goods[0]])
            or (giver and goods[0] - i <= 5 and not any(t.low in PREPOSITIONS - {"of"} for t in row[i : goods[0]]))
        )
        of_friends = any(token.low in _FRIENDS for token in row[i + 1 : goods[0]])  # "pleads with allies for tanks"
        his = not recipients and is_open(row, i, left) and any(t.low in _HIS for t in row[left:i])
        if his and wanted and suppliers:  # "his minister asked Freedonia for drones": for whoever the story is about
            phase, denied = phase_of(row, i, left, right, word, goods)
            weapons = categories(row, goods)
            return Mention(
                word.rule, i, i, goods[-1] + 1, suppliers, (), weapons, phase, denied, frame="get", open_subject=True
            )
        if any(token.low.startswith("replac") for token in row[i : goods[0]]):
            return None  # "wants it to replace its F-16 fleet"
        if not recipients or not wanted or (not suppliers and goods[0] - i > 4 and not of_friends):
            return None
    phase, denied = phase_of(row, i, left, right, word, goods)
    weapons = categories(row, goods)
    frame = "seize" if word.frame == "stop" and not suppliers and _is_carried(row, i, goods[0]) else "give"
    return Mention(word.rule, i, i, goods[-1] + 1, suppliers, recipients, weapons, phase, denied, subject, frame=frame)
