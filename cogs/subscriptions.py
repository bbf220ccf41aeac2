"""What one is told of: `subscribe`, `unsubscribe`, `subscriptions`, `follow`, `mute`, `unmute`, `prefs`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Subscriptions(commands.Cog):
    """The queries that a channel or a person is told of, and when."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("subscribe")
    @app_commands.describe(query="Such as: russia from:iran daily; then here or me, now, daily or weekly, a role")
    async def subscribe(self, context: commands.Context[Any], *, query: str = "") -> None:
        await self._pages.show(context, "subscribe", query)

    @hybrid("unsubscribe")
    @app_commands.describe(subscription="Its number, its query, or all")
    async def unsubscribe(self, context: commands.Context[Any], *, subscription: str = "") -> None:
        await self._pages.show(context, "unsubscribe", subscription)

    @hybrid("subscriptions")
    async def subscriptions(self, context: commands.Context[Any]) -> None:
        await self._pages.show(context, "subscriptions", "")

    @hybrid("follow")
    @app_commands.describe(case="The case's number, such as 1; then here or me")
    async def follow(self, context: commands.Context[Any], *, case: str = "") -> None:
        await self._pages.show(context, "follow", case)

    @hybrid("mute")
    @app_commands.describe(case="The case's number, such as 1; then for how long, as in 7d, and here or me")
    async def mute(self, context: commands.Context[Any], *, case: str = "") -> None:
        await self._pages.show(context, "mute", case)

    @hybrid("unmute")
    @app_commands.describe(case="The case's number, such as 1; then here or me")
    async def unmute(self, context: commands.Context[Any], *, case: str = "") -> None:
        await self._pages.show(context, "unmute", case)

    @hybrid("prefs")
    @app_commands.describe(change="Such as: zone Europe/Berlin, quiet 22:00-07:00, daily 08:30; here for the channel")
    async def prefs(self, context: commands.Context[Any], *, change: str = "") -> None:
        await self._pages.show(context, "prefs", change)
