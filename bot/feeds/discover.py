"""The feed behind an address that somebody copied from the browser.

::

    the address ── is a feed ───────────────────────────────→ that one
        │
        is a page ── names feeds (<link>, Link header) ─────→ the first that can be read and is not of comments
            │
            names none ── the usual places on that host ────→ the first that can be read

A few requests at most, one after the other. Guesses stay on the page's own host; a feed that the page names may be
elsewhere, as that of bbc.com is on feeds.bbci.co.uk.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bot.errors import FeedError
from bot.feeds.addresses import web_address
from bot.feeds.desk import FeedDesk
from bot.feeds.entries import Parsed
from bot.feeds.fetch import Fetched
from bot.feeds.headers import linked
from bot.feeds.text import plain

_USUAL = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/index.xml", "/feed.xml", "/feeds/posts/default", "/feed.json")
_TRIED = 3  # of the feeds that a page names
_NAMED = 20  # of them are kept; some pages name one for each tag
_PAGE_BYTES = 524_288  # in which a page's head ends
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_LINK_TAG = re.compile(r"<(?:link|base)\b[^<>]{0,3000}>", re.IGNORECASE)
_TYPES = frozenset(
    {
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("application/xml", "text/xml", "application/rss", "application/x-rss+xml"),
    }
)
_COMMENTS = re.compile(r"\bcomments?\b|/comments/|\bkommentar|\bcommentaires\b|\bcomentarios\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A feed that a page names."""

    address: str
    title: str = ""

    @property
    def of_comments(self) -> bool:
        """Whether it seems to hold what readers say, not what the outlet does."""
        return bool(_COMMENTS.search(self.title) or _COMMENTS.search(urlsplit(self.address).path))


@dataclass(frozen=True, slots=True)
class Discovered:
    """The feed that was found, as it was read."""

    address: str  # by which it was asked for
    fetched: Fetched
    parsed: Parsed
    how: str | None = None  # in words, how it was found; None: the address was the feed's own
    others: tuple[Named, ...] = ()  # which the page names besides


async def discover(desk: FeedDesk, written: str) -> Discovered:
    """Return the feed behind an address as somebody wrote it. Raises FeedError when there is none, or none is found."""
    address = web_address(written)
    page = await desk.fetch(address)
    body = page.body or b""
    try:
        return Discovered(address, page, await desk.parse(body, page.content_type, page.address))
    except FeedError:
        if not _PAGE.search(body[:_PAGE_BYTES]):
            raise
    named = feeds_named(body, page.content_type, page.address, page.links)
    if named:
        return await _first_named(desk, named)
    return await _first_usual(desk, page.address)


async def _first_named(desk: FeedDesk, named: Sequence[Named]) -> Discovered:
    failed: FeedError | None = None
    for one in named[:_TRIED]:
        try:
            fetched = await desk.fetch(one.address)
            parsed = await desk.parse(fetched.body or b"", fetched.content_type, fetched.address)
        except FeedError as error:
            failed = failed or error
            continue
        others = tuple(other for other in named if other != one)
        return Discovered(one.address, fetched, parsed, _choice(one, others), others)
    addresses = ", ".join(one.address for one in named[:_TRIED])
    raise FeedError(f"The page names {addresses}, which can't be read as a feed: {failed}")


def _choice(chosen: Named, others: Sequence[Named]) -> str:
    if not others:
        return "the page names it as its feed"
    of_comments = any(other.of_comments for other in others) and not chosen.of_comments
    which = "the first not of comments" if of_comments else "the first"
    return f"of the {len(others) + 1} feeds that the page names, this is {which} that can be read"


async def _first_usual(desk: FeedDesk, page: str) -> Discovered:
    for place in usual_places(page):
        await asyncio.sleep(desk.pause)
        try:
            fetched = await desk.fetch(place)
            parsed = await desk.parse(fetched.body or b"", fetched.content_type, fetched.address)
        except FeedError:
            continue
        return Discovered(place, fetched, parsed, "the page names no feed, but this usual place has one")
    raise FeedError(
        "This is a web page that names no feed, and the usual places on its host have none. Look for “RSS” at the foot "
        "of the page, or ask the outlet for its feed's address."
    )


def usual_places(page: str) -> list[str]:
    """Where sites keep their feed, on the page's host."""
    return [urljoin(page, place) for place in _USUAL]


# ── what a page names ────────────────────────────────────────────────────────────────────────────────────────────────


def feeds_named(body: bytes, content_type: str, address: str, links: Sequence[str] = ()) -> list[Named]:
    """Return the feeds that a page names in its `<link>` elements and in the Link headers that came with it.

    In their order, but those of comments last.
    """
    charset = re.search(r"charset=\"?([\w.:-]+)", content_type, re.IGNORECASE)
    try:
        text = body[:_PAGE_BYTES].decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        text = body[:_PAGE_BYTES].decode("utf-8", "replace")
    base, found = address, [*linked(links)]
    for tag, attributes in _tags(text):
        if tag == "base":
            base = urljoin(address, attributes.get("href", ""))
        else:
            found.append(attributes)
    named: dict[str, Named] = {}
    for attributes in found:
        if _is_feed(attributes) and (url := _joined(base, attributes.get("href", ""))) and url != address:
            named.setdefault(url, Named(url, plain(attributes.get("title", ""), 100)))
    return sorted(named.values(), key=lambda one: one.of_comments)[:_NAMED]


def _is_feed(attributes: dict[str, str]) -> bool:
    kinds = attributes.get("rel", "").lower().split()
    media = attributes.get("type", "").partition(";")[0].strip().lower()
    return ("alternate" in kinds and media in _TYPES) or "feed" in kinds


def _joined(base: str, href: str) -> str | None:
    try:
        return web_address(urljoin(base, href.strip())) if href.strip() else None
    except (FeedError, ValueError):
        return None


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The `<link>` and `<base>` tags. Each is read on its own, so that a broken page costs no more than a whole one."""
    for found in _LINK_TAG.finditer(text):
        parser = _Tag()
        parser.feed(found[0])
        if parser.tag:
            yield parser.tag, parser.attributes


class _Tag(HTMLParser):
    """Reads one start tag."""

    tag = ""
    attributes: dict[str, str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag, self.attributes = tag, {name: value or "" for name, value in attrs}
