"""What a story is about when none of its sentences tells a transfer whole: who the arms are from, and who has them.

"Haley shows off Houthi missile / She points a finger at Tehran." Every sign of a supplier and of a receiver in the
story's clauses is gathered; where all point to one of each, they are the parties to every sentence about the arms.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect.clauses import HAVE, clause, phase_of
from bot.detect.goods import DEPLOYED, FIRING, categories, listed, meant_for, weapon
from bot.detect.mention import Mention
from bot.detect.origins import origin
from bot.detect.parties import FROM, actor, bound, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.seizing import is_seizure
from bot.detect.subjects import subject_of
from bot.detect.text import Token, Unit, words
from bot.detect.voice import Voice

RULE = "gist"
_TO = words("to for")
_USED = words("fired used launched")
_HANDS = words("hands camp arsenal arsenals possession inventory ranks stocks fleet")
_HAVING = HAVE | words(
    "possess possesses possessed own owns owned field fields fielded fly flies flew fire fires fired use uses "
    "used operate operates operated wield wields"
)
_LINKING = words("tie ties tied link links linked pin pins pinned trace traces traced implicates implicated")
_ACCUSING = ("accus", "blam", "point")
FIGHTING = FIRING | words(
    "hitting slam slams slammed incursion incursions intrusion intrusions flew shelled shelling bombed bombing "
    "invaded downed destroyed attacking striking firing captured capture abandoned looted left withdrawal damaged "
    "shooting volunteer training train trained"
)
_WORD = TransferWord(RULE, "give", "delivered")


def with_gist(units: list[Unit], voices: list[list[Voice]], found: list[list[Mention]]) -> list[list[Mention]]:
    """The mentions of each unit; where none has both parties, with those that the story as a whole points to."""
    if any(m.suppliers and m.recipients for of_unit in found for m in of_unit):
        return found
    disputed = any(_is_disputed(unit, of_unit) for unit, of_unit in zip(units, voices, strict=True))
    suppliers = set(_suppliers(units, voices))
    recipients = {code for unit in units for code in _receivers(unit)} - suppliers
    if len(suppliers) != 1 or len(recipients) > 1 or not (recipients or (disputed and is_seizure(units))):
        return found
    parties = tuple(suppliers), tuple(recipients)
    return [_told(unit, *parties) if _is_open(of_unit) else of_unit for unit, of_unit in zip(units, found, strict=True)]


def _is_open(found: list[Mention]) -> bool:
    return not any(mention.suppliers or mention.recipients for mention in found)


def _told(unit: Unit, suppliers: tuple[str, ...], recipients: tuple[str, ...]) -> list[Mention]:
    """The transfer as a unit with a weapon tells of it."""
    row = unit.tokens
    arms = list(arms_told(row))
    i = next((i for i in arms if (word := weapon(row[i])) and not word.vague), arms[0] if arms else None)
    if i is None:
        return []
    left, right = clause(row, i)
    goods = [j for j in range(i, right) if weapon(row[j]) and listed(row, i, j)]
    phase, denied = phase_of(row, i, left, right, _WORD, goods)
    phase = phase if recipients else "stopped"  # with nobody named who was to have them, they were seized
    return [Mention(RULE, i, i, goods[-1] + 1, suppliers, recipients, categories(row, goods), phase, denied)]


def _is_disputed(unit: Unit, voices: list[Voice]) -> bool:
    """Whether somebody denies something in a unit, is accused of it, or is tied to it."""
    return any(voice.kind in {"accuse", "deny"} for voice in voices) or any(
        {"untrue", "accuse", "deny"} & token.tags.keys() or token.low in _LINKING for token in unit.tokens
    )


# ── signs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _suppliers(units: list[Unit], voices: list[list[Voice]]) -> Iterator[str]:
    for unit, of_unit in zip(units, voices, strict=True):
        row = unit.tokens
        for i, token in enumerate(row):
            if ("accuse" in token.tags and token.low.startswith(_ACCUSING)) or token.low in _LINKING:
                yield from object_of(row, i, len(row))[1] or role(row, i, min(i + 4, len(row)), words("on"))
        for i in arms_told(row):
            left, right = clause(row, i)
            yield from (code for code in origin(row, [i], left) if not is_owned(row, i, left))
            yield from role(row, i, min(right, i + 6), FROM)
            if any(token.low == "our" for token in row[max(0, i - 2) : i]):  # "talk of our rockets in their hands"
                yield from (code for voice in of_unit[:1] for code in voice.subject.codes)


def is_owned(row: list[Token], i: int, left: int) -> bool:
    """Whether the actor before a weapon has it rather than made it: "the Taliban's guns", "Houthi missile"."""
    j = next((j for j in range(i - 1, max(left, i - 5) - 1, -1) if actor(row[j])), None)
    if j is None:
        return False
    word = actor(row[j])
    return bool(word and word.form in {"name", "person"} and len(word.code) > 2)


def _receivers(unit: Unit) -> Iterator[str]:
    row = unit.tokens
    for i in arms_told(row):
        left, right = clause(row, i)
        if is_owned(row, i, left):
            yield from origin(row, [i], left)
        yield from role(row, i, min(right, i + 5), _TO)
        yield from bound(row, left, right)
    for i, token in enumerate(row[:-1]):
        if token.low in _USED and row[i + 1].low == "by":
            yield from role(row, i, min(i + 5, len(row)), words("by"))
    yield from _holders(unit)


def _holders(unit: Unit) -> tuple[str, ...]:
    """Who has weapons from elsewhere: "flies Iranian drones", "rockets in Hamas hands"."""
    row = unit.tokens
    for i in arms_told(row):
        left, right = clause(row, i)
        if any(token.low in _HANDS for token in row[i + 1 : i + 6]):
            return role(row, i, min(right, i + 4), words("in with"))
        have = next((j for j in range(i - 1, max(left, i - 6), -1) if row[j].low in _HAVING), None)
        if have is not None and origin(row, [i], left):
            return subject_of(row, have, left)[1]
    return ()


def arms_told(row: list[Token]) -> Iterator[int]:
    """The weapons that are neither fired nor deployed where they stand."""
    for i, token in enumerate(row):
        if not (word := weapon(token)) or word.category == "ships" or meant_for(row, i):
            continue
        near = {other.low for other in row[max(0, i - 12) : i + 12]}
        if not near & FIGHTING and not near & DEPLOYED:
            yield i
