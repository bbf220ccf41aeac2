"""A server of feeds, a store, and the real poller and recorder between them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.alerts import outbox
from bot.detect import claims
from bot.detect.examples import lexicon_with_invented
from bot.detect.lexicon import Lexicon
from bot.detect.rules import read_rules
from bot.feeds.fetch import open_session
from bot.feeds.guard import Guard
from bot.feeds.poller import Poller, Polling
from bot.feeds.recording import PollResult
from bot.feeds.websub import WebSub
from bot.model import Feed, Recorded, Story
from bot.store import Store
from bot.store.feeds import FeedWanted, all_feeds, keep, sync_configured
from bot.store.tables import stories
from tests.fakes.feed_server import FeedServer, hosts, item, page, serve
from tests.fakes.hub import TOPIC, Hub, hub_server, offering

NOW = datetime(2026, 2, 18, 12, 0, tzinfo=UTC)
INTERVAL = 900

OLD = item("Old treaty", guid="1")
NEW = item("New treaty", guid="2")
NEXT = item("Next treaty", guid="3")


@dataclass(slots=True)
class Newsroom:
    """Feeds of the server, polled into the store by the clock of the test."""

    server: FeedServer
    store: Store
    lexicon: Lexicon
    stack: AsyncExitStack
    now: datetime = NOW
    seen: list[tuple[Story, bool]] = field(default_factory=list)  # what was recorded, and whether it could alert
    poller: Poller | None = None

    async def open(self, **settings: Any) -> Poller:
        """A poller of its own settings in place of the one before; it does not wait between requests to the server."""
        wanted: dict[str, Any] = {"host_delay": 0, "guard": self.server.guard} | settings
        poller = Poller(self.store, self.record, Polling(**wanted), lambda: self.now, self.lexicon.may_speak_of_arms)
        self.poller = await self.stack.enter_async_context(poller)
        return poller

    async def record(self, feed: Feed, story: Story, may_alert: bool) -> Recorded:
        self.seen.append((story, may_alert))
        found = claims.read(story, self.lexicon)
        return await self.store.write(
            outbox.record, feed.id, story, found, now=self.now, alert=may_alert, lexicon=self.lexicon
        )

    async def want(
        self, *paths: str, outlet: str | None = None, host: str = "127.0.0.1", read_article: bool = False
    ) -> None:
        wanted = [FeedWanted(self.server.url(path, host), outlet, INTERVAL, read_article) for path in paths]
        await self.store.write(sync_configured, wanted, self.now)

    async def poll(self) -> list[PollResult]:
        """Poll what is due now."""
        return await (self.poller or await self.open()).poll_due()

    async def poll_later(self) -> list[PollResult]:
        """Poll two intervals later, when whatever went well is due again."""
        self.now += timedelta(seconds=2 * INTERVAL)
        return await self.poll()

    async def feeds(self) -> list[Feed]:
        return await self.store.read(all_feeds)

    async def titles(self) -> list[str]:
        """Of the stories in the store, in the order in which they were recorded."""
        rows = await self.store.read(lambda connection: connection.execute(stories.select()).all())
        return [row.title for row in rows]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return lexicon_with_invented(read_rules())


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with serve() as server:
        yield server


@pytest.fixture
async def session(server: FeedServer) -> AsyncIterator[aiohttp.ClientSession]:
    """One that may go to the server."""
    async with open_session("Claimwatch/test", server.guard) as session:
        yield session


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them; to copy it takes a tenth of the time that the migrations take."""
    path = tmp_path_factory.mktemp("store") / "empty.db"

    async def make() -> None:
        await (await Store.open(path)).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def store(empty_database: Path, tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(Path(shutil.copy(empty_database, tmp_path / "news.db"))) as store:
        yield store


@pytest.fixture
async def newsroom(server: FeedServer, store: Store, lexicon: Lexicon) -> AsyncIterator[Newsroom]:
    async with AsyncExitStack() as stack:
        yield Newsroom(server, store, lexicon, stack)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with hub_server() as hub:
        yield hub


@pytest.fixture
async def websub(newsroom: Newsroom, hub: Hub) -> AsyncIterator[WebSub]:
    """Of a bot with one feed, whose last poll found that it offers the hub."""
    newsroom.server.pages["/f"] = page(offering(hub.url, OLD))
    await newsroom.want("/f")
    (feed,) = await newsroom.feeds()
    polled = replace(feed, hub=hub.url, topic=TOPIC, last_success_at=NOW)
    await newsroom.store.write(keep, [(feed, polled)])
    async with bot(newsroom, hub) as websub:
        yield websub


@asynccontextmanager
async def bot(
    newsroom: Newsroom,
    hub: Hub,
    public_url: str = "https://claimwatch.freedonia.example/in/",
    max_bytes: int = 1_000_000,
) -> AsyncIterator[WebSub]:
    allowed = Guard(newsroom.server.guard.hosts | {*hosts(hub.url)})
    async with AsyncExitStack() as stack:
        newsroom.stack = stack
        poller = await newsroom.open(guard=allowed)
        polling = Polling(host_delay=0, guard=allowed, max_bytes=max_bytes)
        websub = WebSub(newsroom.store, poller, polling, lambda: newsroom.now, public_url=public_url)
        await stack.enter_async_context(websub)
        hub.bot = await websub.listen("127.0.0.1:0")
        yield websub


async def the_feed(newsroom: Newsroom) -> Feed:
    (feed,) = await newsroom.feeds()
    return feed


async def recorded(newsroom: Newsroom, title: str) -> None:
    async with asyncio.timeout(30):
        while title not in await newsroom.titles():  # noqa: ASYNC110  the store has no event
            await asyncio.sleep(0.01)
