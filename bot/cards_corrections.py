"""What people are told of corrections: what was corrected by whom and why, and what became of the cases. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot import cards
from bot.corrections import Change, Correction, Placed
from bot.detect.lexicon import Lexicon
from bot.model import Button, Card, Case, Claim, Line, Section, Text

_OWN_VOICE = "the outlet itself"
_WORDS = 120  # characters of a claim's words that the log shows
_SHOWN = 3  # claims of one correction


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def corrected(one: Correction, cases: Sequence[Case], lexicon: Lexicon) -> Card:
    """What was corrected, the cases as they are now, and how to undo it."""
    again: Line = (Text("To take it back: "), Text(f"!undo {one.id}", "code"))
    return Card(
        title=f"Correction {one.id}: {what(one, lexicon)}",
        sections=(Section(None, (*_about(one), again)), *_now(cases, lexicon)),
        footer="Messages that show it are edited; nothing new is posted.",
        cases=tuple(case.id for case in cases),
        buttons=(Button("Undo", f"undo {one.id}"), Button("Corrections", f"corrections {one.case_id}")),
    )


def undone(one: Correction, cases: Sequence[Case], lexicon: Lexicon) -> Card:
    """What holds no longer, and the cases as they are now."""
    return Card(
        title=f"Correction {one.id} is undone: {what(one, lexicon)}",
        sections=tuple(_now(cases, lexicon)),
        footer="Messages that show it are edited; nothing new is posted.",
        cases=tuple(case.id for case in cases),
    )


def log(found: Sequence[Correction], lexicon: Lexicon, *, of: int | None, page: int, more: bool) -> Card:
    """A page of the log, newest first. `of`: the case that it is asked of."""
    if not found:
        where = "here yet" if of is None else f"of case {of}"
        return Card(f"No corrections {where}", (Section("Try", ((Text("!help correct", "code"),),)),))
    return Card(
        title="Corrections" if of is None else f"Corrections of case {of}",
        sections=tuple(_entry(one, lexicon) for one in found),
        footer=f"Page {page + 1}" + (" · there are earlier ones" if more else "") if page or more else None,
        cases=tuple(dict.fromkeys(one.case_id for one in found)),
        more=more,
    )


def numbered(
    case: Case,
    shown: Sequence[tuple[int, Placed, str, str | None, datetime]],
    lexicon: Lexicon,
    *,
    page: int,
    more: bool,
) -> Card:
    """A page of a case's claims with their numbers, newest first, and what can be done about them.

    `shown`: number, claim, outlet, address and time of each.
    """
    ways: tuple[str, ...] = (
        f"!correct {case.id} claim {shown[0][0] if shown else 1} drop because …",
        f"!correct {case.id} claim {shown[0][0] if shown else 1} from:iran weapon:drones because …",
        f"!correct {case.id} from:iran because …",
        f"!split {case.id} claim {shown[0][0] if shown else 1} because …",
    )
    if not case.voices:
        ways = (f"!corrections {case.id}",)
    sections = [_claim(case, *one, lexicon) for one in shown]
    heading = "To correct it" if case.voices else "It holds no claim any more; what was done"
    sections.append(Section(heading, tuple((Text(way, "code"),) for way in ways)))
    return Card(
        title=f"Claims of case {case.id}: {cards.dyad(case, lexicon)}",
        sections=tuple(sections),
        status=case.status if case.voices else None,
        footer=f"Page {page + 1}" + (" · earlier claims follow" if more else "") if page or more else None,
        cases=(case.id,),
        more=more,
    )


def closed(case: Case, log_of_case: Sequence[Correction], lexicon: Lexicon) -> Card:
    """What stands in the place of a case that corrections left without a claim: where its claims are, and why."""
    active = [one for one in log_of_case if one.undone_at is None]
    cause = active[-1] if active else None
    into = case.into
    if into is None and cause is None:  # it was split off, or made by a correction, and that was undone
        made = [one for one in log_of_case if one.other_id == case.id and one.kind != "merge"]
        into = made[-1].case_id if made else None
    if into is None:
        title = f"Withdrawn: {cards.dyad(case, lexicon)}"
    else:
        title = f"Now part of case {into}: {cards.dyad(case, lexicon)}"
    sections = (Section(None, tuple(_why(cause))),) if cause else ()
    return Card(
        title=title,
        sections=sections,
        footer=f"Case {case.id} · {cards.CORRECTED}",
        cases=(case.id,) if into is None else (into,),
    )


def merged_into(case: int, card: Card) -> Card:
    """The card of the case that another was merged into, with a word on that."""
    note = f"Case {case} was merged into this one."
    return Card(
        title=card.title,
        sections=(Section(None, ((Text(note, "dim"),),)), *card.sections),
        status=card.status,
        url=card.url,
        footer=card.footer,
        cases=card.cases,
        more=card.more,
        buttons=card.buttons,
    )


def reasons(found: Iterable[Correction], lexicon: Lexicon) -> Iterator[Line]:
    """For each of a claim's corrections a line with what it says and why."""
    for one in found:
        yield (
            Text(f"Corrected by a person ({one.id}, {_day(one.at)}): {what(one, lexicon)}: ", "dim"),
            Text(f"“{one.why}”", "quote"),
        )


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def what(one: Correction, lexicon: Lexicon) -> str:
    """What a correction does: "2 claims of case 12: supplier Iran"."""
    claims = f"{len(one.subjects)} claim{'s' * (len(one.subjects) != 1)}"
    match one.kind:
        case "drop":
            return f"{claims} of case {one.case_id} dropped"
        case "set":
            moved = f", now in case {one.other_id}" if one.other_id not in (None, one.case_id) else ""
            return f"{claims} of case {one.case_id}: {_changes(one.changes, lexicon)}{moved}"
        case "parties":
            return f"case {one.case_id}: {_changes(one.changes, lexicon)}"
        case "merge":
            return f"case {one.other_id} merged into case {one.case_id}"
        case "split":
            return f"{claims} of case {one.case_id} split off as case {one.other_id}"


def _changes(changes: Iterable[Change], lexicon: Lexicon) -> str:
    return ", ".join(f"{one.field} {_value(one, lexicon)}" for one in changes)


def _value(one: Change, lexicon: Lexicon) -> str:
    if isinstance(one.now, tuple):
        return " and ".join(one.now)
    if one.field in ("supplier", "recipient"):
        return lexicon.name(one.now)
    if one.field == "claimant":
        return _OWN_VOICE if one.now is None else lexicon.name(one.now)
    return str(one.now)


def _about(one: Correction) -> Iterator[Line]:
    """Why, and the words of the claims."""
    yield from _why(one)
    for about in one.subjects[:_SHOWN]:
        yield (Text(f"“{cards.shorten(about.words, _WORDS)}”", "quote"),)
    if len(one.subjects) > _SHOWN:
        yield (Text(f"and {len(one.subjects) - _SHOWN} more", "dim"),)


def _why(one: Correction) -> Iterator[Line]:
    yield Text("Because "), Text(f"“{one.why}”", "quote")


def _entry(one: Correction, lexicon: Lexicon) -> Section:
    lines = [*_about(one), (Text(f"{one.who} · {_day(one.at)}", "dim"),)]
    if one.undone_at is not None:
        because = f": “{one.undone_why}”" if one.undone_why else ""
        lines.append((Text(f"Undone by {one.undone_by} · {_day(one.undone_at)}{because}", "strong"),))
    return Section(f"{one.id} · {what(one, lexicon)}", tuple(lines))


def _now(cases: Sequence[Case], lexicon: Lexicon) -> Iterator[Section]:
    for case in cases:
        if case.voices:
            yield cards.listed(case, lexicon)
        elif case.into is None:
            yield Section(f"{case.id} · holds no claim any more", (), compact=True)


def _claim(
    case: Case, number: int, placed: Placed, outlet: str, url: str | None, at: datetime, lexicon: Lexicon
) -> Section:
    claim = placed.claim
    lines: list[Line] = [
        (Text(f"“{cards.shorten(claim.words, _WORDS)}”", "quote"),),
        (Text(outlet, "dim", url), Text(f" · {_day(at)}", "dim")),
    ]
    if placed.corrected:
        state = "dropped" if placed.dropped else cards.CORRECTED
        where = f", now in case {placed.case_id}" if placed.case_id != case.id and not placed.dropped else ""
        numbers = ", ".join(map(str, placed.corrected))
        lines.append((Text(f"{state}{where} (correction {numbers})", "strong"),))
    return Section(f"{number} · {_said(claim, outlet, lexicon)}", tuple(lines))


def _said(claim: Claim, outlet: str, lexicon: Lexicon) -> str:
    who = cards.capital(outlet if claim.claimant is None else lexicon.name(claim.claimant))
    parties = f"{lexicon.name(claim.supplier)} → {lexicon.name(claim.recipient)}"
    return f"{who} {claim.stance}: {parties}, {cards.weapons(claim.weapons)}, {claim.phase}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
