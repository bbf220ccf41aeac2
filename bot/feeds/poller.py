"""Polls feeds: fetch → parse → what is new → read its article → record, each feed on its own.

::

    due feeds ─ one at a time for each host, `concurrency` in all
        fetch ── not changed ──────────────────────────────┐
          │                                                │
        parse ─ stories ─ new or edited ─ record, oldest   │
          │               first, a transaction each;       │
          │               a new one with its article,      │
          │               where the feed is set so         │
        success: validators and next poll are kept ←───────┘

    any failure: the reason is kept with the feed, and it is tried again later and later

The validators are kept last: a poll that is killed in the middle fetches and reads the feed again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, Self
from urllib.parse import urlsplit

import structlog
from yarl import URL

from bot.errors import FeedError, StoreError
from bot.feeds.articles import Articles
from bot.feeds.fetch import Fetched, fetch, open_session
from bot.feeds.stories import stories
from bot.feeds.workers import Workers
from bot.model import Feed, Recorded, Story
from bot.store import Store
from bot.store.feeds import due, kept_body, note_failure, note_success, note_unchanged
from bot.store.stories import hash_of, known

log = structlog.get_logger(__name__)

_DAY = 86_400
_STALL_SECONDS = 60.0  # twice as long as a transaction waits for a locked database
_ARTICLES_SECONDS = 300.0  # that one poll may take for articles; then it leaves them, so that slow hosts don't hold it


def default_user_agent() -> str:
    """Return name and version, as servers like to see."""
    try:
        return f"Claimwatch/{version('claimwatch')} (news feed reader)"
    except PackageNotFoundError:
        return "Claimwatch (news feed reader)"


@dataclass(frozen=True, slots=True)
class Polling:
    """How feeds are polled."""

    concurrency: int = 8  # feeds at once
    timeout: float = 30.0  # seconds, for fetching one feed
    max_bytes: int = 10 * 1024 * 1024  # of a body, unpacked
    parse_seconds: float = 5.0
    jitter: float = 0.1  # share of the interval by which polls are spread
    alert_on_first_poll: Literal["none", "newest", "all"] = "none"
    user_agent: str = default_user_agent()


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one poll went."""

    feed: Feed  # as it was before
    outcome: Literal["changed", "unchanged", "failed"]
    entries: int = 0  # different entries that were read
    new: int = 0  # stories
    edited: int = 0  # stories
    claims: int = 0  # in the new and edited stories
    alerts: int = 0  # owed because of them
    skipped: int = 0  # entries without any text
    error: str | None = None  # why it failed


Record = Callable[[Feed, Story, bool], Awaitable[Recorded]]
"""Records one story of the feed, in one transaction; the bool says whether it may alert."""

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
        # The first keeps feeds of one host from taking all the slots; the second is held during a request only, so that
        # a poll that has its slot can wait for an article's host and no two wait for each other.
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._requests: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: dict[int, asyncio.Task[PollResult]] = {}

    async def __aenter__(self) -> Self:
        self._session = open_session(self._settings.user_agent)
        self._workers = Workers(self._settings.parse_seconds)
        self._articles = Articles(
            self._session,
            self._workers,
            turn=self._turn,
            may_matter=self._may_matter,
            clock=self._clock,
            user_agent=self._settings.user_agent,
            timeout=self._settings.timeout,
            max_bytes=self._settings.max_bytes,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drain(grace=0)
        await self._workers.close()
        await self._session.close()

    async def poll_due(self, on_result: OnResult | None = None) -> list[PollResult]:
        """Poll every feed that is due and return how each went; `on_result` is told of each as soon as it ends."""
        return list(await asyncio.gather(*await self.start_due(on_result)))

    async def start_due(self, on_result: OnResult | None = None) -> list[asyncio.Task[PollResult]]:
        """Begin to poll every feed that is due and not being polled, and return the polls without waiting for them."""
        before = set(self._running)  # one that ends while the store is read is no longer as it was read
        feeds = await self._store.read(due, self._clock())
        return [self._start(feed, on_result) for feed in feeds if feed.id not in before | self._running.keys()]

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
        async with self._hosts[_host(feed.url)], self._slots:
            try:
                result = await self._poll(feed)
            except FeedError as error:
                result = await self._failed(PollResult(feed, "failed", error=_line(str(error))), error.after)
            except StoreError as error:
                result = await self._failed(PollResult(feed, "failed", error=f"Its stories can't be kept: {error}"))
            except Exception as error:  # one feed's surprise must not stop the others
                log.exception("internal error in a poll", feed=feed.id, url=feed.url)
                result = await self._failed(PollResult(feed, "failed", error=_internal(error)))
        if result.error:
            log.warning("poll failed", feed=feed.id, url=feed.url, error=result.error)
        else:
            log.info("polled", feed=feed.id, outcome=result.outcome, new=result.new, edited=result.edited)
        return result

    def _start(self, feed: Feed, on_result: OnResult | None) -> asyncio.Task[PollResult]:
        async def run() -> PollResult:
            result = await self.poll(feed)
            if on_result:
                on_result(result)
            return result

        task = asyncio.create_task(run())
        self._running[feed.id] = task
        task.add_done_callback(lambda _: self._running.pop(feed.id, None))
        return task

    def _turn(self, address: URL) -> asyncio.Lock:
        return self._requests[address.host or ""]

    async def _poll(self, feed: Feed) -> PollResult:
        fetched = await fetch(
            self._session,
            feed.url,
            turn=self._turn,
            etag=feed.etag,
            last_modified=feed.last_modified,
            timeout=self._settings.timeout,
            max_bytes=self._settings.max_bytes,
        )
        if fetched.body is None or fetched.body_hash == feed.body_hash:
            await self._note_unchanged(feed, fetched)
            return PollResult(feed, "unchanged")
        parsed = await self._workers.parse(fetched.body, fetched.content_type, fetched.address)
        found = stories(parsed, feed, self._clock())
        result = replace(await self._record_all(feed, found), entries=len(found) + parsed.known, skipped=parsed.skipped)
        if result.error:
            return await self._failed(result)
        await self._note_success(feed, fetched, parsed.title)
        return result

    async def _record_all(self, feed: Feed, found: list[Story]) -> PollResult:
        """Record the stories that are new or edited. One that can't be is told in the log and tried again next time."""
        kept = await self._store.read(known, feed.id, [story.key for story in found])
        tally = PollResult(feed, "changed", entries=len(found))
        articles_end = time.monotonic() + _ARTICLES_SECONDS
        for number, given in enumerate(found, start=1):
            story = await self._with_kept_body(feed, given, kept.get(given.key))
            if kept.get(story.key) == hash_of(story):
                continue
            try:
                if feed.read_article and story.key not in kept and time.monotonic() < articles_end:
                    story = await self._articles.added_to(story)
                async with asyncio.timeout(_STALL_SECONDS):
                    recorded = await self._record(feed, story, self._may_alert(feed, newest=number == len(found)))
            except StoreError:
                raise
            except TimeoutError as error:
                raise FeedError(
                    f"Recording a story took more than {_STALL_SECONDS:g} s. The database's disk may be too slow."
                ) from error
            except Exception as error:  # one story's surprise must not lose the others
                log.exception("story not recorded", feed=feed.id, key=story.key, title=story.title)
                tally = replace(tally, outcome="failed", error=_internal(error))
                continue
            tally = replace(
                tally,
                new=tally.new + (recorded.story == "new"),
                edited=tally.edited + (recorded.story == "edited"),
                claims=tally.claims + recorded.claims,
                alerts=tally.alerts + recorded.alerts,
            )
        return tally

    async def _with_kept_body(self, feed: Feed, story: Story, kept_hash: str | None) -> Story:
        """A known story with the body that it has in the store, where the feed gives none: its article's text.

        So a story whose article was read is unchanged as long as the feed says the same of it, and when the feed says
        something else, the page is not asked again.
        """
        if kept_hash is None or story.body or kept_hash == hash_of(story):
            return story
        return replace(story, body=await self._store.read(kept_body, feed.id, story.key))

    def _may_alert(self, feed: Feed, *, newest: bool) -> bool:
        """A feed's first poll brings old stories. A feed that was empty at its first poll has had it."""
        rule = self._settings.alert_on_first_poll
        return feed.last_success_at is not None or rule == "all" or (rule == "newest" and newest)

    async def _note_unchanged(self, feed: Feed, fetched: Fetched) -> None:
        now = self._clock()
        await self._store.write(
            note_unchanged,
            feed.id,
            now=now,
            next_poll_at=next_poll(feed.interval, now, self._settings.jitter),
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )

    async def _note_success(self, feed: Feed, fetched: Fetched, title: str | None) -> None:
        now = self._clock()
        await self._store.write(
            note_success,
            feed.id,
            now=now,
            next_poll_at=next_poll(feed.interval, now, self._settings.jitter),
            title=title,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            body_hash=fetched.body_hash,
        )

    async def _failed(self, result: PollResult, after: float | None = None) -> PollResult:
        """Keep the failure; a database that can't even take that is told in the log and by the next step that asks."""
        feed, now = result.feed, self._clock()
        at = next_poll(feed.interval, now, self._settings.jitter, failures=feed.failures, after=after)
        try:
            await self._store.write(note_failure, feed.id, now=now, next_poll_at=at, error=result.error or "")
        except StoreError as error:
            log.error("failure not kept", feed=feed.id, error=str(error))  # noqa: TRY400  the sentence says it all
        return result


def next_poll(
    interval: int, now: datetime, jitter: float, *, failures: int = 0, after: float | None = None
) -> datetime:
    """Return when to poll next: after the `interval` in seconds, give or take its `jitter`.

    It doubles with each of the `failures` in a row before, up to a day, and is no sooner than `after` seconds, which is
    what the server asked for; more than a day of that is taken for a mistake.
    """
    spread = random.uniform(1 - jitter, 1 + jitter)  # noqa: S311  it spreads load, it keeps no secret
    seconds = min(interval * 2 ** min(failures, 16), max(interval, _DAY)) * spread
    return now + timedelta(seconds=max(seconds, min(after or 0, _DAY)))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # fetching it will say so
        return ""


def _line(text: str) -> str:
    """An error may quote what a server sent: it is kept as one line, without halves of characters."""
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _internal(error: Exception) -> str:
    return f"An internal error ({type(error).__name__}); see the log. Nothing to mend in the feed; it is tried again."
