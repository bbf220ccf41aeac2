"""What a server asks for is kept, what it says of its feed is believed in time, and whoever looks after it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from structlog.testing import capture_logs

from bot.model import Card, Feed
from bot.store import Connection
from bot.store.tables import alerts, feeds
from tests.fakes.feed_server import item, page, redirect, rss, silent, validated
from tests.feeds.conftest import INTERVAL, NOW, Newsroom

BODY = rss(item("Old treaty", guid="1", date="Tue, 17 Feb 2026 10:00:00 GMT"))
MORE = rss(item("New treaty", guid="2"), item("Old treaty", guid="1", date="Tue, 17 Feb 2026 10:00:00 GMT"))
OPERATORS = "discord:1"
CARD = TypeAdapter(Card)


async def change(newsroom: Newsroom, **values: object) -> None:
    await newsroom.store.write(lambda connection: connection.execute(update(feeds).values(values)))


async def add(newsroom: Newsroom, path: str, **values: object) -> None:
    """A feed as a command adds it."""
    row = {"url": newsroom.server.url(path), "interval": INTERVAL, "enabled": True, "configured": False, **values}
    await newsroom.store.write(lambda connection: connection.execute(insert(feeds).values(row)))


async def told(newsroom: Newsroom) -> list[tuple[str, str]]:
    """To whom what was told, in order: the notices' destinations and titles."""

    def read(connection: Connection) -> list[tuple[str, str]]:
        rows = connection.execute(select(alerts).where(alerts.c.kind == "notice").order_by(alerts.c.id))
        return [(row.destination, CARD.validate_json(row.card).title.partition(":")[0]) for row in rows]

    return await newsroom.store.read(read)


async def said(newsroom: Newsroom) -> str:
    """The whole text of the last notice."""
    rows = await newsroom.store.read(lambda connection: connection.execute(select(alerts.c.card)).scalars().all())
    return "\n".join(
        "".join(text.text for text in line) for line in CARD.validate_json(rows[-1] or "").sections[0].lines
    )


async def poll(newsroom: Newsroom, times: int = 1) -> Feed:
    """The first feed after so many polls, each a day after the last."""
    for _ in range(times):
        newsroom.now += timedelta(days=1, minutes=1)
        await newsroom.poll()
    return (await newsroom.feeds())[0]


# ── pauses ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["7200", "Wed, 18 Feb 2026 14:00:00 GMT"])
async def test_the_pause_that_a_server_asks_for_is_kept(newsroom: Newsroom, status: int, wait: str) -> None:
    headers = {"Retry-After": wait, "Date": "Wed, 18 Feb 2026 12:00:00 GMT"}
    newsroom.server.pages["/f"] = page(b"", status=status, headers=headers)
    await newsroom.want("/f")
    await newsroom.poll()
    (feed,) = await newsroom.feeds()
    assert feed.next_poll_at == NOW + timedelta(hours=2)


async def test_a_pause_is_for_the_whole_host_and_no_failure_of_its_other_feeds(newsroom: Newsroom) -> None:
    newsroom.server.pages["/busy"] = page(b"", status=429, headers={"Retry-After": "7200"})
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/busy", "/f")
    results = await newsroom.poll()
    assert [result.outcome for result in results] == ["failed", "put off"]
    assert len(newsroom.server.requests) == 1
    _, other = await newsroom.feeds()
    assert (other.next_poll_at, other.failures) == (NOW + timedelta(hours=2), 0)
    newsroom.now += timedelta(hours=2)
    assert [result.outcome for result in await newsroom.poll()] == ["failed", "put off"]


async def test_a_pause_of_one_host_is_none_for_another(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(b"", status=503, headers={"Retry-After": "7200"})
    await newsroom.want("/f", host="localhost")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(BODY)
    await newsroom.want("/f")
    (result,) = await newsroom.poll()
    assert result.outcome == "changed"


async def test_an_answer_is_fresh_for_as_long_as_the_server_says(newsroom: Newsroom) -> None:
    headers = {"Cache-Control": "public, max-age=7200", "Age": "1200"}
    newsroom.server.pages["/f"] = page(BODY, headers=headers)
    await newsroom.want("/f")
    await newsroom.poll()
    (feed,) = await newsroom.feeds()
    assert feed.next_poll_at == NOW + timedelta(seconds=6_000)


async def test_what_a_feed_asked_for_counts_when_it_is_unchanged_and_when_it_fails(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(BODY)
    await newsroom.want("/f")
    await newsroom.poll()
    await change(newsroom, least_wait=20_000)
    feed = await poll(newsroom)
    assert feed.next_poll_at == newsroom.now + timedelta(seconds=20_000)
    newsroom.server.pages["/f"] = page(b"", status=500)
    feed = await poll(newsroom)
    assert feed.next_poll_at == newsroom.now + timedelta(seconds=20_000)


async def test_a_validator_that_a_whole_answer_leaves_out_is_dropped(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(BODY, last_modified="Tue, 17 Feb 2026 10:00:00 GMT")
    await newsroom.want("/f")
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(BODY)
    feed = await poll(newsroom)
    assert (feed.etag, feed.last_modified) == (None, None)


async def test_the_interval_follows_how_often_the_feed_publishes(newsroom: Newsroom) -> None:
    dates = [f"Wed, 18 Feb 2026 {hour:02}:00:00 GMT" for hour in range(0, 12, 2)]
    newsroom.server.pages["/f"] = page(rss(*(item(date, guid=date, date=date) for date in dates)))
    await add(newsroom, "/f", adaptive=True)
    await newsroom.poll()
    (feed,) = await newsroom.feeds()
    assert (feed.pace, feed.interval, feed.last_new_at) == (7_200, 2_400, NOW)


async def test_a_poll_that_hangs_is_given_up(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feeds.poller._POLL_SECONDS", 0.05)
    newsroom.server.pages["/f"] = silent
    await newsroom.want("/f")
    (result,) = await newsroom.poll()
    assert "The poll took more than" in (result.error or "")


# ── moved and gone ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_redirect_moves_a_feed_when_it_held_for_three_polls(newsroom: Newsroom, status: int) -> None:
    newsroom.server.pages |= {"/old": redirect("/new", status), "/new": validated(BODY)}
    await add(newsroom, "/old", added_by="discord:user:7")
    feed = await poll(newsroom, 2)
    assert (feed.url, feed.moved_polls) == (newsroom.server.url("/old"), 2)
    feed = await poll(newsroom)
    assert (feed.url, feed.moved_to, feed.moved_polls) == (newsroom.server.url("/new"), None, 0)
    assert await told(newsroom) == [("discord:user:7", "Feed 1 has moved")]
    newsroom.server.requests.clear()
    assert (await poll(newsroom)).failures == 0
    assert [request.path for request in newsroom.server.requests] == ["/new"]


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_passing_redirect_never_moves_a_feed(newsroom: Newsroom, status: int) -> None:
    newsroom.server.pages |= {"/old": redirect("/new", status), "/new": validated(BODY)}
    await add(newsroom, "/old")
    feed = await poll(newsroom, 5)
    assert (feed.url, feed.moved_to, feed.moved_polls) == (newsroom.server.url("/old"), None, 0)


async def test_a_chain_with_one_passing_redirect_never_moves_a_feed(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {"/old": redirect("/mid", 302), "/mid": redirect("/new", 301), "/new": validated(BODY)}
    await add(newsroom, "/old")
    assert (await poll(newsroom, 4)).url == newsroom.server.url("/old")


async def test_a_maintenance_page_behind_a_redirect_moves_nothing(newsroom: Newsroom) -> None:
    notice = page("<!doctype html><html><body>Back soon</body></html>", "text/html")
    newsroom.server.pages |= {"/old": redirect("/new", 301), "/new": validated(BODY)}
    await add(newsroom, "/old")
    await poll(newsroom, 2)
    newsroom.server.pages["/new"] = notice
    feed = await poll(newsroom, 4)
    assert (feed.url, feed.moved_to, feed.moved_polls) == (newsroom.server.url("/old"), None, 0)


async def test_a_redirect_that_changes_begins_to_count_anew(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {"/a": validated(BODY), "/b": validated(BODY)}
    await add(newsroom, "/old")
    for path in ("/a", "/a", "/b", "/a"):
        newsroom.server.pages["/old"] = redirect(path, 301)
        feed = await poll(newsroom)
    assert (feed.url, feed.moved_polls) == (newsroom.server.url("/old"), 1)


async def test_a_feed_that_moves_to_anothers_address_stays_and_that_is_told(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {"/old": redirect("/new", 301), "/new": validated(BODY)}
    await newsroom.open(operators=OPERATORS)
    await add(newsroom, "/old")
    await add(newsroom, "/new")
    feed = await poll(newsroom, 5)
    assert feed.url == newsroom.server.url("/old")
    assert await told(newsroom) == [(OPERATORS, "Feed 1 is the same as feed 2")]


async def test_a_configured_feed_is_read_where_it_moved_and_keeps_its_address_in_the_configuration(
    newsroom: Newsroom,
) -> None:
    newsroom.server.pages |= {"/old": redirect("/new", 301), "/new": validated(BODY)}
    await newsroom.open(operators=OPERATORS)
    await newsroom.want("/old")
    await poll(newsroom, 3)
    newsroom.server.requests.clear()
    feed = await poll(newsroom, 2)
    assert [request.path for request in newsroom.server.requests] == ["/new", "/new"]
    assert await told(newsroom) == [(OPERATORS, "Feed 1 has moved")]
    assert "config.toml" in await said(newsroom)
    await newsroom.want("/new")
    assert [(one.id, one.url, one.enabled) for one in await newsroom.feeds()] == [
        (feed.id, newsroom.server.url("/new"), True)
    ]


async def test_a_configured_feed_is_asked_at_its_own_address_again_when_the_new_one_fails(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {"/old": redirect("/new", 301), "/new": validated(BODY)}
    await newsroom.want("/old")
    await poll(newsroom, 3)
    newsroom.server.pages |= {"/old": validated(BODY), "/new": page(b"", status=500)}
    assert (await poll(newsroom)).failures == 1
    assert (await poll(newsroom)).failures == 0


async def test_a_feed_that_is_gone_is_polled_no_more_and_that_is_told_once(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(b"", status=410)
    await newsroom.open(operators=OPERATORS)
    await newsroom.want("/f")
    feed = await poll(newsroom, 3)
    assert feed.gone_at == NOW + timedelta(days=1, minutes=1)
    assert len(newsroom.server.requests) == 1
    assert await told(newsroom) == [(OPERATORS, "Feed 1 is gone")]


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_three_failures_are_told_once_with_what_mends_them_and_so_is_their_end(newsroom: Newsroom) -> None:
    await newsroom.open(operators=OPERATORS)
    await newsroom.want("/f", outlet="The Fore")
    await poll(newsroom, 2)
    assert await told(newsroom) == []
    await poll(newsroom, 4)
    assert await told(newsroom) == [(OPERATORS, "Feed 1 can't be read")]
    text = await said(newsroom)
    assert all(part in text for part in ("404 Not Found", "!feed test 1", "!feed pause 1", "never read"))
    newsroom.server.pages["/f"] = validated(BODY)
    await poll(newsroom, 2)
    assert [title for _, title in await told(newsroom)] == ["Feed 1 can't be read", "Feed 1 can be read again"]
    newsroom.server.pages["/f"] = page(b"", status=500)
    await poll(newsroom, 3)
    assert len(await told(newsroom)) == 3


async def test_when_no_feed_can_be_read_that_is_told_once_and_not_for_each(newsroom: Newsroom) -> None:
    await newsroom.open(operators=OPERATORS)
    paths = [f"/{number}" for number in range(6)]
    newsroom.server.pages |= dict.fromkeys(paths, validated(BODY))
    for path in paths:
        await add(newsroom, path)
    await poll(newsroom)
    newsroom.server.pages |= dict.fromkeys(paths, page(b"", status=500))
    await poll(newsroom, 6)
    assert await told(newsroom) == [(OPERATORS, "No feed can be read")]
    newsroom.server.pages |= dict.fromkeys(paths[1:], validated(BODY))
    await poll(newsroom, 2)
    assert [title for _, title in await told(newsroom)] == ["No feed can be read", "Feed 1 can't be read"]


async def test_whoever_added_a_feed_is_told_of_it(newsroom: Newsroom) -> None:
    await newsroom.open(operators=OPERATORS)
    await add(newsroom, "/f", added_by="discord:user:7")
    await poll(newsroom, 3)
    assert await told(newsroom) == [("discord:user:7", "Feed 1 can't be read")]


async def test_without_anybody_to_tell_the_log_tells(newsroom: Newsroom) -> None:
    await newsroom.want("/f")
    with capture_logs() as logs:
        await poll(newsroom, 3)
    assert await told(newsroom) == []
    assert any("can't be read" in entry.get("told", "") for entry in logs)


async def test_a_feed_that_falls_quiet_is_told_once_and_so_is_its_next_story(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(BODY)
    await newsroom.open(operators=OPERATORS)
    await newsroom.want("/f")
    await poll(newsroom, 14)
    assert await told(newsroom) == []
    await poll(newsroom, 5)
    assert await told(newsroom) == [(OPERATORS, "Feed 1 fell quiet")]
    newsroom.server.pages["/f"] = validated(MORE)
    await poll(newsroom, 2)
    assert [title for _, title in await told(newsroom)] == ["Feed 1 fell quiet", "Feed 1 has new stories again"]


async def test_a_story_from_the_future_stops_no_later_one(newsroom: Newsroom) -> None:
    far = item("Far treaty", guid="9", date="Wed, 18 Feb 2099 10:00:00 GMT")
    newsroom.server.pages["/f"] = page(rss(far))
    await newsroom.want("/f")
    await poll(newsroom)
    newsroom.server.pages["/f"] = page(rss(far, item("New treaty", guid="2", date="Fri, 20 Feb 2026 10:00:00 GMT")))
    await poll(newsroom)
    assert await newsroom.titles() == ["Far treaty", "New treaty"]


# ── pushed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_pushed_is_recorded_as_what_is_polled_and_changes_no_poll(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(BODY)
    poller = await newsroom.open()
    await newsroom.want("/f")
    feed = await poll(newsroom)
    newsroom.now += timedelta(minutes=5)
    result = await poller.push(feed, rss(item("New treaty", guid="2")).encode(), "application/rss+xml")
    assert (result.outcome, result.new) == ("changed", 1)
    assert [may_alert for _, may_alert in newsroom.seen] == [False, True]
    (after,) = await newsroom.feeds()
    assert (after.etag, after.body_hash, after.next_poll_at) == (feed.etag, feed.body_hash, feed.next_poll_at)
    assert after.last_new_at == newsroom.now
    assert (await poll(newsroom)).failures == 0
    assert await newsroom.titles() == ["Old treaty", "New treaty"]


async def test_a_push_that_is_no_feed_is_no_failure_of_the_feed(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = validated(BODY)
    poller = await newsroom.open()
    await newsroom.want("/f")
    feed = await poll(newsroom)
    assert (await poller.push(feed, b"<html>", "text/html")).outcome == "failed"
    assert (await newsroom.feeds())[0].failures == 0
