"""Subscriptions: the queries that are kept for destinations."""

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
    connection.execute(stale)
    for destination, query in wanted:
        connection.execute(
            insert(subscriptions)
            .values(destination=destination, query=query, configured=True, created_at=now)
            .on_conflict_do_nothing()
        )


def all_subscriptions(connection: Connection) -> list[Subscription]:
    """Return every subscription, oldest first."""
    rows = connection.execute(
        select(subscriptions.c.id, subscriptions.c.destination, subscriptions.c.query).order_by(subscriptions.c.id)
    )
    return [Subscription(row.id, row.destination, row.query) for row in rows]
