"""A clock that is set forth and back again before anybody looks at it: it seems to have been set back only."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import time_machine

from bot.runner import ended
from bot.stepped import follow_clock
from bot.store import alerts as queue
from tests.alerts.newsroom import ASSERTED, START, Newsroom

HOUR = timedelta(hours=1)
PLACES = ["console"]


async def test_what_came_to_be_owed_while_it_was_set_forth_is_due_when_it_is_back(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    with time_machine.travel(START) as clock:
        following = asyncio.create_task(follow_clock(lambda: None, newsroom.store))
        await asyncio.sleep(0)
        clock.move_to(START + HOUR)
        await newsroom.record("Drones", ASSERTED, now=START + HOUR)
        clock.move_to(START - HOUR)
        while not await newsroom.store.write(queue.lease, PLACES, START - HOUR / 2, START, 1):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await ended(following)


async def test_a_lease_is_not_taken_back_that_was_given_since(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED, now=START - HOUR)
    lease = timedelta(minutes=2)
    now = START - HOUR
    assert await newsroom.store.write(queue.lease, PLACES, now, now + lease, 1)
    await newsroom.store.write(lambda connection: queue.shift(connection, now, HOUR, wait=HOUR, lease=lease))
    assert not await newsroom.store.write(queue.lease, PLACES, now, now + lease, 1)
    assert await newsroom.store.write(queue.lease, PLACES, now + lease, now + 2 * lease, 1)
