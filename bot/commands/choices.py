"""What a command's words may be, offered while they are typed: queries, cases, subscriptions, feeds.

A platform shows them and gives back the one that was chosen, or whatever else was typed: the command reads it anew.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import MappingProxyType
from zoneinfo import available_timezones

from bot import cards
from bot.commands import feed_cards
from bot.commands.case import PARTS
from bot.commands.context import Context
from bot.commands.dispatch import check_allowed
from bot.commands.feed import ACTIONS
from bot.commands.help import COMMANDS
from bot.commands.subscriptions import places_of
from bot.errors import UserError
from bot.model import RHYTHMS, Case, Query
from bot.queries.completing import MOST, completions
from bot.queries.language import parse
from bot.store import feed_list
from bot.store.ask import numbered_cases, page_of_cases
from bot.store.subscriptions import subscriptions_at

_CASE = re.compile(r"#?(?P<number>\d{1,18})(?P<rest>\s+\S*)?")
PREFERENCES = ("zone", "quiet 22:00-07:00", "quiet off", "now", "daily 08:00", "weekly monday 08:00")
"""Of `prefs`, each as an example that may be changed before it is sent."""

_ABOUT_A_FEED = ("test", "pause", "resume", "remove")


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen: what is shown, and the words that it stands for."""

    label: str
    words: str


Offer = Callable[[Context, str], Awaitable[Iterable[Choice]]]


async def choices(context: Context, name: str, typed: str) -> list[Choice]:
    """Return at most 25 of what may stand behind the command `name`, as far as it is typed.

    Nothing is offered for words that need none, nor to those who may not give the command.
    """
    offer = _OFFERS.get(name)
    if offer is None:
        return []
    try:
        check_allowed(context.asker, COMMANDS[name])
        return list(islice(await offer(context, typed.lstrip()), MOST))
    except UserError:
        return []


# ── queries and what may follow them ─────────────────────────────────────────────────────────────────────────────────


async def _queries(context: Context, typed: str) -> Iterable[Choice]:
    return _plain(completions(typed, context.lexicon))


async def _wishes(context: Context, typed: str) -> Iterable[Choice]:
    """A query, and behind it for whom and how often."""
    before, _, last = typed.rpartition(" ")
    wishes = _beginning(("here", "me", *RHYTHMS), last) if before else []
    return _plain([*(f"{before} {wish}" for wish in wishes), *completions(typed, context.lexicon)])


async def _preferences(_context: Context, typed: str) -> Iterable[Choice]:
    """What can be preferred; behind `zone` the time zones, by any part of their name."""
    here = "here " if typed.startswith("here ") else ""
    rest = typed.removeprefix(here)
    what, blank, part = rest.partition(" ")
    if what == "zone" and blank:
        wanted = part.replace(" ", "_").casefold()
        return _plain(f"{here}zone {zone}" for zone in _zones() if wanted in zone.casefold())
    return _plain(here + one for one in _beginning(("here", *PREFERENCES)[bool(here) :], rest))


@cache
def _zones() -> list[str]:
    """All time zones. They are read from files, which took 70 ms."""
    return sorted(available_timezones())


async def _commands(context: Context, typed: str) -> Iterable[Choice]:
    allowed = [name for name, command in COMMANDS.items() if context.asker.may(command)]
    return _plain(_beginning(allowed, typed.lstrip("!/")))


def _plain(words: Iterable[str]) -> list[Choice]:
    return [Choice(one, one) for one in words]


def _beginning(words: Iterable[str], typed: str) -> list[str]:
    return [word for word in words if word.startswith(typed.casefold())]


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cases(*tails: str) -> Offer:
    """The newest cases that fit what is typed, a number's beginning or a query; behind a number, one of `tails`."""

    async def offer(context: Context, typed: str) -> Iterable[Choice]:
        number = _CASE.fullmatch(typed)
        if number and number["rest"] is not None:
            return _plain(f"{number['number']} {tail}" for tail in _beginning(tails, number["rest"].strip()))
        if number:
            found = await context.store.read(numbered_cases, number["number"], limit=MOST)
        else:
            query = _query_of(typed, context)
            found = await context.store.read(page_of_cases, query, limit=MOST)
        return [Choice(_named(case, context), str(case.id)) for case in found]

    return offer


def _query_of(typed: str, context: Context) -> Query:
    """The query of the likeliest completion: "ira" is "Iran"."""
    likeliest = next(iter(completions(typed, context.lexicon)), typed) if typed else ""
    return parse(likeliest, context.lexicon, context.clock())


def _named(case: Case, context: Context) -> str:
    about = f"{cards.dyad(case, context.lexicon)}, {cards.weapons(case.weapons)}"
    return f"{case.id} · {about} · {case.status}, {cards.day(case.last_at)}"


# ── subscriptions and feeds ──────────────────────────────────────────────────────────────────────────────────────────


async def _subscriptions(context: Context, typed: str) -> Iterable[Choice]:
    known = await context.store.read(subscriptions_at, places_of(context.asker))
    ours = [one for one in known if not one.configured]
    labels = {
        str(one.id): f"{one.id} · {one.query or 'everything'} · "
        + ("you" if one.destination == context.asker.person else "this channel")
        for one in ours
    }
    return _holding({**labels, **({"all": "all of them"} if ours else {})}, typed)


async def _feeds(context: Context, typed: str) -> Iterable[Choice]:
    """What can be done, then with which feed."""
    action, blank, rest = typed.partition(" ")
    if not blank:
        return _plain(_beginning(ACTIONS, action))
    if action.casefold() not in _ABOUT_A_FEED:
        return []
    listed = await context.store.read(feed_list.listed)
    return _holding({f"{action} {one.id}": f"{action} {one.id} · {feed_cards.name_of(one)}" for one in listed}, rest)


def _holding(labels: Mapping[str, str], typed: str) -> list[Choice]:
    return [Choice(label, words) for words, label in labels.items() if typed.casefold() in label.casefold()]


_OFFERS: Mapping[str, Offer] = MappingProxyType(
    {
        "claims": _queries,
        "denials": _queries,
        "subscribe": _wishes,
        "case": _cases(*PARTS),
        "why": _cases(),
        "follow": _cases("me", "here"),
        "mute": _cases("7d", "30d", "me", "here"),
        "unmute": _cases("me", "here"),
        "unsubscribe": _subscriptions,
        "feed": _feeds,
        "prefs": _preferences,
        "help": _commands,
    }
)
