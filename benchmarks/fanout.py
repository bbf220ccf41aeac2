"""How long one alert takes to 2,000 Discord channels, and whether Discord ever has to say "too many".

    uv run python -m benchmarks.fanout [--json] [--full]

A story is recorded that 2,000 subscriptions wait for (10,000 with `--full`), and goes the real way: outbox, delivery,
DiscordApp with discord.py, over HTTP to the small Discord of the tests in a process of its own, which allows 50
requests in any second, 5 in 5 seconds to a channel, and bans for 10,000 invalid ones in ten minutes. The measure is
the time that 48 messages a second need; held is 1.05 of it. The peer is discord.py alone in the same run: 2,000 sends
at once by `asyncio.gather`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.http import Route
from rich.console import Console
from rich.table import Table

from bot import log
from bot.alerts import deliver, outbox
from bot.detect.lexicon import load
from bot.model import Claim, Story
from bot.platforms.discord_app import DiscordApp
from bot.store import Store, feeds, subscriptions
from bot.store.feeds import FeedWanted
from tests.fakes.discord_server import TOKEN

_A_SECOND = 48
_CHANNELS, _FULL = 2_000, 10_000
_FIRST = 100_000  # the number of the first of the small Discord's channels
_PEER_SECONDS = 120.0
_TITLE = "Sylvania sends drones to Freedonia"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fan-out came to."""

    seconds: float
    refused: int  # 429s
    most_in_a_second: int
    lost: int
    doubled: int
    cpu: float  # seconds of this process


def main() -> None:
    """Send by both ways, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--full", action="store_true", help=f"to {_FULL:,} channels")
    options = parser.parse_args()
    channels = _FULL if options.full else _CHANNELS
    log.set_up("error")
    ours, peer = asyncio.run(_both(channels))
    _report(channels, ours, peer)
    if options.json:
        print(
            json.dumps(
                {
                    "fanout_vs_limit": round(ours.seconds / (channels / _A_SECOND), 3),
                    "fanout_429s": ours.refused,
                    "fanout_lost": ours.lost,
                    "fanout_doubled": ours.doubled,
                    "channels": channels,
                    "gather_429s": peer.refused,
                    "gather_lost": peer.lost,
                }
            )
        )


async def _both(channels: int) -> tuple[Outcome, Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        async with _discord(channels) as api:
            ours = await _ours(api, channels, Path(folder) / "claims.db")
    async with _discord(_CHANNELS) as api:
        return ours, await _peer(api, _CHANNELS)


@asynccontextmanager
async def _discord(channels: int) -> AsyncIterator[str]:
    """The small Discord as a process of its own; its API's address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.discord_server", "--quiet", "--channels", str(channels),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        found = re.search(r"http://\S+/api/v10", said)
        assert found is not None, said
        yield found[0]
    finally:
        process.terminate()
        await process.wait()


async def _ours(api: str, channels: int, database: Path) -> Outcome:
    lexicon = load()
    now = datetime.now(UTC)
    async with await Store.open(database) as store:
        await store.write(feeds.sync_configured, [FeedWanted("http://127.0.0.1/feed", "The Fore", 900)], now)
        wanted = [(f"discord:{number}", "") for number in range(_FIRST, _FIRST + channels)]
        await store.write(subscriptions.sync_configured, wanted, now)
        app = DiscordApp(TOKEN, _no_cogs, api_base=api)
        await app.start()
        owed = asyncio.Event()
        delivery = asyncio.create_task(
            deliver.deliver_forever(store, {"discord": app}, lambda: lexicon, lambda: datetime.now(UTC), owed)
        )
        began, cpu = time.perf_counter(), time.process_time()
        claim = Claim("asserts", None, "SYLVANIA", "FREEDONIA", ("drones",), "delivered", _TITLE)
        story = Story("1", _TITLE, "", "The Fore", seen=now, url="https://example.org/story")
        recorded = await store.write(outbox.record, 1, story, [claim], now=now, alert=True, lexicon=lexicon)
        assert recorded.alerts == channels, recorded
        owed.set()
        while (await _state(api))["messages"] < channels and not delivery.done():
            await asyncio.sleep(0.1)
            if time.perf_counter() - began > 4 * channels / _A_SECOND:
                break
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        delivery.cancel()
        with suppress(asyncio.CancelledError):
            await delivery
        await app.stop()
    return await _outcome(api, channels, seconds, cpu)


async def _no_cogs(_bot: object) -> None:
    """Nobody asks anything here."""


async def _peer(api: str, channels: int) -> Outcome:
    Route.BASE = api
    numbers = itertools.count()
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        await client.login(TOKEN)
        began, cpu = time.perf_counter(), time.process_time()
        places = [client.get_partial_messageable(number) for number in range(_FIRST, _FIRST + channels)]
        with suppress(TimeoutError):
            async with asyncio.timeout(_PEER_SECONDS):
                sends = (place.send(_TITLE, nonce=str(next(numbers))) for place in places)
                await asyncio.gather(*sends, return_exceptions=True)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return await _outcome(api, channels, seconds, cpu)


async def _outcome(api: str, channels: int, seconds: float, cpu: float) -> Outcome:
    state = await _state(api)
    shown = Counter({number: len(held) for number, held in (await _get(api, "messages")).items()})
    places = [str(number) for number in range(_FIRST, _FIRST + channels)]
    lost = sum(shown[place] == 0 for place in places)
    doubled = sum(max(0, shown[place] - 1) for place in places)
    return Outcome(seconds, state["refused"], state["most_in_a_second"], lost, doubled, cpu)


async def _state(api: str) -> Any:
    return await _get(api, "state")


async def _get(api: str, what: str) -> Any:
    address = f"{api.removesuffix('/api/v10')}/control/{what}"
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return await response.json()


def _report(channels: int, ours: Outcome, peer: Outcome) -> None:
    table = Table(
        "", "channels", "seconds", "over 48 a second", "429s", "most in 1 s", "lost", "doubled", "CPU ms each"
    )
    for name, count, one in (("Claimwatch", channels, ours), ("discord.py, gather", _CHANNELS, peer)):
        over = one.seconds / (count / _A_SECOND)
        table.add_row(
            name, f"{count:,}", f"{one.seconds:.1f}", f"{over:.3f}", f"{one.refused:,}", str(one.most_in_a_second),
            f"{one.lost:,}", str(one.doubled), f"{one.cpu / count * 1000:.1f}",
        )  # fmt: skip
    console = Console(width=120)
    console.print(table)
    console.print("held: at most 1.05 over 48 a second, no 429, none lost, none doubled")


if __name__ == "__main__":
    main()
