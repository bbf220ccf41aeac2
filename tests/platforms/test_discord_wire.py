"""The small Discord of the tests, tried by the unmodified discord.py: it must behave as Discord is documented to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.wire import EPHEMERAL, SEND_MESSAGES, VIEW_CHANNEL
from tests.fakes.discord.world import BOT_ROLE
from tests.fakes.discord_server import (
    CHANNEL_ID,
    GUILD_ID,
    MEMBER_ID,
    PERSON_ID,
    TOKEN,
    DiscordServer,
    discord_server,
)


class Bot(commands.AutoShardedBot):
    """discord.py's own bot, which notes what it is told."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, messages=True, message_content=True)
        super().__init__("!", intents=intents, guild_ready_timeout=0.1)
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do without the five seconds between two IDENTIFYs."""

    async def on_message(self, message: discord.Message) -> None:
        await self.heard.put(("message", message.content))
        await self.process_commands(message)

    async def on_resumed(self) -> None:
        await self.heard.put(("resumed", None))

    async def on_connect(self) -> None:
        await self.heard.put(("connected", None))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self.heard.put(("guild", guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self.heard.put(("joined", guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.heard.put(("left", guild.id))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self.heard.put(("deleted", channel.id))

    async def told(self, event: str) -> Any:
        """What it is told by the next such event."""
        async with asyncio.timeout(10):
            while True:
                kind, what = await self.heard.get()
                if kind == event:
                    return what


class Pages(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)  # so that the bot knows it from the start

    @discord.ui.button(label="Next", custom_id="next")
    async def turn(self, interaction: discord.Interaction, _button: discord.ui.Button[Pages]) -> None:
        await interaction.response.edit_message(content="page 2")


def add_commands(bot: Bot) -> None:
    bot.add_view(Pages())

    @bot.tree.command()
    @app_commands.describe(query="what to look for")
    async def claims(interaction: discord.Interaction, query: str) -> None:
        """Show cases."""
        await interaction.response.send_message(f"cases of {query}", view=Pages())

    @claims.autocomplete("query")
    async def offer(_interaction: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=text.title(), value=text)]

    @bot.tree.command()
    async def slow(interaction: discord.Interaction) -> None:
        """Take a while."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("done")
        await interaction.followup.send("and more")
        await interaction.edit_original_response(content="done, and corrected")

    group = app_commands.Group(name="feed", description="Feeds.", default_permissions=discord.Permissions(8))

    @group.command()
    @app_commands.checks.has_permissions(manage_guild=True)
    async def add(interaction: discord.Interaction, address: str) -> None:
        """Add a feed."""
        await interaction.response.send_message(address)

    @add.error
    async def refuse(interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        await interaction.response.send_message(type(error).__name__, ephemeral=True)

    bot.tree.add_command(group)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server() as running:
        yield running


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[Bot]:
    Route.BASE = server.api_base
    DiscordWebSocket.DEFAULT_GATEWAY = URL(server.gateway_address)
    async with Bot() as running:
        add_commands(running)
        await running.login(TOKEN)
        await running.tree.sync()
        connection = asyncio.create_task(running.connect())
        await running.wait_until_ready()
        running.heard = asyncio.Queue()
        yield running
        await running.close()
        await asyncio.wait({connection})
        connection.exception()  # some tests end it on purpose


def channel_of(bot: Bot, number: int = CHANNEL_ID) -> discord.PartialMessageable:
    return bot.get_partial_messageable(number)


# ── gateway ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def cut_without_a_word(server: DiscordServer) -> None:
    server.gateway.drop()


async def ask_to_reconnect(server: DiscordServer) -> None:
    await server.gateway.reconnect()


async def time_out(server: DiscordServer) -> None:
    await server.gateway.close(4009)


@pytest.mark.parametrize("end", [cut_without_a_word, ask_to_reconnect, time_out])
async def test_a_session_is_resumed_and_what_was_missed_is_sent(
    server: DiscordServer, bot: Bot, end: Callable[[DiscordServer], Any]
) -> None:
    await end(server)
    await server.say("said meanwhile")
    assert await bot.told("message") == "said meanwhile"
    await bot.told("resumed")
    assert (server.identifies, len(server.sessions)) == (1, 1)


async def test_a_session_that_is_over_is_begun_anew(server: DiscordServer, bot: Bot) -> None:
    await server.gateway.invalidate()
    await bot.told("guild")
    await server.say("hello")
    assert await bot.told("message") == "hello"
    assert server.identifies == 2


async def test_heartbeats_come_when_they_are_due_and_when_asked_for(server: DiscordServer, bot: Bot) -> None:
    await server.gateway.ask_heartbeat()
    await asyncio.wait_for(server.gateway.beaten.wait(), 5)


async def test_a_client_without_a_heartbeat_is_cut_off(server: DiscordServer) -> None:
    server.gateway.heartbeat_seconds = 0.1
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway_address) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.receive()
        assert socket.close_code == 4009


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("no JSON", 4002),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 2, "d": {"token": "wrong", "intents": 0}}', 4004),
        ('{"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}', 4004),
    ],
)
async def test_wrong_payloads_are_closed_with_their_code(server: DiscordServer, sent: str, code: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway_address) as socket:
        await socket.receive_json()
        await socket.send_str(sent)
        await socket.receive()
        assert socket.close_code == code


async def test_guilds_and_channels_come_and_go(server: DiscordServer, bot: Bot) -> None:
    await server.join(2100, "Sylvania", [3100])
    assert await bot.told("joined") == 2100
    await server.delete_channel(3100)
    assert await bot.told("deleted") == 3100
    await server.expel(2100)
    assert await bot.told("left") == 2100
    with pytest.raises(discord.NotFound) as caught:
        await channel_of(bot, 3100).send("hello")
    assert caught.value.code == 10003


async def test_two_shards_each_hear_of_their_own_guilds(server: DiscordServer) -> None:
    Route.BASE = server.api_base
    server.rest.shards = 2
    server.guilds[1 << 22] = "Sylvania"  # of the second
    server.roles[1 << 22] = server.roles[GUILD_ID]
    async with Bot() as bot:
        await bot.login(TOKEN)
        connection = asyncio.create_task(bot.connect())
        assert {await bot.told("guild"), await bot.told("guild")} == {GUILD_ID, 1 << 22}
        assert {guild.id: guild.shard_id for guild in bot.guilds} == {GUILD_ID: 0, 1 << 22: 1}
        await bot.close()
        await asyncio.wait({connection})


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_nonce_gives_the_first_message_also_when_its_answer_was_lost(
    server: DiscordServer, bot: Bot
) -> None:
    server.lose_next()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(bot).send("once", nonce="n1")
    message = await channel_of(bot).send("once", nonce="n1")
    assert [one["id"] for one in server.messages[CHANNEL_ID]] == [str(message.id)]


async def test_a_request_that_breaks_before_it_arrives_leaves_nothing(server: DiscordServer, bot: Bot) -> None:
    server.drop_next()
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(bot).send("once")
    assert not server.messages[CHANNEL_ID]


async def test_a_nonce_has_at_most_25_characters(bot: Bot) -> None:
    with pytest.raises(discord.HTTPException, match="nonce"):
        await channel_of(bot).send("once", nonce="n" * 26)


@pytest.mark.parametrize(("lost", "code"), [(VIEW_CHANNEL, 50001), (SEND_MESSAGES, 50013)])
async def test_a_channel_that_is_closed_to_everybody_is_closed_to_the_bot(
    server: DiscordServer, bot: Bot, lost: int, code: int
) -> None:
    server.channels[CHANNEL_ID].refused = lost
    with pytest.raises(discord.Forbidden) as caught:
        await channel_of(bot).send("hello")
    assert caught.value.code == code


async def test_without_the_permission_of_its_role_the_bot_may_not_write(server: DiscordServer, bot: Bot) -> None:
    server.roles[BOT_ROLE] = 0
    server.roles[GUILD_ID] = VIEW_CHANNEL
    with pytest.raises(discord.Forbidden) as caught:
        await channel_of(bot).send("hello")
    assert caught.value.code == 50013


async def test_a_person_is_written_to_in_private_and_answers_there(server: DiscordServer, bot: Bot) -> None:
    person = await bot.fetch_user(PERSON_ID)
    message = await person.send("hello")
    assert server.messages[message.channel.id][0]["content"] == "hello"
    await server.say("hello yourself", channel=message.channel.id)
    assert await bot.told("message") == "hello"  # the bot hears itself, as on Discord
    assert await bot.told("message") == "hello yourself"


async def test_limits_are_told_in_headers_and_enforced() -> None:
    async with (
        discord_server(limits=Limits(per_second=1000, channel_seconds=0.5)) as server,
        aiohttp.ClientSession() as session,
    ):
        headers = {"Authorization": f"Bot {TOKEN}"}
        address = f"{server.api_base}/channels/{CHANNEL_ID}/messages"
        for left in (4, 3, 2, 1, 0):
            async with session.post(address, json={"content": "x"}, headers=headers) as answer:
                assert answer.headers["X-RateLimit-Remaining"] == str(left)
        async with session.post(address, json={"content": "x"}, headers=headers) as answer:
            assert answer.status == 429
            assert answer.headers["Via"]
            assert 0 < (await answer.json())["retry_after"] <= 0.5


# ── interactions ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_slash_command_is_answered_and_its_button_turns_the_page(server: DiscordServer, bot: Bot) -> None:
    answer = await (await server.slash("claims", {"query": "russia"})).answer()
    assert answer["content"] == "cases of russia"
    await (await server.click(answer, "next")).answer()
    assert server.messages[CHANNEL_ID][-1]["content"] == "page 2"


async def test_what_is_typed_is_completed(server: DiscordServer, bot: Bot) -> None:
    assert await server.autocomplete("claims", "query", "rus") == [{"name": "Rus", "value": "rus"}]


async def test_a_deferred_answer_comes_later_is_private_and_can_be_corrected(server: DiscordServer, bot: Bot) -> None:
    done = await server.slash("slow")
    await done.answer()
    async with asyncio.timeout(5):
        while [one["content"] for one in done.messages] != ["done, and corrected", "and more"]:
            server.changed.clear()
            await server.changed.wait()
    assert done.messages[0]["flags"] & EPHEMERAL


@pytest.mark.parametrize(("person", "said"), [(PERSON_ID, "http://a/"), (MEMBER_ID, "MissingPermissions")])
async def test_a_member_s_permissions_come_with_the_command(
    server: DiscordServer, bot: Bot, person: int, said: str
) -> None:
    answer = await (await server.slash("feed add", {"address": "http://a/"}, person=person)).answer()
    assert answer["content"] == said
