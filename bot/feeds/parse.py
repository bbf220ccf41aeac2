"""Bytes → entries, with feedparser or as JSON Feed. It runs in the worker process: hostile input can hang feedparser.

::

    body ─ in_utf8 ─ JSON? ───────────────────────────→ jsonfeed.py ──┐
              │                                                       │
       without_doctype, refused for bombs                             │
              │                                                       │
     shortened: without the entries that are known by their bytes     │
              │                                                       │
            scan: which entries are there, which are known?           │
              ├─ sure ──→ feedparser on the frame and the new ones ──┤
              └─ unsure → feedparser on the whole ────────────────────┤
                                                       compared with what is remembered → Parsed

feedparser is given a BytesIO always: bytes or text it would first take for an address or a path, and open it.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from time import struct_time
from typing import Any
from xml.sax import SAXException

import feedparser

from bot.errors import FeedError
from bot.feeds import memory as remembered
from bot.feeds.cutting import Cuts, Scan, Span, scan, scan_loosely
from bot.feeds.encoding import in_utf8
from bot.feeds.entries import Digest, Entry, Parsed, digest
from bot.feeds.hints import hints
from bot.feeds.jsonfeed import parse_json
from bot.feeds.memory import Memory, Reading, compared
from bot.feeds.normal import NAME, entry, plausible, web_link
from bot.feeds.shortening import shortened
from bot.feeds.text import cut, plain
from bot.feeds.xmlguard import mended, without_doctype

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_WEB_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_REFERENCE_ERRORS = {4, 11, 14}  # expat's: invalid token, as a bare "&" is; undefined entity; number of no character
# Elements that are not read here and whose handlers were seen to raise (feedparser 6.0.14): an image's size within a
# text, a form or a place in an entry.
_TRAP = re.compile(rb"<(/?)(?:[\w-]+:)?(?:width|height|textinput|pos|posList)(?=[\s/>])", re.IGNORECASE)
_AT_ONCE = 250  # entries that feedparser is given: some 0.1 s

feedparser.api.PREFERRED_XML_PARSERS = []  # it would look for drv_libxml2 on the disk each time


def parse(body: bytes, content_type: str, address: str, memory: bytes = b"", seconds: float = float("inf")) -> Parsed:
    """Return what is new or changed in the feed in `body`; relative links are resolved against `address`.

    `memory` is what the last parse of this feed returned; anything else is harmless. After `seconds` the entries that
    remain are left for the next time. Raises FeedError when it is no feed or can't be read.
    """
    end = time.monotonic() + seconds
    seen = remembered.load(memory)
    text = in_utf8(body, content_type)
    if not text:
        raise FeedError("The server sent an empty body. Check the address; if it is right, the outlet has to mend it.")
    reading = parse_json(text, address, seen) if text[:1] in b"{[" else _read(text, address, seen, end)
    return compared(reading, seen, time.time())


def _read(text: bytes, address: str, seen: Memory, end: float) -> Reading:
    bare = without_doctype(text)
    return _read_shortened(bare, address, seen, end) or _read_all(bare, text, address, seen, end)


def _read_shortened(bare: bytes, address: str, seen: Memory, end: float) -> Reading | None:
    """Read a feed of which some entries are known without a look at those; None where that can't be sure."""
    short = shortened(bare, seen.context, seen.by_raw())
    if not short.stubs:
        return None
    found = scan(short.body)
    work = _Work(short.body, found, address, seen, end, short.stubs)
    return work.read_new() if short.is_right(found) and work.context == seen.context else None


def _read_all(bare: bytes, text: bytes, address: str, seen: Memory, end: float) -> Reading:
    found = scan(bare)
    if found.error and found.error.code in _REFERENCE_ERRORS:
        bare = mended(bare)
        found = scan(bare)
    if found.error and found.root.told >= 0:  # something stands behind the feed
        bare, found.error = bare[: found.root.end(bare)], None
    if found.error or not found.entries:
        found = found if not found.error else scan_loosely(bare, found)
        reading, feed = _Work(bare, found, address, seen, end).read_whole()
        if not reading.listed and feed:
            _check_is_feed(feed, text, address)
        return reading
    work = _Work(bare, found, address, seen, end)
    return (found.sure and work.read_new()) or work.read_whole()[0]


@dataclass(frozen=True, slots=True)
class _Feed:
    """What feedparser says of a feed, beside its entries."""

    title: str
    format: str
    raw: Any


class _Work:
    """A feed in which the entries were found, being read."""

    def __init__(
        self,
        body: bytes,
        found: Scan,
        address: str,
        seen: Memory,
        end: float,
        stubs: Mapping[int, Sequence[Digest]] | None = None,
    ) -> None:
        self.body = body
        self.found = found
        self.address = address
        self.seen = seen
        self.end = end
        self.stubs = stubs or {}
        self.hints = hints(found.texts, found.links, address)
        found.context.append(address)
        self.context = found.context_digest()
        self.title_digest = found.title_digest(body)
        self.named = self.title_digest != seen.title_digest
        self.cuts = Cuts(body, found, named=self.named)

    def read_new(self) -> Reading | None:
        """Read what is not known, some at a time; None when feedparser sees other entries than the scan."""
        known = self.seen.by_raw()
        digests = [self.stubs.get(span.start) or [self._digest(span)] for span in self.found.entries]
        fresh = [number for number, (raw, *_) in enumerate(digests) if raw not in known]
        read: dict[int, Entry | None] = {}
        feed = _Feed(self.seen.title, self.seen.format, None)
        if fresh or self.named:
            for start in range(0, max(len(fresh), 1), _AT_ONCE):
                if read and time.monotonic() > self.end:
                    break
                for part, entries, said in self._read(fresh[start : start + _AT_ONCE]):
                    if entries is not None and len(entries) != len(part):
                        return None
                    read.update(zip(part, entries or repeat(None), strict=False))
                    feed = said if said and self.named else feed
        listed = [
            (raw, given)
            for number, raws in enumerate(digests)
            for raw in raws
            if (given := known.get(raw) or read.get(number))
        ]
        unreadable = sum(each is None for each in read.values())
        if unreadable and not listed:
            return None
        return Reading(
            feed.title,
            feed.format,
            listed,
            unreadable,
            len(fresh) - len(read),
            self.hints,
            self.title_digest,
            self.context,
        )

    def _digest(self, span: Span) -> Digest:
        return digest(self.context + self.body[span.start : span.end(self.body)])

    def read_whole(self) -> tuple[Reading, _Feed | None]:
        """Read the whole at once, or where feedparser fails on it, each entry on its own."""
        unreadable, feed = 0, None
        try:
            entries, feed = _whole(self.body, self.address)
        except FeedError:
            parts = [entries for _, entries, _ in self._read(range(len(self.found.entries)))]
            entries = [entry for part in parts for entry in part or ()]
            unreadable = sum(part is None for part in parts)
            if not entries:
                raise
        title, name = (feed.title, feed.format) if feed else (self.seen.title, self.seen.format)
        return Reading(
            title, name, [(digest(repr(each)), each) for each in entries], unreadable, hints=self.hints
        ), feed

    def _read(self, numbers: Sequence[int]) -> Iterator[tuple[Sequence[int], list[Entry] | None, _Feed | None]]:
        """Give what feedparser makes of those entries; where it fails, in halves, and None for the one it fails on."""
        try:
            yield numbers, *_whole(self.cuts.only(numbers), self.address)
        except FeedError:
            if not numbers:
                raise
            if len(numbers) == 1:
                yield numbers, self._read_without_traps(numbers), None
                return
            half = len(numbers) // 2
            yield from self._read(numbers[:half])
            yield from self._read(numbers[half:])

    def _read_without_traps(self, numbers: Sequence[int]) -> list[Entry] | None:
        try:
            entries, _ = _whole(_TRAP.sub(rb"<\1unread", self.cuts.only(numbers)), self.address)
        except FeedError:
            return None
        return entries


def _whole(body: bytes, address: str) -> tuple[list[Entry], _Feed]:
    """Return all that feedparser reads. Raises FeedError where it fails."""
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        entries = [_entry(raw, address) for raw in found.entries]
    except MemoryError:
        raise
    except Exception as error:  # measured: some 14 kinds, from TypeError to re.error
        raise FeedError(
            f"This can't be read as a feed: feedparser fails on it ({type(error).__name__}: "
            f"{cut(str(error), 200)}). The outlet has to mend it."
        ) from error
    version = feedparser.api.SUPPORTED_VERSIONS.get(found.version or "", "") if "version" in found else ""
    return entries, _Feed(plain(_string(found.feed, "title"), NAME), version, found)


def _entry(raw: dict[str, Any], address: str) -> Entry:
    source = raw.get("source")
    if not isinstance(source, Mapping):
        source = {}
    contents = raw.get("content")
    guid, link = _string(raw, "id"), _string(raw, "link")
    if link == guid and raw.get("guidislink") and "://" not in link:
        link = ""  # a bare guid, which feedparser takes for a link
    return entry(
        guid=guid,
        link=web_link(link, address),
        title=_string(raw, "title"),
        texts=[
            _string(raw, "summary"),
            *(_string(content, "value") for content in (contents if isinstance(contents, list) else ())),
        ],
        date=_date(raw),
        source=_string(source, "title"),
        source_link=web_link(_string(source, "href") or _string(source, "link"), address),
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


def _check_is_feed(feed: _Feed, body: bytes, address: str) -> None:
    """Say what an empty result is, if it is not a feed that has no entries today."""
    found = feed.raw
    if not found.get("version"):
        if _WEB_PAGE.search(body[:10_000]):
            raise FeedError("This is a web page, not a feed." + _hint(found, address))
        text = plain(body[:300].decode("utf-8", "replace"), 60)
        raise FeedError(f"This is no feed: it begins with “{text}”. Check the address.")
    if isinstance(found.get("bozo_exception"), SAXException):
        raise FeedError(
            f"This feed is not well-formed ({cut(str(found.bozo_exception), 200)}), and no entry can be read in "
            "it. The outlet has to mend it."
        )


def _hint(found: Any, address: str) -> str:
    for link in found.feed.get("links", ()):
        is_feed = link.get("rel") == "alternate" and link.get("type") in _FEED_TYPES
        if is_feed and (url := web_link(link.get("href"), address)):
            return f" It names this one: {url}. Use that address."
    return " Look for the feed's own address on that page."
