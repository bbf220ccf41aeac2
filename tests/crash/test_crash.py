"""The bot is killed at random moments, and in the end every channel shows what the feeds said, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.__main__ import lines
from tests.crash.harness import crash

KILLS = 20  # a start of the bot takes seconds on a busy machine; `python -m tests.crash` does 200


@pytest.mark.timeout(120)
async def test_a_bot_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    report = await crash(tmp_path, kills=KILLS, seed=7)
    assert report.is_good, "\n".join(lines(report))
    assert report.kills.total() == KILLS
    assert all(shown.messages >= report.affairs for shown in report.shown.values())
