"""Counts for monitoring, read every few seconds by some: each goes by an index, or through few and short rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, not_, select

from bot.store.health import PLATFORM
from bot.store.tables import alerts, cases, feeds


@dataclass(frozen=True, slots=True)
class Measures:
    """How much of what there is."""

    feeds: Mapping[str, int]  # on the list, by state, in the words of bot/feeds/state.py
    cases: Mapping[str, int]  # by status
    owed: Mapping[str, tuple[int, datetime]]  # alerts by platform, and since when the oldest is owed
    dead_letters: int
    database_bytes: int
    free_bytes: int  # of these


_STATE = case(
    (feeds.c.paused, "paused"),
    (feeds.c.gone_at.is_not(None), "gone"),
    (feeds.c.failures > 0, "failing"),
    (feeds.c.last_success_at.is_(None), "never polled"),
    (feeds.c.told == "quiet", "quiet"),
    else_="ok",
).label("state")


def measures(connection: Connection, now: datetime) -> Measures:
    """Return how things are `now`: one view of the database."""
    by_state = select(_STATE, func.count()).where(feeds.c.enabled).group_by(_STATE)
    by_status = select(cases.c.status, func.count()).group_by(cases.c.status)
    early = and_(alerts.c.kind == "digest", alerts.c.attempts == 0, alerts.c.next_try_at > now)
    platform = PLATFORM.label("platform")
    owed = (
        select(platform, func.count(), func.min(alerts.c.owed_at))
        .where(alerts.c.state == "owed", not_(early))
        .group_by(platform)
    )
    dead = select(func.count()).where(alerts.c.state.in_(("dead", "gone")))
    pages, free, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return Measures(
        feeds={row[0]: row[1] for row in connection.execute(by_state)},
        cases={row[0]: row[1] for row in connection.execute(by_status)},
        owed={row[0]: (row[1], row[2]) for row in connection.execute(owed)},
        dead_letters=connection.execute(dead).scalar_one(),
        database_bytes=pages * size,
        free_bytes=free * size,
    )


def answers(connection: Connection) -> None:
    """Read something, whatever it is; an error where the database can't be read."""
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
