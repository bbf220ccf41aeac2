"""How the bot and its parsing processes speak: `workers.py` is one end, `worker.py` the other.

A request is three lengths, then JSON: [job, content type, address, seconds], then the memory, then the body. An answer
is two lengths, then text, then the memory. The text is for the job "feed" what `dump` writes, for the job "article" the
article's text as JSON, or {"error": text}. JSON, not pickle: what comes from a process that reads hostile input is data
and nothing else.
"""

from __future__ import annotations

import json
import struct
from itertools import islice
from operator import attrgetter
from typing import Literal

from bot.feeds.entries import Entry, Hints, Parsed

Job = Literal["feed", "article"]

REQUEST = struct.Struct(">III")
ANSWER = struct.Struct(">II")

MEMORY = 512 << 20
"""Bytes of address space that a worker may take; 90 MB of it are its libraries."""

OUT_OF_MEMORY = 86
"""A worker's exit code when it would take more."""

_BATCH = 100  # entries in a line: some milliseconds to read

_values = attrgetter(*Entry.__slots__)


def dump(parsed: Parsed) -> bytes:
    """Return `parsed` without its memory: a line for the feed, then lines of some entries each."""
    hints = parsed.hints
    asked = [hints.least_wait, sorted(hints.skip_hours), sorted(hints.skip_days), hints.hub, hints.topic]
    counts = [parsed.skipped, parsed.known, parsed.repeated, parsed.left]
    lines: list[object] = [[parsed.title, counts, parsed.format, asked]]
    keyed = iter(parsed.keyed)
    while batch := [[key, *_values(entry)] for key, entry in islice(keyed, _BATCH)]:
        lines.append(batch)
    return "\n".join(map(json.dumps, lines)).encode()


def load_feed(line: bytes, memory: bytes) -> Parsed:
    """Return the feed of the first line that `dump` made, without its entries."""
    title, (skipped, known, repeated, left), name, (least_wait, hours, days, hub, topic) = json.loads(line)
    hints = Hints(least_wait, frozenset(hours), frozenset(days), hub, topic)
    return Parsed(title, (), skipped, known, repeated, left, name, hints, memory)


def load_entries(line: bytes) -> list[tuple[str, Entry]]:
    """Return the entries of another of its lines, with their keys."""
    return [(key, Entry(*values)) for key, *values in json.loads(line)]
