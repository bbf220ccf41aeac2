"""The ledger as a whole: how much it holds, its newest claims, and what went to one destination."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.model import Case, KeptClaim
from bot.store.feed_list import count as count_feeds
from bot.store.ledger import cases_by_id, kept_claims
from bot.store.tables import alerts, case_actors, cases, claims, digest_items, stories


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is kept."""

    feeds: int  # on the list
    stories: int
    claims: int
    cases: int
    since: datetime | None  # when the first story was seen; None: there is none yet


def counts(connection: Connection) -> Counts:
    """Return how much is kept."""
    first = select(stories.c.seen).order_by(stories.c.id).limit(1)
    stored, said, alleged = (
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (stories, claims, cases)
    )
    return Counts(count_feeds(connection), stored, said, alleged, connection.execute(first).scalar())


def newest_claims(connection: Connection, *, limit: int, offset: int = 0) -> list[tuple[KeptClaim, Case | None]]:
    """Return the newest claims, each with its case, where it has one."""
    newest = select(claims.c.id).order_by(claims.c.at.desc(), claims.c.id.desc()).limit(limit).offset(offset)
    found = kept_claims(connection, list(connection.scalars(newest)))
    numbers = sorted({kept.case_id for kept in found if kept.case_id is not None})
    by_id = {case.id: case for case in cases_by_id(connection, numbers)}
    return [(kept, by_id.get(kept.case_id or 0)) for kept in found]


def busiest_actors(connection: Connection, since: datetime, limit: int) -> list[str]:
    """Return the codes of those who supply or receive in most of the cases that were told of since then."""
    cases_each = func.count(case_actors.c.case_id.distinct())
    rows = connection.execute(
        select(case_actors.c.actor)
        .where(case_actors.c.role.in_(("from", "to")), case_actors.c.last_at >= since)
        .group_by(case_actors.c.actor)
        .order_by(cases_each.desc(), case_actors.c.actor)
        .limit(limit)
    )
    return list(rows.scalars())


# ── one destination ──────────────────────────────────────────────────────────────────────────────────────────────────


def told(connection: Connection, destination: str, since: datetime) -> Counter[int]:
    """Return the cases that a destination was told of since then, in messages, replies or digests, and how often."""
    sent = (alerts.c.destination == destination, alerts.c.state == "sent", alerts.c.done_at >= since)
    alone = select(alerts.c.case_id).where(*sent, alerts.c.kind.in_(("post", "reply")), alerts.c.case_id.is_not(None))
    gathered = select(digest_items.c.case_id).join(alerts, alerts.c.id == digest_items.c.alert_id).where(*sent)
    return Counter([*connection.scalars(alone), *connection.scalars(gathered)])


@dataclass(frozen=True, slots=True)
class Stuck:
    """Alerts that could not be delivered so far and are tried again; what comes later waits behind them."""

    alerts: int
    reason: str
    next_try_at: datetime


def stuck(connection: Connection, destination: str) -> Stuck | None:
    """Return what is in the way at a destination; None: nothing is."""
    failing = (alerts.c.destination == destination, alerts.c.state == "owed", alerts.c.error.is_not(None))
    first = connection.execute(
        select(alerts.c.error, alerts.c.next_try_at).where(*failing).order_by(alerts.c.id).limit(1)
    ).first()
    if first is None:
        return None
    count = connection.execute(select(func.count()).where(*failing)).scalar_one()
    return Stuck(count, first.error, first.next_try_at)
