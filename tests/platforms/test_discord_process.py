"""The small Discord as a process of its own, as people and other processes use it."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from discord.ext import commands

from bot.commands import Context
from bot.errors import RetryLater
from bot.model import Card, Section, Text
from bot.platforms.discord_app import DiscordApp
from cogs import adder

CARD = Card("Freedonia → Sylvania", (Section(None, ((Text("Sylvania denies it"),),)),), status="contested")
LATER = Card("Freedonia → Sylvania", (Section(None, ((Text("Two outlets"),),)),), status="contested")
HERE = "discord:3000"


async def add_echo(bot: commands.AutoShardedBot) -> None:
    @bot.command()
    async def echo(context: commands.Context[commands.AutoShardedBot], *, text: str) -> None:
        await context.send(text)


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    command = (sys.executable, "-u", "-m", "tests.fakes.discord_server", "--channels", "2")
    running = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    yield running
    running.terminate()
    await running.wait()


async def until(process: Process, wanted: str) -> list[str]:
    """What it prints, up to a line that has `wanted`."""
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(20):
        while not lines or wanted not in lines[-1]:
            lines.append((await process.stdout.readline()).decode().rstrip())
    return lines


async def test_it_says_how_to_use_it_shows_what_happens_and_can_be_steered(process: Process) -> None:
    said = "\n".join(await until(process, "!claims russia"))
    settings = dict(re.findall(r"CLAIMWATCH_DISCORD__(\w+)=(\S+)", said))
    app = DiscordApp(settings["TOKEN"], add_echo, api_base=settings["API_BASE"], gateway=settings["GATEWAY"])
    await app.start()

    first = await app.post(HERE, CARD, key="a")
    await app.edit(HERE, first, LATER)
    await app.post(HERE, CARD, key="b", reply_to=first)
    lines = await until(process, "replied")
    assert [line for line in lines if line.startswith("──")] == [
        f"── #3000 posted by Claimwatch, message {first}",
        f"── #3000 edited by Claimwatch, message {first}",
        lines[-1],
    ]

    assert process.stdin is not None
    process.stdin.write(b"!echo typed here\n")
    await until(process, "── #3000 posted by Claimwatch")
    assert "typed here" in (await until(process, "typed here"))[-1]

    control = settings["API_BASE"].replace("/api/v10", "/control/")
    async with aiohttp.ClientSession() as session:

        async def steer(what: str, **body: Any) -> None:
            async with session.post(control + what, json=body) as answer:
                assert answer.status < 300

        async def read(what: str) -> Any:
            async with session.get(control + what) as answer:
                return await answer.json()

        await steer("fail", kind="lost")
        with pytest.raises(RetryLater):
            await app.post("discord:100000", CARD, key="c")
        await app.post("discord:100000", CARD, key="c")
        assert len(await read("messages?channel=100000")) == 1
        await steer("outage", status=503)
        with pytest.raises(RetryLater):
            await app.post("discord:100001", CARD, key="d")
        await steer("outage", status=None)
        await app.post("discord:100001", CARD, key="d")
        state = await read("state")
        assert (state["refused"], state["connected"], state["identifies"]) == (0, 1, 1)
        await steer("gateway", do="shut")
        await steer("channels", delete=100001)
        assert "100001" not in await read("messages")
    await app.stop()


async def test_a_person_can_try_commands_and_buttons_there(process: Process, context: Context) -> None:
    said = "\n".join(await until(process, "presses the newest button"))
    settings = dict(re.findall(r"CLAIMWATCH_DISCORD__(\w+)=(\S+)", said))
    app = DiscordApp(settings["TOKEN"], adder(context), api_base=settings["API_BASE"], gateway=settings["GATEWAY"])
    await app.start()
    assert process.stdin is not None
    process.stdin.write(b"!case 6\n")
    await until(process, "[Why]")
    process.stdin.write(b"[Why]\n")
    assert "(seen by who asked alone)" in (await until(process, "Why case 6"))[-2]
    process.stdin.write(b"[Nothing]\n")
    await until(process, "There is no button [Nothing].")
    await app.stop()
