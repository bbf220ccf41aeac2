"""The Discord platform: the real discord.py against a small Discord on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import structlog
from discord.ext import commands

from bot.errors import ConfigError, DeliveryError, DestinationGone, RetryLater
from bot.model import Card, Section, Text
from bot.platforms import discord_app
from bot.platforms.discord_app import DiscordApp, DiscordBot
from tests.fakes.discord_server import CHANNEL_ID, PERSON_ID, TOKEN, DiscordServer, discord_server

HERE = f"discord:{CHANNEL_ID}"
CARD = Card("Freedonia → Sylvania", (Section(None, ((Text("Sylvania denies it"),),)),), status="contested")
LATER = Card("Freedonia → Sylvania", (Section(None, ((Text("Two outlets"),),)),), status="contested")


async def add_cogs(bot: commands.AutoShardedBot) -> None:
    @bot.hybrid_command()
    async def echo(context: commands.Context[commands.AutoShardedBot], *, text: str = "") -> None:
        """Say it again."""
        await context.send(text or "nothing")


def app_of(server: DiscordServer, token: str = TOKEN) -> DiscordApp:
    return DiscordApp(token, add_cogs, api_base=server.api_base, gateway=server.gateway_address)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server() as running:
        yield running


@pytest.fixture
async def app(server: DiscordServer) -> AsyncIterator[DiscordApp]:
    running = app_of(server)
    await running.start()
    yield running
    await running.stop()


async def test_a_posted_card_is_a_message_whose_id_is_returned(server: DiscordServer, app: DiscordApp) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    (message,) = server.messages[CHANNEL_ID]
    assert message["id"] == posted
    assert message["embeds"][0]["title"] == "Freedonia → Sylvania"
    assert message["allowed_mentions"] == {"parse": []}


async def test_the_same_key_again_makes_no_second_message(server: DiscordServer, app: DiscordApp) -> None:
    first = await app.post(HERE, CARD, key="case-1-first")
    assert await app.post(HERE, CARD, key="case-1-first") == first
    assert len(server.messages[CHANNEL_ID]) == 1


async def test_an_edit_changes_the_message_in_place(server: DiscordServer, app: DiscordApp) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    await app.edit(HERE, posted, LATER)
    (message,) = server.messages[CHANNEL_ID]
    assert message["embeds"][0]["description"] == "Two outlets"


async def test_a_reply_refers_to_the_case_s_message_and_pings_nobody(server: DiscordServer, app: DiscordApp) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    await app.post(HERE, LATER, key="case-1-status", reply_to=posted)
    reply = server.messages[CHANNEL_ID][1]
    assert reply["message_reference"]["message_id"] == posted
    assert reply["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_a_reply_to_a_deleted_message_is_posted_by_itself(server: DiscordServer, app: DiscordApp) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    server.messages[CHANNEL_ID].clear()
    await app.post(HERE, LATER, key="case-1-status", reply_to=posted)
    assert "message_reference" not in server.messages[CHANNEL_ID][0]


async def test_an_edit_leaves_a_message_alone_that_somebody_deleted(server: DiscordServer, app: DiscordApp) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    server.messages[CHANNEL_ID].clear()
    await app.edit(HERE, posted, LATER)
    assert not server.messages[CHANNEL_ID]


async def test_where_replies_are_not_allowed_a_reply_is_posted_by_itself(
    server: DiscordServer, app: DiscordApp
) -> None:
    posted = await app.post(HERE, CARD, key="case-1-first")
    server.fail_next(403, 160002)
    await app.post(HERE, LATER, key="case-1-status", reply_to=posted)
    assert "message_reference" not in server.messages[CHANNEL_ID][1]


@pytest.mark.parametrize("destination", ["discord:404404", "discord:general", "discord:", "discord:user:ann"])
async def test_a_channel_that_is_not_there_is_gone(app: DiscordApp, destination: str) -> None:
    with pytest.raises(DestinationGone, match=destination):
        await app.post(destination, CARD, key="k")


@pytest.mark.parametrize("code", [50001, 50008, 50013])
async def test_a_channel_closed_to_the_bot_is_gone(server: DiscordServer, app: DiscordApp, code: int) -> None:
    server.fail_next(403, code)
    with pytest.raises(DestinationGone, match=str(code)):
        await app.post(HERE, CARD, key="k")


@pytest.mark.parametrize(("status", "code"), [(503, 0), (400, 20028), (401, 0)])
async def test_trouble_that_passes_asks_for_another_try(
    server: DiscordServer, app: DiscordApp, status: int, code: int
) -> None:
    server.fail_next(status, code)
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    assert await app.post(HERE, CARD, key="k")


async def test_a_limit_at_the_door_names_the_seconds_to_wait(server: DiscordServer, app: DiscordApp) -> None:
    server.fail_next(429, headers={"Retry-After": "42"})  # without Via: not Discord's own, so discord.py does not wait
    with pytest.raises(RetryLater) as caught:
        await app.post(HERE, CARD, key="k")
    assert caught.value.after == 42


async def test_discord_s_own_limit_is_waited_out(server: DiscordServer, app: DiscordApp) -> None:
    server.fail_next(429, headers={"Via": "1.1 google"})
    assert await app.post(HERE, CARD, key="k")


async def test_a_message_that_discord_refuses_says_why(server: DiscordServer, app: DiscordApp) -> None:
    server.fail_next(400, 240000, "Message blocked by harmful links filter")
    with pytest.raises(DeliveryError, match=r"240000.*harmful links") as caught:
        await app.post(HERE, CARD, key="k")
    assert not isinstance(caught.value, RetryLater | DestinationGone)


async def test_a_lost_connection_asks_for_another_try() -> None:
    async with discord_server() as server:
        app = app_of(server)
        await app.start()
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    await app.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "discord"]


async def test_a_wrong_token_is_an_error_of_the_configuration_that_does_not_show_it(server: DiscordServer) -> None:
    app = app_of(server, "wrong.token.given")
    with pytest.raises(ConfigError, match="token") as caught:
        await app.start()
    assert "wrong.token.given" not in str(caught.value)
    await app.stop()


async def test_an_unreachable_discord_is_tried_again_until_it_answers(unused_tcp_port: int) -> None:
    app = DiscordApp(TOKEN, add_cogs, api_base=f"http://127.0.0.1:{unused_tcp_port}/api/v10")
    with structlog.testing.capture_logs() as logs:
        await app.start()
    assert "can't be reached" in logs[0]["reason"]
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    async with discord_server(port=unused_tcp_port) as server:
        while not server.messages[CHANNEL_ID]:
            with suppress(RetryLater):
                await app.post(HERE, CARD, key="k")
            await asyncio.sleep(0.05)
        await app.stop()


async def test_without_a_gateway_alerts_are_posted_all_the_same(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_app, "_GREETING_SECONDS", 0.2)
    server.gateway.open = False
    app = app_of(server)
    await app.start()
    assert await app.post(HERE, CARD, key="k")
    assert not server.sessions
    await app.stop()


async def no_wait(_bot: object, _shard: int | None, *, initial: bool = False) -> None:
    """Do without discord.py's five seconds before another IDENTIFY."""


async def test_a_gateway_that_is_gone_for_a_while_is_found_again(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DiscordBot, "before_identify_hook", no_wait)
    app = app_of(server)
    await app.start()
    server.gateway.open = False
    server.gateway.drop()
    assert await app.post(HERE, CARD, key="k")
    server.gateway.open = True
    server.messages[CHANNEL_ID].clear()
    async with asyncio.timeout(20):
        while not server.messages[CHANNEL_ID] or server.messages[CHANNEL_ID][-1]["content"] != "back":
            await server.say("!echo back")
            await asyncio.sleep(0.2)
    await app.stop()


async def test_a_post_that_was_cut_off_by_the_stop_is_not_made_twice(server: DiscordServer) -> None:
    app = app_of(server)
    await app.start()
    server.rest.delay = 0.4
    posting = asyncio.create_task(app.post(HERE, CARD, key="case-1-first"))
    await server.wait_for_messages(1)  # it is there, and its answer is still to come
    posting.cancel()
    await app.stop()
    server.rest.delay = 0
    again = app_of(server)
    await again.start()
    await again.post(HERE, CARD, key="case-1-first")
    assert len(server.messages[CHANNEL_ID]) == 1
    await again.stop()


async def test_a_post_whose_answer_was_lost_is_not_made_twice(server: DiscordServer, app: DiscordApp) -> None:
    server.lose_next()
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="case-1-first")
    await app.post(HERE, CARD, key="case-1-first")
    assert len(server.messages[CHANNEL_ID]) == 1


async def test_a_person_is_written_to_in_private(server: DiscordServer, app: DiscordApp) -> None:
    to = f"discord:user:{PERSON_ID}"
    first = await app.post(to, CARD, key="a")
    await app.post(to, LATER, key="b", reply_to=first)
    await app.edit(to, first, LATER)
    (channel,) = [one for one in server.channels.values() if one.person == PERSON_ID]
    assert [message["embeds"][0]["description"] for message in server.messages[channel.id]] == ["Two outlets"] * 2
    assert [path for _, path in server.requests].count("/api/v10/users/@me/channels") == 1


async def test_a_person_who_takes_no_messages_or_is_not_there_is_gone(server: DiscordServer, app: DiscordApp) -> None:
    server.blocked.add(PERSON_ID)
    with pytest.raises(DestinationGone, match="no messages"):
        await app.post(f"discord:user:{PERSON_ID}", CARD, key="k")
    with pytest.raises(DestinationGone, match="does not exist"):
        await app.post("discord:user:404404", CARD, key="k")


async def test_before_the_start_and_after_the_stop_posts_are_to_be_tried_later(server: DiscordServer) -> None:
    app = app_of(server)
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    await app.start()
    await app.stop()
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    assert not server.sessions


async def test_commands_come_by_prefix_and_by_mention(server: DiscordServer, app: DiscordApp) -> None:
    await server.say("!echo one")
    await server.say("<@1000> echo two")
    answers = await asyncio.wait_for(server.wait_for_messages(2), 10)
    assert [answer["content"] for answer in answers] == ["one", "two"]


async def test_slash_commands_are_announced_at_the_start(server: DiscordServer, app: DiscordApp) -> None:
    assert [command["name"] for command in server.commands] == ["echo"]


async def test_without_the_message_content_intent_mentions_are_still_answered(server: DiscordServer) -> None:
    server.message_content = False
    app = app_of(server)
    with structlog.testing.capture_logs() as logs:
        await app.start()
    assert "Message Content Intent" in logs[0]["mend"]
    await server.say("!echo one")
    await server.say("<@1000> echo two")
    answers = await asyncio.wait_for(server.wait_for_messages(1), 10)
    assert [answer["content"] for answer in answers] == ["two"]
    assert await app.post(HERE, CARD, key="k")
    await app.stop()
