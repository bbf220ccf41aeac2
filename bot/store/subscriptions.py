"""Subscriptions: the queries that are kept for destinations. All that changes them is in this file.

Who keeps an index of them in memory sees by `version` that it is out of step, also when another process changed them.
The number is the database's `user_version`: part of the transaction that changes it, and read in no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from bot.model import Subscription
from bot.store.tables import subscriptions


def sync_configured(connection: Connection, wanted: Sequence[tuple[str, str]], now: datetime) -> None:
    """Make the subscriptions that the configuration made be these pairs of destination and query.

    Those that people made by command are left alone, also where the configuration asks for the same.
    """
    stale = delete(subscriptions).where(
        subscriptions.c.configured,
        tuple_(subscriptions.c.destination, subscriptions.c.query).not_in(list(wanted)),
    )
    changed = connection.execute(stale).rowcount
    for destination, query in wanted:
        changed += connection.execute(
            insert(subscriptions)
            .values(destination=destination, query=query, configured=True, created_at=now)
            .on_conflict_do_nothing()
        ).rowcount
    if changed:
        _count_change(connection)


def version(connection: Connection) -> int:
    """Return a number that is another one once the subscriptions have changed."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _count_change(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {version(connection) + 1}")


def all_subscriptions(connection: Connection) -> list[Subscription]:
    """Return every subscription, oldest first."""
    rows = connection.execute(
        select(subscriptions.c.id, subscriptions.c.destination, subscriptions.c.query).order_by(subscriptions.c.id)
    )
    return [Subscription(row.id, row.destination, row.query) for row in rows]


def wanted(connection: Connection) -> set[tuple[str, str]]:
    """Return every subscription as destination and query."""
    rows = connection.execute(select(subscriptions.c.destination, subscriptions.c.query))
    return {(destination, query) for destination, query in rows.all()}
