"""Who arms whom in a story of which no sentence tells it: the signs in all its sentences are weighed.

"Sukhois for palm oil / Jakarta's barter stalls": who the arms are from, who buys, to whom something goes. The strongest
sign of either side decides; where one side has none, the one state that is left is it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from bot.detect.clauses import clause, phase_of
from bot.detect.gist import FIGHTING, is_owned
from bot.detect.goods import DEPLOYED, NO_TRADE, categories, listed, meant_for, weapon
from bot.detect.mention import Mention
from bot.detect.nucleus import is_verb
from bot.detect.origins import origin, possessor, vessel_of
from bot.detect.parties import FROM, TO, actor, bound, loose_object, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.seizing import is_seizure
from bot.detect.subjects import subject_of
from bot.detect.text import Token, Unit, words

RULE = "whole story"
_WORD = TransferWord(RULE, "give", "delivered")
_TRADING = words(
    "freighter docked meant destined cargo aboard containers crates unloaded smuggled smuggling imports bought sold"
)
_SHOWING = words("show shows showed display displays displayed unveil unveils unveiled parade parades")
_ABOUT = words("on about over despite after amid at with")
_NEAR = 8  # tokens around a weapon in which fighting keeps it from being goods
_STRONG = 3
_PLAIN = 2
_FAINT = 1

Sign = tuple[str, int]  # an actor and how strong the sign is


def with_weighed(
    units: list[Unit],
    found: list[list[Mention]],
    home: str | None,
    states: Collection[str],
    foes: Collection[frozenset[str]],
) -> list[list[Mention]]:
    """The mentions of each unit; where there is none at all, those that the signs of the story speak for.

    `home` is whom the story is about, `states` those it names, `foes` who don't arm each other.
    """
    if any(found) or any(token.low in NO_TRADE for unit in units for token in unit.tokens):
        return found
    if not any(_trades(unit.tokens) for unit in units) or not any(any(_arms(unit.tokens)) for unit in units):
        return found
    parties = _parties(units, home, states)
    if parties is None or any(set(parties) <= sides for sides in foes):
        return found
    return [list(_told(unit, *parties, is_seizure(units))) for unit in units]


def _parties(units: list[Unit], home: str | None, states: Collection[str]) -> tuple[str, str | None] | None:
    """Supplier and recipient, if the signs tell both; of what was seized the recipient may stay unknown."""
    giving = _weighed(sign for unit in units for sign in _suppliers(unit.tokens))
    getting = _weighed(sign for unit in units for sign in _receivers(unit.tokens))
    supplier = _strongest(giving - getting)
    recipient = _strongest(Counter({code: weight for code, weight in (getting - giving).items() if code != supplier}))
    if supplier and not recipient:
        if is_seizure(units):
            return supplier, None  # who seized it was not to get it
        recipient = _only(states, supplier)
    elif recipient and not supplier:
        supplier = home if home and home != recipient else _only(states, recipient)
    return (supplier, recipient) if supplier and recipient else None


def _weighed(signs: Iterator[Sign]) -> Counter[str]:
    weights: Counter[str] = Counter()
    for code, weight in signs:
        weights[code] += weight
    return weights


def _strongest(weights: Counter[str]) -> str | None:
    code, weight = next(iter(weights.most_common(1)), (None, 0))
    return code if weight >= _PLAIN else None


def _only(states: Collection[str], other: str) -> str | None:
    left = [code for code in states if code != other]
    return left[0] if len(left) == 1 else None


def _trades(row: list[Token]) -> bool:
    """Whether a word tells of trade: a sale, a deal, a cargo, buying."""
    for i, token in enumerate(row):
        noun, verb = token.tags.get("noun"), token.tags.get("verb")
        if token.low in _TRADING or (noun and noun.frame in {"give", "deal", "embargo", "supplier", "request"}):
            return True
        if verb and verb.frame in {"give", "get", "load", "unload", "arm"} and not verb.weak and is_verb(row, i, verb):
            return True
        got = verb and verb.frame == "get" and verb.rule != "take"  # "take cover from a missile"
        if got and any(token.low == "from" for token in row[i + 1 : i + 7]):
            return True
    return False


def _arms(row: list[Token]) -> Iterator[int]:
    """The weapons that are neither fired nor deployed where they stand."""
    for i, token in enumerate(row):
        if weapon(token) and not meant_for(row, i):
            near = {other.low for other in row[max(0, i - _NEAR) : i + _NEAR]}
            if not near & FIGHTING and not near & DEPLOYED:
                yield i


def _told(unit: Unit, supplier: str, recipient: str | None, seized: bool) -> Iterator[Mention]:
    """The transfer as a unit with a plain weapon tells of it."""
    row = unit.tokens
    i = next((i for i in _arms(row) if (word := weapon(row[i])) and not word.vague), None)
    if i is None:
        return
    left, right = clause(row, i)
    goods = [j for j in range(i, right) if weapon(row[j]) and listed(row, i, j)]
    phase, denied = phase_of(row, i, left, right, _WORD, goods)
    phase = "stopped" if seized and phase == "delivered" and not denied else phase
    recipients = (recipient,) if recipient else ()
    yield Mention(RULE, i, i, goods[-1] + 1, (supplier,), recipients, categories(row, goods), phase, denied)


# ── signs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _suppliers(row: list[Token]) -> Iterator[Sign]:
    for i in _arms(row):
        left, right = clause(row, i)
        if not is_owned(row, i, left):
            yield from _signs(origin(row, [i], left), _PLAIN)
        yield from _signs(role(row, i, min(right, i + 6), FROM), _STRONG)
        yield from _signs(vessel_of(row, left, i), _PLAIN)
        if (word := weapon(row[i])) and word.maker:
            yield word.maker, _FAINT
    for i, token in enumerate(row):
        verb, noun, word_ = token.tags.get("verb"), token.tags.get("noun"), actor(token)
        if word_ and word_.form in {"firm", "origin"}:
            yield word_.code, _PLAIN if word_.form == "origin" else _FAINT
        if not verb and not noun:
            continue
        left, right = clause(row, i)
        if verb and verb.frame == "get" and is_verb(row, i, verb):
            yield from _signs(role(row, i, min(right, i + 8), words("from")), _STRONG)
        if verb and verb.frame in {"give", "arm"} and is_verb(row, i, verb) and _is_about_arms(row, i):
            yield from _signs(subject_of(row, i, left)[1], _PLAIN if verb.weak else _STRONG)
        if noun:
            yield from _signs(role(row, i, min(right, i + 6), words("from")), _STRONG)
        if noun and noun.frame == "give":
            yield from _signs(possessor(row, i, left), _PLAIN)
        if noun and noun.frame == "deal":
            yield from _signs(role(row, i, min(right, i + 6), words("with")), _PLAIN)


def _receivers(row: list[Token]) -> Iterator[Sign]:
    for i in _arms(row):
        left, right = clause(row, i)
        if is_owned(row, i, left):
            yield from _signs(origin(row, [i], left), _PLAIN)
        yield from _signs(role(row, i, min(right, i + 5), TO), _STRONG)
        yield from _signs(bound(row, left, right), _STRONG)
    for i, token in enumerate(row):
        verb, noun = token.tags.get("verb"), token.tags.get("noun")
        if not verb and not noun and token.low not in _SHOWING:
            continue
        left, right = clause(row, i)
        frame = verb.frame if verb and is_verb(row, i, verb) else ""
        if verb and frame == "get":
            yield from _signs(subject_of(row, i, left)[1], _FAINT if verb.weak else _STRONG)
        if frame == "arrive" or (frame == "give" and _is_about_arms(row, i)):
            yield from _signs(role(row, i, min(right, i + 8), TO), _STRONG)
        if frame == "arm":
            yield from _signs(object_of(row, i, right)[1] or loose_object(row, i, right), _STRONG)
        if token.low in _SHOWING:
            yield from _signs(subject_of(row, i, left)[1], _PLAIN)
        if noun:
            yield from _signs(role(row, i, min(right, i + 6), words("to for")), _STRONG)
        if noun and noun.frame == "deal":
            yield from _signs(subject_of(row, i, left)[1], _PLAIN)


def _signs(codes: tuple[str, ...], weight: int) -> Iterator[Sign]:
    return ((code, weight) for code in codes)


def _is_about_arms(row: list[Token], i: int) -> bool:
    """Whether what the verb at `i` tells of is arms: "delivered a speech on tanks" is not."""
    if row[i].tags["verb"].frame == "arm":
        return True
    near = (j for j, token in enumerate(row) if abs(j - i) < 10 and (weapon(token) or "none" in token.tags))
    return any(not any(token.low in _ABOUT for token in row[min(i, j) : max(i, j)]) for j in near)
