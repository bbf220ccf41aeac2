"""Polling: the whole way from an address to recorded stories, with real HTTP, parser and database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.feeds.poller import Poller, Polling
from bot.model import Feed, Recorded, Story
from tests.fakes.feed_server import Answer, drip, endless, item, page, raw, rss, validated
from tests.feeds.conftest import INTERVAL, NOW, Newsroom

OLD = item("Old treaty", guid="1", date="Tue, 17 Feb 2026 10:00:00 GMT")
NEW = item("New treaty", guid="2", date="Wed, 18 Feb 2026 10:00:00 GMT")
NEXT = item("Next treaty", guid="3", date="Wed, 18 Feb 2026 11:00:00 GMT")


async def test_stories_are_recorded_oldest_first(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(NEW, OLD))
    await newsroom.want("/f", outlet="The Fore")
    (result,) = await newsroom.poll()
    assert (result.outcome, result.entries, result.new, result.edited, result.skipped) == ("changed", 2, 2, 0, 0)
    assert await newsroom.titles() == ["Old treaty", "New treaty"]
    assert newsroom.seen[0][0].outlet == "The Fore"


async def test_a_polled_feed_is_due_again_after_its_interval_give_or_take_a_tenth(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    assert await newsroom.poll() == []
    (feed,) = await newsroom.feeds()
    assert (feed.last_success_at, feed.last_error, feed.title) == (NOW, None, "The Freedonia Gazette")
    assert feed.next_poll_at
    assert abs((feed.next_poll_at - NOW).total_seconds() - INTERVAL) <= INTERVAL / 10


async def test_a_feed_that_says_not_changed_is_not_read(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(rss(OLD), etag='W/"one"')
    await newsroom.want("/f")
    await newsroom.poll()
    (result,) = await newsroom.poll_later()
    assert (result.outcome, result.entries) == ("unchanged", 0)
    assert newsroom.server.requests[1].headers["If-None-Match"] == 'W/"one"'
    assert len(newsroom.seen) == 1


async def test_the_same_body_from_a_server_without_validators_is_not_read(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    (result,) = await newsroom.poll_later()
    assert (result.outcome, result.entries) == ("unchanged", 0)


async def test_a_new_validator_is_kept_though_the_body_is_the_same(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(rss(OLD), etag='"one"')
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = validated(rss(OLD), etag='"two"')
    await newsroom.poll_later()
    (feed,) = await newsroom.feeds()
    assert feed.etag == '"two"'


async def test_only_new_and_edited_entries_are_recorded(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(NEW, OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.seen.clear()
    newsroom.server.pages["/f"] = page(rss(NEXT, NEW.replace("New", "Newer"), OLD))
    (result,) = await newsroom.poll_later()
    assert (result.entries, result.new, result.edited) == (3, 1, 1)
    assert [story.title for story, _ in newsroom.seen] == ["Newer treaty", "Next treaty"]


@pytest.mark.parametrize(
    ("rule", "may_alert"), [("none", [False, False]), ("newest", [False, True]), ("all", [True, True])]
)
async def test_a_first_poll_alerts_by_its_setting_and_a_later_one_always(
    newsroom: Newsroom, rule: str, may_alert: list[bool]
) -> None:
    await newsroom.open(alert_on_first_poll=rule)
    newsroom.server.pages["/f"] = page(rss(NEW, OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(NEXT, NEW, OLD))
    await newsroom.poll_later()
    assert [may for _, may in newsroom.seen] == [*may_alert, True]


async def test_a_feed_that_was_empty_at_first_alerts_of_its_first_story(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss())
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(NEW))
    await newsroom.poll_later()
    assert [may for _, may in newsroom.seen] == [True]


async def test_a_failed_poll_is_no_first_poll_and_makes_nothing_new_again(newsroom: Newsroom) -> None:
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.poll_later()
    newsroom.server.pages["/f"] = page(b"", status=500)
    await newsroom.poll_later()
    newsroom.server.pages["/f"] = page(rss(OLD) + "<!-- as new -->")
    await newsroom.poll_later()
    assert [may for _, may in newsroom.seen] == [False]


async def test_a_feed_that_counts_in_its_title_does_not_edit_its_stories(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD, title="Gazette: 100 found"))
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(NEW, OLD, title="Gazette: 101 found"))
    (result,) = await newsroom.poll_later()
    assert (result.new, result.edited) == (1, 0)
    assert {story.outlet for story, _ in newsroom.seen} == {"Gazette: 100 found"}


# ── failures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


BAD: dict[str, tuple[Answer | None, str]] = {
    "/missing": (None, "404 Not Found"),
    "/fault": (page(b"", status=500), "500 Internal Server Error"),
    "/endless": (endless, "larger than"),
    "/drip": (drip, "within 1 s"),
    "/reset": (raw(b"", reset=True), "closed the connection"),
    "/astray": (raw(b"HTTP/1.1 302 Found\r\nLocation: http://[\xff\r\n\r\n"), "which is no address"),
    "/page": (page("<!doctype html><html><body>Hi</body></html>", "text/html"), "a web page, not a feed"),
    "/empty": (page(b""), "an empty body"),
    "/bomb": (
        page('<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + rss(OLD).partition("?>")[2]),
        "an attack",
    ),
    "/hangs": (page(f"<rss><item><title>A treaty</title><author>{'a' * 200_000}</author>"), "took more than 1 s"),
}


async def test_bad_feeds_are_marked_with_the_reason_and_the_good_ones_among_them_are_read(newsroom: Newsroom) -> None:
    await newsroom.open(timeout=1, parse_seconds=1, max_bytes=1_000_000)
    newsroom.server.pages |= {path: answer for path, (answer, _) in BAD.items() if answer}
    newsroom.server.pages |= {"/first": page(rss(OLD)), "/last": page(rss(NEW))}
    await newsroom.want("/first", *BAD, "/last")
    await newsroom.poll()
    first, *bad, last = await newsroom.feeds()
    told = {urlsplit(feed.url).path: feed.last_error or "" for feed in bad}
    assert {path: told[path] for path, (_, words) in BAD.items() if words not in told[path]} == {}
    assert {(feed.failures, feed.last_error_at, feed.last_success_at) for feed in bad} == {(1, NOW, None)}
    assert (first.last_error, last.last_error) == (None, None)
    assert sorted(await newsroom.titles()) == ["New treaty", "Old treaty"]


async def test_an_unreachable_host_is_marked_and_the_good_feed_beside_it_is_read(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f", host="freedonia.invalid")
    await newsroom.poll()
    await newsroom.want("/f")
    await newsroom.poll()
    bad, good = await newsroom.feeds()
    assert "no host freedonia.invalid" in (bad.last_error or "")
    assert good.last_error is None


async def test_a_long_title_and_an_entry_without_anything_fail_nothing(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(item("Freedonia " * 10_000), "<item/>"))
    await newsroom.want("/f")
    (result,) = await newsroom.poll()
    assert (result.outcome, result.new, result.skipped) == ("changed", 1, 1)
    (title,) = await newsroom.titles()
    assert len(title) <= 1_000


async def test_failures_in_a_row_are_counted_and_end_with_a_success(newsroom: Newsroom) -> None:
    await newsroom.want("/f")
    await newsroom.poll()
    await newsroom.poll_later()
    (feed,) = await newsroom.feeds()
    assert feed.failures == 2
    newsroom.server.pages["/f"] = page(rss(OLD))
    newsroom.now += timedelta(days=1)
    await newsroom.poll_later()
    (feed,) = await newsroom.feeds()
    assert (feed.failures, feed.last_error, feed.last_success_at) == (0, None, newsroom.now)


async def recorded_by(newsroom: Newsroom, record: Callable[[Feed, Story, bool], Awaitable[Recorded]]) -> Poller:
    newsroom.server.pages["/f"] = validated(rss(NEXT, NEW, OLD))
    await newsroom.want("/f")
    poller = Poller(
        newsroom.store,
        record,
        Polling(guard=newsroom.server.guard),
        lambda: newsroom.now,
        newsroom.lexicon.may_speak_of_arms,
    )
    return await newsroom.stack.enter_async_context(poller)


async def test_a_story_that_can_not_be_recorded_loses_no_other_and_is_tried_again(newsroom: Newsroom) -> None:
    async def stumble(feed: Feed, story: Story, may_alert: bool) -> Recorded:
        if story.title == "New treaty":
            raise RuntimeError("a surprise")
        return await newsroom.record(feed, story, may_alert)

    poller = await recorded_by(newsroom, stumble)
    with capture_logs() as logs:
        (result,) = await poller.poll_due()
    assert [entry["title"] for entry in logs if entry["event"] == "story not recorded"] == ["New treaty"]
    assert (result.outcome, result.new) == ("failed", 2)
    assert "internal error (RuntimeError)" in (result.error or "")
    (result,) = await newsroom.poll_later()
    assert (result.outcome, result.new) == ("changed", 1)
    assert await newsroom.titles() == ["Old treaty", "Next treaty", "New treaty"]


async def test_a_database_that_takes_nothing_fails_the_poll_once(newsroom: Newsroom) -> None:
    asked = []

    async def full(feed: Feed, story: Story, may_alert: bool) -> Recorded:
        asked.append(story)
        raise StoreError("The disk is full.")

    poller = await recorded_by(newsroom, full)
    (result,) = await poller.poll_due()
    assert result.error == "Its stories can't be kept: The disk is full."
    assert len(asked) == 1


async def test_a_poll_that_is_cut_off_in_the_middle_is_taken_up_again(newsroom: Newsroom) -> None:
    reached = asyncio.Event()

    async def stop_at_new(feed: Feed, story: Story, may_alert: bool) -> Recorded:
        if story.title == "New treaty":
            reached.set()
            await asyncio.Event().wait()
        return await newsroom.record(feed, story, may_alert)

    poller = await recorded_by(newsroom, stop_at_new)
    poll = asyncio.create_task(poller.poll_due())
    await reached.wait()
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    assert await newsroom.titles() == ["Old treaty"]
    (result,) = await newsroom.poll()
    assert (result.outcome, result.entries, result.new) == ("changed", 3, 2)


# ── several at once ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_host_gets_one_request_at_a_time(newsroom: Newsroom) -> None:
    at_once, most = 0, 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return web.Response(text=rss())

    paths = [f"/{number}" for number in range(5)]
    newsroom.server.pages |= dict.fromkeys(paths, count)
    await newsroom.want(*paths)
    assert len(await newsroom.poll()) == 5
    assert most == 1


async def test_different_hosts_are_polled_at_the_same_time(newsroom: Newsroom) -> None:
    both = asyncio.Barrier(2)

    async def meet(_: web.Request) -> web.StreamResponse:
        await both.wait()  # answers only when the other request is here too
        return web.Response(text=rss())

    newsroom.server.pages["/f"] = meet
    poller = await newsroom.open()
    await newsroom.want("/f")
    (here,) = await poller.start_due()
    await newsroom.want("/f", host="localhost")
    (there,) = await poller.start_due()
    assert [(await here).outcome, (await there).outcome] == ["changed", "changed"]


async def test_a_feed_that_is_being_polled_is_not_begun_again_and_keeps_no_other_waiting(newsroom: Newsroom) -> None:
    release = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response(text=rss())

    newsroom.server.pages |= {"/slow": wait, "/quick": page(rss(OLD))}
    poller = await newsroom.open()
    await newsroom.want("/slow", host="localhost")
    (slow,) = await poller.start_due()
    await newsroom.want("/quick")
    (quick,) = await poller.start_due()
    assert (await quick).outcome == "changed"
    await newsroom.want("/slow", host="localhost")
    assert await poller.start_due() == []
    release.set()
    assert (await slow).outcome == "changed"


async def test_results_are_told_as_they_come(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f", "/missing")
    told: list[str] = []
    poller = await newsroom.open()
    await poller.poll_due(lambda result: told.append(result.outcome))
    assert sorted(told) == ["changed", "failed"]
