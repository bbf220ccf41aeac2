"""What is kept of a person: `forget`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Privacy(commands.Cog):
    """What people may do about what is kept of them."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("forget")
    @app_commands.describe(whom="me; then yes, once you have seen what goes")
    async def forget(self, context: commands.Context[Any], *, whom: str = "") -> None:
        await self._pages.show(context, "forget", whom)
