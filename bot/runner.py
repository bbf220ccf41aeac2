"""Runs the event loop, until a signal ends it.

It is uvloop where that is installed, which it is not on Windows, else asyncio's own. An unchanged poll spends most of
its time in the loop and in aiohttp; what that costs is in benchmarks/feeds.py.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in an event loop of its own, as `asyncio.run` does, and return what it returns."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


# ── until the end ────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; a second signal ends the process as it would any other."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    try:
        for number in before:
            signal.signal(number, note)
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def first(waiting: Coroutine[Any, Any, Any], running: asyncio.Task[None]) -> None:
    """Return when `waiting` is done; raise what ended `running`, should that come first."""
    waiter = asyncio.create_task(waiting)
    try:
        await asyncio.wait({waiter, running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
    if running.done():
        running.result()


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait for its end."""
    task.cancel()
    await asyncio.wait({task})
