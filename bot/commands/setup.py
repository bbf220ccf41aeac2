"""`!setup`: a guided first run for who manages a place, in one message."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot import cards_setup
from bot.cards_setup import Setup
from bot.cards_subscriptions import EVERYTHING
from bot.commands.context import Context
from bot.commands.destinations import chosen, named
from bot.commands.feed import feed
from bot.commands.prefs import prefs
from bot.commands.subscriptions import options, subscribe
from bot.commands.suggestions import as_term, newest_fitting
from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.feeds import opml
from bot.feeds.state import in_trouble
from bot.model import RHYTHMS, Card, Prefs
from bot.store import Connection, feed_list, overview
from bot.store.prefs import prefs_of
from bot.store.subscriptions import subscriptions_at

_TOPICS = 3
_USUAL = ("RU", "UA", "IR")  # where the ledger is too young to say who is told of most
_LATELY = timedelta(days=90)


async def setup(context: Context, arguments: str, page: int = 0) -> Card:
    """Show how far this place is set up and what comes next, after taking the step that `arguments` names.

    `feeds` takes the list that comes with Claimwatch, `now`, `daily` or `weekly` says when, anything else is a query to
    be told of here, `everything` among them. A step that was taken already changes nothing. Raises UserError for a
    query that can't be read, and where the place is not the asker's to decide for.
    """
    here = chosen(context.asker, "here", instead="!subscribe russia me")
    step = arguments.strip()
    if step.casefold() == "feeds":
        await feed(context, "starter all")
    elif step.casefold() in RHYTHMS:
        await prefs(context, f"here {step.casefold()}")
    query = None
    if step and step.casefold() not in ("feeds", *RHYTHMS):
        query = await _subscribe(context, here, step)
    return cards_setup.setup(await _state(context, here, query), context.lexicon)


async def _subscribe(context: Context, here: str, wish: str) -> str:
    """Subscribe the place, unless it is subscribed so already and nothing else is said of it; return the query."""
    text, where, rhythm, mention = options(wish)
    if where == "me":
        raise UserError(f"Setup is for the channel. For yourself: !subscribe {text} me")
    query = "" if text.casefold() in (EVERYTHING, "all") else text
    known = {one.query for one in await context.store.read(subscriptions_at, [here])}
    if query not in known or rhythm or mention:
        role = f"<@&{mention}>" if mention else ""
        await subscribe(context, " ".join(filter(None, (query, "here", rhythm, role))))
    return query


async def _state(context: Context, here: str, query: str | None) -> Setup:
    """How far the place is set up; the case to show is one that fits `query`, where it was just told of that."""
    listed = await context.store.read(feed_list.listed)
    now = context.clock()
    subscriptions = await context.store.read(subscriptions_at, [here], now)
    looked_at = [one for one in subscriptions if query in (None, one.query)]
    newest = await context.store.read(newest_fitting, looked_at, context.lexicon, now)
    return Setup(
        whom=named(context.asker, here),
        feeds=len(listed),
        unread=sum(one.last_success_at is None and not one.paused and not one.failures for one in listed),
        troubled=sum(map(in_trouble, listed)),
        shipped=len((await asyncio.to_thread(opml.starter)).feeds),
        subscriptions=subscriptions,
        prefs=(await context.store.read(prefs_of, [here])).get(here, Prefs()),
        lacks=context.asker.lacks,
        topics=await context.store.read(_topics, context.lexicon, now),
        newest=newest[0] if newest else None,
    )


def _topics(connection: Connection, lexicon: Lexicon, now: datetime) -> list[tuple[str, str]]:
    """Those of whom most was told of late, each by name and as a query."""
    codes = overview.busiest_actors(connection, now - _LATELY, _TOPICS)
    codes += [code for code in _USUAL if code not in codes]
    return [(lexicon.name(code), as_term(code, lexicon)) for code in codes[:_TOPICS]]
