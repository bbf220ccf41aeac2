"""Keeps what is planned by the clock in step with it when somebody sets it back while the bot runs.

The scheduler and the outbox note when a thing is due. After a step back by an hour all of it would lie an hour ahead,
and nothing would be polled or told until then. A step forth needs nothing: what is due early is done early. Feeds' own
times are looked after by the poller (`store.feeds.shift`), also when the clock was set while the bot did not run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.alerts.deliver import LEASE, LONGEST_RETRY
from bot.errors import StoreError
from bot.store import Connection, Store, alerts

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_STEP_SECONDS = 2.0  # less is a clock being slewed, and the poll of a busy loop


async def follow_clock(hasten_jobs: Callable[[], None], store: Store) -> None:
    """Take jobs and alerts back with the clock whenever it is set back, until cancelled."""
    ahead = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        step = time.time() - time.monotonic() - ahead
        if abs(step) < _STEP_SECONDS:
            continue
        log.warning("clock was set", seconds=round(step))
        if step < 0:
            hasten_jobs()
            try:
                await store.write(_take_back, timedelta(seconds=-step))
            except StoreError as error:
                log.warning("alerts not shifted yet", reason=str(error))
                continue  # the step is still to be seen at the next look
        ahead += step


def _take_back(connection: Connection, back: timedelta) -> None:
    alerts.shift(connection, datetime.now(UTC), back, wait=timedelta(seconds=LONGEST_RETRY), lease=LEASE)
