"""The cases and their claims as people read them, and the summary of a case that is kept for that.

The summary (`cases` and the `case_*` tables) is made anew from the claims whenever a case's claims change: the counting
is done by SQLite over `ix_claims_case`, which holds all it needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, bindparam, delete, exists, func, literal, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from bot import cases as rules
from bot.model import WEAPONS, Case, KeptClaim, Voice, Weapon
from bot.store.claims import actor_roles, claim_of, numbers_of, weapons_of_claim
from bot.store.tables import (
    case_actors,
    case_stories,
    case_voices,
    case_weapons,
    cases,
    claim_weapons,
    claims,
    corrections,
    readings,
    stories,
)

# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def case(connection: Connection, case_id: int) -> Case | None:
    """Return a case by its number, or None when there is none."""
    found = cases_by_id(connection, [case_id])
    return found[0] if found else None


def cases_by_id(connection: Connection, ids: Sequence[int]) -> list[Case]:
    """Return the cases with these numbers, in this order; those that are not there are left out."""
    if not ids:
        return []
    found = {row.id: row for row in connection.execute(_CASES, {"ids": ids})}
    voices = _voices(connection, ids)
    return [
        Case(
            id=row.id,
            supplier=row.supplier,
            recipient=row.recipient,
            status=row.status,
            weapons=_in_order(row.weapons or ""),
            voices=tuple(voices[row.id]),
            publishers=row.publishers,
            first_at=row.first_at,
            last_at=row.last_at,
            headline=row.title or "",
            url=row.url,
            outlet=row.outlet or "",
            corrected=bool(row.corrected),
            into=row.into_id,
        )
        for row in (found[case_id] for case_id in ids if case_id in found)
    ]


def _voices(connection: Connection, ids: Sequence[int]) -> dict[int, list[Voice]]:
    voices: dict[int, list[Voice]] = defaultdict(list)
    for case_id, claimant, *rest in connection.execute(_VOICES, {"ids": ids}):
        voices[case_id].append(Voice(rest[0], claimant or None, *rest[1:]))
    return voices


def _in_order(names: str) -> tuple[Weapon, ...]:
    found = names.split(",")
    return tuple(weapon for weapon in WEAPONS if weapon in found)


# Every answer and alert reads these two, so they are built once; to build one takes as long as to run it.
_CASES = (
    select(
        cases,
        stories.c.title,
        stories.c.url,
        stories.c.outlet,
        select(func.aggregate_strings(case_weapons.c.weapon, ","))
        .where(case_weapons.c.case_id == cases.c.id)
        .scalar_subquery()
        .label("weapons"),
        exists()
        .where(
            or_(corrections.c.case_id == cases.c.id, corrections.c.other_id == cases.c.id),
            corrections.c.undone_at.is_(None),
        )
        .label("corrected"),
    )
    .outerjoin(stories, stories.c.id == cases.c.story_id)
    .where(cases.c.id.in_(bindparam("ids", expanding=True)))
)
_VOICES = (
    select(
        case_voices.c.case_id,
        case_voices.c.claimant,
        # from here on as in Voice, which is made of so many rows that taking them by name is felt
        case_voices.c.stance,
        claims.c.phase,
        claims.c.words,
        claims.c.carrier,
        stories.c.outlet,
        stories.c.url,
        case_voices.c.first_at,
        case_voices.c.last_at,
        case_voices.c.claims,
    )
    .join(claims, claims.c.id == case_voices.c.claim_id)
    .join(stories, stories.c.id == claims.c.story_id)
    .where(case_voices.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(case_voices.c.last_at.desc(), case_voices.c.claim_id.desc())
)


def claims_of_case(connection: Connection, case_id: int, limit: int | None = None) -> list[KeptClaim]:
    """Return the claims of a case, oldest first; with `limit` the newest that many, oldest of them first."""
    newest_first = (
        _KEPT.where(claims.c.case_id == case_id).order_by(claims.c.at.desc(), claims.c.id.desc()).limit(limit)
    )
    return _read_claims(connection, newest_first)[::-1]


def kept_claims(connection: Connection, claim_ids: Sequence[int]) -> list[KeptClaim]:
    """Return the claims with these ids, in this order; those that are not there are left out."""
    if not claim_ids:
        return []
    found = {kept.id: kept for kept in _read_claims(connection, _KEPT.where(claims.c.id.in_(claim_ids)))}
    return [found[claim_id] for claim_id in claim_ids if claim_id in found]


_KEPT = select(
    claims,
    stories.c.title,
    stories.c.outlet,
    stories.c.url,
    stories.c.published,
    weapons_of_claim().label("weapons"),
).join(stories, stories.c.id == claims.c.story_id)


def _read_claims(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[KeptClaim]:
    return [
        KeptClaim(
            id=row.id,
            case_id=row.case_id,
            claim=claim_of(row),
            title=row.title,
            outlet=row.outlet,
            url=row.url,
            published=row.published,
            at=row.at,
            corrected=numbers_of(row.corrected),
        )
        for row in connection.execute(query)
    ]


# ── cases coming and going ───────────────────────────────────────────────────────────────────────────────────────────


def spans(connection: Connection, dyad: rules.Dyad) -> list[rules.Span]:
    """Return the stretches of time of a dyad's cases to which a new claim can go.

    A case that was merged into another covers what that one covers; one that corrections left without a claim, nothing.
    """
    rows = connection.execute(_SPANS, {"from": dyad[0], "to": dyad[1]})
    return [rules.Span(*row) for row in rows]


_into = cases.alias("into")
_SPANS = (
    select(
        cases.c.id,
        func.coalesce(_into.c.first_at, cases.c.first_at),
        func.coalesce(_into.c.last_at, cases.c.last_at),
    )
    .outerjoin(_into, _into.c.id == cases.c.into_id)
    .where(
        cases.c.supplier.is_not_distinct_from(bindparam("from")),
        cases.c.recipient.is_not_distinct_from(bindparam("to")),
        or_(not_(cases.c.closed), cases.c.into_id.is_not(None)),
    )
)


def dyads_of(connection: Connection, case_ids: Collection[int]) -> dict[int, rules.Dyad]:
    """Return the two parties of each of these cases."""
    rows = connection.execute(select(cases.c.id, cases.c.supplier, cases.c.recipient).where(cases.c.id.in_(case_ids)))
    return {row.id: (row.supplier, row.recipient) for row in rows}


def lead(connection: Connection, case_id: int) -> int:
    """Return the case in which the claims of a case are: the one that it was merged into, else itself."""
    return connection.scalar(select(cases.c.into_id).where(cases.c.id == case_id)) or case_id


def span_without(connection: Connection, case_id: int, story_id: int) -> tuple[datetime, datetime] | None:
    """Return the stretch of time of a case but for one story's claims; None: no other story's claim is there."""
    first, last = connection.execute(
        select(func.min(claims.c.at), func.max(claims.c.at)).where(
            claims.c.case_id == case_id, claims.c.story_id != story_id
        )
    ).one()
    return None if first is None else (first, last)


def start(connection: Connection, dyad: rules.Dyad, at: datetime) -> int:
    """Start a case and return its number. It is whole once it has claims and was refreshed."""
    statement = insert(cases).values(
        supplier=dyad[0], recipient=dyad[1], status="alleged", publishers=0, first_at=at, last_at=at
    )
    return int(connection.execute(statement.returning(cases.c.id)).scalar_one())


def count_story(connection: Connection, story_id: int) -> None:
    """Let a story count in the cases it has claims in: their weapons, and its publisher unless it repeats one there."""
    there = claims.alias("there")
    repeats = exists().where(there.c.story_id == stories.c.copy_of, there.c.case_id == claims.c.case_id)
    connection.execute(
        insert(case_weapons)
        .from_select(
            ["case_id", "weapon"],
            select(claims.c.case_id, claim_weapons.c.weapon)
            .join(claims, claims.c.id == claim_weapons.c.claim_id)
            .where(claims.c.story_id == story_id, claims.c.case_id.is_not(None)),
        )
        .on_conflict_do_nothing()
    )
    connection.execute(delete(case_stories).where(case_stories.c.story_id == story_id))
    connection.execute(
        insert(case_stories).from_select(
            ["case_id", "publisher", "story_id"],
            select(claims.c.case_id, stories.c.publisher, stories.c.id)
            .join(stories, stories.c.id == claims.c.story_id)
            .where(claims.c.story_id == story_id, claims.c.case_id.is_not(None), not_(repeats))
            .distinct(),
        )
    )


def cases_of_stories(connection: Connection, story_ids: Sequence[int]) -> set[int]:
    """Return the cases that these stories have claims in."""
    if not story_ids:
        return set()
    wanted = select(claims.c.case_id).where(claims.c.story_id.in_(story_ids), claims.c.case_id.is_not(None))
    return set(connection.execute(wanted).scalars())


# ── the summary ──────────────────────────────────────────────────────────────────────────────────────────────────────


def refresh(connection: Connection, case_id: int, *, lost: bool) -> None:
    """Make a case's summary anew from its claims; a case without claims is deleted, or closed if a correction names it.

    Its weapons and publishers are left to `count_story`; `lost` says that a claim went or changed, so that a weapon
    may have gone with it.
    """
    connection.execute(delete(case_voices).where(case_voices.c.case_id == case_id))
    connection.execute(insert(case_voices).from_select([column.name for column in case_voices.c], _counted(case_id)))
    voices = _voices(connection, [case_id])[case_id]
    if not voices:
        _close(connection, case_id)
        return
    dyad = connection.execute(select(cases.c.supplier, cases.c.recipient).where(cases.c.id == case_id)).one()
    merged = connection.execute(_MERGED, {"case": case_id}).all()
    newest = select(claims.c.story_id).where(claims.c.case_id == case_id)
    publishers = select(func.count(case_stories.c.publisher.distinct())).where(case_stories.c.case_id == case_id)
    last_at = max(voice.last_at for voice in voices)
    connection.execute(
        update(cases)
        .where(cases.c.id == case_id)
        .values(
            status=rules.status(voices, *(party for one in (dyad, *merged) for party in one)),
            publishers=publishers.scalar_subquery(),
            first_at=min(voice.first_at for voice in voices),
            last_at=last_at,
            story_id=newest.order_by(claims.c.at.desc(), claims.c.id.desc()).limit(1).scalar_subquery(),
            closed=False,
        )
    )
    if lost:
        _recount_weapons(connection, case_id)

    connection.execute(delete(case_actors).where(case_actors.c.case_id == case_id))
    speakers = [voice.claimant for voice in voices]
    roles = dict.fromkeys(role for one in (dyad, *merged) for role in actor_roles(*one, speakers))
    if roles:
        rows = [{"actor": actor, "role": role, "last_at": last_at, "case_id": case_id} for actor, role in roles]
        connection.execute(insert(case_actors), rows)


_MERGED = select(cases.c.supplier, cases.c.recipient).where(cases.c.into_id == bindparam("case"))


def _close(connection: Connection, case_id: int) -> None:
    """Keep a case without claims as far as a correction, or what is to come back with its undoing, speaks of it."""
    spoken_of = exists().where(or_(corrections.c.case_id == case_id, corrections.c.other_id == case_id))
    to_come_back = exists().where(readings.c.case_id == case_id)
    if not connection.scalar(select(or_(spoken_of, to_come_back))):
        connection.execute(delete(cases).where(cases.c.id == case_id))
        return
    for table in (case_actors, case_weapons, case_stories):
        connection.execute(delete(table).where(table.c.case_id == case_id))
    connection.execute(update(cases).where(cases.c.id == case_id).values(closed=True, publishers=0))


def _counted(case_id: int) -> Select[tuple[object, ...]]:
    """The voices of a case: for each stance and claimant the newest claim, since when, until when, how many."""
    voice: Subquery = (
        select(
            claims.c.stance,
            claims.c.claimant,
            func.min(claims.c.at).label("first_at"),
            func.max(claims.c.at).label("last_at"),
            func.count().label("claims"),
        )
        .where(claims.c.case_id == case_id)
        .group_by(claims.c.stance, claims.c.claimant)
        .subquery()
    )
    newest = (
        select(func.max(claims.c.id))
        .where(
            claims.c.case_id == case_id,
            claims.c.stance == voice.c.stance,
            claims.c.claimant.is_not_distinct_from(voice.c.claimant),
            claims.c.at == voice.c.last_at,
        )
        .correlate(voice)
        .scalar_subquery()
    )
    claimant = func.coalesce(voice.c.claimant, "")
    return select(literal(case_id), voice.c.stance, claimant, newest, voice.c.first_at, voice.c.last_at, voice.c.claims)


def _recount_weapons(connection: Connection, case_id: int) -> None:
    connection.execute(delete(case_weapons).where(case_weapons.c.case_id == case_id))
    connection.execute(
        insert(case_weapons).from_select(
            ["case_id", "weapon"],
            select(literal(case_id), claim_weapons.c.weapon)
            .join(claims, claims.c.id == claim_weapons.c.claim_id)
            .where(claims.c.case_id == case_id)
            .distinct(),
        )
    )
