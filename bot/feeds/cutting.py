"""Finds the entries in the bytes of a feed, so that those that are known can be cut out. Pure.

feedparser takes 40 times as long as expat. So expat looks at the whole feed first, and feedparser is given the feed's
frame with the new entries only, byte for byte as they were sent. What it says of them must be what it would say of them
within the whole feed. It carries state from one element to the next; what was found to leak from one entry into others
(feedparser 6.0.14, mixin.py) makes the cut unsure, and an unsure feed is parsed whole:

- text elements within text elements (a <title> in inline XHTML), which unbalance its count of open content
- feed elements within entries, entries within entries, and titles or images of the feed between its entries
- xml:base on other elements than the root, and namespaces that are declared within the feed in an unusual way

On the way out go the elements that nothing here reads, authors, categories and media above all: that is half of most
feeds, and some of them take feedparser quadratic time, or crash it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import merge
from xml.parsers.expat import ExpatError, ParserCreate

from bot.feeds.entries import Digest, digest
from bot.feeds.hints import NAMES
from bot.feeds.xmlguard import ATTRIBUTES, DEPTH, TAGS, refuse

ENTRY, TEXT, STRUCTURE, READ, HINT, LINK, ONCE = (1 << bit for bit in range(7))

_ENTRIES = {"item", "entry"}
_STRUCTURE = _ENTRIES | {"channel", "feed", "rss", "rdf"}
_TEXTS = {"title", "subtitle", "tagline", "rights", "copyright", "description", "abstract", "info", "browserfriendly"}
_TEXTS |= {"summary", "content", "body", "encoded", "fullitem"}
_ONCE = {"title", "image", "textinput"}
_READ = {"title", "link", "guid", "id", "description", "abstract", "summary", "content", "body", "encoded", "fullitem"}
_READ |= {"pubdate", "published", "issued", "updated", "modified", "lastbuilddate", "created", "date", "source"}
_READ |= _STRUCTURE | _ONCE
_MEDIA = "http://search.yahoo.com/mrss"

# Declared within an entry, under a prefix that the root does not have, these change nothing for other entries.
_USUAL = {
    "http://www.w3.org/2005/atom",
    "http://www.w3.org/1999/xhtml",
    "http://search.yahoo.com/mrss",
    "http://search.yahoo.com/mrss/",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "http://www.georss.org/georss",
}
_NEXT = re.compile(rb"[ \t\r\n]*")
_LOOSE_ENTRY = re.compile(rb"<(item|entry)\b(?:(?!</?\1\b).)*</\1\s*>", re.DOTALL | re.IGNORECASE)
_XML_BASE = "http://www.w3.org/XML/1998/namespace base"
_MANY = 100  # elements of a kind in the frame, and the characters of a hint
_NOWHERE = 1_000_000  # deeper than anything


@dataclass(slots=True)
class Span:
    """Where an element stands in the bytes of a feed."""

    start: int  # of its first byte
    told: int = -1  # where expat said that it ended
    unread: list[Span] = field(default_factory=list)  # in it, what nothing reads

    def end(self, body: bytes) -> int:
        """Return where its last byte is, and one more.

        expat tells where an end tag starts, but of an empty element where it ends.
        """
        stop = self.start + 1
        while body[stop] not in b" \t\r\n/>":
            stop += 1
        tag = b"</" + body[self.start + 1 : stop]
        if body.startswith(tag, self.told) and body[self.told + len(tag)] in b" \t\r\n>":
            return body.index(b">", self.told) + 1
        return self.told


@dataclass(slots=True)
class Scan:
    """What the first look at a feed found."""

    entries: list[Span] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)  # outside of the entries
    sure: bool = True
    root: Span = field(default_factory=lambda: Span(0))  # told of it is -1 where it does not end
    error: ExpatError | None = None  # why it is not well-formed
    context: list[object] = field(default_factory=list)  # what may change how entries are read
    names: list[Span] = field(default_factory=list)  # the elements that may name the feed
    texts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # for hints
    links: list[tuple[str, str]] = field(default_factory=list)  # for hints: rel and href

    def context_digest(self) -> Digest:
        """Return what the digest of an entry's bytes is made with."""
        return digest(repr(self.context))

    def title_digest(self, body: bytes) -> Digest:
        """Return what the feed's name is recognised by."""
        return digest(repr([self.context, *(body[span.start : span.end(body)] for span in self.names)]))


def scan(body: bytes) -> Scan:
    """Look at a feed in UTF-8 without a DOCTYPE. Raises FeedError when it goes beyond the limits of xmlguard.py."""
    if body.count(b"<") > TAGS:
        raise refuse("too many tags", TAGS)
    scanner = _Scanner()
    try:
        scanner.parser.Parse(body, True)
    except ExpatError as error:
        scanner.found.error = error
    return scanner.found


def scan_loosely(body: bytes, strict: Scan) -> Scan:
    """Look at a feed that is not well-formed: only for its entries, by their tags. `strict` is how far `scan` came."""
    entries = [Span(found.start(), found.end()) for found in _LOOSE_ENTRY.finditer(body)]
    return Scan(entries, sure=False, texts=strict.texts, links=strict.links)


class Cuts:
    """A feed taken apart, to be put together with some of its entries only, and without what nothing reads.

    Where its name is known, `named` is false and what may name it goes as well.
    """

    def __init__(self, body: bytes, found: Scan, *, named: bool = True) -> None:
        self._body = body
        self._entries = found.entries
        self._frame: list[tuple[int, int, bytes]] = []  # each piece with the number of the entry that it stands before
        number = start = 0
        for span in merge(found.unread, () if named else found.names, found.entries, key=lambda span: span.start):
            if start < span.start:
                self._frame.append((number, 0, body[start : span.start]))
            start = _after(body, span)
            number += number < len(found.entries) and span is found.entries[number]
        self._frame.append((number, 0, body[start:]))

    def only(self, numbers: Iterable[int]) -> bytes:
        """Return the feed with these of its entries."""
        entries = [(number, 1, self._entry(self._entries[number])) for number in numbers]
        return b"".join(piece for _, _, piece in sorted(self._frame + entries))

    def _entry(self, span: Span) -> bytes:
        pieces, start = [], span.start
        for unread in span.unread:
            pieces.append(self._body[start : unread.start])
            start = _after(self._body, unread)
        return b"".join([*pieces, self._body[start : span.end(self._body)]])


def _after(body: bytes, span: Span) -> int:
    """Return where the next thing is after an element: what parted them goes with it."""
    found = _NEXT.match(body, span.end(body))
    return found.end() if found else len(body)


def _kind(uri: str, local: str) -> int:
    """Return what an element is to the scanner, by its names in lower case."""
    if local == "content" and uri.startswith(_MEDIA):
        return 0  # a picture or a film
    kind = STRUCTURE * (local in _STRUCTURE) | ENTRY * (local in _ENTRIES) | TEXT * (local in _TEXTS)
    return kind | READ * (local in _READ) | HINT * (local in NAMES) | LINK * (local == "link") | ONCE * (local in _ONCE)


class _Scanner:
    """expat's handlers, and what they remember between two calls."""

    def __init__(self) -> None:
        self.found = Scan()
        self.depth = 0
        self.entry_depth = _NOWHERE  # of the entry that is open; what is not deeper belongs to the frame
        self.text_depth = self.unread_depth = self.name_depth = self.hint_depth = 0  # 0 where none is open
        self.entry = self.unread = Span(0)
        self.kinds: dict[str, int] = {}
        self.frame: set[str] = set()
        self.declared: dict[str | None, str | None] = {}
        self.is_rdf = self.in_channel = False
        self.parser = ParserCreate("utf-8", " ")
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartNamespaceDeclHandler = self.declare

    def declare(self, prefix: str | None, uri: str | None) -> None:
        if not self.depth:
            self.declared[prefix] = uri
        elif self.declared.get(prefix, "") != uri:
            if prefix is None:  # the version of an RDF feed is told by the first default namespace
                self.found.sure &= not self.is_rdf
            else:
                self.found.sure &= prefix not in self.declared and (uri or "").lower() in _USUAL

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth = depth = self.depth + 1
        if depth > DEPTH:
            raise refuse("elements nested too deeply", DEPTH)
        kind = self.kinds.get(name)
        if kind is None:
            kind = self._named(name)
        if attributes:
            self._check(attributes)
        if depth <= self.entry_depth:
            self._start_in_frame(name, kind, attributes)
            read, child = kind & (STRUCTURE | ONCE), depth == 2 or (depth == 3 and self.in_channel)
        else:
            read, child = kind & READ, depth == self.entry_depth + 1
            if kind & STRUCTURE:
                self.found.sure = False
        if self.unread_depth:
            if read and (kind & STRUCTURE or self.entry_depth != _NOWHERE):
                self.unread_depth = 0  # it has something in it that is read
        elif child and not read:
            self.unread = Span(self.parser.CurrentByteIndex)
            self.unread_depth = depth
        if self.text_depth:
            if kind & (TEXT | STRUCTURE):
                self.found.sure = False
        elif kind & TEXT:
            self.text_depth = depth

    def end(self, _: str) -> None:
        depth = self.depth
        if depth == self.unread_depth:
            self.unread.told = self.parser.CurrentByteIndex
            (self.found.unread if self.entry_depth == _NOWHERE else self.entry.unread).append(self.unread)
            self.unread_depth = 0
        if depth == self.text_depth:
            self.text_depth = 0
        if depth <= self.entry_depth:
            self._end_in_frame(depth)
        self.depth = depth - 1

    def _start_in_frame(self, name: str, kind: int, attributes: list[str]) -> None:
        local = name.rpartition(" ")[2].lower()
        if self.depth == 2:
            self.in_channel = bool(kind & STRUCTURE)
        if self.name_depth and kind & STRUCTURE:
            self.found.sure = False
        if kind & ENTRY and 1 < self.depth < 4:
            self.entry = Span(self.parser.CurrentByteIndex)
            self.entry_depth = self.depth
            return
        if self.depth == 1:
            self.found.root.start = self.parser.CurrentByteIndex
            self.is_rdf = local == "rdf"
            self.found.context += [name, attributes, sorted(self.declared.items(), key=repr)]
        elif kind & STRUCTURE:
            self.found.context += [name, attributes]
        elif kind & ONCE and self.found.entries:
            self.found.sure = False
        if kind & ONCE:
            self.frame.add(name)
            if not self.name_depth and not self.unread_depth and len(self.found.names) < _MANY:
                self.found.names.append(Span(self.parser.CurrentByteIndex))
                self.name_depth = self.depth
        self._start_hint(kind, local, attributes)

    def _start_hint(self, kind: int, local: str, attributes: list[str]) -> None:
        if kind & LINK and attributes and len(self.found.links) < _MANY:
            pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
            self.found.links.append((pairs.get("rel", "").lower(), pairs.get("href", "")))
        texts = self.found.texts[local] if kind & HINT else None
        if texts is not None and len(texts) < _MANY:
            self.hint_depth = self.depth
            self.parser.CharacterDataHandler = lambda text: texts.append(text[:_MANY])

    def _end_in_frame(self, depth: int) -> None:
        index = self.parser.CurrentByteIndex
        if depth == self.entry_depth:
            self.entry.told = index
            self.found.entries.append(self.entry)
            self.entry_depth = _NOWHERE
        if depth == self.name_depth:
            self.found.names[-1].told = index
            self.name_depth = 0
        if depth == self.hint_depth:
            self.parser.CharacterDataHandler = None
            self.hint_depth = 0
        if depth == 1:
            self.found.context.append(sorted(self.frame))
            self.found.root.told = index

    def _check(self, attributes: list[str]) -> None:
        if len(attributes) > 2 * ATTRIBUTES:
            raise refuse("an element with too many attributes", ATTRIBUTES)
        if self.depth > 1 and not {"base", _XML_BASE}.isdisjoint(attributes):
            self.found.sure = False

    def _named(self, name: str) -> int:
        uri, _, local = name.lower().rpartition(" ")
        kind = _kind(uri, local)
        if len(self.kinds) < 1_000:  # as many as no feed has
            self.kinds[name] = kind
        return kind
