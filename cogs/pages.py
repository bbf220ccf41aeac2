"""Shows an answer with its buttons, in time."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord.ext import commands
from discord.utils import MISSING

from bot.commands import COMMANDS, Asker, Context
from bot.commands.cooldown import Cooldown
from bot.commands.dispatch import check_allowed
from bot.model import Card
from bot.platforms.discord_buttons import Shown, buttons_of
from bot.platforms.discord_card import draw
from cogs.askers import asker_of
from cogs.errors import UNSENDABLE

SOON = 1.5
"""Seconds that an answer may take before Discord is told that it is on its way: it waits for three."""

ONE_S_OWN = frozenset({"prefs", "subscriptions"})
"""Commands that tell what concerns the asker alone."""


class Pages(commands.Cog):
    """Answers commands."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cooldown = Cooldown()

    async def show(self, to: commands.Context[Any], name: str, arguments: str) -> None:
        """Answer the command `name` with the first page. Lets through whatever the command raises.

        The answer to a slash command that is for managers, or about the asker alone, is seen by the asker alone; that
        to a message stands below it, since whoever may read the one may read the other. Raises TooMuch when this
        person, or everybody in this channel, asked too often.
        """
        shown = Shown(name, " ".join(arguments.split()))
        private = to.interaction is not None and (COMMANDS[name].who != "everyone" or name in ONE_S_OWN)
        card = await soon(self._first(to, shown, private), partial(_ask_to_wait, to, private))
        await to.send(
            embed=draw(card), view=buttons_of(card, shown) or MISSING, files=files_of(card), ephemeral=private
        )

    async def _first(self, to: commands.Context[Any], shown: Shown, private: bool) -> Card:
        asker = await asker_of(to, COMMANDS[shown.name])
        self.cooldown.count(asker.person, None if private else asker.place, to.message.created_at.timestamp())
        return await self.card(asker, shown)

    async def card(self, asker: Asker, shown: Shown) -> Card:
        """The answer to what is to be shown. Lets through whatever the command raises."""
        command = COMMANDS[shown.name]
        check_allowed(asker, command)
        return await command.run(self.context.asked_by(asker), shown.arguments, shown.page)


async def soon(answering: Coroutine[Any, Any, Card], late: Callable[[], Awaitable[Any]]) -> Card:
    """The answer, with `late` awaited meanwhile where it takes long."""
    task = asyncio.create_task(answering)
    try:
        done, _ = await asyncio.wait({task}, timeout=SOON)
        if not done:
            await late()
        return await task
    finally:
        task.cancel()


async def _ask_to_wait(to: commands.Context[Any], private: bool) -> None:
    if to.interaction is None:
        with suppress(*UNSENDABLE):  # the answer may be taken all the same
            await to.typing()
    else:
        await to.defer(ephemeral=private)


def files_of(card: Card) -> list[discord.File]:
    """What goes with a card, as Discord takes it."""
    attachment = card.attachment
    return [discord.File(io.BytesIO(attachment.text.encode()), attachment.name)] if attachment else []
