"""Puts the parts together from a Config: the only place that knows them all, and the order of start and stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

from bot.alerts import deliver, outbox
from bot.commands import Context
from bot.config import Config
from bot.detect import examples
from bot.detect import lexicon as lexicons
from bot.detect.claims import read
from bot.detect.lexicon import Lexicon
from bot.detect.rules import read_rules
from bot.errors import ConfigError, RuleError, UserError
from bot.feeds import schedule
from bot.feeds.desk import FeedDesk, open_desk
from bot.feeds.guard import Guard
from bot.feeds.poller import Poller, Polling, default_user_agent
from bot.feeds.recording import Record
from bot.feeds.websub import WebSub
from bot.model import Feed, Recorded, Story
from bot.platforms.base import Platform
from bot.queries import language
from bot.store import Store, feed_list, feeds, subscriptions
from bot.store.feeds import FeedWanted

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 3
"""How long polls in progress may go on at a stop, which is to take ten seconds at most; then they are cut off."""

LONG_CHARACTERS = 1_000
"""Of a story: a longer one is read in a thread, so that the event loop goes on. Most are read in microseconds, which is
less than the way to a thread takes; the worst of this length take 6 ms."""

RULES_SECONDS = 5
"""Between two looks whether a user's rules have changed."""

HUB_SECONDS = 60
"""Between two looks whether a hub is to be asked for something."""

NO_FEED = (
    "There is no feed to poll. Take the list that comes with Claimwatch, `claimwatch feeds starter all`, add one with "
    "`claimwatch feeds add ADDRESS`, or add a [[feeds]] table to config.toml."
)

EVERYTHING = ("console", "")
"""The subscription of a bot that was told of no other: destination and query."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """The parts that every command shares, open and ready."""

    config: Config
    context: Context  # what commands need to answer, and the rest of the bot too
    owed: asyncio.Event = field(default_factory=asyncio.Event)  # set when a story made alerts owed

    @property
    def store(self) -> Store:
        """The database."""
        return self.context.store

    @property
    def lexicon(self) -> Lexicon:
        """The words of the rules that are in use now."""
        return self.context.lexicon

    @property
    def clock(self) -> Callable[[], datetime]:
        """What gives the time, in UTC."""
        return self.context.clock

    async def sync(self) -> None:
        """Bring the database's feeds and subscriptions in step with the configuration.

        Raises ConfigError for a subscription whose query says nothing sensible.
        """
        time = self.clock()
        check_queries(self.config, self.lexicon, time)
        await self.sync_feeds()
        await self.store.write(subscriptions.sync_configured, _wanted_subscriptions(self.config), time)

    async def sync_feeds(self) -> None:
        """Bring the database's feeds in step with the configuration."""
        await self.store.write(feeds.sync_configured, _wanted_feeds(self.config), self.clock())

    def poller(self, record: Record | None = None) -> Poller:
        """Return the poller, to be opened with `async with`; each story that it reads goes to `record`."""
        may_matter = lambda text: self.lexicon.may_speak_of_arms(text)  # noqa: E731, PLW0108  the lexicon may change
        return Poller(self.store, record or self.record, polling_of(self.config), self.clock, may_matter)

    def desk(self) -> AbstractAsyncContextManager[FeedDesk]:
        """Return what commands about feeds need of the network, to be opened with `async with`."""
        return desk_of(self.config)

    async def check_feeds(self) -> None:
        """Raise ConfigError when there is no feed on the list, neither configured nor added by command."""
        if not await self.store.read(feed_list.count):
            raise ConfigError(NO_FEED)

    async def record(self, feed: Feed, story: Story, may_alert: bool) -> Recorded:
        """Read the story's claims and keep both, with all that follows from them, in one transaction."""
        lexicon = self.lexicon
        long = len(story.title) + len(story.summary) + len(story.body) > LONG_CHARACTERS
        claims = await asyncio.to_thread(read, story, lexicon) if long else read(story, lexicon)
        recorded = await self.store.write(
            outbox.record, feed.id, story, claims, now=self.clock(), alert=may_alert, lexicon=lexicon
        )
        if recorded.alerts:
            self.owed.set()
        return recorded


def polling_of(config: Config) -> Polling:
    """How the configuration wants feeds to be polled."""
    polling = config.polling
    return Polling(
        concurrency=polling.concurrency,
        timeout=polling.timeout,
        max_bytes=polling.max_bytes,
        parse_seconds=polling.parse_seconds,
        jitter=polling.jitter,
        min_interval=polling.min_interval,
        max_interval=polling.max_interval,
        host_delay=polling.host_delay,
        operators=config.operators,
        guard=Guard(frozenset(polling.allow_hosts), frozenset(polling.allow_ports)),
        user_agent=polling.user_agent or default_user_agent(),
        alert_on_first_poll=config.alert_on_first_poll,
    )


def desk_of(
    config: Config, *, workers: int = 1, parse_seconds: float | None = None
) -> AbstractAsyncContextManager[FeedDesk]:
    """What trying feeds needs of the network, with so many worker processes, to be opened with `async with`."""
    polling = polling_of(config)
    if parse_seconds is not None:
        polling = replace(polling, parse_seconds=min(parse_seconds, polling.parse_seconds))
    return open_desk(polling, config.polling.interval, workers=workers)


def loaded(folder: Path | None) -> Lexicon:
    """The lexicon of the built-in rules and of a user's folder, whose examples are tried. Raises RuleError."""
    if folder is None:
        return lexicons.load()
    examples.check(folder)
    return lexicons.build(read_rules(folder))


@asynccontextmanager
async def opened(config: Config, clock: Callable[[], datetime] = now) -> AsyncIterator[App]:
    """Load the rules, with a user's tried on their examples, and open the database. Raises RuleError and StoreError."""
    lexicon = loaded(config.rules)
    async with await Store.open(config.database) as store:
        yield App(config, Context(store, lexicon, clock, operators=config.operators))


def check_feeds(config: Config) -> None:
    """Raise ConfigError when there can be nothing to poll: no feed is configured, and nobody has added one."""
    if not config.feeds and not config.database.exists():
        raise ConfigError(NO_FEED)


def check_queries(config: Config, lexicon: Lexicon, time: datetime) -> None:
    """Raise ConfigError when a subscription's query says nothing sensible."""
    for number, wanted in enumerate(config.subscriptions, start=1):
        try:
            language.parse(wanted.query, lexicon, time)
        except UserError as error:
            raise ConfigError(f'subscriptions.{number}.query is "{wanted.query}": {error}') from error


def check_destinations(config: Config) -> None:
    """Raise ConfigError when the platform of a subscription or of the operators is off."""
    off = {}
    if not config.discord.token:
        off["discord"] = "Discord is off: set discord.token_file or CLAIMWATCH_DISCORD__TOKEN."
    if not config.slack.token:
        off["slack"] = "Slack is off: set slack.token_file and slack.app_token_file, or their CLAIMWATCH_SLACK__TOKEN."
    places = {f"subscriptions.{number}.to": wanted.to for number, wanted in enumerate(config.subscriptions, start=1)}
    for key, to in ({"operators": config.operators or ""} | places).items():
        if reason := off.get(to.partition(":")[0]):
            raise ConfigError(f"{key} is {to}, but {reason}")


def _wanted_feeds(config: Config) -> list[FeedWanted]:
    return [
        FeedWanted(
            feed.url,
            feed.outlet,
            feed.interval or config.polling.interval,
            feed.read_article,
            adaptive=feed.interval is None,
        )
        for feed in config.feeds
    ]


def _wanted_subscriptions(config: Config) -> list[tuple[str, str]]:
    wanted = [(subscription.to, subscription.query) for subscription in config.subscriptions]
    return wanted or ([] if config.discord.token or config.slack.token else [EVERYTHING])


# ── rules that change ────────────────────────────────────────────────────────────────────────────────────────────────


class RulesWatch:
    """Notices that a user's rules have changed, and puts them into use. Make it before the rules are first read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = _state_of(folder)

    async def look(self, app: App) -> bool:
        """Return whether the rules have changed and are in use now.

        Rules that can't be used are logged, once, and those before them stay; the next change is tried again.
        """
        state = await asyncio.to_thread(_state_of, self._folder)
        if state == self._seen:
            return False
        self._seen = state
        try:
            lexicon = await asyncio.to_thread(loaded, self._folder)
            check_queries(app.config, lexicon, app.clock())
        except (RuleError, ConfigError, OSError) as error:
            log.error("rules not reloaded", folder=str(self._folder), reason=str(error))  # noqa: TRY400  it says it all
            return False
        app.context.lexicon = lexicon
        log.info("rules reloaded", folder=str(self._folder))
        return True


def _state_of(folder: Path) -> frozenset[tuple[str, int, int]]:
    """What tells one state of a folder's rule files from another: their names, times of change and sizes."""
    found = set()
    for path in folder.glob("*.toml"):
        with suppress(FileNotFoundError):  # editors put a new file in the place of the old one
            stat = path.stat()
            found.add((path.name, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


# ── the bot ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def run(config: Config) -> None:
    """Poll the feeds on schedule, deliver alerts and answer on the platforms, until SIGINT or SIGTERM.

    Starts from the inside out, so that nobody is asked who can't answer yet, and stops in the opposite order. Raises
    the error of a part that can't start or that fails for good, with all the others closed.
    """
    can_be_told = config.discord.token is not None  # to add a feed, by whoever manages a server
    if not can_be_told:
        check_feeds(config)
    check_destinations(config)
    rules = RulesWatch(config.rules) if config.rules else None
    with _stop_signals() as stop:
        async with opened(config) as app, AsyncExitStack() as parts:
            await app.sync()
            if not can_be_told:
                await app.check_feeds()
            app.context.desk = await parts.enter_async_context(app.desk())
            platforms = {platform.name: platform for platform in _platforms(app)}
            for platform in platforms.values():
                parts.push_async_callback(platform.stop)
                await platform.start()
            delivery = asyncio.create_task(
                deliver.deliver_forever(app.store, platforms, lambda: app.lexicon, app.clock, wake=app.owed)
            )
            parts.push_async_callback(_ended, delivery)
            poller = await parts.enter_async_context(app.poller())
            websub = await _listening(app, poller, parts)
            scheduler = schedule.start(poller)
            parts.push_async_callback(schedule.stop, scheduler, poller, grace=DRAIN_SECONDS)
            if rules:
                scheduler.add_job(rules.look, "interval", seconds=RULES_SECONDS, args=[app], misfire_grace_time=None)
            if websub:
                scheduler.add_job(
                    websub.look, "interval", seconds=HUB_SECONDS, next_run_time=now(), misfire_grace_time=None
                )

            log.info(
                "started",
                feeds=await app.store.read(feed_list.count),
                platforms=",".join(platforms),
                database=str(config.database),
            )
            await _first(stop.wait(), delivery)
            log.info("stopping")
    log.info("stopped")


async def _listening(app: App, poller: Poller, parts: AsyncExitStack) -> WebSub | None:
    """What hubs push to, where there is a public address at which they can."""
    wanted = app.config.websub
    if not wanted.public_url:
        await app.store.write(feeds.end_pushing)
        return None
    websub = WebSub(app.store, poller, polling_of(app.config), app.clock, public_url=wanted.public_url)
    await parts.enter_async_context(websub)
    await websub.listen(wanted.listen)
    return websub


def _platforms(app: App) -> list[Platform]:
    """Those that config.toml turns on, and the console where somebody is to be told there."""
    config = app.config
    platforms: list[Platform] = []
    destinations = [config.operators, *(to for to, _query in _wanted_subscriptions(config))]
    if "console" in destinations:
        from rich.console import Console

        from bot.platforms.console_app import ConsoleApp

        platforms.append(ConsoleApp(Console()))
    if token := config.discord.token:
        from bot.platforms.discord_app import DiscordApp
        from cogs import adder

        discord = config.discord
        platforms.append(
            DiscordApp(
                token.get_secret_value(),
                adder(app.context),
                prefix=discord.prefix,
                api_base=discord.api_base,
                gateway=discord.gateway,
            )
        )
    slack = config.slack
    if slack.token and slack.app_token:
        from bot.platforms.slack_app import SlackApp

        tokens = slack.token.get_secret_value(), slack.app_token.get_secret_value()
        platforms.append(
            SlackApp(
                *tokens,
                app.context,
                prefix=slack.prefix,
                base_url=slack.base_url,
                admin_group=slack.admin_group,
            )
        )
    return platforms


@contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; a second signal ends the process as it would any other."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    try:
        for number in before:
            signal.signal(number, note)
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _first(waiting: Coroutine[Any, Any, Any], running: asyncio.Task[None]) -> None:
    """Return when `waiting` is done; raise what ended `running`, should that come first."""
    waiter = asyncio.create_task(waiting)
    try:
        await asyncio.wait({waiter, running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
    if running.done():
        running.result()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
