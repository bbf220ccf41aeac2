"""`!why 12` and `!why https://…`: the words and the rules behind a case's claims, or behind what a story gave."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot import cards
from bot.commands.case import case_number
from bot.commands.context import Context
from bot.detect.explain import Explanation, WordKind, explain
from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.feeds.normal import web_link
from bot.model import Card, Claim, KeptClaim, Line, Section, Text
from bot.store.ask import page_of_claims
from bot.store.claims import Held
from bot.store.stories import with_claims

_CLAIMS_A_PAGE = 5
_NUMBER = re.compile(r"(case\s*)?#?\d+", re.IGNORECASE)
_QUOTE = 400  # characters of a claim's words, which are what the answer is about
_WORDS = 12  # of a kind that are listed
_KINDS: dict[WordKind, str] = {
    "actor": "Actors",
    "weapon": "Arms",
    "transfer": "Transfer",
    "say": "Saying",
    "deny": "Denying",
    "report": "Reports",
}
# Rules that are no word of their own.
_MEANINGS = {
    "weapons to": "arms, and right behind them who they go to",
    "weapons for": "arms, and right behind them who they are for",
    "weapons of": "arms, and whose they are",
    "exporter": "of the two in a deal, the one that is known to export arms",
    "protest": "who protests against it says that it is so",
    "denied report": "what is denied as somebody's report was asserted by them",
}


async def why(context: Context, arguments: str, page: int = 0) -> Card:
    """The words and rules behind a page of a case's claims, or how the story at a link is read by the rules of now.

    Raises UserError when no case has the number, no story the link, or it is neither.
    """
    written = arguments.strip()
    if not written:
        raise UserError("Which case or story? Write a number, as in !why 1, or the link of a story.")
    if link := web_link(written.strip("<>").partition("|")[0]):  # as Discord and Slack write links
        return await _of_story(context, link)
    if not _NUMBER.fullmatch(written):
        raise UserError(
            f"“{cards.shorten(written, 40)}” is neither a case's number nor a whole link. Write !why 1, or "
            "!why https://example.org/story."
        )
    return await _of_case(context, case_number(written), page)


async def _of_case(context: Context, number: int, page: int) -> Card:
    found = await context.store.read(page_of_claims, number, limit=_CLAIMS_A_PAGE, page=page)
    if found is None:
        raise UserError(f"There is no case {number}. Try !claims to see which there are.")
    case, claims, more = found
    return Card(
        title=f"Why case {case.id} is {case.status}: {cards.dyad(case, context.lexicon)}",
        sections=tuple(_kept(kept, context.lexicon) for kept in reversed(claims)),
        status=case.status,
        url=case.url,
        footer=f"Newest first · page {page + 1}" + (" · earlier claims follow" if more else ""),
        cases=(case.id,),
        more=more,
    )


async def _of_story(context: Context, link: str) -> Card:
    found = await context.store.read(with_claims, link)
    if found is None:
        raise UserError(
            "No feed brought a story with this link. Copy the link from the story's card, or look for words of its "
            "headline with !claims."
        )
    story, held = found
    explanation = explain(story, context.lexicon)
    cases = tuple(sorted({one.case_id for one in held if one.case_id is not None}))
    return Card(
        title=cards.shorten(story.title or story.summary, 160),
        sections=tuple(explained(explanation, story.outlet, context.lexicon, held)),
        url=story.url,
        footer=" · ".join([story.outlet, *(f"case {number}" for number in cases)]),
        cases=cases,
    )


# ── sections ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _kept(kept: KeptClaim, lexicon: Lexicon) -> Section:
    source = Text(kept.outlet, "dim", kept.url)
    return _claim(kept.claim, kept.outlet, lexicon, (source, Text(f" · {kept.at:%Y-%m-%d}", "dim")))


def explained(
    explanation: Explanation, outlet: str, lexicon: Lexicon, held: Collection[Held] | None = None
) -> Iterator[Section]:
    """How a story was read: its claims with words and rules, or why there are none, and every word that was recognised.

    `held`: what the ledger has of it, where it is a recorded one.
    """
    for claim in explanation.claims:
        yield _claim(claim, outlet, lexicon)
    if explanation.passed_over:
        yield Section("Passed over", ((Text(explanation.passed_over),),))
    if held is not None and {claim.key for claim in explanation.claims} != {one.claim.key for one in held}:
        kept = f"{len(held)} claim{'s' * (len(held) != 1)}" if held else "no claim"
        note = f"When it was recorded it gave {kept}, which the ledger keeps: the rules have changed since."
        yield Section("In the ledger", ((Text(note),),))
    if lines := tuple(_recognised(explanation)):
        yield Section("Recognised", lines)


def _claim(claim: Claim, outlet: str, lexicon: Lexicon, *more: Line) -> Section:
    """What was claimed, the words, and by which rules they were read so."""
    who = outlet if claim.claimant is None else lexicon.name(claim.claimant)
    parties = f"{lexicon.name(claim.supplier)} → {lexicon.name(claim.recipient)}"
    return Section(
        f"{who} {claim.stance}: {parties}, {cards.weapons(claim.weapons)}, {claim.phase}",
        (
            (Text("Read from:"),),
            (Text(f"“{cards.shorten(claim.words, _QUOTE)}”", "quote"),),
            (Text(f"Rules: {', '.join(_rules(claim, who))}"),),
            *more,
        ),
    )


def _rules(claim: Claim, who: str) -> Iterator[str]:
    """Who spoke, then what tells of the transfer: "deny (Freedonia), halt, send"."""
    yield f"{'deny' if claim.stance == 'denies' else 'say' if claim.claimant else 'own report'} ({who})"
    for name in dict.fromkeys(name for rule in claim.rules for name in rule.split("+")):
        yield f"{name} ({_MEANINGS[name]})" if name in _MEANINGS else name


def _recognised(explanation: Explanation) -> Iterator[Line]:
    """The words of each kind, each with what it was taken for: "Actors: Iran (IR), Moscow (RU)"."""
    words = [word for unit in explanation.units for word in unit.words]
    for kind, heading in _KINDS.items():
        found = list(dict.fromkeys(f"{word.text} ({word.meaning})" for word in words if word.kind == kind))
        if found:
            yield Text(f"{heading}: ", "dim"), Text(", ".join(found[:_WORDS]) + ("…" if len(found) > _WORDS else ""))
