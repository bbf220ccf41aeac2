"""The claims of a story: reading them back, and putting an edited story's in the place of what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, delete, func, insert, select, update
from sqlalchemy.engine import Row

from bot.corrections import Key, Placed
from bot.model import WEAPONS, Claim
from bot.store.tables import claim_actors, claim_weapons, claims


@dataclass(frozen=True, slots=True)
class Held:
    """A claim of a story as it is kept."""

    id: int
    case_id: int | None
    claim: Claim
    corrected: tuple[int, ...] = ()


def weapons_of_claim() -> ScalarSelect[str]:
    """The categories of a claim in one column, with commas between, for a query over `claims`."""
    return (
        select(func.aggregate_strings(claim_weapons.c.weapon, ","))
        .where(claim_weapons.c.claim_id == claims.c.id)
        .correlate(claims)
        .scalar_subquery()
    )


def claim_of(row: Row[tuple[object, ...]]) -> Claim:
    """Return the claim in a row that has the columns of `claims` and `weapons_of_claim()` as `weapons`."""
    weapons = (row.weapons or "").split(",")
    return Claim(
        stance=row.stance,
        claimant=row.claimant,
        supplier=row.supplier,
        recipient=row.recipient,
        weapons=tuple(weapon for weapon in WEAPONS if weapon in weapons),
        phase=row.phase,
        words=row.words,
        carrier=row.carrier,
        rules=tuple(row.rules.split(",")) if row.rules else (),
    )


def numbers_of(kept: str) -> tuple[int, ...]:
    """Return the numbers of the corrections of a claim, as the column keeps them."""
    return tuple(map(int, kept.split(","))) if kept else ()


def of_story(connection: Connection, story_id: int) -> dict[Key, Held]:
    """Return a story's claims by their keys."""
    rows = connection.execute(select(claims, weapons_of_claim().label("weapons")).where(claims.c.story_id == story_id))
    held = [Held(row.id, row.case_id, claim_of(row), numbers_of(row.corrected)) for row in rows]
    return {one.claim.key: one for one in held}


def put(
    connection: Connection,
    story_id: int,
    at: datetime,
    placed: Sequence[Placed],
    held: Mapping[Key, Held],
) -> None:
    """Make these a story's claims, each in its case: those it held with an equal key keep their id, others go."""
    keys = {one.claim.key for one in placed}
    _forget(connection, [one.id for key, one in held.items() if key not in keys])
    for one in placed:
        claim = one.claim
        values = {
            "case_id": one.case_id,
            "phase": claim.phase,
            "words": claim.words,
            "carrier": claim.carrier,
            "rules": ",".join(claim.rules),
            "at": at,
            "corrected": ",".join(map(str, one.corrected)),
        }
        if claim.key in held:
            claim_id = held[claim.key].id
            connection.execute(update(claims).where(claims.c.id == claim_id).values(**values))
            connection.execute(delete(claim_weapons).where(claim_weapons.c.claim_id == claim_id))
            connection.execute(delete(claim_actors).where(claim_actors.c.claim_id == claim_id))
        else:
            stance, claimant, supplier, recipient = claim.key
            statement = insert(claims).values(
                story_id=story_id, stance=stance, claimant=claimant, supplier=supplier, recipient=recipient, **values
            )
            claim_id = connection.execute(statement.returning(claims.c.id)).scalar_one()
        _describe(connection, claim_id, claim, at)


def _forget(connection: Connection, claim_ids: Sequence[int]) -> None:
    if claim_ids:
        connection.execute(delete(claims).where(claims.c.id.in_(claim_ids)))


def _describe(connection: Connection, claim_id: int, claim: Claim, at: datetime) -> None:
    """Keep a claim's weapons and actors, by which it is found."""
    weapons = [{"claim_id": claim_id, "weapon": weapon} for weapon in dict.fromkeys(claim.weapons)]
    if weapons:
        connection.execute(insert(claim_weapons), weapons)
    roles = actor_roles(claim.supplier, claim.recipient, [claim.claimant])
    if roles:
        connection.execute(
            insert(claim_actors),
            [{"claim_id": claim_id, "actor": actor, "role": role, "at": at} for actor, role in roles],
        )


def actor_roles(supplier: str | None, recipient: str | None, claimants: Iterable[str | None]) -> list[tuple[str, str]]:
    """Return (actor, role) for each role an actor has, and once more with "any" for each actor."""
    roles = [(supplier, "from"), (recipient, "to"), *((claimant, "by") for claimant in claimants)]
    named = [(actor, role) for actor, role in roles if actor]
    return list(dict.fromkeys([*named, *((actor, "any") for actor, _ in named)]))
