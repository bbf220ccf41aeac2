"""What a poll of a thousand feeds costs, beside the same done with bare aiohttp, with feedparser and with reader.

    uv run --group bench python -m benchmarks.feeds [--json] [--quick]

The bot's poll is the whole cycle, as it is run: a database on disk, claims read, stories kept, validators noted, logs
written. The feeds are served by a process of their own on a thousand loopback hosts (Linux only), in the shapes of real
ones, packed with gzip. Each measurement has a process of its own too. CPU is that of the process and of its workers,
and where there are rounds the best counts: what else the machine does only adds.

- unchanged: CPU of a poll in which each feed says 304, over that of the same conditional GETs with aiohttp and no more,
  as many at once. Held: at most 1.5.
- changed: seconds of a poll in which each feed has one new entry: of `feedparser.parse` of all the bodies, one after
  another, over ours (held: 8), and of lemon24/reader's `update_feeds` over ours, with that number of its workers which
  does best on a sample (held: 10).
- pause: how long the event loop keeps a timer waiting during polls of a fifth of the feeds, with 2 MB feeds among them
  that mean harm. An idle loop in a process of its own tells what of it is the machine's. Held: 10 ms at p99, at most
  50 ms.
- memory: the peak of the bot's process when it polls 10,000 feeds, less that with 1,000. Held: 300 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks.feed_peers import ROUNDS, Cost, bare, cpu, parsed, read, readers_best
from benchmarks.feed_servers import FeedServers, serving
from bot import log
from bot.app import opened
from bot.config import Config, FeedKeys, Polling
from bot.feeds.poller import Poller
from bot.feeds.recording import PollResult
from bot.runner import run
from bot.syncing import sync_feeds

P = ParamSpec("P")
T = TypeVar("T")

_SAMPLE = 100  # feeds on which its best number of workers is found
_TICK = 0.002  # seconds


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a timer was kept waiting beyond its time, in milliseconds."""

    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Bot:
    """What the bot's polls cost."""

    first: Cost
    unchanged: Cost
    changed: Cost


@dataclass(slots=True)
class Figures:
    """Everything that was measured."""

    feeds: int
    bot: Bot
    bare: Cost
    bare_same_loop: Cost
    feedparser: float  # seconds for all bodies
    pauses: Pauses
    idle: Pauses
    memory: list[float] = field(default_factory=list)  # MB, with a thousand and with ten thousand feeds
    reader: Cost | None = None
    reader_workers: int = 0

    @property
    def summary(self) -> dict[str, float]:
        """The keys that `--json` prints."""
        found = {
            "unchanged_vs_bare_get": round(self.bot.unchanged.cpu / self.bare.cpu, 2),
            "changed_vs_feedparser": round(self.feedparser / self.bot.changed.wall, 1),
            "longest_pause_ms": round(self.pauses.longest, 1),
            "pause_p99_ms": round(self.pauses.p99, 2),
        }
        if self.reader:
            found["changed_vs_reader"] = round(self.reader.wall / self.bot.changed.wall, 1)
        if self.memory:
            found["memory_10k_over_1k_mb"] = round(self.memory[1] - self.memory[0], 1)
        return found


def main() -> None:
    """Serve, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--quick", action="store_true", help="100 feeds in place of 1,000, and without the memory")
    options = parser.parse_args()
    console = Console(width=120)
    with serving() as servers:
        figures = _measure(servers, 100 if options.quick else 1_000, console, memory=not options.quick)
    _report(figures, console)
    if options.json:
        print(json.dumps(figures.summary))


def _measure(servers: FeedServers, count: int, console: Console, *, memory: bool) -> Figures:
    def alone(what: str, part: Callable[Concatenate[FeedServers, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        console.print(f"measuring {what} …", style="dim")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as process:
            return process.submit(part, servers, *args, **kwargs).result()

    figures = Figures(
        feeds=count,
        bot=alone("the bot's polls", _bot, count),
        bare=alone("bare GETs", bare, count, same_loop=False),
        bare_same_loop=alone("bare GETs on the bot's event loop", bare, count, same_loop=True),
        feedparser=alone("feedparser", parsed, count),
        pauses=alone("pauses", _pauses, count // 5),
        idle=alone("an idle loop", _idle),
    )
    if importlib.util.find_spec("reader") is None:
        console.print("reader is not installed: skipped. To compare with it: uv sync --group bench")
    else:
        figures.reader_workers = alone("reader's best number of workers", readers_best, min(count, _SAMPLE))
        figures.reader = alone(f"reader with {figures.reader_workers} workers", read, count, figures.reader_workers)
    if memory:
        figures.memory = [alone(f"memory of {size:,} feeds", _memory, size) for size in (1_000, 10_000)]
    return figures


# ── the bot ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Bot:
    """The bot's own poller over a database of its own, with a clock that makes every feed due at each poll."""

    def __init__(self, poller: Poller, clock: _Clock) -> None:
        self._poller = poller
        self._clock = clock

    async def poll(self, outcome: str, new: int | None = None) -> Cost:
        """Poll every feed and return what that cost. All of them must end so, but for those that mean harm."""
        self._clock.time += timedelta(days=2)
        before, start = cpu(), time.perf_counter()
        results = await self._poller.poll_due()
        cost = Cost(time.perf_counter() - start, cpu() - before)
        wrong = [result for result in results if not _harmful(result) and not _as_meant(result, outcome, new)]
        assert not wrong, wrong[0]
        return cost


@dataclass(slots=True)
class _Clock:
    time: datetime = datetime(2026, 2, 18, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


def _harmful(result: PollResult) -> bool:
    return "/hostile/" in result.feed.url


def _as_meant(result: PollResult, outcome: str, new: int | None) -> bool:
    return result.outcome == outcome and new in (None, result.new)


@asynccontextmanager
async def _opened_bot(urls: Sequence[str]) -> AsyncIterator[_Bot]:
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w", encoding="utf-8") as stream:
        log.set_up("info", "logfmt", stream)
        config = Config(
            database=Path(folder) / "news.db",
            feeds=tuple(FeedKeys(url=url, interval=900) for url in urls),
            polling=Polling(host_delay=0, allow_hosts=tuple(sorted({urlsplit(url).netloc for url in urls}))),
        )
        async with opened(config, clock) as app:
            await sync_feeds(app.store, app.config, app.clock())
            async with app.poller() as poller:
                yield _Bot(poller, clock)


def _bot(servers: FeedServers, count: int) -> Bot:
    async def measure() -> Bot:
        async with _opened_bot(servers.urls("bot", count)) as bot:
            first = await bot.poll("changed")
            unchanged = [await bot.poll("unchanged") for _ in range(ROUNDS)]
            changed = []
            for _ in range(ROUNDS):
                servers.revise("bot")
                changed.append(await bot.poll("changed", new=1))
        return Bot(first, min(unchanged, key=lambda cost: cost.cpu), min(changed, key=lambda cost: cost.wall))

    return run(measure())


def _pauses(servers: FeedServers, count: int) -> Pauses:
    async def measure() -> list[Pauses]:
        found = []
        async with _opened_bot([*servers.urls("pauses", count), *servers.hostile()]) as bot:
            await bot.poll("changed")
            for _ in range(ROUNDS):
                servers.revise("hostile")  # so that they are read again
                unchanged = await _paused(bot.poll("unchanged"))
                servers.revise("pauses")
                servers.revise("hostile")
                found.append(_summed(unchanged + await _paused(bot.poll("changed", new=1))))
        return found

    found = run(measure())
    return Pauses(min(one.p99 for one in found), min(one.longest for one in found))


def _idle(_: FeedServers) -> Pauses:
    return _summed(run(_paused(asyncio.sleep(5))))


async def _paused(work: Coroutine[Any, Any, Any]) -> list[float]:
    """By how many seconds a timer was late while the work was done."""
    late = []

    async def tick() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(_TICK)
            late.append(time.perf_counter() - start - _TICK)

    ticking = asyncio.create_task(tick())
    await work
    ticking.cancel()
    return late


def _summed(late: list[float]) -> Pauses:
    return Pauses(statistics.quantiles(late, n=100)[98] * 1_000, max(late) * 1_000)


def _memory(servers: FeedServers, count: int) -> float:
    """Peak MB of the process that polls. Feeds of few entries, which make no difference to it but to the time."""

    async def measure() -> None:
        async with _opened_bot(servers.urls(f"few-{count}", count)) as bot:
            await bot.poll("changed")
            await bot.poll("unchanged")

    run(measure())
    return next(int(line.split()[1]) for line in _status().splitlines() if line.startswith("VmHWM:")) / 1_024


def _status() -> str:
    return Path("/proc/self/status").read_text(encoding="ascii")


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _report(figures: Figures, console: Console) -> None:
    table = Table(f"{figures.feeds:,} feeds", "seconds", "CPU seconds", "feeds a second")
    costs = {
        "first poll": figures.bot.first,
        "unchanged": figures.bot.unchanged,
        "  bare aiohttp": figures.bare,
        "  bare aiohttp on the bot's event loop": figures.bare_same_loop,
        "one new entry": figures.bot.changed,
        "  feedparser.parse": Cost(figures.feedparser, figures.feedparser),
    }
    if figures.reader:
        costs[f"  reader, {figures.reader_workers} workers"] = figures.reader
    for name, cost in costs.items():
        table.add_row(name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{figures.feeds / cost.wall:,.0f}")
    console.print(table)
    summary = figures.summary
    same_loop = figures.bot.unchanged.cpu / figures.bare_same_loop.cpu
    console.print(
        f"unchanged: {summary['unchanged_vs_bare_get']} of the CPU of bare GETs (held: 1.5); on the same event loop "
        f"{same_loop:.2f}"
    )
    console.print(
        f"one new entry: {summary['changed_vs_feedparser']} times faster than feedparser.parse (held: 8), "
        f"{summary.get('changed_vs_reader', '?')} times than reader (held: 10)"
    )
    console.print(
        f"pauses: p99 {figures.pauses.p99:.2f} ms (held: 10), longest {figures.pauses.longest:.1f} ms (held: 50); of "
        f"an idle loop {figures.idle.p99:.2f} and {figures.idle.longest:.1f} ms"
    )
    if figures.memory:
        console.print(
            f"memory: {figures.memory[0]:.0f} MB with 1,000 feeds, {figures.memory[1]:.0f} MB with 10,000: "
            f"{summary['memory_10k_over_1k_mb']} MB more (held: 300)"
        )


if __name__ == "__main__":
    main()
