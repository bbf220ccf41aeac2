"""What a feed says of when and how to ask for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.entries import Hints
from bot.feeds.parse import parse
from tests.fakes.feed_server import item, rss
from tests.feeds.made_up import JSON_FEED, NAMESPACES

DAY = 86_400


def hints(*parts: str) -> Hints:
    feed = rss(*parts, item("A treaty", more="<ttl>5</ttl><hour>7</hour>")).replace("<rss", f"<rss {NAMESPACES}")
    return parse(feed.encode(), "", "https://gazette.example/feed").hints


@pytest.mark.parametrize(
    ("parts", "seconds"),
    [
        ("", 0),
        ("<ttl>60</ttl>", 3_600),
        ("<ttl> 15 </ttl>", 900),
        ("<ttl>0</ttl>", 0),
        ("<ttl>-5</ttl>", 0),
        ("<ttl>1000000000</ttl>", 0),
        ("<ttl>100000</ttl>", DAY),
        ("<ttl>soon</ttl><ttl/>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3_600),
        ("<sy:updatePeriod>\n daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", DAY),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3_600),
        ("<sy:updatePeriod>never</sy:updatePeriod><sy:updateFrequency>²</sy:updateFrequency>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>90</ttl>", 5_400),
    ],
)
def test_the_least_wait_is_the_longer_of_both_at_most_a_day(parts: str, seconds: int) -> None:
    assert hints(parts).least_wait == seconds


@pytest.mark.parametrize(
    ("hours", "skipped"), [([0, 1, 23], {0, 1, 23}), ([24, "07"], {0, 7}), ([25, -1, "x"], set()), (range(24), set())]
)
def test_hours_to_skip_are_those_of_the_clock(hours: list[object], skipped: set[int]) -> None:
    assert hints(f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in hours)}</skipHours>").skip_hours == skipped


def test_days_to_skip_are_counted_from_monday() -> None:
    assert hints("<skipDays><day>Saturday</day><day> sunday</day><day>Someday</day></skipDays>").skip_days == {5, 6}
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert hints(f"<skipDays>{''.join(f'<day>{day}</day>' for day in week)}</skipDays>").skip_days == set()


def test_a_hub_and_its_topic_are_told_in_rss_atom_and_json() -> None:
    links = '<atom:link rel="self" href="/feed"/><atom:link rel="hub" href="https://hub.example/"/>'
    found = hints(links)
    assert (found.hub, found.topic) == ("https://hub.example/", "https://gazette.example/feed")
    atom = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{links.replace('atom:', '')}<entry><title>x</title></entry></feed>"
    )
    assert parse(atom.encode(), "", "https://gazette.example/feed").hints == found
    feed = JSON_FEED | {"feed_url": "https://gazette.example/feed"}
    assert parse(json.dumps(feed).encode(), "", "https://gazette.example/feed").hints == found
    assert hints('<atom:link rel="hub" href="javascript:x"/>').hub is None


def test_a_broken_feed_says_what_stands_before_the_break() -> None:
    body = rss("<ttl>60</ttl>", item("A treaty")).replace("</rss>", "<oops")
    assert parse(body.encode(), "", "https://gazette.example/").hints.least_wait == 3_600


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_characters="<>&")), st.text(st.characters(exclude_characters="<>&")))
def test_nonsense_asks_for_nothing_that_harms(one: str, two: str) -> None:
    found = hints(f"<ttl>{one}</ttl><sy:updatePeriod>{two}</sy:updatePeriod><skipHours><hour>{one}</hour></skipHours>")
    assert 0 <= found.least_wait <= DAY
    assert found.skip_hours <= set(range(24))
