"""Dead letters: alerts that were given up, `dead` after a day of trying or `gone` with their destination."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, literal, select, update

from bot.model import AlertKind
from bot.store.tables import Instant
from bot.store.tables_alerts import alerts, messages

_GIVEN_UP = ("dead", "gone")
_AT_ONCE = 500  # rows in one statement: SQLite takes so many parameters and more


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One alert that was given up."""

    id: int
    kind: AlertKind
    destination: str
    case_id: int | None
    state: str  # "dead" or "gone"
    owed_at: datetime
    done_at: datetime  # when it was given up
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Resent:
    """What became of the wish to send alerts again."""

    owed: int
    posted_since: tuple[int, ...] = ()  # left as they are: their case has a message there by now
    unknown: tuple[int, ...] = ()  # no dead letter has this number


def dead_letters(connection: Connection) -> list[DeadLetter]:
    """Return the alerts that were given up, in the order in which they came to be owed."""
    columns = [alerts.c[name] for name in DeadLetter.__slots__]
    rows = connection.execute(select(*columns).where(alerts.c.state.in_(_GIVEN_UP)).order_by(alerts.c.id))
    return [DeadLetter(**row._mapping) for row in rows]


def resend(connection: Connection, wanted: Collection[int] | None, now: datetime) -> Resent:
    """Owe dead letters again, at once and for another day; `wanted`: their numbers, None for all of them.

    A post whose case was posted there since stays as it is: sent again, it would stand there twice.
    """
    letters = [one for one in dead_letters(connection) if wanted is None or one.id in wanted]
    shown = _shown(connection)
    again: list[int] = []
    posted_since: list[int] = []
    for one in letters:
        place = (one.case_id, one.destination)
        if one.kind == "post" and place in shown:
            posted_since.append(one.id)
            continue
        if one.kind == "post":
            shown.add(place)
        again.append(one.id)
    for start in range(0, len(again), _AT_ONCE):
        _owe_again(connection, again[start : start + _AT_ONCE], now)
    known = {one.id for one in letters}
    return Resent(len(again), tuple(posted_since), tuple(sorted(set(wanted or ()) - known)))


def _shown(connection: Connection) -> set[tuple[int | None, str]]:
    """The cases with the places that show them, or are owed their post, of those with a post that was given up."""
    lost = (
        select(alerts.c.case_id, alerts.c.destination)
        .where(alerts.c.state.in_(_GIVEN_UP), alerts.c.kind == "post")
        .distinct()
        .subquery()
    )
    posted = select(messages.c.case_id, messages.c.destination).join(
        lost, (lost.c.case_id == messages.c.case_id) & (lost.c.destination == messages.c.destination)
    )
    owed = select(alerts.c.case_id, alerts.c.destination).where(alerts.c.state == "owed", alerts.c.kind == "post")
    return {(row.case_id, row.destination) for query in (posted, owed) for row in connection.execute(query)}


def _owe_again(connection: Connection, numbers: Collection[int], now: datetime) -> None:
    connection.execute(
        update(alerts)
        .where(alerts.c.id.in_(numbers))
        .values(
            state="owed",
            next_try_at=literal(now, Instant),
            first_try_at=None,
            done_at=None,
            leased_until=None,
            error=None,
            # That it was tried is not forgotten: where a platform can't tell doubles, it looks for the first one.
            attempts=func.min(alerts.c.attempts, 1),
        )
    )
