"""For whom a command is meant: the channel it was written in ("here") or the person who wrote it ("me").

Of a channel for which something is kept it is noted to which guild it belongs, since that may be left one day.
"""

from __future__ import annotations

from bot.commands.context import Asker, Context
from bot.errors import UserError
from bot.store import places


def chosen(asker: Asker, wanted: str | None, *, instead: str) -> str:
    """Return the destination for "here", "me" or, where nothing is said, the place if the asker may decide for it.

    Raises UserError when it is not theirs to decide; `instead` is the command that would do for themselves.
    """
    if wanted == "me" or (wanted is None and not asker.keeps_place):
        return asker.person
    if not asker.keeps_place:
        raise UserError(f"What this channel is told is for those to decide who may manage it. For yourself: {instead}")
    return asker.place


def named(asker: Asker, destination: str) -> str:
    """How a destination is called when the asker is spoken to: "you", "this channel", or its address."""
    if destination == asker.person:
        return "you"
    return "this channel" if destination == asker.place else destination


async def note_guild(context: Context, destination: str) -> None:
    """Note to which guild a destination belongs for which something is kept now, as far as that is known."""
    asker = context.asker
    if asker.guild and destination == asker.place:
        await context.store.write(places.note, {destination: asker.guild})
