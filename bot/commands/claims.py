"""`!claims russia`: the cases that a query finds."""

from __future__ import annotations

from bot import cards
from bot.commands.context import Context
from bot.commands.suggestions import wider
from bot.model import Card
from bot.queries.language import describe, parse
from bot.store.ask import page_of_cases


async def claims(context: Context, arguments: str, page: int = 0) -> Card:
    """A page of the cases that fit the query in `arguments`, newest first; without one, the newest of all.

    Raises UserError for a query that can't be read.
    """
    query = parse(arguments, context.lexicon, context.clock())
    size = context.page_size
    found = await context.store.read(page_of_cases, query, limit=size + 1, offset=page * size)
    asked = describe(query, context.lexicon)
    if not found and not page:
        return cards.nothing(asked, wider("claims", query, context.lexicon))
    return cards.cases(found[:size], context.lexicon, asked=asked, page=page, more=len(found) > size)
