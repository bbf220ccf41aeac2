"""The list of feeds on Discord: who may change it, and how a list goes in and out as a file."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.cogs.test_commands import ann, channel, failing, shown

__all__ = ["ann", "channel"]

LIST = b'<?xml version="1.0"?><opml><body><outline text="Gazette" xmlUrl="https://gazette.example/rss"/></body></opml>'


@pytest.fixture
def manager(simcord_env: Any, channel: Any) -> Any:
    role = simcord_env.guild.create_role("editors", permissions=discord.Permissions(manage_guild=True))
    return simcord_env.guild.add_member(simcord_env.create_user("mia"), roles=[role])


async def test_everybody_sees_the_sources(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!sources")
    assert "The Fore" in shown(channel.last_message)


@failing
async def test_who_does_not_manage_the_server_changes_no_feed(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!feed list")
    assert "is for whoever manages this server" in channel.last_message.content


async def test_a_manager_imports_an_attached_list_and_gets_it_back_as_a_file(manager: Any, channel: Any) -> None:
    await manager.send(channel, "!feed import", attachments=[("feeds.opml", LIST)])
    assert "1 feed added" in shown(channel.last_message)
    await manager.send(channel, "!feed export")
    (file,) = channel.last_message.attachments
    assert file.filename == "feeds.opml"
    assert b"https://gazette.example/rss" in await file.read()


async def test_the_slash_command_takes_the_same_words(manager: Any, channel: Any) -> None:
    result = await manager.slash(channel, "feed", what="list")
    assert "The Fore" in shown(result.response)


@failing
async def test_a_manager_leaves_alone_what_the_operator_has_configured(manager: Any, channel: Any) -> None:
    await manager.send(channel, "!feed pause 1")
    assert "was added by whoever runs the bot" in channel.last_message.content
