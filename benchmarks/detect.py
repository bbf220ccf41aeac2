"""How many stories a second are read, what a story with claims costs, and how that grows with the length of a text.

    uv run python -m benchmarks.detect [STREAM] [--json]

STREAM is a file of story objects, one a line, plain or with gzip; without it ../shared/stream/2022.jsonl.gz is read.
Everything runs on one core, and the peers run in the same run: (a) one bare pass of the multi-pattern matcher with the
reader's own words over the same lower-cased texts, and (b) a spaCy pipeline with dependency parse over a sample, where
one is installed. "Relevant" is a story with a claim. Held are: at least 20,000 stories a second, at most 2 ms at the
median for a relevant story, and no text whose milliseconds per KB grow with its length.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import importlib.util
import json
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import ahocorasick_rs
from rich.console import Console
from rich.table import Table

from bot.detect.claims import read
from bot.detect.examples import lexicon_with_invented
from bot.detect.lexicon import Lexicon, load
from bot.detect.rules import read_rules
from bot.detect.text import story_text
from bot.model import Story

_STREAM = Path(__file__).parents[2] / "shared" / "stream" / "2022.jsonl.gz"
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_ROUNDS = 3  # the best of them counts: what else the machine does only adds
_SPACY_STORIES = 200  # at some 25 to 100 a second more would tell no more
_KILOBYTES = (10, 100, 1_000)
_PATIENCE = 60_000  # ms: a text that would take longer, were it quadratic, is not tried
_LINEAR = 1.5  # what the longest text may take a KB, over the shortest
_TEXTS = {
    "actor names": ("Freedonia Sylvania ", ""),
    "nested quotes": ("“Freedonia said ‘missiles ", ""),
    "open brackets": ("(", ""),
    "one sentence after another": ("Freedonia sent missiles to Sylvania. ", ""),
    "one sentence without end": ("Freedonia sent missiles to Sylvania and ", ""),
    "dots": (".", ""),
    "unknown speakers": ("Zork said Freedonia sent missiles to Sylvania. ", "Ruritania claims that. "),
    "denials": ("Freedonia denied it. ", "Sylvania said Freedonia sent it missiles. "),
}
"""What is repeated, and what stands once before it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on the stream. Seconds but for the numbers of stories."""

    stories: int
    reading: float  # of the whole stream
    relevant: list[float]  # of each story with a claim
    longest: float
    matching: float  # the bare matcher, of the whole stream
    spacy: float | None  # a story, where it is installed
    spacy_name: str = ""

    @property
    def summary(self) -> dict[str, float | None]:
        """The keys that `--json` prints."""
        a_second = self.stories / self.reading
        return {
            "stories_per_second": round(a_second),
            "relevant_ms_p50": round(statistics.median(self.relevant) * 1000, 3) if self.relevant else 0.0,
            "vs_bare_match": round(self.matching / self.reading, 3),
            "vs_spacy": None if self.spacy is None else round(a_second * self.spacy, 1),
        }


def main() -> None:
    """Read the stream and the long texts, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stream", type=Path, nargs="?", default=_STREAM, help="story objects, one a line")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    if not options.stream.exists():
        sys.exit(
            f"{options.stream} does not exist. Name a file of story objects, one a line, with `title` and `summary`, "
            "as `claimwatch detect` takes them; it may be gzipped."
        )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = _measure(_stories(options.stream))
    console = Console(width=120)
    _report(figures, console)
    _report_growth(console)
    if options.json:
        print(json.dumps(figures.summary))


def _stories(path: Path) -> list[Story]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        found = (json.loads(line) for line in lines)
        return [
            Story(str(one.get("id", number)), one["title"], one.get("summary") or "", one.get("outlet") or "", _NOW)
            for number, one in enumerate(found)
        ]


def _story(title: str, body: str = "") -> Story:
    return Story(key="", title=title, summary="", outlet="", seen=_NOW, body=body)


# ── the stream ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _measure(stories: list[Story]) -> Figures:
    lexicon = load()
    matcher = ahocorasick_rs.AhoCorasick(sorted(_plain_words(lexicon)))
    low = [story_text(story).lower() for story in stories]
    relevant = [story for story in stories if read(story, lexicon)]  # and everything is warm
    gc.collect()
    reading = min(_seconds_of_reading(stories, lexicon) for _ in range(_ROUNDS))
    matching = min(_seconds_of_matching(low, matcher) for _ in range(_ROUNDS))
    each = [min(_seconds_of_reading([story], lexicon) for _ in range(_ROUNDS)) for story in relevant]
    name = _spacy_pipeline()
    spacy = _seconds_of_spacy(name, stories) if name else None
    return Figures(len(stories), reading, each, max(each, default=0), matching, spacy, name)


def _plain_words(lexicon: Lexicon) -> set[str]:
    """The words that the reader looks for first."""
    return {
        phrase
        for phrase, kind, value in lexicon._phrases.all()
        if (kind == "weapon" and not value.vague) or (kind == "verb" and value.frame == "arm")
    }


def _seconds_of_reading(stories: list[Story], lexicon: Lexicon) -> float:
    start = time.perf_counter()
    for story in stories:
        read(story, lexicon)
    return time.perf_counter() - start


def _seconds_of_matching(texts: list[str], matcher: ahocorasick_rs.AhoCorasick) -> float:
    start = time.perf_counter()
    for text in texts:
        matcher.find_matches_as_indexes(text, overlapping=True)
    return time.perf_counter() - start


def _spacy_pipeline() -> str:
    """The name of an installed English pipeline with a dependency parse, or nothing."""
    if importlib.util.find_spec("spacy") is None:
        return ""
    import spacy

    for name in spacy.util.get_installed_models():
        if name.startswith("en") and "parser" in spacy.load(name).pipe_names:
            return str(name)
    return ""


def _seconds_of_spacy(name: str, stories: list[Story]) -> float:
    """Seconds a story, for tagging and dependency parse only."""
    import spacy

    pipeline = spacy.load(name, exclude=["ner", "lemmatizer", "attribute_ruler"])
    texts = [story_text(story) for story in random.Random(1).sample(stories, min(_SPACY_STORIES, len(stories)))]
    list(pipeline.pipe(texts[:10]))
    start = time.perf_counter()
    list(pipeline.pipe(texts))
    return (time.perf_counter() - start) / len(texts)


def _report(figures: Figures, console: Console) -> None:
    table = Table("on one core", "stories a second", "ours over it")
    ours = figures.stories / figures.reading
    table.add_row("claims.read", f"{ours:,.0f}", "1")
    bare = figures.stories / figures.matching
    table.add_row("bare pass of the matcher", f"{bare:,.0f}", f"{ours / bare:.3f}")
    if figures.spacy is None:
        table.add_row("spaCy with dependency parse", "not installed: skipped", "")
    else:
        table.add_row(f"spaCy {figures.spacy_name}", f"{1 / figures.spacy:,.0f}", f"{ours * figures.spacy:,.1f}")
    console.print(table)
    console.print(
        f"{figures.stories:,} stories (held: 20,000 a second), {len(figures.relevant):,} of them relevant: "
        f"p50 {figures.summary['relevant_ms_p50']} ms (held: 2), longest {figures.longest * 1000:.2f} ms"
    )


# ── growth ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _report_growth(console: Console) -> None:
    lexicon = lexicon_with_invented(read_rules())
    table = Table("text", *(f"ms/KB at {size:,} KB" for size in _KILOBYTES), "last over first")
    for name, (part, before) in _TEXTS.items():
        each = _growth(before, part, lexicon)
        shown = [f"{ms:.3f}" for ms in each] + ["not tried"] * (len(_KILOBYTES) - len(each))
        growth = each[-1] / each[0]
        table.add_row(name, *shown, f"{growth:.1f}" if growth <= _LINEAR else f"{growth:.1f}: not linear")
    console.print(table)


def _growth(before: str, part: str, lexicon: Lexicon) -> list[float]:
    """Milliseconds a KB at each length, up to the one that would take too long."""
    each: list[float] = []
    for size in _KILOBYTES:
        quadratic = len(each) > 1 and each[-1] / each[-2] > _LINEAR
        if quadratic and each[-1] * (size / _KILOBYTES[len(each) - 1]) * size > _PATIENCE:
            break
        each.append(_ms_a_kilobyte(before, part, size, lexicon))
    return each


def _ms_a_kilobyte(before: str, part: str, kilobytes: int, lexicon: Lexicon) -> float:
    """The title holds a weapon, so that every text is read to its end."""
    body = before + part * (kilobytes * 1024 // len(part.encode()))
    return _seconds_of_reading([_story("Missiles", body)], lexicon) * 1000 / kilobytes


if __name__ == "__main__":
    main()
