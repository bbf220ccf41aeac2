"""Opening a database, its transactions, and what is said when it can't be used."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text

from bot.errors import StoreError
from bot.store import Store
from bot.store.tables import feeds, metadata


def add(connection: Connection, url: str) -> None:
    connection.execute(insert(feeds).values(url=url, interval=60, enabled=True))


def urls(connection: Connection) -> list[str]:
    return list(connection.execute(select(feeds.c.url).order_by(feeds.c.id)).scalars())


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_migrations_make_just_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    def differences(connection: Connection) -> list[object]:
        known = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("story_text")}
        return list(compare_metadata(MigrationContext.configure(connection, opts=known), metadata))

    async with await Store.open(tmp_path / "a.db") as store:
        assert await store.read(differences) == []
        names = set(await store.read(lambda connection: inspect(connection).get_table_names()))
    assert names >= {*metadata.tables, "story_text", "alembic_version"}


async def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        async with await Store.open(tmp_path / "a.db") as store:
            await store.write(lambda connection: connection.execute(text("DELETE FROM feeds")))
            await store.write(add, "http://a")
    async with await Store.open(tmp_path / "a.db") as store:
        assert await store.read(urls) == ["http://a"]


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with await Store.open(path) as store:
        await store.write(
            lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        )
    with pytest.raises(StoreError, match=r"newer version of Claimwatch .*'9999'"):
        await Store.open(path)


async def test_a_start_that_finds_all_in_place_does_without_alembic(tmp_path: Path) -> None:
    async with await Store.open(tmp_path / "a.db"):
        pass
    opens = """
import asyncio, sys, pathlib, bot.store
async def main():
    async with await bot.store.Store.open(pathlib.Path(sys.argv[1])): ...
asyncio.run(main())
print("alembic" in sys.modules)
"""
    command = [sys.executable, "-c", opens, str(tmp_path / "a.db")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


async def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("Buy milk. " * 1000)
    with pytest.raises(StoreError, match=r"notes\.db is not a whole SQLite database"):
        await Store.open(path)
    assert path.read_text() == "Buy milk. " * 1000


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/a\.db can't be written .*Check that its folder exists"):
        await Store.open(tmp_path / "nowhere" / "a.db")


# Permissions don't bind root: the process gives that up once all it needs is imported.
OPEN = """
import asyncio, os, sys
from pathlib import Path
from bot.errors import StoreError
from bot.store import Store

async def open_at(path):
    async with await Store.open(Path(path)):
        return "opened"

asyncio.run(open_at(sys.argv[1]))
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    print(asyncio.run(open_at(sys.argv[2])))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("there", [False, True], ids=["no database yet", "a database"])
async def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "readonly" / "a.db"
    path.parent.mkdir()
    if there:
        async with await Store.open(path) as store:
            await store.write(add, "http://a")
        path.chmod(0o444)
    path.parent.chmod(0o555)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    found = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path / "first.db"), str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert f"{path} can't be written" in found.stdout, found.stdout + found.stderr


# ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return await Store.open(tmp_path / "a.db")


async def test_an_exception_takes_the_whole_transaction_back(store: Store) -> None:
    def fail(connection: Connection) -> None:
        add(connection, "http://a")
        raise LookupError

    async with store:
        with pytest.raises(LookupError):
            await store.write(fail)
        await store.write(add, "http://b")
        assert await store.read(urls) == ["http://b"]


async def test_writes_of_many_tasks_are_each_whole(store: Store) -> None:
    def add_two(connection: Connection, number: int) -> None:
        add(connection, f"http://{number}/a")
        add(connection, f"http://{number}/b")
        if number % 2:
            raise LookupError

    async with store:
        await asyncio.gather(*(store.write(add_two, number) for number in range(10)), return_exceptions=True)
        kept = await store.read(urls)
    assert sorted(kept) == sorted(f"http://{number}/{half}" for number in range(0, 10, 2) for half in "ab")


async def test_a_write_that_nobody_waits_for_any_more_is_brought_to_its_end(store: Store) -> None:
    begun = asyncio.Event()

    def add_many(connection: Connection) -> None:
        for number in range(50):
            add(connection, f"http://{number}")
            begun.set()

    async with store:
        task = asyncio.create_task(store.write(add_many))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.write(add, "http://after")
        assert len(await store.read(urls)) == 51


async def test_closing_waits_for_the_write_that_has_begun(tmp_path: Path, store: Store) -> None:
    begun = asyncio.Event()

    def add_many(connection: Connection) -> None:
        for number in range(50):
            add(connection, f"http://{number}")
            begun.set()

    task = asyncio.create_task(store.write(add_many))
    await begun.wait()
    await store.close()
    await task
    async with await Store.open(tmp_path / "a.db") as again:
        assert len(await again.read(urls)) == 50


async def test_reads_that_are_cut_off_don_t_use_up_the_readers(store: Store) -> None:
    async with store:
        for _ in range(20):
            task = asyncio.create_task(store.read(urls))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        assert await store.read(urls) == []


async def test_a_reader_does_not_wait_for_a_writer_and_sees_no_half_of_it(store: Store) -> None:
    """The write can't end before the read has: if the one waited for the other, this would hang."""
    half, read = asyncio.Event(), threading.Event()

    async with store:
        loop = asyncio.get_running_loop()

        def write(path: Path) -> None:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO feeds (url, interval, enabled) VALUES ('http://a', 60, 1)")
            loop.call_soon_threadsafe(half.set)
            read.wait()
            connection.execute("COMMIT")
            connection.close()

        writing = asyncio.create_task(asyncio.to_thread(write, store.path))
        await half.wait()
        assert await store.read(urls) == []
        read.set()
        await writing
        assert await store.read(urls) == ["http://a"]


async def test_a_reader_can_t_write(store: Store) -> None:
    async with store:
        with pytest.raises(StoreError, match="can't be written"):
            await store.read(add, "http://a")


async def test_another_process_that_holds_the_lock_is_waited_for(store: Store) -> None:
    async with store:
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write(add, "http://a"))
        assert await store.read(urls) == []
        other.execute("COMMIT")
        other.close()
        await writing
        assert await store.read(urls) == ["http://a"]
