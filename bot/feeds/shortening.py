"""Takes the known entries out of a feed before even expat looks at it. Pure.

An entry that is known by its bytes was an element when they were first seen, and is one again wherever an element may
begin. So each run of known entries is replaced by an empty element of the same name, a stub. Where the scan of the
shortened feed finds each stub to be an entry, the stubs stand where elements may begin, and whatever else it finds is
what it would find in the whole: a comment, a CDATA section or another entry with the same bytes in it is no such place.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from bot.feeds.cutting import Scan
from bot.feeds.entries import Digest, digest

_NAMES = (b"item", b"entry")


@dataclass(slots=True)
class Shortened:
    """A feed with stubs in place of its known entries."""

    body: bytes
    stubs: dict[int, list[Digest]] = field(default_factory=dict)  # where each stands, and for which entries

    def is_right(self, found: Scan) -> bool:
        """Whether each stub is an entry of the feed, by the scan of it."""
        return found.sure and not found.error and self.stubs.keys() <= {span.start for span in found.entries}


def shortened(body: bytes, context: Digest, known: Container[Digest]) -> Shortened:
    """Return the feed with stubs for the entries that are `known` by the digest of `context` and their bytes."""
    name = next((name for name in _NAMES if b"</" + name + b">" in body), b"item")
    begin, end, stub = b"<" + name, b"</" + name + b">", b"<" + name + b"/>"
    *pieces, tail = body.split(end)
    found: list[bytes] = []
    stubs: dict[int, list[Digest]] = {}
    size, run = 0, None
    for piece in pieces:
        at = piece.rfind(begin)
        raw = digest(b"".join((context, piece[at:], end))) if at >= 0 else b""
        if raw not in known:
            kept, run = (piece, end), None
        elif run is None or piece[:at].strip():
            kept = (piece[:at], stub)
            run = stubs[size + at] = [raw]
        else:
            run.append(raw)
            continue
        found += kept
        size += len(kept[0]) + len(kept[1])
    return Shortened(b"".join([*found, tail]), stubs)
