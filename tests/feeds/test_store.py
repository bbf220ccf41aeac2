"""Which feeds are polled, as the configuration and the store have it."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Feed
from bot.store import Store
from bot.store.feeds import FeedWanted, all_feeds, due, note_failure, note_success, note_unchanged, sync_configured
from tests.feeds.conftest import NOW

GAZETTE = FeedWanted("https://gazette.example/rss", "The Gazette", 900)
WIRE = FeedWanted("https://wire.example/rss", None, 3_600)
LATER = NOW + timedelta(hours=1)


async def want(store: Store, *wanted: FeedWanted) -> list[Feed]:
    await store.write(sync_configured, wanted, NOW)
    return await store.read(all_feeds)


async def succeed(store: Store, feed: Feed) -> None:
    await store.write(
        note_success,
        feed.id,
        now=NOW,
        next_poll_at=LATER,
        title="Gazette",
        etag='"1"',
        last_modified="then",
        body_hash="a" * 64,
    )


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


async def test_an_unchanged_feed_keeps_its_validators_unless_there_are_new_ones(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    await succeed(store, gazette)
    await store.write(note_unchanged, gazette.id, now=LATER, next_poll_at=LATER, etag='"2"', last_modified=None)
    (feed,) = await store.read(all_feeds)
    assert (feed.etag, feed.last_modified, feed.body_hash, feed.last_success_at) == ('"2"', "then", "a" * 64, LATER)


async def test_a_failure_is_kept_until_the_next_success(store: Store) -> None:
    (gazette,) = await want(store, GAZETTE)
    for _ in range(2):
        await store.write(note_failure, gazette.id, now=NOW, next_poll_at=LATER, error="404 Not Found")
    (failed,) = await store.read(all_feeds)
    assert (failed.failures, failed.last_error, failed.last_error_at) == (2, "404 Not Found", NOW)
    await succeed(store, gazette)
    (mended,) = await store.read(all_feeds)
    assert (mended.failures, mended.last_error, mended.last_error_at) == (0, None, NOW)
