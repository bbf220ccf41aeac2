"""Parsing: each format, each kind of broken feed, and what is no feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.feeds.entries import Entry, Parsed
from bot.feeds.parse import parse
from tests.fakes.feed_server import item, rss
from tests.feeds.made_up import SEEDS, broken

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


def entries(body: str | bytes, content_type: str = "application/xml") -> list[Entry]:
    return [entry for _, entry in read(body, content_type).keyed]


def only(body: str | bytes, content_type: str = "application/xml") -> Entry:
    (entry,) = entries(body, content_type)
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
    one, two = entries(json_feed(first | {"date_published": "2026-02-18T11:30:00+01:00"}, second))
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
    assert [entry.title for _, entry in found.keyed] == ["A treaty"]
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


@pytest.mark.parametrize("bom", [True, False], ids=["with its mark", "without a mark"])
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
def test_unicode_in_every_width_is_read_whatever_is_declared(name: str, bom: bool) -> None:
    text = ("\ufeff" if bom else "") + rss(item(CYRILLIC))
    assert only(text.encode(name), "text/xml; charset=us-ascii").title == CYRILLIC
    assert only(text.encode(name) + b"\xd0").title == CYRILLIC  # half a character behind it


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "undefined", "zip", "no-such", "\x00", "utf-7"])
def test_an_encoding_that_no_feed_has_is_not_believed(name: str) -> None:
    assert only(rss(item(CYRILLIC)).replace("utf-8", name).encode(), f"text/xml; charset={name}").title == CYRILLIC


@pytest.mark.parametrize(
    ("name", "text"), [("shift_jis", "条約に署名"), ("gb2312", "签署条约"), ("big5", "簽署條約"), ("koi8-r", CYRILLIC)]
)
def test_older_encodings_are_read_by_the_header_or_the_declaration(name: str, text: str) -> None:
    body = rss(item(text)).replace("utf-8", name)
    assert only(body.encode(name), "text/xml").title == text
    assert only(body.replace(name, "utf-8").encode(name), f"text/xml; charset={name}").title == text


@pytest.mark.parametrize(
    "body",
    [
        "\r\n \t" + RSS,
        "<br />\n<b>Warning</b>: mysql_connect()<br />" + RSS,
        "\ufeff\ufeff" + RSS,
        RSS.replace("><", ">\r\n\r<"),
        RSS.replace("treaty", "tre\x00a\x0bt\x1by\uffff"),
        RSS + "\n<!-- cached --> 0.3 s <script>track()",
        RSS.replace("version='1.0'", "version='1.1'").replace('version="1.0"', 'version="1.1"'),
    ],
    ids=["white space", "a warning", "two marks", "line ends", "control characters", "junk behind it", "XML 1.1"],
)
def test_small_mistakes_around_and_in_a_feed_are_mended(body: str) -> None:
    entry = only(body)
    assert (entry.title, entry.summary, entry.date) == ("A treaty", "Signed.", AT)
    assert read(body).format == "RSS 2.0"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Ruritania&nbsp;&amp; Freedonia &eacute;t&eacute;", "Ruritania & Freedonia été"),
        ("Smith & Sons &co; <![CDATA[R&D &nbsp;]]>", "Smith & Sons &co; R&D"),
        ("&#55357;&#56832; &#xD83D;&#xDE00;&#0;&#xFFFF;", "\U0001f600 \U0001f600"),
    ],
)
def test_references_that_xml_does_not_know_are_mended(written: str, text: str) -> None:
    assert [entry.title for entry in entries(rss(item(written), item("Another")))] == [text, "Another"]


def test_a_bare_guid_is_no_link() -> None:
    assert only(rss(item("A treaty", guid="12345"))).link is None
    assert only(rss(item("A treaty", guid="12345"))).guid == "12345"
    assert only(rss(item("A treaty", guid="https://gazette.example/1"))).link == "https://gazette.example/1"


def test_links_are_resolved_against_xml_base_and_the_address() -> None:
    base = "<entry xml:base='/news/'><title>A treaty</title><link href='1'/></entry>"
    assert only(f"<feed xmlns='http://www.w3.org/2005/Atom'>{base}</feed>").link == "https://gazette.example/news/1"


@pytest.mark.parametrize("name", ["RSS 0.91", "RSS 2.0", "Atom 1.0", "RSS 1.0", "JSON Feed"])
def test_the_format_is_told(name: str) -> None:
    bodies = {"RSS 2.0": RSS, "Atom 1.0": ATOM, "RSS 1.0": RDF, "JSON Feed": json_feed({"id": "1", "title": "x"})}
    assert read(bodies.get(name, RSS.replace('"2.0"', '"0.91"'))).format.startswith(name)


def test_a_feed_that_is_not_well_formed_but_has_entries_is_read() -> None:
    assert only(rss(item("Arms & shells <5%")) + "<oops").title.startswith("Arms & shells")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).keyed == ()


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
@given(st.sampled_from(SEEDS), st.randoms(), st.sampled_from(["", "text/xml", "text/html; charset=latin-1"]))
def test_whatever_breaks_in_a_feed_it_is_read_or_a_feed_error(seed: bytes, chance: Random, content_type: str) -> None:
    try:
        parsed = read(broken(seed, chance), content_type)
    except FeedError:
        return
    assert len({key for key, _ in parsed.keyed}) == len(parsed.keyed)
    assert all(entry.title and len(entry.title) <= 1_000 for _, entry in parsed.keyed)


@settings(deadline=None)
@given(st.binary(), st.text(), st.sampled_from(["", "<rss><item>", "<feed><entry>", "{", "<?xml encoding='"]))
def test_whatever_comes_is_a_feed_or_a_feed_error(body: bytes, content_type: str, start: str) -> None:
    try:
        read(start.encode() + body, content_type)
    except FeedError as error:
        assert str(error).endswith((".", "page."))
