"""`!denials iran`: who denies what, each with what it answers."""

from __future__ import annotations

from bot import cards
from bot.commands.context import Context
from bot.commands.suggestions import wider
from bot.model import Card, Query, Term
from bot.queries.language import describe, parse
from bot.store.ask import page_of_denials


async def denials(context: Context, arguments: str, page: int = 0) -> Card:
    """A page of the denials that fit the query in `arguments`, newest first; without one, the newest of all.

    Raises UserError for a query that can't be read.
    """
    query = parse(arguments, context.lexicon, context.clock())
    size = context.page_size
    found = await context.store.read(page_of_denials, query, limit=size + 1, offset=page * size)
    asked = describe(Query((*query.clauses, (Term("stance", "denies"),))), context.lexicon)
    if not found and not page:
        return cards.nothing(asked, wider("denials", query, context.lexicon))
    return cards.denials(found[:size], context.lexicon, asked=asked, page=page, more=len(found) > size)
