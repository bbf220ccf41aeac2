"""`!latest 10`: the newest claims, of whatever case."""

from __future__ import annotations

from bot import cards, cards_latest
from bot.commands.context import Context
from bot.errors import UserError
from bot.model import Card
from bot.store.overview import newest_claims

USUAL, MOST = 10, 25


async def latest(context: Context, arguments: str, page: int = 0) -> Card:
    """A page of the newest claims; `arguments` says how many in all, from 1 to 25. Raises UserError for anything else.

    They are ordered by the date of their story, as far as it has one.
    """
    asked = how_many(arguments)
    size = context.page_size
    limit = max(min(size, asked - page * size), 0)
    found = await context.store.read(newest_claims, limit=limit + 1, offset=page * size)
    more = len(found) > limit and asked > (page + 1) * size
    total = asked if more else page * size + min(len(found), limit)
    return cards_latest.latest(found[:limit], context.lexicon, total=total, page=page, more=more)


def how_many(arguments: str) -> int:
    """The number in `arguments`, 10 where there is none; UserError when it is none from 1 to 25."""
    written = arguments.strip()
    if not written:
        return USUAL
    if not (written.isascii() and written.isdigit() and len(written) <= 2 and 1 <= int(written) <= MOST):
        raise UserError(
            f"“{cards.shorten(written, 40)}” is not a number from 1 to {MOST}. Write it as in !latest 5; what is said "
            "of somebody is found by !claims."
        )
    return int(written)
