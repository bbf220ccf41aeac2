"""Reads the article behind a story's link: once, when it may matter, and where the host's robots.txt allows it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
import structlog
from protego import Protego
from yarl import URL

from bot.errors import FeedError
from bot.feeds.fetch import Turn, Wanted, fetch
from bot.feeds.workers import Workers
from bot.log import redact
from bot.model import Story

log = structlog.get_logger(__name__)

_PAGE = Wanted("page", "text/html, application/xhtml+xml, */*;q=0.1")
# RFC 9309, 2.3.1.3 and 2.3.1.4: a host that has no robots.txt forbids nothing, one that fails to give it everything.
_ROBOTS = Wanted("robots.txt", "text/plain, */*;q=0.1", absent=range(400, 500))
_ROBOTS_BYTES = 524_288  # the same, 2.5: at least 500 KiB have to be read
_KEPT = timedelta(days=1)  # 2.4: no longer than this
_TRY_AGAIN = timedelta(hours=1)
_HOSTS = 500  # whose robots.txt are kept; whoever passes on others' stories links to many


@dataclass(frozen=True, slots=True)
class _Robots:
    rules: Protego | None  # None: they could not be had
    until: datetime


class Articles:
    """Reads articles for the poller, whose connections, processes and turns it uses."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        workers: Workers,
        *,
        turn: Turn,
        may_matter: Callable[[str], bool],
        clock: Callable[[], datetime],
        user_agent: str,
        timeout: float,
        max_bytes: int,
    ) -> None:
        self._session = session
        self._workers = workers
        self._turn = turn
        self._may_matter = may_matter
        self._clock = clock
        self._user_agent = user_agent
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._robots: dict[str, _Robots] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def added_to(self, story: Story) -> Story:
        """Return the story with its article's text as its body.

        It stays as it is where the feed gave a body, where title and summary can't matter, and where the page can't be
        had or says no more than the summary; the log tells of the last two.
        """
        if story.body or not story.url or not self._may_matter(f"{story.title}\n{story.summary}"):
            return story
        try:
            text = await self.text(story.url)
        except FeedError as error:
            return _left(story, str(error))
        if len(text) <= len(story.summary):
            return _left(story, "The page says no more than the feed's own summary.")
        return replace(story, body=text)

    async def text(self, url: str) -> str:
        """Return the text of the article at `url`, a line for each paragraph.

        Raises FeedError where robots.txt forbids it, and when it can't be fetched or read.
        """
        fetched = await fetch(
            self._session, url, _PAGE, turn=self._allowed_turn, timeout=self._timeout, max_bytes=self._max_bytes
        )
        kind = fetched.content_type.partition(";")[0].strip().lower()
        if kind and "html" not in kind:
            raise FeedError(f"There is no web page at this address, but {kind[:60]!r}.")
        return await self._workers.main_text(fetched.body or b"", fetched.content_type, fetched.address)

    @asynccontextmanager
    async def _allowed_turn(self, address: URL) -> AsyncIterator[None]:
        """The turn for a request, redirects included, if the host's robots.txt allows it."""
        rules = await self._rules(address)
        if rules is None:
            raise FeedError(f"The robots.txt of {address.host} can't be read, so that its pages are left alone.")
        if not rules.can_fetch(str(address), self._user_agent):
            raise FeedError(f"The robots.txt of {address.host} forbids to read this page.")
        async with self._turn(address):
            yield

    async def _rules(self, address: URL) -> Protego | None:
        origin = str(address.origin())
        async with self._asking[origin]:
            kept = self._robots.get(origin)
            if kept is None or kept.until <= self._clock():
                self._robots.pop(origin, None)
                if len(self._robots) >= _HOSTS:
                    self._robots.pop(next(iter(self._robots)))
                self._robots[origin] = kept = await self._fetched_rules(address)
            return kept.rules

    async def _fetched_rules(self, address: URL) -> _Robots:
        url = str(address.origin().with_path("/robots.txt"))
        try:
            fetched = await fetch(
                self._session, url, _ROBOTS, turn=self._turn, timeout=self._timeout, max_bytes=_ROBOTS_BYTES
            )
        except FeedError as error:
            log.info("robots.txt not read", url=url, reason=redact(str(error)))
            return _Robots(None, self._clock() + _TRY_AGAIN)
        # In a thread, since 500 KiB of rules take it 0.2 s.
        rules = await asyncio.to_thread(Protego.parse, (fetched.body or b"").decode("utf-8-sig", "replace"))
        return _Robots(rules, self._clock() + _KEPT)


def _left(story: Story, reason: str) -> Story:
    log.info("article not read", url=story.url, reason=" ".join(reason.split()))
    return story
