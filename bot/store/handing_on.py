"""What is shown of a case, and owed of it, when it is merged into another and when that is undone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Status
from bot.store.tables import cases
from bot.store.tables_alerts import alerts, digest_items, messages

_NOT_BEGUN = (alerts.c.state == "owed", alerts.c.attempts == 0)


def hand_on(connection: Connection, gone: int, stays: int) -> None:
    """Let the case that stays have the messages and posts of the one that is gone, where it has none of its own.

    So nobody is told twice of what is one case now. Digests that are still to come tell of it as well.
    """
    posted = select(messages.c.destination).where(messages.c.case_id == stays)
    owed = select(alerts.c.destination).where(
        alerts.c.case_id == stays, alerts.c.kind == "post", alerts.c.state == "owed"
    )
    connection.execute(
        insert(messages).from_select(
            ["case_id", "destination", "message", "posted_at"],
            select(literal(stays), messages.c.destination, messages.c.message, messages.c.posted_at).where(
                messages.c.case_id == gone,
                messages.c.destination.not_in(posted),
                messages.c.destination.not_in(owed),
            ),
        )
    )
    theirs = list(connection.scalars(posted.union(owed)))
    connection.execute(
        update(alerts)
        .where(alerts.c.case_id == gone, alerts.c.kind == "post", *_NOT_BEGUN, alerts.c.destination.not_in(theirs))
        .values(case_id=stays)
    )
    told = select(digest_items.c.alert_id, literal(stays), digest_items.c.was).where(
        digest_items.c.case_id == gone,
        exists().where(alerts.c.id == digest_items.c.alert_id, *_NOT_BEGUN),
    )
    connection.execute(insert(digest_items).from_select(["alert_id", "case_id", "was"], told).on_conflict_do_nothing())


def hand_back(connection: Connection, back: int, held_by: Collection[int]) -> None:
    """Give a case that was merged its messages back from those that had them since."""
    theirs = messages.alias("theirs")
    returned = select(theirs.c.message).where(
        theirs.c.case_id == back, theirs.c.destination == messages.c.destination, theirs.c.message == messages.c.message
    )
    handed_on = select(messages.c.case_id, messages.c.destination).where(
        messages.c.case_id.in_(list(held_by)), exists(returned)
    )
    for case_id, destination in connection.execute(handed_on).all():
        here = (messages.c.case_id == case_id, messages.c.destination == destination)
        connection.execute(delete(messages).where(*here))
        connection.execute(
            delete(alerts).where(
                alerts.c.case_id == case_id,
                alerts.c.destination == destination,
                alerts.c.kind.in_(("edit", "reply")),
                *_NOT_BEGUN,
            )
        )


def handed_on(connection: Connection, case_id: int) -> set[str]:
    """Return the destinations where the message of a case shows the open one by now that it was merged into."""
    other = messages.alias("other")
    rows = connection.scalars(
        select(messages.c.destination)
        .join(other, (other.c.destination == messages.c.destination) & (other.c.message == messages.c.message))
        .join(cases, cases.c.id == other.c.case_id)
        .where(messages.c.case_id == case_id, other.c.case_id != case_id, cases.c.closed.is_(False))
    )
    return set(rows)


def drop_replies(connection: Connection, case_id: int, status: Status) -> None:
    """Owe no reply, as far as it was not begun, about a change of status that is none after all: it is as it was."""
    connection.execute(
        delete(alerts).where(
            alerts.c.case_id == case_id,
            alerts.c.kind == "reply",
            alerts.c.was == status,
            alerts.c.now != status,
            *_NOT_BEGUN,
        )
    )
