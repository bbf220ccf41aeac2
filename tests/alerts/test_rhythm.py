"""When somebody is told, by the clock on their own wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.rhythm import due
from bot.model import Prefs

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_at_once_means_at_once() -> None:
    assert due("now", Prefs(), at("2026-03-01T12:00")) is None


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-01-15T07:59", "2026-01-15T08:00"),
        ("2026-01-15T08:00", "2026-01-16T08:00"),
        ("2026-03-28T09:00", "2026-03-29T08:00"),  # the night in which an hour is left out
        ("2026-10-24T09:00", "2026-10-25T08:00"),  # the night in which an hour comes twice
    ],
)
def test_a_daily_digest_comes_at_the_same_hour_of_the_readers_clock(now: str, then: str) -> None:
    found = due("daily", Prefs(zone=BERLIN), at(now, BERLIN))
    assert found == ("daily", at(then, BERLIN))
    assert found[1].utcoffset() == timedelta(0)


def test_an_hour_that_is_left_out_comes_with_the_one_after_it() -> None:
    found = due("daily", Prefs(at=2 * 60 + 30, zone=BERLIN), at("2026-03-28T12:00", BERLIN))
    assert found == ("daily", datetime(2026, 3, 29, 1, 30, tzinfo=UTC))  # 3:30 in Berlin


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    found = due("daily", Prefs(at=2 * 60 + 30, zone=BERLIN), at("2026-10-24T12:00", BERLIN))
    assert found == ("daily", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_a_weekly_digest_comes_on_its_day() -> None:
    prefs = Prefs(weekday=4, at=9 * 60)
    assert due("weekly", prefs, at("2026-03-01T12:00")) == ("weekly", at("2026-03-06T09:00"))
    assert due("weekly", prefs, at("2026-03-06T09:00")) == ("weekly", at("2026-03-13T09:00"))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-01T21:59", None),
        ("2026-03-01T22:00", "2026-03-02T07:00"),
        ("2026-03-02T06:59", "2026-03-02T07:00"),
        ("2026-03-02T07:00", None),
    ],
)
def test_quiet_hours_over_midnight_hold_back_until_their_end(now: str, until: str | None) -> None:
    found = due("now", Prefs(quiet=(22 * 60, 7 * 60), zone="Asia/Tokyo"), at(now, "Asia/Tokyo"))
    assert found == (None if until is None else ("quiet", at(until, "Asia/Tokyo")))


def test_quiet_hours_within_a_day_hold_back_within_it() -> None:
    prefs = Prefs(quiet=(12 * 60, 13 * 60))
    assert due("now", prefs, at("2026-03-01T12:30")) == ("quiet", at("2026-03-01T13:00"))
    assert due("now", prefs, at("2026-03-01T13:30")) is None


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    st.integers(0, 1439),
    st.integers(0, 6),
    st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]),
    st.sampled_from(["daily", "weekly"]),
)
def test_the_next_digest_is_always_ahead_and_within_its_period(now, minutes, weekday, zone, rhythm) -> None:  # type: ignore[no-untyped-def]
    here = now.replace(tzinfo=UTC)
    found = due(rhythm, Prefs(at=minutes, weekday=weekday, zone=zone), here)
    assert found is not None
    longest = timedelta(days=1 if rhythm == "daily" else 7, hours=2)  # a clock that is set back makes a day longer
    assert here < found[1] <= here + longest
