"""How the bot and its parsing processes speak: `workers.py` is one end, `worker.py` the other.

A request is two lengths, then JSON: [job, content type, address, seconds], then the body. An answer is a length, then
JSON: for the job "feed" what `dump` writes, for the job "article" its text, or {"error": text}. JSON, not pickle: what
comes from a process that reads hostile input is data and nothing else.
"""

from __future__ import annotations

import json
import struct
from operator import attrgetter
from typing import Literal

from bot.feeds.entries import Entry, Parsed

Job = Literal["feed", "article"]

REQUEST = struct.Struct(">II")
ANSWER = struct.Struct(">I")

MEMORY = 1 << 30
"""Bytes of address space that a worker may take."""

OUT_OF_MEMORY = 86
"""A worker's exit code when it would take more."""

_values = attrgetter(*Entry.__slots__)


def dump(parsed: Parsed) -> bytes:
    """Return `parsed` as JSON."""
    return json.dumps([parsed.title, [_values(entry) for entry in parsed.entries], parsed.skipped]).encode()


def load(data: bytes) -> Parsed:
    """Return what `dump` was given."""
    title, entries, skipped = json.loads(data)
    return Parsed(title, tuple(Entry(*values) for values in entries), skipped)
