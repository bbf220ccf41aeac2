"""What managing feeds needs of the network: one address fetched, one body parsed, politely and within limits.

It has a session and workers of its own, so that somebody who adds a feed does not wait for the poller's.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from bot.feeds.entries import Parsed
from bot.feeds.fetch import Fetched, Wanted, fetch, open_session
from bot.feeds.poller import Polling
from bot.feeds.workers import Workers

FEED_OR_PAGE = Wanted(
    "feed", "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.8"
)


@dataclass(frozen=True, slots=True)
class FeedDesk:
    """Fetches and parses for whoever adds or tries a feed; make it with `open_desk`."""

    session: aiohttp.ClientSession
    workers: Workers
    settings: Polling
    parsing: asyncio.Semaphore  # held while parsing by who wants to know how long that took without the wait
    interval: int  # seconds between polls of a feed that has no interval of its own
    pause: float = 1.0  # seconds between two guesses at one host
    _hosts: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def fetch(self, address: str, wanted: Wanted = FEED_OR_PAGE) -> Fetched:
        """Return what is behind an address, one request a host at a time. Raises FeedError."""
        return await fetch(
            self.session,
            address,
            wanted,
            turn=self._turn,
            timeout=self.settings.timeout,
            max_bytes=self.settings.max_bytes,
        )

    async def parse(self, body: bytes, content_type: str, address: str) -> Parsed:
        """Return what the feed in `body` holds. Raises FeedError."""
        return await self.workers.parse(body, content_type, address)

    def _turn(self, address: URL) -> asyncio.Lock:
        return self._hosts[address.host or ""]


@asynccontextmanager
async def open_desk(settings: Polling, interval: int, *, workers: int = 1) -> AsyncIterator[FeedDesk]:
    """A desk with at most so many worker processes, which start when they are needed."""
    pool = Workers(settings.parse_seconds, workers)
    async with open_session(settings.user_agent, settings.guard) as session:
        try:
            yield FeedDesk(session, pool, settings, asyncio.Semaphore(workers), interval)
        finally:
            await pool.close()
