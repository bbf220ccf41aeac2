"""WebSub: a hub on loopback is asked to push, asks back, and pushes."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from bot.errors import ConfigError
from bot.feeds.poller import Polling
from bot.feeds.websub import WebSub
from bot.store.feeds import end_pushing
from tests.fakes.feed_server import item, rss
from tests.fakes.hub import TOPIC, Hub
from tests.feeds.conftest import NEW, NEXT, NOW, OLD, Newsroom, bot, recorded, the_feed

DAY = timedelta(days=1)


async def test_a_hub_that_is_asked_and_asks_back_pushes_stories(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await newsroom.poll()
    await websub.look()
    (asked,) = hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", TOPIC)
    assert asked["hub.callback"].startswith("https://claimwatch.freedonia.example/in/websub/")
    assert (await the_feed(newsroom)).hub_until is None
    assert await hub.verify() == (200, "yes?")
    assert (await the_feed(newsroom)).hub_until == NOW + 2 * DAY
    assert await hub.push(NEW, OLD) == 202
    await recorded(newsroom, "New treaty")
    assert [(story.title, may_alert) for story, may_alert in newsroom.seen][1:] == [("New treaty", True)]
    await websub.look()
    assert len(hub.asked) == 1


async def test_a_feed_that_is_pushed_is_polled_at_the_longest_interval(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    await newsroom.poll_later()
    feed = await the_feed(newsroom)
    assert feed.next_poll_at
    assert feed.next_poll_at - newsroom.now > timedelta(seconds=0.89 * Polling().max_interval)


async def test_a_hub_may_sign_by_any_method_of_the_standard(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await websub.look()
    methods = ("sha1", "sha256", "sha384", "sha512")
    for method in methods:
        assert await hub.push(item(f"Treaty by {method}", guid=method), method=method) == 202
    for method in methods:
        await recorded(newsroom, f"Treaty by {method}")


async def test_a_push_without_the_right_signature_is_answered_alike_and_dropped(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    callback = hub.asked[0]["hub.callback"]
    assert await hub.push(NEW, key="a guess") == 202
    assert await hub.push(NEW, method="md5") == 202
    for signature in ("", "sha256=", "sha256=é", f"sha256={hashlib.sha256(b'x').hexdigest()}", "="):
        status, _ = await hub.send("POST", callback, data=rss(NEW), headers={"X-Hub-Signature": signature})
        assert status == 202
    assert await hub.send("POST", callback, data=rss(NEW)) == (202, "")
    await hub.push(NEXT)
    await recorded(newsroom, "Next treaty")
    assert await newsroom.titles() == ["Next treaty"]


async def test_only_what_was_asked_for_is_confirmed(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await websub.look()
    unknown = "https://claimwatch.freedonia.example/in/websub/guess"
    question = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "yes?"}
    answers = [
        await hub.send("GET", unknown, question),
        await hub.send("GET", hub.asked[0]["hub.callback"]),
        await hub.verify(topic="https://gazette.example/other"),
        await hub.verify(mode="unsubscribe"),
        await hub.verify(mode="publish"),
    ]
    assert {status for status, _ in answers} == {404}
    assert (await the_feed(newsroom)).hub_until is None
    assert (await hub.send("POST", unknown, data=rss(NEW)))[0] == 410


async def test_a_push_that_is_too_large_is_refused(hub: Hub, websub: WebSub) -> None:
    await websub.look()
    assert await hub.push(body=b"x" * 1_000_001) == 413


async def test_a_subscription_is_renewed_when_four_fifths_of_the_lease_are_over(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    newsroom.now = NOW + 1.59 * DAY
    await websub.look()
    assert len(hub.asked) == 1
    newsroom.now = NOW + 1.61 * DAY
    await websub.look()
    first, again = hub.asked
    assert first == again
    assert await hub.verify() == (200, "yes?")
    assert (await the_feed(newsroom)).hub_until == newsroom.now + 2 * DAY


@pytest.mark.parametrize(("lease", "seconds"), [("60", 60), ("99999999", 864_000), ("-5", 864_000), ("soon", 864_000)])
async def test_a_lease_is_believed_within_reason(
    newsroom: Newsroom, hub: Hub, websub: WebSub, lease: str, seconds: int
) -> None:
    await websub.look()
    await hub.verify(lease_seconds=lease)
    assert (await the_feed(newsroom)).hub_until == NOW + timedelta(seconds=seconds)
    newsroom.now += timedelta(minutes=4)
    await websub.look()
    assert len(hub.asked) == 1


async def test_a_subscription_outlives_the_bot(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    await websub.look()
    await hub.verify()
    async with bot(newsroom, hub) as after:
        await after.look()
        assert len(hub.asked) == 1
        await hub.push(NEW)
        await recorded(newsroom, "New treaty")


async def test_another_public_address_begins_the_subscription_anew(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    async with bot(newsroom, hub, "https://sylvania.example") as after:
        await after.look()
        assert (await the_feed(newsroom)).hub_until is None
        assert hub.asked[1]["hub.callback"].startswith("https://sylvania.example/websub/")
        assert await hub.push(NEW, number=0) == 410


# ── on and off ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_port_that_is_taken_is_told(newsroom: Newsroom, hub: Hub, websub: WebSub) -> None:
    with pytest.raises(ConfigError, match=r"websub\.listen is 127\.0\.0\.1:\d+, where nothing can listen"):
        await websub.listen(f"127.0.0.1:{hub.bot}")


async def test_without_a_public_address_feeds_are_polled_as_if_there_were_no_hub(
    newsroom: Newsroom, hub: Hub, websub: WebSub
) -> None:
    await websub.look()
    await hub.verify()
    await newsroom.store.write(end_pushing)
    assert (await the_feed(newsroom)).hub_until is None
