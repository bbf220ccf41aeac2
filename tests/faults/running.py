"""The bot as a process of its own, to which faults happen while the news goes on."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.crash import database
from tests.crash.harness import Harness, opened
from tests.crash.shown import compare

AFFAIRS = 8
HOST = "feeds.example"  # what the feeds' server is called; the shim answers for name servers
_PATIENCE = 40.0  # seconds for whatever is to come
_LOOK = 0.02
_HELP_SECONDS = 3.0


@dataclass(slots=True)
class Running:
    """The bot that runs, its surroundings, and what it said in its log."""

    harness: Harness
    process: asyncio.subprocess.Process
    world: Path  # the levers of tests/faults/shim
    log: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.harness.database

    def publish(self) -> None:
        """Let something happen, the feeds tell of it, and be due."""
        self.harness.publish()
        database.help_time_on(self.database)

    def wrong(self) -> list[str]:
        """What the channels of both platforms don't show as it should be by now."""
        verdicts = [compare(self.harness.news.affairs, shown) for shown in self.harness.platforms.shown().values()]
        return [what for one in verdicts for what in (*one.lost, *one.doubled, *one.stale)]

    async def all_is_told(self) -> None:
        """Wait until the channels show everything that the feeds have said, once; a poll that failed is due again."""
        helped = time.monotonic()

        def told() -> bool:
            nonlocal helped
            if time.monotonic() - helped > _HELP_SECONDS:
                helped = time.monotonic()
                database.help_time_on(self.database)
            return not self.wrong()

        await self.until(told)

    async def says(self, *words: str) -> None:
        """Wait until one line of the log holds all these words."""
        await self.until(lambda: any(all(word in line for word in words) for line in self.log))

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds; fail when it does not come, or the bot ends."""
        end = time.monotonic() + _PATIENCE
        while not true():  # what happens in another process is only to be seen by looking
            if self.process.returncode is not None:
                pytest.fail(f"the bot ended with {self.process.returncode}:\n" + "".join(self.log[-20:]))
            if time.monotonic() > end:
                pytest.fail("\n".join(["it did not come:", *self.wrong(), *self.log[-40:]]))
            await asyncio.sleep(_LOOK)

    def set_clock(self, seconds: float) -> None:
        """Let the bot's clock be wrong by so much, from now on."""
        new = self.world / "new"
        new.write_text(str(seconds))
        new.replace(self.world / "clock")

    async def clock_is(self, seconds: float) -> None:
        """Set the bot's clock, and wait until it goes so."""
        self.set_clock(seconds)
        shows = self.world / "clock-is"
        await self.until(lambda: shows.exists() and shows.read_text() == str(float(seconds)))

    async def end(self) -> None:
        """Ask the bot to stop, and see that it left everything in order."""
        self.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), _PATIENCE) == 0, "".join(self.log[-20:])
        assert database.damage(self.database) == []
        assert self.wrong() == []
        # discord.py logs each attempt to reconnect with its traceback.
        assert [line for line in self.log if "Traceback" in line and "logger=discord." not in line] == []


@asynccontextmanager
async def running(folder: Path, *, affairs: int = AFFAIRS) -> AsyncIterator[Running]:
    """The bot on loopback; `folder` holds its configuration and database. It has told of a first affair."""
    async with opened(folder, affairs=affairs, seed=7, host=HOST) as harness:
        world = folder / "world"
        world.mkdir()
        shim = Path(__file__).parent / "shim"
        environment = harness.environment | {
            "PYTHONPATH": str(shim), "FAULTS_WORLD": str(world), "CLAIMWATCH_LOG_LEVEL": "info",
        }  # fmt: skip
        harness.publish()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=environment, start_new_session=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        harness.groups.append(process.pid)
        bot = Running(harness, process, world)
        reading = asyncio.create_task(_read(process, bot.log))
        try:
            await bot.all_is_told()
            yield bot
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await reading


async def _read(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        log.append(line.decode(errors="replace"))  # noqa: PERF401  each as it comes
