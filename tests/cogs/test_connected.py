"""The cogs on the real client, connected to a small Discord on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.commands import COMMANDS, Context
from bot.platforms.discord_app import DiscordApp
from cogs import adder, pages
from tests.cogs.conftest import SUPPLIERS
from tests.fakes.discord.interactions import DEFER, DEFER_UPDATE, SAY, UPDATE
from tests.fakes.discord.wire import MANAGE_GUILD
from tests.fakes.discord_server import MEMBER_ID, TOKEN, DiscordServer, Json, discord_server


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


def id_of(message: Json, label: str) -> str:
    """The custom_id of a message's button."""
    buttons = {
        button["label"]: str(button["custom_id"]) for row in message["components"] for button in row["components"]
    }
    return buttons[label]


async def test_a_bot_that_has_started_offers_its_commands_and_answers(server: DiscordServer) -> None:
    assert {command["name"] for command in server.commands} == set(COMMANDS)
    found = await answer(server, "!claims elbonia")
    assert "Elbonia → Freedonia" in found["embeds"][0]["fields"][0]["name"]


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
    pressed = await server.click(first, id_of(first, "Next page"))
    await pressed.answer()
    assert (typed.kind, pressed.kind) == (SAY, UPDATE)


async def test_an_answer_that_takes_long_is_announced_in_time(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SOON", 0)
    typed = await server.slash("claims", {"query": "freedonia"})
    first = await typed.answer()
    assert (typed.kind, typed.private) == (DEFER, False)

    turned = await server.click(first, id_of(first, "Next page"))
    await turned.answered.wait()
    async with asyncio.timeout(10):
        while not first["edited_timestamp"]:
            server.changed.clear()
            await server.changed.wait()
    assert turned.kind == DEFER_UPDATE
    assert SUPPLIERS[0].title() in str(first["embeds"])

    case = await answer(server, "!case 6", nth=2)
    pressed = await server.click(case, id_of(case, "Why"))
    assert title(await pressed.answer()).startswith("Why case 6")
    assert (pressed.kind, pressed.private) == (DEFER, True)
    assert ("POST", "/api/v10/channels/3000/typing") in server.requests  # for what was written with a prefix


async def test_what_is_asked_while_the_gateway_is_cut_is_answered_once_it_is_back(server: DiscordServer) -> None:
    case = await answer(server, "!case 6")
    server.gateway.drop()
    missed = await answer(server, "!case 5", nth=2)
    assert title(missed).startswith("Case 5")
    pressed = await server.click(case, id_of(case, "Sources"))
    assert "who reported it" in title(await pressed.answer())
    assert (server.identifies, server.gateway.resumes) == (1, 1)  # resumed, not begun anew


async def test_a_channel_that_is_deleted_while_it_is_answered_is_a_line_in_the_log(server: DiscordServer) -> None:
    server.fail_next(404, 10003, "Unknown Channel")
    with capture_logs() as logs:
        await server.say("!claims elbonia", person=MEMBER_ID)
        assert title(await answer(server, "!case 6")).startswith("Case 6")
    assert [log["event"] for log in logs] == ["answer not taken"]


async def test_a_slash_command_from_before_an_update_is_told_what_to_do(server: DiscordServer) -> None:
    server.commands.append({**server.commands[0], "id": "77", "name": "outdated", "options": []})
    used = await server.slash("outdated")
    assert "Reload Discord" in (await used.answer())["content"]
    assert used.private
