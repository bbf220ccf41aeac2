"""Bytes as they come from a server → the body, unpacked as it arrives, so that no body takes more memory than allowed.

aiohttp would unpack as well, but says neither when a gzip or br body breaks off in its middle nor how far one swells.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterator

try:
    import brotlicffi as brotli
except ImportError:
    import brotli

from bot.errors import FeedError
from bot.feeds.text import cut

PACKINGS = "gzip, deflate, br"
"""What may be sent as Content-Encoding, as Accept-Encoding says it."""

_PIECE = 65_536
_RATIO = 100  # unpacked to packed. 25 real feeds reach 9 with br at its best; a gzip of zeros 1,030, a br 80,000
_RATIO_FROM = 1_048_576  # bytes unpacked; below it a body is too small to do harm
_MEMBERS = 256  # gzip bodies in one, which RFC 1952 allows; each costs time, even an empty one

Unpack = Callable[[bytes], Iterator[bytes]]


async def read(chunks: AsyncIterator[bytes], packing: str, noun: str, max_bytes: int) -> bytes:
    """Return the whole body that comes in `chunks`, packed as the Content-Encoding `packing` says.

    Raises FeedError as soon as it is larger than `max_bytes`, packed or unpacked, or swells more than a feed does, and
    when it is broken off or is not packed as it says. `noun` is what an error's sentence calls it.
    """
    unpacker = _unpacker(packing.strip().lower(), noun)
    came, body = 0, bytearray()
    async for chunk in chunks:
        came += len(chunk)
        try:
            for piece in unpacker.pieces(chunk):
                body += piece
                _check(came, len(body), max_bytes)
        except (zlib.error, brotli.error) as error:
            raise broken() from error
        _check(came, len(body), max_bytes)
    if came and not unpacker.complete():
        raise broken()
    return bytes(body)


def broken() -> FeedError:
    """Return the error of a body that came only in part or is not packed as it says."""
    return FeedError("The body is broken off or badly packed. It is tried again later.")


def _check(came: int, size: int, max_bytes: int) -> None:
    if max(came, size) > max_bytes:
        raise FeedError(
            f"The body is larger than {max_bytes:,} bytes, so it was not read to its end. If it is a feed, raise "
            "`max_bytes` in the configuration."
        )
    if size > _RATIO_FROM and size > _RATIO * came:
        raise FeedError(
            f"The body unpacks to more than {_RATIO} times its size, as a bomb does and no feed, so it was not read to "
            "its end. The outlet has to mend it."
        )


def _unpacker(packing: str, noun: str) -> _Plain | _Zlib | _Brotli:
    match packing:
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Zlib(gzip=packing != "deflate")
        case "br":
            return _Brotli()
    raise FeedError(f"The server packs the {noun} as {cut(packing, 40)!r}, which it was not asked to.")


class _Plain:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def complete(self) -> bool:
        return True  # aiohttp tells when less came than the headers say


class _Zlib:
    """gzip, or deflate with the header of RFC 1950 or, as some servers send it, without."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None
        self._members = 1

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What `chunk` holds, in pieces that are small whatever it holds."""
        more = False
        while chunk or more:
            if self._decoder is None:
                self._decoder = zlib.decompressobj(zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS)
            if self._decoder.eof and not self._begin_next(chunk):
                return
            piece = self._decoder.decompress(chunk, _PIECE)
            yield piece
            more = len(piece) == _PIECE and not self._decoder.eof
            chunk = self._decoder.unconsumed_tail or self._decoder.unused_data

    def _begin_next(self, rest: bytes) -> bool:
        """Whether `rest` is one more body of gzip; filling after the end is passed over, as browsers do."""
        if not self._gzip or rest[0] != 0x1F:
            return False
        self._members += 1
        if self._members > _MEMBERS:
            raise zlib.error("too many members")
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def complete(self) -> bool:
        return self._decoder is not None and self._decoder.eof


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What `chunk` holds, in pieces that are small whatever it holds."""
        if self.complete():
            return
        while piece := self._decoder.process(chunk, output_buffer_limit=_PIECE):
            yield piece
            chunk = b""

    def complete(self) -> bool:
        return bool(self._decoder.is_finished())
