"""One case as cards: its claims, who reported it, and how it came to stand as it does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot import cards
from bot.detect.lexicon import Lexicon
from bot.model import Button, Card, Case, KeptClaim, Line, Report, Section, Text, Turn

_HEADLINE = 160
_DOT = Text(" · ", "dim")
_BUTTONS = (
    ("Timeline", "case {} timeline"),
    ("Sources", "case {} sources"),
    ("Why", "why {}"),
    ("Follow", "follow {} me"),
)


def case(found: Case, claims: Sequence[KeptClaim], lexicon: Lexicon, *, page: int = 0, more: bool = False) -> Card:
    """One case and a page of its claims in time order; page 0 has the newest, `more`: there are earlier ones."""
    return Card(
        title=f"Case {found.id}, {found.status}: {_about(found, lexicon)}",
        sections=tuple(_claim(kept, lexicon) for kept in claims),
        status=found.status,
        url=found.url,
        footer=_footer(found, page, "earlier claims follow" if more else ""),
        cases=(found.id,),
        more=more,
        buttons=_buttons(found, but=""),
    )


def sources(
    found: Case, reports: Sequence[Report], lexicon: Lexicon, *, stories: int, page: int = 0, more: bool = False
) -> Card:
    """Who reported a case: a page of its stories under who published them, who was first first.

    `stories`: how many there are in all; `more`: there are later ones.
    """
    groups = groupby(reports, key=lambda report: report.publisher)
    counted = "1 story" if stories == 1 else f"{stories:,} stories"
    return Card(
        title=f"Case {found.id}, who reported it: {_about(found, lexicon)}",
        sections=tuple(Section(publisher, tuple(map(_report, theirs))) for publisher, theirs in groups),
        status=found.status,
        url=found.url,
        footer=_footer(found, page, "more follow" if more else "", counted),
        cases=(found.id,),
        more=more,
        buttons=_buttons(found, but="Sources"),
    )


def timeline(found: Case, turns: Sequence[Turn], lexicon: Lexicon, *, page: int = 0, more: bool = False) -> Card:
    """How a case came to stand as it does: a page of what brought something new, from first to last."""
    return Card(
        title=f"Case {found.id}, from first to last: {_about(found, lexicon)}",
        sections=(Section(None, tuple(line for turn in turns for line in _turn(turn, lexicon))),),
        status=found.status,
        url=found.url,
        footer=_footer(found, page, "later ones follow" if more else ""),
        cases=(found.id,),
        more=more,
        buttons=_buttons(found, but="Timeline"),
    )


# ── parts of a card ──────────────────────────────────────────────────────────────────────────────────────────────────


def _about(case: Case, lexicon: Lexicon) -> str:
    return f"{cards.dyad(case, lexicon)}, {cards.weapons(case.weapons)}"


def _buttons(case: Case, *, but: str) -> tuple[Button, ...]:
    return tuple(Button(label, command.format(case.id)) for label, command in _BUTTONS if label != but)


def _footer(case: Case, page: int, follows: str, counted: str = "") -> str:
    paging = f"Page {page + 1}" if page or follows else ""
    return " · ".join(filter(None, (cards.footer(case), counted, paging, follows)))


def _claim(kept: KeptClaim, lexicon: Lexicon) -> Section:
    who = cards.capital(cards.speaker(kept.claim.claimant, kept.outlet, lexicon))
    return Section(f"{who} {kept.claim.stance}", cards.reported(kept))


def _report(report: Report) -> Line:
    """ "23 Dec 2022 · The headline · The Hill · repeats Reuters": the outlet where it is not the publisher itself."""
    when = cards.day(report.at) if report.published else f"undated, seen {cards.day(report.at)}"
    line = [Text(when, "dim"), _DOT, Text(cards.shorten(report.title, _HEADLINE) or report.outlet, url=report.url)]
    if report.outlet != report.publisher:
        line += [_DOT, Text(report.outlet, "dim")]
    if report.repeats:
        line += [_DOT, Text(f"repeats {report.repeats}", "dim")]
    return tuple(line)


def _turn(turn: Turn, lexicon: Lexicon) -> Iterator[Line]:
    """When, who says what, where; the status where it changed; and how many more say nothing new after it."""
    claim, outlet = turn.kept.claim, turn.kept.outlet
    said = f" {claim.stance}: {cards.weapons(claim.weapons)}, {claim.phase}"
    line = [
        Text(cards.day(turn.kept.at), "dim"),
        _DOT,
        Text(cards.capital(cards.speaker(claim.claimant, outlet, lexicon)), "strong"),
        Text(said),
    ]
    if claim.claimant is not None:
        line += [_DOT, Text(outlet, "dim", turn.kept.url)]
    if turn.was != turn.now:
        line += [_DOT, Text(f"{turn.was} → {turn.now}" if turn.was else turn.now, "strong")]
    yield tuple(line)
    if turn.more:
        yield (Text(f"and {cards.counted(turn.more, 'claim')} that say{'s' * (turn.more == 1)} nothing new", "dim"),)
