"""Keeps what polls found with their feeds, and owes each feed's manager what there is to tell, in one transaction.

The manager is whoever added the feed by command, else the operators. Most polls find nothing, and end a millisecond
after another where there are many. So they are kept together: to each on its own the database is half of its CPU time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import feed_notices
from bot.feeds.outcome import MOVED_AFTER
from bot.feeds.pace import quiet
from bot.log import redact
from bot.model import Card, Feed
from bot.store import Connection, Store, alerts, feeds

log = structlog.get_logger(__name__)

TELL_AFTER = 3
"""Failures in a row after which the manager is told."""

_GATHER_SECONDS = 0.05  # for which the first waits for others


@dataclass(frozen=True, slots=True)
class Settled:
    """A feed before and after a poll, and when that ended."""

    before: Feed
    after: Feed
    now: datetime


class Settling:
    """Keeps what polls found, those that end within a moment of each other together."""

    def __init__(self, store: Store, operators: str | None, more: Callable[[], bool]) -> None:
        """`more` tells whether there are other polls that may end in a moment."""
        self._store = store
        self._operators = operators
        self._more = more
        self._waiting: list[tuple[Settled, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def settle(self, poll: Settled) -> None:
        """Keep the feed as it is after a poll; that is on the disk when this returns."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((poll, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_waiting())
        await done

    async def end(self) -> None:
        """Wait until everything is kept, even what nobody waits for any more."""
        if self._writing:
            await self._writing

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(_GATHER_SECONDS if self._more() else 0)
                together, self._waiting = self._waiting, []
                await self._write(together)
        finally:
            self._writing = None

    async def _write(self, together: Sequence[tuple[Settled, asyncio.Future[None]]]) -> None:
        try:
            told = await self._store.write(settle, [poll for poll, _ in together], self._operators)
        except Exception as error:
            if len(together) > 1:  # one of them spoilt it for the others
                for one in together:
                    await self._write([one])
            elif not (done := together[0][1]).done():
                done.set_exception(error)
            return
        for _, done in together:
            if not done.done():
                done.set_result(None)
        for feed, card in told:
            log.warning("feed", feed=feed.id, url=redact(feed.url), told=card.title)


def settle(connection: Connection, polls: Sequence[Settled], operators: str | None) -> list[tuple[Feed, Card]]:
    """Keep feeds as they are after their polls, owe their managers what there is to tell, and return that."""
    marked = [_marked(connection, poll, operators) for poll in polls]
    feeds.keep(connection, [(poll.before, poll.after) for poll, _ in marked])
    told: list[tuple[Feed, Card]] = []
    for poll, trouble in marked:
        feed = poll.after
        moved = feed.moved_polls == MOVED_AFTER > poll.before.moved_polls
        cards = [*trouble, _moved(connection, feed)] if moved else trouble
        if cards and (to := feed.added_by or operators):
            alerts.owe(connection, [_notice(to, card, feed, poll.now) for card in cards], poll.now)
        told += [(feed, card) for card in cards]
    return told


def _notice(to: str, card: Card, feed: Feed, now: datetime) -> alerts.Owed:
    return alerts.notice(to, card, f"feed {feed.id} {card.title} {now.isoformat()}")


def _marked(connection: Connection, poll: Settled, operators: str | None) -> tuple[Settled, list[Card]]:
    """The poll with the trouble that the feed's manager knows of after it, and what is said of that."""
    told, cards = _trouble(poll.before, poll.after, poll.now)
    if told == "failing" != poll.before.told and (last_read := feeds.none_answers(connection, poll.before.id)):
        # One notice for all; each feed's own comes when it goes on failing after others can be read again.
        told, cards = poll.before.told, []
        log.warning("no feed can be read", feed=poll.after.id, reason=poll.after.last_error)
        if operators:
            card = feed_notices.none_answers(last_read)
            alerts.owe(connection, [alerts.notice(operators, card, f"network {last_read.isoformat()}")], poll.now)
    return poll if told == poll.after.told else replace(poll, after=replace(poll.after, told=told)), cards


def _trouble(before: Feed, after: Feed, now: datetime) -> tuple[str | None, list[Card]]:
    """Which trouble its manager knows of after this poll, and what is said: once when it begins, once when it ends."""
    told = before.told
    if after.gone_at:
        return "gone", [feed_notices.gone(after)] if told != "gone" else []
    if after.failures:
        begins = after.failures >= TELL_AFTER and told != "failing"
        return ("failing", [feed_notices.failing(after)]) if begins else (told, [])
    if told == "failing":
        return None, [feed_notices.works_again(after)]
    if quiet(after, now):
        return "quiet", [feed_notices.quiet(after)] if told != "quiet" else []
    return None, [feed_notices.speaks_again(after)] if told == "quiet" else []


def _moved(connection: Connection, feed: Feed) -> Card:
    """Move the feed where that can be done here, and say what happened and what is left to do."""
    there = feed.moved_to or feed.url
    other = feeds.holder(connection, there)
    if other is not None:
        return feed_notices.moved_to_other(feed, there, other)
    if feed.configured:
        return feed_notices.moved_in_config(feed, there)
    feeds.move(connection, feed.id, there)
    return feed_notices.moved(feed, there)
