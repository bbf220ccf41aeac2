"""The cogs on the real client, connected to a small Discord on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app import run
from bot.commands import COMMANDS, Context
from bot.config import Config, Discord, SubscriptionKeys
from bot.errors import RetryLater
from bot.platforms.discord_app import DiscordApp
from cogs import adder
from tests.fakes.discord_server import CHANNEL_ID, PERSON_ID, TOKEN, discord_server
from tests.test_reload import told


async def test_a_bot_that_has_started_offers_its_commands_and_answers(context: Context) -> None:
    async with discord_server() as server:
        app = DiscordApp(TOKEN, adder(context), api_base=server.api_base)
        await app.start()
        assert {command["name"] for command in server.commands} == set(COMMANDS)
        await server.say("!claims elbonia")
        (answer,) = await asyncio.wait_for(server.wait_for_messages(1), 20)
        assert "Elbonia → Freedonia" in answer["embeds"][0]["fields"][0]["name"]
        server.commands.clear()
        assert await app.announce() == len(server.commands) == len(COMMANDS)
        await app.stop()
        with pytest.raises(RetryLater):
            await app.announce()


async def test_whoever_runs_the_bot_has_it_take_in_what_was_changed(tmp_path: Path) -> None:
    """`claimwatch run` itself, asked on Discord: config.toml is read anew and the slash commands announced."""
    async with discord_server() as server:
        config = Config(database=tmp_path / "x.db", discord=Discord(token=SecretStr(TOKEN), api_base=server.api_base))
        wanted = SubscriptionKeys(to=f"discord:{CHANNEL_ID}", query="north korea")
        with capture_logs() as logs:
            bot = asyncio.create_task(
                run(config, reread=lambda: config.model_copy(update={"subscriptions": (wanted,)}))
            )
            await told(logs, "started", bot)
            server.commands.clear()
            await server.say("!sync", person=PERSON_ID)
            (answer,) = await asyncio.wait_for(server.wait_for_messages(1), 20)
            os.kill(os.getpid(), signal.SIGTERM)
            await bot
    fields = [f"{field['name']}: {field['value']}" for field in answer["embeds"][0]["fields"]]
    assert fields == [
        f"Subscriptions that began: discord\\:{CHANNEL_ID}\\: north korea",
        f"Slash commands: Discord was told of {len(COMMANDS)}.",
    ]
    assert {command["name"] for command in server.commands} == set(COMMANDS)
