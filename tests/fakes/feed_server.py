"""An HTTP server on 127.0.0.1 that serves feeds, and can misbehave as servers do.

`server.pages["/feed"] = page(body)` answers well; any other coroutine that takes a request may stand there instead,
such as those below that misbehave. `server.requests` holds what was asked.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from bot.feeds.guard import Guard

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class FeedServer:
    """What is served, by path, and what was asked so far."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    requests: list[web.BaseRequest] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def guard(self) -> Guard:
        """What lets requests go to this server, and to its port on public ones."""
        return Guard(frozenset(hosts(self.url("/"), self.url("/", "localhost"))), frozenset({self.port}))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self.pages.get(request.path)
        return await answer(request) if answer else web.Response(status=404)


def hosts(*urls: str) -> tuple[str, ...]:
    """The hosts of these addresses with their ports, as `allow_hosts` takes them."""
    return tuple({urlsplit(url).netloc.rpartition("@")[2] for url in urls})


@asynccontextmanager
async def serve() -> AsyncIterator[FeedServer]:
    """Serve on a free port of 127.0.0.1 while the context is open."""
    server = FeedServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server._answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def page(
    body: bytes | str,
    content_type: str = "application/rss+xml",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Answer with `body`, whatever is asked."""
    raw = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": content_type} if content_type else {}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=named | dict(headers or {}))

    return answer


def validated(
    body: str, etag: str | None = None, last_modified: str | None = None, cache_control: str | None = None
) -> Answer:
    """Answer with `body`, or 304 when the request carries the validators of it byte for byte."""
    etag = etag or f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    given = {"ETag": etag, "Last-Modified": last_modified, "Cache-Control": cache_control}
    headers = {name: value for name, value in given.items() if value}

    async def answer(request: web.Request) -> web.StreamResponse:
        unchanged = request.headers.get("If-None-Match") == etag
        return web.Response(status=304, headers=headers) if unchanged else web.Response(text=body, headers=headers)

    return answer


def redirect(to: str, status: int = 302) -> Answer:
    """Answer with a redirect."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": to})

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    """Begin as a feed does, and never end."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"<rss version='2.0'><channel><title>")
    while True:
        await response.write(b"x" * 65_536)


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte every few hundredths of a second: never silent, never done."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def silent(_: web.Request) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.Event().wait()
    raise AssertionError


def bomb(size: int) -> Answer:
    """`size` zero bytes, packed."""
    return page(gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})


def raw(answer_bytes: bytes, *, reset: bool = False, close: bool = True) -> Answer:
    """These bytes on the wire in place of proper HTTP, then the end; with `reset` a hard one, without `close` none."""

    async def answer(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        if reset:
            transport.abort()
        else:
            transport.write(answer_bytes)
            if close:
                transport.close()
            else:
                await asyncio.Event().wait()
        return web.Response()

    return answer


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def rss(*items: str, title: str = "The Freedonia Gazette") -> str:
    """An RSS 2.0 feed of these items."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>{"".join(items)}'
        "</channel></rss>"
    )


def item(title: str = "", *, guid: str = "", link: str = "", text: str = "", date: str = "", more: str = "") -> str:
    """An RSS item of the parts that are given, as they stand."""
    parts = {"title": title, "guid": guid, "link": link, "description": text, "pubDate": date}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value) + more + "</item>"
