"""What a poll means for its feed: when it is polled next, whether it has moved or is gone. Pure.

A feed before the poll → the feed after it, which `settling.py` keeps.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.errors import FeedError
from bot.feeds.entries import Hints
from bot.feeds.fetch import Fetched
from bot.feeds.pace import Pacing, interval_of, learnt, next_of
from bot.model import Feed

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
