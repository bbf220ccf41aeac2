"""Hubs that fail, and feeds that change theirs: whatever happens, feeds are polled."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.feeds.websub import WebSub
from bot.store import feed_list
from tests.fakes.feed_server import page, rss
from tests.fakes.hub import TOPIC, Hub, offering
from tests.feeds.conftest import NEW, NEXT, OLD, Newsroom, bot, the_feed

# ── hubs that fail ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hub_that_fails_is_asked_later_and_later_while_the_feed_is_polled(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    hub.status = 500
    asked_at = []
    for _ in range(24 * 4):
        before = len(hub.asked)
        await websub.look()
        if len(hub.asked) > before:
            asked_at.append(newsroom.now)
        newsroom.now += timedelta(minutes=15)
    waits = [later - one for one, later in pairwise(asked_at)]
    assert len(waits) >= 4
    assert waits == sorted(waits)
    newsroom.server.pages["/f"] = page(offering(hub.url, NEW, OLD))
    (result,) = await newsroom.poll()
    assert (result.outcome, result.new) == ("changed", 2)
    feed = await the_feed(newsroom)
    assert (feed.failures, feed.hub_until) == (0, None)


async def test_a_hub_gets_the_pause_that_it_asks_for(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    hub.status, hub.headers = 429, {"Retry-After": "36000"}
    await websub.look()
    newsroom.now += timedelta(hours=9)
    await websub.look()
    assert len(hub.asked) == 1
    hub.status, hub.headers = 202, {}
    newsroom.now += timedelta(hours=2)
    await websub.look()
    assert await hub.verify() == (200, "yes?")


async def test_a_hub_that_can_not_be_reached_or_may_not_be_keeps_no_other_waiting(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    bad = ("http://freedonia.invalid/hub", "http://169.254.169.254/hub", "http://127.0.0.1:1/hub", "http://[::1]/hub")
    newsroom.server.pages |= {f"/{number}": page(offering(address, OLD)) for number, address in enumerate(bad)}
    await newsroom.want("/0", "/1", "/2", "/3", "/f")
    await newsroom.poll()
    await websub.look()
    assert [asked["hub.topic"] for asked in hub.asked] == [TOPIC]
    assert [feed.failures for feed in await newsroom.feeds()] == [0] * 5


@pytest.mark.parametrize(("status", "asked"), [(400, 2), (404, 2), (500, 1), (429, 1)])
async def test_a_hub_that_refuses_one_topic_is_asked_for_the_others_and_one_that_fails_is_not(
    newsroom: Newsroom, hub: Hub, websub: WebSub, status: int, asked: int
) -> None:
    newsroom.server.pages["/g"] = page(offering(hub.url, OLD, topic="https://gazette.example/sport"))
    await newsroom.want("/f", "/g")
    await newsroom.poll()
    hub.status = status
    await websub.look()
    assert len(hub.asked) == asked
    await websub.look()
    assert len(hub.asked) == asked


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_a_hub_that_has_moved_is_followed(newsroom: Newsroom, hub: Hub, websub: WebSub, status: int) -> None:
    hub.status, hub.headers = status, {"Location": "/moved"}
    await websub.look()
    there, moved = hub.asked
    assert there == moved
    assert await hub.verify() == (200, "yes?")


@pytest.mark.parametrize("location", ["/hub", "http://169.254.169.254/hub", "http://[\xff", "ftp://127.0.0.1/"])
async def test_a_hub_that_leads_astray_is_left_alone(
    newsroom: Newsroom, hub: Hub, websub: WebSub, location: str
) -> None:
    hub.status, hub.headers = 307, {"Location": location}
    with capture_logs() as logs:
        await websub.look()
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert len(hub.asked) <= 4


async def test_a_hub_that_denies_is_asked_again_in_a_day(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await websub.look()
    await hub.verify()
    assert await hub.verify(mode="denied", reason="not for you\nat all") == (200, "")
    assert (await the_feed(newsroom)).hub_until is None
    newsroom.now += timedelta(hours=23)
    await websub.look()
    assert len(hub.asked) == 1
    newsroom.now += timedelta(hours=2)
    await websub.look()
    assert await hub.verify() == (200, "yes?")


# ── feeds that change ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_paused_feed_is_not_pushed_until_it_is_resumed(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await websub.look()
    await hub.verify()
    feed = await the_feed(newsroom)
    await newsroom.store.write(feed_list.pause, feed.id)
    assert await hub.push(NEW) == 202  # before the pause is noticed, and yet it is not read
    await websub.look()
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert await hub.push(NEW) == 410
    assert (await hub.verify(mode="subscribe"))[0] == 404
    assert await hub.verify() == (200, "yes?")
    assert (await hub.verify())[0] == 404
    assert (await the_feed(newsroom)).hub_until is None
    await newsroom.store.write(feed_list.resume, feed.id)
    await websub.look()
    assert hub.asked[-1]["hub.mode"] == "subscribe"
    assert await hub.verify() == (200, "yes?")
    assert await newsroom.titles() == []


async def test_a_feed_that_was_removed_while_the_bot_was_off_is_not_pushed(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    await newsroom.store.write(feed_list.remove, (await the_feed(newsroom)).id)
    async with bot(newsroom, hub) as after:
        await after.look()
        assert hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert await hub.verify() == (200, "yes?")
        await after.look()
        assert len(hub.asked) == 2


async def test_a_feed_without_its_hub_is_not_pushed_and_one_with_another_is_pushed_by_that(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    newsroom.server.pages["/f"] = page(offering(f"{hub.url}?other", NEW))
    await newsroom.poll_later()
    await websub.look()
    assert [asked["hub.mode"] for asked in hub.asked] == ["subscribe", "unsubscribe", "subscribe"]
    assert hub.asked[1]["hub.callback"] == hub.asked[0]["hub.callback"] != hub.asked[2]["hub.callback"]
    assert await hub.verify() == (200, "yes?")
    newsroom.server.pages["/f"] = page(rss(NEXT))
    newsroom.now += timedelta(hours=2)
    await newsroom.poll()
    await websub.look()
    assert hub.asked[3]["hub.mode"] == "unsubscribe"
    assert (await the_feed(newsroom)).hub_until is None


async def test_link_headers_go_before_what_the_feed_says(newsroom: Newsroom, hub: Hub) -> None:
    headers = {"Link": f'<{hub.url}>; rel=hub, </feed>; rel="self alternate"'}
    newsroom.server.pages["/f"] = page(offering("https://other.example/hub", OLD), headers=headers)
    await newsroom.want("/f")
    async with bot(newsroom, hub) as websub:
        await newsroom.poll()
        await websub.look()
    assert [asked["hub.topic"] for asked in hub.asked] == [newsroom.server.url("/feed")]
