"""Records a poll's stories: those that are new or edited, oldest first, each with its article where that is read.

A story that can't be recorded loses no other: it is told in the log and tried again at the next poll.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from bot.errors import FeedError, StoreError
from bot.feeds.articles import Articles
from bot.model import Feed, Recorded, Story
from bot.store import Store
from bot.store.feeds import kept_body
from bot.store.stories import Known, known

log = structlog.get_logger(__name__)

_STALL_SECONDS = 60.0  # twice as long as a transaction waits for a locked database
_ARTICLES_SECONDS = 300.0  # that one poll may take for articles; then it leaves them, so that slow hosts don't hold it

FirstPoll = Literal["none", "newest", "all"]


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one poll went."""

    feed: Feed  # as it was before
    outcome: Literal["changed", "unchanged", "failed", "put off"]  # the last: its host asked to be left alone
    entries: int = 0  # different entries that were read
    new: int = 0  # stories
    edited: int = 0  # stories
    claims: int = 0  # in the new and edited stories
    alerts: int = 0  # owed because of them
    skipped: int = 0  # entries without any text
    error: str | None = None  # why it failed
    seconds: float = 0.0  # that it took, without the wait for its turn


Record = Callable[[Feed, Story, bool], Awaitable[Recorded]]
"""Records one story of the feed, in one transaction; the bool says whether it may alert."""


class Recorder:
    """Records what the polls of a poller find."""

    def __init__(self, store: Store, record: Record, articles: Articles, alert_on_first_poll: FirstPoll) -> None:
        self._store = store
        self._record = record
        self._articles = articles
        self._alert_on_first_poll = alert_on_first_poll

    async def record_all(self, feed: Feed, found: list[Story]) -> tuple[PollResult, list[datetime]]:
        """Record the stories that are new or edited, and return how that went, with the times of the new ones.

        One that can't be recorded is told in the log and tried again next time.
        """
        kept = await self._store.read(known, feed.id, [story.key for story in found])
        tally = PollResult(feed, "changed", entries=len(found))
        new: list[datetime] = []
        articles_end = time.monotonic() + _ARTICLES_SECONDS
        for number, given in enumerate(found, start=1):
            before = kept.get(given.key)
            story = await self._with_kept_body(feed, given, before)
            if before and before.reads(story):
                continue
            past = before is not None and before.past
            try:
                if feed.read_article and before is None and time.monotonic() < articles_end:
                    story = await self._articles.added_to(story)
                async with asyncio.timeout(_STALL_SECONDS):
                    may_alert = not past and self._may_alert(feed, newest=number == len(found))
                    recorded = await self._record(feed, story, may_alert)
            except StoreError:
                raise
            except TimeoutError as error:
                raise FeedError(
                    f"Recording a story took more than {_STALL_SECONDS:g} s. The database's disk may be too slow."
                ) from error
            except Exception as error:  # one story's surprise must not lose the others
                log.exception("story not recorded", feed=feed.id, key=story.key, title=story.title)
                tally = replace(tally, outcome="failed", error=internal(error))
                continue
            is_new = recorded.story == "new" and not past
            if is_new:
                new.append(story.at)
            tally = replace(
                tally,
                new=tally.new + is_new,
                edited=tally.edited + (recorded.story == "edited" or past),
                claims=tally.claims + recorded.claims,
                alerts=tally.alerts + recorded.alerts,
            )
        return tally, new

    async def _with_kept_body(self, feed: Feed, story: Story, before: Known | None) -> Story:
        """A known story with the body that it has in the store, where the feed gives none: its article's text.

        So a story whose article was read is unchanged as long as the feed says the same of it, and when the feed says
        something else, the page is not asked again.
        """
        if before is None or story.body or before.reads(story):
            return story
        return replace(story, body=await self._store.read(kept_body, feed.id, story.key))

    def _may_alert(self, feed: Feed, *, newest: bool) -> bool:
        """A feed's first poll brings old stories. A feed that was empty at its first poll has had it."""
        rule = self._alert_on_first_poll
        return feed.last_success_at is not None or rule == "all" or (rule == "newest" and newest)


def internal(error: Exception) -> str:
    """Return the sentence for an error that is nobody's fault but ours."""
    return f"An internal error ({type(error).__name__}); see the log. Nothing to mend in the feed; it is tried again."
