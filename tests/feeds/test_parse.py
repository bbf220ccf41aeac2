"""Parsing: each format, each kind of broken feed, and what is no feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.feeds.entries import Entry, Parsed
from bot.feeds.parse import parse
from tests.fakes.feed_server import item, rss

AT = int(datetime(2026, 2, 18, 10, 30, tzinfo=UTC).timestamp())
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><entry>
<id>tag:gazette,2026:1</id><title type="html">A &lt;b&gt;treaty&lt;/b&gt;</title><link href="/1"/>
<updated>2026-02-18T11:30:00+01:00</updated><summary>Signed.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Signed by both.</p><p>Sealed.</p></div></content>
<source><title>The Wire</title><link href="https://wire.example/"/></source></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x">
<title>Gazette</title></channel><item rdf:about="https://gazette.example/1"><title>A treaty</title>
<link>https://gazette.example/1</link><description>Signed.</description>
<dc:date>2026-02-18T10:30:00Z</dc:date></item></rdf:RDF>"""
RSS = rss(
    item(
        "A &amp;lt;b&amp;gt;treaty&amp;lt;/b&amp;gt;",
        guid="tag:gazette,2026:1",
        link="/1",
        text="Signed.",
        date="Wed, 18 Feb 2026 10:30:00 GMT",
        more='<source url="https://wire.example/rss">The Wire</source>',
    ),
    title="Gazette",
)


def read(body: str | bytes, content_type: str = "application/xml") -> Parsed:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, content_type, "https://gazette.example/feed")


def only(body: str | bytes, content_type: str = "application/xml") -> Entry:
    (entry,) = read(body, content_type).entries
    return entry


def json_feed(*items: dict[str, Any]) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Gazette", "items": items})


@pytest.mark.parametrize("body", [ATOM, RSS], ids=["Atom", "RSS 2.0"])
def test_atom_and_rss_give_the_same_entry(body: str) -> None:
    entry = only(body)
    assert (entry.guid, entry.link, entry.date) == ("tag:gazette,2026:1", "https://gazette.example/1", AT)
    assert (entry.title, entry.summary) == ("A treaty", "Signed.")
    assert entry.source == "The Wire"
    assert read(body).title == "Gazette"


def test_a_content_longer_than_the_summary_is_the_body() -> None:
    assert only(ATOM).body == "Signed by both.\nSealed."
    assert only(RSS).body == ""


def test_rdf_is_read() -> None:
    entry = only(RDF)
    assert (entry.title, entry.summary, entry.date) == ("A treaty", "Signed.", AT)


def test_json_feed_is_read() -> None:
    first = {"id": 7, "url": "/7", "title": "A treaty", "content_html": "<p>Signed.</p>", "summary": "It is."}
    second = {"id": "8", "external_url": "https://wire.example/8", "content_text": "No title here."}
    one, two = read(json_feed(first | {"date_published": "2026-02-18T11:30:00+01:00"}, second)).entries
    assert (one.guid, one.link, one.title, one.date) == ("7", "https://gazette.example/7", "A treaty", AT)
    assert (one.summary, one.body) == ("It is.", "Signed.")
    assert (two.title, two.link, two.date) == ("No title here.", "https://wire.example/8", None)


def test_without_a_title_the_first_words_stand_in() -> None:
    entry = only(rss(item(text="Freedonia signed the treaty. " * 20)))
    assert entry.title.startswith("Freedonia signed the treaty.")
    assert entry.title.endswith("…")
    assert len(entry.title) <= 140


def test_entries_without_any_text_are_skipped_and_counted() -> None:
    found = read(rss("<item/>", item(link="https://gazette.example/1"), item("A treaty")))
    assert [entry.title for entry in found.entries] == ["A treaty"]
    assert found.skipped == 2


def test_a_title_of_100_000_characters_is_cut() -> None:
    assert len(only(rss(item("Freedonia " * 10_000))).title) <= 1_000


def test_texts_are_limited() -> None:
    entry = only(rss(item("A treaty", text="word " * 40_000)))
    assert len(entry.summary) <= 10_000
    assert 90_000 < len(entry.body) <= 100_000


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://", "https://[", "x" * 3_000]
)
def test_only_links_of_the_web_are_kept(link: str) -> None:
    assert only(rss(item("A treaty", link=link))).link is None or link == "x" * 3_000
    assert only(json_feed({"id": "1", "title": "A treaty", "url": link})).link is None


def test_a_login_in_a_link_is_dropped() -> None:
    assert only(rss(item("A treaty", link="https://bank.example@evil.example/1"))).link == "https://evil.example/1"


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("0000-00-00T00:00:00Z", None),
        ("1763-01-01T00:00:00Z", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("", None),
        ("2099-01-01T00:00:00Z", 2099),  # what is in the future is for whoever knows the time
        ("Wed, 18 Feb 2026 10:30:00 +0900", 2026),
    ],
)
def test_dates_are_utc_or_none(date: str, year: int | None) -> None:
    seconds = only(rss(item("A treaty", date=date))).date
    assert (seconds and datetime.fromtimestamp(seconds, UTC).year) == year


# ── encodings ────────────────────────────────────────────────────────────────────────────────────────────────────────

CYRILLIC = "Фридония подписала договор"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(item(CYRILLIC)).encode(), "text/xml; charset=iso-8859-1"),
        (rss(item(CYRILLIC)).encode(), ""),
        (b"\xef\xbb\xbf" + rss(item(CYRILLIC)).encode(), "text/xml"),
        (rss(item(CYRILLIC)).replace("utf-8", "windows-1251").encode("windows-1251"), "application/xml"),
        (rss(item(CYRILLIC)).encode("windows-1251"), "text/xml; charset=windows-1251"),
        (rss(item(CYRILLIC)).replace("utf-8", "utf-16").encode("utf-16"), "application/xml"),
    ],
)
def test_text_survives_a_right_a_wrong_and_a_missing_encoding(body: bytes, content_type: str) -> None:
    assert only(body, content_type).title == CYRILLIC


def test_one_broken_byte_does_not_spoil_the_rest() -> None:
    body = rss(item(CYRILLIC, text="broken: @")).encode().replace(b"@", b"\xff")
    assert only(body, "text/xml").title == CYRILLIC


def test_windows_1252_under_the_name_of_utf_8_is_read() -> None:
    assert only(rss(item("Café “Ruritania”")).encode("windows-1252")).title == "Café “Ruritania”"


# ── what is broken, and what is no feed ──────────────────────────────────────────────────────────────────────────────


def test_a_feed_that_is_not_well_formed_but_has_entries_is_read() -> None:
    assert only(rss(item("Arms & shells <5%")) + "<oops").title.startswith("Arms & shells")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty body"),
        (" \n\t ", "empty body"),
        ("\ufeff", "empty body"),
        ("<!DOCTYPE html><html><body>Welcome</body></html>", "a web page, not a feed"),
        ("Welcome to the Gazette", "begins with “Welcome to the Gazette”"),
        ("<?xml version='1.0'?><catalogue/>", "no feed"),
        ('{"items": []}', "not a JSON Feed"),
        ('["a"]', "not a JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "not a JSON Feed"),
        ('{"version": ', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("<rss version='2.0'><channel><x:item>", "not well-formed"),
        (rss(item("&#x110000;")), "feedparser fails on it"),
    ],
)
def test_what_is_no_feed_is_told_apart(body: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read(body)


def test_a_web_page_that_names_its_feed_gives_a_hint() -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>Hi</body></html>'
    with pytest.raises(FeedError, match=r"https://gazette\.example/rss\.xml"):
        read(page)


@settings(deadline=None)
@given(st.binary(), st.text(), st.sampled_from(["", "<rss><item>", "<feed><entry>", "{", "<?xml encoding='"]))
def test_whatever_comes_is_a_feed_or_a_feed_error(body: bytes, content_type: str, start: str) -> None:
    try:
        read(start.encode() + body, content_type)
    except FeedError as error:
        assert str(error).endswith((".", "page."))
