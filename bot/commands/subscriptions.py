"""`!subscribe`, `!unsubscribe`, `!subscriptions` and `!follow`: the queries that a channel or a person is told of."""

from __future__ import annotations

import re

from bot import cards, cards_subscriptions
from bot.commands.case import case_number
from bot.commands.context import Asker, Context
from bot.commands.destinations import chosen, named, note_guild
from bot.errors import UserError
from bot.model import RHYTHMS, Card, Rhythm, Subscription
from bot.queries.language import describe, parse
from bot.store import ledger
from bot.store.ask import page_of_cases
from bot.store.prefs import prefs_of
from bot.store.subscriptions import subscribe as keep
from bot.store.subscriptions import subscriptions_at
from bot.store.subscriptions import unsubscribe as drop

MOST = 50
"""Subscriptions of one destination by command; each is a line that somebody has to oversee."""

_LONGEST = 500  # characters of a query, as in config.toml
_PLACES = ("here", "me")
_ROLE = re.compile(r"<@&(\d{1,20})>")


async def subscribe(context: Context, arguments: str, page: int = 0) -> Card:
    """Keep the query in `arguments` for this channel or for the asker, and show what was understood.

    The words `here` or `me`, `now`, `daily` or `weekly` and a role to mention may follow the query. Raises UserError
    for a query that can't be read, and where the channel is not the asker's to decide for.
    """
    asker = context.asker
    text, place, rhythm, mention = options(arguments)
    query = parse(text, context.lexicon, context.clock())
    if len(text) > _LONGEST:
        raise UserError(f"A query for a subscription has at most {_LONGEST} characters; this one has {len(text)}.")
    destination = chosen(asker, place, instead=f"!subscribe {text} me".replace("  ", " "))
    if mention and destination == asker.person:
        raise UserError("A role can only be mentioned in a channel. Leave it out, or write `here`.")
    await _check_room(context, destination, text)
    number, new = await context.store.write(
        keep, destination, text, rhythm=rhythm, maker=asker.person, mention=mention, now=context.clock()
    )
    await note_guild(context, destination)
    prefs = (await context.store.read(prefs_of, [destination])).get(destination)
    found = await context.store.read(page_of_cases, query, limit=1)
    return cards_subscriptions.subscribed(
        Subscription(number, destination, text, configured=False, rhythm=rhythm, mention=mention),
        prefs,
        context.lexicon,
        asked=describe(query, context.lexicon),
        whom=named(asker, destination),
        new=new,
        preview=found[0] if found else None,
    )


async def follow(context: Context, arguments: str, page: int = 0) -> Card:
    """Keep a subscription to what is said of a case's supplier and recipient; UserError when there is no such case."""
    words, _, place = arguments.strip().rpartition(" ") if arguments.strip().endswith(_PLACES) else (arguments, "", "")
    case = await context.store.read(ledger.case, case_number(words))
    if case is None:
        raise UserError(f"There is no case {case_number(words)}. !claims shows the newest.")
    sides = (("from", case.supplier), ("to", case.recipient))
    query = " ".join(f"{side}:{actor.lower()}" for side, actor in sides if actor)
    return await subscribe(context, f"{query} {place or 'me'}")


async def unsubscribe(context: Context, arguments: str, page: int = 0) -> Card:
    """Keep the subscription with a number or a query no longer, or with `all` every one of this place that may go.

    Raises UserError when there is none such, or it is not the asker's to end.
    """
    wanted = arguments.strip()
    if not wanted:
        raise UserError("Which one? Write its number from !subscriptions, its query, or `all`.")
    known = await context.store.read(subscriptions_at, _places(context.asker))
    ours = [one for one in known if not one.configured]
    if wanted.casefold() == "all":
        ending = [one for one in ours if _may_end(context.asker, one)]
    else:
        ending = [one for one in known if wanted.removeprefix("#") == str(one.id)]
        ending = ending or [one for one in ours if one.query.casefold() == options(wanted)[0].casefold()]
    if not ending:
        raise UserError(f"There is no subscription “{cards.shorten(wanted, 60)}” here. !subscriptions lists them.")
    for one in ending:
        _check_may_end(context.asker, one)
    for one in ending:
        await context.store.write(drop, one.id)
    return cards_subscriptions.unsubscribed(ending)


async def subscriptions(context: Context, arguments: str, page: int = 0) -> Card:
    """The subscriptions of this place and of the asker, with their rhythm, and what keeps any from being delivered."""
    places = _places(context.asker)
    known = await context.store.read(subscriptions_at, places, context.clock())
    prefs = await context.store.read(prefs_of, places)
    whose = {place: named(context.asker, place) for place in places}
    return cards_subscriptions.listed(known, whose, prefs, page)


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def options(arguments: str) -> tuple[str, str | None, Rhythm | None, str | None]:
    """Return the query, and what follows it: for whom ("here", "me"), how often, and the role to mention."""
    words = arguments.split()
    place: str | None = None
    rhythm: Rhythm | None = None
    mention: str | None = None
    while words:
        last = words[-1].casefold()
        if last in _PLACES and place is None:
            place = last
        elif rhythm is None and (meant := next((one for one in RHYTHMS if one == last), None)):
            rhythm = meant
        elif mention is None and (role := _ROLE.fullmatch(last)):
            mention = role[1]
        else:
            break
        words.pop()
    return " ".join(words), place, rhythm, mention


def _places(asker: Asker) -> list[str]:
    return list(dict.fromkeys((asker.place, asker.person)))


async def _check_room(context: Context, destination: str, text: str) -> None:
    there = [one for one in await context.store.read(subscriptions_at, [destination]) if not one.configured]
    if len(there) >= MOST and text not in {one.query for one in there}:
        raise UserError(f"There are {MOST} subscriptions here, the most there can be. !unsubscribe one of them first.")


def _may_end(asker: Asker, one: Subscription) -> bool:
    return one.destination == asker.person or asker.keeps_place


def _check_may_end(asker: Asker, one: Subscription) -> None:
    if one.configured:
        raise UserError(f"Subscription {one.id} stands in config.toml; it has to be taken out there.")
    if not _may_end(asker, one):
        raise UserError("What this channel is told is for those to decide who may manage it.")
