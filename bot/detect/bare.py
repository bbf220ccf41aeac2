"""Transfers whose nucleus is a bare weapon: "F-16s for …", "Freedonian rifles found in …"."""

from __future__ import annotations

from bot.detect.clauses import LETTING, clause, phase_of
from bot.detect.goods import DEPLOYED, FIRING, LOADED, categories, listed, meant_for, weapon
from bot.detect.mention import Mention
from bot.detect.nouns import SUPPORT
from bot.detect.origins import origin
from bot.detect.parties import TO, actor, head_code, is_group, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words

# What may stand between a weapon and whom it goes to; behind a vague word ("plane") only the second.
_LINKS = words("to for into bound meant destined going headed heading crossing")
_NEAR_LINKS = words("to for")
_HANDS = words("hands camp arsenal arsenals possession inventory stockpile stockpiles bases depot depots ranks")
_FOUND = words("found discovered recovered identified inside used turning turn turned spotted surfaced explanation")
_SELF_MOVING = ("aircraft", "ships", "drones", "armour")
_STRIKING = (
    "attack", "hit", "strik", "struck", "bomb", "shell", "pound", "target", "kill", "destroy", "shoot", "shot", "down",
    "fight", "fought", "pummel", "batter", "blow", "blew", "sank", "sink", "rain", "defend", "repel", "pepper", "slam",
)  # fmt: skip
_STRIKES = ("strike", "attack", "raid", "assault", "air strike", "airstrike", "offensive", "bombing", "bombardment")
_QUESTIONED = {"report", "deny", "untrue", "accuse", "protest"}
_MOVING = words("sent arrive arrived way landed went gone flown")


def weapon_mention(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "F-16s for Ukraine", "weapons to Sylvania", "howitzers from South Korea", "reports of North Korean arms"."""
    if meant_for(row, i):
        return None
    left, right = clause(row, i)
    if used := _used(row, i, left, right, arms):
        return used
    goods = [j for j in arms if i <= j < right and listed(row, i, j)]
    last = goods[-1]
    into: tuple[str, ...] = ()
    follows = row[last + 1] if last + 1 < len(row) else None
    vague = all((known := weapon(row[j])) and known.vague for j in goods)
    links = _LINKS if not vague else _NEAR_LINKS
    if follows and follows.low in links:
        into = role(row, last, min(right, last + 7), words("to for into"))
    if follows and follows.low == "from" and last + 2 < right and (actor(row[last + 2]) or row[last + 2].low == "us"):
        into = role(row, last + 2, min(right, last + 8), TO)  # "no weapons from us to either side"
    if follows and (goal := actor(follows)) and goal.form == "goal":
        into = (goal.code,)
    suppliers = role(row, last, min(right, last + 5), words("from")) or origin(row, [i], left)
    into = into or (_holder(row, last, right) if suppliers else ())
    into = into or (_built_into(row, goods, last, right) if suppliers else ())
    into = into or (_seen_in(row, last, left, right, suppliers) if suppliers and not vague else ())
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
    if not suppliers and subject and any(token.low in SUPPORT for token in row[subject_at:i]):
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
    end = len(row) if right < len(row) and row[right].low == ":" else right  # "Jets for Sylvania: letter signed"
    if phase == "delivered" and any(token.tags.get("phase") == "agreed" for token in row[last + 1 : end]):
        phase = "agreed"
    suppliers = tuple(code for code in suppliers if code not in into)
    meant = bool(follows and follows.low == "for")
    return Mention(
        word.rule, i, i, last + 1, suppliers, into, categories(row, goods), phase, denied, subject, group, meant=meant
    )


def _used(row: list[Token], i: int, left: int, right: int, arms: list[int]) -> Mention | None:
    """A foreign weapon in use, so delivered: "shells towns with Freedonian rockets", "Sylvania's Freedonian guns"."""
    suppliers = origin(row, [i], left)
    users = _striking(row, i, left) or _having(row, i, left) or _of_strike(row, i, right)
    if not suppliers or len(users) != 1 or set(users) & set(suppliers):
        return None
    goods = [j for j in arms if i <= j < right and listed(row, i, j)]
    word = TransferWord("in use", "use", "delivered")
    phase, denied = phase_of(row, i, left, right, word, goods)
    return Mention(
        word.rule, i, i, goods[-1] + 1, suppliers, users, categories(row, goods), phase, denied, frame=word.frame
    )


def _striking(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Who strikes with the weapon at `i`: "hits a town with Freedonian rockets"."""
    by = next((j for j in range(i - 1, max(left, i - 7), -1) if row[j].low in {"with", "using"}), None)
    if by is None or any("verb" in token.tags for token in row[by + 1 : i]):
        return ()
    verb = next((j for j in range(by - 1, max(left, by - 9), -1) if row[j].low.startswith(_STRIKING)), None)
    return subject_of(row, verb, left)[1] if verb is not None else ()


def _having(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Whose the foreign weapon at `i` is: "Sylvania's Freedonian drones"."""
    made = next((j for j in range(i - 1, max(left, i - 3), -1) if actor(row[j])), left)
    word = actor(row[made])
    told = made > left and word is not None and word.form in {"adjective", "origin"} and row[made - 1].possessive
    return (head_code(row, made - 1),) if told and actor(row[made - 1]) else ()


def _of_strike(row: list[Token], i: int, right: int) -> tuple[str, ...]:
    """Whose strike the weapon at `i` was used in: "Freedonian bomb used in Sylvanian air strike"."""
    used = next((j for j in range(i + 1, min(i + 4, right)) if row[j].low in {"used", "dropped", "fired"}), None)
    if used is None or used + 2 >= right or row[used + 1].low not in {"in", "during"}:
        return ()
    at = next((j for j in range(used + 2, min(used + 5, right)) if actor(row[j])), None)
    strike = at is not None and any(token.low.startswith(_STRIKES) for token in row[at + 1 : at + 4])
    return (head_code(row, at),) if at is not None and strike else ()


def _built_into(row: list[Token], goods: list[int], last: int, right: int) -> tuple[str, ...]:
    """Whose weapon parts were found in: "Freedonian chips found in Sylvanian missiles"."""
    if categories(row, goods) != ("components",) or not any(
        t.low in _FOUND or t.low == "in" for t in row[last + 1 : last + 4]
    ):
        return ()
    for j in range(last + 1, min(last + 5, right)):
        if row[j].low in {"in", "inside"}:
            arms = next((k for k in range(j + 1, min(j + 6, right)) if weapon(row[k])), None)
            return origin(row, [arms], j) if arms is not None else ()
    return ()


def _seen_in(row: list[Token], last: int, left: int, right: int, suppliers: tuple[str, ...]) -> tuple[str, ...]:
    """Where a state's weapons turned up: "Freedonian rifles found in Sylvania", "report on Freedonian guns in …"."""
    if last + 2 < right and row[last + 1].low in {"now", "already"} and row[last + 2].low == "in":
        codes = role(row, last + 1, min(right, last + 6), words("in"))  # "first Freedonian fighters now in Sylvania"
        return codes if set(codes).isdisjoint(suppliers) else ()
    if codes := _fuelled(row, last, right):
        return codes
    told = any(token.low in _FOUND or _QUESTIONED & token.tags.keys() for token in row[left:right])
    if (known := weapon(row[last])) and known.category in _SELF_MOVING:
        return ()  # they may have come by themselves
    if not told or last + 1 >= right or row[last + 1].low not in {"in", "on", *_FOUND}:
        return ()
    codes = role(row, last, min(right, last + 6), words("in on"))
    return codes if set(codes).isdisjoint(suppliers) else ()


def _fuelled(row: list[Token], last: int, right: int) -> tuple[str, ...]:
    """Whose war a state's weapons fuel: "Freedonian weapons fuel Sylvania's war"."""
    if last + 3 >= len(row) or not row[last + 1].low.startswith(("fuel", "feed")):
        return ()
    at, codes = object_of(row, last + 1, right)
    war = codes and at + 1 < len(row) and row[at + 1].low in {"war", "conflict", "fighting", "bloodshed"}
    return codes if war else ()


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
        return role(row, last, min(right, last + 7), words("in with"))
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
