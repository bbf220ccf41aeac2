"""When feeds are polled."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from aiohttp import web

from bot.feeds.recording import PollResult
from bot.feeds.schedule import hasten, start, stop
from bot.runner import ended
from bot.stepped import follow_clock
from tests.fakes.feed_server import item, page, rss, silent
from tests.feeds.conftest import INTERVAL, Newsroom

BODY = rss(item("A treaty"))


async def slow(newsroom: Newsroom) -> tuple[asyncio.Event, asyncio.Event]:
    """Let the newsroom want a feed that answers when the second event is set; the first tells that it was asked."""
    asked, release = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        asked.set()
        await release.wait()
        return web.Response(text=BODY)

    newsroom.server.pages["/f"] = wait
    await newsroom.want("/f")
    return asked, release


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


async def test_a_schedule_goes_on_after_the_clock_was_set_forth_and_back_before_anybody_looked(
    newsroom: Newsroom,
) -> None:
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/f")
    told: asyncio.Queue[PollResult] = asyncio.Queue()
    poller = await newsroom.open()
    begin, hours = newsroom.now, timedelta(hours=5)
    with time_machine.travel(begin) as clock:
        scheduler = start(poller, told.put_nowait, every=0.05)
        following = asyncio.create_task(follow_clock(partial(hasten, scheduler), newsroom.store))
        await told.get()
        newsroom.now = begin + hours
        clock.move_to(newsroom.now)
        await told.get()
        newsroom.now = begin - hours
        clock.move_to(newsroom.now)
        while told.empty():
            newsroom.now += timedelta(seconds=INTERVAL / 10)
            await asyncio.sleep(0.02)
        assert newsroom.now < begin
        await ended(following)
        await stop(scheduler, poller)


async def test_a_poll_that_ended_while_the_clock_was_set_forth_is_followed_by_the_next_in_time(
    newsroom: Newsroom,
) -> None:
    asked, release = await slow(newsroom)
    poller = await newsroom.open()
    (polling,) = await poller.start_due()
    await asked.wait()
    newsroom.now += timedelta(hours=5)
    release.set()
    await polling
    newsroom.now -= timedelta(hours=10)
    assert await newsroom.poll() == []
    assert [result.outcome for result in await newsroom.poll_later()] == ["unchanged"]


async def test_stopping_waits_for_the_poll_that_runs(newsroom: Newsroom) -> None:
    asked, release = await slow(newsroom)
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


async def test_a_thousand_new_feeds_are_spread_over_their_interval(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {f"/{number}": page(BODY) for number in range(150)}
    await newsroom.want(*newsroom.server.pages)
    poller = await newsroom.open(concurrency=64)
    assert len(await asyncio.gather(*await poller.start_due())) == 100
    newsroom.now += timedelta(seconds=INTERVAL / 2)
    assert len(await asyncio.gather(*await poller.start_due())) == 25


async def test_a_restart_polls_only_what_is_due(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {"/a": page(BODY), "/b": page(BODY)}
    await newsroom.want("/a")
    await newsroom.poll()
    await newsroom.want("/a", "/b")
    poller = await newsroom.open()
    (poll,) = await poller.start_due()
    assert (await poll).feed.url.endswith("/b")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_is_set_back_makes_no_feed_wait_longer_and_polls_none_twice(
    newsroom: Newsroom, restarted: bool
) -> None:
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/f")
    await newsroom.open(jitter=0)
    await newsroom.poll()
    newsroom.now -= timedelta(hours=1)
    if restarted:
        await newsroom.open(jitter=0)
    assert await newsroom.poll() == []
    newsroom.now += timedelta(seconds=INTERVAL - 1)
    assert await newsroom.poll() == []
    newsroom.now += timedelta(seconds=1)
    (result,) = await newsroom.poll()
    assert result.outcome == "unchanged"
