"""Faults of the disk and the database that the whole bot lives through: nothing is lost, nothing is told twice."""

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

from tests.fakes.feed_server import Answer
from tests.faults.running import running

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
