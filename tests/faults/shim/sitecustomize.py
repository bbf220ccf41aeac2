"""Lets a test reach into the world around a process of the bot: its clock, and the names that can be looked up.

Python imports a module of this name at its start, if it finds one on PYTHONPATH. The files in the folder that
FAULTS_WORLD names are the levers: `clock` holds the seconds by which the clock is wrong, and while a file
`no-names` is there no name server answers. Monotonic time goes on as it does when an administrator sets the clock.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_WORLD = Path(os.environ["FAULTS_WORLD"])
_LOOK_SECONDS = 0.02


def _keep_the_clock_wrong() -> None:
    import time_machine

    clock: Any = None
    shown = 0.0
    while True:
        wanted = shown
        with suppress(FileNotFoundError, ValueError):  # it is being written
            wanted = float((_WORLD / "clock").read_text())
        if wanted != shown:
            right = time.time() - shown
            if clock is None:
                clock = time_machine.travel(right + wanted, tick=True).start()
            else:  # in one step
                clock.move_to(right + wanted)
            shown = wanted
            (_WORLD / "clock-is").write_text(str(shown))
        time.sleep(_LOOK_SECONDS)


def _answer_for_name_servers() -> None:
    from aiohttp import resolver

    async def resolve(_self: Any, host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        await asyncio.sleep(0)
        if (_WORLD / "no-names").exists():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        found = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        return [found]

    resolver.ThreadedResolver.resolve = resolve  # type: ignore[method-assign,assignment]


def _look_more_often() -> None:
    """Let the scheduler's seconds be tenths, so that the tests need not wait for it."""
    from apscheduler.triggers.interval import IntervalTrigger

    made = IntervalTrigger.__init__

    def quicker(self: Any, **given: Any) -> None:
        made(self, **given | {"seconds": given.get("seconds", 0) / 10})

    IntervalTrigger.__init__ = quicker


_look_more_often()
threading.Thread(target=_keep_the_clock_wrong, name="test-clock", daemon=True).start()
_answer_for_name_servers()
