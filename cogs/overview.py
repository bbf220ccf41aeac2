"""The ledger as a whole: `latest`, `about`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Overview(commands.Cog):
    """What is new, and what the bot is."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("latest")
    @app_commands.describe(number="How many claims, from 1 to 25; 10 if you say nothing")
    async def latest(self, context: commands.Context[Any], *, number: str = "") -> None:
        await self._pages.show(context, "latest", number)

    @hybrid("about")
    async def about(self, context: commands.Context[Any]) -> None:
        await self._pages.show(context, "about", "")
