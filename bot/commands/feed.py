"""`!feed …`: the list of feeds, for who manages it; `!sources`: the same for everybody, to read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot import cards
from bot.commands import feed_cards
from bot.commands.context import Context
from bot.commands.feed_words import address_and_wish, words_of
from bot.errors import FeedError, UserError
from bot.feeds import manage, opml
from bot.feeds.desk import FeedDesk
from bot.feeds.examine import examine
from bot.feeds.manage import By
from bot.feeds.state import in_trouble
from bot.model import Card, Feed
from bot.queries.language import nearest
from bot.store import feed_list

_PAGE = 8  # feeds with all that is known of them
_SOURCES = 20
_DEFAULT_INTERVAL = 900  # seconds, where no desk knows better


async def feed(context: Context, arguments: str, page: int = 0) -> Card:
    """Do what the first word says with the feeds; without one, what can be said. Raises UserError."""
    action, _, rest = arguments.strip().partition(" ")
    if not action:
        return cards.usage("!feed", {written: (does, ()) for written, does, _ in ACTIONS.values()}, {})
    if action.lower() not in ACTIONS:
        likely = nearest(action.lower(), ACTIONS)
        hint = f"Did you mean !feed {likely}?" if likely else "Write !feed to see what there is."
        raise UserError(f"“{cards.shorten(action, 40)}” is nothing that !feed does. {hint}")
    try:
        return await ACTIONS[action.lower()][2](context, rest.strip(), page)
    except FeedError as error:
        raise UserError(str(error)) from error


async def sources(context: Context, arguments: str, page: int = 0) -> Card:
    """A page of the feeds with who owns each and whether it can be read; a word in `arguments` narrows them down."""
    word = arguments.strip().casefold()
    listed = [one for one in await context.store.read(feed_list.listed) if word in _searched(one)]
    if not listed:
        return Card(f"No feed with “{cards.shorten(word, 40)}”" if word else "No feed is on the list yet")
    listed.sort(key=lambda one: feed_cards.name_of(one).casefold())
    start = page * _SOURCES
    return feed_cards.sources(
        listed[start : start + _SOURCES],
        total=len(listed),
        troubled=sum(map(in_trouble, listed)),
        page=page,
        more=len(listed) > start + _SOURCES,
    )


def _searched(one: Feed) -> str:
    parts = (feed_cards.name_of(one), one.family, one.kind, one.country, one.folder)
    return " ".join(filter(None, parts)).casefold()


# ── what !feed does ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _add(context: Context, rest: str, _page: int) -> Card:
    address, wish = address_and_wish(words_of(rest))
    result = await manage.add(context.store, _desk(context), address, wish, _by(context), context.clock)
    return feed_cards.added(result, context.clock())


async def _remove(context: Context, rest: str, _page: int) -> Card:
    gone = await manage.remove(context.store, rest, _by(context))
    return feed_cards.done(
        f"Removed feed {gone.id}: {feed_cards.name_of(gone)}",
        "Its stories and claims stay. Added again, it goes on where it stopped.",
    )


async def _pause(context: Context, rest: str, _page: int) -> Card:
    one = await manage.pause(context.store, rest, _by(context))
    name = feed_cards.name_of(one)
    return feed_cards.done(f"Paused feed {one.id}: {name}", f"It is not polled until !feed resume {one.id}.")


async def _resume(context: Context, rest: str, _page: int) -> Card:
    one = await manage.resume(context.store, rest, _by(context))
    return feed_cards.done(f"Resumed feed {one.id}: {feed_cards.name_of(one)}", "It is polled at once.")


async def _test(context: Context, rest: str, _page: int) -> Card:
    words = words_of(rest)
    if len(words) != 1:
        raise UserError("Write the address or the number of one feed, as in !feed test 1.")
    (subject,) = words
    if subject.removeprefix("#").isdigit():
        subject = (await manage.find(context.store, subject)).url
    # A file's name is no address here: nobody in a chat may look at this machine's files.
    address = subject if "://" in subject else f"https://{subject}"
    return feed_cards.examined(await examine(_desk(context), context.lexicon, address), context.lexicon)


async def _list(context: Context, rest: str, page: int) -> Card:
    listed = await context.store.read(feed_list.listed)
    found = [one for one in listed if rest.casefold() in f"{_searched(one)} {one.url}".casefold()]
    return _listing(found, "feed" if len(found) == 1 else "feeds", page)


async def _errors(context: Context, _rest: str, page: int) -> Card:
    return _listing([one for one in await context.store.read(feed_list.listed) if in_trouble(one)], "in trouble", page)


def _listing(found: list[Feed], what: str, page: int) -> Card:
    if not found:
        return Card("No feed is in trouble" if what == "in trouble" else "No such feed is on the list")
    start = page * _PAGE
    shown = found[start : start + _PAGE]
    return feed_cards.listing(shown, title=f"{len(found)} {what}", page=page, more=len(found) > start + _PAGE)


async def _import(context: Context, rest: str, _page: int) -> Card:
    if not rest.lstrip("\ufeff").startswith("<"):
        raise UserError("Attach the OPML file to the message, or write its text after !feed import.")
    return await _take(context, await asyncio.to_thread(opml.read_text, rest))


async def _export(context: Context, _rest: str, _page: int) -> Card:
    listed = await context.store.read(feed_list.listed)
    return feed_cards.exported(opml.write(listed, context.clock()), len(listed))


async def _starter(context: Context, rest: str, _page: int) -> Card:
    shipped = opml.starter()
    if not rest:
        return feed_cards.starter(shipped)
    return await _take(context, shipped if rest.casefold() == "all" else opml.in_folder(shipped, rest))


async def _take(context: Context, taken: opml.Opml) -> Card:
    interval = context.desk.interval if context.desk else _DEFAULT_INTERVAL
    result = await manage.take(context.store, taken, interval, _by(context), context.clock())
    return feed_cards.imported(result)


def _desk(context: Context) -> FeedDesk:
    if context.desk is None:
        raise UserError("No address can be asked from here. Use the bot itself, or `claimwatch feeds` on its machine.")
    return context.desk


def _by(context: Context) -> By:
    return By(context.asker.person, everything=context.asker.role == "owner")


Action = Callable[[Context, str, int], Awaitable[Card]]

ACTIONS: Mapping[str, tuple[str, str, Action]] = {
    "add": (
        '!feed add ADDRESS [outlet:"NAME"] [folder:NAME] [every:30m] [article:yes]',
        "Finds the feed behind a feed's or a page's address, tries it and adds it.",
        _add,
    ),
    "list": ("!feed list [WORD]", "Lists the feeds with their state, polls and errors.", _list),
    "errors": ("!feed errors", "Lists the feeds that fail, are gone or fell quiet.", _errors),
    "test": ("!feed test NUMBER or ADDRESS", "Shows what would be read of a feed, and keeps nothing.", _test),
    "pause": ("!feed pause NUMBER", "Stops polling a feed.", _pause),
    "resume": ("!feed resume NUMBER", "Polls a feed again, at once.", _resume),
    "remove": ("!feed remove NUMBER", "Takes a feed off the list; its stories and claims stay.", _remove),
    "starter": ("!feed starter [all or FOLDER]", "Shows the list that comes with Claimwatch, or takes it.", _starter),
    "import": ("!feed import", "Adds the feeds of an attached OPML file, without asking them.", _import),
    "export": ("!feed export", "Gives the list as an OPML file.", _export),
}
