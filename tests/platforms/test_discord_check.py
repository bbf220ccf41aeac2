"""What `claimwatch check` says of Discord: whose token it is, the link that invites the bot, and the intent."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.errors import ConfigError, DestinationGone, RetryLater
from bot.model import Button, Card
from bot.platforms.discord_app import DiscordApp
from bot.platforms.discord_check import PERMISSIONS, log_in
from tests.fakes.discord.wire import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, MESSAGE_CONTENT
from tests.fakes.discord.world import BOT_ROLE, Channel
from tests.fakes.discord_server import BOT_ID, CHANNEL_ID, GUILD_ID, TOKEN, discord_server
from tests.platforms.test_discord import add_cogs

HERE = f"discord:{CHANNEL_ID}"
CARD = Card("Freedonia → Sylvania", buttons=(Button("Why", "why 1"),))


async def test_the_invite_asks_for_what_is_used_and_nothing_else() -> None:
    async with discord_server() as server:
        found = await log_in(TOKEN, server.api_base)
        assert not server.sessions  # a running bot is not disturbed
    link = parse_qs(urlsplit(found.invite).query)
    assert found.name == "Claimwatch"
    assert link["client_id"] == [str(BOT_ID)]
    assert set(link["scope"][0].split()) == {"bot", "applications.commands"}
    asked = discord.Permissions(int(link["permissions"][0]))
    assert {name for name, wanted in asked if wanted} == {
        "read_messages",  # discord.py's older name of View Channel
        "send_messages",
        "send_messages_in_threads",
        "embed_links",
        "attach_files",
        "read_message_history",
    }


@pytest.mark.parametrize("lacking", [None, "view_channel", "send_messages", "embed_links", "read_message_history"])
async def test_these_permissions_suffice_and_none_of_them_can_be_spared(lacking: str | None) -> None:
    """The small Discord gives each member only what their roles allow, as Discord does."""
    granted = discord.Permissions(PERMISSIONS.value)
    if lacking:
        granted.update(**{lacking: False})
    async with discord_server() as server:
        server.roles[GUILD_ID], server.roles[BOT_ROLE] = 0, granted.value
        server.channels[CHANNEL_ID] = Channel(CHANNEL_ID)
        app = DiscordApp(TOKEN, add_cogs, api_base=server.api_base)
        await app.start()
        try:
            first = await app.post(HERE, CARD, key="a")
            await app.edit(HERE, first, CARD)
            await app.post(HERE, CARD, key="b", reply_to=first)
            works = "message_reference" in server.messages[CHANNEL_ID][-1]
        except DestinationGone:
            works = False
        await app.stop()
    assert works is (lacking is None)


async def test_the_gateway_is_asked_for_the_intents_that_are_used_and_nothing_else() -> None:
    async with discord_server() as server:
        app = DiscordApp(TOKEN, add_cogs, api_base=server.api_base)
        await app.start()
        (session,) = server.sessions
        assert session.intents == GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES | MESSAGE_CONTENT
        await app.stop()


@pytest.mark.parametrize("on", [True, False])
async def test_it_is_told_whether_the_text_of_messages_may_be_read(on: bool) -> None:
    async with discord_server() as server:
        server.message_content = on
        assert (await log_in(TOKEN, server.api_base)).reads_messages is on


async def test_a_wrong_token_and_an_unreachable_discord_say_what_to_do(unused_tcp_port: int) -> None:
    async with discord_server() as server:
        with pytest.raises(ConfigError, match="Copy") as caught:
            await log_in("wrong.token.given", server.api_base)
    assert "wrong.token.given" not in str(caught.value)
    with pytest.raises(RetryLater, match="can't be reached"):
        await log_in(TOKEN, f"http://127.0.0.1:{unused_tcp_port}/api/v10")
