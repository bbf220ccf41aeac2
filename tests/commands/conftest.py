"""A small ledger of plainly invented places, in a real database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.outbox import record
from bot.app import App
from bot.commands import Context
from bot.config import Config
from bot.detect.lexicon import Lexicon, load
from bot.model import Claim, Stance, Story
from bot.store import Connection, Store, feeds
from bot.store.feeds import FeedWanted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(
    days_ago: int, outlet: str, title: str, *claims: Claim, dated: bool = True, page: str = ""
) -> tuple[Story, tuple[Claim, ...]]:
    at = NOW - timedelta(days=days_ago)
    address = f"https://example.org/{page or days_ago}"
    return Story(title, title, "A summary.", outlet, at, at if dated else None, address), claims


def says(claimant: str, supplier: str, recipient: str, words: str, stance: Stance = "asserts") -> Claim:
    return Claim(stance, claimant, supplier, recipient, ("drones",), "delivered", words)


PLACES = """
actor = [
    {code = "FREEDONIA", name = "Freedonia", adjectives = ["Freedonian"], seats = ["Fredville"]},
    {code = "SYLVANIA", name = "Sylvania", adjectives = ["Sylvanian"]},
    {code = "RURITANIA", name = "Ruritania", adjectives = ["Ruritanian"]},
]
"""

LEDGER = [
    told(
        40,
        "Ruritanian Herald",
        "Ruritania: Freedonia armed Sylvania",
        says("RURITANIA", "FREEDONIA", "SYLVANIA", "Freedonia sent drones"),
        says("FREEDONIA", "FREEDONIA", "SYLVANIA", "a fairy tale", stance="denies"),
    ),
    told(
        20,
        "The Sylvanian",
        "Drones for Ruritania",
        says("SYLVANIA", "SYLVANIA", "RURITANIA", "we gave Ruritania drones"),
    ),
    told(10, "Freedonia Today", "Crates", says("MEDIA", "RURITANIA", "FREEDONIA", "crates for us"), dated=False),
    told(5, "The Sylvanian", "The drones of the parade are loud", page="story"),
]


@pytest.fixture(scope="session")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """Ours, with the invented places as a user would add them."""
    rules = tmp_path_factory.mktemp("rules")
    (rules / "actors.toml").write_text(PLACES)
    return load(rules)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    """A database with cases 1 to 3: Freedonia → Sylvania, Sylvania → Ruritania, Ruritania → Freedonia."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    asyncio.run(_fill(path, lexicon))
    return path


@pytest.fixture
async def context(tmp_path: Path, ledger: Path, lexicon: Lexicon) -> AsyncIterator[Context]:
    """What commands are given, with a copy of the ledger."""
    async with await Store.open(Path(shutil.copy(ledger, tmp_path))) as store:
        context = Context(store, lexicon, lambda: NOW, page_size=2)
        context.controls = App(Config(), context).controls()
        yield context


@pytest.fixture
async def empty(tmp_path: Path, lexicon: Lexicon) -> AsyncIterator[Context]:
    """What commands are given, with nothing in the ledger."""
    async with await Store.open(tmp_path / "empty.db") as store:
        yield Context(store, lexicon, lambda: NOW)


async def _fill(path: Path, lexicon: Lexicon) -> None:
    async with await Store.open(path) as store:
        await store.write(_record, lexicon)


def _record(connection: Connection, lexicon: Lexicon) -> None:
    feeds.sync_configured(connection, [FeedWanted("http://127.0.0.1/feed", None, 300)], NOW)
    for story, claims in LEDGER:
        record(connection, 1, story, claims, now=NOW, alert=False, lexicon=lexicon)
