"""The discord.py cogs: each takes a command's words, calls its function in bot.commands and draws the card.

To add a command: its function and its line in bot/commands/, then a method of some six lines here, as in ledger.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord.ext import commands

from bot.commands import Context
from cogs.buttons import CommandButton, PageButton
from cogs.errors import Errors
from cogs.feeds import Feeds
from cogs.health import Health
from cogs.help import Help
from cogs.ledger import Ledger
from cogs.pages import Pages
from cogs.subscriptions import Subscriptions

Bot = commands.AutoShardedBot


def adder(context: Context) -> Callable[[Bot], Awaitable[None]]:
    """What DiscordApp calls with each bot it makes: a function that adds all cogs, answering from `context`."""

    async def add(bot: Bot) -> None:
        pages = Pages(context)
        errors = Errors(context, pages.cooldown)
        for cog in (errors, pages, Ledger(pages), Subscriptions(pages), Feeds(pages), Health(pages), Help(pages)):
            await bot.add_cog(cog)
        bot.tree.error(errors.on_tree_error)
        bot.add_dynamic_items(PageButton, CommandButton)

    return add


__all__ = ["adder"]
