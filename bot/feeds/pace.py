"""When a feed is polled next, and how often it publishes. Pure.

::

    its pace ──▶ interval, from `least` to `most` ──▶ doubled by each failure ──▶ jitter
                                                                                   │
      not before what the server and the feed ask for: Retry-After, max-age, ttl ◀─┤
      not in an hour or on a day that the feed asks to skip ◀──────────────────────┘
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.model import Feed

_DAY = 86_400
LONGEST_PAUSE = _DAY
"""Seconds that a server or a feed can ask to be left alone. There are feeds with a max-age of a year and a yearly
updatePeriod, set for pages that never change: they would be dead, and silent about it."""

_POLLS = 3  # for each story that is expected: it waits a sixth of the usual time between two, on average
_WEIGHT = 0.2  # of the newest gap between stories in the pace: it follows a change within some ten of them
_SILENCE = 8  # a feed that has been silent for this many times its pace is slower than that
_ONE_MOMENT = 300  # seconds: stories within them were published together
_LATEST = 20  # moments from which a feed's first poll tells its pace
_BACKFILL = timedelta(days=1)  # a new story that is older than the last one by this comes from the archive

_QUIET = timedelta(days=14)
_QUIET_PACES = 20


@dataclass(frozen=True, slots=True)
class Pacing:
    """The limits of how often feeds are polled."""

    least: int = 300  # seconds
    most: int = 3_600  # seconds
    jitter: float = 0.1  # share of the interval by which polls are spread


def next_poll(
    interval: int,
    now: datetime,
    jitter: float,
    *,
    failures: int = 0,
    after: float | None = None,
    skip_hours: frozenset[int] = frozenset(),
    skip_days: frozenset[int] = frozenset(),
) -> datetime:
    """Return when to poll next: after the `interval` in seconds, give or take its `jitter`.

    It doubles with each of the `failures` in a row before, up to a day, and is no sooner than `after` seconds, which is
    what the server or the feed asked for; more than a day of that is taken for a mistake. Hours of the day and days of
    the week (0 for Monday; both UTC) that are to be skipped are, unless that leaves none.
    """
    spread = random.uniform(1 - jitter, 1 + jitter)  # noqa: S311  it spreads load, it keeps no secret
    seconds = min(interval * 2 ** min(failures, 16), max(interval, _DAY)) * spread
    then = now + timedelta(seconds=max(seconds, min(after or 0, LONGEST_PAUSE)))
    return _not_skipped(then, skip_hours, skip_days) if skip_hours or skip_days else then


def _not_skipped(time: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """Whole hours later, so that feeds which skip the same hours don't all come at the stroke of the next."""
    for later in range(7 * 24):
        then = time + timedelta(hours=later)
        if then.hour not in hours and then.weekday() not in days:
            return then
    return time


def next_of(feed: Feed, now: datetime, pacing: Pacing, *, failures: int = 0, after: float = 0) -> datetime:
    """Return when to poll this feed next; `after` in seconds is what the server asked for."""
    pushed = feed.hub_until is not None and feed.hub_until > now
    return next_poll(
        max(feed.interval, pacing.most if pushed else 0),  # polls are only a safety net then
        now,
        pacing.jitter,
        failures=failures,
        after=max(after, feed.least_wait),
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
    )


# ── how often it publishes ───────────────────────────────────────────────────────────────────────────────────────────


def interval_of(feed: Feed, now: datetime, pacing: Pacing) -> int:
    """Return the seconds between polls: three for each story that is expected, within the limits.

    One with an interval of its own keeps that. A feed that has been silent for long is taken to have become slower,
    and one whose pace is not known yet only ever gets slower.
    """
    if not feed.adaptive:
        return feed.interval
    silence = max((now - feed.last_new_at).total_seconds(), 0) if feed.last_new_at else 0
    if feed.pace is None:
        wanted = max(feed.interval, silence / _SILENCE / _POLLS)
    else:
        wanted = max(feed.pace, silence / _SILENCE) / _POLLS
    return round(min(max(wanted, pacing.least), pacing.most))


def learnt(pace: int | None, last_new_at: datetime | None, times: Iterable[datetime], now: datetime) -> int | None:
    """Return the seconds between stories, from what was known and the times of the stories that are new.

    At a feed's first stories their own dates tell it; later each time between new ones counts for a fifth. Dates in the
    future or far in the past are not believed, and stories that came together count as one.
    """
    moments = _moments(times, now)
    if last_new_at is None:
        return _of_dates(moments) if pace is None else pace
    since = [moment for moment in moments if moment > last_new_at - _BACKFILL]
    if not since:
        return pace
    gap = max((now - last_new_at).total_seconds(), 0) / len(since)
    if pace is not None:
        gap = pace + (1 - (1 - _WEIGHT) ** len(since)) * (gap - pace)
    return round(min(max(gap, 1), 10 * 365 * _DAY))


def _moments(times: Iterable[datetime], now: datetime) -> list[datetime]:
    """When something was published, oldest first."""
    moments: list[datetime] = []
    for time in sorted(min(time, now) for time in times):
        if not moments or (time - moments[-1]).total_seconds() > _ONE_MOMENT:
            moments.append(time)
    return moments


def _of_dates(moments: Sequence[datetime]) -> int | None:
    """The usual time between the latest; the longest is left out, since many feeds keep one old story at hand."""
    latest = moments[-_LATEST:]
    gaps = sorted((later - one).total_seconds() for one, later in pairwise(latest))
    if len(gaps) > 2:
        gaps.pop()
    return round(min(sum(gaps) / len(gaps), 10 * 365 * _DAY)) if gaps else None


def quiet(feed: Feed, now: datetime) -> bool:
    """Whether the feed has had nothing new for much longer than it used to: two weeks or twenty times its pace."""
    if feed.last_new_at is None:
        return False
    return now - feed.last_new_at > max(_QUIET, _QUIET_PACES * timedelta(seconds=feed.pace or 0))
