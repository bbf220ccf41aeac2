"""What people and channels prefer, and the cases that they muted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, not_, or_, select
from sqlalchemy.dialects.sqlite import insert

from bot.model import Prefs
from bot.store.tables import cases
from bot.store.tables_alerts import messages, mutes, prefs

_AT_ONCE = 500  # parameters in a statement


def prefs_of(connection: Connection, destinations: Collection[str]) -> dict[str, Prefs]:
    """Return what those of the destinations prefer that said so."""
    wanted = sorted(destinations)
    rows = [
        row
        for start in range(0, len(wanted), _AT_ONCE)
        for row in connection.execute(select(prefs).where(prefs.c.destination.in_(wanted[start : start + _AT_ONCE])))
    ]
    return {row.destination: _prefs(row) for row in rows}


def _prefs(row: Any) -> Prefs:
    said = {name: getattr(row, name) for name in ("rhythm", "at", "weekday", "zone")}
    quiet = None if row.quiet_from is None else (row.quiet_from, row.quiet_to)
    return Prefs(quiet=quiet, **{name: value for name, value in said.items() if value is not None})


def prefer(connection: Connection, destination: str, wanted: Prefs) -> None:
    """Keep what a destination prefers."""
    start, end = wanted.quiet or (None, None)
    values = {
        "rhythm": wanted.rhythm,
        "at": wanted.at,
        "weekday": wanted.weekday,
        "quiet_from": start,
        "quiet_to": end,
        "zone": wanted.zone,
    }
    connection.execute(
        insert(prefs)
        .values(destination=destination, **values)
        .on_conflict_do_update(index_elements=["destination"], set_=values)
    )


def mute(connection: Connection, destination: str, case_id: int, until: datetime | None) -> None:
    """Tell a destination nothing more of a case until then; None: for good."""
    connection.execute(
        insert(mutes)
        .values(case_id=case_id, destination=destination, until=until)
        .on_conflict_do_update(index_elements=["case_id", "destination"], set_={"until": until})
    )


def unmute(connection: Connection, destination: str, case_id: int) -> bool:
    """Tell a destination of a case again; return whether it was muted."""
    gone = delete(mutes).where(mutes.c.case_id == case_id, mutes.c.destination == destination)
    return bool(connection.execute(gone).rowcount)


def muted(connection: Connection, case_id: int, now: datetime) -> set[str]:
    """Return the destinations that are to be told nothing of a case now.

    Whoever muted a case that was merged into it hears no more of that, unless the case has a message of its own there.
    """
    still = or_(mutes.c.until.is_(None), mutes.c.until > now)
    merged = select(cases.c.id).where(cases.c.into_id == case_id)
    handed_on = messages.alias("handed_on")
    own = exists().where(
        messages.c.case_id == case_id,
        messages.c.destination == mutes.c.destination,
        not_(
            exists().where(
                handed_on.c.case_id.in_(merged),
                handed_on.c.destination == messages.c.destination,
                handed_on.c.message == messages.c.message,
            )
        ),
    )
    meant = or_(mutes.c.case_id == case_id, mutes.c.case_id.in_(merged) & not_(own))
    return set(connection.execute(select(mutes.c.destination).where(meant, still)).scalars())


def muted_at(connection: Connection, destinations: Collection[str], now: datetime) -> list[tuple[int, datetime | None]]:
    """Return the cases that are muted at these destinations, each with until when."""
    still = or_(mutes.c.until.is_(None), mutes.c.until > now)
    rows = connection.execute(
        select(mutes.c.case_id, mutes.c.until).where(mutes.c.destination.in_(list(destinations)), still)
    )
    return [(row.case_id, row.until) for row in rows]
