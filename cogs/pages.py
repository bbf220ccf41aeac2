"""Shows an answer, with a button for the next page where there is one.

What a button asks for stands in its custom_id, so a button goes on working after a restart and needs no memory here.
"""

from __future__ import annotations

import io
import re
from typing import Any, Self

import discord
from discord import ui
from discord.ext import commands

from bot.commands import COMMANDS, Context
from bot.commands.dispatch import check_allowed
from bot.model import Attachment, Card
from bot.platforms.discord_card import draw
from cogs.askers import asker_of, clicker_of
from cogs.errors import sentence_of

_CUSTOM_ID = 100  # Discord's limit
_USES, _SECONDS = 5, 10  # a person's: enough to read on, too few to flood a channel


class Pages(commands.Cog):
    """Answers commands and the buttons under the answers."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._uses = commands.CooldownMapping.from_cooldown(_USES, _SECONDS, commands.BucketType.user)

    async def show(self, to: commands.Context[Any], name: str, arguments: str) -> None:
        """Answer the command `name` with the first page. Lets through whatever the command raises.

        Raises CommandOnCooldown when this person asked too often.
        """
        self._count(to)
        arguments = " ".join(arguments.split())
        asker = await asker_of(to, COMMANDS[name])
        check_allowed(asker, COMMANDS[name])
        card = await COMMANDS[name].run(self.context.asked_by(asker), arguments)
        await to.send(embed=draw(card), view=_buttons(card, name, arguments, 0), files=_files(card.attachment))

    def _count(self, to: commands.Context[Any]) -> None:
        now = to.message.created_at.timestamp()
        uses = self._uses.get_bucket(to, now)
        if uses and (wait := uses.update_rate_limit(now)):
            raise commands.CommandOnCooldown(uses, wait, commands.BucketType.user)


class PageButton(ui.DynamicItem[ui.Button[Any]], template=r"page:(?P<name>\w+):(?P<page>\d+):(?P<arguments>.*)"):
    """Turns the message to another page of its answer. Whoever sees the answer may turn the page."""

    def __init__(self, label: str, name: str, page: int, arguments: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"page:{name}:{page}:{arguments}"))
        self.name, self.page, self.arguments = name, page, arguments

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(getattr(item, "label", ""), match["name"], int(match["page"]), match["arguments"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py at a click."""
        pages: Pages = interaction.client.get_cog(Pages.__cog_name__)
        try:
            asker = await clicker_of(interaction, COMMANDS[self.name])
            check_allowed(asker, COMMANDS[self.name])
            card = await COMMANDS[self.name].run(pages.context.asked_by(asker), self.arguments, self.page)
        except Exception as error:
            await interaction.response.send_message(sentence_of(error, self.name), ephemeral=True)
        else:
            buttons = _buttons(card, self.name, self.arguments, self.page)
            await interaction.response.edit_message(embed=draw(card), view=buttons)


def _files(attachment: Attachment | None) -> list[discord.File]:
    return [discord.File(io.BytesIO(attachment.text.encode()), attachment.name)] if attachment else []


def _buttons(card: Card, name: str, arguments: str, page: int) -> ui.View:
    view = ui.View(timeout=None)
    wanted = [("Previous page", page - 1)] if page else []
    wanted += [("Next page", page + 1)] if card.more else []
    for label, number in wanted:
        button = PageButton(label, name, number, arguments)
        if len(button.custom_id) <= _CUSTOM_ID:  # a longer query has to be narrowed down, as the card says
            view.add_item(button)
    return view
