"""For who manages a server: `setup`, `alerts`, `rule`; for who runs the bot: `reload`, `sync`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Manage(commands.Cog):
    """What a channel is told, and what the bot reads by."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("setup")
    @app_commands.describe(step="Such as: feeds, russia, everything daily; by itself it says what comes next")
    async def setup(self, context: commands.Context[Any], *, step: str = "") -> None:
        await self._pages.show(context, "setup", step)

    @hybrid("alerts")
    @app_commands.describe(what="Such as: list, edit 3 from:iran daily, pause 3 7d, resume 3, test")
    async def alerts(self, context: commands.Context[Any], *, what: str = "") -> None:
        await self._pages.show(context, "alerts", what)

    @hybrid("rule")
    @app_commands.describe(what='Such as: test "Iran denies sending drones to Russia"')
    async def rule(self, context: commands.Context[Any], *, what: str = "") -> None:
        await self._pages.show(context, "rule", what)

    @hybrid("reload")
    @app_commands.describe(what="rules")
    async def reload(self, context: commands.Context[Any], *, what: str = "") -> None:
        await self._pages.show(context, "reload", what)

    @hybrid("sync")
    async def sync(self, context: commands.Context[Any]) -> None:
        await self._pages.show(context, "sync", "")
