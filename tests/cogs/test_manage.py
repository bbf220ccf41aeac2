"""What managers and owners give on Discord: setup, alerts, rule, reload, sync."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.commands import Context
from bot.store.subscriptions import subscriptions_at
from tests.cogs.test_commands import ann, channel, failing, shown
from tests.cogs.test_feeds import manager

__all__ = ["ann", "channel", "manager"]


@failing
@pytest.mark.parametrize("text", ["!setup", "!alerts", "!rule test x"])
async def test_who_does_not_manage_the_server_is_told_so(ann: Any, channel: Any, text: str) -> None:
    await ann.send(channel, text)
    assert "is for whoever manages this server" in channel.last_message.content


@failing
@pytest.mark.parametrize("text", ["!reload rules", "!sync"])
async def test_who_does_not_run_the_bot_is_told_so(manager: Any, channel: Any, text: str) -> None:
    await manager.send(channel, text)
    assert "is for whoever runs the bot" in channel.last_message.content


async def test_a_manager_sets_a_channel_up_by_one_slash_command(manager: Any, channel: Any, context: Context) -> None:
    result = await manager.slash(channel, "setup", step="elbonia daily")
    assert "Setup for this channel\\: ready" in shown(result.response)
    assert "Contested\\: Elbonia → Freedonia, drones" in shown(result.response)
    [one] = await context.store.read(subscriptions_at, [f"discord:{channel.id}"])
    assert (one.query, one.rhythm) == ("elbonia", "daily")


async def test_rights_that_the_bot_lacks_in_the_channel_are_named(manager: Any, simcord_env: Any) -> None:
    silent = {simcord_env.guild.me: discord.PermissionOverwrite(send_messages=False, embed_links=False)}
    closed = simcord_env.guild.create_text_channel("closed", overwrites=silent)
    result = await manager.slash(closed, "setup", step="elbonia")
    assert "The bot can't post here. It lacks Send Messages, Embed Links." in shown(result.response)


async def test_a_manager_lists_what_the_channel_is_told_of(manager: Any, channel: Any) -> None:
    await manager.send(channel, "!subscribe elbonia here")
    await manager.send(channel, "!alerts list")
    assert channel.last_message.embeds[0].title == "1 subscription for this channel, 0 alerts in the last 7 days"


async def test_a_manager_of_another_server_does_not_reach_it(
    manager: Any, channel: Any, simcord_env: Any, context: Context
) -> None:
    await manager.send(channel, "!subscribe elbonia here")
    other = simcord_env.create_guild()
    place = other.create_text_channel("elsewhere")
    role = other.create_role("editors", permissions=discord.Permissions(manage_guild=True))
    eve = other.add_member(simcord_env.create_user("eve"), roles=[role])
    await eve.send(place, "!alerts")
    assert place.last_message.embeds[0].title == "No subscription for this channel yet"


async def test_a_headline_is_tried(manager: Any, channel: Any) -> None:
    await manager.send(channel, '!rule test "Iran denies sending drones to Russia"')
    assert channel.last_message.embeds[0].title == "1 claim\\: Iran denies sending drones to Russia"
