"""Fetching: one conditional GET, whatever the server does."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import brotli  # type: ignore[import-untyped]
import pytest

from bot.errors import FeedError
from bot.feeds.fetch import Fetched, fetch, open_session
from tests.fakes.feed_server import (
    Answer,
    FeedServer,
    bomb,
    drip,
    endless,
    item,
    page,
    raw,
    redirect,
    rss,
    silent,
    validated,
)

BODY = rss(item("A treaty", text="Freedonia and Sylvania signed it."))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session("Claimwatch/test") as session:
        yield session


async def get(session: aiohttp.ClientSession, url: str, **kwargs: Any) -> Fetched:
    return await fetch(session, url, **{"timeout": 5, "max_bytes": 1_000_000} | kwargs)


async def refused(session: aiohttp.ClientSession, url: str, **kwargs: Any) -> FeedError:
    with pytest.raises(FeedError) as caught:
        await get(session, url, **kwargs)
    return caught.value


async def test_body_type_validators_and_hash_come_back(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = page(BODY, "text/xml", headers={"ETag": 'W/"ä-1"', "Last-Modified": "yesterday"})
    got = await get(session, server.url("/f"))
    assert got.body == BODY.encode()
    assert (got.content_type, got.etag, got.last_modified) == ("text/xml", 'W/"ä-1"', "yesterday")
    assert len(got.body_hash) == 64
    assert server.requests[0].headers["User-Agent"] == "Claimwatch/test"


async def test_validators_are_sent_back_byte_for_byte(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = validated(BODY, etag='W/"ä  quoted;gzip"', last_modified="Wed, 18 Feb 2026 10:00:00 GMT")
    first = await get(session, server.url("/f"))
    second = await get(session, server.url("/f"), etag=first.etag, last_modified=first.last_modified)
    assert second.body is None
    asked = server.requests[1].headers
    assert asked["If-None-Match"] == first.etag
    assert asked["If-Modified-Since"] == "Wed, 18 Feb 2026 10:00:00 GMT"


async def test_a_validator_that_is_not_utf_8_is_not_kept(session: aiohttp.ClientSession, server: FeedServer) -> None:
    head = b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: 2\r\n\r\nhi'
    server.pages["/f"] = raw(head)
    assert (await get(session, server.url("/f"))).etag is None


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("gzip", gzip.compress(BODY.encode())),
        ("deflate", zlib.compress(BODY.encode())),
        ("br", brotli.compress(BODY.encode())),
    ],
)
async def test_packed_bodies_are_unpacked(
    session: aiohttp.ClientSession, server: FeedServer, name: str, packed: bytes
) -> None:
    server.pages["/f"] = page(packed, headers={"Content-Encoding": name})
    assert (await get(session, server.url("/f"))).body == BODY.encode()


async def test_a_body_that_never_ends_is_cut_off(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = endless
    assert "larger than 1,000,000 bytes" in str(await refused(session, server.url("/f")))


async def test_a_gzip_bomb_takes_no_memory(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = bomb(100_000_000)
    tracemalloc.start()
    try:
        assert "larger than" in str(await refused(session, server.url("/f")))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


async def test_a_drip_is_stopped_by_the_total_time(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = drip
    assert "within 0.3 s" in str(await refused(session, server.url("/f"), timeout=0.3))


async def test_a_silent_server_is_given_up(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = silent
    assert "`timeout`" in str(await refused(session, server.url("/f"), timeout=0.2))


async def test_redirects_are_followed_and_the_last_address_is_told(
    session: aiohttp.ClientSession, server: FeedServer
) -> None:
    server.pages |= {"/1": redirect("/2", 301), "/2": redirect(server.url("/3"), 308), "/3": page(BODY)}
    assert (await get(session, server.url("/1"))).address == server.url("/3")


async def test_a_redirect_loop_ends_after_five(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = redirect("/f")
    assert "More than 5 redirects" in str(await refused(session, server.url("/f")))
    assert len(server.requests) == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://["])
async def test_a_redirect_out_of_the_web_is_refused(
    session: aiohttp.ClientSession, server: FeedServer, to: str
) -> None:
    server.pages["/f"] = redirect(to)
    assert "address" in str(await refused(session, server.url("/f")))
    assert len(server.requests) == 1


async def test_a_login_stays_with_its_site(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages |= {"/1": redirect("/2"), "/2": redirect(server.url("/3", "localhost")), "/3": page(BODY)}
    got = await get(session, server.url("/1").replace("://", "://rufus:firefly@"))
    logins = [request.headers.get("Authorization", "") for request in server.requests]
    assert [bool(login) for login in logins] == [True, True, False]
    assert "firefly" not in got.address


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "needs a login"),
        (403, "refuses this reader"),
        (404, "404 Not Found: the address has no feed"),
        (410, "withdrawn"),
        (429, "asked too often"),
        (500, "500 Internal Server Error: the server has a fault of its own"),
        (204, "sent no feed"),
        (304, "not changed"),
        (599, "599: the server has a fault"),
    ],
)
async def test_other_statuses_are_told_with_what_to_do(
    session: aiohttp.ClientSession, server: FeedServer, status: int, words: str
) -> None:
    server.pages["/f"] = page(b"", status=status)
    assert words in str(await refused(session, server.url("/f")))


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("Wed, 18 Feb 2026 10:01:00 GMT", 60), ("soon", None), ("-5", None)]
)
async def test_the_pause_that_a_server_asks_for_is_told(
    session: aiohttp.ClientSession, server: FeedServer, value: str, seconds: float | None
) -> None:
    server.pages["/f"] = page(b"", status=503, headers={"Retry-After": value, "Date": "Wed, 18 Feb 2026 10:00:00 GMT"})
    assert (await refused(session, server.url("/f"))).after == seconds


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (raw(b"", reset=True), "closed the connection"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<rss>"), "broken off"),
        (raw(b"HTTP/1.1 200 OK\r\nX-Policy: " + b"x" * 100_000 + b"\r\n\r\n"), "not proper HTTP"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "not proper HTTP"),
        (page(b"plain", headers={"Content-Encoding": "gzip"}), "badly packed"),
        (page(b"plain", headers={"Content-Encoding": "compress"}), "packs the feed as 'compress'"),
    ],
)
async def test_broken_http_is_told_in_a_sentence(
    session: aiohttp.ClientSession, server: FeedServer, answer: Answer, words: str
) -> None:
    server.pages["/f"] = answer
    assert words in str(await refused(session, server.url("/f")))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://freedonia.invalid/feed", "no host freedonia.invalid"),
        ("http://127.0.0.1:1/feed", "can't be reached"),
        (f"http://{'a' * 70}.invalid/", "not a proper address"),
        ("http://[::1/feed", "not a proper address"),
        ("file:///etc/passwd", "has to begin with http"),
        ("feed", "has to begin with http"),
    ],
)
async def test_addresses_that_lead_nowhere_are_told(session: aiohttp.ClientSession, url: str, words: str) -> None:
    assert words in str(await refused(session, url))


async def test_https_of_a_server_without_it_is_told(session: aiohttp.ClientSession, server: FeedServer) -> None:
    assert "TLS" in str(await refused(session, server.url("/f").replace("http:", "https:")))


@pytest.mark.parametrize("path", ["/missing", "/loop", "/cut"])
async def test_a_login_is_never_shown(session: aiohttp.ClientSession, server: FeedServer, path: str) -> None:
    server.pages |= {"/loop": redirect("/loop"), "/cut": raw(b"", reset=True)}
    url = server.url(path).replace("://", "://rufus:firefly@")
    assert "firefly" not in str(await refused(session, url))
