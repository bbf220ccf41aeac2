"""Finds what a story's claims are in the ledger, and in which cases: as they were read, then as people corrected it.

Recording goes this way, and so does every correction, with the claims as they were read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import cases
from bot import corrections as rules
from bot.corrections import Key, Placed, Reading
from bot.model import Claim
from bot.store import Connection, corrections, ledger
from bot.store import claims as kept_claims
from bot.store.claims import Held


@dataclass(frozen=True, slots=True)
class Placing:
    """What is to be kept of a story's claims, and what was."""

    readings: Sequence[Reading]
    every: Sequence[Placed]  # of each reading, also of what is dropped
    placed: Sequence[Placed]  # those that stand in the ledger
    held: Mapping[Key, Held]
    known: bool  # the story was recorded before
    repeats: int | None = None  # a story that somebody corrected and whose text this one repeats

    @property
    def touched(self) -> set[int]:
        """The cases whose claims may be others afterwards."""
        groups = (self.readings, self.every, self.held.values())
        return {one.case_id for group in groups for one in group if one.case_id is not None}


def read_before(connection: Connection, story_id: int) -> list[Reading]:
    """Return a story's claims as they were read last, each with the case to which it belongs by that."""
    return corrections.readings_of(connection, story_id) or [
        Reading(one.claim, one.case_id) for one in kept_claims.of_story(connection, story_id).values()
    ]


def find(
    connection: Connection,
    story_id: int,
    claims: Sequence[Claim],
    at: datetime,
    *,
    known: bool,
    moved: bool = False,
    repeats: int | None = None,
    leaving: int | None = None,
) -> Placing:
    """Find where the claims of a story go, as they were read; cases that they need are started.

    `known`: the story was recorded before; `moved`: it is dated otherwise than it was; `repeats`: the story, which
    somebody corrected, whose text it repeats; `leaving`: a case to which none goes any more by itself.
    """
    if repeats is not None:
        corrections.extend(connection, story_id, repeats)
    held = kept_claims.of_story(connection, story_id) if known else {}
    like = story_id if known else repeats
    before = {one.claim.key: one.case_id for one in read_before(connection, like)} if like is not None else {}
    active = corrections.of_story(connection, story_id) if like is not None else []
    about = {subject.key for one in active for subject in one.subjects}
    kept = {key: case_id for key, case_id in before.items() if key in about or (known and not moved)}
    around = _Around(connection, at, kept, about, story_id if moved else None, leaving)
    readings = _readings(around, claims)
    numbers = {one.case_id for one in readings if one.case_id is not None} | {
        one.other_id for one in active if one.other_id is not None
    }
    if corrections.any_merged(connection, numbers):
        active = sorted([*active, *corrections.merges(connection)], key=lambda one: one.id)
    every = [rules.placed(story_id, one, active) for one in readings]
    return Placing(readings, every, rules.standing(every), held, known, repeats)


def keep(connection: Connection, story_id: int, at: datetime, found: Placing) -> None:
    """Make the claims of a story what was found, and keep what was read where that is something else."""
    kept_claims.put(connection, story_id, at, found.placed, found.held)
    corrected = any(one.corrected for one in found.every)
    if corrected or found.known:
        corrections.keep_readings(connection, story_id, found.readings if corrected else [])


@dataclass(frozen=True, slots=True)
class _Around:
    """What bears on where the claims of one story belong by what was read."""

    connection: Connection
    at: datetime
    kept: Mapping[Key, int | None]  # where they belonged before
    fixed: Collection[Key]  # of those that somebody corrected: they belong there in any case
    moved: int | None  # the story, if it is dated otherwise than it was
    leaving: int | None


def _readings(around: _Around, claims: Sequence[Claim]) -> list[Reading]:
    """The case of each claim by what was read, or a new one; it stays where it was if that is about its two parties."""
    numbers: dict[cases.Dyad, int] = {}
    were = {case_id for case_id in around.kept.values() if case_id is not None} - {around.leaving}
    about = ledger.dyads_of(around.connection, were) if were else {}
    found = []
    for claim, dyad in zip(claims, cases.dyads(claims), strict=True):
        if dyad is None:
            found.append(Reading(claim, None))
            continue
        stays = around.kept.get(claim.key)
        if stays is not None and (claim.key in around.fixed or about.get(stays) == dyad):
            found.append(Reading(claim, stays))
            continue
        if dyad not in numbers:
            numbers[dyad] = _nearest(around, dyad)
        found.append(Reading(claim, numbers[dyad]))
    return found


def _nearest(around: _Around, dyad: cases.Dyad) -> int:
    """The case of a dyad that is nearest in time, or a new one."""
    spans = [span for span in ledger.spans(around.connection, dyad) if span.case_id != around.leaving]
    if around.moved is not None:
        spans = [_span_without(around.connection, span, around.moved, around.at) for span in spans]
    return cases.nearest(spans, around.at) or ledger.start(around.connection, dyad, around.at)


def _span_without(connection: Connection, span: cases.Span, story_id: int, at: datetime) -> cases.Span:
    """The span that a case would have without a story. A case of that story alone goes where the story goes."""
    first, last = ledger.span_without(connection, span.case_id, story_id) or (at, at)
    return cases.Span(span.case_id, first, last)
