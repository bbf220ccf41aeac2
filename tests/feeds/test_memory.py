"""What is remembered of a feed, over several polls of what real feeds did."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds import memory
from bot.feeds.entries import Parsed
from bot.feeds.parse import parse
from tests.fakes.feed_server import item, rss
from tests.feeds.made_up import JSON_FEED

ADDRESS = "https://gazette.example/feed"


class Feed:
    """A feed that is polled: each call gives the keys of what is new or changed in it."""

    def __init__(self) -> None:
        self.memory = b""

    def poll(self, *items: str, **more: str) -> list[str]:
        return [key for key, _ in self.read(rss(*items, **more)).keyed]

    def read(self, body: str) -> Parsed:
        parsed = parse(body.encode(), "", ADDRESS, self.memory)
        self.memory = parsed.memory
        return parsed


def story(title: str, **parts: str) -> str:
    return item(title, **{"guid": title[0], "text": f"{title}.", "date": "Wed, 18 Feb 2026 10:30:00 GMT"} | parts)


def test_only_new_and_changed_entries_come_and_the_others_are_counted() -> None:
    feed = Feed()
    assert feed.poll(story("A"), story("B")) == ["A", "B"]
    parsed = feed.read(rss(story("C"), story("A"), story("B, edited")))
    assert ([key for key, _ in parsed.keyed], parsed.known) == (["C", "B"], 1)


def test_entries_that_vanish_and_come_back_are_known() -> None:
    feed = Feed()
    feed.poll(story("A"), story("B"))
    for _ in range(20):
        assert feed.poll() == []
    assert feed.poll(story("A"), story("B")) == []


def test_what_is_long_gone_is_forgotten() -> None:
    feed = Feed()
    feed.poll(story("A"))
    for n in range(40):
        feed.poll(story(f"B{n}"))
    assert len(memory.load(feed.memory).records) <= 32
    assert feed.poll(story("A")) == ["A"]


def test_two_versions_that_alternate_are_one_edit() -> None:
    feed = Feed()
    assert [feed.poll(story(title)) for title in ("A one", "A two") * 4] == [["A"], ["A"], *[[]] * 6]


def test_a_guid_that_is_another_at_each_poll_makes_no_new_entry() -> None:
    feed = Feed()
    link = "https://gazette.example/1"
    assert [feed.poll(story("A", guid=f"g{n}", link=link), story("B")) for n in range(4)] == [["g0", "B"], [], [], []]


def test_entries_that_differ_by_their_guid_only_are_two_when_both_are_listed() -> None:
    feed = Feed()
    assert feed.poll(story("A", guid="g1"), story("A", guid="g2")) == ["g1", "g2"]
    assert feed.poll(story("A", guid="g3"), story("A", guid="g1"), story("A", guid="g2")) == ["g3"]


@pytest.mark.parametrize(
    "change", [{"more": "<category>c</category>"}, {"more": " \n"}, {"guid": "http://g.example/1#4"}], ids=str
)
def test_an_entry_that_says_the_same_in_other_bytes_is_known(change: dict[str, str]) -> None:
    feed = Feed()
    parts = {"guid": "http://g.example/1#0", "link": "http://g.example/1"}
    feed.poll(story("A", **parts))
    assert feed.poll(story("A", **parts | change)) == []


def test_a_feed_that_breaks_and_is_mended_has_no_new_entries() -> None:
    feed = Feed()
    feed.poll(story("A"), story("B"))
    assert feed.read(rss(story("A"), story("B")).removesuffix("</rss>")).keyed == ()
    assert feed.poll(story("A"), story("B")) == []


def test_new_entries_have_the_keys_that_they_would_have_among_all() -> None:
    feed = Feed()
    feed.poll(story("A", guid="g", link="https://gazette.example/a"))
    both = (
        story("A", guid="g", link="https://gazette.example/a"),
        story("B", guid="g", link="https://gazette.example/b"),
    )
    assert feed.poll(*both) == ["//gazette.example/b"]


def test_the_same_entry_twice_is_one_and_the_other_is_counted() -> None:
    feed = Feed()
    for known in (0, 1):
        parsed = feed.read(rss(story("A"), story("A")))
        assert (len(parsed.keyed) + parsed.known, parsed.known, parsed.repeated) == (1, known, 1)


def test_an_entry_dated_ahead_is_read_until_its_time_has_come_and_holds_up_no_other() -> None:
    feed = Feed()
    ahead = story("A", date="2099-01-01T00:00:00Z")
    assert feed.poll(ahead, story("B")) == ["A", "B"]
    assert feed.poll(story("C"), ahead, story("B")) == ["C", "A"]


def test_entries_without_text_are_skipped_at_each_poll() -> None:
    feed = Feed()
    assert [feed.read(rss("<item/>", story("A"))).skipped for _ in range(3)] == [1, 1, 1]


def test_a_change_of_the_feed_s_own_address_or_root_makes_entries_read_again_but_not_new() -> None:
    feed = Feed()
    feed.poll(story("A"))
    moved = parse(rss(story("A")).encode(), "", "https://elsewhere.example/", feed.memory)
    assert (moved.keyed, moved.known) == ((), 1)


def test_the_feed_s_title_is_read_again_when_it_changes() -> None:
    feed = Feed()
    assert feed.read(rss(story("A"), title="One")).title == "One"
    assert feed.read(rss(story("A"), title="Two")).title == "Two"
    assert feed.read(rss(story("A"), title="Two")).title == "Two"


def test_json_items_are_known_whatever_the_order_of_their_parts() -> None:
    feed = Feed()
    one, two = ({"id": n, "title": "T", "url": f"/{n}"} for n in (1, 2))
    assert len(feed.read(json.dumps(JSON_FEED | {"items": [one]})).keyed) == 1
    turned = dict(reversed(one.items()))
    assert [key for key, _ in feed.read(json.dumps(JSON_FEED | {"items": [two, turned]})).keyed] == ["2"]


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=200) | st.just(None), st.randoms())
def test_a_wrong_or_damaged_memory_is_harmless(blob: bytes | None, chance: random.Random) -> None:
    body = rss(story("A"), story("B")).encode()
    good = parse(body, "", ADDRESS)
    if blob is None:
        damaged = bytearray(good.memory)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        blob = bytes(damaged[: chance.choice((None, chance.randrange(len(damaged))))])
    assert parse(body, "", ADDRESS, blob) == good


def test_a_memory_of_another_version_is_none() -> None:
    feed = Feed()
    feed.poll(story("A"))
    assert memory.load(feed.memory).records
    assert memory.load(feed.memory.replace(b"claimwatch 2", b"claimwatch 1")) == memory.Memory()


def test_it_takes_some_fifty_bytes_for_each_entry() -> None:
    feed = Feed()
    feed.poll(*(story(f"{n} A") for n in range(100)))
    assert len(feed.memory) < 100 * 52 + 100
