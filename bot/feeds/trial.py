"""Reads one feed for trial, as `claimwatch feeds test` does for files and addresses: what would be read, or why not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from bot.errors import FeedError
from bot.feeds.entries import Entry, Hints
from bot.feeds.workers import Workers


@dataclass(frozen=True, slots=True)
class Trial:
    """How one feed was read."""

    subject: str  # the file or the address
    outcome: Literal["read", "failed"]
    seconds: float  # that it took
    title: str | None = None
    format: str = ""  # "RSS 2.0", "Atom 1.0", "JSON Feed"…
    entries: tuple[tuple[str, Entry], ...] = ()  # with their keys, in the feed's order
    skipped: int = 0  # entries without any text, and those that can't be read
    repeated: int = 0  # entries that say exactly the same as another
    left: int = 0  # entries for which there was no time
    hints: Hints = field(default_factory=Hints)
    reason: str | None = None  # a sentence, where it failed


async def try_bytes(
    workers: Workers, body: bytes, content_type: str, address: str, subject: str | None = None
) -> Trial:
    """Return how the feed in `body` is read. The limits of time and memory are those of the workers.

    `address` is what relative links are resolved against, and is the subject where no other is given.
    """
    subject = address if subject is None else subject
    start = time.monotonic()
    try:
        parsed = await workers.parse(body, content_type, address)
    except FeedError as error:
        return Trial(subject, "failed", time.monotonic() - start, reason=str(error))
    return Trial(
        subject,
        "read",
        time.monotonic() - start,
        title=parsed.title,
        format=parsed.format,
        entries=parsed.keyed,
        skipped=parsed.skipped,
        repeated=parsed.repeated,
        left=parsed.left,
        hints=parsed.hints,
    )
