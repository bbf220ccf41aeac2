"""A small ledger of invented states, and the Slack bot connected to a small Slack."""

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
from bot.platforms.slack_app import SlackApp
from bot.store import Store, feeds
from bot.store.feeds import FeedWanted
from tests.fakes.slack_server import APP_TOKEN, TOKEN, SlackServer, slack_server

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
        for number, supplier in enumerate(SUPPLIERS):
            at = NOW - timedelta(days=10 - number)
            title = f"{supplier.title()} sends drones & <!channel> to Freedonia"
            url = f"https://example.org/{supplier.lower()}"
            story = Story(str(number), title, "", "The Fore", seen=at, published=at, url=url)
            claims = [Claim("asserts", "MEDIA", supplier, "FREEDONIA", ("drones",), "delivered", title)]
            if supplier == SUPPLIERS[-1]:
                claims.append(Claim("denies", supplier, supplier, "FREEDONIA", ("drones",), "delivered", "Nonsense"))
            await store.write(outbox.record, 1, story, claims, now=at, alert=False, lexicon=lexicon)


@pytest.fixture
async def context(tmp_path: Path, ledger: Path, lexicon: Lexicon) -> AsyncIterator[Context]:
    async with await Store.open(Path(shutil.copy(ledger, tmp_path))) as store:
        yield Context(store=store, lexicon=lexicon, clock=lambda: NOW)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server


@pytest.fixture
async def slack_app(slack: SlackServer, context: Context) -> AsyncIterator[SlackApp]:
    """The Slack bot, started; in no hurry to be polite to a server that does not mind."""
    app = slack_app_of(slack, context)
    await app.start()
    yield app
    await app.stop()


def slack_app_of(
    server: SlackServer, context: Context, token: str = TOKEN, app_token: str = APP_TOKEN, ping: float = 10.0
) -> SlackApp:
    """`ping`: seconds between two looks at the connection; one that is not answered within half of it counts as lost,
    so that on a busy machine a short one breaks what stands."""
    return SlackApp(token, app_token, context, base_url=server.base_url, apart=0, ping=ping)
