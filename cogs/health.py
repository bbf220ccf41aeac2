"""How the bot is: `health`, for who manages the server."""

from __future__ import annotations

from typing import Any

from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Health(commands.Cog):
    """How reading and delivering go."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("health")
    async def health(self, context: commands.Context[Any]) -> None:
        await self._pages.show(context, "health", "")
