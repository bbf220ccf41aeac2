"""Makes a prefix and slash command of what `bot.commands.COMMANDS` says of it, so that one text serves all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.commands import COMMANDS
from bot.commands.context import Role
from cogs.offers import offering

Cog = TypeVar("Cog", bound=commands.Cog)
P = ParamSpec("P")
Method = Callable[Concatenate[Cog, commands.Context[Any], P], Coroutine[Any, Any, None]]

# Who is shown a slash command: those with all of these permissions, which a server's managers may change. Discord
# knows no permission for who runs the bot: such a command is shown to administrators, and refused to all but the owner.
_SHOWN_TO: dict[Role, discord.Permissions] = {
    "manager": discord.Permissions(manage_guild=True),
    "owner": discord.Permissions(administrator=True),
}


def hybrid(name: str) -> Callable[[Method[Cog, P]], commands.HybridCommand[Cog, P, None]]:
    """A decorator for the cog's method that answers the command `name`; its last parameter is the command's words.

    A command that is not for everybody is hidden from members by default, and is no slash command in direct messages,
    where nobody manages anything and it would be shown to all.
    """
    command = COMMANDS[name]
    text = "\n".join((command.help, *command.examples))
    made = commands.hybrid_command(name, description=command.help, help=text, usage=command.usage)

    def decorate(method: Method[Cog, P]) -> commands.HybridCommand[Cog, P, None]:
        everyone = command.who == "everyone"
        app_commands.allowed_contexts(guilds=True, dms=everyone, private_channels=False)(method)
        if not everyone:
            app_commands.default_permissions(_SHOWN_TO[command.who])(method)
        hybrid_command: commands.HybridCommand[Cog, P, None] = made(method)
        for parameter in inspect.signature(method).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                hybrid_command.autocomplete(parameter.name)(offering(name))
        return hybrid_command

    return decorate
