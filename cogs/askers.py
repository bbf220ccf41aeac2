"""Who asks, as commands want to know it, from what Discord knows of them."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from bot.commands import Asker, Command
from bot.commands.context import Role


async def asker_of(context: commands.Context[Any], command: Command) -> Asker:
    """Whoever gave a command."""
    may_manage = context.guild is not None and context.permissions.manage_guild
    role = await _role(context.bot, context.author, command, may_manage=may_manage)
    return _asker(context.author, context.channel.id, context.guild, role)


async def clicker_of(interaction: discord.Interaction[Any], command: Command) -> Asker:
    """Whoever clicked a button under an answer."""
    may_manage = interaction.guild is not None and interaction.permissions.manage_guild
    role = await _role(interaction.client, interaction.user, command, may_manage=may_manage)
    return _asker(interaction.user, interaction.channel_id or 0, interaction.guild, role)


async def _role(bot: Any, user: discord.abc.User, command: Command, *, may_manage: bool) -> Role:
    """Discord is asked who owns the bot only where that could matter."""
    if command.who != "everyone" and await bot.is_owner(user):
        return "owner"
    return "manager" if may_manage else "everyone"


def _asker(user: discord.abc.User, channel: int, guild: discord.Guild | None, role: Role) -> Asker:
    return Asker(f"discord:user:{user.id}", f"discord:{channel}", role, f"discord:guild:{guild.id}" if guild else None)
