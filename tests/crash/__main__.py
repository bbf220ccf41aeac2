"""`python -m tests.crash --kills 200 --seed 7`: kills the bot, and says what was lost and what was told twice."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.crash.harness import Report, crash

_MOST = 600  # kills: each needs two more names of places


def main() -> int:
    """Run the harness, and return 1 when anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help=f"how often the bot is killed, 1 to {_MOST}")
    parser.add_argument("--seed", type=int, default=7, help="of the news and of the moments")
    wanted = parser.parse_args()
    if not 1 <= wanted.kills <= _MOST:
        parser.error(f"--kills must be 1 to {_MOST}")
    folder = Path(tempfile.mkdtemp(prefix="claimwatch-crash-"))
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # requests that a kill cuts off are no news
    tell = partial(print, flush=True)
    report = asyncio.run(crash(folder, kills=wanted.kills, seed=wanted.seed, tell=tell))
    print("\n".join(lines(report)))
    print(f"Database and log: {folder}")
    return int(not report.is_good)


def lines(report: Report) -> Iterator[str]:
    """The report in words."""
    moments = ", ".join(f"{number} at {moment}" for moment, number in sorted(report.kills.items()))
    yield f"seed {report.seed}: {report.kills.total()} kills ({moments}) in {report.seconds:.0f} s"
    yield f"the feeds said: {report.stories} stories of {report.affairs} affairs"
    for name, shown in report.shown.items():
        verdict = report.verdicts[name]
        yield (
            f"{name}: {shown.messages} messages, {len(verdict.lost)} lost, {len(verdict.doubled)} doubled, "
            f"{len(verdict.stale)} stale"
        )
        yield from (f"  {what}" for what in (*verdict.lost, *verdict.doubled, *verdict.stale))
    yield f"database: {'; '.join(report.damage) or 'ok'}"
    yield f"exit code of the last run {report.exit_code}, {report.left_behind} processes left behind"


if __name__ == "__main__":
    sys.exit(main())
