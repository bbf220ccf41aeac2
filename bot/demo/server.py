"""Serves the recorded stories over HTTP on loopback, as three news sites would: in RSS 2.0, in Atom and in RDF."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

from aiohttp import ETag, hdrs, web

_STORIES = Path(__file__).with_name("stories.jsonl")
_ATOM = "http://www.w3.org/2005/Atom"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"
_DC = "http://purl.org/dc/elements/1.1/"


@dataclass(frozen=True, slots=True)
class Item:
    """One recorded story."""

    feed: str
    outlet: str
    published: datetime
    url: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one address answers with."""

    path: str
    title: str
    content_type: str
    body: bytes
    modified: datetime

    @property
    def etag(self) -> str:
        """A strong validator: it changes when a byte of the body does."""
        return hashlib.sha256(self.body).hexdigest()[:20]


@asynccontextmanager
async def serve(pages: Sequence[Page]) -> AsyncIterator[list[str]]:
    """Serve `pages` on a free port of 127.0.0.1 while the context is open; yields their addresses."""
    app = web.Application()
    for page in pages:
        app.router.add_get(page.path, _handler(page))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield [f"http://{host}:{port}{page.path}" for page in pages]
    finally:
        await runner.cleanup()


def _handler(page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        unchanged = _unchanged(request, page)
        response = web.Response(status=304) if unchanged else web.Response(body=page.body)
        response.etag = page.etag
        response.last_modified = page.modified
        response.headers[hdrs.CACHE_CONTROL] = "max-age=0, must-revalidate"
        if not unchanged:
            response.headers[hdrs.CONTENT_TYPE] = page.content_type
            if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
                response.enable_compression(web.ContentCoding.gzip)
        return response

    return answer


def _unchanged(request: web.Request, page: Page) -> bool:
    """If-None-Match goes before If-Modified-Since: RFC 9110, section 13.2.2."""
    if request.if_none_match is not None:
        return any(tag == ETag("*") or tag.value == page.etag for tag in request.if_none_match)
    since = request.if_modified_since
    return since is not None and page.modified <= since


# ── the recorded feeds ───────────────────────────────────────────────────────────────────────────────────────────────


def recorded_items() -> list[Item]:
    """Return the stories of stories.jsonl, newest first, as a feed lists them."""
    lines = _STORIES.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    items = [Item(**(row | {"published": datetime.fromisoformat(row["published"])})) for row in rows]
    return sorted(items, key=lambda item: item.published, reverse=True)


def recorded_pages() -> list[Page]:
    """Return the three feeds made from the recorded stories, one in each format."""
    items = recorded_items()
    formats: tuple[tuple[str, str, str, Callable[[str, str, Sequence[Item]], ET.Element]], ...] = (
        ("europe-asia", "Europe and Asia", "application/rss+xml; charset=utf-8", _rss),
        ("middle-east-africa", "Middle East and Africa", "application/atom+xml; charset=utf-8", _atom),
        ("general", "General news", "application/rdf+xml; charset=utf-8", _rdf),
    )
    pages = []
    for name, title, content_type, write in formats:
        own = [item for item in items if item.feed == name]
        root = write(title, f"https://{name}.example/", own)
        body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        pages.append(Page(f"/{name}.xml", title, content_type, body, own[0].published))
    return pages


def _rss(title: str, link: str, items: Sequence[Item]) -> ET.Element:
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    _put(channel, "title", title)
    _put(channel, "link", link)
    _put(channel, "description", "Recorded stories")
    for item in items:
        entry = ET.SubElement(channel, "item")
        _put(entry, "title", item.title)
        _put(entry, "link", item.url)
        _put(entry, "description", escape(item.summary, quote=False))  # a description is HTML
        _put(entry, "guid", item.url, isPermaLink="true")
        _put(entry, "pubDate", format_datetime(item.published.astimezone(UTC), usegmt=True))
        _put(entry, "source", item.outlet, url=link)
    return rss


def _atom(title: str, link: str, items: Sequence[Item]) -> ET.Element:
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _put(feed, f"{{{_ATOM}}}title", title)
    _put(feed, f"{{{_ATOM}}}id", link)
    _put(feed, f"{{{_ATOM}}}link", None, href=link)
    _put(feed, f"{{{_ATOM}}}updated", items[0].published.isoformat())
    for item in items:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _put(entry, f"{{{_ATOM}}}title", item.title, type="text")
        _put(entry, f"{{{_ATOM}}}id", item.url)
        _put(entry, f"{{{_ATOM}}}link", None, rel="alternate", href=item.url)
        _put(entry, f"{{{_ATOM}}}published", item.published.isoformat())
        _put(entry, f"{{{_ATOM}}}updated", item.published.isoformat())
        _put(entry, f"{{{_ATOM}}}summary", item.summary, type="text")
        source = ET.SubElement(entry, f"{{{_ATOM}}}source")
        _put(source, f"{{{_ATOM}}}title", item.outlet)
    return feed


def _rdf(title: str, link: str, items: Sequence[Item]) -> ET.Element:
    for prefix, namespace in (("rdf", _RDF), ("", _RSS1), ("dc", _DC)):
        ET.register_namespace(prefix, namespace)
    rdf = ET.Element(f"{{{_RDF}}}RDF")
    channel = ET.SubElement(rdf, f"{{{_RSS1}}}channel", {f"{{{_RDF}}}about": link})
    _put(channel, f"{{{_RSS1}}}title", title)
    _put(channel, f"{{{_RSS1}}}link", link)
    _put(channel, f"{{{_RSS1}}}description", "Recorded stories")
    listed = ET.SubElement(ET.SubElement(channel, f"{{{_RSS1}}}items"), f"{{{_RDF}}}Seq")
    for item in items:
        _put(listed, f"{{{_RDF}}}li", None, **{f"{{{_RDF}}}resource": item.url})
        entry = ET.SubElement(rdf, f"{{{_RSS1}}}item", {f"{{{_RDF}}}about": item.url})
        _put(entry, f"{{{_RSS1}}}title", item.title)
        _put(entry, f"{{{_RSS1}}}link", item.url)
        _put(entry, f"{{{_RSS1}}}description", escape(item.summary, quote=False))
        _put(entry, f"{{{_DC}}}date", item.published.isoformat())
        _put(entry, f"{{{_DC}}}source", item.outlet)
    return rdf


def _put(parent: ET.Element, tag: str, text: str | None, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text
