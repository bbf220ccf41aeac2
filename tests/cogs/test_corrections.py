"""Corrections on Discord: hidden rights, and that the same words do the same by prefix and slash."""

from __future__ import annotations

from typing import Any

from bot.commands import Context
from tests.cogs.test_commands import ann, channel, failing, shown
from tests.cogs.test_feeds import manager

__all__ = ["ann", "channel", "manager"]


@failing
async def test_who_does_not_manage_the_server_corrects_nothing(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!correct 1")
    assert "is for whoever manages this server" in channel.last_message.content


@failing
async def test_a_manager_is_told_how_to_become_an_editor(manager: Any, channel: Any) -> None:
    await manager.send(channel, "!merge 1 2 because both are one")
    assert f"discord:user:{manager.id}" in channel.last_message.content.replace("\\", "")


async def test_an_editor_corrects_and_undoes(manager: Any, channel: Any, context: Context) -> None:
    context.editors = frozenset({f"discord:user:{manager.id}"})
    await manager.send(channel, "!merge 1 2 because both are one train")
    assert "case 2 merged into case 1" in shown(channel.last_message)
    result = await manager.slash(channel, "corrections", case="2")
    assert "both are one train" in shown(result.response)
    result = await manager.slash(channel, "undo", correction="1")
    assert "Correction 1 is undone" in shown(result.response)


async def test_claims_are_listed_by_number_before_they_are_corrected(manager: Any, channel: Any) -> None:
    result = await manager.slash(channel, "correct", what="6")
    assert "Elbonia denies" in shown(result.response)
