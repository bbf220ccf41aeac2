"""In which state a feed is, in a word or two. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import Feed


def state(feed: Feed) -> str:
    """Return "ok", "paused", "never polled", or "gone", "failing" or "quiet" with since when.

    Quiet is a feed that answers well but fell silent; the poller finds that out and tells its manager.
    """
    if feed.paused:
        return "paused"
    if feed.gone_at:
        return f"gone since {_day(feed.gone_at)}"
    if feed.failures:
        return f"failing since {_day(feed.last_success_at)}" if feed.last_success_at else "failing from the start"
    if feed.last_success_at is None:
        return "never polled"
    if feed.told == "quiet":
        return f"quiet since {_day(feed.last_new_at)}" if feed.last_new_at else "quiet"
    return "ok"


def in_trouble(feed: Feed) -> bool:
    """Whether somebody should look at it: it fails, is gone or fell quiet."""
    return state(feed).split(" ", 1)[0] in ("failing", "gone", "quiet")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
