"""`!alerts …`: the subscriptions of a place, for who manages it. What `!alerts test` does is in `alerts_test.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import cards, cards_alerts
from bot.cards_alerts import A_PAGE, DAYS, Listed
from bot.cards_subscriptions import EVERYTHING
from bot.commands.alerts_test import test
from bot.commands.context import Context
from bot.commands.destinations import chosen, named
from bot.commands.lengths import length_of
from bot.commands.subscriptions import options
from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.model import UNTIL_RESUMED, Card, Prefs, Subscription
from bot.queries.language import describe, nearest, parse
from bot.store import Connection, overview, subscriptions
from bot.store.ask import find_cases
from bot.store.prefs import prefs_of

_NOBODY = "nobody"  # is mentioned any more


async def alerts(context: Context, arguments: str, page: int = 0) -> Card:
    """Do what the first word says with the subscriptions of this place; without one, list them. Raises UserError."""
    action, _, rest = arguments.strip().partition(" ")
    if action.casefold() not in ACTIONS:
        if not action:
            return await _list(context, "", page)
        likely = nearest(action.casefold(), ACTIONS)
        hint = f"Did you mean !alerts {likely}?" if likely else f"There are {', '.join(ACTIONS)}."
        raise UserError(f"“{cards.shorten(action, 40)}” is nothing that !alerts does. {hint}")
    return await ACTIONS[action.casefold()](context, rest.strip(), page)


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _list(context: Context, _rest: str, page: int) -> Card:
    here = place(context)
    now = context.clock()
    known = await context.store.read(subscriptions.subscriptions_at, [here], now)
    shown = known[page * A_PAGE : (page + 1) * A_PAGE]
    found, sent = await context.store.read(_with_alerts, here, shown, context.lexicon, now)
    return cards_alerts.listed(
        found,
        (await context.store.read(prefs_of, [here])).get(here, Prefs()),
        whom=named(context.asker, here),
        total=len(known),
        alerts=sent,
        page=page,
    )


def _with_alerts(
    connection: Connection, destination: str, shown: Sequence[Subscription], lexicon: Lexicon, now: datetime
) -> tuple[list[Listed], int]:
    """Each subscription with how many of the destination's alerts of late fit its query, and how many there were."""
    told = overview.told(connection, destination, now - timedelta(days=DAYS))
    found = []
    for one in shown:
        try:
            query = parse(one.query, lexicon, now)
        except UserError as error:
            found.append(Listed(one, f"can't be read: {error}", 0))
            continue
        fitting = find_cases(connection, query, limit=len(told), among=told) if told else []
        found.append(Listed(one, describe(query, lexicon), sum(told[number] for number in fitting)))
    return found, told.total()


# ── edit, pause, resume ──────────────────────────────────────────────────────────────────────────────────────────────


async def _edit(context: Context, rest: str, _page: int) -> Card:
    number, _, wish = rest.partition(" ")
    one = await find(context, number)
    if one.configured:
        raise UserError(f"Subscription {one.id} stands in config.toml; it has to be changed there.")
    if not wish.strip():
        raise UserError(f"What is to change? Write a query, a rhythm or a role, as in !alerts edit {one.id} daily.")
    changed = _changed(one, wish)
    query = parse(changed.query, context.lexicon, context.clock())
    done = await context.store.write(
        subscriptions.change, one.id, changed.query, rhythm=changed.rhythm, mention=changed.mention
    )
    if not done:
        raise UserError(
            f"There is another subscription to “{changed.query or EVERYTHING}” here. !alerts list shows it."
        )
    prefs = (await context.store.read(prefs_of, [one.destination])).get(one.destination, Prefs())
    return cards_alerts.edited(
        changed, prefs, whom=named(context.asker, one.destination), asked=describe(query, context.lexicon)
    )


def _changed(one: Subscription, wish: str) -> Subscription:
    """The subscription with what `wish` says of it: a query, a rhythm, a role to mention, or `nobody`."""
    words = wish.split()
    nobody = _NOBODY in map(str.casefold, words)
    text, where, rhythm, mention = options(" ".join(word for word in words if word.casefold() != _NOBODY))
    if where:
        raise UserError(f"A subscription stays where it is. To have one elsewhere: !subscribe {text} {where}")
    if nobody and mention:
        raise UserError("Is a role to be mentioned, or nobody? Write one of them.")
    query = "" if text.casefold() == EVERYTHING else text or one.query
    return replace(
        one,
        query=query,
        rhythm=rhythm or one.rhythm,
        mention=None if nobody else mention or one.mention,
    )


async def _pause(context: Context, rest: str, _page: int) -> Card:
    number, _, written = rest.partition(" ")
    one = await find(context, number)
    length = length_of(written.strip()) if written.strip() else None
    if written.strip() and not length:
        raise UserError(
            f"For how long? Write it as in !alerts pause {one.id} 7d, or leave it out: until it is resumed."
        )
    until = context.clock() + length if length else UNTIL_RESUMED
    await context.store.write(subscriptions.pause_until, one.id, until)
    return cards_alerts.paused(replace(one, paused_until=until))


async def _resume(context: Context, rest: str, _page: int) -> Card:
    one = await find(context, rest)
    was_paused = bool(one.paused_until or one.paused_why)
    if was_paused:
        await context.store.write(subscriptions.go_on, one.id)
    return cards_alerts.resumed(one, was_paused)


async def _test(context: Context, rest: str, _page: int) -> Card:
    return await test(context, place(context), await find(context, rest) if rest else None)


# ── whose they are ───────────────────────────────────────────────────────────────────────────────────────────────────


def place(context: Context) -> str:
    """The place for which the asker may decide, where they ask; UserError when they may not."""
    return chosen(context.asker, "here", instead="!subscriptions")


async def find(context: Context, written: str) -> Subscription:
    """The subscription of this place with the number that is written. Raises UserError when there is none such.

    One of another place is not found, whoever made it: who manages a server decides for that server alone.
    """
    number = written.strip().removeprefix("#")
    known = await context.store.read(subscriptions.subscriptions_at, [place(context)], context.clock())
    found = next((one for one in known if str(one.id) == number), None)
    if found is None:
        what = f"“{cards.shorten(number, 20)}” is no subscription of this channel." if number else "Which one?"
        raise UserError(f"{what} Write its number; !alerts list shows them.")
    return found


ACTIONS: Mapping[str, Callable[[Context, str, int], Awaitable[Card]]] = {
    "list": _list,
    "edit": _edit,
    "pause": _pause,
    "resume": _resume,
    "test": _test,
}
