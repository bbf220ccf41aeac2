"""What would be read of a feed, and why: for `claimwatch feeds test`, and before a feed is added.

A subject is an address or a local file. It is fetched and parsed as a poll would do it, and each entry is read for
claims; nothing is kept. Many are examined at once, in the workers' processes, and come out in their order.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.detect.claims import read
from bot.detect.lexicon import Lexicon
from bot.errors import FeedError
from bot.feeds.addresses import web_address
from bot.feeds.desk import FeedDesk
from bot.feeds.entries import Entry, Hints, Parsed
from bot.feeds.fetch import FEED
from bot.log import redact
from bot.model import Claim, Story

_AHEAD = 32  # subjects that are under way at once: workers are few, waiting for servers costs nothing
_READING_SECONDS = 0.8  # of processor time, for claims of one subject; a feed of 100,000 entries is not worth more
_ADDRESS = re.compile(r"\A(?:https?:|feed:|//)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExaminedEntry:
    """One entry as it would be read."""

    key: str  # its identity within the feed
    title: str
    link: str | None
    date: datetime | None  # as the feed says
    about_arms: bool  # it holds a word for arms, without which nothing is read from it
    claims: tuple[Claim, ...] | None  # that would be read; None: not tried, the feed is too large for it


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of one subject."""

    subject: str
    reason: str | None = None  # why it can't be read; None: it was read
    title: str | None = None
    format: str | None = None  # "RSS 2.0", "Atom", "RDF (RSS 1.0)", "JSON Feed"
    entries: tuple[ExaminedEntry, ...] = ()  # different ones, in the feed's order
    skipped: int = 0  # entries without any text, and those that can't be read
    repeated: int = 0  # entries that say exactly the same as another
    left: int = 0  # entries for which there was no time
    hints: Hints = field(default_factory=Hints)
    address: str | None = None  # where it came from after redirects; None for a file
    etag: str | None = None
    last_modified: str | None = None
    bytes: int = 0  # of the body, unpacked
    seconds: float = 0.0  # that it took, without the wait for its turn

    @property
    def newest(self) -> datetime | None:
        """The date of the newest entry, as the feed says."""
        return max((entry.date for entry in self.entries if entry.date), default=None)


async def examine_all(desk: FeedDesk, lexicon: Lexicon, subjects: Iterable[str]) -> AsyncIterator[Examined]:
    """Give what became of each subject, in their order, however many there are."""
    under_way: deque[asyncio.Task[Examined]] = deque()
    try:
        for subject in subjects:
            under_way.append(asyncio.create_task(examine(desk, lexicon, subject)))
            if len(under_way) >= _AHEAD:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()


async def examine(desk: FeedDesk, lexicon: Lexicon, subject: str) -> Examined:
    """Fetch or open one subject, parse it and read its entries. Whatever is wrong with it becomes its `reason`."""
    start, waited = time.monotonic(), 0.0
    try:
        if _ADDRESS.match(subject):
            address = web_address(subject)
            fetched = await desk.fetch(address, FEED)
            body, content_type, base = fetched.body or b"", fetched.content_type, fetched.address
            found: dict[str, Any] = {
                "address": fetched.address,
                "etag": fetched.etag,
                "last_modified": fetched.last_modified,
            }
        else:
            body = await asyncio.to_thread(_file, subject, desk.settings.max_bytes)
            content_type, base, found = "", "", {}
        asked = time.monotonic()
        async with desk.parsing:
            waited = time.monotonic() - asked
            parsed = await desk.parse(body, content_type, base)
    except FeedError as error:
        return Examined(redact(subject), redact(str(error)), seconds=_since(start + waited))
    return Examined(
        redact(subject),
        title=parsed.title,
        format=parsed.format or None,
        entries=tuple(await asyncio.to_thread(_entries, parsed, lexicon)),
        skipped=parsed.skipped,
        repeated=parsed.repeated,
        left=parsed.left,
        hints=parsed.hints,
        bytes=len(body),
        seconds=_since(start + waited),
        **found,
    )


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)


def _file(name: str, max_bytes: int) -> bytes:
    """The file's bytes. Raises FeedError with what to do where it is none that can be read."""
    try:
        path = Path(name)
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FeedError("This is a folder. Name the files in it, as in folder/*.")
        if not stat.S_ISREG(mode):
            raise FeedError("This is no ordinary file, so it is not opened.")
        with path.open("rb") as file:
            body = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise FeedError("There is no such file. An address has to begin with http:// or https://.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise FeedError(f"The file can't be read: {reason}.") from error
    if not body:
        raise FeedError("The file is empty.")
    if len(body) > max_bytes:
        raise FeedError(f"The file is larger than {max_bytes:,} bytes. If it is a feed, raise `max_bytes`.")
    return body


def _entries(parsed: Parsed, lexicon: Lexicon) -> list[ExaminedEntry]:
    end = time.thread_time() + _READING_SECONDS
    return [_entry(key, entry, lexicon, in_time=time.thread_time() < end) for key, entry in parsed.keyed]


def _entry(key: str, entry: Entry, lexicon: Lexicon, *, in_time: bool) -> ExaminedEntry:
    about_arms = lexicon.may_speak_of_arms(f"{entry.title}\n{entry.summary}\n{entry.body}")
    claims: tuple[Claim, ...] | None = ()
    if about_arms:
        story = Story(key, entry.title, entry.summary, "", datetime.now(UTC), body=entry.body)
        claims = tuple(read(story, lexicon)) if in_time else None
    date = None if entry.date is None else datetime.fromtimestamp(entry.date, UTC)
    return ExaminedEntry(key, entry.title, entry.link, date, about_arms, claims)


def as_row(examined: Examined) -> dict[str, Any]:
    """One subject as an object for JSON; docs/feeds.md says what each key means."""
    return {
        "subject": examined.subject,
        "outcome": "failed" if examined.reason else "read",
        "reason": examined.reason,
        "title": examined.title,
        "format": examined.format,
        "count": len(examined.entries),
        "skipped": examined.skipped,
        "repeated": examined.repeated,
        "left": examined.left,
        "hints": _hints_row(examined.hints),
        "newest": _iso(examined.newest),
        "address": examined.address,
        "etag": examined.etag,
        "last_modified": examined.last_modified,
        "bytes": examined.bytes,
        "seconds": examined.seconds,
        "entries": [_entry_row(entry) for entry in examined.entries],
    }


def _hints_row(hints: Hints) -> dict[str, Any]:
    return {
        "least_wait": hints.least_wait,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
        "hub": hints.hub,
        "topic": hints.topic,
    }


def _entry_row(entry: ExaminedEntry) -> dict[str, Any]:
    claims = None if entry.claims is None else [_claim_row(claim) for claim in entry.claims]
    return {
        "key": entry.key,
        "title": entry.title,
        "link": entry.link,
        "date": _iso(entry.date),
        "about_arms": entry.about_arms,
        "claims": claims,
    }


def _claim_row(claim: Claim) -> dict[str, Any]:
    return {
        "stance": claim.stance,
        "claimant": claim.claimant,
        "supplier": claim.supplier,
        "recipient": claim.recipient,
        "weapons": list(claim.weapons),
        "phase": claim.phase,
        "words": claim.words,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
