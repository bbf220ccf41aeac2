"""Runs `python -m bot run`, kills it, restarts it, and tells at the end what became of the news.

::

    news ──▶ feeds ──▶ the bot, a process of its own ──▶ small Discord, small Slack ──▶ what the channels show
     │                   ▲ SIGKILL at a random moment                                          │
     └───────────────────┴──────────────────────── compared at the end ────────────────────────┘

The kills come in seconds and not in hours, so time is helped on between them: feeds are made due, and in some rounds
Discord forgets its nonces, which takes it minutes otherwise.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import database
from tests.crash import news as told
from tests.crash.news import AFFAIRS_A_CHANNEL, OUTLETS, News
from tests.crash.shown import Shown, Verdict, compare, read
from tests.fakes import discord_server, feed_server, slack_server

FIRST_CHANNEL = 100_000
MOMENTS = ("start", "poll", "discord", "slack")  # while the bot starts, polls, or posts there
_PATIENCE = (
    3.0  # seconds for a moment to come once the bot has logged in, after which the process is killed all the same
)
_SETTLE = 120.0  # seconds for the last run to deliver everything
_STOP = 30.0  # seconds for an orderly end
_REQUEST = 0.03  # seconds that each of Discord's answers takes, so that kills fall into the middle of requests


@dataclass(frozen=True, slots=True)
class Platforms:
    """Where the bot posts."""

    discord: discord_server.DiscordServer
    slack: slack_server.SlackServer

    def shown(self) -> dict[str, Shown]:
        """What the channels of each show now."""
        discord = (message for held in self.discord.messages.values() for message in held)
        slack = (message for channel in self.slack.channels.values() for message in channel.messages)
        return {"discord": read(discord), "slack": read(slack)}


@dataclass(slots=True)
class Report:
    """How a run of the harness went."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)  # by moment; "idle": the one that was aimed at did not come
    stories: int = 0
    affairs: int = 0
    shown: dict[str, Shown] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)  # of the database, after any kill
    left_behind: int = 0  # processes of the bot that went on without it
    exit_code: int | None = None  # of the last run, which is asked to stop
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether everything is as it should be."""
        wrong = [what for one in self.verdicts.values() for what in (*one.lost, *one.doubled, *one.stale)]
        return not wrong and not self.damage and self.left_behind == 0 and self.exit_code == 0


@dataclass(slots=True)
class Harness:
    """What a run shares."""

    folder: Path
    chance: random.Random
    news: News
    feeds: feed_server.FeedServer
    platforms: Platforms
    environment: dict[str, str]
    report: Report
    start_takes: float = 2.0  # seconds until the bot logs in to Discord, as it was last seen
    groups: list[int] = field(default_factory=list)  # process groups of the killed

    @property
    def database(self) -> Path:
        return self.folder / "claimwatch.db"

    def publish(self) -> None:
        """Let something happen, and the feeds tell of it."""
        shown = self.platforms.shown()
        self.news.go_on(set(shown["discord"].posts) & set(shown["slack"].posts))
        for number, outlet in enumerate(OUTLETS):
            body = self.news.page(outlet)
            self.feeds.pages[f"/{number}"] = feed_server.page(body, headers={"Connection": "close"})

    async def start(self) -> asyncio.subprocess.Process:
        """Start the bot in a process group of its own; its log goes to a file."""
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml"),
                stdout=log, stderr=log, env=self.environment, start_new_session=True,
            )  # fmt: skip
        self.groups.append(process.pid)
        return process

    async def run_and_kill(self, moment: str) -> None:
        """Start the bot and kill it at or a little after a moment."""
        happened = self._counter(moment)
        before, identifies = happened(), self.platforms.discord.identifies
        begun = time.monotonic()
        process = await self.start()
        if moment == "start":
            longest = self.start_takes
        else:
            wanted, longest = before + self.chance.randint(1, 2), 0.3 if moment == "poll" else 2 * _REQUEST
            await self._until(lambda: self.platforms.discord.identifies > identifies, process, begun + _SETTLE)
            self.start_takes = time.monotonic() - begun
            if not await self._until(lambda: happened() >= wanted, process, time.monotonic() + _PATIENCE):
                moment = "idle"
        await asyncio.sleep(self.chance.uniform(0, longest))  # the moment itself is what is random
        if process.returncode is None:
            process.kill()
            self.report.kills[moment] += 1
        if await process.wait() != -signal.SIGKILL:
            self.report.damage.append(f"the bot ended by itself with {process.returncode}; see {self.folder}/log")

    def _counter(self, moment: str) -> Callable[[], int]:
        match moment:
            case "poll":
                return lambda: len(self.feeds.requests)
            case "discord":
                return lambda: sum("/messages" in path for _, path in self.platforms.discord.requests)
            case "slack":
                return lambda: sum(method.startswith("chat.") for method, _ in self.platforms.slack.calls)
        return lambda: 0

    async def settle(self) -> None:
        """Let the bot run until it owes nothing, then ask it to stop."""
        database.help_time_on(self.database)
        process = await self.start()
        settled = await self._until(
            lambda: database.is_settled(self.database, len(OUTLETS)), process, time.monotonic() + _SETTLE, every=0.1
        )
        if not settled:
            self.report.damage.append(f"it did not deliver everything within {_SETTLE:g} s; see {self.folder}/log")
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            self.report.exit_code = await asyncio.wait_for(process.wait(), _STOP)
        except TimeoutError:
            self.report.damage.append(f"it did not stop within {_STOP:g} s")
            process.kill()
            await process.wait()

    async def _until(
        self, true: Callable[[], bool], process: asyncio.subprocess.Process, end: float, every: float = 0.002
    ) -> bool:
        while not true():  # what happens in another process is only to be seen by looking
            if process.returncode is not None or time.monotonic() > end:
                return False
            await asyncio.sleep(every)
        return True

    def sweep(self) -> None:
        """End what the killed have left behind, and count it."""
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
            self.report.left_behind += 1


async def crash(folder: Path, *, kills: int, seed: int, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Kill the bot `kills` times, let it finish, and return what was found; `folder` keeps its database and log."""
    begun = time.monotonic()
    async with opened(folder, affairs=kills + 1, seed=seed) as harness:
        report, chance = harness.report, harness.chance
        for number in range(1, kills + 1):
            harness.publish()
            moment = chance.choice(MOMENTS)
            if moment in ("poll", "slack") or chance.random() < 0.5:  # else the bot opens first what the kill has left
                database.help_time_on(harness.database)
            if chance.random() < 0.5:
                harness.platforms.discord.nonces.clear()
            await harness.run_and_kill(moment)
            if chance.random() < 0.5 or number == kills:
                report.damage += database.damage(harness.database)
            if number % 20 == 0:
                tell(f"{number} kills, {time.monotonic() - begun:.0f} s")
        harness.publish()
        await harness.settle()
        report.damage += database.damage(harness.database)
        report.affairs = len(harness.news.affairs)
        report.stories = sum(map(len, harness.news.items.values()))
        report.shown = harness.platforms.shown()
        report.verdicts = {name: compare(harness.news.affairs, shown) for name, shown in report.shown.items()}
    report.seconds = time.monotonic() - begun
    return report


@asynccontextmanager
async def opened(folder: Path, *, affairs: int, seed: int, host: str = "127.0.0.1") -> AsyncIterator[Harness]:
    """Feeds, Discord and Slack on loopback, and the bot's configuration for so many affairs.

    `host` is what the feeds' server is called in their addresses.
    """
    channels = (affairs - 1) // AFFAIRS_A_CHANNEL + 1
    chance = random.Random(seed)
    async with AsyncExitStack() as parts:
        feeds = await parts.enter_async_context(feed_server.serve())
        numbers = range(FIRST_CHANNEL, FIRST_CHANNEL + channels)
        discord = await parts.enter_async_context(discord_server.discord_server(channels=numbers))
        slack = await parts.enter_async_context(slack_server.slack_server())
        discord.rest.delay = _REQUEST
        for number in range(channels):
            slack.channels[_slack_channel(number)] = slack_server.Channel(_slack_channel(number))
        harness = Harness(folder, chance, News(chance), feeds, Platforms(discord, slack), {}, Report(seed))
        harness.environment = _environment(harness.platforms, folder)
        _configure(folder, feeds, affairs, host)
        parts.callback(harness.sweep)
        yield harness


def _slack_channel(number: int) -> str:
    return f"C0CRASH{number:03d}"


def _environment(platforms: Platforms, folder: Path) -> dict[str, str]:
    """This process's own, with the settings; modules are compiled once, where a start would take seconds otherwise."""
    discord, slack = platforms.discord, platforms.slack
    left_out = ("CLAIMWATCH_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | {
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", str(folder / "compiled")),
        "CLAIMWATCH_DISCORD__API_BASE": discord.api_base,
        "CLAIMWATCH_DISCORD__GATEWAY": discord.gateway_address,
        "CLAIMWATCH_DISCORD__TOKEN": discord.token,
        "CLAIMWATCH_SLACK__BASE_URL": slack.base_url,
        "CLAIMWATCH_SLACK__TOKEN": slack.token,
        "CLAIMWATCH_SLACK__APP_TOKEN": slack.app_token,
    }


def _configure(folder: Path, feeds: feed_server.FeedServer, affairs: int, host: str) -> None:
    """Write config.toml and the rules: a channel on each platform is told of five affairs, by who supplies."""
    (folder / "rules").mkdir()
    (folder / "rules" / "actors.toml").write_text(told.rules(2 * affairs), encoding="utf-8")
    lines = [
        'rules = "rules"', 'alert_on_first_poll = "all"', 'log_level = "debug"', "[polling]", "host_delay = 0",
        f'allow_hosts = ["{host}:{feeds.port}"]',
    ]  # fmt: skip
    for number, outlet in enumerate(OUTLETS):
        lines += ["[[feeds]]", f'url = "{feeds.url(f"/{number}", host)}"', f'outlet = "{outlet}"']
    for number, supplier in zip(range(affairs), list(told.places())[::2], strict=False):
        channel = number // AFFAIRS_A_CHANNEL
        for to in (f"discord:{FIRST_CHANNEL + channel}", f"slack:{_slack_channel(channel)}"):
            lines += ["[[subscriptions]]", f'to = "{to}"', f'query = "from:{supplier}"']
    (folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")
