"""Puts the parts together from a Config: the only place that knows them all, and the order of start and stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import retention
from bot.alerts import deliver, outbox
from bot.commands import Context
from bot.commands.context import Controls
from bot.config import Config
from bot.config_values import length_of
from bot.detect import lexicon as lexicons
from bot.detect.claims import read
from bot.detect.lexicon import Lexicon
from bot.errors import ConfigError
from bot.feeds import schedule
from bot.feeds.desk import FeedDesk, open_desk
from bot.feeds.guard import Guard
from bot.feeds.poller import Poller, Polling, default_user_agent
from bot.feeds.recording import Record
from bot.feeds.websub import WebSub
from bot.model import Feed, Recorded, Story
from bot.platforms.base import Announcer, Platform
from bot.retention import Keep
from bot.rules_watch import Reloaded, RulesWatch
from bot.runner import ended, first, stop_signals
from bot.stepped import follow_clock
from bot.store import Store, feed_list, feeds
from bot.syncing import Synced, check_queries, sync, wanted_subscriptions

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

PRUNE_AFTER, PRUNE_HOURS = timedelta(minutes=10), 24
"""When what is too old is removed: some time after the start, which has enough to do, and then every so many hours."""

NO_FEED = (
    "There is no feed to poll. Take the list that comes with Claimwatch, `claimwatch feeds starter all`, add one with "
    "`claimwatch feeds add ADDRESS`, or add a [[feeds]] table to config.toml."
)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class App:
    """The parts that every command shares, open and ready."""

    config: Config  # its feeds and subscriptions are replaced when they are read anew
    context: Context  # what commands need to answer, and the rest of the bot too
    owed: asyncio.Event = field(default_factory=asyncio.Event)  # set when something was made owed
    rules: RulesWatch | None = None  # None: no folder of a user's rules is configured
    reread: Callable[[], Config] | None = None  # reads the configuration anew
    announcers: list[Announcer] = field(default_factory=list)  # the platforms with slash commands

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

    def controls(self) -> Controls:
        """Return what commands may do to the bot itself."""
        return Controls(self.owed.set, lambda: self.lexicon, self.reload_rules, self.sync_anew, self.announce)

    async def sync(self) -> Synced:
        """Bring the database's feeds and subscriptions in step with the configuration; return what that changed.

        Raises ConfigError for a subscription whose query says nothing sensible.
        """
        return await sync(self.store, self.config, self.lexicon, self.clock())

    async def sync_anew(self) -> Synced:
        """Take feeds and subscriptions from the configuration as it is now, where it can be read again.

        All else counts from the next start. Raises ConfigError, and changes nothing then.
        """
        read_now = await asyncio.to_thread(self.reread) if self.reread else self.config
        config = self.config.model_copy(update={"feeds": read_now.feeds, "subscriptions": read_now.subscriptions})
        check_destinations(config)
        synced = await sync(self.store, config, self.lexicon, self.clock())
        self.config = config
        return synced

    async def announce(self) -> dict[str, int]:
        """Tell the platforms that have them the slash commands anew; return how many, by the platform's name.

        Raises DeliveryError.
        """
        return {platform.name: await platform.announce() for platform in self.announcers}

    async def look_at_rules(self) -> None:
        """Put a user's rules into use if they have changed."""
        if self.rules and await self.rules.look(self._check):
            self.context.lexicon = self.rules.lexicon

    async def reload_rules(self) -> Reloaded | None:
        """Read a user's rules anew, put them into use, and return what became of it; None: no folder is configured."""
        if self.rules is None:
            return None
        found = await self.rules.reload(self._check)
        self.context.lexicon = self.rules.lexicon
        return found

    def _check(self, lexicon: Lexicon) -> None:
        check_queries(self.config, lexicon, self.clock())

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


def keep_of(config: Config) -> Keep:
    """For how long the configuration wants things to be kept."""
    return Keep(length_of(config.retention.stories), length_of(config.retention.alerts))


def desk_of(
    config: Config, *, workers: int = 1, parse_seconds: float | None = None
) -> AbstractAsyncContextManager[FeedDesk]:
    """What trying feeds needs of the network, with so many worker processes, to be opened with `async with`."""
    polling = polling_of(config)
    if parse_seconds is not None:
        polling = replace(polling, parse_seconds=min(parse_seconds, polling.parse_seconds))
    return open_desk(polling, config.polling.interval, workers=workers)


@asynccontextmanager
async def opened(
    config: Config, clock: Callable[[], datetime] = now, *, reread: Callable[[], Config] | None = None
) -> AsyncIterator[App]:
    """Load the rules, with a user's tried on their examples, and open the database. Raises RuleError and StoreError."""
    rules = RulesWatch(config.rules, clock) if config.rules else None
    async with await Store.open(config.database) as store:
        lexicon = rules.lexicon if rules else lexicons.load()
        context = Context(store, lexicon, clock, editors=frozenset(config.editors))
        app = App(config, context, rules=rules, reread=reread)
        context.controls = app.controls()
        yield app


def check_feeds(config: Config) -> None:
    """Raise ConfigError when there can be nothing to poll: no feed is configured, and nobody has added one."""
    if not config.feeds and not config.database.exists():
        raise ConfigError(NO_FEED)


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


# ── the bot ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def run(config: Config, *, reread: Callable[[], Config] | None = None) -> None:
    """Poll the feeds on schedule, deliver alerts and answer on the platforms, until SIGINT or SIGTERM.

    `reread` reads the configuration anew when the operator asks for it.

    Starts from the inside out, so that nobody is asked who can't answer yet, and stops in the opposite order. Raises
    the error of a part that can't start or that fails for good, with all the others closed.
    """
    from bot.monitor.server import Monitor

    can_be_told = config.discord.token is not None  # to add a feed, by whoever manages a server
    if not can_be_told:
        check_feeds(config)
    check_destinations(config)
    with stop_signals() as stop:
        async with (
            Monitor(config.metrics.listen, now) as monitor,
            opened(config, reread=reread) as app,
            AsyncExitStack() as parts,
        ):
            await app.sync()
            if not can_be_told:
                await app.check_feeds()
            app.context.operators = config.operators
            app.context.desk = await parts.enter_async_context(app.desk())
            app.context.told = monitor.metrics.answered
            platforms = {platform.name: platform for platform in _platforms(app)}
            monitor.opened(app.store, list(platforms))
            for platform in platforms.values():
                parts.push_async_callback(platform.stop)
                await platform.start()
                monitor.done(platform.name)
            app.announcers.extend(one for one in platforms.values() if isinstance(one, Announcer))
            delivery = asyncio.create_task(
                deliver.deliver_forever(
                    app.store,
                    platforms,
                    lambda: app.lexicon,
                    app.clock,
                    app.owed,
                    config.operators,
                    monitor.metrics.delivered,
                )
            )
            parts.push_async_callback(ended, delivery)
            monitor.watch("delivery", lambda: not delivery.done())
            poller = await parts.enter_async_context(app.poller(monitor.metrics.counting(app.record)))
            websub = await _listening(app, poller, parts)
            scheduler = schedule.start(poller, monitor.metrics.polled)
            parts.push_async_callback(schedule.stop, scheduler, poller, grace=DRAIN_SECONDS)
            _add_jobs(scheduler, app, websub)
            clock = asyncio.create_task(follow_clock(partial(schedule.hasten, scheduler), app.store))
            parts.push_async_callback(ended, clock)
            monitor.watch("schedule", lambda: scheduler.running)
            monitor.done("schedule")

            log.info(
                "started",
                feeds=await app.store.read(feed_list.count),
                platforms=",".join(platforms),
                database=str(config.database),
            )
            await first(stop.wait(), delivery)
            log.info("stopping")
            monitor.stopping()
    log.info("stopped")


def _add_jobs(scheduler: AsyncIOScheduler, app: App, websub: WebSub | None) -> None:
    """What is done now and then, besides looking which feeds are due."""
    if app.rules:
        scheduler.add_job(app.look_at_rules, "interval", seconds=RULES_SECONDS, misfire_grace_time=None)
    if websub:
        scheduler.add_job(websub.look, "interval", seconds=HUB_SECONDS, next_run_time=now(), misfire_grace_time=None)

    async def prune() -> None:
        await retention.prune_daily(app.store, keep_of(app.config), app.clock())

    scheduler.add_job(prune, "interval", hours=PRUNE_HOURS, next_run_time=now() + PRUNE_AFTER, misfire_grace_time=None)


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
    destinations = [config.operators, *(to for to, _query in wanted_subscriptions(config))]
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
