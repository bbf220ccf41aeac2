"""Records story after story into a database until it is killed: what `test_kill.py` runs and kills."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection
from pathlib import Path

from bot.detect import lexicon
from bot.store import Store
from tests.alerts.newsroom import ASSERTED, DENIED, Newsroom, story

WORDS = lexicon.load()


def record_forever(path: Path, turn: int, recorded: Connection) -> None:
    """Record new and edited stories of two claims and of one, and tell of each on `recorded`."""
    asyncio.run(_record_forever(path, turn, recorded))


async def _record_forever(path: Path, turn: int, recorded: Connection) -> None:
    async with await Store.open(path) as store:
        newsroom = Newsroom(store, WORDS)
        await newsroom.subscribe(("console", ""))
        number = 0
        while True:
            number += 1
            told = story(f"Story {number} of {turn}", key=f"{turn} {number % 7}", day=number % 5 * 300)
            await newsroom.record(told, ASSERTED, *([DENIED] if number % 2 else []))
            recorded.send(number)
