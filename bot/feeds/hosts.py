"""Whose turn it is: a host gets one request at a time with a pause between, and none while it asks to be left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from bot.errors import FeedError
from bot.feeds.guard import web_address


@dataclass(slots=True)
class _Host:
    # The first keeps feeds of one host from taking all the poller's slots; the second is held during a request only, so
    # that a poll that has its slot can wait for an article's host and no two wait for each other.
    polls: asyncio.Lock = field(default_factory=asyncio.Lock)
    requests: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    free_at: float = 0  # on the monotonic clock


class Hosts:
    """The hosts that are being asked, or were within the last `delay` seconds; all others are forgotten."""

    def __init__(self, delay: float) -> None:
        """`delay` is in seconds, from the end of a request to the beginning of the next."""
        self._delay = delay
        self._hosts: dict[str, _Host] = {}
        self._idle: dict[str, None] = {}  # the longest so first
        self._resting: dict[str, datetime] = {}

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def poll(self, host: str) -> AsyncIterator[None]:
        """Held while one feed of the host is polled; begins when the host may be asked."""
        known = self._enter(host)
        try:
            async with known.polls:
                await _until(known)
                yield
        finally:
            self._leave(host, known)

    @asynccontextmanager
    async def turn(self, address: URL) -> AsyncIterator[None]:
        """Held during one request to the host of this address; begins when it may be asked."""
        host = address.host or ""
        known = self._enter(host)
        try:
            async with known.requests:
                await _until(known)
                try:
                    yield
                finally:
                    known.free_at = time.monotonic() + self._delay
        finally:
            self._leave(host, known)

    def rest(self, host: str, until: datetime, now: datetime) -> None:
        """Leave the host alone until then."""
        self._resting = {name: end for name, end in self._resting.items() if end > now} | {host: until}

    def rests_until(self, host: str, now: datetime) -> datetime | None:
        """Return until when the host is to be left alone; None: it may be asked."""
        until = self._resting.get(host)
        return until if until and until > now else None

    def _enter(self, host: str) -> _Host:
        known = self._hosts.get(host)
        if known is None:
            known = self._hosts[host] = _Host()
        self._idle.pop(host, None)
        known.users += 1
        return known

    def _leave(self, host: str, known: _Host) -> None:
        known.users -= 1
        if not known.users:
            self._idle[host] = None
            self._forget()

    def _forget(self) -> None:
        while self._idle and self._hosts[name := next(iter(self._idle))].free_at <= time.monotonic():
            del self._idle[name], self._hosts[name]


async def _until(known: _Host) -> None:
    if (wait := known.free_at - time.monotonic()) > 0:
        await asyncio.sleep(wait)


def host_of(url: str) -> str:
    """Return the host of an address; "" where it is none of the web, which fetching it will say."""
    try:
        return web_address(url).host or ""
    except FeedError:
        return ""
