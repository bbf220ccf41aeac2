"""The list of feeds: `sources` for everybody, `feed` for who manages the server."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import UserError
from cogs.hybrid import hybrid
from cogs.pages import Pages

_LARGEST = 5 * 2**20  # bytes of an attached list: some 20,000 feeds


class Feeds(commands.Cog):
    """Feeds and their outlets."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @hybrid("sources")
    @app_commands.describe(word="Only those with this word: an outlet, a country, a kind")
    async def sources(self, context: commands.Context[Any], *, word: str = "") -> None:
        await self._pages.show(context, "sources", word)

    @hybrid("feed")
    @app_commands.describe(what="Such as: add https://example.org", file="A list of feeds (OPML), for: import")
    async def feed(
        self, context: commands.Context[Any], file: discord.Attachment | None = None, *, what: str = ""
    ) -> None:
        await self._pages.show(context, "feed", what if file is None else f"{what} {await _text(file)}")


async def _text(file: discord.Attachment) -> str:
    if file.size > _LARGEST:
        raise UserError(f"The file is larger than {_LARGEST >> 20} MiB. Split the list.")
    return (await file.read()).decode("utf-8", "replace")
