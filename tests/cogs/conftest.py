"""A bot with our cogs and a small ledger in a simulated Discord (simcord)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts import outbox
from bot.commands import Context
from bot.detect import lexicon as lexicons
from bot.detect.lexicon import Lexicon
from bot.model import Claim, Story
from bot.platforms.discord_app import DiscordBot
from bot.store import Store, feeds
from bot.store.feeds import FeedWanted
from cogs import adder

NOW = datetime(2023, 1, 1, 12, tzinfo=UTC)
# Six suppliers whose arms Freedonia is said to get, so that an answer has a second page; the last one denies it.
SUPPLIERS = ("SYLVANIA", "RURITANIA", "GRAUSTARK", "PARADOR", "LOAMSHIRE", "ELBONIA")


@pytest.fixture(scope="session")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """Ours, with the invented states as a user would add them."""
    rules = tmp_path_factory.mktemp("rules")
    actors = [f'{{code = "{name}", name = "{name.title()}"}},' for name in (*SUPPLIERS, "FREEDONIA")]
    (rules / "actors.toml").write_text("\n".join(["actor = [", *actors, "]"]))
    return lexicons.load(rules)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    """A database with one case for each supplier, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "claims.db"
    asyncio.run(_fill(path, lexicon))
    return path


async def _fill(path: Path, lexicon: Lexicon) -> None:
    async with await Store.open(path) as store:
        await store.write(feeds.sync_configured, [FeedWanted("http://127.0.0.1/feed", "The Fore", 900)], NOW)
        (feed,) = await store.read(feeds.all_feeds)
        for number, supplier in enumerate(SUPPLIERS):
            at = NOW - timedelta(days=10 - number)
            title = f"{supplier.title()} sends [drones](http://example.net) to Freedonia"
            story = Story(str(number), title, "", "The Fore", seen=at, published=at, url="https://example.org/story")
            claims = [Claim("asserts", "MEDIA", supplier, "FREEDONIA", ("drones",), "delivered", title)]
            if supplier == SUPPLIERS[-1]:
                claims.append(Claim("denies", supplier, supplier, "FREEDONIA", ("drones",), "delivered", "Nonsense"))
            await store.write(outbox.record, feed.id, story, claims, now=at, alert=False, lexicon=lexicon)


@pytest.fixture
async def context(tmp_path: Path, ledger: Path, lexicon: Lexicon) -> AsyncIterator[Context]:
    path = Path(shutil.copy(ledger, tmp_path))
    async with await Store.open(path) as store:
        yield Context(store=store, lexicon=lexicon, clock=lambda: NOW)


def bot_of(context: Context) -> DiscordBot:
    bot = DiscordBot(adder(context))
    bot.shard_count = 1  # simcord has no gateway to ask how many
    return bot


@pytest.fixture
def simcord_bot(context: Context) -> DiscordBot:
    return bot_of(context)
