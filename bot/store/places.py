"""To which guild a destination belongs, guilds that the bot has left, and forgetting destinations and people.

A guild is named as an `Asker` names it: "discord:guild:9".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, func, select, union, update
from sqlalchemy.dialects.sqlite import insert

from bot.model import Forgotten
from bot.store import alerts as outbox
from bot.store import subscriptions as kept
from bot.store.tables import alerts, feeds, messages, mutes, places, prefs, subscriptions

NOT_THERE = "the bot is no longer in that server"
"""Why the subscriptions of a guild's destinations are paused."""

_WANTS = (subscriptions, prefs, mutes, messages)  # what is kept for a destination, besides its alerts

# Where a person is named who has made or done something for others: it stays, without the name. Whatever else comes to
# name one belongs here.
_NAMES: tuple[tuple[Table, Column[str]], ...] = (
    (subscriptions, subscriptions.c.maker),
    (feeds, feeds.c.added_by),
)

_STATES = ("owed", "sent", "dead", "gone")  # an alert is in one of them
_AT_ONCE = 100  # rows in one write


# ── guilds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def note(connection: Connection, guilds: Mapping[str, str]) -> None:
    """Note to which guild these destinations belong, in which the bot is."""
    if guilds:
        rows = [{"destination": place, "guild": guild} for place, guild in guilds.items()]
        noted = insert(places)
        connection.execute(
            noted.on_conflict_do_update(
                index_elements=["destination"], set_={"guild": noted.excluded.guild, "left_at": None}
            ),
            rows,
        )


def in_use(connection: Connection, platform: str) -> list[str]:
    """Return the destinations on a platform for which something is kept."""
    kept_for = union(*(select(table.c.destination) for table in _WANTS)).subquery()
    wanted = select(kept_for.c.destination).where(kept_for.c.destination.startswith(f"{platform}:", autoescape=True))
    return list(connection.execute(wanted).scalars())


def leave(connection: Connection, guild: str, now: datetime) -> int:
    """Note that the bot has left a guild: nothing more is told there, and what is owed there is dropped.

    What was wanted there is kept for a while, in case it comes back. Returns how many destinations that are.
    """
    there = select(places.c.destination).where(places.c.guild == guild, places.c.left_at.is_(None))
    destinations = list(connection.execute(there).scalars())
    for destination in destinations:
        kept.pause(connection, destination, NOT_THERE, now)
        outbox.gone(connection, destination, NOT_THERE, now)
    connection.execute(update(places).where(places.c.destination.in_(destinations)).values(left_at=now))
    return len(destinations)


def come_back(connection: Connection, guild: str) -> int:
    """Note that the bot is in a guild again: what was wanted there goes on. Returns at how many destinations."""
    there = select(places.c.destination).where(places.c.guild == guild, places.c.left_at.is_not(None))
    destinations = list(connection.execute(there).scalars())
    for destination in destinations:
        kept.resume(connection, destination, NOT_THERE)
    connection.execute(update(places).where(places.c.destination.in_(destinations)).values(left_at=None))
    return len(destinations)


def be_in(connection: Connection, platform: str, guilds: Collection[str], now: datetime) -> tuple[int, int]:
    """Note in which guilds on a platform the bot is, all of them; return how many it had left and come back to unseen.

    That is what happened while nobody listened. Where none of several is there any more, the platform is in trouble
    rather than everybody fed up, and nothing is changed.
    """
    known = select(places.c.guild, func.max(places.c.left_at)).where(
        places.c.guild.startswith(f"{platform}:", autoescape=True)
    )
    was = {guild: left_at for guild, left_at in connection.execute(known.group_by(places.c.guild))}  # noqa: C416
    stayed = [guild for guild, left_at in was.items() if left_at is None]
    gone = [guild for guild in stayed if guild not in guilds]
    if len(gone) == len(stayed) > 1:
        gone = []
    back = [guild for guild, left_at in was.items() if left_at is not None and guild in guilds]
    for guild in gone:
        leave(connection, guild, now)
    for guild in back:
        come_back(connection, guild)
    return len(gone), len(back)


def left(connection: Connection, before: datetime) -> list[str]:
    """Return the destinations in guilds that the bot left before then."""
    return list(connection.execute(select(places.c.destination).where(places.c.left_at < before)).scalars())


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def forget_some(connection: Connection, destination: str) -> int:
    """Remove some of what is kept for a destination and return how many rows; with the last of it, the place itself.

    What config.toml subscribes stays.
    """
    removed = 0
    for table, key in ((alerts, alerts.c.id), (messages, messages.c.case_id), (mutes, mutes.c.case_id)):
        there = [table.c.destination == destination]
        if table is alerts:
            there.append(alerts.c.state.in_(_STATES))  # which lets SQLite go by an index
        some = select(key).where(*there).limit(_AT_ONCE - removed)
        removed += connection.execute(delete(table).where(*there, key.in_(some))).rowcount
        if removed >= _AT_ONCE:
            return removed
    _end_wishes(connection, destination)
    connection.execute(delete(places).where(places.c.destination == destination))
    return removed


def kept_of(connection: Connection, person: str) -> Forgotten:
    """Return how much is kept of a person."""

    def rows(table: Table, column: Column[str], *more: object) -> int:
        counted = select(func.count()).select_from(table).where(column == person, *more)  # type: ignore[arg-type]
        return int(connection.execute(counted).scalar_one())

    own = subscriptions.c.destination
    return Forgotten(
        subscriptions=rows(subscriptions, own, subscriptions.c.configured.is_(False)),
        alerts=rows(alerts, alerts.c.destination),
        prefs=rows(prefs, prefs.c.destination),
        mutes=rows(mutes, mutes.c.destination),
        names=sum(rows(table, column) for table, column in _NAMES)
        - rows(subscriptions, subscriptions.c.maker, own == person, subscriptions.c.configured.is_(False)),
        configured=rows(subscriptions, own, subscriptions.c.configured),
    )


def forget_names(connection: Connection, person: str) -> None:
    """Take a person's name from what they made or did for others."""
    for table, column in _NAMES:
        connection.execute(update(table).where(column == person).values({column.name: None if column.nullable else ""}))


def _end_wishes(connection: Connection, destination: str) -> None:
    connection.execute(delete(prefs).where(prefs.c.destination == destination))
    kept.end_all(connection, destination)
