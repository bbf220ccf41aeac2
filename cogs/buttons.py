"""Answers the buttons under alerts and answers, also those from before a restart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self

import discord
from discord import ui
from discord.utils import MISSING

from bot.commands import COMMANDS
from bot.commands.dispatch import command_of
from bot.errors import UserError
from bot.model import Card
from bot.platforms.discord_buttons import COMMAND, PAGE, Shown, buttons_of
from bot.platforms.discord_card import draw
from cogs.askers import clicker_of
from cogs.errors import say, sentence_of
from cogs.pages import ONE_S_OWN, Pages, files_of, soon

Press = discord.Interaction[Any]
Late = Callable[[], Awaitable[Any]]


class PageButton(ui.DynamicItem[ui.Button[Any]], template=PAGE):
    """Turns the message to another page of its answer. Whoever sees the answer may turn the page.

    Only a page about the presser alone is not put where others read it: it is shown to the presser.
    """

    def __init__(self, button: ui.Button[Any], shown: Shown) -> None:
        super().__init__(button)
        self.shown = shown

    @classmethod
    async def from_custom_id(cls, _press: Press, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Called by discord.py for each button whose custom_id fits the template."""
        assert isinstance(item, ui.Button)  # noqa: S101  nothing else has such a custom_id
        return cls(item, Shown(match["name"], match["arguments"], int(match["page"])))

    async def callback(self, interaction: Press) -> None:
        """Called by discord.py at a press."""
        private = interaction.message is not None and interaction.message.flags.ephemeral
        if self.shown.name in ONE_S_OWN and not private:
            await _answer(interaction, lambda: self.shown, _later(interaction), _tell)
        else:
            await _answer(interaction, lambda: self.shown, interaction.response.defer, _turn)


class CommandButton(ui.DynamicItem[ui.Button[Any]], template=COMMAND):
    """Gives a command as whoever pressed it, and answers them alone."""

    def __init__(self, button: ui.Button[Any], command: str) -> None:
        super().__init__(button)
        self.command = command

    @classmethod
    async def from_custom_id(cls, _press: Press, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Called by discord.py for each button whose custom_id fits the template."""
        assert isinstance(item, ui.Button)  # noqa: S101  nothing else has such a custom_id
        return cls(item, match["command"])

    async def callback(self, interaction: Press) -> None:
        """Called by discord.py at a press."""

        def shown() -> Shown:
            command, arguments = command_of(self.command)
            return Shown(command.name, arguments)

        await _answer(interaction, shown, _later(interaction), _tell)


def _later(press: Press) -> Late:
    return partial(press.response.defer, ephemeral=True, thinking=True)


async def _answer(
    press: Press, asked: Callable[[], Shown], late: Late, put: Callable[[Press, Shown, Card], Awaitable[None]]
) -> None:
    """Answer a press by `put`; what goes wrong is told to whoever pressed."""
    pages: Pages = press.client.get_cog(Pages.__cog_name__)
    shown = None
    try:
        pages.cooldown.count_press(f"discord:user:{press.user.id}", press.created_at.timestamp())
        shown = asked()
        if shown.name not in COMMANDS:
            raise UserError("This button is too old to be understood. Ask again.")
        await put(press, shown, await soon(_card(pages, press, shown), late))
    except Exception as error:  # the platform's edge
        if sentence := await sentence_of(pages.context, error, shown.name if shown else "a button"):
            await say(press, sentence)


async def _card(pages: Pages, press: Press, shown: Shown) -> Card:
    return await pages.card(await clicker_of(press, COMMANDS[shown.name]), shown)


async def _turn(press: Press, shown: Shown, card: Card) -> None:
    embed, buttons = draw(card), buttons_of(card, shown)
    if press.response.is_done():
        await press.edit_original_response(embed=embed, view=buttons)
    else:
        await press.response.edit_message(embed=embed, view=buttons)


async def _tell(press: Press, shown: Shown, card: Card) -> None:
    embed, buttons, files = draw(card), buttons_of(card, shown) or MISSING, files_of(card)
    if press.response.is_done():
        await press.followup.send(embed=embed, view=buttons, files=files, ephemeral=True)
    else:
        await press.response.send_message(embed=embed, view=buttons, files=files, ephemeral=True)
