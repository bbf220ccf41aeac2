"""Bodies, unpacked as they come: packed in any way, and in ways that are meant to do harm."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from functools import cache

import aiohttp
import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.feeds import body
from tests.fakes.feed_server import FeedServer, endless, item, page, rss
from tests.feeds.fetching import get, refused

BODY = rss(item("A treaty", text="Freedonia and Sylvania signed it.")).encode()


def bare_deflate(content: bytes) -> bytes:
    """Without the header of RFC 1950, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def members(content: bytes) -> bytes:
    """Several bodies of gzip, one behind the other."""
    middle = len(content) // 2
    return gzip.compress(content[:middle]) + gzip.compress(b"") + gzip.compress(content[middle:])


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", bytes),
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("gzip", members),
    ("deflate", zlib.compress),
    ("deflate", bare_deflate),
    ("br", brotli.compress),
]
PACKED = [(name, pack) for name, pack in PACKERS if name not in {"", "identity"}]


async def in_chunks(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def unpacked(packing: str, content: bytes, *, size: int = 65_536, max_bytes: int = 1_000_000) -> bytes:
    return await body.read(in_chunks(content, size), packing, "feed", max_bytes)


async def told(packing: str, content: bytes, *, max_bytes: int = 1_000_000) -> str:
    with pytest.raises(FeedError) as caught:
        await unpacked(packing, content, max_bytes=max_bytes)
    return str(caught.value)


@pytest.mark.parametrize(("name", "pack"), PACKERS)
async def test_packed_bodies_are_unpacked(
    session: aiohttp.ClientSession, server: FeedServer, name: str, pack: Callable[[bytes], bytes]
) -> None:
    server.pages["/f"] = page(pack(BODY), headers={"Content-Encoding": name.upper()})
    assert (await get(session, server.url("/f"))).body == BODY


@pytest.mark.parametrize(("name", "pack"), PACKERS)
@given(st.binary(max_size=300), st.integers(1, 40), st.integers(0, 600))
async def test_a_body_comes_whole_however_it_is_cut(
    name: str, pack: Callable[[bytes], bytes], content: bytes, size: int, repeated: int
) -> None:
    content *= repeated
    packed = pack(content)
    assert await unpacked(name, packed, size=max(size, len(packed) // 50)) == content


@pytest.mark.parametrize(("name", "pack"), PACKED)
@given(st.integers(1, 60))
async def test_a_packed_body_that_breaks_off_is_told(name: str, pack: Callable[[bytes], bytes], missing: int) -> None:
    """Unless it breaks off just between two bodies of gzip, which nobody can tell from the end."""
    assert "broken off" in await told(name, pack(BODY)[:-missing])


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
@given(st.binary(max_size=200))
async def test_whatever_is_said_to_be_packed_is_unpacked_or_refused(name: str, content: bytes) -> None:
    try:
        await unpacked(name, content)
    except FeedError as error:
        assert "badly packed" in str(error)


@pytest.mark.parametrize("name", ["gzip", "deflate"])
async def test_filling_after_the_end_is_passed_over(name: str) -> None:
    pack = dict(PACKED)[name] if name == "deflate" else gzip.compress
    assert await unpacked(name, pack(BODY) + b"\0" * 500, size=7) == BODY


@pytest.mark.parametrize("name", ["compress", "zstd", "gzip, gzip", "gzip, br", "x" * 1_000])
async def test_a_packing_that_was_not_asked_for_is_told(
    session: aiohttp.ClientSession, server: FeedServer, name: str
) -> None:
    server.pages["/f"] = page(b"plain", headers={"Content-Encoding": name})
    error = str(await refused(session, server.url("/f")))
    assert "which it was not asked to" in error
    assert len(error) < 200


# ── bombs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def zeros(name: str, size: int) -> bytes:
    """`size` zeros, packed as small as it goes, without having them in memory."""
    if name == "br":
        packer = brotli.Compressor(quality=5)
        return b"".join([*(packer.process(bytes(1_000_000)) for _ in range(size // 1_000_000)), packer.finish()])
    deflater = zlib.compressobj(9, wbits=31 if name == "gzip" else 15)
    return b"".join([*(deflater.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)), deflater.flush()])


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("max_bytes", [500_000, 100_000_000])
async def test_a_bomb_takes_neither_memory_nor_the_connection(
    session: aiohttp.ClientSession, server: FeedServer, name: str, max_bytes: int
) -> None:
    """Whether the limit of bytes or that of swelling is met first."""
    server.pages["/f"] = page(zeros(name, 100_000_000), headers={"Content-Encoding": name})
    tracemalloc.start()
    try:
        error = str(await refused(session, server.url("/f"), max_bytes=max_bytes))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ("larger than 500,000 bytes" if max_bytes == 500_000 else "more than 100 times its size") in error
    assert peak < 25_000_000  # the server's own copy of the packed bomb among it
    server.pages["/f"] = page(BODY)
    assert (await get(session, server.url("/f"))).body == BODY


async def test_a_small_body_may_swell_as_it_likes() -> None:
    assert await unpacked("gzip", gzip.compress(b" " * 900_000)) == b" " * 900_000


async def test_a_body_that_never_ends_is_cut_off(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = endless
    assert "larger than 1,000,000 bytes" in str(await refused(session, server.url("/f")))


@pytest.mark.parametrize(
    "empty",
    [gzip.compress(b"", mtime=0), b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\0\0\0\xff\xff" * 200_000],
    ids=["empty bodies", "empty blocks"],  # by their bytes: gzip writes the time into them
)
async def test_a_packed_body_that_never_holds_anything_is_cut_off(empty: bytes) -> None:
    """Empty bodies behind one another, and one of empty blocks."""
    assert await told("gzip", empty * (2_000_000 // len(empty) + 1)) != ""
