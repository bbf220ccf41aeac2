"""Offers what a command's words may be while they are typed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands

from bot.commands import COMMANDS
from bot.commands.choices import choices
from bot.commands.failures import failed
from bot.platforms.plain import beginning, clean, units
from cogs.askers import clicker_of

_LONGEST = 100  # https://docs.discord.com/developers/interactions/application-commands, of a choice's name and value

Offering = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def offering(name: str) -> Offering:
    """What discord.py calls with each letter that is typed behind the command `name`."""

    async def offer(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        context = interaction.client.get_cog("Pages").context
        try:
            asker = await clicker_of(interaction, COMMANDS[name])
            found = await choices(context.asked_by(asker), name, typed)
        except Exception as error:  # the platform's edge
            await failed(context, f"{name} (choices)", error)
            return []
        return [
            app_commands.Choice(name=_label(choice.label), value=choice.words)
            for choice in found
            if 0 < units(choice.words) <= _LONGEST
        ]

    return offer


def _label(text: str) -> str:
    """As Discord takes it: it shows no markup there."""
    label = clean(text).strip()
    return label if units(label) <= _LONGEST else beginning(label, _LONGEST, str)
