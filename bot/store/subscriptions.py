"""Subscriptions: the queries that are kept for destinations. All that changes them is in this file.

Who keeps an index of them in memory sees by `version` that it is out of step, also when another process changed them.
The number is the database's `user_version`: part of the transaction that changes it, and read in no time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Interest, Rhythm, Subscription
from bot.store.tables import subscriptions

_NAMES = [one.name for one in fields(Subscription)]


def sync_configured(connection: Connection, wanted: Sequence[tuple[str, str]], now: datetime) -> None:
    """Make the subscriptions that the configuration made be these pairs of destination and query.

    Those that people made by command are left alone, also where the configuration asks for the same. One whose
    destination was gone is tried again.
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
            .on_conflict_do_update(
                index_elements=["destination", "query"],
                set_={"paused_at": None, "paused_why": None},
                where=subscriptions.c.paused_at.is_not(None),
            )
        ).rowcount
    if changed:
        _count_change(connection)


def version(connection: Connection) -> int:
    """Return a number that is another one once the subscriptions have changed."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _count_change(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {version(connection) + 1}")


def wanted(connection: Connection) -> set[tuple[Interest, str]]:
    """Return every subscription that is not paused: who wants it, and the query."""
    columns = (subscriptions.c[name] for name in ("destination", "rhythm", "mention", "query"))
    rows = connection.execute(select(*columns).where(subscriptions.c.paused_at.is_(None)))
    return {(Interest(destination, rhythm, mention), query) for destination, rhythm, mention, query in rows.all()}


def all_subscriptions(connection: Connection) -> list[Subscription]:
    """Return every subscription that is not paused, oldest first."""
    return _read(connection, subscriptions.c.paused_at.is_(None))


def subscriptions_at(connection: Connection, destinations: Collection[str]) -> list[Subscription]:
    """Return all subscriptions of these destinations, those that are paused too, oldest first."""
    return _read(connection, subscriptions.c.destination.in_(list(destinations)))


def subscribe(
    connection: Connection,
    destination: str,
    query: str,
    *,
    rhythm: Rhythm | None,
    maker: str,
    mention: str | None,
    now: datetime,
) -> tuple[int, bool]:
    """Keep a query for a destination; return the subscription's number and whether it is new.

    One that is there already takes the new rhythm, mention and maker, and goes on if it was paused.
    """
    was = select(subscriptions.c.id).where(subscriptions.c.destination == destination, subscriptions.c.query == query)
    new = connection.execute(was).scalar() is None
    values = {"rhythm": rhythm, "maker": maker, "mention": mention, "paused_at": None, "paused_why": None}
    number = connection.execute(
        insert(subscriptions)
        .values(destination=destination, query=query, configured=False, created_at=now, **values)
        .on_conflict_do_update(index_elements=["destination", "query"], set_=values)
        .returning(subscriptions.c.id)
    ).scalar_one()
    _count_change(connection)
    return int(number), new


def unsubscribe(connection: Connection, number: int) -> None:
    """Keep a subscription no longer."""
    connection.execute(delete(subscriptions).where(subscriptions.c.id == number))
    _count_change(connection)


def pause(connection: Connection, destination: str, why: str, now: datetime) -> list[Subscription]:
    """Pause the subscriptions of a destination that is gone, and return those that were not paused before."""
    paused = _read(connection, (subscriptions.c.destination == destination) & subscriptions.c.paused_at.is_(None))
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id.in_([one.id for one in paused]))
        .values(paused_at=now, paused_why=why)
    )
    _count_change(connection)
    return paused


def resume(connection: Connection, destination: str, why: str) -> int:
    """Let the subscriptions of a destination go on that were paused for this reason, and return how many these are."""
    paused = subscriptions.c.destination == destination, subscriptions.c.paused_why == why
    resumed = connection.execute(update(subscriptions).where(*paused).values(paused_at=None, paused_why=None)).rowcount
    _count_change(connection)
    return resumed


def end_all(connection: Connection, destination: str) -> int:
    """Keep the subscriptions of a destination no longer that were made by command; return how many these were."""
    made = subscriptions.c.destination == destination, subscriptions.c.configured.is_(False)
    ended = connection.execute(delete(subscriptions).where(*made)).rowcount
    _count_change(connection)
    return ended


def _read(connection: Connection, where: ColumnElement[bool]) -> list[Subscription]:
    rows = connection.execute(select(*(subscriptions.c[name] for name in _NAMES)).where(where).order_by("id"))
    return [Subscription(**row._mapping) for row in rows]
