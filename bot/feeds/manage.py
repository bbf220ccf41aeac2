"""Adding, removing, pausing and importing feeds, for the command line and for chat alike.

Whoever asks is told by `UserError` what can't be done and why; what a server did wrong comes as FeedError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import FeedError, UserError
from bot.feeds.addresses import sameness, web_address
from bot.feeds.desk import FeedDesk
from bot.feeds.discover import Discovered, discover
from bot.feeds.opml import Listed, Opml, Refused
from bot.log import redact
from bot.model import Feed
from bot.store import Connection, Store, feed_list
from bot.store.feed_list import NewFeed

MOST = 10_000
"""Feeds on the list, by whomever."""

MOST_EACH = 500
"""Feeds that one person may add by command in chat."""

_APART = timedelta(seconds=2)  # between the first polls of feeds that are added together


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the list."""

    person: str  # a destination, such as "discord:user:42"
    everything: bool = False  # may add as many as fit, and remove what others have added


@dataclass(frozen=True, slots=True)
class Wish:
    """How a feed is to be kept, where whoever adds it said so."""

    outlet: str | None = None
    folder: str | None = None
    interval: int | None = None  # seconds
    read_article: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding one feed."""

    feed: Feed
    new: bool  # False: it was on the list already, and nothing was fetched or changed
    found: Discovered | None = None
    entries: int = 0
    newest: datetime | None = None  # as the feed says


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of importing a list."""

    added: tuple[Listed, ...]
    already: int  # were on the list
    refused: tuple[Refused, ...]

    def reasons(self) -> list[tuple[str, int, str]]:
        """Why entries were refused: the reason, of how many, and one of them; the commonest first."""
        counted = Counter(one.reason for one in self.refused)
        first = {one.reason: one.name for one in reversed(self.refused)}
        return [(reason, count, redact(first[reason])) for reason, count in counted.most_common()]


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def find(store: Store, written: str) -> Feed:
    """Return the feed on the list that a number or an address means. Raises UserError when there is none."""
    listed = await store.read(feed_list.listed)
    wanted = written.strip().strip("<>").removeprefix("#")
    if not wanted:
        raise UserError("Which feed? Write its number or its address; the list of feeds shows both.")
    if wanted.isascii() and wanted.isdigit():
        found = next((feed for feed in listed if str(feed.id) == wanted.lstrip("0")), None)
        if found is None:
            raise UserError(f"There is no feed {wanted[:20]} on the list.")
        return found
    found = _same(listed, _address(wanted))
    if found is None:
        raise UserError(f"{redact(wanted[:200])} is not on the list of feeds.")
    return found


def _same(listed: Sequence[Feed], address: str) -> Feed | None:
    return next((feed for feed in listed if sameness(feed.url) == sameness(address)), None)


def _address(written: str) -> str:
    try:
        return web_address(written)
    except FeedError as error:
        raise UserError(str(error)) from error


# ── adding ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def add(store: Store, desk: FeedDesk, written: str, wish: Wish, by: By, clock: Callable[[], datetime]) -> Added:
    """Find the feed behind an address, try it and put it on the list; its first poll is due at once.

    Raises UserError for an address that is none and for a full list, FeedError when no feed can be read there.
    """
    address = _address(written)
    listed = await store.read(feed_list.listed)
    if already := _same(listed, address):
        return Added(already, new=False)
    await store.read(check_room, by)
    found = await discover(desk, address)
    if already := _same(listed, found.address):
        return Added(already, new=False, found=found)
    new = NewFeed(
        found.address,
        wish.outlet,
        wish.interval or desk.interval,
        adaptive=wish.interval is None,
        read_article=wish.read_article,
        folder=wish.folder,
        title=found.parsed.title,
    )
    number = await store.write(_add_one, new, by, clock())
    feed = next(feed for feed in await store.read(feed_list.listed) if feed.id == number)
    entries = [entry for _, entry in found.parsed.keyed]
    dates = [entry.date for entry in entries if entry.date is not None]
    newest = datetime.fromtimestamp(max(dates), clock().tzinfo) if dates else None
    return Added(feed, new=True, found=found, entries=len(entries), newest=newest)


def _add_one(connection: Connection, new: NewFeed, by: By, now: datetime) -> int:
    """The list may have filled while the feed was tried."""
    check_room(connection, by)
    (number,) = feed_list.add(connection, [new], by=by.person, now=now)
    return number


def check_room(connection: Connection, by: By) -> None:
    """Raise UserError when there is no room for one more feed."""
    if room(connection, by) <= 0:
        full = feed_list.count(connection) >= MOST
        raise UserError(
            f"The list is full: it holds {MOST:,} feeds. Remove some first."
            if full
            else f"You have added {MOST_EACH} feeds, which is as many as one person may. Remove some first."
        )


def room(connection: Connection, by: By) -> int:
    """Return how many feeds `by` may still add."""
    left = MOST - feed_list.count(connection)
    return left if by.everything else min(left, MOST_EACH - feed_list.count(connection, by.person))


# ── a whole list ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def take(store: Store, opml: Opml, interval: int, by: By, now: datetime) -> Imported:
    """Put the feeds of a list on ours, without asking any server; they are polled one after the other from now on.

    `interval`, in seconds, is for those that have none of their own.
    """
    return await store.write(_take, opml, interval, by, now)


def _take(connection: Connection, opml: Opml, interval: int, by: By, now: datetime) -> Imported:
    kept = {sameness(feed.url) for feed in feed_list.listed(connection)}
    wanted = [one for one in opml.feeds if sameness(one.url) not in kept]
    left = max(room(connection, by), 0)
    apart = min(_APART, timedelta(seconds=interval / max(len(wanted), 1)))
    new = [
        NewFeed(
            one.url,
            one.outlet,
            one.interval or interval,
            adaptive=one.interval is None,
            read_article=one.read_article,
            folder=one.folder,
            family=one.family,
            kind=one.kind,
            country=one.country,
            next_poll_at=now + number * apart,
        )
        for number, one in enumerate(wanted[:left])
    ]
    feed_list.add(connection, new, by=by.person, now=now)
    full = f"There is no room for it: at most {MOST if by.everything else MOST_EACH:,} feeds."
    refused = [*opml.refused, *(Refused(one.url, full) for one in wanted[left:])]
    return Imported(tuple(wanted[:left]), len(opml.feeds) - len(wanted), tuple(refused))


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def remove(store: Store, written: str, by: By) -> Feed:
    """Take a feed off the list and return it as it was; its stories and claims stay. Raises UserError."""
    feed = await find(store, written)
    if feed.configured:
        raise UserError(
            f"Feed {feed.id} is in config.toml, so it can't be removed by command. Take its [[feeds]] table out there "
            "and start the bot again, or pause the feed."
        )
    _check_theirs(feed, by)
    await store.write(feed_list.remove, feed.id)
    return feed


async def pause(store: Store, written: str, by: By) -> Feed:
    """Let a feed not be polled until it is resumed, and return it as it was. Raises UserError."""
    feed = await find(store, written)
    _check_theirs(feed, by)
    await store.write(feed_list.pause, feed.id)
    return feed


async def resume(store: Store, written: str, by: By) -> Feed:
    """Let a paused, failing or stopped feed be polled at once, and return it as it was. Raises UserError."""
    feed = await find(store, written)
    _check_theirs(feed, by)
    await store.write(feed_list.resume, feed.id)
    return feed


def _check_theirs(feed: Feed, by: By) -> None:
    if not by.everything and (feed.configured or feed.added_by != by.person):
        whose = "whoever runs the bot" if feed.configured or not feed.added_by else "somebody else"
        raise UserError(f"Feed {feed.id} was added by {whose}, so it is not yours to change. Ask whoever runs the bot.")
