"""Mending what was read wrong: `correct`, `merge`, `split`, `corrections`, `undo`, for who manages the server."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs.hybrid import hybrid
from cogs.pages import Pages


class Corrections(commands.Cog):
    """What people correct in the ledger."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("correct")
    @app_commands.describe(what="A case's number lists its claims; then such as: 1 claim 2 drop because …")
    async def correct(self, context: commands.Context[Any], *, what: str = "") -> None:
        await self._pages.show(context, "correct", what)

    @hybrid("merge")
    @app_commands.describe(cases="Their numbers and why, such as: 12 13 because both tell of one train")
    async def merge(self, context: commands.Context[Any], *, cases: str = "") -> None:
        await self._pages.show(context, "merge", cases)

    @hybrid("split")
    @app_commands.describe(claims="Such as: 12 claim 3,4 because they tell of another ship")
    async def split(self, context: commands.Context[Any], *, claims: str = "") -> None:
        await self._pages.show(context, "split", claims)

    @hybrid("corrections")
    @app_commands.describe(case="The case's number, such as 1; without it those of all")
    async def corrections(self, context: commands.Context[Any], *, case: str = "") -> None:
        await self._pages.show(context, "corrections", case)

    @hybrid("undo")
    @app_commands.describe(correction="Its number, such as 7; then, if you like: because …")
    async def undo(self, context: commands.Context[Any], *, correction: str = "") -> None:
        await self._pages.show(context, "undo", correction)
