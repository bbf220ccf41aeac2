"""`!case 12`: one case with everything that was said of it; who reported it; how it came to stand as it does."""

from __future__ import annotations

from bot import cards, cards_case
from bot.commands.context import Context
from bot.errors import UserError
from bot.model import Card
from bot.store.ask import cases_with_claims, newest_case, page_of_claims
from bot.store.reports import page_of_reports
from bot.timeline import turns

_CLAIMS_A_PAGE = 10
_STORIES_A_PAGE = 15
_TURNS_A_PAGE = 15
_HIGHEST = 2**63 - 1  # what SQLite can keep as a number

PARTS = ("sources", "timeline")
"""What may stand behind the number."""


async def case(context: Context, arguments: str, page: int = 0) -> Card:
    """The case with the number in `arguments` and a page of its claims in time order, the newest on page 0.

    With `sources` behind the number: who reported it, and whose text each repeats. With `timeline`: what was new when
    it was said, from first to last. Raises UserError when there is no number, or no case has it.
    """
    words, part = case_words(arguments)
    number = case_number(words)
    if part == "sources":
        return await _sources(context, number, page)
    if part == "timeline":
        return await _timeline(context, number, page)
    found = await context.store.read(page_of_claims, number, limit=_CLAIMS_A_PAGE, page=page)
    if found is None:
        raise await _no_case(context, number)
    one, claims, more = found
    return cards_case.case(one, claims, context.lexicon, page=page, more=more)


async def _sources(context: Context, number: int, page: int) -> Card:
    start = page * _STORIES_A_PAGE
    found = await context.store.read(page_of_reports, number, limit=_STORIES_A_PAGE, offset=start)
    if found is None:
        raise await _no_case(context, number)
    one, reports, stories = found
    more = stories > start + len(reports)
    return cards_case.sources(one, reports, context.lexicon, stories=stories, page=page, more=more)


async def _timeline(context: Context, number: int, page: int) -> Card:
    found = await context.store.read(cases_with_claims, [number])
    if not found:
        raise await _no_case(context, number)
    [(one, claims)] = found
    all_turns = turns(claims, one.supplier, one.recipient)
    start = page * _TURNS_A_PAGE
    shown = all_turns[start : start + _TURNS_A_PAGE]
    more = len(all_turns) > start + _TURNS_A_PAGE
    return cards_case.timeline(one, shown, context.lexicon, page=page, more=more)


async def _no_case(context: Context, number: int) -> UserError:
    newest = await context.store.read(newest_case)
    if newest is None:
        return UserError("The ledger is empty: no story with a claim was read yet.")
    return UserError(f"There is no case {number}; the newest is {newest}. Try !claims to see them.")


def case_words(arguments: str) -> tuple[str, str | None]:
    """What stands before one of `PARTS`, and that part; None: there is none."""
    words, _, last = arguments.strip().rpartition(" ")
    return (words, last.casefold()) if last.casefold() in PARTS else (arguments, None)


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
