"""An address → the bytes behind it, with one conditional GET. The only place that speaks HTTP.

The proxy settings and the .netrc of the environment are not used: a proxy would look up names itself, out of reach of
any check of addresses, and .netrc would send a login that nobody configured for the feed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.errors import FeedError
from bot.feeds.text import cut
from bot.log import redact

_REDIRECTS = 5
_HEADER_BYTES = 32_768  # of one header: some news sites send security policies beyond aiohttp's 8,190
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 20.0
_CHUNK = 65_536
_PACKINGS = {"", "identity", "gzip", "deflate", "br"}
_MOVED = {301, 302, 303, 307, 308}

_WHAT_TO_DO = {
    401: "the feed needs a login. Write it into the address: https://user:password@host/….",
    403: "the server refuses this reader. Check whether the feed needs a login or the site blocks the `user_agent`.",
    404: "the address has no feed (any more). Check the address, or look for the feed's new one on the outlet's site.",
    410: "the outlet has withdrawn this feed for good. Take it out of the configuration.",
    429: "the server is asked too often. It gets the pause it asks for; a longer `interval` helps.",
    451: "the server may not show this feed here, for legal reasons. Take it out of the configuration.",
}


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
    address: str  # where the body came from after redirects, without a login
    etag: str | None  # byte for byte as it came
    last_modified: str | None
    links: tuple[str, ...] = ()  # the Link headers, as they came


def open_session(user_agent: str) -> aiohttp.ClientSession:
    """Return a session for `fetch`, to be closed by the caller."""
    return aiohttp.ClientSession(
        headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate, br"},
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=0),  # the poller bounds how many there are
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
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
    try:
        address = _web_address(url)
        for _ in range(_REDIRECTS + 1):
            async with turn(address):
                start = time.monotonic()
                async with (
                    asyncio.timeout(left),
                    session.get(address, headers=headers, allow_redirects=False) as response,
                ):
                    if response.status not in _MOVED:
                        return await _read(response, wanted, conditional=bool(validators), max_bytes=max_bytes)
                    address = _next_address(address, response)
                left -= time.monotonic() - start
    except (aiohttp.ClientError, UnicodeError, OSError) as error:  # the total time-out is an OSError
        raise _feed_error(error, wanted, url, timeout) from error
    raise FeedError(f"More than {_REDIRECTS} redirects, the last one to {redact(str(address))}. Check the address.")


async def _read(response: aiohttp.ClientResponse, wanted: Wanted, *, conditional: bool, max_bytes: int) -> Fetched:
    etag = _sendable(response.headers.get("ETag"))
    last_modified = _sendable(response.headers.get("Last-Modified"))
    address = str(response.url.with_user(None))
    content_type = response.headers.get("Content-Type", "")
    if response.status == HTTPStatus.NOT_MODIFIED and conditional:
        return Fetched(None, "", content_type, address, etag, last_modified)
    if response.status in wanted.absent:
        return Fetched(b"", hashlib.sha256().hexdigest(), content_type, address, etag, last_modified)
    if response.status != HTTPStatus.OK:
        raise _status_error(response, wanted)
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in _PACKINGS:
        raise FeedError(f"The server packs the {wanted.noun} as {cut(packing, 40)!r}, which it was not asked to.")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise FeedError(
                f"The body is larger than {max_bytes:,} bytes, so it was not read to its end. If it is a feed, raise "
                "`max_bytes` in the configuration."
            )
    links = tuple(response.headers.getall("Link", ()))
    return Fetched(bytes(body), hashlib.sha256(body).hexdigest(), content_type, address, etag, last_modified, links)


def _sendable(validator: str | None) -> str | None:
    """A validator that can't be sent back byte for byte is of no use; aiohttp sends headers in UTF-8."""
    if not validator or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", validator):
        return None
    return validator


def _web_address(url: str) -> URL:
    try:
        address = URL(url)
    except ValueError as error:
        raise FeedError(f"{redact(url)} is not a proper address. Check it for a typing error.") from error
    if address.scheme not in ("http", "https") or not address.host:
        raise FeedError(f"{redact(url)} is not an address of the web. It has to begin with http:// or https://.")
    return address


def _next_address(here: URL, response: aiohttp.ClientResponse) -> URL:
    """Where a redirect leads. A login stays with the site that it was configured for."""
    location = response.headers.get("Location")
    if not location:
        raise FeedError(f"{_named(response.status)}: a redirect that does not say where to. Check the address.")
    try:
        there = _web_address(str(here.join(URL(location))))
    except ValueError as error:
        raise FeedError(f"A redirect leads to {redact(location)!r}, which is no address. Check the feed's.") from error
    login = (here.raw_user, here.raw_password) if there.origin() == here.origin() else (None, None)
    return there.with_user(login[0]).with_password(login[1]) if login[0] else there.with_user(None)


def _status_error(response: aiohttp.ClientResponse, wanted: Wanted) -> FeedError:
    status = response.status
    if wanted is not FEED:
        what = f"the server does not give the {wanted.noun}."
    elif known := _WHAT_TO_DO.get(status):
        what = known
    elif status >= 500:
        what = "the server has a fault of its own. Nothing to mend here; it is tried again later."
    elif status == HTTPStatus.NOT_MODIFIED:
        what = "the server says “not changed” though it was not asked that. The outlet has to mend it."
    else:
        what = "the server sent no feed. Check the address."
    return FeedError(f"{_named(status)}: {what}", after=_retry_after(response))


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds, from Retry-After as a number or a date; the server's own clock tells how far away the date is."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
        now = parsedate_to_datetime(response.headers.get("Date", "")) if "Date" in response.headers else None
        return max((_aware(then) - _aware(now or datetime.now(UTC))).total_seconds(), 0)
    except ValueError:
        return None


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _feed_error(error: Exception, wanted: Wanted, url: str, timeout: float) -> FeedError:
    """The sentence for what aiohttp raised."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return FeedError(
                f"No connection could be made within {_CONNECT_SECONDS:g} s. Check the address; if it is right, the "
                "server is down and is tried again later."
            )
        case aiohttp.ServerTimeoutError():
            return FeedError(f"The server was silent for {_SILENCE_SECONDS:g} s. It is tried again later.")
        case TimeoutError():
            return FeedError(
                f"The server did not deliver the {wanted.noun} within {timeout:g} s. It is tried again later; if it is "
                "always slow, raise `timeout` in the configuration."
            )
        case aiohttp.ClientConnectorError():
            return _no_connection(error)
        case aiohttp.ClientResponseError():
            what = cut(" ".join(error.message.split()), 100)
            return FeedError(f"The server's answer is not proper HTTP ({what}). Check the address.")
        case aiohttp.ClientPayloadError():
            return FeedError("The body is broken off or badly packed. It is tried again later.")
        case aiohttp.InvalidURL() | UnicodeError():
            return FeedError(f"{redact(url)} is not a proper address, or leads to one that is not. Check it.")
        case _:
            return FeedError("The server closed the connection before it had answered. It is tried again later.")


def _no_connection(error: aiohttp.ClientConnectorError) -> FeedError:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return FeedError(
                f"There is no host {error.host}, or its name can't be looked up. Check the address for a typing error, "
                "then this machine's network."
            )
        case aiohttp.ClientConnectorCertificateError():
            reason = getattr(error.certificate_error, "verify_message", "") or "not valid"
            return FeedError(
                f"The certificate of {error.host} can't be trusted ({reason}). Check the address and this machine's "
                "clock; else the outlet has to mend it."
            )
        case aiohttp.ClientConnectorSSLError():
            return FeedError(
                "No encrypted connection (TLS) could be made. Check whether the address begins with https:// or http://."
            )
        case _:
            reason = os.strerror(error.errno) if error.errno else error.strerror
            return FeedError(
                f"{error.host} port {error.port} can't be reached ({reason}). Check the address; if it is right, the "
                "server is down and is tried again later."
            )
