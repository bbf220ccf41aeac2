"""`claimwatch prune`, through `main`: what it says and what is gone then; and the bot, which does it by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import app
from bot.config import Config, FeedKeys
from tests.test_cli import Run, claimwatch
from tests.upkeep import NOW, make_ledger, owe

__all__ = ["claimwatch"]


def rows(query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("claimwatch.db")) as database:
        return database.execute(query).fetchall()


async def ledger(claimwatch: Run, settings: str) -> None:
    """One with a story that denies something, and one about nothing, both of years ago; and alerts."""
    await make_ledger(claimwatch)
    with closing(sqlite3.connect("claimwatch.db")) as database, database:
        database.execute("UPDATE stories SET seen = 0, body = 'Long. ' || summary")
        database.execute(
            "INSERT INTO stories (feed_id, key, hash, title, outlet, publisher, seen, at, summary, body)"
            f" VALUES (1, 'k', '{'0' * 64}', 'Football', 'x', 'x', 0, 0, '', '')"
        )
    owe(
        ("console", "sent", NOW - timedelta(days=91), None),
        ("console", "sent", NOW - timedelta(days=89), None),
        ("console", "owed", NOW - timedelta(days=400), None),
    )
    config = Path("config.toml")
    config.write_text(f"{config.read_text()}\n[retention]\n{settings}\n")


async def test_a_dry_run_counts_and_changes_nothing(claimwatch: Run) -> None:
    await ledger(claimwatch, 'stories = "1y"')
    done = await asyncio.to_thread(claimwatch, "prune", "--dry-run")
    told = "Would remove 1 story without a claim, the text of 1 story and 1 alert. Nothing was changed.\n"
    assert (done.code, done.out) == (0, told)
    assert rows("SELECT count(*) FROM stories") == [(2,)]


async def test_what_is_too_old_is_gone_and_claims_are_not(claimwatch: Run) -> None:
    await ledger(claimwatch, 'stories = "1y"')
    done = await asyncio.to_thread(claimwatch, "prune")
    assert done.code == 0
    assert done.out.startswith("Removed 1 story without a claim, the text of 1 story and 1 alert.\n")
    assert rows("SELECT body, body_gone FROM stories") == [("", 1)]
    assert rows("SELECT state FROM alerts ORDER BY id") == [("sent",), ("owed",)]
    assert (await asyncio.to_thread(claimwatch, "prune")).out.startswith("Nothing is too old.\n")
    assert "Ruritania → Freedonia" in (await asyncio.to_thread(claimwatch, "ask", "!case 1", "--plain")).out


async def test_stories_are_kept_for_ever_unless_told(claimwatch: Run) -> None:
    await ledger(claimwatch, "")
    done = await asyncio.to_thread(claimwatch, "prune", "--dry-run")
    assert done.out == "Would remove 1 alert. Nothing was changed.\n"


def test_without_a_database_there_is_nothing_to_prune(claimwatch: Run) -> None:
    assert claimwatch("prune").code == 1


async def test_a_bot_that_runs_prunes_by_itself(claimwatch: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    await ledger(claimwatch, "")
    monkeypatch.setattr(app, "PRUNE_AFTER", timedelta(0))
    config = Config(database=Path("claimwatch.db").absolute(), feeds=(FeedKeys(url="http://127.0.0.1:9/feed"),))
    with capture_logs() as logs:
        bot = asyncio.create_task(app.run(config))
        while not (told := [line for line in logs if line["event"] == "pruned"]):
            assert not bot.done(), bot.result()
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await bot
    assert (told[0]["alerts"], told[0]["stories"]) == (1, 0)
    assert rows("SELECT count(*) FROM alerts") == [(2,)]
