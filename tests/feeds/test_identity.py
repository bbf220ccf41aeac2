"""The key of each entry, and the stories that are made of entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.entries import Entry, Hints, Parsed, identify
from bot.feeds.protocol import dump, load_entries, load_feed
from bot.feeds.stories import stories
from bot.model import Feed, Story

NOW = datetime(2026, 2, 18, 12, 0, tzinfo=UTC)


def entry(title: str = "A treaty", **parts: Any) -> Entry:
    nothing = {"guid": None, "link": None, "summary": "", "body": "", "date": None, "source": None, "source_link": None}
    return Entry(**nothing | {"title": title} | parts)


def keys(*entries: Entry) -> list[str]:
    return [key for key, _ in identify(entries)]


def made(*entries: Entry, outlet: str | None = None, title: str | None = "Gazette") -> list[Story]:
    feed = Feed(1, "https://gazette.example/feed", outlet, None, 900, enabled=True)
    return stories(Parsed(title, tuple(identify(entries))), feed, NOW)


def test_the_key_is_the_guid_else_the_link_else_title_and_date() -> None:
    link = "https://gazette.example/1"
    assert keys(entry(guid="g", link=link), entry(link=link), entry(date=5)) == ["g", link[6:], "A treaty\n5"]


def test_one_guid_on_all_entries_does_not_make_them_one() -> None:
    found = keys(entry("One", guid="g", link="http://x.example/1"), entry("Two", guid="g", link="http://x.example/2"))
    assert found == ["//x.example/1", "//x.example/2"]


def test_one_guid_and_one_link_on_all_entries_does_not_make_them_one() -> None:
    found = keys(entry("One", guid="g", link="http://x.example/"), entry("Two", guid="g", link="http://x.example/"))
    assert found == ["One\n", "Two\n"]


def test_entries_that_differ_only_in_their_text_are_two() -> None:
    assert len(set(keys(entry(summary="one"), entry(summary="two")))) == 2


def test_exact_repetitions_are_one_entry() -> None:
    assert keys(*[entry(guid="g")] * 4) == ["g"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"guid": "http://x.example/1"}, {"guid": "https://x.example/1"}),
        ({"guid": "https://x.example/1#0"}, {"guid": "https://x.example/1#3"}),
        ({"link": "http://x.example/1"}, {"link": "https://x.example/1?utm_source=rss"}),
        ({"link": "http://x.example/1;jsessionid=A?p=2"}, {"link": "http://x.example/1;jsessionid=B?p=2"}),
    ],
)
def test_what_flips_between_polls_is_no_part_of_the_key(before: dict[str, str], after: dict[str, str]) -> None:
    assert keys(entry(**before)) == keys(entry(**after))


def test_a_guid_of_any_length_gives_a_short_key() -> None:
    assert len(keys(entry(guid="g" * 100_000))[0]) == 64


few = st.sampled_from([None, "", "a", "b", "http://a", "https://a"])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.builds(entry, st.sampled_from("xyz"), guid=few, link=few, date=st.sampled_from([None, 1, 2]))))
def test_different_entries_never_share_a_key(entries: list[Entry]) -> None:
    found = identify(entries)
    assert [each for _, each in found] == list(dict.fromkeys(entries))
    assert len({key for key, _ in found}) == len(found)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.builds(entry, st.text(), guid=st.none() | st.text(), date=st.none() | st.integers())), st.integers())
def test_entries_come_through_the_pipe_as_they_were(entries: list[Entry], skipped: int) -> None:
    parsed = Parsed(
        "Gazette", tuple(identify(entries)), skipped, 5, 6, 7, "RSS 2.0", Hints(60, frozenset({3})), b"seen"
    )
    head, *lines = dump(parsed).split(b"\n")
    keyed = [each for line in lines for each in load_entries(line)]
    assert replace(load_feed(head, b"seen"), keyed=tuple(keyed)) == parsed


def test_stories_come_oldest_first_and_undated_ones_last() -> None:
    old, new = int(NOW.timestamp()) - 7_200, int(NOW.timestamp()) - 60
    found = made(entry("Undated 2"), entry("New", date=new), entry("Undated 1"), entry("Old", date=old))
    assert [story.title for story in found] == ["Old", "New", "Undated 1", "Undated 2"]


@pytest.mark.parametrize(("ahead", "dated"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_a_date_too_far_in_the_future_is_no_date(ahead: timedelta, dated: bool) -> None:
    (story,) = made(entry(date=int((NOW + ahead).timestamp())))
    assert (story.published is not None) == dated
    assert story.seen == NOW


def test_the_outlet_is_the_source_else_the_configured_name_else_the_feed_s_title_else_the_host() -> None:
    assert made(entry(source="The Wire"), outlet="The Fore")[0].outlet == "The Wire"
    assert made(entry(), outlet="The Fore")[0].outlet == "The Fore"
    assert made(entry())[0].outlet == "Gazette"
    assert made(entry(), title=None)[0].outlet == "gazette.example"


def test_a_source_that_is_the_feed_itself_is_not_another_outlet() -> None:
    itself = entry(source="Gazette: World", source_link="https://gazette.example/world")
    assert made(itself, outlet="The Gazette")[0].outlet == "The Gazette"
