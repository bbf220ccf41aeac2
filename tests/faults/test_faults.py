"""Faults that the whole bot lives through: nothing is lost, nothing is told twice, and it says what is wrong."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from aiohttp import web

from tests.crash import database
from tests.crash.news import OUTLETS
from tests.fakes.feed_server import Answer, page
from tests.faults.running import Running, running

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform != "linux", reason="the faults are made with Linux's means"),
]

_HOUR = 3600.0


async def test_a_database_that_another_process_has_locked(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        with closing(sqlite3.connect(bot.database, isolation_level=None)) as other:
            bot.publish()
            answered: set[str] = set()
            for path, answer in bot.harness.feeds.pages.items():

                async def locked(request: web.Request, path: str = path, answer: Answer = answer) -> web.StreamResponse:
                    if not answered:
                        other.execute("BEGIN IMMEDIATE")
                    answered.add(path)
                    return await answer(request)

                bot.harness.feeds.pages[path] = locked
            await bot.until(lambda: bool(answered))
            assert bot.wrong() != []
            other.execute("ROLLBACK")
        await bot.all_is_told()
        await bot.end()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "small", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_disk_that_is_full(small_disk: Path) -> None:
    async with running(small_disk) as bot:
        bot.publish()
        fill = small_disk / "fill"
        with fill.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))
        await bot.says("full")
        assert bot.wrong() != []
        fill.unlink()
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_a_quota_that_is_used_up(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        bot.publish()
        before = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        await bot.says("can't be written")
        assert bot.wrong() != []
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, before)
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_a_clock_that_is_set_forth_and_back_by_an_hour(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        for seconds in (_HOUR, -_HOUR, 0.0):
            bot.publish()
            await bot.clock_is(seconds)
            await bot.all_is_told()
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_names_that_nobody_answers_for(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        (bot.world / "no-names").touch()
        bot.publish()

        def fails() -> bool:  # an address that was looked up is remembered for a while
            database.help_time_on(bot.database)
            return any("poll failed" in line and "feeds.example" in line for line in bot.log)

        await bot.until(fails)
        bot.publish()
        assert bot.wrong() != []
        (bot.world / "no-names").unlink()
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_servers_that_all_answer_500_for_ten_minutes(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        bot.harness.platforms.discord.rest.outage = 500
        slack = bot.harness.platforms.slack
        for method in ("chat.postMessage", "chat.update", "conversations.history"):
            slack.fail_next(method, status=500, times=10_000)
        bot.publish()  # is read, but can't be told
        await bot.says("alert put off", "discord:")
        await bot.says("alert put off", "slack:")
        bot.harness.news.go_on(set())
        for number in range(len(OUTLETS)):
            bot.harness.feeds.pages[f"/{number}"] = page(b"", status=500)
        for minute in range(10):
            await bot.clock_is(60.0 * (minute + 1))
        slack.failures.clear()
        bot.harness.platforms.discord.rest.outage = None
        await _pass_time_until_told(bot, 600.0)
        await bot.end()


async def _pass_time_until_told(bot: Running, since: float) -> None:
    bot.publish()
    for minute in range(60):
        if not bot.wrong():
            return
        await bot.clock_is(since + 60.0 * minute)
    await bot.all_is_told()


async def test_a_gateway_that_is_away_while_discord_takes_messages(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        discord = bot.harness.platforms.discord
        discord.gateway.open = False
        discord.gateway.drop()
        bot.publish()
        await bot.all_is_told()
        assert discord.sessions == []
        discord.gateway.open = True
        await bot.until(lambda: bool(discord.sessions))
        bot.publish()
        await bot.all_is_told()
        await bot.end()
