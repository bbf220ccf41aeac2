"""Fetching: one conditional GET, whatever the server does."""

from __future__ import annotations

import socket
import sys

import aiohttp
import pytest
from aiohttp import web

from bot.feeds.fetch import open_session
from bot.feeds.guard import Guard
from tests.fakes.feed_server import (
    Answer,
    FeedServer,
    drip,
    hosts,
    item,
    page,
    raw,
    redirect,
    rss,
    silent,
    validated,
)
from tests.feeds.fetching import get, refused

BODY = rss(item("A treaty", text="Freedonia and Sylvania signed it."))


async def test_body_type_validators_and_hash_come_back(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = page(BODY, "text/xml", headers={"ETag": 'W/"ä-1"', "Last-Modified": "yesterday"})
    got = await get(session, server.url("/f"))
    assert got.body == BODY.encode()
    assert (got.content_type, got.etag, got.last_modified) == ("text/xml", 'W/"ä-1"', "yesterday")
    assert len(got.body_hash) == 64
    assert server.requests[0].headers["User-Agent"] == "Claimwatch/test"


@pytest.mark.parametrize("modified", ["Wed, 18 Feb 2026 10:00:00 GMT", "Mittwoch, 18. März 2026", "0"])
@pytest.mark.parametrize(
    "etag", ['"1"', 'W/"ä  quoted;gzip"', "unquoted", '"a"b"', "'single'", 'W/"0"-gzip', '""', "*", '"1", "2"']
)
async def test_validators_are_sent_back_byte_for_byte(
    session: aiohttp.ClientSession, server: FeedServer, etag: str, modified: str
) -> None:
    server.pages["/f"] = validated(BODY, etag=etag, last_modified=modified)
    first = await get(session, server.url("/f"))
    second = await get(session, server.url("/f"), etag=first.etag, last_modified=first.last_modified)
    assert second.body is None
    sent = dict(server.requests[1].raw_headers)
    assert (sent[b"If-None-Match"], sent[b"If-Modified-Since"]) == (etag.encode(), modified.encode())
    assert (second.etag, second.last_modified) == (etag, modified)


async def test_a_validator_that_is_not_utf_8_is_not_kept(session: aiohttp.ClientSession, server: FeedServer) -> None:
    head = b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: 2\r\n\r\nhi'
    server.pages["/f"] = raw(head)
    assert (await get(session, server.url("/f"))).etag is None


async def test_a_drip_is_stopped_by_the_total_time(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = drip
    assert "within 0.3 s" in str(await refused(session, server.url("/f"), timeout=0.3))


async def test_a_silent_server_is_given_up(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = silent
    assert "`timeout`" in str(await refused(session, server.url("/f"), timeout=0.2))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses instead of being silent")
async def test_a_server_that_takes_no_connection_is_told_so() -> None:
    brief = aiohttp.ClientTimeout(total=None, sock_connect=0.05)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        guard = Guard(frozenset({"127.0.0.1"}), frozenset({address[1]}))
        connector, middleware = guard.connector(), guard.middleware
        # One connection waits to be accepted, so that the queue is full and Linux leaves all others unanswered.
        with socket.create_connection(address):
            async with aiohttp.ClientSession(connector=connector, middlewares=[middleware], timeout=brief) as session:
                error = await refused(session, f"http://127.0.0.1:{address[1]}/f")
    assert "No connection could be made" in str(error)


async def test_a_server_that_falls_silent_is_told_so(server: FeedServer) -> None:
    server.pages["/f"] = silent
    brief = aiohttp.ClientTimeout(total=None, sock_read=0.05)
    connector, middleware = server.guard.connector(), server.guard.middleware
    async with aiohttp.ClientSession(connector=connector, middlewares=[middleware], timeout=brief) as session:
        assert "The server was silent" in str(await refused(session, server.url("/f")))


async def test_redirects_are_followed_and_the_last_address_is_told(
    session: aiohttp.ClientSession, server: FeedServer
) -> None:
    server.pages |= {"/1": redirect("/2", 301), "/2": redirect(server.url("/3"), 308), "/3": page(BODY)}
    assert (await get(session, server.url("/1"))).address == server.url("/3")


async def test_a_redirect_loop_ends_after_five(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages |= {"/f": redirect("/g"), "/g": redirect("/f")}
    error = str(await refused(session, server.url("/f")))
    assert "More than 5 redirects" in error
    assert "cookie" not in error
    assert len(server.requests) == 6


async def test_a_site_that_waits_for_a_cookie_is_told_so_and_gets_none(
    session: aiohttp.ClientSession, server: FeedServer
) -> None:
    async def gate(request: web.Request) -> web.StreamResponse:
        if request.cookies:
            return web.Response(text=BODY)
        return web.Response(status=302, headers={"Location": "/f", "Set-Cookie": "seen=1"})

    server.pages["/f"] = gate
    assert "waiting for a cookie" in str(await refused(session, server.url("/f")))
    assert not any(request.cookies for request in server.requests)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [([], False), ([301], True), ([308, 301], True), ([301, 302], False), ([307, 301], False), ([303], False)],
)
@pytest.mark.parametrize("unchanged", [True, False])
async def test_a_feed_has_moved_where_every_redirect_is_permanent(
    session: aiohttp.ClientSession, server: FeedServer, statuses: list[int], moved: bool, unchanged: bool
) -> None:
    server.pages |= {f"/{hop}": redirect(f"/{hop + 1}", status) for hop, status in enumerate(statuses)}
    server.pages[f"/{len(statuses)}"] = validated(BODY, etag='"1"')
    got = await get(session, server.url("/0"), etag='"1"' if unchanged else None)
    assert (got.body is None) == unchanged
    assert got.moved_to == (server.url(f"/{len(statuses)}") if moved else None)


@pytest.mark.parametrize(("status", "gone"), [(None, True), (301, True), (302, False)])
async def test_a_feed_is_gone_where_its_own_address_says_so(
    session: aiohttp.ClientSession, server: FeedServer, status: int | None, gone: bool
) -> None:
    """A maintenance page behind a temporary redirect says nothing about the feed."""
    server.pages |= (
        {"/f": page(b"", status=410)}
        if status is None
        else {
            "/f": redirect("/g", status),
            "/g": page(b"", status=410),
        }
    )
    assert (await refused(session, server.url("/f"))).gone is gone


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:text/xml,<rss/>", "gopher://x/", "http://["]
)
async def test_a_redirect_out_of_the_web_is_refused(
    session: aiohttp.ClientSession, server: FeedServer, to: str
) -> None:
    server.pages["/f"] = redirect(to)
    assert "address" in str(await refused(session, server.url("/f")))
    assert len(server.requests) == 1


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


@pytest.mark.parametrize(("status", "whole"), [(429, True), (503, True), (500, False), (404, False)])
async def test_a_pause_that_a_server_asks_for_is_told_with_its_host(
    session: aiohttp.ClientSession, server: FeedServer, status: int, whole: bool
) -> None:
    server.pages |= {"/f": redirect(server.url("/g", "localhost")), "/g": page(b"", status=status)}
    error = await refused(session, server.url("/f"))
    assert (error.after, error.host) == (None, None)
    server.pages["/g"] = page(b"", status=status, headers={"Retry-After": "120"})
    error = await refused(session, server.url("/f"))
    assert (error.after, error.host) == (120, "localhost" if whole else None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (raw(b"", reset=True), "closed the connection"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<rss>"), "broken off"),
        (raw(b"HTTP/1.1 200 OK\r\nX-Policy: " + b"x" * 100_000 + b"\r\n\r\n"), "not proper HTTP"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "not proper HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X-Policy: x\r\n" * 300 + b"\r\n"), "not proper HTTP"),
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
        (f"http://{'a' * 70}.invalid/", "not a proper address"),
        ("http://[::1/feed", "not a proper address"),
        ("file:///etc/passwd", "has to begin with http"),
        ("feed", "has to begin with http"),
    ],
)
async def test_addresses_that_lead_nowhere_are_told(session: aiohttp.ClientSession, url: str, words: str) -> None:
    assert words in str(await refused(session, url))


async def test_a_port_that_nobody_listens_on_is_told(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/feed"
    async with open_session("Claimwatch/test", Guard(frozenset(hosts(url)))) as session:
        assert "can't be reached (Connection refused)" in str(await refused(session, url))


async def test_https_of_a_server_without_it_is_told(session: aiohttp.ClientSession, server: FeedServer) -> None:
    assert "TLS" in str(await refused(session, server.url("/f").replace("http:", "https:")))


async def test_what_a_server_sends_beyond_its_content_length_answers_no_other_request(
    session: aiohttp.ClientSession, server: FeedServer
) -> None:
    """A connection that is kept must not serve the next feed with what the one before left in it."""
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    server.pages |= {
        "/f": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<rss" + forged, close=False),
        "/g": page(BODY),
    }
    assert (await get(session, server.url("/f"))).body == b"<rss"
    assert (await get(session, server.url("/g"))).body == BODY.encode()
