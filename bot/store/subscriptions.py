"""Subscriptions: the queries that are kept for destinations. All that changes them is in this file.

Who keeps an index of them in memory sees by `version` that it is out of step, also when another process changed them.
The number is the database's `user_version`: part of the transaction that changes it, and read in no time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_, update
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
    going = (subscriptions.c.paused_at.is_(None), subscriptions.c.paused_until.is_(None))
    rows = connection.execute(select(*columns).where(*going))
    return {(Interest(destination, rhythm, mention), query) for destination, rhythm, mention, query in rows.all()}


def end_pauses(connection: Connection, now: datetime) -> datetime | None:
    """Let go on what was paused by command until now, and return when the next of these pauses ends."""
    over = update(subscriptions).where(subscriptions.c.paused_until <= now).values(paused_until=None)
    if connection.execute(over).rowcount:
        _count_change(connection)
    return connection.execute(select(func.min(subscriptions.c.paused_until))).scalar()


def all_subscriptions(connection: Connection) -> list[Subscription]:
    """Return every subscription whose destination is not gone, oldest first."""
    return _read(connection, subscriptions.c.paused_at.is_(None))


def configured(connection: Connection) -> list[Subscription]:
    """Return every subscription that the configuration made, oldest first."""
    return _read(connection, subscriptions.c.configured)


def subscriptions_at(
    connection: Connection, destinations: Collection[str], now: datetime | None = None
) -> list[Subscription]:
    """Return all subscriptions of these destinations, those that are paused too, oldest first.

    One that was paused until `now` or before is read as going on.
    """
    found = _read(connection, subscriptions.c.destination.in_(list(destinations)))
    over = [now is not None and one.paused_until is not None and one.paused_until <= now for one in found]
    return [replace(one, paused_until=None) if done else one for one, done in zip(found, over, strict=True)]


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
    values = {"rhythm": rhythm, "maker": maker, "mention": mention, **_GOING_ON}
    number = connection.execute(
        insert(subscriptions)
        .values(destination=destination, query=query, configured=False, created_at=now, **values)
        .on_conflict_do_update(index_elements=["destination", "query"], set_=values)
        .returning(subscriptions.c.id)
    ).scalar_one()
    _count_change(connection)
    return int(number), new


def change(connection: Connection, number: int, query: str, *, rhythm: Rhythm | None, mention: str | None) -> bool:
    """Let a subscription be to another query, in another rhythm; False: its destination has one to that query."""
    this = select(subscriptions.c.destination).where(subscriptions.c.id == number).scalar_subquery()
    same = (subscriptions.c.destination == this) & (subscriptions.c.query == query) & (subscriptions.c.id != number)
    if connection.execute(select(subscriptions.c.id).where(same)).first():
        return False
    values = {"query": query, "rhythm": rhythm, "mention": mention}
    connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(values))
    _count_change(connection)
    return True


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


def pause_until(connection: Connection, number: int, until: datetime) -> None:
    """Let nothing be told of a subscription until then."""
    connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(paused_until=until))
    _count_change(connection)


def go_on(connection: Connection, number: int) -> None:
    """Let a subscription be told of again, whyever it was paused."""
    connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(_GOING_ON))
    _count_change(connection)


_GOING_ON: dict[str, None] = {"paused_at": None, "paused_why": None, "paused_until": None}


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
