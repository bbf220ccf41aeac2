"""A small ledger, and alerts that came to some end: put in as if they had been delivered, or not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.commands.conftest import PLACES
from tests.fakes import feed_server
from tests.fakes.feed_server import page, rss
from tests.test_cli import SHELLS, Run, write_config

NOW = datetime.now(UTC)

Row = tuple[str, str, datetime, str | None]
"""Destination, state, when it was owed and came to its end, and the last error."""


def owe(*rows: Row, path: Path = Path("claimwatch.db"), kind: str = "notice", case: int | None = None) -> None:
    """Add alerts of these states, each tried three times."""
    with closing(sqlite3.connect(path)) as database, database:
        (number,) = database.execute("SELECT count(*) FROM alerts").fetchone()
        for destination, state, at, error in rows:
            number += 1
            instant = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            done = None if state == "owed" else instant
            card = '{"title": "A notice"}' if kind == "notice" else None
            database.execute(
                "INSERT INTO alerts (key, kind, destination, case_id, owed_at, state, next_try_at, first_try_at,"
                " attempts, done_at, error, card) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 3, ?, ?, ?)",
                (f"key {number}", kind, destination, case, instant, state, instant, instant, done, error, card),
            )


_MADE: dict[Path, bytes] = {}  # the files of the ledger: to copy is ten times as fast as to poll


async def make_ledger(claimwatch: Run) -> None:
    """A new claimwatch.db with one feed, polled once: case 1, in which Ruritania denies arming Freedonia; none owed."""
    Path("rules").mkdir()
    if not _MADE:
        Path("rules/actors.toml").write_text(PLACES)
        async with feed_server.serve() as server:
            server.pages["/rss"] = page(rss(SHELLS))
            write_config("rules = 'rules'\n", server.url("/rss"))
            assert (await asyncio.to_thread(claimwatch, "poll")).code == 0
        made = ("claimwatch.db", "config.toml", "rules/actors.toml")
        _MADE.update({Path(name): Path(name).read_bytes() for name in made})
    for path, content in _MADE.items():
        path.write_bytes(content)
