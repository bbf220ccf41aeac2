"""The cogs on the real client, connected to a small Discord on loopback."""

from __future__ import annotations

import asyncio

from bot.commands import COMMANDS, Context
from bot.platforms.discord_app import DiscordApp
from cogs import adder
from tests.fakes.discord_server import TOKEN, discord_server


async def test_a_bot_that_has_started_offers_its_commands_and_answers(context: Context) -> None:
    async with discord_server() as server:
        app = DiscordApp(TOKEN, adder(context), api_base=server.api_base)
        await app.start()
        assert {command["name"] for command in server.commands} == set(COMMANDS)
        await server.say("!claims elbonia")
        (answer,) = await asyncio.wait_for(server.wait_for_messages(1), 20)
        assert "Elbonia → Freedonia" in answer["embeds"][0]["fields"][0]["name"]
        await app.stop()
