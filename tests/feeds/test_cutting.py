"""Known entries are cut out before feedparser reads: of the others it says what it says of them in the whole."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.feeds import memory
from bot.feeds.cutting import Cuts, scan
from bot.feeds.encoding import in_utf8
from bot.feeds.entries import Entry, Parsed, marks_of
from bot.feeds.parse import parse
from bot.feeds.shortening import shortened
from tests.fakes.feed_server import item, rss
from tests.feeds.made_up import PARTS, made

ADDRESS = "https://gazette.example/feed"
FOLDER = Path(__file__).parents[3] / "shared" / "feeds"
FILES = sorted(FOLDER.glob("*.xml"))


def read(body: str | bytes, seen: bytes = b"") -> Parsed:
    return parse(body.encode() if isinstance(body, str) else body, "application/xml", ADDRESS, seen)


def whole_by_feedparser(body: bytes) -> list[tuple[str, Entry]]:
    """What is read where feedparser is given every byte: the root element says something unusual, so nothing is cut."""
    end = body.index(b">", body.index(b"<" + re.findall(rb"<([A-Za-z][\w:]*)", body)[0]))
    unsure = body[:end] + b">" + b'<made:up xmlns:made="https://sylvania.example/"/>' + body[end + 1 :]
    found = scan(in_utf8(unsure, "application/xml"))
    assert not found.sure
    return list(read(unsure).keyed)


def knowing(parsed: Parsed, which: set[int]) -> bytes:
    """The memory of those entries only."""
    kept = memory.load(parsed.memory)
    records = tuple(record for number, record in enumerate(kept.records) if number in which)
    return memory.dump(replace(kept, records=records))


def without(parsed: Parsed, which: set[int]) -> list[tuple[str, Entry]]:
    known = {record.marks[-1] for n, record in enumerate(memory.load(parsed.memory).records) if n in which}
    return [(key, entry) for key, entry in parsed.keyed if marks_of(entry)[-1] not in known]


numbers = st.lists(st.integers(0, 40), max_size=6)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(PARTS)),
    numbers,
    st.lists(numbers, max_size=6),
    st.integers(-9, 8),
    st.sets(st.integers(0, 6)),
)
def test_what_is_cut_makes_no_difference_to_the_rest(
    form: str, frame: list[int], entries: list[list[int]], late: int, known: set[int]
) -> None:
    body = made(form, frame, entries, late=late).encode()
    try:
        whole = whole_by_feedparser(body)
        parsed = read(body)
    except FeedError:
        return  # each of its entries makes feedparser fail
    assert list(parsed.keyed) == whole
    part = read(body, knowing(parsed, known))
    assert list(part.keyed) == without(parsed, known)
    assert (part.title, part.skipped, part.format) == (parsed.title, parsed.skipped, parsed.format)
    assert part.known + len(part.keyed) == len(parsed.keyed)


@pytest.mark.skipif(not FILES, reason=f"the captured feeds are not at {FOLDER}")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem[:20])
def test_a_captured_feed_gives_the_same_with_any_of_its_entries_known(file: Path) -> None:
    body = file.read_bytes()
    try:
        parsed = read(body)
    except FeedError:
        assert not feedparser.parse(io.BytesIO(body)).entries
        return
    assert {entry for _, entry in parsed.keyed} == {entry for _, entry in whole_by_feedparser(body)}
    count = len(memory.load(parsed.memory).records)
    for known in (set(range(1, count)), set(range(0, count, 2)), set(range(count // 2))):
        part = read(body, knowing(parsed, known))
        assert list(part.keyed) == without(parsed, known)
        assert part.title == parsed.title
    again = read(body, parsed.memory)
    assert (again.keyed, again.known, again.memory) == ((), len(parsed.keyed), parsed.memory)


def test_only_new_entries_go_to_feedparser_and_nothing_that_is_not_read() -> None:
    body = rss(
        item("One", more="<author>A</author><category>c</category>"), "<item />", item("Two", more="<x:y xmlns:x='u'/>")
    ).encode()
    cuts = Cuts(body, scan(body))
    assert cuts.only([]) == rss().encode()
    assert cuts.only([0]) == rss(item("One")).encode()
    assert cuts.only([1, 2]) == rss("<item />", item("Two")).encode()


@pytest.mark.parametrize(
    "inside",
    [
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><title>a</title></content:encoded>",
        "<description><body><p>x</p></body></description>",
        "<channel/>",
        "<item/>",
        "<title xml:base='https://elsewhere.example/'>x</title>",
        "<dc:title xmlns:dc='https://sylvania.example/other'>x</dc:title>",
    ],
)
def test_a_feed_with_something_that_may_change_other_entries_is_read_whole(inside: str) -> None:
    assert scan(rss(item("One")).encode()).sure
    assert not scan(rss(item("One"), item("Two", more=inside)).encode()).sure


def test_an_end_tag_is_found_behind_whatever_looks_like_one() -> None:
    odd = ("<item a='/>'/>", "<item></item >", "<item>/></item>", "<item><!-- </item> --><title>]]&gt;</title></item>")
    body = rss(*odd).encode()
    found = scan(body)
    assert [body[span.start : span.end(body)].decode() for span in found.entries] == list(odd)


def test_a_long_author_that_hangs_feedparser_is_not_read_at_all() -> None:
    (_, entry), *_ = read(rss(item("A treaty", more=f"<author>{'a' * 200_000}</author>"))).keyed
    assert entry.title == "A treaty"


KNOWN = item("Known", guid="known")
PLACES = [
    f"<!-- {KNOWN} -->{item('New')}",
    f"<description><![CDATA[{KNOWN}]]></description>{item('New')}",
    item("New", more=f"<description><![CDATA[{KNOWN}]]></description>"),
    item("New", more=f"<description><![CDATA[</item>{KNOWN}<item>]]></description>"),
    item("New", more=f"<!-- </item>{KNOWN}<item> -->"),
    item("New", more=f"<description>{KNOWN}</description>"),
    f"<extra>{KNOWN}</extra>{item('New')}",
    f"<extra a='</item>'/>{KNOWN}{item('New')}{KNOWN} text {KNOWN}",
    f"<title>Sylvania</title>{KNOWN}<image><title>Freedonia</title></image>{item('New')}",
    f"<title>{KNOWN}</title>{item('New')}",
    f"<item/>{KNOWN}<item></item><items/>{item('New')}",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("end", ["</rss>", "</rss> and more", "<oops"])
@pytest.mark.parametrize("more", ["", item("Known too", guid="too")])
def test_bytes_of_a_known_entry_make_no_difference_to_the_rest_wherever_they_stand(
    place: str, end: str, more: str
) -> None:
    seen = read(rss(KNOWN, more)).memory
    body = rss(place, more).replace("</rss>", end)
    whole, part = read(body), read(body, seen)
    known = {"Known", "Known too"}
    assert [entry for _, entry in part.keyed] == [entry for _, entry in whole.keyed if entry.title not in known]
    assert (part.title, part.format, part.skipped) == (whole.title, whole.format, whole.skipped)


def test_known_entries_are_not_looked_at_again() -> None:
    old = [item(f"Treaty {n}", guid=str(n)) for n in range(50)]
    kept = memory.load(read(rss(*old)).memory)
    short = shortened(rss(*old[:9], item("New"), *old[9:]).encode(), kept.context, kept.by_raw())
    assert short.body == rss("<item/>", item("New"), "<item/>").encode()
    assert [len(entries) for entries in short.stubs.values()] == [9, 41]


TRAPS = [
    "<textinput><name>x</name></textinput>",  # KeyError
    "<description>a<p>b<width>3</width></p></description>",  # TypeError
    "<gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2</gml:pos><content><gml:pos>1</gml:pos></content>",  # KeyError
    "<title>&#x110000;</title>",  # ValueError
    "<title>&#xffffffffffff;</title>",  # OverflowError
    "<title>&#xd800;</title>",  # UnicodeEncodeError
]


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("end", ["</rss>", "<oops"], ids=["well-formed", "broken"])
def test_an_entry_that_makes_feedparser_raise_is_read_and_so_are_the_others(trap: str, end: str) -> None:
    parsed = read(rss(item("One"), item("Trap", more=trap), item("Two")).replace("</rss>", end))
    assert [entry.title for _, entry in parsed.keyed] == ["One", "Trap", "Two"]


def test_an_entry_that_can_not_be_read_is_counted_and_does_not_lose_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feeds.parse._TRAP", re.compile(rb"(?!)()"))
    body = rss(item("One"), item("Trap", more=TRAPS[0]), item("Two"))
    parsed = read(body)
    assert ([entry.title for _, entry in parsed.keyed], parsed.skipped) == (["One", "Two"], 1)
    assert read(body, parsed.memory).known == 2
    with pytest.raises(FeedError, match="feedparser fails on it"):
        read(rss(item("Trap", more=TRAPS[0])))


def test_many_entries_are_read_in_parts() -> None:
    parsed = read(rss(*(item(f"Treaty {n}", guid=str(n)) for n in range(600))))
    assert [entry.guid for _, entry in parsed.keyed] == [str(n) for n in range(600)]


def test_what_there_is_no_time_for_is_left_for_the_next_poll_and_none_is_lost() -> None:
    body = rss(*(item(f"Treaty {n}", guid=str(n)) for n in range(600))).encode()
    seen, titles = b"", []
    for left in (350, 100, 0):
        parsed = parse(body, "", ADDRESS, seen, seconds=0)
        assert parsed.left == left
        titles += [entry.title for _, entry in parsed.keyed]
        seen = parsed.memory
    assert titles == [f"Treaty {n}" for n in range(600)]
