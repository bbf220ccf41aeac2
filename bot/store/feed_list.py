"""The list of feeds as people manage it: adding, finding, pausing and removing. How polls went is in `feeds.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from bot.model import Feed
from bot.store.feeds import all_feeds
from bot.store.tables import feeds


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to be added."""

    url: str
    outlet: str | None  # None: the name that the feed gives itself
    interval: int  # seconds between polls
    adaptive: bool = True
    read_article: bool = False
    folder: str | None = None
    family: str | None = None
    kind: str | None = None
    country: str | None = None
    title: str | None = None  # the name that the feed gives itself
    next_poll_at: datetime | None = None  # None: at once


def listed(connection: Connection) -> list[Feed]:
    """Return the feeds that are on the list, paused ones too, in the order in which they came."""
    return [feed for feed in all_feeds(connection) if feed.enabled]


def add(connection: Connection, wanted: Sequence[NewFeed], *, by: str, now: datetime) -> list[int]:
    """Put feeds on the list that are not on it, and return their numbers; `by`: the destination of who adds them.

    One that was on it before gets its old number, and with it the stories that it gave.
    """
    numbers = []
    for feed in wanted:
        values: dict[str, Any] = {
            "outlet": feed.outlet,
            "interval": feed.interval,
            "adaptive": feed.adaptive,
            "read_article": feed.read_article,
            "folder": feed.folder,
            "family": feed.family,
            "kind": feed.kind,
            "country": feed.country,
            "next_poll_at": feed.next_poll_at,
            "added_by": by,
            "added_at": now,
            "enabled": True,
            "configured": False,
            **_FRESH,
        }
        again = update(feeds).where(feeds.c.url == feed.url).values(values).returning(feeds.c.id)
        number = connection.execute(again).scalar_one_or_none()
        if number is None:
            new = insert(feeds).values(url=feed.url, title=feed.title, **values).returning(feeds.c.id)
            number = connection.execute(new).scalar_one()
        numbers.append(number)
    return numbers


def count(connection: Connection, by: str | None = None) -> int:
    """Return how many feeds are on the list, or how many of them `by` has added."""
    condition = feeds.c.enabled if by is None else and_(feeds.c.enabled, feeds.c.added_by == by)
    return connection.execute(select(func.count()).select_from(feeds).where(condition)).scalar_one()


def remove(connection: Connection, feed_id: int) -> None:
    """Take a feed off the list. Its stories and claims stay."""
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(enabled=False, paused=False))


def pause(connection: Connection, feed_id: int) -> None:
    """Let a feed not be polled until it is resumed."""
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(paused=True))


def resume(connection: Connection, feed_id: int) -> None:
    """Let a feed be polled again, at once, whatever had stopped it."""
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(next_poll_at=None, **_FRESH))


_FRESH: dict[str, Any] = {"paused": False, "failures": 0, "gone_at": None, "told": None}


_NAMES = select(feeds.c.family, feeds.c.outlet, feeds.c.title).where(feeds.c.id == bindparam("of"))


def family_of(connection: Connection, feed_id: int, outlet: str) -> str | None:
    """Return who owns `outlet` where that is the feed's own name; None when it is another's, or nobody has said."""
    row = connection.execute(_NAMES, {"of": feed_id}).first()
    return row.family if row is not None and outlet in (row.outlet, row.title) else None
