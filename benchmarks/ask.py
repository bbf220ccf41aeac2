"""How long a question takes, from its text to the finished card, with ten thousand and with a million claims.

    uv run python -m benchmarks.ask [--json] [--keep FOLDER]

The peer is the bare SQL of the same question on a connection of sqlite3's own, in the same run: what the database
itself costs. The questions go round in turn over both databases, so that whatever else the machine does hits all alike.
Held are: at most 20 ms at p99, and with a million claims at most twice the time with ten thousand.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.ledger import NOW, fill
from bot.commands import Context, answer
from bot.detect.lexicon import load
from bot.store import Store

_SIZES = (10_000, 1_000_000)
_ROUNDS = 500
_WARM = 30
_MONTH_AGO = int(NOW.timestamp() - 30 * 86_400) * 1_000_000
_NEWEST_RUSSIAN = "SELECT case_id FROM case_actors WHERE actor = 'RU' AND role = 'any' ORDER BY last_at DESC LIMIT 6"
# Question → what it comes down to in SQL.
_QUESTIONS = {
    "!claims russia": _NEWEST_RUSSIAN,
    "!claims russia from:iran since:30d": (
        "SELECT case_id FROM case_actors AS a WHERE actor = 'IR' AND role = 'from'"  # noqa: S608
        f" AND last_at >= {_MONTH_AGO} AND EXISTS (SELECT 1 FROM claims WHERE claims.case_id = a.case_id"
        f" AND supplier = 'IR' AND 'RU' IN (claimant, supplier, recipient) AND at >= {_MONTH_AGO})"
        " ORDER BY last_at DESC LIMIT 6"
    ),
    "!denials": "SELECT id FROM claims WHERE stance = 'denies' ORDER BY at DESC LIMIT 6",
}

Ask = Callable[[], Awaitable[object]]


def main() -> None:
    """Fill the databases, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--keep", type=Path, help="folder to keep the filled databases in, for another run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in _SIZES:
            fill(folder / f"{size}.db", size)
        times = asyncio.run(_measure({size: folder / f"{size}.db" for size in _SIZES}))
    _report(times)
    if options.json:
        print(json.dumps(_summary(times)))


async def _measure(paths: dict[int, Path]) -> dict[tuple[str, int, bool], list[float]]:
    """Seconds of each question, by its text, the number of claims, and whether it was the bare SQL."""
    lexicon = load()
    asks: dict[tuple[str, int, bool], Ask] = {}
    async with AsyncExitStack() as stack:
        for size, path in paths.items():
            context = Context(await stack.enter_async_context(await Store.open(path)), lexicon, lambda: NOW)
            bare = sqlite3.connect(path)
            stack.callback(bare.close)
            for question, sql in _QUESTIONS.items():
                asks[question, size, False] = partial(answer, context, question)
                asks[question, size, True] = partial(_bare, bare, sql)
        for ask in asks.values():
            for _ in range(_WARM):
                assert await ask()
        times: dict[tuple[str, int, bool], list[float]] = {key: [] for key in asks}
        gc.collect()
        for _ in range(_ROUNDS):
            for key, ask in asks.items():
                start = time.perf_counter()
                await ask()
                times[key].append(time.perf_counter() - start)
    return times


async def _bare(connection: sqlite3.Connection, sql: str) -> object:
    return connection.execute(sql).fetchall()


def _p(times: list[float], percent: int) -> float:
    """A percentile in milliseconds."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000


def _summary(times: dict[tuple[str, int, bool], list[float]]) -> dict[str, float]:
    small, large = _SIZES
    p99 = {question: [_p(times[question, size, False], 99) for size in (small, large)] for question in _QUESTIONS}
    return {
        "claims_p99_ms": round(max(at_large for _, at_large in p99.values()), 2),
        "p99_1m_over_10k": round(max(at_large / at_small for at_small, at_large in p99.values()), 2),
    }


def _report(times: dict[tuple[str, int, bool], list[float]]) -> None:
    table = Table("question", "claims", "p50 ms", "p99 ms", "bare sqlite3 p50 ms", "bare p99 ms", "p50 over bare")
    for question in _QUESTIONS:
        for size in _SIZES:
            ours, bare = times[question, size, False], times[question, size, True]
            figures = (_p(ours, 50), _p(ours, 99), _p(bare, 50), _p(bare, 99), _p(ours, 50) / _p(bare, 50))
            table.add_row(question, f"{size:,}", *(f"{figure:.2f}" for figure in figures))
    console = Console(width=120)
    console.print(table)
    worst = _summary(times)
    console.print(
        f"worst p99 with a million claims {worst['claims_p99_ms']} ms (held: 20), "
        f"over that with ten thousand {worst['p99_1m_over_10k']} (held: 2)"
    )


if __name__ == "__main__":
    main()
