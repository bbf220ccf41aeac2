"""What others take for the work of a poll: bare aiohttp, feedparser and reader, each in the process that calls it."""

from __future__ import annotations

import asyncio
import io
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import feedparser

from benchmarks.feed_servers import FeedServers, shapes
from bot.config import Config
from bot.runner import run

ROUNDS = 2
_CONCURRENCY = Config().polling.concurrency
_WORKERS = (1, 2, 4, 8, 16)  # of reader


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one poll, in seconds."""

    wall: float
    cpu: float


def cpu() -> float:
    """Seconds of this process and its workers, those that live and those that were."""
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ended = sum(usage.ru_utime + usage.ru_stime for usage in own)
    pids = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children")).split()
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return ended + sum(int(stat[11]) + int(stat[12]) for stat in stats) / 100  # ticks of utime and stime


def bare(servers: FeedServers, count: int, *, same_loop: bool) -> Cost:
    """What the conditional GETs of an unchanged poll cost alone, on asyncio's own event loop or on the bot's."""

    async def get(session: aiohttp.ClientSession, slots: asyncio.Semaphore, url: str, etags: dict[str, str]) -> None:
        async with slots, session.get(url, headers={"If-None-Match": etags.get(url, "")}) as response:
            await response.read()
            assert response.status == (304 if url in etags else 200)
            etags[url] = response.headers["ETag"]

    async def measure() -> Cost:
        urls = servers.urls("bare", count)
        etags: dict[str, str] = {}
        slots = asyncio.Semaphore(_CONCURRENCY)
        costs = []
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            for _ in range(ROUNDS + 1):
                before, start = cpu(), time.perf_counter()
                await asyncio.gather(*(get(session, slots, url, etags) for url in urls))
                costs.append(Cost(time.perf_counter() - start, cpu() - before))
        return min(costs[1:], key=lambda cost: cost.cpu)

    return run(measure()) if same_loop else asyncio.run(measure())


def parsed(_: FeedServers, count: int) -> float:
    """Seconds for the bodies of all feeds. Those of one shape are the same: it is parsed a few times, and counted."""
    total = 0.0
    for number, shape in enumerate(shapes()):
        body = shape.body(1)
        times = [_seconds(partial(feedparser.parse, io.BytesIO(body))) for _ in range(ROUNDS)]
        total += min(times) * len(range(number, count, len(shapes())))
    return total


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def readers_best(servers: FeedServers, count: int) -> int:
    times = {workers: _reader_poll(servers, f"reader-{workers}", count, workers).wall for workers in _WORKERS}
    return min(times, key=lambda workers: times[workers])


def read(servers: FeedServers, count: int, workers: int) -> Cost:
    return _reader_poll(servers, "reader", count, workers)


def _reader_poll(servers: FeedServers, name: str, count: int, workers: int) -> Cost:
    """What reader's poll costs in which each feed has one new entry."""
    from reader import make_reader

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(f"{folder}/reader.db")
        for url in servers.urls(name, count):
            reader.add_feed(url)
        reader.update_feeds(scheduled=False, workers=workers)
        servers.revise(name)
        entries = reader.get_entry_counts().total or 0
        before, start = cpu(), time.perf_counter()
        reader.update_feeds(scheduled=False, workers=workers)
        cost = Cost(time.perf_counter() - start, cpu() - before)
        # It takes no entry from a feed that is not well-formed, which one shape of the captured ones is not.
        assert (reader.get_entry_counts().total or 0) >= entries + 0.9 * count
        reader.close()
    return cost
