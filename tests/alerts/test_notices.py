"""Notices: cards that are owed to a destination without a case."""

from __future__ import annotations

from bot.alerts.deliver import deliver_due
from bot.model import Card, Section, Text
from bot.store import alerts
from tests.alerts.newsroom import ASSERTED, START, Newsroom
from tests.alerts.test_deliver import Platform

CARD = Card(
    "A feed can't be read",
    (Section(None, ((Text("Gazette", "strong", "https://gazette.example"), Text(": 404 Not Found.")),)),),
    status="denied",
)
FAILING = alerts.notice("console", CARD, "feed 1 failing 2022-12-23")


async def deliver(newsroom: Newsroom, platform: Platform) -> int:
    return await deliver_due(newsroom.store, {"console": platform}, newsroom.lexicon, lambda: START)


async def test_a_notice_goes_out_as_it_was_made(newsroom: Newsroom) -> None:
    await newsroom.store.write(alerts.owe, [FAILING], START)
    until = START.replace(year=START.year + 1)
    [leased] = await newsroom.store.write(alerts.lease, ["console"], START, until, 9)
    assert (leased.kind, leased.card, leased.case_id) == ("notice", CARD, None)
    await newsroom.store.write(alerts.release, leased)
    platform = Platform()
    assert await deliver(newsroom, platform) == 1
    assert platform.log == [("post", "console", CARD.title)]


async def test_the_same_event_is_told_once(newsroom: Newsroom) -> None:
    platform = Platform()
    for _ in range(2):
        await newsroom.store.write(alerts.owe, [FAILING], START)
        await deliver(newsroom, platform)
    assert len(platform.log) == 1


async def test_a_notice_waits_its_turn_among_a_destination_s_alerts(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await newsroom.store.write(alerts.owe, [FAILING], START)
    platform = Platform()
    await deliver(newsroom, platform)
    assert [title for _, _, title in platform.log][1:] == [CARD.title]
