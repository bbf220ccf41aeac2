"""Finds what the ledger holds of what a message speaks of: a story's link, a transfer, or just some states."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bot.commands.context import Context
from bot.commands.suggestions import as_term
from bot.detect.explain import Explanation, explain
from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.feeds.normal import web_link
from bot.model import Story
from bot.queries.language import parse
from bot.store.ask import page_of_cases
from bot.store.stories import with_claims

_LONGEST = 5_000  # characters that are read
_ACTORS = 4  # that are looked for


async def find(context: Context, text: str, links: Sequence[str] = ()) -> tuple[str, str]:
    """The command that shows it, and its arguments: ("case", "12"), ("claims", "from:iran to:russia").

    A link of a story that a feed brought leads to its case; else the narrowest of these that finds anything: the
    transfers of which the text tells, all states and organisations in it, any of them. Raises UserError when it names
    none.
    """
    for link in filter(None, map(web_link, links)):
        found = await context.store.read(with_claims, link)
        cases = {held.case_id for held in found[1] if held.case_id is not None} if found else set()
        if cases:
            return ("case", str(cases.pop())) if len(cases) == 1 else ("why", link)
    headline, _, rest = text.strip()[:_LONGEST].partition("\n")
    now = context.clock()
    story = Story(key="", title=headline, summary=rest, outlet="", seen=now)
    explanation = await asyncio.to_thread(explain, story, context.lexicon)
    queries = list(dict.fromkeys(_queries(explanation, context.lexicon)))
    if not queries:
        raise UserError("No state or organisation that is known here is named there. Try !claims with a word of it.")
    for query in queries:
        if await context.store.read(page_of_cases, parse(query, context.lexicon, now), limit=1):
            return "claims", query
    return "claims", queries[-1]


def _queries(explanation: Explanation, lexicon: Lexicon) -> Iterator[str]:
    """What to look for, the narrowest first."""
    for claim in explanation.claims:
        parties = (("from", claim.supplier), ("to", claim.recipient))
        if named := " ".join(f"{field}:{as_term(code, lexicon)}" for field, code in parties if code):
            yield named
    words = [word for unit in explanation.units for word in unit.words if word.kind == "actor"]
    codes = list(dict.fromkeys(code.strip() for word in words for code in word.meaning.split(",")))[:_ACTORS]
    if codes:
        names = [as_term(code, lexicon) for code in codes]
        yield " ".join(names)
        yield " OR ".join(names)
