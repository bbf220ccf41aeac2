"""The card of a digest: what changed, what is new, where more was reported. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import cards
from bot.detect.lexicon import Lexicon
from bot.model import Card, Case, DigestItem, Line, Period, Section, Text

_CASES = 15
"""Cases that a digest shows; beyond them nobody reads on, and `!claims` has them all."""

_TITLES: dict[Period, str] = {
    "daily": "Today",
    "weekly": "What changed this week",
    "quiet": "While it was quiet",
    "burst": "Much at once",
}
_SINCE: dict[Period, str] = {"daily": "1d", "weekly": "7d", "quiet": "1d", "burst": "1d"}


def digest(items: Sequence[DigestItem], period: Period, lexicon: Lexicon) -> Card:
    """What happened in a period: first the cases whose status changed with the words that changed it, then new ones.

    Cases of which only more was reported are named in a line each. `items` has at least one.
    """
    changed = [item for item in items if item.was and item.was != item.case.status]
    new = [item.case for item in items if item.was is None]
    more = [item.case for item in items if item.was == item.case.status]
    sections = [cards.changed(item.case, item.was, lexicon) for item in changed if item.was]
    sections += [cards.listed(case, lexicon) for case in new]
    shown = sections[:_CASES]
    if more and len(shown) < _CASES:
        shown.append(Section("More reports", tuple(_line(case, lexicon) for case in more[: _CASES - len(shown)])))
    counts = ((len(changed), "changed status"), (len(new), "new"), (len(more), "with more reports"))
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    left = len(items) - min(len(items), _CASES)
    return Card(
        title=f"{_TITLES[period]}: {told}",
        sections=(*shown, *_rest(left, period)),
        footer=f"{len(items)} {'case' if len(items) == 1 else 'cases'}",
        cases=tuple(item.case.id for item in items),
    )


def _line(case: Case, lexicon: Lexicon) -> Line:
    return (
        Text(f"{case.id} · {case.status} · {cards.dyad(case, lexicon)}: "),
        Text(cards.shorten(case.headline, 100), url=case.url),
    )


def _rest(left: int, period: Period) -> tuple[Section, ...]:
    if not left:
        return ()
    return (Section(None, ((Text(f"and {left} more: ", "dim"), Text(f"!claims since:{_SINCE[period]}", "code")),)),)
