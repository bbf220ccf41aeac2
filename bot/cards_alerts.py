"""What managers are told of the alerts of their place: the subscriptions behind them, and tests. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import cards
from bot.cards_subscriptions import EVERYTHING, paused_so, when
from bot.detect.lexicon import Lexicon
from bot.model import Button, Card, Case, Line, Prefs, Section, Subscription, Text

A_PAGE = 8
"""Subscriptions with all that is known of them."""

DAYS = 7
"""For so many days alerts are counted."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A subscription, how its query was understood, and how many alerts of the last days fit it."""

    one: Subscription
    asked: str
    alerts: int


def listed(found: Sequence[Listed], prefs: Prefs, *, whom: str, total: int, alerts: int, page: int) -> Card:
    """A page of a place's subscriptions. `total`: how many there are; `alerts`: that its place got in the last days."""
    if not total:
        return Card(
            f"No subscription for {whom} yet",
            (Section("Try", ((Text("!setup", "code"),), (Text("!subscribe russia here", "code"),))),),
            buttons=(Button("Set it up", "setup"),),
        )
    more = total > (page + 1) * A_PAGE
    shared = " One alert may count for several of them." if total > 1 else ""
    count = cards.counted(total, "subscription")
    return Card(
        f"{count} for {whom}, {cards.counted(alerts, 'alert')} in the last {DAYS} days",
        tuple(_listed(one, prefs) for one in found),
        footer=(f"Page {page + 1} · " if page or more else "")
        + f"To change one: !alerts edit {found[0].one.id if found else 1} daily.{shared}",
        more=more,
        buttons=(Button("Send a test alert", "alerts test"), Button("Setup", "setup")),
    )


def _listed(found: Listed, prefs: Prefs) -> Section:
    one = found.one
    parts = [when(one.rhythm or prefs.rhythm, prefs), f"{cards.counted(found.alerts, 'alert')} in {DAYS} days"]
    parts += [f"mentions role {one.mention}"] if one.mention else []
    parts += ["from config.toml"] if one.configured else []
    lines: list[Line] = [(Text(cards.capital(found.asked)),), (Text(" · ".join(parts), "dim"),)]
    if why := _paused(one):
        lines.append((Text(f"{cards.capital(why)}: "), Text(f"!alerts resume {one.id}", "code")))
    return Section(f"{one.id} · {one.query or EVERYTHING}", tuple(lines))


def _paused(one: Subscription) -> str | None:
    if one.paused_why:
        return f"paused, since nothing can be delivered there ({one.paused_why.rstrip('.')}). Once that is mended"
    return f"{paused_so(one.paused_until)}. To go on" if one.paused_until else None


def edited(one: Subscription, prefs: Prefs, *, whom: str, asked: str) -> Card:
    """A subscription as it is after a change."""
    lines: list[Line] = [
        (Text(f"{cards.capital(whom)} will be told {when(one.rhythm or prefs.rhythm, prefs)} of {asked}."),),
        (Text(f"The role {one.mention} is mentioned." if one.mention else "Nobody is mentioned.", "dim"),),
    ]
    if why := _paused(one):
        lines.append((Text(f"It is {why}: "), Text(f"!alerts resume {one.id}", "code")))
    return Card(f"Subscription {one.id} changed: {one.query or EVERYTHING}", (Section(None, tuple(lines)),))


def paused(one: Subscription) -> Card:
    """That a subscription is paused by command, and how it goes on."""
    until = f"{cards.capital(paused_so(one.paused_until))}." if one.paused_until else ""
    return Card(
        f"Subscription {one.id} paused: {one.query or EVERYTHING}",
        (Section(None, ((Text(f"{until} What fits it meanwhile is not told later."),),)),),
        buttons=(Button("Resume", f"alerts resume {one.id}"),),
    )


def resumed(one: Subscription, was_paused: bool) -> Card:
    """That a subscription goes on."""
    what = "goes on" if was_paused else "was not paused"
    return Card(f"Subscription {one.id} {what}: {one.query or EVERYTHING}")


# ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sample(case: Case, lexicon: Lexicon) -> Card:
    """A case's alert, plainly marked as a test."""
    card = cards.alert(case, lexicon)
    note = Section(None, ((Text("This is a test that a manager asked for. Nothing new has happened.", "strong"),),))
    return replace(
        card,
        title=f"Test: {card.title}",
        sections=(note, *card.sections),
        footer=f"Test · {card.footer}",
    )


def testing(case: Case, one: Subscription | None, prefs: Prefs, *, whom: str, fits: bool) -> Card:
    """That a test alert is on its way, and what a real one would do otherwise."""
    lines: list[Line] = [(Text(f"It shows case {case.id} and comes to {whom} as alerts do, within seconds."),)]
    if not fits:
        lines.append((Text("No case fits yet, so it shows the newest of all.", "dim"),))
    if one and (one.rhythm or prefs.rhythm) != "now":
        lines.append((Text(f"Real ones come {when(one.rhythm or prefs.rhythm, prefs)}, gathered in one."),))
    elif prefs.quiet:
        lines.append((Text("Real ones wait for the end of the quiet hours; a test does not."),))
    if one and one.mention:
        lines.append((Text(f"Real ones mention the role {one.mention}; a test mentions nobody."),))
    lines.append((Text("If it does not come: "), Text("!health", "code")))
    return Card("A test alert is on its way", (Section(None, tuple(lines)),))
