"""How to ask: `help`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Help(commands.Cog):
    """What can be asked."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("help")
    @app_commands.describe(command="A command, such as claims")
    async def help(self, context: commands.Context[Any], *, command: str = "") -> None:
        await self._pages.show(context, "help", command)
