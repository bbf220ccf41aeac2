"""Which feeds are polled, as the configuration and the store have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.model import Feed
from bot.store import Connection, Store
from bot.store.feeds import FeedWanted, all_feeds, due, keep, kept_memory, put_off, spread_new, sync_configured
from bot.store.tables import feeds
from tests.feeds.conftest import NOW

GAZETTE = FeedWanted("https://gazette.example/rss", "The Gazette", 900)
WIRE = FeedWanted("https://wire.example/rss", None, 3_600)
LATER = NOW + timedelta(hours=1)


async def want(store: Store, *wanted: FeedWanted) -> list[Feed]:
    await store.write(sync_configured, wanted, NOW)
    return await store.read(all_feeds)


async def succeed(store: Store, feed: Feed) -> None:
    after = replace(feed, next_poll_at=LATER, last_success_at=NOW, etag='"1"', last_modified="then")
    await store.write(keep, [(feed, after)])


def change(connection: Connection, /, feed_id: int, **values: object) -> None:
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values))


async def test_new_feeds_are_due_at_once(store: Store) -> None:
    feeds = await want(store, GAZETTE, WIRE)
    assert [(feed.url, feed.outlet, feed.interval, feed.enabled) for feed in feeds] == [
        (GAZETTE.url, "The Gazette", 900, True),
        (WIRE.url, None, 3_600, True),
    ]
    assert await store.read(due, NOW) == feeds


async def test_a_feed_is_due_when_its_time_has_come(store: Store) -> None:
    gazette, wire = await want(store, GAZETTE, WIRE)
    await succeed(store, gazette)
    assert [feed.id for feed in await store.read(due, LATER - timedelta(seconds=1))] == [wire.id]
    assert [feed.id for feed in await store.read(due, LATER)] == [wire.id, gazette.id]


async def test_a_feed_that_is_not_configured_any_more_is_kept_but_not_polled(store: Store) -> None:
    gazette, _ = await want(store, GAZETTE, WIRE)
    await succeed(store, gazette)
    gone, _ = await want(store, WIRE)
    assert (gone.enabled, gone.etag, gone.last_success_at) == (False, '"1"', NOW)
    assert gone.id not in [feed.id for feed in await store.read(due, LATER)]
    back, _ = await want(store, GAZETTE, WIRE)
    assert (back.id, back.enabled, back.next_poll_at, back.last_success_at) == (gazette.id, True, None, NOW)


async def test_a_changed_name_and_interval_are_taken_over(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await succeed(store, gazette)
    (changed,) = await want(store, FeedWanted(GAZETTE.url, "Freedonia Gazette", 60))
    assert (changed.outlet, changed.interval) == ("Freedonia Gazette", 60)
    assert changed.next_poll_at == NOW + timedelta(seconds=60)


async def test_the_same_configuration_again_changes_nothing(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await succeed(store, gazette)
    assert await want(store, GAZETTE) == await want(store, GAZETTE)
    assert (await want(store, GAZETTE))[0].next_poll_at == LATER


async def test_a_poll_keeps_what_it_found_and_leaves_what_a_command_said_meanwhile(store: Store) -> None:
    (gazette,) = await want(store, replace(GAZETTE, adaptive=True))
    await want(store, replace(GAZETTE, outlet="Freedonia Gazette", interval=60))
    await store.write(keep, [(gazette, replace(gazette, interval=300, pace=900, skip_hours=frozenset({0, 23})))])
    (feed,) = await store.read(all_feeds)
    assert (feed.outlet, feed.interval, feed.adaptive) == ("Freedonia Gazette", 60, False)
    assert (feed.pace, feed.skip_hours, feed.skip_days) == (900, frozenset({0, 23}), frozenset())


async def test_the_parsers_memory_is_read_only_when_it_is_asked_for(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await store.write(keep, [(gazette, replace(gazette, memory=b"seen"))])
    assert [feed.memory for feed in await store.read(due, NOW)] == [None]
    assert await store.read(kept_memory, gazette.id) == b"seen"


# ── which are due ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [{"paused": True}, {"gone_at": NOW}, {"enabled": False}])
async def test_a_paused_disabled_or_gone_feed_is_never_due(store: Store, state: dict[str, object]) -> None:
    (gazette,) = await want(store, GAZETTE)
    await store.write(change, gazette.id, **state)
    assert await store.read(due, LATER) == []


async def test_due_feeds_are_read_in_parts_none_of_them_twice(store: Store) -> None:
    await want(store, *(FeedWanted(f"https://{number}.example/rss", None, 900) for number in range(9)))
    for number in range(4):
        await store.write(change, number + 1, next_poll_at=NOW - timedelta(minutes=number // 2))
    whole = await store.read(due, NOW)
    parts, last = [], None
    while part := await store.read(due, NOW, last, 2):
        parts += part
        last = part[-1]
    assert parts == whole
    assert [feed.id for feed in whole] == [5, 6, 7, 8, 9, 3, 4, 1, 2]


async def test_new_feeds_beyond_some_are_spread_evenly_over_their_interval(store: Store) -> None:
    await want(store, *(FeedWanted(f"https://{number}.example/rss", None, 900) for number in range(12)))
    assert await store.write(spread_new, NOW, 3) == 9
    feeds = await store.read(all_feeds)
    waits = [feed.next_poll_at and (feed.next_poll_at - NOW).total_seconds() for feed in feeds]
    assert waits == [None, None, None, 100, 200, 300, 400, 500, 600, 700, 800, 900]


async def test_a_host_is_put_off_as_a_whole_and_no_other(store: Store) -> None:
    urls = ["https://a.example/1", "http://A.example:8080/2", "https://b.example/?a.example", "https://aa.example/"]
    await want(store, *(FeedWanted(url, None, 900) for url in urls))
    await store.write(change, 1, next_poll_at=LATER)
    assert await store.write(put_off, "a.example", LATER - timedelta(minutes=1)) == 1
    assert [feed.id for feed in await store.read(due, NOW)] == [3, 4]
    assert (await store.read(all_feeds))[0].next_poll_at == LATER


# ── config.toml and commands ─────────────────────────────────────────────────────────────────────────────────────────


async def added(store: Store, url: str, **values: object) -> None:
    """A feed as a command adds it."""
    await store.write(
        lambda connection: connection.execute(
            insert(feeds).values(url=url, interval=900, enabled=True, configured=False, **values)
        )
    )


async def test_a_feed_that_was_added_by_command_stays_when_the_configuration_is_read(store: Store) -> None:
    await added(store, WIRE.url)
    await want(store, GAZETTE)
    assert [feed.url for feed in await store.read(due, NOW)] == [WIRE.url, GAZETTE.url]


async def test_a_feed_that_was_added_by_command_belongs_to_the_configuration_once_it_stands_there(store: Store) -> None:
    await added(store, WIRE.url)
    (wire,) = await want(store, WIRE)
    assert (wire.configured, wire.interval) == (True, 3_600)
    (left, _) = await want(store, GAZETTE)
    assert not left.enabled


async def test_a_paused_feed_stays_paused_when_the_configuration_is_read(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await store.write(change, gazette.id, paused=True)
    (gazette,) = await want(store, GAZETTE)
    assert gazette.paused


async def test_an_interval_that_was_learnt_outlives_a_start_and_a_configured_one_takes_its_place(store: Store) -> None:
    adaptive = replace(GAZETTE, adaptive=True)
    (gazette,) = await want(store, adaptive)
    await store.write(change, gazette.id, interval=2_000, next_poll_at=NOW + timedelta(seconds=2_000))
    (gazette,) = await want(store, adaptive)
    assert (gazette.interval, gazette.next_poll_at) == (2_000, NOW + timedelta(seconds=2_000))
    (gazette,) = await want(store, GAZETTE)
    assert (gazette.interval, gazette.adaptive, gazette.next_poll_at) == (900, False, NOW + timedelta(seconds=900))


async def test_a_gone_feed_is_tried_again_when_it_is_configured_anew_and_not_at_a_mere_start(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await store.write(change, gazette.id, gone_at=NOW, told="gone")
    (gazette,) = await want(store, GAZETTE)
    assert gazette.gone_at == NOW
    await want(store)
    (gazette,) = await want(store, GAZETTE)
    assert (gazette.gone_at, gazette.told) == (None, None)
    assert await store.read(due, NOW) == [gazette]


async def test_a_new_address_in_the_configuration_is_the_feed_that_moved_there(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    there = "https://new.example/rss"
    await store.write(change, gazette.id, moved_to=there, moved_polls=3, etag='"1"')
    (moved,) = await want(store, replace(GAZETTE, url=there))
    assert (moved.id, moved.url, moved.moved_to, moved.moved_polls, moved.etag) == (gazette.id, there, None, 0, '"1"')
