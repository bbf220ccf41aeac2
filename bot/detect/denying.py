"""Makes the claims that deny: who denies which transfer, and how far what they deny would have been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.detect.completing import TRANSIT
from bot.detect.denials import answered_by, receivers_of, tells_own
from bot.detect.making import add
from bot.detect.mention import Mention
from bot.detect.merging import DENIED_REPORT
from bot.detect.owners import Owner
from bot.detect.reading import Reading
from bot.detect.text import Unit, words
from bot.detect.voice import Voice

_FAR = 30  # units: a denial answers nothing that stands further away
_AHEAD = words("will would")
_PAST = words("since ever year years month months")
_NO_OFFERS = frozenset(["off the table", "out of the question", "not on the table", "not on the agenda"])
_IDEAS = words("idea notion prospect question suggestion thought interest")
_REFUSING = ("exclude", "rule out", "rules out", "ruled out", "ruling out", "draw", "drew")


def deny(reading: Reading, unit: Unit, voice: Voice | None, mention: Mention) -> None:
    deniers = reading.speakers(unit, voice, mention, denying=True) if voice else ()
    if not deniers:
        deniers = mention.subject[:1] or mention.suppliers[:1] or ((reading.home,) if reading.home else ())
    _deny_by(reading, unit, deniers, mention, voice.subject.carrier if voice else None)


def _deny_by(reading: Reading, unit: Unit, deniers: Iterable[str], mention: Mention, carrier: str | None) -> None:
    for denier in deniers:
        own = denier in mention.suppliers and len(mention.suppliers) > 1  # of several suppliers each denies its own
        if mention.meant and mention.negated and mention.phase == "delivered" and not _is_past(unit):
            mention = replace(mention, phase="proposed")
        if mention.phase == "agreed" and _is_to_come(unit, mention):
            mention = replace(mention, phase="proposed")
        if mention.phase in {"agreed", "delivered"} and _is_only_idea(unit, mention):
            mention = replace(mention, phase="proposed")
        if not mention.suppliers and mention.frame in {"give", "deal"} and _may_supply(reading, denier, mention):
            mention = replace(mention, suppliers=(denier,))  # “Nonsense”: the Kremlin on arms for the rebels
        if mention.phase == "stopped":  # what was halted is denied as having been on its way
            mention = replace(mention, phase="delivered")
        add(reading, unit, "denies", denier, replace(mention, suppliers=(denier,)) if own else mention, carrier)


def _is_to_come(unit: Unit, mention: Mention) -> bool:
    """Whether what is denied lies ahead, so that nobody agreed to it: "denies it will send", "vows never to arm"."""
    near = [token.low for token in unit.tokens[max(0, mention.at - 3) : mention.at]]
    return not _AHEAD.isdisjoint(near) or (near[-1:] == ["to"] and not {"not", "never"}.isdisjoint(near))


def _is_only_idea(unit: Unit, mention: Mention) -> bool:
    """Whether what is denied or refused was only an idea: "quashes talk of …", "tanks for Kyiv are off the table"."""
    row = unit.tokens
    near = row[max(0, mention.start - 5) : mention.start]
    if any(token.low == "that" for token in near):
        return False  # "the idea that it armed the rebels"
    ideas = _IDEAS | {"talk"} if mention.rule == "weapons for" else _IDEAS
    return any(token.low in ideas for token in near) or any(
        token.low in _NO_OFFERS or ("deny" in token.tags and token.low.startswith(_REFUSING)) for token in row
    )


def _may_supply(reading: Reading, denier: str, mention: Mention) -> bool:
    known = reading.lexicon.actors.get(denier)
    if mention.rule.startswith(TRANSIT):
        return False
    return known is not None and known.kind == "state" and denier not in mention.recipients and bool(mention.recipients)


def _is_past(unit: Unit) -> bool:
    """Whether "no jets for Sylvania" tells of what has been, not of what will be: "… since May", "… in two years"."""
    return any(token.low in _PAST for token in unit.tokens)


def _says_no(unit: Unit, voice: Voice) -> bool:
    """Whether somebody only "says no", and so to what would be theirs to give."""
    return voice.at + 1 < len(unit.tokens) and unit.tokens[voice.at + 1].low == "no"


def deny_what_was_said(reading: Reading, index: int, voice: Voice, owners: list[Owner], unit: Unit) -> None:
    """A denial that names no transfer answers what was told before the unit `index` (or, from a headline, is next)."""
    said = [mention for of_unit in reading.mentions[max(0, index - _FAR) : index] for mention in of_unit][::-1]
    said += [mention for of_unit in reading.mentions[index : index + _FAR] for mention in of_unit]
    if not said:
        return
    both = voice.subject.open == "both"
    given = next((m for m in said if reading.home in m.suppliers), None) if voice.subject.open == "office" else None
    if given and not voice.subject.codes:
        said = [given, *said]  # "the ministry" of whom the story is about denies what it is said to have given
    for denier in reading.both(said) if both else reading.speakers(unit, voice, said[0], denying=True):
        apart = voice.kind == "deny" and (tells_own(unit, voice) or _says_no(unit, voice))
        answered = answered_by(denier, said, other=apart)
        own = receivers_of(unit, voice)
        if answered and own and denier not in own:  # "Haftar's army denied giving the RSF any support"
            answered = replace(answered, suppliers=(denier,), recipients=own)
        if answered:
            _deny_by(reading, unit, (denier,), answered, voice.subject.carrier)
            for owner in owners:
                if voice.kind == "deny" and owner.at < voice.at:
                    continue
                if not (answered.suppliers and answered.recipients):
                    continue
                if owner.named and owner.code != denier:
                    add(reading, unit, "asserts", owner.code, answered, rule=DENIED_REPORT)
                elif not owner.named:
                    reading.reported.append((unit, owner.code, answered))
