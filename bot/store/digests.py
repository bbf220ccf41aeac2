"""Digests: alerts that gather cases until they are due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import DigestItem, Period, Status
from bot.store import ledger
from bot.store.alerts import key_of
from bot.store.tables_alerts import alerts, digest_items


def gather(
    connection: Connection,
    destination: str,
    case_id: int,
    was: Status | None,
    *,
    period: Period,
    due: datetime,
    now: datetime,
) -> bool:
    """Let the destination's digest of this period tell of a case, and return whether it is owed because of it.

    The digest that is open there is used whenever it is due, else one is begun that is `due` then. A case that it tells
    of already stays as it was before the first change. `was`: its status before; None: it is new there.
    """
    open_one = select(alerts.c.id).where(
        alerts.c.state == "owed",
        alerts.c.destination == destination,
        alerts.c.kind == "digest",
        alerts.c.period == period,
        alerts.c.attempts == 0,
    )
    alert_id = connection.execute(open_one.order_by(alerts.c.id).limit(1)).scalar()
    begun = alert_id is None
    if alert_id is None:
        alert_id = connection.execute(
            insert(alerts)
            .values(
                key=key_of("digest", destination, case_id, f"{period} {due.isoformat()} {now.isoformat()}"),
                kind="digest",
                destination=destination,
                period=period,
                owed_at=now,
                state="owed",
                next_try_at=due,
            )
            .returning(alerts.c.id)
        ).scalar_one()
    values = {"alert_id": alert_id, "case_id": case_id, "was": was}
    connection.execute(insert(digest_items).values(values).on_conflict_do_nothing())
    return begun


def items(connection: Connection, alert_id: int) -> list[DigestItem]:
    """Return what a digest tells of: those cases that are there still, those that changed last first."""
    were = {
        row.case_id: row.was
        for row in connection.execute(
            select(digest_items.c.case_id, digest_items.c.was).where(digest_items.c.alert_id == alert_id)
        )
    }
    found = [case for case in ledger.cases_by_id(connection, sorted(were)) if case.voices]
    found.sort(key=lambda case: (case.last_at, case.id), reverse=True)
    return [DigestItem(case, were[case.id]) for case in found]


def told_in_digests(connection: Connection, case_id: int) -> dict[str, bool]:
    """Return the destinations that were told of a case in a digest, or will be: True where that is still to come."""
    rows = connection.execute(
        select(alerts.c.destination, func.max((alerts.c.state == "owed") & (alerts.c.attempts == 0)).label("to_come"))
        .join(digest_items, digest_items.c.alert_id == alerts.c.id)
        .where(digest_items.c.case_id == case_id, alerts.c.state.in_(("owed", "sent")))
        .group_by(alerts.c.destination)
    )
    return {row.destination: bool(row.to_come) for row in rows}


def posts_since(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many cases' messages came to be owed to each destination since then."""
    rows = connection.execute(
        select(alerts.c.destination, func.count().label("posts"))
        .where(alerts.c.kind == "post", alerts.c.owed_at >= since)
        .group_by(alerts.c.destination)
    )
    return {row.destination: row.posts for row in rows}


def reschedule(connection: Connection, destination: str, period: Period, due: datetime) -> None:
    """Let the open digest of a destination be due then: its reader wants another time."""
    connection.execute(
        update(alerts)
        .where(
            alerts.c.destination == destination,
            alerts.c.kind == "digest",
            alerts.c.period == period,
            alerts.c.state == "owed",
            alerts.c.attempts == 0,
        )
        .values(next_try_at=due)
    )
