"""How long it takes to find what a story repeats among the last 50,000, and how often that is right.

    uv run python -m benchmarks.duplicates [--json] [--stream FILE]

Needs a stream of real stories, which the project keeps none of: `id`, `title`, `summary`, `outlet`, `published`, one a
line, gzipped; by default ../shared/stream/2022.jsonl.gz.

Right or wrong: `duplicate_pairs.jsonl` holds pairs of the stream's ids that were labelled by reading both stories. Of
each pair, the one must be found among all of the stream when the other is looked for, or must not. The pairs were drawn
from those whose headlines have at least 0.4 of their rare words in common, and a headline in quite other words is not
among them. "Same" is the same news, whoever tells it; the near misses are another dyad, another weapon, a later event
of the same kind ("later"), or something else about the same event: a denial, a reaction, a comment, pictures ("angle").
Pairs of which that can't be told, such as a death toll that rose, were left out.

- tuned: arms and foreign news. Half of them served to write the guards and choose the thresholds, which then found the
  other half at a precision and recall of 0.93 both; after that its misses served too.
- unseen: other foreign news, labelled when all of that was done. Most are not about arms, so that neither actors,
  weapons nor claims tell them apart, and most of the near misses are of the same day or the next. Its misses were
  looked at once; what was changed after that (comments told by more signs, a higher threshold without a common claim)
  was fitted to the tuned pairs. Read it as what to expect outside the ledger's subject, where nothing depends on it.

How long: the stream's stories, and made-up ones of two halves of their headlines up to 50,000, are all dated within
the reach of one another, which is the worst case. The peer is a pass of rapidfuzz's `token_sort_ratio` over the same
headlines. Times are the processor's, from the text on.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from bot.alike.recent import REACH, Recent
from bot.alike.sketch import Sketch, Sketcher
from bot.detect.claims import read
from bot.detect.lexicon import load
from bot.model import Story

_HERE = Path(__file__).parent
_STREAM = _HERE.parents[1] / "shared" / "stream" / "2022.jsonl.gz"
_PAIRS = _HERE / "duplicate_pairs.jsonl"
_KEPT = 50_000
_ASKED = 1_000
_ASKED_OF_PEER = 20
_NOW = datetime(2022, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stories, and whether they tell the same."""

    a: str
    b: str
    same: bool
    kind: str
    split: str


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--stream", type=Path, default=_STREAM, help="gzipped stories, one JSON object a line")
    options = parser.parse_args()
    stories = _stories(options.stream)
    pairs = [Pair(**json.loads(line)) for line in _PAIRS.read_text(encoding="utf-8").splitlines()]
    summary = _right(stories, pairs) | _time(stories)
    if options.json:
        print(json.dumps(summary))


def _stories(path: Path) -> list[Story]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Story(row["id"], row["title"], row["summary"], row["outlet"], datetime.fromisoformat(row["published"]))
        for row in rows
    ]


# ── right or wrong ───────────────────────────────────────────────────────────────────────────────────────────────────


def _right(stories: Sequence[Story], pairs: Sequence[Pair]) -> dict[str, float]:
    lexicon = load()
    sketcher, recent = Sketcher(lexicon), Recent()
    sketches: dict[str, Sketch] = {}
    for number, story in enumerate(stories):
        claims = read(story, lexicon) if lexicon.may_speak_of_arms(f"{story.title} {story.summary}") else []
        sketches[story.key] = sketcher.sketch(number, story.title, story.summary, story.at, claims)
        recent.add(sketches[story.key])

    table = Table("pairs", "same", "found", "near misses", "found", "precision", "recall")
    summary: dict[str, float] = {}
    for split, ending in (("tuned", ""), ("unseen", "_unseen")):
        found = {True: 0, False: 0}
        those = [pair for pair in pairs if pair.split == split]
        for pair in those:
            a, b = sketches[pair.a], sketches[pair.b]
            found[pair.same] += a.id in recent.find(b) or b.id in recent.find(a)
        same = sum(pair.same for pair in those)
        precision, recall = found[True] / (found[True] + found[False]), found[True] / same
        summary |= {f"precision{ending}": round(precision, 3), f"recall{ending}": round(recall, 3)}
        counts = (same, found[True], len(those) - same, found[False])
        table.add_row(split, *map(str, counts), f"{precision:.3f}", f"{recall:.3f}")
    Console(width=120).print(table)
    return summary


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _time(stories: Sequence[Story]) -> dict[str, float]:
    rng = random.Random(1)
    rng.shuffle(told := list(stories))
    asked, kept = told[:_ASKED], told[_ASKED:]
    sketcher, recent = Sketcher(load()), Recent()
    titles = [story.title for story in kept]
    while len(titles) < _KEPT:
        one, other = (rng.choice(kept).title.split() for _ in range(2))
        titles.append(" ".join([*one[: len(one) // 2], *other[len(other) // 2 :]]))
    for number, title in enumerate(titles[:_KEPT]):
        recent.add(sketcher.sketch(number, title, kept[number % len(kept)].summary, _within_reach(rng), []))
    lowered = [title.lower() for title in titles[:_KEPT]]
    gc.collect()
    gc.freeze()

    def ours(story: Story) -> object:
        return recent.find(sketcher.sketch(-1, story.title, story.summary, _NOW, []))

    def peer(story: Story) -> object:
        return process.extractOne(story.title.lower(), lowered, scorer=fuzz.token_sort_ratio)

    times = [_seconds(ours, story) * 1000 for story in asked]
    peers = [_seconds(peer, story) * 1000 for story in asked[:_ASKED_OF_PEER]]
    p50, p99 = (statistics.quantiles(times, n=100, method="inclusive")[percent - 1] for percent in (50, 99))
    ratio = statistics.median(peers) / p50
    Console(width=120).print(
        f"one story against {_KEPT:,}: {p50:.2f} ms at p50, {p99:.2f} ms at p99 (held: 1); "
        f"a pass of rapidfuzz {statistics.median(peers):.0f} ms, {ratio:.0f} times as long (held: 50)"
    )
    return {"one_against_50k_ms_p99": round(p99, 3), "vs_rapidfuzz": round(ratio)}


def _within_reach(rng: random.Random) -> datetime:
    return _NOW - rng.random() * (REACH - timedelta(minutes=1))


def _seconds(work: Callable[[Story], object], story: Story) -> float:
    start = time.thread_time()
    work(story)
    return time.thread_time() - start


if __name__ == "__main__":
    main()
