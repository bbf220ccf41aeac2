"""Who holds a lease: a process by a name of its own, and whether the one with a name has ended.

A bot that was killed and starts again takes its own leases back at once, and need not wait until they run out. All
processes that share a SQLite database run on one machine (https://www.sqlite.org/wal.html, section 1), so a name is
made of what tells them apart there: the boot, the namespace of process numbers (a container's), the number, and a
random mark, since numbers are given again.
"""

from __future__ import annotations

import os
import secrets
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

import structlog

from bot.errors import StoreError
from bot.store import Store, alerts

log = structlog.get_logger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS = Path("/proc/self/ns/pid")


def this_process() -> str:
    """Return the name by which this process holds leases."""
    return f"{_boot()} {_numbers()} {os.getpid()} {_mark()}"


def has_ended(name: str) -> bool:
    """Return whether the process of this name has surely ended; False where that can't be told from here."""
    mine, its = this_process().split(), name.split()
    if len(its) != len(mine) or its == mine:
        return False
    if its[0] != mine[0]:  # of an earlier boot
        return "-" not in (its[0], mine[0])
    if its[1] != mine[1] or not its[2].isdecimal():  # of another container: its number means nothing here
        return False
    return its[2] == mine[2] or not _runs(int(its[2]))


async def take_back(store: Store, now: datetime) -> None:
    """Let the alerts be leased at once that a process was delivering which has ended: most often this bot, before."""
    try:
        if ended := [name for name in await store.read(alerts.holders, now) if has_ended(name)]:
            log.info("deliveries taken back", alerts=await store.write(alerts.take_back, ended))
    except StoreError as error:  # their leases run out by themselves
        log.warning("leases not taken back", reason=str(error))


@cache
def _mark() -> str:
    return secrets.token_hex(8)


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:  # no Linux
        return "-"


@cache
def _numbers() -> str:
    try:
        return str(_NUMBERS.stat().st_ino)
    except OSError:
        return "-"


def _runs(number: int) -> bool:
    if sys.platform == "win32":  # where signal 0 is Ctrl-C
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # it is another user's; it is no number of a process
        pass
    return True
