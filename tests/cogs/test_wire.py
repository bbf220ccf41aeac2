"""What people do on Discord and what goes over the wire then: the real client against a small Discord on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.alerts import deliver
from bot.app import run
from bot.commands import COMMANDS, Context
from bot.commands.failures import SORRY
from bot.config import Config, Discord
from bot.platforms.discord_app import DiscordApp
from cogs import adder, pages
from tests.cogs.conftest import SUPPLIERS
from tests.fakes.discord.interactions import DEFER, DEFER_UPDATE, SAY, UPDATE
from tests.fakes.discord.wire import MANAGE_GUILD, custom_id
from tests.fakes.discord_server import CHANNEL_ID, MEMBER_ID, TOKEN, DiscordServer, Json, discord_server
from tests.test_reload import told

OPERATORS = 3001


@pytest.fixture
async def server(context: Context) -> AsyncIterator[DiscordServer]:
    """With our bot connected to it."""
    async with discord_server() as running:
        app = DiscordApp(TOKEN, adder(context), api_base=running.api_base)
        await app.start()
        yield running
        await app.stop()


async def answer(server: DiscordServer, text: str, *, nth: int = 1) -> Json:
    """What the bot answers to a message."""
    await server.say(text, person=MEMBER_ID)
    async with asyncio.timeout(20):
        return (await server.wait_for_messages(nth))[nth - 1]


def title(message: Json) -> str:
    return str(message["embeds"][0]["title"])


async def until_not_taken(logs: Sequence[Mapping[str, Any]]) -> None:
    """Return when the log tells that an answer was not taken."""
    this = asyncio.current_task()
    assert this is not None
    await told(logs, "answer not taken", this)


async def test_what_members_may_not_do_is_hidden_from_them_and_no_command_in_private(server: DiscordServer) -> None:
    hidden = {one["name"]: one for one in server.commands if one["default_member_permissions"] is not None}
    assert set(hidden) == {name for name, command in COMMANDS.items() if command.who != "everyone"}
    assert all(int(one["default_member_permissions"]) & MANAGE_GUILD or COMMANDS[name].who == "owner"
               for name, one in hidden.items())  # fmt: skip
    assert {tuple(one["contexts"]) for one in hidden.values()} == {(0,)}
    assert {tuple(one["contexts"]) for one in server.commands if one["name"] not in hidden} == {(0, 1)}
    assert all(one["integration_types"] == [0] for one in server.commands)


async def test_a_member_gets_nowhere_with_a_command_for_managers_whichever_way(server: DiscordServer) -> None:
    """Servers may show the slash command to whomever they like; the bot does not go by that."""
    by_slash = await server.slash("feed", {"what": "add https://example.org"}, person=MEMBER_ID)
    assert "is for whoever manages this server" in (await by_slash.answer())["content"]
    assert by_slash.private
    assert "is for whoever manages this server" in (await answer(server, "!feed add https://example.org"))["content"]
    assert await server.autocomplete("feed", "what", "pause ", person=MEMBER_ID) == []
    assert await server.autocomplete("feed", "what", "pause ") != []


async def test_the_answer_to_a_manager_s_slash_command_is_for_that_manager_alone(server: DiscordServer) -> None:
    used = await server.slash("feed", {"what": "list"})
    assert title(await used.answer()) == "1 feed"
    assert used.private


async def test_an_answer_in_time_is_given_at_once(server: DiscordServer) -> None:
    typed = await server.slash("claims", {"query": "freedonia"})
    first = await typed.answer()
    pressed = await server.click(first, custom_id(first, "Next page"))
    await pressed.answer()
    assert (typed.kind, pressed.kind) == (SAY, UPDATE)


async def test_an_answer_that_takes_long_is_announced_in_time(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SOON", 0)
    typed = await server.slash("claims", {"query": "freedonia"})
    first = await typed.answer()
    assert (typed.kind, typed.private) == (DEFER, False)

    turned = await server.click(first, custom_id(first, "Next page"))
    await turned.answered.wait()
    async with asyncio.timeout(10):
        while not first["edited_timestamp"]:
            server.changed.clear()
            await server.changed.wait()
    assert turned.kind == DEFER_UPDATE
    assert SUPPLIERS[0].title() in str(first["embeds"])

    case = await answer(server, "!case 6", nth=2)
    pressed = await server.click(case, custom_id(case, "Why"))
    assert title(await pressed.answer()).startswith("Why case 6")
    assert (pressed.kind, pressed.private) == (DEFER, True)
    assert ("POST", "/api/v10/channels/3000/typing") in server.requests  # for what was written with a prefix


async def test_what_is_asked_while_the_gateway_is_cut_is_answered_once_it_is_back(server: DiscordServer) -> None:
    case = await answer(server, "!case 6")
    server.gateway.drop()
    missed = await answer(server, "!case 5", nth=2)
    assert title(missed).startswith("Case 5")
    pressed = await server.click(case, custom_id(case, "Sources"))
    assert "who reported it" in title(await pressed.answer())
    assert (server.identifies, server.gateway.resumes) == (1, 1)  # resumed, not begun anew


async def test_a_channel_that_is_deleted_while_it_is_answered_is_a_line_in_the_log(server: DiscordServer) -> None:
    server.fail_next(404, 10003, "Unknown Channel")
    with capture_logs() as logs:
        await server.say("!claims elbonia", person=MEMBER_ID)
        await until_not_taken(logs)
        assert title(await answer(server, "!case 6")).startswith("Case 6")
    assert [log["event"] for log in logs] == ["answer not taken"]


async def test_an_answer_that_is_malformed_is_a_fault_of_ours(server: DiscordServer) -> None:
    server.fail_next(400, 50035, "Invalid Form Body")
    with capture_logs() as logs:
        assert (await answer(server, "!case 6"))["content"] == SORRY
    assert [log["event"] for log in logs] == ["command failed"]


async def test_a_press_whose_answer_discord_refuses_is_a_line_in_the_log_and_no_fault_of_ours(
    server: DiscordServer,
) -> None:
    case = await answer(server, "!case 6")
    server.messages[CHANNEL_ID].clear()
    with capture_logs() as logs:
        pressed = await server.click(case, custom_id(case, "Why"))
        pressed.kind = SAY  # as if it had been answered already
        await until_not_taken(logs)
        assert title(await answer(server, "!case 5")).startswith("Case 5")
    assert [log["event"] for log in logs] == ["answer not taken"]


async def test_a_slash_command_from_before_an_update_is_told_what_to_do(server: DiscordServer) -> None:
    server.commands.append({**server.commands[0], "id": "77", "name": "outdated", "options": []})
    used = await server.slash("outdated")
    assert "Reload Discord" in (await used.answer())["content"]
    assert used.private


async def test_a_running_bot_tells_its_operators_of_a_command_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`claimwatch run` itself, whose database somebody breaks."""
    monkeypatch.setattr(deliver, "_PULSE", 0.1)
    async with discord_server(channels=[OPERATORS]) as discord:
        config = Config(
            database=tmp_path / "x.db",
            operators=f"discord:{OPERATORS}",
            discord=Discord(token=SecretStr(TOKEN), api_base=discord.api_base),
        )
        with capture_logs() as logs:
            running = asyncio.create_task(run(config))
            await told(logs, "started", running)
            with sqlite3.connect(config.database) as database:
                database.execute("ALTER TABLE cases RENAME TO lost")
            assert (await answer(discord, "!claims"))["content"] == SORRY
            (card,) = await asyncio.wait_for(discord.wait_for_messages(1, OPERATORS), 20)
            os.kill(os.getpid(), signal.SIGTERM)
            await running
        assert title(card) == "A command failed\\: claims"
        assert "command failed" in [log["event"] for log in logs]
