"""Who asks, as commands want to know it, from what Discord knows of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord.ext import commands

from bot.commands import Asker, Command
from bot.commands.context import Role


async def asker_of(context: commands.Context[Any], command: Command) -> Asker:
    """Whoever gave a command."""
    asker = await _asker(context.bot, context.author, context.channel.id, context.guild, context.permissions, command)
    # discord.py's own `bot_permissions` are those of the answer to an interaction, which is always let through.
    has = context.interaction.app_permissions if context.interaction else context.bot_permissions
    return replace(asker, lacks=_lacking(has, context.channel)) if context.guild else asker


async def clicker_of(interaction: discord.Interaction[Any], command: Command) -> Asker:
    """Whoever clicked a button under an answer."""
    channel = interaction.channel_id or 0
    asker = await _asker(
        interaction.client, interaction.user, channel, interaction.guild, interaction.permissions, command
    )
    lacks = _lacking(interaction.app_permissions, interaction.channel)
    return replace(asker, lacks=lacks) if interaction.guild else asker


def _lacking(has: discord.Permissions, channel: Any) -> tuple[str, ...]:
    """The permissions that an alert needs and the bot has not, by the names that Discord shows."""
    send = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    needed = ("view_channel", send, "embed_links", "read_message_history")
    return tuple(name.replace("_", " ").title().replace(" In ", " in ") for name in needed if not getattr(has, name))


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
