"""Delivery: every alert goes out, in order, once where the platform can tell, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.alerts.deliver import deliver_due, deliver_forever
from bot.errors import DestinationGone, RetryLater
from bot.model import Card
from bot.store import Store, subscriptions
from bot.store import alerts as queue
from bot.store.tables_alerts import alerts, messages
from tests.alerts.newsroom import ASSERTED, DAY, DENIED, START, Newsroom, story

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Platform:
    """Keeps what it was given; `trouble` comes first and may raise or wait."""

    trouble: Callable[[str], Awaitable[None]] | None = None
    log: list[tuple[str, str, str]] = field(default_factory=list)
    """(what, where, title), where "reply" and "edit" tell the message in their destination's place."""
    keys: list[str] = field(default_factory=list)
    again: list[bool] = field(default_factory=list)

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        self.keys.append(key)
        self.again.append(again)
        if self.trouble:
            await self.trouble(destination)
        self.log.append(("reply", reply_to, card.title) if reply_to else ("post", destination, card.title))
        return f"message in {destination}"

    async def edit(self, destination: str, message: str, card: Card) -> None:
        if self.trouble:
            await self.trouble(destination)
        self.log.append(("edit", message, card.title))

    @property
    def places(self) -> list[str]:
        return [place for _, place, _ in self.log]


@dataclass(slots=True)
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def deliver(newsroom: Newsroom, platform: Platform, clock: Clock) -> int:
    return await deliver_due(newsroom.store, {"console": platform, "discord": platform}, newsroom.lexicon, clock)


def failing(*errors: Exception, at: str = "") -> Callable[[str], Awaitable[None]]:
    """Trouble that raises these one after the other, for one destination or any, and is over then."""
    left = list(errors)

    async def trouble(destination: str) -> None:
        if left and destination.startswith(at):
            raise left.pop(0)

    return trouble


async def states(newsroom: Newsroom) -> Counter[str]:
    return Counter(row.state for row in await newsroom.rows(select(alerts.c.state)))


# ── what goes out ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_owed_goes_out_once(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""), ("discord:7", ""))
    await newsroom.record("Drones", ASSERTED)
    platform = Platform()
    assert await deliver(newsroom, platform, clock) == 2
    assert await deliver(newsroom, platform, clock) == 0
    assert sorted(platform.places) == ["console", "discord:7"]


async def test_edit_and_reply_go_to_the_message_in_their_order(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    platform = Platform()
    await newsroom.record("Drones", ASSERTED)
    await deliver(newsroom, platform, clock)
    await newsroom.record("No drones", DENIED)
    assert await deliver(newsroom, platform, clock) == 2
    whats = [(what, place) for what, place, _ in platform.log]
    assert whats == [("post", "console"), ("edit", "message in console"), ("reply", "message in console")]
    assert platform.log[2][2].startswith("Alleged → contested")


async def test_a_card_shows_the_case_as_it_is_at_delivery(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await newsroom.record("No drones", DENIED)
    platform = Platform()
    assert await deliver(newsroom, platform, clock) == 1
    assert platform.log[0][2].startswith("Contested")


async def test_a_case_withdrawn_before_its_post_is_not_posted(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record(story("Drones", key="a"), ASSERTED)
    await newsroom.record(story("Correction", key="a"))
    assert await deliver(newsroom, Platform(), clock) == 0


# ── what fails ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_platform_that_asks_to_wait_is_left_alone_for_so_long(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    platform = Platform(failing(RetryLater("slow down", after=90)))
    assert await deliver(newsroom, platform, clock) == 0
    clock.now += timedelta(seconds=89)
    assert await deliver(newsroom, platform, clock) == 0
    assert len(platform.keys) == 1
    clock.now += timedelta(seconds=1)
    assert await deliver(newsroom, platform, clock) == 1
    assert len(set(platform.keys)) == 1


async def test_what_fails_is_tried_again_ever_later_up_to_an_hour(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    platform = Platform(failing(*[RuntimeError("out of order")] * 14))
    pauses = []
    for _ in range(14):
        await deliver(newsroom, platform, clock)
        ((due,),) = await newsroom.rows(select(alerts.c.next_try_at))
        pauses.append((due - clock.now).total_seconds())
        clock.now = due
    assert pauses[0] <= 5
    assert all(2.5 * 2**attempt <= pauses[attempt] <= 5 * 2**attempt for attempt in range(9))
    assert all(1800 <= pause <= 3600 for pause in pauses[10:])
    assert await deliver(newsroom, platform, clock) == 1


async def test_after_a_day_of_trying_an_alert_is_given_up_and_its_edit_with_it(
    newsroom: Newsroom, clock: Clock
) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    clock.now += 3 * DAY  # nobody was there to try
    platform = Platform(failing(*[RuntimeError("out of order")] * 3))
    await deliver(newsroom, platform, clock)
    await newsroom.record(story("Drones seen", outlet="Gazette"), ASSERTED)
    clock.now += 23 * HOUR
    await deliver(newsroom, platform, clock)
    assert await states(newsroom) == {"owed": 2}
    clock.now += HOUR
    assert await deliver(newsroom, platform, clock) == 0
    assert await states(newsroom) == {"dead": 2}


async def test_a_case_whose_post_was_given_up_is_posted_when_something_more_is_said(
    newsroom: Newsroom, clock: Clock
) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    platform = Platform(failing(DestinationGone("no such channel")))
    await deliver(newsroom, platform, clock)
    await newsroom.subscribe(("console", ""))  # as a restart does
    await newsroom.record("No drones", DENIED)
    assert await deliver(newsroom, platform, clock) == 1


async def test_a_destination_that_is_gone_takes_all_it_was_owed_and_no_other_is_hurt(
    newsroom: Newsroom, clock: Clock
) -> None:
    await newsroom.subscribe(("discord:1", ""), ("discord:2", ""))
    await newsroom.record("Drones", ASSERTED)
    await newsroom.record(story("Long after", day=800), ASSERTED)
    platform = Platform(failing(DestinationGone("no such channel"), at="discord:1"))
    assert await deliver(newsroom, platform, clock) == 2
    assert platform.places == ["discord:2", "discord:2"]
    assert await states(newsroom) == {"gone": 2, "sent": 2}


async def test_alerts_on_a_platform_that_is_switched_off_stay_owed(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("slack:C1", ""), ("console", ""))
    await newsroom.record("Drones", ASSERTED)
    assert await deliver(newsroom, Platform(), clock) == 1
    assert await states(newsroom) == {"owed": 1, "sent": 1}
    assert await deliver_due(newsroom.store, {"slack": Platform()}, newsroom.lexicon, clock) == 1


async def test_the_reason_of_a_failure_is_kept_without_the_token_in_it(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    token = "xoxb-1234567890-abcdefghij"
    await deliver(newsroom, Platform(failing(ValueError(f"bad token {token}"))), clock)
    ((reason,),) = await newsroom.rows(select(alerts.c.error))
    assert reason.startswith("ValueError: bad token")
    assert token not in reason


async def test_a_destination_that_hangs_does_not_delay_another(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("discord:1", ""), ("discord:2", ""))
    await newsroom.record("Drones", ASSERTED)
    other_went_out = asyncio.Event()

    async def trouble(destination: str) -> None:
        if destination == "discord:1":
            await other_went_out.wait()
        else:
            other_went_out.set()

    assert await deliver(newsroom, Platform(trouble), clock) == 2


async def test_a_platform_that_hangs_for_many_does_not_delay_another(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(*((f"discord:{number}", "") for number in range(100)), ("slack:C1", ""))
    await newsroom.record("Drones", ASSERTED)
    other_went_out = asyncio.Event()

    async def trouble(destination: str) -> None:
        if destination.startswith("discord:"):
            await other_went_out.wait()
        else:
            other_went_out.set()

    platform = Platform(trouble)
    posters = {"discord": platform, "slack": platform}
    assert await deliver_due(newsroom.store, posters, newsroom.lexicon, clock) == 101


# ── what is killed, cancelled, or done by two ────────────────────────────────────────────────────────────────────────


async def test_one_killed_between_post_and_note_is_followed_by_the_same_key(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    (killed,) = await newsroom.store.write(queue.lease, ["console"], START, START + HOUR, 1)
    platform = Platform()
    assert await deliver(newsroom, platform, clock) == 0
    clock.now += HOUR
    assert await deliver(newsroom, platform, clock) == 1
    assert platform.keys == [killed.key]


async def test_a_platform_is_told_that_an_alert_was_tried_before(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    platform = Platform(failing(RetryLater("Later.", 1)))
    await deliver(newsroom, platform, clock)
    clock.now += timedelta(seconds=1)
    await deliver(newsroom, platform, clock)
    assert platform.again == [False, True]


async def test_two_who_deliver_at_once_never_deliver_an_alert_twice(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(*((f"discord:{number}", "") for number in range(30)))
    await newsroom.record("Drones", ASSERTED)
    await newsroom.record(story("Long after", day=800), ASSERTED)
    platform = Platform()
    async with await Store.open(newsroom.store.path) as other:
        counts = await asyncio.gather(
            *(deliver_due(store, {"discord": platform}, newsroom.lexicon, clock) for store in (newsroom.store, other))
        )
    assert sum(counts) == len(platform.keys) == len(set(platform.keys)) == 60


async def test_a_delivery_that_is_cut_off_is_made_again_at_once(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    begun = asyncio.Event()

    async def hang(_: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    cut_off, platform = Platform(hang), Platform()
    task = asyncio.create_task(deliver(newsroom, cut_off, clock))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await deliver(newsroom, platform, clock) == 1
    assert platform.keys == cut_off.keys


async def test_delivery_goes_on_until_cancelled_woken_by_what_is_owed(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    wake, arrived = asyncio.Event(), asyncio.Queue[str]()

    async def tell(destination: str) -> None:
        arrived.put_nowait(destination)

    posters = {"console": Platform(tell)}
    task = asyncio.create_task(deliver_forever(newsroom.store, posters, lambda: newsroom.lexicon, clock, wake))
    for told in (story("Drones"), story("Long after", day=800)):
        await newsroom.record(told, ASSERTED)
        wake.set()
        assert await arrived.get() == "console"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_went_out_while_it_was_cancelled_is_noted(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    task: asyncio.Task[int]

    async def cancel(_: str) -> None:
        """The cancellation comes at the first wait after the post: while it is being noted."""
        asyncio.get_running_loop().call_soon(lambda: asyncio.get_running_loop().call_soon(task.cancel))

    task = asyncio.create_task(deliver(newsroom, Platform(cancel), clock))
    await asyncio.wait([task])
    await newsroom.store.close()
    async with await Store.open(newsroom.store.path) as again:
        assert len(await again.read(lambda connection: connection.execute(select(messages)).all())) == 1


async def test_a_destination_that_is_gone_pauses_its_subscriptions_and_their_maker_is_told_once(
    newsroom: Newsroom, clock: Clock
) -> None:
    for query in ("sylvania", "freedonia"):
        await newsroom.store.write(
            subscriptions.subscribe, "discord:7", query, rhythm=None, maker="console", mention=None, now=START
        )
    platform = Platform(failing(*[DestinationGone("The channel does not exist.")] * 9, at="discord"))
    for title in ("Drones", "More drones"):
        await newsroom.record(title, ASSERTED)
        await deliver(newsroom, platform, clock)
    assert [(where, title) for _, where, title in platform.log] == [("console", "2 subscriptions are paused")]
    there = await newsroom.store.read(subscriptions.subscriptions_at, ["discord:7"])
    assert {one.paused_why for one in there} == {"The channel does not exist."}
