"""Polls feeds: fetch → parse → what is new → read its article → record, each feed on its own.

::

    due feeds ─ one at a time for each host, `host_delay` apart, `concurrency` in all
        fetch ── not changed ──────────────────────────────┐
          │                                                │
        parse ─ stories ─ new or edited ─ record, oldest   │
          │               first, a transaction each;       │
          │               a new one with its article,      │
          │               where the feed is set so         │
        success: validators and next poll are kept ←───────┘

    any failure: the reason is kept with the feed, and it is tried again later and later (`settling.py`)

The validators are kept last: a poll that is killed in the middle fetches and reads the feed again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Self

import structlog

from bot.errors import FeedError, StoreError
from bot.feeds.articles import Articles
from bot.feeds.entries import Parsed
from bot.feeds.fetch import Fetched, fetch, open_session
from bot.feeds.guard import Guard
from bot.feeds.hints import with_headers
from bot.feeds.hosts import Hosts, host_of
from bot.feeds.memories import Memories
from bot.feeds.outcome import address_of, failed, pushed, read, unchanged
from bot.feeds.pace import LONGEST_PAUSE, Pacing
from bot.feeds.recording import FirstPoll, PollResult, Record, Recorder, internal
from bot.feeds.settling import Settled, Settling
from bot.feeds.stories import stories
from bot.feeds.workers import Workers
from bot.model import Feed, Story
from bot.store import Store
from bot.store.feeds import due, keep, latest_poll, put_off, shift, spread_new

log = structlog.get_logger(__name__)
_standard_log = logging.getLogger(__name__)

_POLL_SECONDS = 900.0  # for a whole poll, whatever it hangs in; what it has recorded by then is kept
_BATCH = 100  # feeds read from the store, or started, at once: more would hold up the event loop
_MANY = 1_000  # entries, which take 4 ms to make stories of
_NEW_AT_ONCE = 100  # feeds that the schedule polls at once though they are new; more are spread over their interval
_STEP = timedelta(minutes=1)  # that a clock may be set back unnoticed


def default_user_agent() -> str:
    """Return name and version, as servers like to see."""
    try:
        return f"Claimwatch/{version('claimwatch')} (news feed reader)"
    except PackageNotFoundError:
        return "Claimwatch (news feed reader)"


@dataclass(frozen=True, slots=True)
class Polling:
    """How feeds are polled."""

    concurrency: int = 16  # feeds at once
    timeout: float = 30.0  # seconds, for fetching one feed
    max_bytes: int = 10 * 1024 * 1024  # of a body, unpacked
    parse_seconds: float = 5.0
    jitter: float = 0.1  # share of the interval by which polls are spread
    min_interval: int = 300  # seconds, for a feed whose interval follows how often it publishes
    max_interval: int = 3_600  # seconds, for the same
    host_delay: float = 1.0  # seconds between two requests to a host
    alert_on_first_poll: FirstPoll = "none"
    user_agent: str = default_user_agent()
    guard: Guard = field(default_factory=Guard)
    operators: str | None = None  # the destination that is told of feeds whose manager is not known


OnResult = Callable[[PollResult], None]


class Poller:
    """Polls feeds; open it with `async with`, since it owns connections and processes."""

    def __init__(
        self,
        store: Store,
        record: Record,
        settings: Polling,
        clock: Callable[[], datetime],
        may_matter: Callable[[str], bool],
    ) -> None:
        """`may_matter` tells of a story's title and summary whether its article is worth a request."""
        self._store = store
        self._record = record
        self._settings = settings
        self._clock = clock
        self._may_matter = may_matter
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._pacing = Pacing(settings.min_interval, settings.max_interval, settings.jitter)
        self._hosts = Hosts(settings.host_delay)
        self._memories = Memories(store)
        self._settling = Settling(store, settings.operators, more=lambda: len(self._running) > 1)
        self._running: dict[int, asyncio.Task[PollResult]] = {}
        self._looked_at: datetime | None = None

    async def __aenter__(self) -> Self:
        self._session = open_session(self._settings.user_agent, self._settings.guard)
        self._workers = Workers(self._settings.parse_seconds)
        articles = Articles(
            self._session,
            self._workers,
            turn=self._hosts.turn,
            may_matter=self._may_matter,
            clock=self._clock,
            user_agent=self._settings.user_agent,
            timeout=self._settings.timeout,
            max_bytes=self._settings.max_bytes,
        )
        self._recorder = Recorder(self._store, self._record, articles, self._settings.alert_on_first_poll)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drain(grace=0)
        await self._settling.end()
        await self._workers.close()
        await self._session.close()

    async def poll_due(self, on_result: OnResult | None = None) -> list[PollResult]:
        """Poll every feed that is due and return how each went; `on_result` is told of each as soon as it ends."""
        return list(await asyncio.gather(*await self._start_all(on_result)))

    async def start_due(self, on_result: OnResult | None = None) -> list[asyncio.Task[PollResult]]:
        """Begin to poll every feed that is due and not being polled, and return the polls without waiting for them.

        Where many are new, only some of them are due: the others are spread over their interval.
        """
        now = self._clock()
        first = await self._store.read(due, now, limit=_NEW_AT_ONCE + 1)
        if sum(feed.last_poll_at is None and feed.next_poll_at is None for feed in first) > _NEW_AT_ONCE:
            await self._store.write(spread_new, now, _NEW_AT_ONCE)
        return await self._start_all(on_result)

    async def push(self, feed: Feed, body: bytes, content_type: str) -> PollResult:
        """Read what a feed's hub pushed as if it had been polled, once no poll of the feed runs."""
        while running := self._running.get(feed.id):
            await asyncio.wait({running})
        return await self._run(feed, lambda: self._push(feed, body, content_type), None)

    async def drain(self, grace: float) -> None:
        """Wait `grace` seconds for the polls that run, then cancel them; each story is recorded whole or not at all."""
        polls = list(self._running.values())
        if polls:
            _, late = await asyncio.wait(polls, timeout=grace)
            for poll in late:
                poll.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def poll(self, feed: Feed) -> PollResult:
        """Poll one feed now. Whatever goes wrong is kept with the feed and told in the result."""
        host = host_of(address_of(feed))
        async with self._hosts.poll(host):
            async with self._slots:
                begun = time.monotonic()
                result, after = await self._polled(feed, host)
                result = replace(result, seconds=time.monotonic() - begun)
            if after:  # without a slot: so many polls share a commit
                result = await self._settled(result, after)
        if result.error:
            log.warning("poll failed", feed=feed.id, url=feed.url, error=result.error)
        elif result.outcome == "changed":
            log.info("polled", feed=feed.id, outcome=result.outcome, new=result.new, edited=result.edited)
        elif _standard_log.isEnabledFor(logging.DEBUG):  # structlog takes 8 µs to find out that nobody listens
            log.debug("polled", feed=feed.id, outcome=result.outcome)
        return result

    async def _start_all(self, on_result: OnResult | None) -> list[asyncio.Task[PollResult]]:
        now = self._clock()
        await self._mind_the_clock(now)
        taken = set(self._running)  # one that is polled while the store is read is no longer as it was read
        feeds: list[Feed] = []  # all of them first: a thread that reads while polls run takes three times as long
        while batch := await self._store.read(due, now, feeds[-1] if feeds else None, _BATCH):
            feeds += batch
            taken |= self._running.keys()
        polls: list[asyncio.Task[PollResult]] = []
        for start in range(0, len(feeds), _BATCH):
            polls += [self._start(feed, on_result) for feed in feeds[start : start + _BATCH] if feed.id not in taken]
            await asyncio.sleep(0)
            taken |= self._running.keys()
        return polls

    async def _mind_the_clock(self, now: datetime) -> None:
        """When the clock was set back, what lies ahead is taken back with it: else every feed would wait the longer."""
        before = self._looked_at or await self._store.read(latest_poll) or now
        self._looked_at = now
        if before - now > _STEP:
            polled = await self._store.read(latest_poll)
            before = max(before, polled or before)  # it may have been set forth before, and nobody have looked
            log.warning("the clock was set back", seconds=round((before - now).total_seconds()))
            await self._store.write(shift, now, before - now)

    def _start(self, feed: Feed, on_result: OnResult | None) -> asyncio.Task[PollResult]:
        return self._run(feed, lambda: self.poll(feed), on_result)

    def _run(
        self, feed: Feed, poll: Callable[[], Awaitable[PollResult]], on_result: OnResult | None
    ) -> asyncio.Task[PollResult]:
        async def run() -> PollResult:
            result = await poll()
            if on_result:
                on_result(result)
            return result

        task = asyncio.create_task(run())
        self._running[feed.id] = task
        task.add_done_callback(lambda _: self._running.pop(feed.id, None))
        return task

    async def _polled(self, feed: Feed, host: str) -> tuple[PollResult, Feed | None]:
        """How the poll went, whatever goes wrong in it, and the feed as it is to be kept."""
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                return await self._put_off(feed, host) or await self._poll(feed)
        except Exception as error:  # one feed's surprise must not stop the others
            return await self._failed(feed, error)

    async def _put_off(self, feed: Feed, host: str) -> tuple[PollResult, Feed | None] | None:
        """The result for a feed whose host has asked, since this feed came to be due, to be left alone."""
        until = self._hosts.rests_until(host, self._clock())
        if until is None:
            return None
        await self._store.write(keep, [(feed, replace(feed, next_poll_at=until))])
        return PollResult(feed, "put off"), None

    async def _poll(self, feed: Feed) -> tuple[PollResult, Feed]:
        fetched = await fetch(
            self._session,
            address_of(feed),
            turn=self._hosts.turn,
            etag=feed.etag,
            last_modified=feed.last_modified,
            timeout=self._settings.timeout,
            max_bytes=self._settings.max_bytes,
        )
        if fetched.body is None or fetched.body_hash == feed.body_hash:
            return PollResult(feed, "unchanged"), unchanged(feed, fetched, self._clock(), self._pacing)
        parsed = await self._parsed(fetched, await self._memories.of(feed.id))
        result, new = await self._recorder.record_all(feed, await self._stories(parsed, feed))
        result = replace(result, entries=result.entries + parsed.known, skipped=parsed.skipped)
        now = self._clock()
        if result.error:
            return result, failed(feed, FeedError(result.error), now, self._pacing)
        after = read(
            feed,
            fetched,
            now,
            self._pacing,
            title=parsed.title,
            hints=with_headers(parsed.hints, fetched.links, fetched.address),
            memory=parsed.memory,
            new=new,
        )
        if parsed.left:  # there was no time for all of it: the next poll goes on, and is a first one if this one was
            after = replace(after, etag=None, last_modified=None, body_hash=None, last_success_at=feed.last_success_at)
        return result, after

    async def _push(self, feed: Feed, body: bytes, content_type: str) -> PollResult:
        body_hash = hashlib.sha256(body).hexdigest()
        fetched = Fetched(body, body_hash, content_type, address_of(feed), None, None, None, fresh_for=0)
        try:
            async with self._slots, asyncio.timeout(_POLL_SECONDS):
                parsed = await self._parsed(fetched, b"")
                result, new = await self._recorder.record_all(feed, await self._stories(parsed, feed))
                await self._settle(feed, pushed(feed, self._clock(), new))
        except (FeedError, StoreError, TimeoutError) as error:  # the next poll brings what is lost here
            log.warning("push not read", feed=feed.id, error=_line(str(error)))
            return PollResult(feed, "failed", error=_line(str(error)))
        log.info("pushed", feed=feed.id, new=result.new, edited=result.edited)
        return result

    async def _parsed(self, fetched: Fetched, memory: bytes) -> Parsed:
        return await self._workers.parse(fetched.body or b"", fetched.content_type, fetched.address, memory)

    async def _stories(self, parsed: Parsed, feed: Feed) -> list[Story]:
        if len(parsed.keyed) < _MANY:
            return stories(parsed, feed, self._clock())
        return await asyncio.to_thread(stories, parsed, feed, self._clock())

    async def _settle(self, before: Feed, after: Feed) -> None:
        await self._settling.settle(Settled(before, after, self._clock()))

    async def _settled(self, result: PollResult, after: Feed) -> PollResult:
        """The result once it is kept with the feed; a database that can't take even a failure is told in the log, and
        by the next step that asks."""
        try:
            await self._settle(result.feed, after)
        except Exception as error:  # one feed's surprise must not stop the others
            if result.error is None:
                return await self._settled(*await self._failed(result.feed, error))
            log.error("failure not kept", feed=after.id, error=str(error))  # noqa: TRY400  the sentence says it all
        else:
            if after.memory:
                self._memories.keep(after.id, after.memory)
        return result

    async def _failed(self, feed: Feed, error: Exception) -> tuple[PollResult, Feed]:
        """The result of a poll that failed, and the feed after it; a host that asked for it is left alone."""
        why = self._why(feed, error)
        now = self._clock()
        if why.host and why.after:
            until = now + timedelta(seconds=min(why.after, LONGEST_PAUSE))
            self._hosts.rest(why.host, until, now)
            try:
                await self._store.write(put_off, why.host, until)
            except StoreError as lost:
                log.error("host's wish not kept", host=why.host, error=str(lost))  # noqa: TRY400
        return PollResult(feed, "failed", error=str(why)), failed(feed, why, now, self._pacing)

    def _why(self, feed: Feed, error: Exception) -> FeedError:
        """What is said of an error in a poll, in a line."""
        match error:
            case FeedError():
                return FeedError(_line(str(error)), after=error.after, gone=error.gone, host=error.host)
            case StoreError():
                return FeedError(f"Its stories can't be kept: {error}")
            case TimeoutError():
                return FeedError(
                    f"The poll took more than {_POLL_SECONDS / 60:g} minutes. What it has recorded is kept."
                )
            case _:
                log.error("internal error in a poll", feed=feed.id, url=feed.url, exc_info=error)
                return FeedError(internal(error))


def _line(text: str) -> str:
    """An error may quote what a server sent: it is kept as one line, without halves of characters."""
    return " ".join(text.encode("utf-8", "replace").decode().split())
