"""`!forget me`: removes at once what is kept of the person who asks."""

from __future__ import annotations

from bot import cards_privacy
from bot.commands.context import Context
from bot.errors import UserError
from bot.model import Card
from bot.retention import forget as forget_destination
from bot.store.places import forget_names, kept_of


async def forget(context: Context, arguments: str, page: int = 0) -> Card:
    """Say what is kept of the asker, or with `me yes` remove it and say what that was; UserError for anything else."""
    words = arguments.casefold().split()
    if words not in (["me"], ["me", "yes"]):
        raise UserError("Only what is kept of yourself can be forgotten: write `forget me`.")
    person = context.asker.person
    kept = await context.store.read(kept_of, person)
    if words == ["me"] or not kept.anything:
        return cards_privacy.kept(kept)
    await forget_destination(context.store, person)
    await context.store.write(forget_names, person)
    return cards_privacy.forgotten(kept)
