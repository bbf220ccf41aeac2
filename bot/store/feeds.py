"""The feeds: which are configured, when each is due, how its last polls went, and what they gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from bot.model import Feed
from bot.store.tables import feeds, stories


@dataclass(frozen=True, slots=True)
class FeedWanted:
    """A feed as it is configured."""

    url: str
    outlet: str | None  # None: the name that the feed gives itself
    interval: int  # seconds between polls
    read_article: bool = False  # whether its stories' pages are read too


def sync_configured(connection: Connection, wanted: Sequence[FeedWanted], now: datetime) -> None:
    """Make the wanted feeds the enabled ones.

    A feed that is wanted no longer is kept with its stories, but not polled. One that is new or wanted again is due at
    once; a shorter interval counts from `now`.
    """
    kept = {feed.url: feed for feed in all_feeds(connection)}
    by_url = {feed.url: feed for feed in wanted}
    for url, feed in by_url.items():
        values: dict[str, Any] = {
            "outlet": feed.outlet,
            "interval": feed.interval,
            "enabled": True,
            "read_article": feed.read_article,
        }
        was = kept.get(url)
        if was is None:
            connection.execute(insert(feeds).values(url=url, **values))
            continue
        if not was.enabled:
            values |= {"next_poll_at": None, "failures": 0}
        elif was.interval > feed.interval and was.next_poll_at:
            values["next_poll_at"] = min(was.next_poll_at, now + timedelta(seconds=feed.interval))
        connection.execute(update(feeds).where(feeds.c.id == was.id).values(values))
    gone = [feed.id for url, feed in kept.items() if feed.enabled and url not in by_url]
    connection.execute(update(feeds).where(feeds.c.id.in_(gone)).values(enabled=False))


def all_feeds(connection: Connection) -> list[Feed]:
    """Return every feed that ever was configured, in the order in which they came."""
    return [_feed(row) for row in connection.execute(select(feeds).order_by(feeds.c.id))]


def due(connection: Connection, now: datetime) -> list[Feed]:
    """Return the enabled feeds whose time has come, those that wait longest first."""
    time_has_come = or_(feeds.c.next_poll_at.is_(None), feeds.c.next_poll_at <= now)
    query = select(feeds).where(and_(feeds.c.enabled, time_has_come))
    return [_feed(row) for row in connection.execute(query.order_by(feeds.c.next_poll_at.nulls_first(), feeds.c.id))]


def kept_body(connection: Connection, feed_id: int, key: str) -> str:
    """Return the whole text that is kept of a feed's story, from the feed or from the article's page; "" for none."""
    query = select(stories.c.body).where(stories.c.feed_id == feed_id, stories.c.key == key)
    return connection.execute(query).scalar_one_or_none() or ""


def note_success(
    connection: Connection,
    feed_id: int,
    *,
    now: datetime,
    next_poll_at: datetime,
    title: str | None,
    etag: str | None,
    last_modified: str | None,
    body_hash: str,
) -> None:
    """Keep that the feed was read and all its stories were recorded, and what to ask for next time.

    `title` is kept the first time: it names the outlet where the configuration does not.
    """
    _note(
        connection,
        feed_id,
        **_went_well(now, next_poll_at),
        title=func.coalesce(feeds.c.title, title),
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
    )


def note_unchanged(
    connection: Connection,
    feed_id: int,
    *,
    now: datetime,
    next_poll_at: datetime,
    etag: str | None,
    last_modified: str | None,
) -> None:
    """Keep that the feed has nothing new. Validators can change though the body does not; None leaves the old one."""
    validators = {"etag": etag, "last_modified": last_modified}
    changed = {name: value for name, value in validators.items() if value is not None}
    _note(connection, feed_id, **_went_well(now, next_poll_at), **changed)


def note_failure(connection: Connection, feed_id: int, *, now: datetime, next_poll_at: datetime, error: str) -> None:
    """Keep that the poll failed, and why; what to ask for next time stays as it was."""
    _note(
        connection,
        feed_id,
        last_poll_at=now,
        next_poll_at=next_poll_at,
        last_error_at=now,
        last_error=error,
        failures=feeds.c.failures + 1,
    )


def _went_well(now: datetime, next_poll_at: datetime) -> dict[str, Any]:
    return {
        "last_poll_at": now,
        "last_success_at": now,
        "next_poll_at": next_poll_at,
        "last_error": None,
        "failures": 0,
    }


def _note(connection: Connection, feed_id: int, **values: Any) -> None:
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values))


def _feed(row: Row[Any]) -> Feed:
    values = dict(row._mapping)
    return Feed(**values | {name: _numbers(values[name]) for name in ("skip_hours", "skip_days")})


def _numbers(text: str) -> frozenset[int]:
    return frozenset(map(int, filter(None, text.split(","))))
