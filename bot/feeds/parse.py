"""Bytes → entries, with feedparser or as JSON Feed. It runs in the worker process: hostile input can hang feedparser.

feedparser is given a BytesIO always: bytes or text it would first take for an address or a path, and open it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from xml.sax import SAXException

import feedparser

from bot.errors import FeedError
from bot.feeds.entries import Entry, Parsed
from bot.feeds.jsonfeed import parse_json
from bot.feeds.normal import entry, parsed, plausible, web_link
from bot.feeds.text import cut, plain

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_WEB_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_ONE_BYTE = re.compile(r"\A(?:(?:us-)?ascii|utf-?8|(?:iso[-_]?8859|windows|cp|latin).*)?\Z", re.IGNORECASE)


def parse(body: bytes, content_type: str, address: str) -> Parsed:
    """Return what the feed in `body` holds; relative links are resolved against `address`.

    Raises FeedError when it is no feed or can't be read.
    """
    start = body.lstrip(b"\xef\xbb\xbf\x00 \t\r\n")[:1]
    if not start:
        raise FeedError("The server sent an empty body. Check the address; if it is right, the outlet has to mend it.")
    if start in (b"{", b"["):
        return parse_json(body, address)

    body, content_type = _in_utf8(body, content_type)
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": content_type, "content-location": address},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except MemoryError:
        raise
    except Exception as error:  # measured: some 14 kinds, from TypeError to re.error
        raise FeedError(
            f"This can't be read as a feed: feedparser fails on it ({type(error).__name__}: {cut(str(error), 200)}). "
            "The outlet has to mend it."
        ) from error
    if not found.entries:
        _check_is_feed(found, body)
    entries = [_entry(raw) for raw in found.entries]
    return parsed(_string(found.feed, "title"), entries)


def _entry(raw: dict[str, Any]) -> Entry:
    source = raw.get("source")
    if not isinstance(source, Mapping):
        source = {}
    contents = raw.get("content")
    return entry(
        guid=_string(raw, "id"),
        link=web_link(_string(raw, "link")),
        title=_string(raw, "title"),
        texts=[_string(raw, "summary"), *(_string(content, "value") for content in contents or ())],
        date=_date(raw),
        source=_string(source, "title"),
        source_link=web_link(_string(source, "href") or _string(source, "link")),
    )


def _string(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def _date(raw: dict[str, Any]) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = dict.get(raw, name)  # its own `get` would give one for the other, with a warning
        if isinstance(value, struct_time):
            try:
                return plausible(datetime(*value[:6], tzinfo=UTC))
            except ValueError:
                continue
    return None


def _in_utf8(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Mend the two commonest mistakes about encodings: UTF-8 under another name, and UTF-8 with a few broken bytes.

    In text of a one-byte encoding nearly every character beyond ASCII is a mistake as UTF-8, so that more good ones
    than mistakes mean UTF-8, whatever the header says. feedparser would believe the header, and for one broken byte
    read the whole feed as Windows-1252.
    """
    declared = _CHARSET.search(content_type)
    in_xml = _XML_ENCODING.match(body)
    name = declared[1] if declared else in_xml[1].decode() if in_xml else ""
    if not _ONE_BYTE.match(name) or body.isascii() or b"\x00" in body[:1_000]:
        return body, content_type or "application/xml"
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii > 2 * broken:
        return text.encode(), "application/xml; charset=utf-8"
    return body, content_type or "application/xml"


def _check_is_feed(found: Any, body: bytes) -> None:
    """Say what an empty result is, if it is not a feed that has no entries today."""
    if not found.get("version"):
        if _WEB_PAGE.search(body[:10_000]):
            raise FeedError("This is a web page, not a feed." + _hint(found))
        text = plain(body[:300].decode("utf-8", "replace"), 60)
        raise FeedError(f"This is no feed: it begins with “{text}”. Check the address.")
    if isinstance(found.get("bozo_exception"), SAXException):
        raise FeedError(
            f"This feed is not well-formed ({cut(str(found.bozo_exception), 200)}), and no entry can be read in it. "
            "The outlet has to mend it."
        )


def _hint(found: Any) -> str:
    for link in found.feed.get("links", ()):
        if link.get("rel") == "alternate" and link.get("type") in _FEED_TYPES and (url := web_link(link.get("href"))):
            return f" It names this one: {url}. Use that address."
    return " Look for the feed's own address on that page."
