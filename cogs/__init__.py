"""The discord.py cogs: each takes a command's words, calls its function in bot.commands and draws the card.

To add a command: its function and its line in bot/commands/, then a method of some six lines here, as in ledger.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord.ext import commands

from bot.commands import Context
from cogs.errors import Errors
from cogs.feeds import Feeds
from cogs.guilds import Guilds
from cogs.health import Health
from cogs.help import Help
from cogs.ledger import Ledger
from cogs.manage import Manage
from cogs.overview import Overview
from cogs.pages import PageButton, Pages
from cogs.privacy import Privacy
from cogs.subscriptions import Subscriptions

Bot = commands.AutoShardedBot


def adder(context: Context) -> Callable[[Bot], Awaitable[None]]:
    """What DiscordApp calls with each bot it makes: a function that adds all cogs, answering from `context`."""

    async def add(bot: Bot) -> None:
        pages = Pages(context)
        await bot.add_cog(Errors())
        await bot.add_cog(pages)
        for cog in (Ledger, Overview, Subscriptions, Feeds, Manage, Health, Privacy, Help):
            await bot.add_cog(cog(pages))
        await bot.add_cog(Guilds(bot, context))
        bot.add_dynamic_items(PageButton)

    return add


__all__ = ["adder"]
