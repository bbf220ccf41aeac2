"""`claimwatch status`, through `main`, and `!health`: what they tell of a bot that runs well, and of one in trouble."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands import Asker, Context, answer
from bot.detect.lexicon import load
from bot.errors import UserError
from bot.store import Store
from tests.commands.test_feed import text_of
from tests.fakes import feed_server
from tests.fakes.feed_server import page, rss
from tests.test_cli import SHELLS, Run, claimwatch, write_config
from tests.upkeep import NOW, owe

__all__ = ["claimwatch"]


async def polled(claimwatch: Run, *more: str) -> None:
    """A database with one feed that is read well, and one that is not there."""
    async with feed_server.serve() as server:
        server.pages["/good"] = page(rss(SHELLS))
        write_config("", server.url("/good"), *(server.url(path) for path in more))
        assert (await asyncio.to_thread(claimwatch, "poll")).code == 0


async def test_a_bot_that_runs_well_is_said_to(claimwatch: Run) -> None:
    await polled(claimwatch)
    with closing(sqlite3.connect("claimwatch.db")) as database, database:
        database.execute("DELETE FROM alerts")
    shown = await asyncio.to_thread(claimwatch, "status", "--plain")
    assert shown.code == 0
    assert shown.out.startswith("Health: all well\n")
    assert "1 on the list: 1 ok" in shown.out
    assert "Owed: none" in shown.out
    assert "Ruritania denies sending shells to Freedonia (The Freedonia Gazette)" in shown.out


async def test_what_goes_wrong_is_counted_and_named(claimwatch: Run) -> None:
    await polled(claimwatch, "/gone")
    with closing(sqlite3.connect("claimwatch.db")) as database, database:
        database.execute("DELETE FROM alerts")
    owe(
        ("discord:1", "sent", NOW - timedelta(hours=1), None),
        ("discord:1", "sent", NOW - timedelta(days=2), None),
        ("discord:1", "dead", NOW - timedelta(hours=2), "503 Service Unavailable"),
        ("slack:C1", "gone", NOW - timedelta(hours=3), "channel_not_found xoxb-123456789-abcdef"),
        ("discord:2", "owed", NOW - timedelta(hours=5), "timed out"),
        ("console", "owed", NOW - timedelta(hours=4), None),
    )
    shown = await asyncio.to_thread(claimwatch, "status", "--plain")
    row = json.loads((await asyncio.to_thread(claimwatch, "status", "--json")).out)
    assert shown.out.startswith("Health: 1 feed in trouble, alerts owed for 5 hours, 2 alerts given up\n")
    assert "2 on the list: 1 ok, 1 failing" in shown.out
    assert "Owed: 1 on console, 1 on discord; the oldest for 5 hours" in shown.out
    assert "Last 24 hours: 1 sent, 1 given up, 1 to destinations that are gone" in shown.out
    assert "503 Service Unavailable" in shown.out
    assert "xoxb" not in shown.out + json.dumps(row)
    assert (row["feeds"]["listed"], row["feeds"]["failing"], row["feeds"]["in_trouble"]) == (2, 1, 1)
    assert row["owed"] == {"alerts": 2, "by_platform": {"console": 1, "discord": 1}}
    assert row["last_24_hours"] == {"sent": 1, "dead": 1, "gone": 1}
    assert row["dead_letters"] == 2
    assert [one["destination"] for one in row["delivery_errors"]] == ["discord:1", "slack:C1", "discord:2"]
    assert "404" in row["feed_errors"][0]["error"]
    assert row["newest_story"]["outlet"] == "The Freedonia Gazette"
    assert row["database_bytes"] == Path("claimwatch.db").stat().st_size


def test_without_a_database_there_is_no_status(claimwatch: Run) -> None:
    ended = claimwatch("status")
    assert (ended.code, ended.out) == (1, "")
    assert "does not exist yet" in ended.err
    assert not Path("claimwatch.db").exists()


# ── !health ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_manager_learns_what_is_wrong_but_not_the_channels_of_others(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    async with await Store.open(path) as store:
        failed = [(f"discord:{number}", "owed", NOW, "503 Service Unavailable") for number in (4712, 4713, 4714)]
        owe(("discord:4711", "dead", NOW, "Missing Access"), *failed, path=path)
        context = Context(store, load(), lambda: datetime.now(UTC))
        manager = context.asked_by(Asker("discord:user:1", "discord:2", "manager"))
        told = text_of(await answer(manager, "!health"))
        owner = text_of(await answer(context, "!health"))
        with pytest.raises(UserError, match="!health is for whoever manages this server"):
            await answer(context.asked_by(Asker("discord:user:3", "discord:2")), "!health")
    assert "discord · 1 alert given up" in told
    assert "discord, 3 destinations · 3 alerts to be tried again" in told
    assert "471" not in told
    assert "discord:4712 and 2 others · 3 alerts" in owner
    assert "discord:4711" in owner
