"""What the ledger holds: `claims`, `case`, `denials`, `why`."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages

_QUERY = "Such as: russia from:iran weapon:drones since:30d"


class Ledger(commands.Cog):
    """Cases, claims and denials."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("claims")
    @app_commands.describe(query=_QUERY)
    async def claims(self, context: commands.Context[Any], *, query: str = "") -> None:
        await self._pages.show(context, "claims", query)

    @hybrid("case")
    @app_commands.describe(number="The case's number, such as 1; then sources or timeline")
    async def case(self, context: commands.Context[Any], *, number: str = "") -> None:
        await self._pages.show(context, "case", number)

    @hybrid("denials")
    @app_commands.describe(query=_QUERY)
    async def denials(self, context: commands.Context[Any], *, query: str = "") -> None:
        await self._pages.show(context, "denials", query)

    @hybrid("why")
    @app_commands.describe(about="A case's number, such as 1, or the link of a story")
    async def why(self, context: commands.Context[Any], *, about: str = "") -> None:
        await self._pages.show(context, "why", about)
