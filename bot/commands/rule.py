"""`!rule test "…"`: how a headline would be read by the rules that are in use."""

from __future__ import annotations

import asyncio

from bot import cards
from bot.commands.context import Context
from bot.commands.why import explained
from bot.detect.explain import explain
from bot.errors import UserError
from bot.model import Card, Story

_LONGEST = 2_000  # characters: a headline and what may stand under it
_QUOTES = {'"': '"', "“": "”", "„": "“", "'": "'", "‘": "’", "«": "»"}
_OUTLET = "the outlet"  # what reports it in its own voice


async def rule(context: Context, arguments: str, page: int = 0) -> Card:
    """The claims that the text after `test` would give, with words and rules, or why it would be passed over.

    Nothing is kept. Raises UserError where there is no text, or too much.
    """
    action, _, rest = arguments.strip().partition(" ")
    text = _bare(rest)
    if action.casefold() != "test" or not text:
        raise UserError('Write the headline after it, as in !rule test "Iran denies sending drones to Russia".')
    if len(text) > _LONGEST:
        raise UserError(f"A text to be tried has at most {_LONGEST:,} characters; this one has {len(text):,}.")
    story = Story(key="", title=text, summary="", outlet=_OUTLET, seen=context.clock())
    found = await asyncio.to_thread(explain, story, context.lexicon)
    count = cards.counted(len(found.claims), "claim") if found.claims else "No claim"
    return Card(
        title=f"{count}: {cards.shorten(text, 160)}",
        sections=tuple(explained(found, _OUTLET, context.lexicon)),
        footer="Nothing was kept of it",
    )


def _bare(text: str) -> str:
    """`text` without the quotation marks around it, of whichever kind a keyboard makes."""
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] else text
