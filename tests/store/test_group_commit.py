"""Writes that wait at the same time share a transaction, and each is still its own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.store import Store
from bot.store.tables import feeds
from tests.store.test_database import add, urls


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return await Store.open(tmp_path / "a.db")


class Gate:
    """Holds up the writer: whatever is written meanwhile waits, and is then done as one group."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def hold(self, connection: Connection) -> None:
        self.reached.set()
        assert self.opened.wait(30)


async def behind(gate: Gate, store: Store, *works: Callable[[Connection], object]) -> list[object]:
    """What became of writes that were one group, begun by one that changes nothing: results, or exceptions."""
    first = asyncio.create_task(store.write(gate.hold))
    await asyncio.to_thread(gate.reached.wait)
    waiting = [asyncio.create_task(store.write(work)) for work in works]
    await asyncio.sleep(0)  # each begins, in this order
    gate.opened.set()
    _, *outcomes = await asyncio.gather(first, *waiting, return_exceptions=True)
    return outcomes


async def test_a_write_that_fails_leaves_those_of_its_group_alone(store: Store) -> None:
    def add_and_fail(connection: Connection) -> None:
        add(connection, "http://lost")
        raise LookupError

    def break_a_rule(connection: Connection) -> None:
        add(connection, "http://lost, too")
        add(connection, "http://before")

    async with store:
        before, failed, broken, after = await behind(
            Gate(),
            store,
            lambda connection: add(connection, "http://before"),
            add_and_fail,
            break_a_rule,
            lambda connection: add(connection, "http://after"),
        )
        assert before is None
        assert isinstance(failed, LookupError)
        assert isinstance(broken, IntegrityError)
        assert after is None
        assert await store.read(urls) == ["http://before", "http://after"]


async def test_writes_are_done_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    works = [partial(add, url=f"http://{number}") for number in range(20)]
    async with store:
        await behind(Gate(), store, *works)
        assert await store.read(urls) == [f"http://{number}" for number in range(20)]


async def test_a_write_that_waits_is_done_though_nobody_waits_for_it_any_more(store: Store) -> None:
    gate = Gate()
    async with store:
        first = asyncio.create_task(store.write(gate.hold))
        await asyncio.to_thread(gate.reached.wait)
        given_up = asyncio.create_task(store.write(add, "http://a"))
        beside = asyncio.create_task(store.write(add, "http://b"))
        await asyncio.sleep(0)
        given_up.cancel()
        gate.opened.set()
        await asyncio.gather(first, beside)
        assert given_up.cancelled()
        assert await store.read(urls) == ["http://a", "http://b"]


async def test_a_thousand_writes_at_once_are_all_kept(tmp_path: Path, store: Store) -> None:
    async with store:
        await asyncio.gather(*(store.write(add, f"http://{number}") for number in range(1_000)))
    with sqlite3.connect(tmp_path / "a.db") as connection:
        assert connection.execute("SELECT count(DISTINCT url) FROM feeds").fetchone() == (1_000,)


async def test_a_write_that_returned_is_seen_by_every_other_connection(store: Store) -> None:
    other = sqlite3.connect(store.path)
    count = "SELECT count(*) FROM feeds WHERE url = ?"

    async def write(number: int) -> int:
        await store.write(add, f"http://{number}")
        return int(other.execute(count, [f"http://{number}"]).fetchone()[0])

    async with store:
        assert await asyncio.gather(*(write(number) for number in range(100))) == [1] * 100
    other.close()


async def test_a_group_ends_though_more_is_asked_for(store: Store) -> None:
    """The later writes wait for the first to return: were they of its group, none of them could end."""
    returned = threading.Event()

    def add_late(connection: Connection, number: int) -> None:
        if number >= 500:
            assert returned.wait(30), "the group goes on and on"
        add(connection, f"http://{number}")

    async def write(number: int) -> None:
        await store.write(add_late, number)
        returned.set()

    async with store:
        await asyncio.gather(*(write(number) for number in range(600)))
        assert len(await store.read(urls)) == 600


async def test_a_commit_that_fails_is_told_to_each_write_of_the_group(store: Store) -> None:
    """A foreign key that is checked at the end only stands in for a disk that is full at the end only."""

    def owe_a_row(connection: Connection) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(
            text("INSERT INTO claims (story_id, stance, phase, words, rules, at) SELECT 0, '', '', '', '', 0")
        )

    async with store:
        owing, beside = await behind(Gate(), store, owe_a_row, lambda connection: add(connection, "http://a"))
        assert isinstance(owing, IntegrityError)
        assert isinstance(beside, IntegrityError)
        assert await store.read(urls) == []
        await store.write(add, "http://b")
        assert await store.read(urls) == ["http://b"]


async def test_a_disk_that_fills_up_is_told_to_the_whole_group_and_the_next_is_kept(store: Store) -> None:
    """SQLite takes back the whole transaction then, whichever write of it was one too many."""

    def fill(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
        for number in range(1_000):
            add(connection, f"http://{number}/" + "x" * 1_000)

    async with store:
        beside, full = await behind(Gate(), store, lambda connection: add(connection, "http://a"), fill)
        for one in (beside, full):
            assert isinstance(one, StoreError)
            assert "Free some space on its disk" in str(one)
        assert await store.read(urls) == []
        await store.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")))
        await store.write(add, "http://b")
        assert await store.read(urls) == ["http://b"]


async def test_a_lock_that_is_never_given_back_is_told_to_all_that_wait(store: Store) -> None:
    async with store:
        await store.write(lambda connection: connection.execute(text("PRAGMA busy_timeout = 50")))
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        found = await asyncio.gather(
            *(store.write(add, f"http://{number}") for number in range(3)), return_exceptions=True
        )
        assert [type(one) for one in found] == [StoreError] * 3
        assert "was locked by another process" in str(found[0])
        other.execute("ROLLBACK")
        other.close()
        await store.write(add, "http://a")
        assert await store.read(urls) == ["http://a"]


async def test_a_write_that_raises_stopiteration_is_answered(store: Store) -> None:
    async with store:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await store.write(lambda connection: next(iter(connection.execute(select(feeds)))))
