"""`claimwatch alerts …`, through `main`: what was given up, and how it goes out after all."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.deliver import deliver_due
from bot.detect.lexicon import load
from bot.model import Card
from bot.store import Store
from tests.test_cli import Run, claimwatch, write_config
from tests.upkeep import NOW, make_ledger, owe

__all__ = ["claimwatch"]


class Posted:
    """A platform that takes everything and remembers it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bool]] = []

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        self.taken.append((destination, card.title, again))
        return str(len(self.taken))

    async def edit(self, destination: str, message: str, card: Card) -> None:
        raise AssertionError("nothing is to be edited")


async def deliver(platform: Posted) -> None:
    async with await Store.open(Path("claimwatch.db")) as store:
        await deliver_due(store, {"discord": platform, "slack": platform}, load(), lambda: datetime.now(UTC))


def rows(query: str) -> list[Any]:
    with closing(sqlite3.connect("claimwatch.db")) as database:
        return database.execute(query).fetchall()


@pytest.fixture
async def ledger(claimwatch: Run) -> None:
    """A database with case 1, and nothing owed."""
    await make_ledger(claimwatch)


@pytest.mark.parametrize("command", ["dead", "resend"])
def test_every_subcommand_has_help_with_an_example(command: str, claimwatch: Run) -> None:
    assert f"Example: claimwatch alerts {command}" in claimwatch("alerts", command, "--help").out


async def test_dead_letters_are_listed_and_sent_again(ledger: None, claimwatch: Run) -> None:
    owe(
        ("discord:1", "dead", NOW - timedelta(days=1), "503 at https://u:hunter2@example.org"),
        ("slack:C1", "gone", NOW, "channel_not_found"),
        ("discord:1", "sent", NOW, None),
    )
    shown = await asyncio.to_thread(claimwatch, "alerts", "dead")
    row = json.loads((await asyncio.to_thread(claimwatch, "alerts", "dead", "--json")).out.splitlines()[0])
    again = await asyncio.to_thread(claimwatch, "alerts", "resend", "all")
    none = await asyncio.to_thread(claimwatch, "alerts", "dead")
    platform = Posted()
    await deliver(platform)
    assert shown.out.startswith("1 notice to discord:1\n  dead since ")
    assert "channel_not_found" in shown.out
    assert "hunter2" not in shown.out + json.dumps(row)
    assert (row["id"], row["state"], row["attempts"], row["case_id"]) == (1, "dead", 3, None)
    assert (again.code, again.out) == (0, "2 alerts owed again.\n")
    assert none.out == "No alert was given up.\n"
    # A platform that can't tell doubles by their key has to look: the first attempts may have gone out after all.
    assert sorted(platform.taken) == [("discord:1", "A notice", True), ("slack:C1", "A notice", True)]


async def test_what_is_sent_again_is_tried_for_another_day(ledger: None, claimwatch: Run) -> None:
    owe(("discord:1", "dead", NOW - timedelta(days=3), "503"))
    await asyncio.to_thread(claimwatch, "alerts", "resend", "1")
    assert rows("SELECT state, first_try_at, done_at, error, next_try_at > owed_at FROM alerts") == [
        ("owed", None, None, None, 1)
    ]


async def test_a_case_that_was_posted_since_is_not_posted_twice(ledger: None, claimwatch: Run) -> None:
    two = [("discord:1", "dead", NOW, "503")] * 2
    owe(*two, ("discord:2", "dead", NOW, "503"), kind="post", case=1)
    with closing(sqlite3.connect("claimwatch.db")) as database, database:
        database.execute("INSERT INTO messages VALUES (1, 'discord:2', '77', 0)")
    ended = await asyncio.to_thread(claimwatch, "alerts", "resend", "all")
    platform = Posted()
    await deliver(platform)
    assert ended.out.startswith("1 alert owed again.\nAlert 2 is left as it is")
    assert "Alert 3 is left as it is" in ended.out
    assert [place for place, _, _ in platform.taken] == ["discord:1"]


async def test_a_number_of_no_dead_letter_is_told_and_the_others_go_on(ledger: None, claimwatch: Run) -> None:
    owe(("discord:1", "sent", NOW, None), ("discord:1", "dead", NOW, "503"))
    ended = await asyncio.to_thread(claimwatch, "alerts", "resend", "1", "2", "9")
    assert (ended.code, ended.out) == (1, "1 alert owed again.\n")
    assert [line.split(".")[0] for line in ended.err.splitlines()] == [
        "There is no dead letter 1",
        "There is no dead letter 9",
    ]


@pytest.mark.parametrize("arguments", [["x"], ["1", "all"], ["-1"], ["²"]])
def test_what_is_no_number_is_refused(arguments: list[str], claimwatch: Run) -> None:
    write_config("")
    ended = claimwatch("alerts", "resend", "--", *arguments)
    assert ended.code == 1
    assert "is not the number of an alert" in ended.err
