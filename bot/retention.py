"""Removes what is older than it is to be kept, in many short writes, so that nobody else's waits for long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import StoreError
from bot.store import Store, places, retention
from bot.store.retention import STORIES_AT_ONCE, Free

log = structlog.get_logger(__name__)

AFTER_LEAVING = timedelta(days=30)
"""For how long what a guild wanted is kept after the bot has left it."""

_PAUSE = 0.02  # seconds between two writes, in which others come first


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long things are kept; None: for ever."""

    stories: timedelta | None
    alerts: timedelta | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, or would be."""

    stories: int = 0  # those without claims
    bodies: int = 0  # of stories with claims
    alerts: int = 0
    places: int = 0  # destinations in guilds that the bot has left

    @property
    def anything(self) -> bool:
        """Whether it is more than nothing."""
        return self != Removed()


async def count(store: Store, keep: Keep, now: datetime) -> Removed:
    """Return what `prune` would remove now."""
    stories = bodies = alerts = 0
    if keep.stories is not None:
        stories, bodies = await store.read(retention.count_old_stories, now - keep.stories)
    if keep.alerts is not None:
        alerts = await store.read(retention.count_old_alerts, now - keep.alerts)
    return Removed(stories, bodies, alerts, len(await store.read(places.left, now - AFTER_LEAVING)))


async def prune(store: Store, keep: Keep, now: datetime) -> Removed:
    """Remove what is too old `now`, and return what that was. May be cancelled at any time, and goes on next time."""
    removed = Removed()
    if keep.stories is not None:
        removed = await _prune_stories(store, now - keep.stories)
    if keep.alerts is not None:
        while gone := await store.write(retention.remove_alerts, now - keep.alerts):
            removed = replace(removed, alerts=removed.alerts + gone)
            await asyncio.sleep(_PAUSE)
    for destination in await store.read(places.left, now - AFTER_LEAVING):
        await forget(store, destination)
        removed = replace(removed, places=removed.places + 1)
    return removed


async def forget(store: Store, destination: str) -> int:
    """Remove what is kept for a destination, but for what config.toml subscribes; return how many rows that were."""
    removed = 0
    while some := await store.write(places.forget_some, destination):
        removed += some
        await asyncio.sleep(_PAUSE)
    return removed


async def shrink(store: Store) -> Free:
    """Give what is free in the file back to the disk, where that can be done in use; return what is left free."""
    while (free := await store.read(retention.free)).can_shrink and free.bytes:
        await store.write(retention.shrink)
        await asyncio.sleep(_PAUSE)
    return free


async def prune_daily(store: Store, keep: Keep, now: datetime) -> None:
    """What the schedule does once a day: prune, and log what was removed. Trouble with the store waits for tomorrow."""
    try:
        removed = await prune(store, keep, now)
        if removed.anything:
            free = await shrink(store)
            log.info(
                "pruned",
                stories=removed.stories,
                bodies=removed.bodies,
                alerts=removed.alerts,
                places=removed.places,
                free_bytes=free.bytes,
            )
    except StoreError as error:
        log.warning("not pruned", reason=str(error))


async def _prune_stories(store: Store, before: datetime) -> Removed:
    removed, after = Removed(), 0
    while found := await store.read(retention.old_stories, before, after):
        for start in range(0, len(found), STORIES_AT_ONCE):
            stories, bodies = await store.write(retention.remove_stories, found[start : start + STORIES_AT_ONCE])
            removed = replace(removed, stories=removed.stories + stories, bodies=removed.bodies + bodies)
            await asyncio.sleep(_PAUSE)
        after = found[-1]
    return removed
