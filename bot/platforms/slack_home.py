"""The app's Home tab: what a person finds there without asking.

`_PARTS` says of which commands; a command that does not exist yet has no part. To add one: a line there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot import cards
from bot.commands import COMMANDS, Context
from bot.platforms.slack_card import draw

_BLOCKS = 100  # https://docs.slack.dev/reference/views/home-tab-views
_DIVIDER: dict[str, Any] = {"type": "divider"}

# A command, without arguments → the heading over its answer.
_PARTS: Mapping[str, str] = {"claims": "The newest cases"}


async def home(context: Context) -> list[dict[str, Any]]:
    """The blocks of the Home tab. Raises whatever the commands raise."""
    found = [
        dataclasses.replace(await COMMANDS[name].run(context, ""), title=heading)
        for name, heading in _PARTS.items()
        if name in COMMANDS
    ]
    written = {command.usage: (command.help, command.examples[:1]) for command in COMMANDS.values()}
    where = "With a slash, after a mention, or right here under Messages; the answer to /claims is for you alone."
    found.append(cards.usage("What you can ask", written, {"Where": (where,)}))
    blocks = [block for card in found for block in (*draw(card)["blocks"], _DIVIDER)]
    return blocks[: min(len(blocks) - 1, _BLOCKS)]
