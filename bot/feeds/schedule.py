"""Looks every few seconds which feeds are due. Each feed's own time is in the store, as `next_poll_at`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import StoreError
from bot.feeds.poller import OnResult, Poller

log = structlog.get_logger(__name__)

_GRACE_SECONDS = 10.0
_LOOK_SECONDS = 120.0  # four times as long as a transaction waits for a locked database


def start(poller: Poller, on_result: OnResult | None = None, *, every: float = 5) -> AsyncIOScheduler:
    """Return a running scheduler that polls what is due, at once and then `every` so many seconds; end it with `stop`.

    A look only starts the polls, so that a slow feed does not keep others waiting. One that hangs is given up: it would
    be the last.
    """

    async def look() -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await poller.start_due(on_result)
        except StoreError as error:  # the next look may find its disk free, or the lock gone
            log.warning("not looked which feeds are due", reason=str(error))

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        look,
        IntervalTrigger(seconds=every, timezone=UTC),
        id="poll",
        name="poll what is due",
        next_run_time=datetime.now(UTC),  # apscheduler's own first run is one interval from now
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # its 1 s would skip a look whenever the loop was busy
    )
    scheduler.start()
    return scheduler


def hasten(scheduler: AsyncIOScheduler) -> None:
    """Let no job wait for longer than its interval, after the clock was set back.

    By how much is not asked: a clock that was set forth and back between two looks seems to have been set back only.
    """
    for job in scheduler.get_jobs():
        latest = datetime.now(UTC) + job.trigger.interval
        if job.next_run_time > latest:
            job.modify(next_run_time=latest)


async def stop(scheduler: AsyncIOScheduler, poller: Poller, *, grace: float = _GRACE_SECONDS) -> None:
    """End the schedule and wait up to `grace` seconds for the polls that run; later ones are cancelled.

    The scheduler's own shutdown would cancel what it runs at once.
    """
    scheduler.pause()
    await poller.drain(grace)
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0)  # it only asks the loop to shut it down
