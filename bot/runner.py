"""Runs the event loop: uvloop where it is installed, which it is not on Windows, else asyncio's own.

An unchanged poll spends most of its time in the loop and in aiohttp; what that costs is in benchmarks/feeds.py.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in an event loop of its own, as `asyncio.run` does, and return what it returns.

    What is imported by then stays to the end, so the garbage collector leaves it out: to look through it takes 45 ms,
    during which nothing else goes on.
    """
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
