"""`!case 12`: one case with everything that was said of it."""

from __future__ import annotations

from bot import cards, cards_corrections
from bot.commands.context import Context
from bot.errors import UserError
from bot.model import Card
from bot.store import corrections, ledger
from bot.store.ask import newest_case, page_of_claims

_CLAIMS_A_PAGE = 10
_HIGHEST = 2**63 - 1  # what SQLite can keep as a number


async def case(context: Context, arguments: str, page: int = 0) -> Card:
    """The case with the number in `arguments` and a page of its claims in time order, the newest on page 0.

    One that was merged into another is answered with that one. Raises UserError when it is no number, or of no case.
    """
    written = case_number(arguments)
    number = await context.store.read(ledger.lead, written)
    found = await context.store.read(page_of_claims, number, limit=_CLAIMS_A_PAGE, page=page)
    if found is None:
        newest = await context.store.read(newest_case)
        if newest is None:
            raise UserError("The ledger is empty: no story with a claim was read yet.")
        raise UserError(f"There is no case {number}; the newest is {newest}. Try !claims to see them.")
    one, claims, more = found
    if not one.voices:
        return cards_corrections.closed(one, await context.store.read(corrections.of_case, one.id), context.lexicon)
    card = cards.case(one, claims, context.lexicon, page=page, more=more)
    return card if number == written else cards_corrections.merged_into(written, card)


def case_number(arguments: str) -> int:
    """The number that is meant by "12", "#12" or "case 12"; UserError when there is none."""
    written = arguments.strip()
    number = written.casefold().removeprefix("case").strip().removeprefix("#")
    if not written:
        raise UserError("Which case? Write its number, as in !case 1.")
    if not (number.isascii() and number.isdigit()):
        raise UserError(f"“{cards.shorten(written, 40)}” is not the number of a case. Write it as in !case 1.")
    if len(number) > 18 or int(number) > _HIGHEST:
        raise UserError("No case has so high a number. !claims lists the newest.")
    return int(number)
