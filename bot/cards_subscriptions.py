"""What people are told of their subscriptions, preferences and mutes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import cards
from bot.detect.lexicon import Lexicon
from bot.model import UNTIL_RESUMED, Card, Case, Line, Prefs, Rhythm, Section, Subscription, Text

_A_PAGE = 15
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERYTHING = "everything"
"""How an empty query is called."""


def subscribed(
    one: Subscription,
    prefs: Prefs | None,
    lexicon: Lexicon,
    *,
    asked: str,
    whom: str,
    new: bool,
    preview: Case | None,
) -> Card:
    """What was understood, and the newest case that fits, as an example of what is to come."""
    rhythm = one.rhythm or (prefs or Prefs()).rhythm
    lines: list[Line] = [(Text(f"{cards.capital(whom)} will be told {when(rhythm, prefs or Prefs())} of {asked}."),)]
    if one.mention:
        lines.append((Text(f"The role {one.mention} is mentioned.", "dim"),))
    lines.append((Text("To end it: "), Text(f"!unsubscribe {one.id}", "code")))
    sections = [Section(None, tuple(lines))]
    if preview:
        example = cards.listed(preview, lexicon)
        sections.append(Section("The newest that fits", ((Text(example.heading or "", "strong"),), *example.lines)))
    else:
        sections.append(Section("Nothing in the ledger fits yet", ((Text("The first case that does will be told."),),)))
    return Card(
        title=f"Subscription {one.id}{'' if new else ' changed'}: {one.query or EVERYTHING}",
        sections=tuple(sections),
        cases=(preview.id,) if preview else (),
    )


def unsubscribed(ended: Sequence[Subscription]) -> Card:
    """Which subscriptions have ended, and how to have one again."""
    lines = tuple((Text(f"{one.id} · "), Text(one.query or EVERYTHING, "strong")) for one in ended)
    again: Line = (Text("To have it again: "), Text(f"!subscribe {ended[0].query}".rstrip(), "code"))
    many = "Subscription ended" if len(ended) == 1 else f"{len(ended)} subscriptions ended"
    return Card(many, (Section(None, (*lines, again)),))


def listed(known: Sequence[Subscription], whose: Mapping[str, str], prefs: Mapping[str, Prefs], page: int) -> Card:
    """A page of the subscriptions of some destinations, by destination. `whose`: how each of these is called."""
    if not known:
        return Card(
            "No subscriptions here yet",
            (Section("Try", ((Text("!subscribe russia daily", "code"),), (Text("!help subscribe", "code"),))),),
        )
    in_order = sorted(known, key=lambda one: (list(whose).index(one.destination), one.id))
    shown = in_order[page * _A_PAGE : (page + 1) * _A_PAGE]
    sections = [
        Section(
            f"{cards.capital(called)} will be told of",
            tuple(line for one in shown if one.destination == place for line in _listed(one, prefs.get(place))),
        )
        for place, called in whose.items()
        if any(one.destination == place for one in shown)
    ]
    more = len(in_order) > (page + 1) * _A_PAGE
    count = f"{len(known)} subscription{'s' * (len(known) != 1)}"
    return Card(count, tuple(sections), footer=f"Page {page + 1}" if page or more else None, more=more)


def _listed(one: Subscription, prefs: Prefs | None) -> tuple[Line, ...]:
    prefs = prefs or Prefs()
    line: Line = (
        Text(f"{one.id} · "),
        Text(one.query or EVERYTHING, "strong"),
        Text(f" · {when(one.rhythm or prefs.rhythm, prefs)}", "dim"),
        *((Text(f" · mentions {one.mention}", "dim"),) if one.mention else ()),
        *((Text(" · from config.toml", "dim"),) if one.configured else ()),
    )
    if one.paused_why:
        again = Text(f"!subscribe {one.query}".rstrip(), "code")
        return line, (Text(f"paused: {one.paused_why} Once that is mended: ", "dim"), again)
    if one.paused_until:
        return line, (Text(paused_so(one.paused_until), "dim"),)
    return (line,)


def paused_so(until: datetime) -> str:
    """That a manager has paused a subscription, and for how long."""
    return "paused by a manager" + ("" if until == UNTIL_RESUMED else f" until {until:%d %b %Y %H:%M} UTC")


def paused(subscriptions: Sequence[Subscription], why: str) -> Card:
    """What the maker of subscriptions is told when their destination is gone."""
    lines = tuple((Text(f"{one.id} · "), Text(one.query or EVERYTHING, "strong")) for one in subscriptions)
    return Card(
        title="A subscription is paused" if len(lines) == 1 else f"{len(lines)} subscriptions are paused",
        sections=(
            Section(None, ((Text(why),),)),
            Section(None, lines),
            Section(None, ((Text("Once that is mended, subscribe there again and it goes on."),),)),
        ),
    )


def preferred(prefs: Prefs, whom: str) -> Card:
    """When somebody is told, in words, and how to change it."""
    lines: list[Line] = [
        (Text("Told "), Text(when(prefs.rhythm, prefs), "strong"), Text(", where a subscription says nothing else")),
        (
            Text("Digests come at "),
            Text(_clock(prefs.at), "strong"),
            Text(f", weekly ones on {_WEEKDAYS[prefs.weekday]}"),
        ),
        (Text("Quiet: "), Text(_quiet(prefs), "strong")),
        (Text("Time zone: "), Text(prefs.zone, "strong")),
    ]
    tries = (
        "!prefs zone Europe/Berlin",
        "!prefs quiet 22:00-07:00",
        "!prefs daily 08:30",
        "!prefs weekly monday 08:30",
    )
    return Card(
        title="Your preferences" if whom == "you" else f"Preferences of {whom}",
        sections=(
            Section(None, tuple(lines)),
            Section("To change it", tuple((Text(one, "code"),) for one in (*tries, "!prefs now", "!prefs quiet off"))),
        ),
    )


def muted(case_id: int, until: datetime | None, whom: str) -> Card:
    """That a case is muted, and how to undo it."""
    how_long = f"until {until:%d %b %Y %H:%M} UTC" if until else "for good"
    lines = ((Text(f"{cards.capital(whom)} will be told nothing more of case {case_id} {how_long}."),),)
    return Card(f"Case {case_id} muted", (Section(None, (*lines, (Text(f"!unmute {case_id}", "code"),))),))


def unmuted(case_id: int, whom: str) -> Card:
    """That a case is told of again."""
    return Card(
        f"Case {case_id} is no longer muted",
        (Section(None, ((Text(f"{cards.capital(whom)} will be told of it again."),),)),),
    )


def when(rhythm: Rhythm, prefs: Prefs) -> str:
    """How often somebody is told: "at once", "daily at 08:00 UTC"."""
    clock = f"{_clock(prefs.at)} {prefs.zone}"
    match rhythm:
        case "now":
            return "at once"
        case "daily":
            return f"daily at {clock}"
        case "weekly":
            return f"weekly, {_WEEKDAYS[prefs.weekday]} {clock}"


def _quiet(prefs: Prefs) -> str:
    return "never" if prefs.quiet is None else f"{_clock(prefs.quiet[0])} to {_clock(prefs.quiet[1])}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
