"""How long it takes to find the subscriptions that a story's claims fit, with a thousand and with a hundred thousand.

    uv run python -m benchmarks.subscriptions [--json]

The peer, in the same run: `standing.matches` with each query in turn, parsed beforehand and asked once, however many
channels keep it. Subscriptions and stories are made up in realistic shares: a few actors are in most of both (Zipf),
popular queries are kept by thousands, and some two in a hundred fit a story: at 150 stories a day, three alerts a day
for each channel. A story has one to four claims and is measured once, so that nothing of it is remembered. Times are
the processor's: matching waits for nothing, and what else the machine does is not measured. Held are: under 1 ms for a
story at the median, 50 times the peer, and that a hundred times as many subscriptions cost a story little where no more
of them fit.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from rich.console import Console
from rich.table import Table

from bot.detect.lexicon import load
from bot.model import PHASES, STATUSES, WEAPONS, Claim, Query
from bot.queries.index import Index
from bot.queries.language import parse_standing
from bot.queries.standing import Said, matches

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_MANY, _FEW = 100_000, 1_000
_STORIES = 1_000
_PEER_STORIES = 15
_ROUNDS = 40
_LEXICON = load()
_BUSY = ("RU", "US", "UA", "IR", "IL", "KP", "CN", "GB", "DE", "FR", "TR", "SA", "AE", "PL", "IN", "PK", "RS", "KR")
_ACTORS = [*_BUSY, *sorted(code for code, one in _LEXICON.actors.items() if code not in _BUSY and one.kind == "state")]
_OUTLETS = [f"Outlet {number}" for number in range(1, 301)]
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
_WORDS = [a + b + c for a, b, c in itertools.islice(itertools.product(_SYLLABLES, repeat=3), 0, 300_000, 50)]

Kept = tuple[Query, str]
"""A query and who keeps it."""


# ── what is made up ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Zipf:
    """Draws the first of some things often, the hundredth a hundred times as seldom."""

    def __init__(self, things: Sequence[str], rng: random.Random) -> None:
        self._things, self._rng = things, rng
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(things) + 1)))

    def __call__(self) -> str:
        return self._rng.choices(self._things, cum_weights=self._weights)[0]


def _texts(rng: random.Random) -> Iterator[str]:
    """Subscriptions as people write them."""
    actor, outlet, word = _Zipf(_ACTORS, rng), _Zipf(_OUTLETS, rng), _Zipf(_WORDS[200:], rng)  # not "the", "said"
    weapon = partial(rng.choice, WEAPONS[:-1])
    kinds: list[tuple[float, Callable[[], str]]] = [
        (7, actor),
        (30, lambda: f"{actor()}>{actor()}"),
        (16, lambda: f"{actor()} weapon:{weapon()}"),
        (10, lambda: f"from:{actor()} weapon:{weapon()} OR weapon:{weapon()}"),
        (1, lambda: f"{actor()} OR {actor()} OR {actor()}"),
        (9, lambda: f"{actor()} {word()}"),
        (8, word),
        (4, lambda: f'"{word()} {word()}"'),
        (5, lambda: f'{actor()} outlet:"{outlet()}"'),
        (1.5, lambda: f'{actor()} -outlet:"{outlet()}"'),
        (2, lambda: f"to:{actor()} -weapon:{weapon()}"),
        (1.5, lambda: f"{actor()} since:{rng.choice((7, 30, 90))}d"),
        (2, lambda: f"by:{actor()} stance:denies"),
        (2.5, lambda: f"{actor()} status:{rng.choice(STATUSES)} phase:{rng.choice(PHASES)}"),
        (0.4, lambda: f"weapon:{weapon()}"),
        (0.05, lambda: f"-{actor()} weapon:{weapon()}"),
        (0.05, lambda: ""),
    ]
    weights = [weight for weight, _ in kinds]
    while True:
        yield rng.choices(kinds, weights)[0][1]()


def _subscriptions(rng: random.Random) -> Iterator[Kept]:
    read: dict[str, Query] = {}
    for number, text in enumerate(_texts(rng)):
        if text not in read:
            read[text] = parse_standing(text, _LEXICON, NOW)
        yield read[text], f"discord:{10**17 + number}"


def _stories(rng: random.Random) -> Iterator[list[Said]]:
    """Each a story's claims, on one case."""
    actor, outlet, word = _Zipf(_ACTORS, rng), _Zipf(_OUTLETS, rng), _Zipf(_WORDS, rng)
    while True:
        supplier, recipient = actor(), actor()
        status, source, at = rng.choice(STATUSES), outlet(), NOW - timedelta(days=rng.expovariate(1))
        title, summary = (" ".join(word() for _ in range(length)) for length in (10, 40))
        claims = [
            Claim(
                stance="denies" if rng.random() < 0.15 else "asserts",
                claimant=rng.choice((supplier, recipient, actor(), "MEDIA", None)),
                supplier=supplier,
                recipient=recipient,
                weapons=tuple(set(rng.choices(WEAPONS, k=rng.choice((1, 1, 2))))),
                phase=rng.choice(PHASES),
                words=summary[:120],
            )
            for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))
        ]
        yield [Said(claim, status, source, source, f"{title}\n{summary}", at) for claim in claims]


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    """Build the indexes, match, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    rng = random.Random(1)
    subscriptions = list(itertools.islice(_subscriptions(rng), _MANY))
    stories = list(itertools.islice(_stories(rng), _STORIES))
    queries = list({query for query, _ in subscriptions})
    index, seconds = _built(subscriptions)
    gc.collect()
    gc.freeze()  # as in a bot that has been running for a while
    times = [_time(index, story) for story in stories]
    each = statistics.median(_time_each(queries, story) for story in stories[:_PEER_STORIES])
    summary = {
        "match_ms_p50": round(_p(times, 50), 3),
        "match_ms_p99": round(_p(times, 99), 3),
        "vs_each_in_turn": round(each * 1000 / _p(times, 50)),
        "growth_1k_to_100k": round(_growth(rng), 2),
    }
    console = Console(width=120)
    console.print(f"{_MANY:,} subscriptions to {len(queries):,} queries, indexed in {seconds:.1f} s")
    _report_by_found(console, times)
    console.print(
        f"a story at the median {summary['match_ms_p50']} ms (held: 1), at p99 {summary['match_ms_p99']} ms\n"
        f"each query in turn {each * 1000:.0f} ms, {summary['vs_each_in_turn']} times as long (held: 50)\n"
        f"{_MANY:,} subscriptions over {_FEW:,} where the same ones fit: {summary['growth_1k_to_100k']} times as long"
    )
    if options.json:
        print(json.dumps(summary))


def _built(subscriptions: Sequence[Kept]) -> tuple[Index[str], float]:
    index: Index[str] = Index()
    start = time.thread_time()
    for query, place in subscriptions:
        index.add(query, place)
    seconds = time.thread_time() - start
    return index, seconds


def _time(index: Index[str], story: list[Said]) -> tuple[float, int]:
    """Seconds, and how many subscribers were found."""
    start = time.thread_time()
    found = index.find(story, NOW)
    return time.thread_time() - start, len(found)


def _time_each(queries: Sequence[Query], story: list[Said]) -> float:
    start = time.thread_time()
    for query in queries:
        any(matches(query, said, NOW) for said in story)
    return time.thread_time() - start


def _growth(rng: random.Random) -> float:
    """Over some stories, the time with so many subscriptions over that with few, where all the others fit none."""
    stories = list(itertools.islice(_stories(rng), _ROUNDS))
    drawn = _subscriptions(rng)
    few = list(itertools.islice(drawn, _FEW))
    others: list[Kept] = []
    while len(others) < _MANY - _FEW:
        more = list(itertools.islice(drawn, _FEW * 20))
        index, _ = _built(more)
        fitting = set().union(*(index.find(story, NOW) for story in stories))
        others += [(query, place) for query, place in more if place not in fitting]
    small, _ = _built(few)
    large, _ = _built([*few, *others[: _MANY - _FEW]])
    ratios = []
    for story in stories:
        at_small, at_large = (min(_time(index, story)[0] for _ in range(7)) for index in (small, large))
        ratios.append(at_large / at_small)
    return statistics.median(ratios)


def _p(times: Sequence[tuple[float, int]], percent: int) -> float:
    """A percentile in milliseconds."""
    return statistics.quantiles([seconds for seconds, _ in times], n=100, method="inclusive")[percent - 1] * 1000


def _report_by_found(console: Console, times: Sequence[tuple[float, int]]) -> None:
    table = Table("subscribers found", "stories", "p50 ms", "p99 ms")
    for low, high in itertools.pairwise((0, 300, 1_000, 3_000, 10_000, _MANY)):
        those = [one for one in times if low <= one[1] < high]
        if len(those) > 1:
            table.add_row(f"{low:,} to {high - 1:,}", f"{len(those)}", f"{_p(those, 50):.3f}", f"{_p(those, 99):.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
