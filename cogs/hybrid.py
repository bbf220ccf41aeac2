"""Makes a prefix and slash command of what `bot.commands.COMMANDS` says of it, so that one text serves all."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from discord.ext import commands

from bot.commands import COMMANDS

Cog = TypeVar("Cog", bound=commands.Cog)
P = ParamSpec("P")
Method = Callable[Concatenate[Cog, commands.Context[Any], P], Coroutine[Any, Any, None]]


def hybrid(name: str) -> Callable[[Method[Cog, P]], commands.HybridCommand[Cog, P, None]]:
    """A decorator for the cog's method that answers the command `name`."""
    command = COMMANDS[name]

    text = "\n".join((command.help, *command.examples))
    return commands.hybrid_command(name, description=command.help, help=text, usage=command.usage)
