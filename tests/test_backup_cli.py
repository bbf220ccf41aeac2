"""`claimwatch backup`, through `main`: a copy that can be used, or a sentence, and never a harmed file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.test_cli import Run, claimwatch
from tests.upkeep import make_ledger

__all__ = ["claimwatch"]


@pytest.fixture
async def ledger(claimwatch: Run) -> None:
    """A database with one story and its case."""
    await make_ledger(claimwatch)


@pytest.fixture
def busy(ledger: None) -> Iterator[sqlite3.Connection]:
    """Another process that has written a story into the log, and is writing the next."""
    with closing(sqlite3.connect("claimwatch.db", isolation_level=None)) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        copy = (
            "INSERT INTO stories (feed_id, key, hash, title, outlet, publisher, seen, at, summary, body)"
            " SELECT feed_id, key || ?, hash, title, outlet, publisher, seen, at, summary, body FROM stories LIMIT 1"
        )
        database.execute(copy, ["kept"])
        database.execute("BEGIN IMMEDIATE")
        database.execute(copy, ["unfinished"])
        yield database
        database.execute("ROLLBACK")


def stories_in(path: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (count,) = database.execute("SELECT count(*) FROM stories").fetchone()
        assert isinstance(count, int)
        return count


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


async def test_a_backup_made_while_the_bot_writes_holds_all_that_was_kept(
    busy: sqlite3.Connection, claimwatch: Run
) -> None:
    before = files()
    ended = await asyncio.to_thread(claimwatch, "backup", "copy.db")
    assert ended.code == 0
    assert ended.out.startswith("copy.db: ")
    assert ended.out.endswith(" KiB, 2 stories, 1 case. It was opened and is whole.\n")
    assert files() - before == {"copy.db"}
    assert stories_in("copy.db") == 2


async def test_a_backup_is_a_database_to_go_on_with(ledger: None, claimwatch: Run) -> None:
    await asyncio.to_thread(claimwatch, "backup", "copy.db")
    Path("config.toml").write_text("database = 'copy.db'\nrules = 'rules'")
    shown = await asyncio.to_thread(claimwatch, "ask", "!case 1", "--plain")
    assert "Ruritania" in shown.out


async def test_a_file_that_is_there_is_replaced_only_by_force(ledger: None, claimwatch: Run) -> None:
    Path("copy.db").write_text("dear to somebody")
    refused = await asyncio.to_thread(claimwatch, "backup", "copy.db")
    kept = Path("copy.db").read_text()
    forced = await asyncio.to_thread(claimwatch, "backup", "copy.db", "--force")
    assert (refused.code, kept) == (1, "dear to somebody")
    assert "replace it with --force" in refused.err
    assert forced.code == 0
    assert stories_in("copy.db") == 1


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("claimwatch.db", "is the database itself"),
        (".", "is a folder"),
        ("none/copy.db", "none/copy.db can't be written: No such file or directory"),
        ("/proc/copy.db", "/proc/copy.db can't be written"),
    ],
)
async def test_where_no_backup_can_go_is_told(target: str, reason: str, ledger: None, claimwatch: Run) -> None:
    before = files()
    ended = await asyncio.to_thread(claimwatch, "backup", target, "--force")
    assert (ended.code, ended.out) == (1, "")
    assert reason in ended.err
    assert files() == before
    assert stories_in("claimwatch.db") == 1


async def test_a_damaged_database_makes_no_backup_and_keeps_the_earlier_one(ledger: None, claimwatch: Run) -> None:
    await asyncio.to_thread(claimwatch, "backup", "copy.db")
    earlier = Path("copy.db").read_bytes()
    with closing(sqlite3.connect("claimwatch.db")) as database, database:
        database.execute("DELETE FROM feeds")
    ended = await asyncio.to_thread(claimwatch, "backup", "copy.db", "--force")
    assert ended.code == 1
    assert "is damaged (a row of stories refers to a missing row of feeds)" in ended.err
    assert Path("copy.db").read_bytes() == earlier
    assert not [name for name in files() if "partial" in name]


@pytest.mark.parametrize("content", [b"no database at all " * 99, b""])
def test_what_is_no_ledger_is_not_backed_up(content: bytes, claimwatch: Run) -> None:
    Path("claimwatch.db").write_bytes(content)
    ended = claimwatch("backup", "copy.db")
    assert ended.code == 1
    assert "claimwatch.db" in ended.err
    assert files() == {"claimwatch.db"}


def test_without_a_database_there_is_nothing_to_back_up(claimwatch: Run) -> None:
    ended = claimwatch("backup", "copy.db")
    assert ended.code == 1
    assert "does not exist yet" in ended.err
    assert files() == set()
