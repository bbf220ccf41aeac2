"""A thousand news sites on loopback, in a process of their own: each feed has an address 127.x.y.z to itself.

Feeds are asked for as /SET/NUMBER. All feeds of a set are at the same revision, with one new entry at the top for each
revision and one fewer at the end, as news feeds do; /revise/SET takes a set to its next. Shapes are the real feeds that
were captured in ../shared/feeds, where that folder is, else made-up ones. Linux only: elsewhere loopback is a single
address.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.request import urlopen

_CAPTURED = Path(__file__).parents[2] / "shared" / "feeds"
_ITEM = re.compile(rb"<(item|entry)\b.*?</\1>\s*", re.DOTALL)
# What tells an entry from others, and what people read of it.
_IDENTITY = re.compile(
    rb"(<(?:guid|id|link)\b[^>]*>\s*(?:<!\[CDATA\[)?[^<\]\s]+|<link\b[^>]*href=\"[^\"]+|:about=\"[^\"]+)"
)
_TITLE = re.compile(rb"(<title\b[^>]*>\s*(?:<!\[CDATA\[)?)")
_FEW = 3  # entries of a feed of a set whose name begins with "few"


@dataclass(frozen=True, slots=True)
class Shape:
    """A feed taken to pieces."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    def body(self, revision: int, *, few: bool = False) -> bytes:
        """The feed with so many new entries at the top, and as long as it was."""
        items = self.items[:_FEW] if few else self.items
        new = (_renewed(items[number % len(items)], number) for number in range(revision, 0, -1))
        return self.head + b"".join(itertools.islice(itertools.chain(new, items), len(items))) + self.tail


def _renewed(item: bytes, number: int) -> bytes:
    item = _IDENTITY.sub(rb"\1-update-%d" % number, item)
    return _TITLE.sub(rb"\1Update %d: " % number, item, count=1)


@cache
def shapes() -> tuple[Shape, ...]:
    """The shapes of all feeds; feed number n has the shape n modulo their number."""
    bodies = [path.read_bytes() for path in sorted(_CAPTURED.glob("*.xml"))] or list(_made_up())
    return tuple(shape for body in bodies if (shape := _taken_to_pieces(body)))


def _taken_to_pieces(body: bytes) -> Shape | None:
    found = list(_ITEM.finditer(body))
    if not found:
        return None
    return Shape(body[: found[0].start()], tuple(one[0] for one in found), body[found[-1].end() :])


def _made_up() -> Iterator[bytes]:
    """Feeds in the lengths of real ones: 10 to 60 entries, of 300 bytes to 3 KB."""
    for count, words in ((10, 30), (20, 60), (25, 120), (30, 30), (57, 300)):
        items = "".join(
            f"<item><title>Freedonia and Sylvania talk about item {number}</title><guid>https://example.org/{number}"
            f"</guid><link>https://example.org/{number}</link><pubDate>Tue, 17 Feb 2026 18:{number:02}:33 GMT</pubDate>"
            f"<description><![CDATA[<p>{'Ministers met at the border. ' * (words // 5)}</p>]]></description></item>\n"
            for number in range(count)
        )
        yield f'<rss version="2.0"><channel><title>The Herald</title>{items}</channel></rss>'.encode()


def hostile() -> dict[str, bytes]:
    """Feeds of 2 MB that are made to hold a reader up, by name."""
    entry = "<item><title>Number {}</title><guid>{}</guid><description>x &lt;b&gt;y</description></item>"
    attributes = " ".join(f'a{number}="1"' for number in range(180_000))
    many = "".join(entry.format(number, number) for number in range(20_000))
    return {
        "many-entries": _rss(many),
        "long-author": _rss(f"<item><title>x</title><author>{'a@' * 1_000_000}</author></item>"),
        "many-attributes": _rss(f"<item {attributes}><title>x</title></item>"),
        "one-long-text": _rss(f"<item><title>{'Freedonia sent missiles. ' * 80_000}</title></item>"),
    }


def _rss(items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Hostile</title>{items}</channel></rss>'.encode()


def host(number: int) -> str:
    """The address of a feed's host."""
    return f"127.{number // 62_500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}"


# ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FeedServers:
    """The process that serves, seen from another."""

    port: int

    def urls(self, name: str, count: int) -> list[str]:
        """The addresses of the first feeds of a set."""
        return [f"http://{host(number)}:{self.port}/{name}/{number}" for number in range(count)]

    def hostile(self) -> list[str]:
        """The addresses of the feeds that mean harm."""
        return [f"http://127.99.1.{number}:{self.port}/hostile/{name}" for number, name in enumerate(hostile(), 1)]

    def revise(self, name: str) -> None:
        """Give each feed of a set one new entry."""
        with urlopen(f"http://127.0.0.1:{self.port}/revise/{name}") as answer:
            answer.read()


@contextmanager
def serving() -> Iterator[FeedServers]:
    """Serve while the context is open."""
    command = [sys.executable, "-m", "benchmarks.feed_servers"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield FeedServers(int(process.stdout.readline()))
        finally:
            process.kill()


_revisions: Counter[str] = Counter()


class _Connection(asyncio.Protocol):
    """As little HTTP as aiohttp, requests and urllib need, so that the server is no brake.

    Each request has a connection of its own, as after the minutes that lie between two polls of a feed.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._unread = b""

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while b"\r\n\r\n" in self._unread:
            request, _, self._unread = self._unread.partition(b"\r\n\r\n")
            self._transport.write(_answer(request))
            self._transport.close()


def _answer(request: bytes) -> bytes:
    line, *headers = request.decode("latin-1").split("\r\n")
    _, name, number = line.split(" ")[1].split("/")
    if name == "revise":
        _revisions[number] += 1
        return b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    revision = _revisions[name]
    of = number if name == "hostile" else str(int(number) % len(shapes()))
    etag = f'"{of}-{revision}"'
    sent = dict(header.lower().split(": ", 1) for header in headers)
    if sent.get("if-none-match") == etag:
        return f"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: {etag}\r\n\r\n".encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nETag: {etag}\r\nContent-Type: application/xml\r\n"
    packed = _packed(of, revision, name.startswith("few"))
    return f"{head}Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed


@cache
def _packed(of: str, revision: int, few: bool) -> bytes:
    body = shapes()[int(of)].body(revision, few=few) if of.isdigit() else hostile()[of]
    return gzip.compress(body, compresslevel=6)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "0.0.0.0", 0, backlog=4096)  # noqa: S104
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)  # until the parent ends, however it ends


if __name__ == "__main__":
    asyncio.run(_serve())
