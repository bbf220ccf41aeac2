"""The newest claims as a card. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import cards
from bot.detect.lexicon import Lexicon
from bot.model import Card, Case, KeptClaim, Section, Text


def latest(
    found: Sequence[tuple[KeptClaim, Case | None]], lexicon: Lexicon, *, total: int, page: int, more: bool
) -> Card:
    """A page of the newest claims, each with the case that it belongs to. `total`: how many there are on all pages."""
    if not found and not page:
        how = ((Text("As soon as a feed brings one, it is here."),), (Text("!sources", "code"),))
        return Card("No claims yet", (Section(None, how),))
    return Card(
        title="The newest claim" if total == 1 else f"The {total} newest claims",
        sections=tuple(_claim(kept, case, lexicon) for kept, case in found),
        footer=f"Page {page + 1}" + (" · more follow" if more else "") if page or more else None,
        cases=tuple(dict.fromkeys(case.id for _, case in found if case)),
        more=more,
    )


def _claim(kept: KeptClaim, case: Case | None, lexicon: Lexicon) -> Section:
    claim = kept.claim
    who = cards.capital(cards.speaker(claim.claimant, kept.outlet, lexicon))
    what = f"{lexicon.name(claim.supplier)} → {lexicon.name(claim.recipient)}, {cards.weapons(claim.weapons)}"
    belongs = f"Case {case.id}, {case.status}" if case else "No case: neither supplier nor recipient is known"
    return Section(f"{who} {claim.stance}: {what}", (*cards.reported(kept), (Text(belongs, "dim"),)))
