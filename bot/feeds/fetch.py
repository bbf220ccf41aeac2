"""An address → the bytes behind it, with one conditional GET. Only `hubs.py` speaks HTTP besides.

The proxy settings and the .netrc of the environment are not used: a proxy would look up names itself, out of reach of
the guard, and .netrc would send a login that nobody configured for the feed.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.errors import FeedError
from bot.feeds import body
from bot.feeds.fetch_errors import CONNECT_SECONDS, SILENCE_SECONDS, named, raised_error, status_error
from bot.feeds.guard import Guard, web_address
from bot.feeds.headers import fresh_for, validator
from bot.log import redact

_REDIRECTS = 5
_HEADER_BYTES = 32_768  # of one header: some news sites send security policies beyond aiohttp's 8,190
_HEADERS = 128
_CHUNK = 16_384  # 1.6 MB at most when unpacked, which takes 2 ms, before the size is looked at
_MOVED = {301: True, 302: False, 303: False, 307: False, 308: True}  # whether for good (RFC 9110, 15.4)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of thing is asked for."""

    noun: str  # what an error's sentence calls it
    accept: str  # the types that are welcome
    absent: range = range(0)  # the statuses by which a server says that it has none; that gives an empty body


FEED = Wanted("feed", "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.8")

Turn = Callable[[URL], AbstractAsyncContextManager[None]]
"""Held during each request to an address, redirects included; it may raise FeedError to forbid it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server answered."""

    body: bytes | None  # None: not changed since the validators that were sent
    body_hash: str  # SHA-256, hexadecimal; empty where there is no body
    content_type: str
    address: str  # where the body came from after redirects
    moved_to: str | None  # the same, where every redirect on the way was permanent (301, 308); None without any
    etag: str | None  # byte for byte as it came
    last_modified: str | None
    fresh_for: float  # seconds for which the server says that nothing will change; 0 where it says nothing
    links: tuple[str, ...] = ()  # the Link headers, as they came


def open_session(user_agent: str, guard: Guard) -> aiohttp.ClientSession:
    """Return a session for `fetch`, to be closed by the caller, that goes only where `guard` allows it."""
    return aiohttp.ClientSession(
        headers={"User-Agent": user_agent, "Accept-Encoding": body.PACKINGS},
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=guard.connector(),
        middlewares=[guard.middleware],
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        auto_decompress=False,
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
        max_headers=_HEADERS,
    )


def _at_once(_: URL) -> AbstractAsyncContextManager[None]:
    return nullcontext()


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    wanted: Wanted = FEED,
    *,
    turn: Turn = _at_once,
    etag: str | None = None,
    last_modified: str | None = None,
    timeout: float,  # noqa: ASYNC109  it becomes part of the error's sentence
    max_bytes: int,
) -> Fetched:
    """Return the body behind `url`, or that it has not changed since `etag` and `last_modified`.

    `timeout` is in seconds for all of it, redirects included, but for the wait for a `turn`; `max_bytes` limits the
    body as unpacked. Raises FeedError for whatever else happens.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    validators = {name: value for name, value in conditions.items() if value}
    headers = {"Accept": wanted.accept, **validators}
    left = timeout
    for_good, cookies = True, False
    try:
        address = web_address(url)
        for hops in range(_REDIRECTS + 1):
            async with turn(address):
                start = time.monotonic()
                async with (
                    asyncio.timeout(left),
                    session.get(address, headers=headers, allow_redirects=False) as response,
                ):
                    if response.status not in _MOVED:
                        _check_status(response, wanted, conditional=bool(validators), for_good=for_good)
                        return await _read(response, wanted, max_bytes, moved=for_good and hops > 0)
                    address = _next_address(address, response)
                    for_good = for_good and _MOVED[response.status]
                    cookies = cookies or "Set-Cookie" in response.headers
                left -= time.monotonic() - start
    except (aiohttp.ClientError, UnicodeError, OSError) as error:  # the total time-out is an OSError
        raise raised_error(error, wanted.noun, url, timeout) from error
    why = " The site may be waiting for a cookie, and none is kept." if cookies else ""
    last = redact(str(address))
    raise FeedError(f"More than {_REDIRECTS} redirects, the last one to {last}.{why} Check the address.")


def _check_status(response: aiohttp.ClientResponse, wanted: Wanted, *, conditional: bool, for_good: bool) -> None:
    welcome = response.status == HTTPStatus.OK or response.status in wanted.absent
    if not welcome and not (response.status == HTTPStatus.NOT_MODIFIED and conditional):
        raise status_error(response, wanted.noun, for_good=for_good)


async def _read(response: aiohttp.ClientResponse, wanted: Wanted, max_bytes: int, *, moved: bool) -> Fetched:
    headers = response.headers
    content: bytes | None = b""
    if response.status == HTTPStatus.NOT_MODIFIED:
        content = None
    elif response.status == HTTPStatus.OK:
        packing = ", ".join(headers.getall("Content-Encoding", ()))
        content = await body.read(response.content.iter_chunked(_CHUNK), packing, wanted.noun, max_bytes)
    return Fetched(
        body=content,
        body_hash="" if content is None else hashlib.sha256(content).hexdigest(),
        content_type=headers.get("Content-Type", ""),
        address=str(response.url),
        moved_to=str(response.url) if moved else None,
        etag=validator(headers.get("ETag")),
        last_modified=validator(headers.get("Last-Modified")),
        fresh_for=fresh_for(headers),
        links=tuple(headers.getall("Link", ())),
    )


def _next_address(here: URL, response: aiohttp.ClientResponse) -> URL:
    """Where a redirect leads."""
    location = response.headers.get("Location")
    if not location:
        raise FeedError(f"{named(response.status)}: a redirect that does not say where to. Check the address.")
    try:
        return web_address(str(here.join(URL(location))))
    except ValueError as error:
        raise FeedError(f"A redirect leads to {redact(location)!r}, which is no address. Check the feed's.") from error
