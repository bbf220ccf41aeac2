"""The outbox: the alerts that are owed, who is delivering them, and the messages that show a case somewhere.

An alert is `owed` until it is `sent`, `dead` (tried for too long) or `gone` (its destination is). Within a destination
they go out in the order in which they came to be owed: only the first that is owed there can be leased.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, case, exists, false, func, literal, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Alert, AlertKind, Card, Status
from bot.store.tables import Instant
from bot.store.tables_alerts import alerts, messages

_REASON = 500  # characters of an error that are kept
_CARD = TypeAdapter(Card)


@dataclass(frozen=True, slots=True)
class Owed:
    """One alert to be owed."""

    key: str
    kind: AlertKind
    destination: str
    case_id: int | None  # None: a notice
    was: Status | None = None  # for a reply: the status before
    now: Status | None = None  # for a reply: the status after
    card: Card | None = None  # what a notice says
    mention: str | None = None  # a role to be mentioned with it


def key_of(kind: AlertKind, destination: str, case_id: int | None, event: str) -> str:
    """Return the key of an alert: the same for the same event, 24 characters, so that it serves as Discord's nonce."""
    digest = blake2b(f"{kind}\n{destination}\n{case_id}\n{event}".encode(), digest_size=15).digest()
    return base64.b32encode(digest).decode().lower()


def notice(destination: str, card: Card, event: str) -> Owed:
    """Return a card to be owed to a destination, once for each `event` there: "feed 12 failing 2026-11-24"."""
    return Owed(key_of("notice", destination, None, event), "notice", destination, None, card=card)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands at a destination where it was posted, or is to be."""

    posting: bool  # its post was not begun yet: it will show the case as it is then
    editing: bool  # nor was an edit that is owed already


def standing(connection: Connection, case_id: int) -> dict[str, Standing]:
    """Return the destinations that show a case or owe it a message, and what is underway there."""
    posted = connection.execute(select(messages.c.destination).where(messages.c.case_id == case_id)).scalars().all()
    owed = connection.execute(
        select(alerts.c.destination, alerts.c.kind, alerts.c.attempts).where(
            alerts.c.case_id == case_id, alerts.c.state == "owed"
        )
    ).all()
    fresh = {(row.destination, row.kind) for row in owed if row.attempts == 0}
    shown = {*posted, *(row.destination for row in owed if row.kind == "post")}
    return {place: Standing((place, "post") in fresh, (place, "edit") in fresh) for place in shown}


def owe(connection: Connection, owed: Sequence[Owed], now: datetime) -> int:
    """Owe these alerts and return how many are new: one with a key that is known already is not owed again."""
    if not owed:
        return 0
    rows = [
        {
            "key": one.key,
            "kind": one.kind,
            "destination": one.destination,
            "case_id": one.case_id,
            "was": one.was,
            "now": one.now,
            "mention": one.mention,
            "card": one.card and _CARD.dump_json(one.card).decode(),
            "owed_at": now,
            "state": "owed",
            "next_try_at": now,
        }
        for one in owed
    ]
    return connection.execute(insert(alerts).on_conflict_do_nothing(), rows).rowcount


# ── leasing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def lease(
    connection: Connection,
    platforms: Collection[str],
    now: datetime,
    until: datetime,
    limit: int,
    holder: str | None = None,
) -> list[Alert]:
    """Lease what is due on these platforms, at most one alert for each destination, and return it.

    Nobody else is given these before `until`, unless `holder` is found to have ended. A lease is an attempt: who holds
    it may be killed at any moment.
    """
    earlier = alerts.alias("earlier")
    waits = exists().where(
        earlier.c.state == "owed",
        earlier.c.destination == alerts.c.destination,
        earlier.c.id < alerts.c.id,
        earlier.c.kind != "digest",  # what waits for its hour holds nothing up
    )
    rows = connection.execute(
        select(alerts, messages.c.message)
        .outerjoin(
            messages,
            (messages.c.case_id == alerts.c.case_id) & (messages.c.destination == alerts.c.destination),
        )
        .where(
            alerts.c.state == "owed",
            alerts.c.next_try_at <= now,
            or_(alerts.c.leased_until.is_(None), alerts.c.leased_until <= now),
            _on(platforms),
            not_(waits),
        )
        .order_by(alerts.c.next_try_at, alerts.c.id)
        .limit(limit)
    ).all()
    if rows:
        connection.execute(
            update(alerts)
            .where(alerts.c.id.in_([row.id for row in rows]))
            .values(
                leased_until=until,
                leased_by=holder,
                attempts=alerts.c.attempts + 1,
                first_try_at=func.coalesce(alerts.c.first_try_at, literal(now, Instant)),
            )
        )
    return [
        Alert(
            id=row.id,
            key=row.key,
            kind=row.kind,
            destination=row.destination,
            case_id=row.case_id,
            message=row.message,
            was=row.was,
            now=row.now,
            attempts=row.attempts,
            owed_at=row.owed_at,
            card=row.card and _CARD.validate_json(row.card),
            period=row.period,
            mention=row.mention,
        )
        for row in rows
    ]


def shift(connection: Connection, now: datetime, back: timedelta, *, wait: timedelta, lease: timedelta) -> None:
    """Take the times of what is owed back, after the clock was, but for digests, which wait for an hour of the day.

    Nothing waits for more than `wait` after it, and no lease is longer than `lease`.
    """
    owed = (alerts.c.state == "owed", not_((alerts.c.kind == "digest") & (alerts.c.period != "burst")))
    newest = connection.execute(select(func.max(alerts.c.owed_at)).where(*owed)).scalar()
    if newest:  # the clock may have been set forth before, and nobody have looked
        back = max(back, newest - now)
    microseconds = literal(back // timedelta(microseconds=1))
    taken_back = func.min(alerts.c.next_try_at - microseconds, literal(now + wait, Instant))
    connection.execute(
        update(alerts)
        .where(*owed)
        .values(
            next_try_at=case((alerts.c.next_try_at > now, taken_back), else_=alerts.c.next_try_at),
            # Not taken back as well: it may have been given since the clock was set, and would seem to have run out.
            leased_until=func.min(alerts.c.leased_until, literal(now + lease, Instant)),
            first_try_at=func.min(alerts.c.first_try_at, literal(now, Instant)),
        )
    )


def holders(connection: Connection, now: datetime) -> list[str]:
    """Return who holds leases now, as far as that is known."""
    held = select(alerts.c.leased_by).where(alerts.c.state == "owed", alerts.c.leased_until > now)
    return [name for name in connection.execute(held.distinct()).scalars() if name]


def take_back(connection: Connection, ended: Collection[str]) -> int:
    """Let what these held be leased again at once, and return how many alerts that are."""
    theirs = update(alerts).where(
        alerts.c.state == "owed", alerts.c.leased_until.is_not(None), alerts.c.leased_by.in_(list(ended))
    )
    return connection.execute(theirs.values(leased_until=None, leased_by=None)).rowcount


def next_try(connection: Connection, platforms: Collection[str], now: datetime) -> datetime | None:
    """Return when the first of the alerts that wait for another attempt on these platforms comes due."""
    waiting = (alerts.c.state == "owed", alerts.c.next_try_at > now, _on(platforms))
    return connection.execute(
        select(alerts.c.next_try_at).where(*waiting).order_by(alerts.c.next_try_at).limit(1)
    ).scalar()


def stranded(connection: Connection, platforms: Collection[str]) -> list[str]:
    """Return the destinations that are owed something on other platforms than these."""
    owed = select(alerts.c.destination).where(alerts.c.state == "owed", not_(_on(platforms)))
    return list(connection.execute(owed.distinct()).scalars())


def _on(platforms: Collection[str]) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            (alerts.c.destination == name) | alerts.c.destination.startswith(f"{name}:", autoescape=True)
            for name in platforms
        ),
    )


# ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────────


def delivered(connection: Connection, alert: Alert, message: str | None, now: datetime) -> None:
    """Note that an alert went out, and for a post the message that shows its case from now on."""
    _finish(connection, alert.id, "sent", now)
    if alert.kind == "post" and message is not None:
        connection.execute(
            insert(messages)
            .values(case_id=alert.case_id, destination=alert.destination, message=message, posted_at=now)
            .on_conflict_do_nothing()
        )


def failed(
    connection: Connection, alert: Alert, reason: str, *, now: datetime, retry_at: datetime, patience: timedelta
) -> bool:
    """Note that an attempt failed, and say whether the alert was given up.

    It is tried again at `retry_at`, unless `patience` has passed since the first attempt.
    """
    tried_since = connection.execute(select(alerts.c.first_try_at).where(alerts.c.id == alert.id)).scalar()
    if tried_since is not None and now - tried_since >= patience:
        give_up(connection, alert, reason, now)
        return True
    _settle(connection, alert.id, next_try_at=retry_at, leased_until=None, error=reason[:_REASON])
    return False


def give_up(connection: Connection, alert: Alert, reason: str, now: datetime) -> None:
    """Note that an alert will not be delivered any more."""
    _finish(connection, alert.id, "dead", now, reason[:_REASON])


def release(connection: Connection, alert: Alert) -> None:
    """Hand a lease back: whoever comes next may try at once."""
    _settle(connection, alert.id, leased_until=None)


def gone(connection: Connection, destination: str, reason: str, now: datetime) -> int:
    """Note that a destination is gone for good, and return how many alerts were still owed to it."""
    statement = update(alerts).where(alerts.c.destination == destination, alerts.c.state == "owed")
    done = statement.values(state="gone", leased_until=None, done_at=now, error=reason[:_REASON])
    return connection.execute(done).rowcount


def _finish(connection: Connection, alert_id: int, state: str, now: datetime, error: str | None = None) -> None:
    _settle(connection, alert_id, state=state, leased_until=None, done_at=now, error=error)


def _settle(connection: Connection, alert_id: int, **values: object) -> None:
    """Only what is still owed: someone with a later lease may have delivered it."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id, alerts.c.state == "owed").values(**values))
