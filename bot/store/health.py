"""Whether the database file is whole, and how reading and delivering go."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, not_, select

from bot.model import Health, Undelivered
from bot.store.feed_list import listed
from bot.store.tables import alerts, stories

_PERIOD = timedelta(days=1)
_UNDELIVERED = 10  # reasons that are told


PLATFORM = func.substr(alerts.c.destination, 1, func.instr(alerts.c.destination + ":", ":") - 1)


def faults(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong: damaged pages and rows that refer to nothing; nothing when all is well."""
    pages = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(10)") if row[0] != "ok"]
    rows = [
        f"a row of {row[0]} refers to a missing row of {row[2]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return pages + rows[:10]


def health(connection: Connection, now: datetime) -> Health:
    """Return how things stand `now`: one view of the database."""
    # A digest that nobody has tried yet is owed from its first case on, but late only after its hour.
    early = and_(alerts.c.kind == "digest", alerts.c.attempts == 0, alerts.c.next_try_at > now)
    owed = alerts.c.state == "owed"
    platform = PLATFORM.label("platform")
    backlog = connection.execute(
        select(platform, func.count(), func.min(alerts.c.owed_at))
        .where(owed, not_(early))
        .group_by(platform)
        .order_by(platform)
    ).all()
    done = _done(connection, now - _PERIOD)
    newest = connection.execute(
        select(stories.c.title, stories.c.outlet, stories.c.seen).order_by(stories.c.id.desc()).limit(1)
    ).first()
    return Health(
        at=now,
        feeds=tuple(listed(connection)),
        owed=tuple((row[0], row[1]) for row in backlog),
        oldest_owed=min((row[2] for row in backlog), default=None),
        waiting=connection.execute(select(func.count()).where(owed, early)).scalar_one(),
        sent=done.get("sent", 0),
        dead=done.get("dead", 0),
        gone=done.get("gone", 0),
        dead_letters=connection.execute(select(func.count()).where(alerts.c.state.in_(("dead", "gone")))).scalar_one(),
        undelivered=tuple(_undelivered(connection)),
        newest_story=newest and (newest.title, newest.outlet, newest.seen),
        database_bytes=connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        * connection.exec_driver_sql("PRAGMA page_size").scalar_one(),
    )


def _done(connection: Connection, since: datetime) -> dict[str, int]:
    """How many alerts came to each end since then."""
    rows = connection.execute(
        select(alerts.c.state, func.count().label("alerts")).where(alerts.c.done_at >= since).group_by(alerts.c.state)
    )
    return {row.state: row.alerts for row in rows}


def _undelivered(connection: Connection) -> list[Undelivered]:
    at = func.max(func.coalesce(alerts.c.done_at, alerts.c.next_try_at), type_=alerts.c.done_at.type)
    rows = connection.execute(
        select(
            func.min(alerts.c.destination).label("destination"),
            func.count(alerts.c.destination.distinct()).label("destinations"),
            alerts.c.state,
            alerts.c.error.label("reason"),
            func.count().label("alerts"),
            at.label("at"),
        )
        .where(alerts.c.state.in_(("owed", "dead", "gone")), alerts.c.error.is_not(None))
        .group_by(PLATFORM, alerts.c.state, alerts.c.error)
        .order_by(at.desc(), PLATFORM)
        .limit(_UNDELIVERED)
    )
    return [Undelivered(**row._mapping) for row in rows]
