"""The feeds: which there are, when each is due, how its last polls went, and what they gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Update, and_, bindparam, case, func, insert, literal, or_, select, update

from bot.model import Feed
from bot.store.tables import Instant, feeds, stories

# What a poll finds out. The rest is for commands and config.toml to say, which may do so during the poll.
_POLLED = (
    *("title", "interval", "etag", "last_modified", "body_hash", "next_poll_at", "last_poll_at", "last_success_at"),
    *("last_error_at", "last_error", "failures", "gone_at", "last_new_at", "pace", "least_wait", "skip_hours"),
    *("skip_days", "moved_to", "moved_polls", "told", "hub", "topic", "memory"),
)
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)  # stands for no time where times are compared
_IDS = 500  # in one statement: SQLite takes at most 32,766 parameters, older builds 999
_NOT_MOVED = {"moved_to": None, "moved_polls": 0}
_NUMBERS = {"skip_hours", "skip_days"}
_NONE: frozenset[int] = frozenset()
_WITHOUT_MEMORY = [column for column in feeds.c if column.name != "memory"]
_MEMORY = select(feeds.c.memory).where(feeds.c.id == bindparam("of"))  # to build it takes longer than to run it
_IN_USE = and_(feeds.c.enabled, feeds.c.paused.is_(False), feeds.c.gone_at.is_(None))


@dataclass(frozen=True, slots=True)
class FeedWanted:
    """A feed as it is configured."""

    url: str
    outlet: str | None  # None: the name that the feed gives itself
    interval: int  # seconds between polls
    read_article: bool = False  # whether its stories' pages are read too
    adaptive: bool = False  # the interval is only to begin with, and then follows how often it publishes


@dataclass(frozen=True, slots=True)
class Hubbed:
    """What a feed's WebSub subscription depends on."""

    id: int
    in_use: bool  # neither paused nor disabled nor gone
    hub: str | None
    topic: str  # the name by which the hub knows it: the feed's own address where it says no other
    secret: str | None
    until: datetime | None  # when the subscription ends


# ── config.toml ──────────────────────────────────────────────────────────────────────────────────────────────────────


def sync_configured(connection: Connection, wanted: Sequence[FeedWanted], now: datetime) -> None:
    """Make the wanted feeds the enabled ones among those that are configured; feeds added by command stay as they are.

    A feed that is wanted no longer is kept with its stories, but not polled. One that is new or wanted again is due at
    once, even if it was gone; a shorter interval counts from `now`. One that was added by command and is configured now
    belongs to the configuration. A paused feed stays paused. Where the wanted address is the one to which a feed that
    is wanted no longer has moved, it is that feed, with its stories.
    """
    kept = {feed.url: feed for feed in all_feeds(connection)}
    by_url = {feed.url: feed for feed in wanted}
    for url, feed in by_url.items():
        was = kept.get(url)
        if was is None and (was := _moved_here(kept, by_url, url)):
            del kept[was.url]
        if was is None:
            values = _configured(feed)
            connection.execute(insert(feeds).values(adaptive=feed.adaptive, interval=feed.interval, **values))
        else:
            connection.execute(update(feeds).where(feeds.c.id == was.id).values(_changes(was, feed, now)))
    left = [feed.id for url, feed in kept.items() if feed.configured and feed.enabled and url not in by_url]
    connection.execute(update(feeds).where(feeds.c.id.in_(left)).values(enabled=False))


def _moved_here(kept: dict[str, Feed], wanted: dict[str, FeedWanted], url: str) -> Feed | None:
    old = (feed for feed in kept.values() if feed.moved_to == url and feed.configured and feed.url not in wanted)
    return next(old, None)


def _configured(feed: FeedWanted) -> dict[str, Any]:
    return {
        "url": feed.url,
        "outlet": feed.outlet,
        "enabled": True,
        "read_article": feed.read_article,
        "configured": True,
    }


def _changes(was: Feed, feed: FeedWanted, now: datetime) -> dict[str, Any]:
    values = _configured(feed)
    if not (feed.adaptive and was.adaptive):  # else it has learnt a better one
        values |= {"adaptive": feed.adaptive, "interval": feed.interval}
        if was.interval > feed.interval and was.next_poll_at:
            values["next_poll_at"] = min(was.next_poll_at, now + timedelta(seconds=feed.interval))
    if was.url != feed.url:
        values |= _NOT_MOVED
    if not was.enabled:
        values |= {"next_poll_at": None, "failures": 0, "gone_at": None, "told": None}
    return values


# ── which are polled ─────────────────────────────────────────────────────────────────────────────────────────────────


def all_feeds(connection: Connection) -> list[Feed]:
    """Return every feed that there ever was, in the order in which they came."""
    return [_feed(row) for row in connection.execute(select(feeds).order_by(feeds.c.id))]


def due(connection: Connection, now: datetime, after: Feed | None = None, limit: int | None = None) -> list[Feed]:
    """Return the feeds whose time has come, those that wait longest first; not the paused, disabled and gone.

    At most `limit`, those that follow `after` in that order: a bot that slept has thousands. Their `memory` is left
    where it is, since most will turn out to be unchanged: `kept_memory` gives it.
    """
    waiting_since = func.coalesce(feeds.c.next_poll_at, literal(_AT_ONCE, Instant))
    query = select(*_WITHOUT_MEMORY).where(_IN_USE, or_(feeds.c.next_poll_at.is_(None), feeds.c.next_poll_at <= now))
    if after:
        since = after.next_poll_at or _AT_ONCE
        query = query.where(or_(waiting_since > since, and_(waiting_since == since, feeds.c.id > after.id)))
    rows = connection.execute(query.order_by(feeds.c.next_poll_at.nulls_first(), feeds.c.id).limit(limit))
    return [_feed(row) for row in rows]


def spread_new(connection: Connection, now: datetime, at_once: int) -> int:
    """Give the feeds that were never polled times spread evenly over their interval, and return how many got one.

    The first `at_once` stay due at once: an import of a thousand feeds must not have them all polled together, now and
    at every interval from now on.
    """
    new = select(feeds.c.id, feeds.c.interval).where(
        _IN_USE, feeds.c.next_poll_at.is_(None), feeds.c.last_poll_at.is_(None)
    )
    later = connection.execute(new.order_by(feeds.c.id)).all()[at_once:]
    for number, row in enumerate(later, start=1):
        wait = timedelta(seconds=row.interval * number / len(later))
        connection.execute(update(feeds).where(feeds.c.id == row.id).values(next_poll_at=now + wait))
    return len(later)


def latest_poll(connection: Connection) -> datetime | None:
    """Return when a feed was last polled."""
    return connection.execute(select(func.max(feeds.c.last_poll_at))).scalar()


def none_answers(connection: Connection, but: int) -> datetime | None:
    """Return since when nothing can be read, or None when that is not so or can't be told.

    It is so when of the other feeds the last ten that were polled, and at least four, all failed.
    """
    others = select(feeds.c.failures).where(_IN_USE, feeds.c.id != but, feeds.c.last_poll_at.is_not(None))
    failures = connection.execute(others.order_by(feeds.c.last_poll_at.desc()).limit(10)).scalars().all()
    if len(failures) < 4 or not all(failures):
        return None
    return connection.execute(select(func.max(feeds.c.last_success_at)).where(_IN_USE)).scalar() or _AT_ONCE


def shift(connection: Connection, now: datetime, back: timedelta) -> None:
    """Take every time that lies ahead back, after the clock was: each feed waits for as long as it would have."""
    microseconds = back // timedelta(microseconds=1)
    connection.execute(
        update(feeds).values(
            next_poll_at=feeds.c.next_poll_at - literal(microseconds),
            last_poll_at=func.min(feeds.c.last_poll_at, literal(now, Instant)),
        )
    )


def put_off(connection: Connection, host: str, until: datetime) -> int:
    """Let no feed of a host be polled before then, and return how many were put off."""
    early = or_(feeds.c.next_poll_at.is_(None), feeds.c.next_poll_at < until)
    found = connection.execute(
        select(feeds.c.id, feeds.c.url).where(_IN_USE, early, feeds.c.url.icontains(host, autoescape=True))
    )
    ids = [row.id for row in found if _host(row.url) == host]
    for start in range(0, len(ids), _IDS):
        some = feeds.c.id.in_(ids[start : start + _IDS])
        connection.execute(update(feeds).where(some).values(next_poll_at=until))
    return len(ids)


def kept_body(connection: Connection, feed_id: int, key: str) -> str:
    """Return the whole text that is kept of a feed's story, from the feed or from the article's page; "" for none."""
    query = select(stories.c.body).where(stories.c.feed_id == feed_id, stories.c.key == key)
    return connection.execute(query).scalar_one_or_none() or ""


def kept_memory(connection: Connection, feed_id: int) -> bytes:
    """Return what the parser wants to be given back at this feed's next parse."""
    return connection.execute(_MEMORY, {"of": feed_id}).scalar() or b""


# ── pushed by hubs ───────────────────────────────────────────────────────────────────────────────────────────────────


def hubbed(connection: Connection, after: int, limit: int) -> list[Hubbed]:
    """Return the feeds that have a hub or were pushed by one, at most `limit` of those that came after feed `after`."""
    topic = func.coalesce(feeds.c.topic, feeds.c.url)
    columns = (feeds.c.id, _IN_USE.label("in_use"), feeds.c.hub, topic, feeds.c.hub_secret, feeds.c.hub_until)
    with_hub = or_(feeds.c.hub.is_not(None), feeds.c.hub_until.is_not(None))
    query = select(*columns).where(with_hub, feeds.c.id > after).order_by(feeds.c.id).limit(limit)
    return [Hubbed(*row) for row in connection.execute(query)]


def in_use(connection: Connection, feed_id: int) -> Feed | None:
    """Return the feed, without its `memory`, where it is neither paused nor disabled nor gone."""
    row = connection.execute(select(*_WITHOUT_MEMORY).where(_IN_USE, feeds.c.id == feed_id)).first()
    return _feed(row) if row else None


def keep_hub_secrets(connection: Connection, secrets: Mapping[int, str]) -> None:
    """Begin the subscriptions of feeds anew, with these secrets; their hubs have granted nothing yet."""
    values = [{"of": feed_id, "secret": secret} for feed_id, secret in secrets.items()]
    anew = update(feeds).where(feeds.c.id == bindparam("of")).values(hub_secret=bindparam("secret"), hub_until=None)
    connection.execute(anew, values)


def keep_hub_until(connection: Connection, feed_id: int, secret: str | None, until: datetime | None) -> None:
    """Keep when the subscription with this secret ends; None: the hub pushes no more."""
    of_it = and_(feeds.c.id == feed_id, feeds.c.hub_secret.is_not_distinct_from(secret))
    connection.execute(update(feeds).where(of_it).values(hub_until=until))


def end_pushing(connection: Connection) -> None:
    """Let every feed be polled as if no hub pushed it: nothing listens to hubs any more."""
    connection.execute(update(feeds).where(feeds.c.hub_until.is_not(None)).values(hub_until=None))


# ── what became of a poll ────────────────────────────────────────────────────────────────────────────────────────────


def keep(connection: Connection, before: Feed, after: Feed) -> None:
    """Keep what a poll found out: what differs between the feed `before` and `after` it, and nothing else.

    So whatever a command changes meanwhile stays as the command left it.
    """
    found = {name: getattr(after, name) for name in _POLLED if getattr(after, name) != getattr(before, name)}
    for name in _NUMBERS & found.keys():
        found[name] = ",".join(map(str, sorted(found[name])))
    if found:
        values = {f"new_{name}": value for name, value in found.items()}
        connection.execute(_keep(tuple(found)), values | {"of": before.id})


@lru_cache(maxsize=256)
def _keep(names: tuple[str, ...]) -> Update:
    """The statement that sets these columns; most polls set the same, and to build it takes as long as to run it."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=feeds.c[name].type) for name in names}
    if "interval" in values:  # a command may have set one for good
        values["interval"] = case((feeds.c.adaptive, values["interval"]), else_=feeds.c.interval)
    return update(feeds).where(feeds.c.id == bindparam("of")).values(values)


def holder(connection: Connection, url: str) -> int | None:
    """Return the number of the feed that has this address."""
    return connection.execute(select(feeds.c.id).where(feeds.c.url == url)).scalar()


def move(connection: Connection, feed_id: int, url: str) -> None:
    """Give a feed a new address, which no other has."""
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(url=url, **_NOT_MOVED))


def _feed(row: Row[Any]) -> Feed:
    values = dict(row._mapping)
    return Feed(**values | {name: _numbers(values[name]) for name in _NUMBERS})


def _numbers(text: str) -> frozenset[int]:
    return frozenset(map(int, filter(None, text.split(",")))) if text else _NONE


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
