"""Who asks, as commands want to know it, from what Discord knows of them."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from bot.commands import Asker, Command
from bot.commands.context import Role


async def asker_of(context: commands.Context[Any], command: Command) -> Asker:
    """Whoever gave a command."""
    return await _asker(context.bot, context.author, context.channel.id, context.guild, context.permissions, command)


async def clicker_of(interaction: discord.Interaction[Any], command: Command) -> Asker:
    """Whoever clicked a button under an answer."""
    channel = interaction.channel_id or 0
    return await _asker(
        interaction.client, interaction.user, channel, interaction.guild, interaction.permissions, command
    )


async def _role(bot: Any, user: discord.abc.User, command: Command, *, may_manage: bool) -> Role:
    """Discord is asked who owns the bot only where that could matter."""
    if command.who != "everyone" and await bot.is_owner(user):
        return "owner"
    return "manager" if may_manage else "everyone"


async def _asker(
    bot: Any,
    user: discord.abc.User,
    channel: int,
    guild: discord.Guild | None,
    permissions: discord.Permissions,
    command: Command,
) -> Asker:
    person = f"discord:user:{user.id}"
    if guild is None:  # a direct message is the person's own place
        return Asker(person, person, await _role(bot, user, command, may_manage=False), keeps_place=True)
    role = await _role(bot, user, command, may_manage=permissions.manage_guild)
    keeps = permissions.manage_channels or permissions.manage_guild
    return Asker(person, f"discord:{channel}", role, keeps, f"discord:guild:{guild.id}")
