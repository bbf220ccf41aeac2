"""What polls found is kept, together where they end together."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.feeds.memories import Memories
from bot.feeds.settling import Settled, Settling
from bot.model import Feed
from bot.store import Store
from bot.store.feeds import FeedWanted, all_feeds, keep, sync_configured
from tests.feeds.conftest import NOW


async def feeds(store: Store, *names: str) -> list[Feed]:
    wanted = [FeedWanted(f"https://{name}.example/", None, 900) for name in names]
    await store.write(sync_configured, wanted, NOW)
    return await store.read(all_feeds)


async def test_one_that_can_not_be_kept_does_not_lose_the_others_that_end_with_it(store: Store) -> None:
    settling = Settling(store, None, more=lambda: True)
    titles = ["Gazette", "Half a \ud800", "Herald"]
    polls = [
        Settled(feed, replace(feed, title=title), NOW)
        for feed, title in zip(await feeds(store, "a", "b", "c"), titles, strict=True)
    ]
    ended = await asyncio.gather(*map(settling.settle, polls), return_exceptions=True)
    assert [type(end) for end in ended] == [type(None), UnicodeEncodeError, type(None)]
    assert [feed.title for feed in await store.read(all_feeds)] == ["Gazette", None, "Herald"]


async def test_what_nobody_waits_for_any_more_is_kept_all_the_same(store: Store) -> None:
    settling = Settling(store, None, more=lambda: True)
    (feed,) = await feeds(store, "a")
    poll = asyncio.create_task(settling.settle(Settled(feed, replace(feed, title="Gazette"), NOW)))
    await asyncio.sleep(0)
    poll.cancel()
    await settling.end()
    assert [feed.title for feed in await store.read(all_feeds)] == ["Gazette"]


async def test_a_memory_at_hand_is_the_one_that_was_kept_last_and_others_are_read(store: Store) -> None:
    first, second = await feeds(store, "a", "b")
    await store.write(keep, [(feed, replace(feed, memory=b"in the store")) for feed in (first, second)])
    memories = Memories(store)
    memories.keep(first.id, b"old")
    memories.keep(first.id, b"new")
    assert [await memories.of(feed.id) for feed in (first, second)] == [b"new", b"in the store"]
    memories.keep(second.id, bytes(40 << 20))
    assert [await memories.of(feed.id) for feed in (first, second)] == [b"in the store"] * 2
