"""For whom a command is meant: the channel it was written in ("here") or the person who wrote it ("me")."""

from __future__ import annotations

from bot.commands.context import Asker
from bot.errors import UserError


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
