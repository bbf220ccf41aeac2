"""A fuzzer of parse, run by hand: `python -m tests.feeds.fuzz_parse --runs 20000 [--seed 1] [FILE…]`.

Each run breaks a made-up feed, or one of the files, and reads it twice, with and without what the first read
remembered. A run passes when it ends in a result or a FeedError within the time. The worst are kept in a folder.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from bot.errors import FeedError
from bot.feeds.entries import AHEAD
from bot.feeds.parse import parse
from tests.feeds.made_up import SEEDS, broken

_SECONDS = 5
_TYPES = ("", "application/rss+xml", "text/xml", "text/html; charset=iso-8859-1", "application/xml; charset=utf-8")


def main() -> None:
    """Run, print what was found, and fail where anything but a result or a FeedError came."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("files", nargs="*", type=Path)
    given = options.parse_args()
    seeds = [path.read_bytes() for path in given.files] or list(SEEDS)
    folder = Path(tempfile.mkdtemp(prefix="claimwatch-fuzz-"))
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    for run in range(given.runs):
        chance = random.Random(given.seed * 1_000_003 + run)
        body = broken(chance.choice(seeds), chance)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
        start = time.monotonic()
        try:
            outcome = _read(body, chance.choice(_TYPES))
        except (Exception, KeyboardInterrupt) as error:
            outcome = f"BUG {type(error).__name__}"
            (folder / f"{run}.xml").write_bytes(body)
            print(folder / f"{run}.xml", traceback.format_exc(limit=-3))  # noqa: T201
        signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.monotonic() - start)
        outcomes[outcome] += 1
    print(f"slowest {slowest:.2f} s", *outcomes.most_common(), sep="\n")  # noqa: T201
    if any(name.startswith("BUG") for name in outcomes):
        raise SystemExit(f"see {folder}")


def _read(body: bytes, content_type: str) -> str:
    try:
        first = parse(body, content_type, "https://gazette.example/feed")
    except FeedError as error:
        return "failed: " + str(error)[:24]
    again = parse(body, content_type, "https://gazette.example/feed", first.memory)
    ahead = time.time() + AHEAD
    if (
        any((entry.date or 0) <= ahead for _, entry in again.keyed)
        or again.title != first.title
        or again.skipped != first.skipped
    ):
        raise AssertionError(f"read again: {again.keyed[:1]}, {again.title!r}, {again.skipped} {first.skipped}")
    return "read" if first.keyed else "read, nothing in it"


if __name__ == "__main__":
    main()
