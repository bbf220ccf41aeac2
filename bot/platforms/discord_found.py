"""Finds a message that an earlier try has posted, of which it is not known whether it arrived.

Discord knows a message again by its nonce for some minutes only, and keeps no nonce with it (discord.py#2451). So what
may have been tried longer ago is looked for among the newest messages of its channel, before it is posted again. Ours
is one that the bot wrote, that replies to the same message or to none, and that shows the same card; or, for a case's
own message, whose case may have changed since, one that shows the same case.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable

import discord

from bot.model import STATUSES, Card

NONCE_SECONDS = 60.0
"""For how long a nonce is relied on alone. Discord says "the past few minutes"
(https://docs.discord.com/developers/resources/message#create-message) and no number."""

_LOOKED_AT = 300  # messages of a channel: three requests
_KEPT = 20_000  # keys whose first try is remembered
_CASE = re.compile(r"(?:^|· )(Case \d+)(?: ·|:|$)")


class Tried:
    """Remembers since when this process tries each alert, so that a nonce is trusted while Discord surely knows it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: OrderedDict[str, float] = OrderedDict()

    def begin(self, key: str, *, again: bool) -> bool:
        """Note a try, and return whether an earlier one may have posted what the nonce does not bring back."""
        first = self._since.get(key)
        if first is None:
            self._since[key] = self._clock()
            if len(self._since) > _KEPT:
                self._since.popitem(last=False)
            return again
        return self._clock() - first > NONCE_SECONDS

    def end(self, key: str) -> None:
        """Forget one that was posted."""
        self._since.pop(key, None)


async def find(
    channel: discord.PartialMessageable, user: int, card: Card, shown: discord.Embed, reply_to: str | None
) -> int | None:
    """Return the id of the message by `user` that shows `card`, drawn as `shown`; None where there is none.

    Nor is it found where the bot lacks Read Message History: Discord then shows no messages, and does not say why.
    """
    async for message in channel.history(limit=_LOOKED_AT):
        if message.author.id == user and _is(message, card, shown, reply_to):
            return message.id
    return None


def _answers(message: discord.Message) -> str | None:
    reference = message.reference
    return None if reference is None or reference.message_id is None else str(reference.message_id)


def _is(message: discord.Message, card: Card, shown: discord.Embed, reply_to: str | None) -> bool:
    answers = _answers(message)
    if not message.embeds or answers not in (reply_to, None):
        return False
    there = message.embeds[0]
    if _texts(there) == _texts(shown):  # a reply may have been posted by itself
        return True
    case = _case_shown(shown)
    return card.status is not None and answers == reply_to and case is not None and case == _case_shown(there)


def _texts(embed: discord.Embed) -> tuple[object, ...]:
    """What an embed says; its addresses are left out, since Discord writes some of them otherwise."""
    fields = tuple((field.name, field.value) for field in embed.fields)
    return embed.title, embed.description, embed.footer.text, fields


def _case_shown(embed: discord.Embed) -> str | None:
    """Of a case's own message, which case it is: its title begins with the case's status, and its footer names it."""
    status = (embed.title or "").partition(":")[0].rstrip("\\").lower()
    named = _CASE.search(embed.footer.text or "")
    return named[1] if named and status in STATUSES else None
