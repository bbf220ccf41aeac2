"""When a feed is polled next, and what is learnt of how often it publishes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.pace import Pacing, interval_of, learnt, next_of, next_poll, quiet
from bot.model import Feed
from tests.feeds.conftest import NOW

HOUR, DAY = 3_600, 86_400
EXACT = Pacing(jitter=0)
seconds = st.integers(60, 604_800)
pauses = st.none() | st.floats(0, 1e12)
hours = st.frozensets(st.integers(0, 23))
days = st.frozensets(st.integers(0, 6))
times = st.integers(86_400, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))  # 1970 to 2100


def ago(number: float) -> datetime:
    return NOW - timedelta(seconds=number)


def feed(**known: object) -> Feed:
    return Feed(**{"id": 1, "url": "", "outlet": None, "title": None, "interval": 900, "enabled": True} | known)  # type: ignore[arg-type]


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(seconds, st.integers(0, 100_000), pauses, st.floats(0, 0.5))
def test_a_failing_feed_is_polled_later_and_later_but_never_given_up(
    interval: int, failures: int, after: float | None, jitter: float
) -> None:
    wait = (next_poll(interval, NOW, jitter, failures=failures, after=after) - NOW).total_seconds()
    assert wait >= interval * (1 - jitter) - 1
    assert wait >= min(after or 0, DAY) - 1
    assert wait <= max(interval, DAY) * (1 + jitter) + 1


def test_the_wait_doubles_with_each_failure() -> None:
    waits = [(next_poll(900, NOW, 0, failures=failures) - NOW).total_seconds() for failures in (0, 1, 2, 10)]
    assert waits == [900, 1_800, 3_600, 86_400]


def test_a_max_age_of_a_year_does_not_kill_a_feed() -> None:
    assert next_of(feed(), NOW, EXACT, after=365 * DAY) == NOW + timedelta(days=1)


def test_the_wait_that_the_feed_asks_for_is_the_least() -> None:
    assert next_of(feed(least_wait=2 * HOUR), NOW, EXACT, after=HOUR) == NOW + timedelta(hours=2)
    assert next_of(feed(least_wait=60), NOW, EXACT) == NOW + timedelta(seconds=900)


def test_hours_and_days_that_the_feed_skips_are_skipped() -> None:
    """It is a Wednesday, 12:00."""
    assert next_of(feed(skip_hours=frozenset({12, 13})), NOW, EXACT) == NOW + timedelta(hours=2, minutes=15)
    assert next_of(feed(skip_days=frozenset({2, 3})), NOW, EXACT) == datetime(2026, 2, 20, 0, 15, tzinfo=UTC)


@given(seconds, hours, days)
def test_a_skipped_time_is_never_chosen_unless_all_are_skipped(
    interval: int, skip_hours: frozenset[int], skip_days: frozenset[int]
) -> None:
    then = next_poll(interval, NOW, 0, skip_hours=skip_hours, skip_days=skip_days)
    if len(skip_hours) == 24 or len(skip_days) == 7:
        assert then == next_poll(interval, NOW, 0)
    else:
        assert then.hour not in skip_hours
        assert then.weekday() not in skip_days
        assert then <= next_poll(interval, NOW, 0) + timedelta(days=7)


def test_a_feed_that_its_hub_pushes_is_polled_at_the_longest_interval() -> None:
    pushed = feed(hub_until=NOW + timedelta(days=1))
    assert next_of(pushed, NOW, EXACT) == NOW + timedelta(seconds=EXACT.most)
    assert next_of(feed(hub_until=NOW), NOW, EXACT) == NOW + timedelta(seconds=900)


# ── how often ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("known", "interval"),
    [
        ({"pace": HOUR}, 1_200),  # three polls for each story
        ({"pace": 60}, 300),
        ({"pace": 30 * DAY}, 3_600),
        ({"pace": HOUR, "last_new_at": ago(6 * HOUR)}, 1_200),  # the night
        ({"pace": HOUR, "last_new_at": ago(16 * HOUR)}, 2_400),
        ({"pace": HOUR, "last_new_at": ago(-9 * HOUR)}, 1_200),  # by a clock that was set back since
        ({"last_new_at": ago(60)}, 900),  # nothing is known yet
        ({"last_new_at": ago(12 * HOUR)}, 1_800),
        ({"pace": HOUR, "adaptive": False}, 900),
    ],
)
def test_the_interval_follows_the_pace(known: dict[str, object], interval: int) -> None:
    assert interval_of(feed(**known), NOW, EXACT) == interval


@pytest.mark.parametrize(
    ("new", "pace"),
    [
        ([ago(number * HOUR) for number in range(10)], HOUR),
        ([*(ago(number * HOUR) for number in range(10)), ago(900 * DAY)], HOUR),  # one old story stays at the top
        ([ago(day * DAY + second) for day in range(5) for second in range(8)], DAY),  # eight together each day
        ([NOW] * 30, None),  # undated: all were seen now
        ([ago(0)], None),
        ([], None),
    ],
)
def test_the_dates_of_a_feeds_first_stories_tell_its_pace(new: list[datetime], pace: int | None) -> None:
    assert learnt(None, None, new, NOW) == pace


def test_the_pace_follows_a_feed_that_changes() -> None:
    pace: int | None = DAY
    for _ in range(20):
        pace = learnt(pace, ago(HOUR), [ago(60)], NOW)
    assert pace is not None
    assert HOUR <= pace <= 1.3 * HOUR


def test_a_date_in_the_future_or_from_the_archive_does_not_change_the_pace() -> None:
    assert learnt(HOUR, ago(HOUR), [NOW + timedelta(days=400)], NOW) == HOUR
    assert learnt(HOUR, ago(HOUR), [ago(day * DAY) for day in range(2, 100)], NOW) == HOUR


@given(st.none() | st.integers(1, 10**8), st.none() | times, st.lists(times), times)
def test_whatever_the_dates_the_interval_stays_within_its_limits(
    pace: int | None, last_new_at: datetime | None, new: list[datetime], now: datetime
) -> None:
    pace = learnt(pace, last_new_at, new, now)
    assert EXACT.least <= interval_of(feed(pace=pace, last_new_at=last_new_at), now, EXACT) <= EXACT.most


def test_a_feed_is_quiet_when_it_is_silent_for_much_longer_than_it_used_to() -> None:
    assert not quiet(feed(pace=HOUR), NOW)
    assert not quiet(feed(pace=HOUR, last_new_at=ago(13 * DAY)), NOW)
    assert quiet(feed(pace=HOUR, last_new_at=ago(15 * DAY)), NOW)
    assert not quiet(feed(pace=7 * DAY, last_new_at=ago(100 * DAY)), NOW)
    assert quiet(feed(pace=7 * DAY, last_new_at=ago(141 * DAY)), NOW)
