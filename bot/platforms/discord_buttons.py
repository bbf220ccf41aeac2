"""Draws a card's buttons: those that turn its pages, and below them those that give a command.

What a button asks for stands in its custom_id, so a button goes on working after a restart and needs no memory here.
`cogs/buttons.py` answers them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.model import Card
from bot.platforms.plain import beginning, clean, units

# https://docs.discord.com/developers/components/reference#button, counted in UTF-16 code units
CUSTOM_ID, LABEL = 100, 80
A_ROW = 5

_HALVES = re.compile("[\ud800-\udfff]")  # of surrogate pairs: no JSON can carry one alone

PAGE = r"page:(?P<name>\w+):(?P<page>\d+):(?P<arguments>.*)"
COMMAND = r"run:(?P<command>.+)"
"""Regular expressions of the custom_ids."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The command that a card answers, as far as it was given, and the page that is shown."""

    name: str
    arguments: str
    page: int = 0


def buttons_of(card: Card, shown: Shown | None = None) -> ui.View | None:
    """Return the card's buttons, or None where it has none; `shown`: what it answers, without which no page is turned.

    A command or a query too long for a custom_id has no button. The view is finished: discord.py keeps what is not in
    memory, for as long as it runs, and the custom_ids are all that is needed.
    """
    rows = (
        [] if shown is None else _pages(card, shown),
        [(button.label, f"run:{button.command}") for button in card.buttons],
    )
    view = ui.View(timeout=None)
    taken: set[str] = set()
    for number, row in enumerate(rows):
        for button in _drawn(row, number, taken):
            view.add_item(button)
    view.stop()
    return view if view.children else None


def _pages(card: Card, shown: Shown) -> list[tuple[str, str]]:
    wanted = [("Previous page", shown.page - 1)] if shown.page else []
    wanted += [("Next page", shown.page + 1)] if card.more else []
    return [(label, f"page:{shown.name}:{page}:{shown.arguments}") for label, page in wanted]


def _drawn(row: Iterable[tuple[str, str]], number: int, taken: set[str]) -> list[ui.Button[Any]]:
    """The buttons of a row that Discord takes: at most five, each with something to read, no custom_id twice."""
    drawn: list[ui.Button[Any]] = []
    for written, custom_id in row:
        label = clean(written).strip()
        fits = units(custom_id) <= CUSTOM_ID and not _HALVES.search(custom_id)
        if label and fits and custom_id not in taken and len(drawn) < A_ROW:
            shown = label if units(label) <= LABEL else beginning(label, LABEL, str)
            drawn.append(ui.Button(label=shown, custom_id=custom_id, style=discord.ButtonStyle.secondary, row=number))
            taken.add(custom_id)
    return drawn
