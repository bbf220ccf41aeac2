"""Faults of the world around the bot that it lives through: nothing is lost, nothing is told twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash import database
from tests.crash.news import OUTLETS
from tests.fakes.feed_server import page
from tests.faults.running import Running, running

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(sys.platform != "linux", reason="the faults are made with Linux's means"),
]

_HOUR = 3600.0


async def test_a_clock_that_is_set_forth_and_back_by_an_hour(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        for seconds in (_HOUR, -_HOUR, 0.0):
            bot.publish()
            await bot.clock_is(seconds)
            await bot.all_is_told()
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_names_that_nobody_answers_for(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        (bot.world / "no-names").touch()
        bot.publish()

        def fails() -> bool:  # an address that was looked up is remembered for a while
            database.help_time_on(bot.database)
            return any("poll failed" in line and "feeds.example" in line for line in bot.log)

        await bot.until(fails)
        bot.publish()
        assert bot.wrong() != []
        (bot.world / "no-names").unlink()
        bot.publish()
        await bot.all_is_told()
        await bot.end()


async def test_servers_that_all_answer_500_for_ten_minutes(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        bot.harness.platforms.discord.rest.outage = 500
        slack = bot.harness.platforms.slack
        for method in ("chat.postMessage", "chat.update", "conversations.history"):
            slack.fail_next(method, status=500, times=10_000)
        bot.publish()  # is read, but can't be told
        await bot.says("alert put off", "discord:")
        await bot.says("alert put off", "slack:")
        bot.harness.news.go_on(set())
        for number in range(len(OUTLETS)):
            bot.harness.feeds.pages[f"/{number}"] = page(b"", status=500)
        for minute in range(10):
            await bot.clock_is(60.0 * (minute + 1))
        slack.failures.clear()
        bot.harness.platforms.discord.rest.outage = None
        await _pass_time_until_told(bot, 600.0)
        await bot.end()


async def _pass_time_until_told(bot: Running, since: float) -> None:
    bot.publish()
    for minute in range(60):
        if not bot.wrong():
            return
        await bot.clock_is(since + 60.0 * minute)
    await bot.all_is_told()


async def test_a_gateway_that_is_away_while_discord_takes_messages(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        discord = bot.harness.platforms.discord
        discord.gateway.open = False
        discord.gateway.drop()
        bot.publish()
        await bot.all_is_told()
        assert discord.sessions == []
        await bot.end()
