"""When feeds are polled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.poller import PollResult, next_poll
from bot.feeds.schedule import start, stop
from tests.fakes.feed_server import item, page, rss, silent
from tests.feeds.conftest import NOW, Newsroom

BODY = rss(item("A treaty"))


async def test_a_schedule_polls_what_is_due_at_once(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/f")
    told: asyncio.Queue[PollResult] = asyncio.Queue()
    poller = await newsroom.open()
    scheduler = start(poller, told.put_nowait, every=3_600)
    assert (await told.get()).outcome == "changed"
    await stop(scheduler, poller)
    assert not scheduler.running


async def test_a_schedule_polls_again_when_a_feed_is_due_again(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/f")
    told: asyncio.Queue[PollResult] = asyncio.Queue()
    poller = await newsroom.open()
    scheduler = start(poller, told.put_nowait, every=0.05)
    await told.get()
    newsroom.now += timedelta(hours=1)
    assert (await told.get()).outcome == "unchanged"
    await stop(scheduler, poller)


async def test_stopping_waits_for_the_poll_that_runs(newsroom: Newsroom) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        asked.set()
        await release.wait()
        return web.Response(text=BODY)

    newsroom.server.pages["/f"] = wait
    await newsroom.want("/f")
    poller = await newsroom.open()
    scheduler = start(poller)
    await asked.wait()
    stopping = asyncio.create_task(stop(scheduler, poller, grace=60))
    release.set()
    await stopping
    assert await newsroom.titles() == ["A treaty"]


async def test_stopping_does_not_wait_for_ever(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = silent
    await newsroom.want("/f")
    poller = await newsroom.open()
    (poll,) = await poller.start_due()
    await stop(start(poller), poller, grace=0.01)
    assert poll.cancelled()
    (feed,) = await newsroom.feeds()
    assert (feed.last_poll_at, feed.last_error) == (None, None)


seconds = st.integers(60, 604_800)


@settings(deadline=None)
@given(seconds, st.integers(0, 100_000), st.none() | st.floats(0, 1e12), st.floats(0, 0.5))
def test_a_failing_feed_is_polled_later_and_later_but_never_given_up(
    interval: int, failures: int, after: float | None, jitter: float
) -> None:
    wait = (next_poll(interval, NOW, jitter, failures=failures, after=after) - NOW).total_seconds()
    assert wait >= interval * (1 - jitter) - 1
    assert wait >= min(after or 0, 86_400) - 1
    assert wait <= max(interval, 86_400) * (1 + jitter) + 1


def test_the_wait_doubles_with_each_failure() -> None:
    waits = [(next_poll(900, NOW, 0, failures=failures) - NOW).total_seconds() for failures in (0, 1, 2, 10)]
    assert waits == [900, 1_800, 3_600, 86_400]
