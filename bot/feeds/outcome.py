"""What a poll means for its feed: when it is polled next, whether it has moved or is gone, and who is told of that.

The first half is pure: a feed before the poll → the feed after it. `settle` keeps it, in one transaction with what is
owed to the feed's manager: whoever added it by command, else the operators.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot import feed_notices
from bot.errors import FeedError
from bot.feeds.entries import Hints
from bot.feeds.fetch import Fetched
from bot.feeds.pace import Pacing, interval_of, learnt, next_of, quiet
from bot.log import redact
from bot.model import Card, Feed
from bot.store import Connection, alerts, feeds

log = structlog.get_logger(__name__)

TELL_AFTER = 3
"""Failures in a row after which the manager is told."""

MOVED_AFTER = 3
"""Polls in a row that a permanent redirect has to lead to a readable feed, always the same, until it is believed."""

_NOT_MOVED = {"moved_to": None, "moved_polls": 0}


def address_of(feed: Feed) -> str:
    """Return where to fetch a feed: one from config.toml keeps its address there, and has moved all the same."""
    return feed.moved_to if feed.configured and feed.moved_to and feed.moved_polls >= MOVED_AFTER else feed.url


# ── the feed after the poll ──────────────────────────────────────────────────────────────────────────────────────────


def unchanged(feed: Feed, fetched: Fetched, now: datetime, pacing: Pacing) -> Feed:
    """The feed after a poll that found nothing new.

    A 304 says nothing of validators that it leaves out (RFC 9111, 4.3.4); a whole answer without them has none.
    """
    asked = fetched.body is None
    return _well(
        feed,
        now,
        etag=fetched.etag or (feed.etag if asked else None),
        last_modified=fetched.last_modified or (feed.last_modified if asked else None),
        **_moved_so_far(feed, fetched),
        **_next(feed, now, pacing, fetched.fresh_for),  # what that looks at is as it was
    )


def read(
    feed: Feed,
    fetched: Fetched,
    now: datetime,
    pacing: Pacing,
    *,
    title: str | None,
    hints: Hints,
    memory: bytes,
    new: Collection[datetime],
) -> Feed:
    """The feed after a poll whose stories were all recorded; `new` are the times of those that were new.

    Its title is kept the first time: it names the outlet where the configuration does not.
    """
    after = _well(
        feed,
        now,
        new,
        title=feed.title or title,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        body_hash=fetched.body_hash,
        least_wait=hints.least_wait,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        hub=hints.hub,
        topic=hints.topic,
        memory=memory or None,
        **_moved_so_far(feed, fetched),
    )
    return replace(after, **_next(after, now, pacing, fetched.fresh_for))


def pushed(feed: Feed, now: datetime, new: Collection[datetime]) -> Feed:
    """The feed after its hub pushed stories of these times. When it is polled, and what is asked then, stays as it was:
    a push holds less than the feed does."""
    return replace(feed, pace=learnt(feed.pace, feed.last_new_at, new, now), last_new_at=now) if new else feed


def failed(feed: Feed, error: FeedError, now: datetime, pacing: Pacing) -> Feed:
    """The feed after a poll that failed; what to ask for next time stays as it was."""
    after = replace(
        feed,
        last_poll_at=now,
        last_error_at=now,
        last_error=str(error),
        failures=feed.failures + 1,
        moved_to=None,
        moved_polls=0,
        gone_at=now if error.gone else feed.gone_at,
    )
    return replace(after, next_poll_at=next_of(after, now, pacing, failures=feed.failures, after=error.after or 0))


def _well(feed: Feed, now: datetime, new: Collection[datetime] = (), **found: Any) -> Feed:
    return replace(
        feed,
        last_poll_at=now,
        last_success_at=now,
        last_error=None,
        failures=0,
        pace=learnt(feed.pace, feed.last_new_at, new, now) if new else feed.pace,
        last_new_at=now if new else feed.last_new_at or now,  # of an empty one its silence is counted from here
        **found,
    )


def _next(feed: Feed, now: datetime, pacing: Pacing, fresh_for: float) -> dict[str, Any]:
    interval = interval_of(feed, now, pacing)
    paced = feed if interval == feed.interval else replace(feed, interval=interval)
    return {"interval": interval, "next_poll_at": next_of(paced, now, pacing, after=fresh_for)}


def _moved_so_far(feed: Feed, fetched: Fetched) -> dict[str, Any]:
    """Count the polls that a permanent redirect holds. It is not followed for good from https to http, nor away from an
    address with a login, which would be lost."""
    there = fetched.moved_to
    if there is None:
        return {} if address_of(feed) != feed.url or not feed.moved_polls else _NOT_MOVED
    here = urlsplit(address_of(feed))
    if there == feed.url or here.username or (here.scheme == "https" and not there.startswith("https:")):
        return _NOT_MOVED
    polls = min(feed.moved_polls + 1, MOVED_AFTER) if there == feed.moved_to else 1
    return {"moved_to": there, "moved_polls": polls}


# ── kept and told ────────────────────────────────────────────────────────────────────────────────────────────────────


def settle(connection: Connection, before: Feed, after: Feed, *, now: datetime, operators: str | None) -> None:
    """Keep the feed as it is after a poll, and owe its manager what there is to tell."""
    told, cards = _trouble(before, after, now)
    last_read = feeds.none_answers(connection, before.id) if told == "failing" != before.told else None
    if last_read:  # one notice for all; each feed's own comes when it goes on failing after others can be read again
        told, cards = before.told, []
        log.warning("no feed can be read", feed=after.id, reason=after.last_error)
        if operators:
            all_fail = alerts.notice(
                operators, feed_notices.none_answers(last_read), f"network {last_read.isoformat()}"
            )
            alerts.owe(connection, [all_fail], now)
    after = after if told == after.told else replace(after, told=told)
    feeds.keep(connection, before, after)
    if after.moved_polls == MOVED_AFTER > before.moved_polls:
        cards = [*cards, _moved(connection, after)]
    for card in cards:
        log.warning("feed", feed=after.id, url=redact(after.url), told=card.title)
    if to := after.added_by or operators:
        alerts.owe(connection, [_notice(to, card, after, now) for card in cards], now)


def _notice(to: str, card: Card, feed: Feed, now: datetime) -> alerts.Owed:
    return alerts.notice(to, card, f"feed {feed.id} {card.title} {now.isoformat()}")


def _trouble(before: Feed, after: Feed, now: datetime) -> tuple[str | None, list[Card]]:
    """Which trouble its manager knows of after this poll, and what is said: once when it begins, once when it ends."""
    told = before.told
    if after.gone_at:
        return "gone", [feed_notices.gone(after)] if told != "gone" else []
    if after.failures:
        begins = after.failures >= TELL_AFTER and told != "failing"
        return ("failing", [feed_notices.failing(after)]) if begins else (told, [])
    if told == "failing":
        return None, [feed_notices.works_again(after)]
    if quiet(after, now):
        return "quiet", [feed_notices.quiet(after)] if told != "quiet" else []
    return None, [feed_notices.speaks_again(after)] if told == "quiet" else []


def _moved(connection: Connection, feed: Feed) -> Card:
    """Move the feed where that can be done here, and say what happened and what is left to do."""
    there = feed.moved_to or feed.url
    other = feeds.holder(connection, there)
    if other is not None:
        return feed_notices.moved_to_other(feed, there, other)
    if feed.configured:
        return feed_notices.moved_in_config(feed, there)
    feeds.move(connection, feed.id, there)
    return feed_notices.moved(feed, there)
