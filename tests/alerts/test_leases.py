"""Whose deliveries are taken back at once: those of processes that have surely ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.alerts.holder import has_ended, this_process
from bot.store import alerts as queue
from tests.alerts.newsroom import ASSERTED, START, Newsroom
from tests.alerts.test_deliver import HOUR, Clock, Platform, clock, deliver

__all__ = ["clock"]


async def test_what_a_process_was_at_that_has_ended_is_delivered_at_once(newsroom: Newsroom, clock: Clock) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from bot.alerts.holder import this_process; print(this_process())"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    (killed,) = await newsroom.store.write(queue.lease, ["console"], START, START + HOUR, 1, ended)
    platform = Platform()
    assert await deliver(newsroom, platform, clock) == 1
    assert (platform.keys, platform.again) == ([killed.key], [True])


async def test_what_a_process_is_at_that_runs_is_left_to_it(newsroom: Newsroom, clock: Clock) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    boot, numbers, _, mark = this_process().split()
    for runs in (this_process(), f"{boot} {numbers} {os.getppid()} {mark}", f"{boot} 1 {os.getpid()} {mark}", "b 1"):
        await newsroom.store.write(queue.lease, ["console"], clock.now, clock.now + HOUR, 1, runs)
        assert await deliver(newsroom, Platform(), clock) == 0
        clock.now += HOUR


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells one boot from another")
def test_a_process_of_an_earlier_boot_or_with_our_number_has_ended() -> None:
    boot, numbers, own, mark = this_process().split()
    assert has_ended(f"another-boot {numbers} {own} {mark}")
    assert has_ended(f"{boot} {numbers} {own} another-mark")
    assert not has_ended(f"- {numbers} {own} {mark}")
