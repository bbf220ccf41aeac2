"""Corrections: what people mended of what was read, and what follows from it for each claim.

::

    reading (claim, its case) ─▶ correction 3 ─▶ correction 7 ─▶ placed (claim, its case) or dropped

A claim as it stands in the ledger is its reading taken through all corrections that are not undone, in the order of
their numbers. Nothing else is kept of what a correction did, so to undo one is to leave it out. A correction knows its
claims by their story and by `Claim.key` as it was read: both outlive an edit of the story that reads the same.

Pure: what is kept comes in as dataclasses, and the store does what comes out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model import Claim

Kind = Literal["drop", "set", "parties", "merge", "split"]
"""A claim was none; a claim says something else; a whole case is about others; two cases are one; one case is two."""

ChangedField = Literal["stance", "claimant", "supplier", "recipient", "weapons", "phase"]
"""A field of `Claim` that can be corrected."""

Value = str | tuple[str, ...] | None

Key = tuple[str, str | None, str | None, str | None]
"""`Claim.key`"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a field is set to."""

    field: ChangedField
    now: Value
    was: Value = None  # of a case's parties: only where a claim says this, it says the other now


@dataclass(frozen=True, slots=True)
class Subject:
    """A claim that a correction is about."""

    story_id: int
    key: Key  # as it was read
    words: str  # as they were then


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the log."""

    id: int
    kind: Kind
    case_id: int  # of a merge: the case that stays
    other_id: int | None  # that was merged into it, or that its claims went to
    changes: tuple[Change, ...]
    subjects: tuple[Subject, ...]  # of a merge: none
    who: str  # the person's destination
    why: str
    at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_why: str | None = None

    @property
    def cases(self) -> set[int]:
        """The cases that it names."""
        return {self.case_id} | ({self.other_id} if self.other_id is not None else set())


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim as it was read, and the case to which it belongs by that."""

    claim: Claim
    case_id: int | None  # None: neither supplier nor recipient was read


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim as it stands in the ledger."""

    claim: Claim
    case_id: int | None
    corrected: tuple[int, ...] = ()  # by these corrections
    dropped: bool = False  # it is no claim


def placed(story_id: int, reading: Reading, active: Sequence[Correction]) -> Placed:
    """Return what becomes of one reading of a story by the corrections that are not undone, in their order."""
    claim, case_id, dropped = reading.claim, reading.case_id, False
    numbers: list[int] = []
    for one in active:
        if one.kind == "merge":
            if case_id != one.other_id:
                continue
            case_id = one.case_id
        elif any(about.story_id == story_id and about.key == reading.claim.key for about in one.subjects):
            claim = changed(claim, _holding(claim, one))
            case_id = one.other_id or case_id
            dropped = dropped or one.kind == "drop"
        else:
            continue
        numbers.append(one.id)
    return Placed(claim, case_id, tuple(numbers), dropped)


def changed(claim: Claim, changes: Iterable[Change]) -> Claim:
    """Return the claim with these fields set."""
    return dataclasses.replace(claim, **{one.field: one.now for one in changes})  # type: ignore[arg-type]  # by field


def _holding(claim: Claim, by: Correction) -> list[Change]:
    """The changes of a correction that a claim takes: a case's parties change only where it says what the case said."""
    return [one for one in by.changes if by.kind != "parties" or getattr(claim, one.field) == one.was]


def standing(found: Iterable[Placed]) -> list[Placed]:
    """Return the claims of one story that stand in the ledger.

    Where two say the same after a correction, the one that reads so by itself is kept.
    """
    alive = [one for one in found if not one.dropped]
    alive.sort(key=lambda one: not one.corrected)
    return list({one.claim.key: one for one in alive}.values())


def hindrance(wanted: Correction, log: Iterable[Correction]) -> Correction | None:
    """Return the newest correction that has to be undone before `wanted` can be, or None.

    All corrections of claims, merges and splits can be left out of the row alone. A case's parties can't while
    something later rests on what the case is about, nor can what came before them.
    """
    blocking = [one for one in log if one.id > wanted.id and one.undone_at is None and _rests_on(one, wanted)]
    return max(blocking, key=lambda one: one.id, default=None)


def _rests_on(later: Correction, earlier: Correction) -> bool:
    return "parties" in (later.kind, earlier.kind) and bool(later.cases & earlier.cases)


def leads_to(merges: Iterable[Correction]) -> Iterator[tuple[int, int]]:
    """Yield each merged case with the one in which its claims are, through all merges that are not undone."""
    into = {one.other_id: one.case_id for one in merges if one.other_id is not None and one.undone_at is None}
    for case_id, next_one in into.items():
        end = next_one
        while end in into:
            end = into[end]
        yield case_id, end
