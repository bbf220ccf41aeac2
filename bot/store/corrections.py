"""The log of corrections, and the readings that they are about."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, literal, or_, select, union, update
from sqlalchemy.engine import Row

from bot.corrections import Change, Correction, Key, Reading, Subject, leads_to
from bot.model import Claim
from bot.store import stories
from bot.store.tables import cases, claims, corrected_claims, corrections, readings

_KEY = ("stance", "claimant", "supplier", "recipient")

# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def add(connection: Connection, wanted: Correction) -> Correction:
    """Keep a correction and return it with its number."""
    values = {name: getattr(wanted, name) for name in ("kind", "case_id", "other_id", "who", "why", "at")}
    changes = json.dumps([[one.field, one.now, one.was] for one in wanted.changes])
    statement = insert(corrections).values(changes=changes, **values).returning(corrections.c.id)
    number = int(connection.execute(statement).scalar_one())
    rows = [
        {
            "correction_id": number,
            "story_id": one.story_id,
            **dict(zip(_KEY, one.key, strict=True)),
            "words": one.words,
        }
        for one in wanted.subjects
    ]
    if rows:
        connection.execute(insert(corrected_claims), rows)
    return by_number(connection, [number])[0]


def extend(connection: Connection, to: int, of: int) -> None:
    """Let what holds of a story's claims hold of another's that repeats its text."""
    names = ["correction_id", "story_id", *_KEY, "words"]
    theirs = (
        select(
            corrected_claims.c.correction_id,
            literal(to),
            *(corrected_claims.c[name] for name in (*_KEY, "words")),
        )
        .join(corrections, corrections.c.id == corrected_claims.c.correction_id)
        .where(corrected_claims.c.story_id == of, corrections.c.undone_at.is_(None))
        .order_by(corrected_claims.c.id)
    )
    connection.execute(insert(corrected_claims).from_select(names, theirs))


def mark_undone(connection: Connection, number: int, who: str, why: str | None, now: datetime) -> None:
    """Note that a correction holds no longer."""
    values = {"undone_at": now, "undone_by": who, "undone_why": why}
    connection.execute(update(corrections).where(corrections.c.id == number).values(values))


def by_number(connection: Connection, numbers: Collection[int]) -> list[Correction]:
    """Return the corrections with these numbers, oldest first; those that are not there are left out."""
    return _read(connection, corrections.c.id.in_(list(numbers))) if numbers else []


def of_case(connection: Connection, case_id: int) -> list[Correction]:
    """Return all corrections that name a case, undone ones too, oldest first."""
    return _read(connection, _names(case_id))


def log(connection: Connection, case_id: int | None, *, limit: int, offset: int) -> tuple[list[Correction], bool]:
    """Return a page of the log, newest first, and whether there is more; with a case only what names it."""
    wanted = select(corrections.c.id).order_by(corrections.c.id.desc()).limit(limit + 1).offset(offset)
    numbers = list(connection.scalars(wanted if case_id is None else wanted.where(_names(case_id))))
    return by_number(connection, numbers[:limit])[::-1], len(numbers) > limit


def of_story(connection: Connection, story_id: int) -> list[Correction]:
    """Return the corrections that are about a claim of this story and not undone, oldest first."""
    about = select(corrected_claims.c.correction_id).where(corrected_claims.c.story_id == story_id)
    return _read(connection, corrections.c.id.in_(about) & corrections.c.undone_at.is_(None), story_id)


def at_address(connection: Connection, address: str) -> list[Correction]:
    """Return the corrections of the newest story at a web address that are not undone, oldest first."""
    story_id = stories.at_address(connection, address)
    return [] if story_id is None else of_story(connection, story_id)


def merges(connection: Connection) -> list[Correction]:
    """Return the merges that are not undone, oldest first."""
    return _read(connection, (corrections.c.kind == "merge") & corrections.c.undone_at.is_(None))


def any_merged(connection: Connection, case_ids: Collection[int]) -> bool:
    """Say whether one of these cases was merged into another."""
    return bool(case_ids) and connection.scalar(_ANY_MERGED, {"ids": list(case_ids)}) is not None


_ANY_MERGED = (
    select(cases.c.id).where(cases.c.id.in_(bindparam("ids", expanding=True)), cases.c.into_id.is_not(None)).limit(1)
)


def lead(connection: Connection) -> None:
    """Let each merged case lead to the one that its claims are in, and no other lead anywhere."""
    connection.execute(update(cases).where(cases.c.into_id.is_not(None)).values(into_id=None))
    for case_id, end in leads_to(merges(connection)):
        connection.execute(update(cases).where(cases.c.id == case_id).values(into_id=end))


def relabel(connection: Connection, case_id: int, supplier: str | None, recipient: str | None) -> None:
    """Let a case be about these two."""
    values = {"supplier": supplier, "recipient": recipient}
    connection.execute(update(cases).where(cases.c.id == case_id).values(values))


def _names(case_id: int) -> ColumnElement[bool]:
    return or_(corrections.c.case_id == case_id, corrections.c.other_id == case_id)


def _read(connection: Connection, where: ColumnElement[bool], story_id: int | None = None) -> list[Correction]:
    """The corrections, oldest first, with all claims that they are about, or only with those of one story."""
    rows = connection.execute(select(corrections).where(where).order_by(corrections.c.id)).all()
    if not rows:
        return []
    of_these = corrected_claims.c.correction_id.in_([row.id for row in rows])
    wanted = select(corrected_claims).where(of_these).order_by(corrected_claims.c.id)
    if story_id is not None:
        wanted = wanted.where(corrected_claims.c.story_id == story_id)
    subjects: dict[int, list[Subject]] = {}
    for row in connection.execute(wanted):
        subjects.setdefault(row.correction_id, []).append(Subject(row.story_id, _key(row), row.words))
    return [_correction(row, tuple(subjects.get(row.id, ()))) for row in rows]


def _correction(row: Row[tuple[Any, ...]], subjects: tuple[Subject, ...]) -> Correction:
    return Correction(
        id=row.id,
        kind=row.kind,
        case_id=row.case_id,
        other_id=row.other_id,
        changes=tuple(Change(field, _value(now), _value(was)) for field, now, was in json.loads(row.changes)),
        subjects=subjects,
        who=row.who,
        why=row.why,
        at=row.at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        undone_why=row.undone_why,
    )


def _value(kept: Any) -> Any:
    return tuple(kept) if isinstance(kept, list) else kept


def _key(row: Row[tuple[Any, ...]]) -> Key:
    return (row.stance, row.claimant, row.supplier, row.recipient)


# ── readings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def readings_of(connection: Connection, story_id: int) -> list[Reading]:
    """Return the claims of a story as they were read, where corrections made them otherwise; else none."""
    rows = connection.execute(select(readings).where(readings.c.story_id == story_id).order_by(readings.c.id))
    return [
        Reading(
            Claim(
                stance=row.stance,
                claimant=row.claimant,
                supplier=row.supplier,
                recipient=row.recipient,
                weapons=tuple(filter(None, row.weapons.split(","))),
                phase=row.phase,
                words=row.words,
                carrier=row.carrier,
                rules=tuple(filter(None, row.rules.split(","))),
            ),
            row.case_id,
        )
        for row in rows
    ]


def keep_readings(connection: Connection, story_id: int, found: Sequence[Reading]) -> None:
    """Keep the claims of a story as they were read, in the place of what was kept of that; none: `claims` has them."""
    connection.execute(delete(readings).where(readings.c.story_id == story_id))
    rows = [
        {
            "story_id": story_id,
            "case_id": one.case_id,
            **dict(zip(_KEY, one.claim.key, strict=True)),
            "phase": one.claim.phase,
            "weapons": ",".join(one.claim.weapons),
            "words": one.claim.words,
            "carrier": one.claim.carrier,
            "rules": ",".join(one.claim.rules),
        }
        for one in found
    ]
    if rows:
        connection.execute(insert(readings), rows)


def stories_of(connection: Connection, case_ids: Iterable[int], *, corrected: bool = False) -> list[int]:
    """Return the stories with a claim that is in one of these cases, or was before it was corrected, by their ids.

    `corrected`: only those whose claims somebody corrected.
    """
    wanted = list(case_ids)
    there = select(claims.c.story_id).where(claims.c.case_id.in_(wanted))
    belonging = select(readings.c.story_id).where(readings.c.case_id.in_(wanted))
    about = (
        select(corrected_claims.c.story_id)
        .join(corrections, corrections.c.id == corrected_claims.c.correction_id)
        .where(
            corrections.c.undone_at.is_(None),
            or_(corrections.c.case_id.in_(wanted), corrections.c.other_id.in_(wanted)),
        )
    )
    told = union(there.where(claims.c.corrected != "") if corrected else there, belonging, about)
    return sorted(connection.scalars(told))


def merged_into(connection: Connection, case_id: int) -> list[int]:
    """Return the cases whose claims are in this one by merges."""
    return list(connection.scalars(select(cases.c.id).where(cases.c.into_id == case_id)))
