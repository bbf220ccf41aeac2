"""Answers on Slack: what was asked → a command of `bot.commands` → a message with its buttons.

What a button asks for stands in its value, so a button goes on working after a restart and needs no memory here.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from bot.commands import COMMANDS, Context
from bot.commands.context import Asker, Command
from bot.commands.cooldown import Cooldown
from bot.commands.dispatch import check_allowed, command_of
from bot.commands.failures import failed
from bot.commands.find import find
from bot.commands.prefs import prefer_all
from bot.errors import DeliveryError, UserError
from bot.model import Card, Prefs
from bot.platforms.slack_card import Button, draw, draw_text
from bot.platforms.slack_words import all_text, links_of, typed

log = structlog.stdlib.get_logger(__name__)

Json = dict[str, Any]

_SLACK_SILENT = "Slack did not say whether you may do that. Try again in a minute."

NEXT, PREVIOUS, SHARE = "page:next", "page:previous", "share"
_PARTS = re.compile(r"[\s:]+")  # between a command and its words, as typed or in a button


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, its arguments, and the page of its answer."""

    name: str
    arguments: str
    page: int = 0

    @property
    def value(self) -> str:
        """As it stands in a button."""
        return f"{self.page}:{self.name}:{self.arguments}"

    @classmethod
    def of_value(cls, value: str) -> Asked:
        """What a button asks for; UserError for one of a version that meant something else by it."""
        page, _, rest = value.partition(":")
        name, _, arguments = rest.partition(":")
        if not page.isdecimal() or name not in COMMANDS:
            raise UserError("This button is too old to be understood. Ask again.")
        return cls(name, arguments, int(page))


@dataclass(frozen=True, slots=True)
class Answer:
    """A message, ready to be sent."""

    message: Json
    failed: bool = False  # it says what is wrong, and is for the person who asked
    decided: bool = False  # what the person is told may be another from now on


@dataclass(frozen=True, slots=True)
class Writer:
    """Who asks, and in which channel, by Slack's ids; on the Home tab it is "", no channel."""

    person: str
    channel: str

    @property
    def direct(self) -> bool:
        """Whether it is between the person and the bot alone."""
        return not self.channel or self.channel.startswith("D")

    @property
    def destination(self) -> str:
        """The person, as a destination."""
        return f"slack:{self.person}"


MayManage = Callable[[str, str], Awaitable[bool]]
"""Whether a person may manage a channel."""

MayPost = Callable[[str], Awaitable[bool]]
"""Whether the bot may post in a channel."""

_NOT_IN = ("membership in the channel: /invite it",)

_DECIDING = frozenset({"subscribe", "unsubscribe", "follow", "mute", "unmute", "prefs"})
"""Commands for everybody that may decide what the channel is told; Slack is asked for permissions only for these."""


class Answers:
    """Answers people. Each method returns what to say, whatever happens: an error becomes its sentence."""

    def __init__(self, context: Context, may_manage: MayManage, may_post: MayPost) -> None:
        self.context = context
        self.clock: Callable[[], float] = time.monotonic  # in seconds, for the cooldown
        self._cooldown = Cooldown()
        self._may_manage = may_manage
        self._may_post = may_post

    async def to_words(self, writer: Writer, words: str, *, private: bool = False, count: bool = True) -> Answer:
        """The answer to "claims russia"; `private`: only this person will see it, and may share it."""

        async def ask() -> Asked:
            command, arguments = command_of(words)
            return Asked(command.name, arguments)

        return await self._answer(writer, ask, words, private=private, count=count)

    async def to_message(self, writer: Writer, message: Json) -> Answer:
        """What is known about what somebody's message speaks of, for this person only."""

        async def ask() -> Asked:
            text = all_text(message)
            lines = "\n".join(typed(line) for line in text.splitlines())
            return Asked(*await find(self.context, lines, links_of(text)))

        return await self._answer(writer, ask, "find claims", private=True)

    async def to_page_button(self, writer: Writer, value: str, *, private: bool) -> Answer:
        """Another page of an answer. Whoever sees the answer may turn the page."""

        async def ask() -> Asked:
            return Asked.of_value(value)

        return await self._answer(writer, ask, value, private=private, count=False)

    async def to_share_button(self, writer: Writer, value: str, sharer: str) -> Answer:
        """An answer for everybody in the channel, with who shared it."""

        async def ask() -> Asked:
            return Asked.of_value(value)

        return await self._answer(writer, ask, value, sharer=sharer, count=False)

    async def to_prefs(self, writer: Writer, wanted: Prefs) -> Answer:
        """The answer to a person's preferences, all of which a form has set."""

        async def make() -> Answer:
            asker = Asker(writer.destination, writer.destination, keeps_place=True)
            return Answer(draw(await prefer_all(self.context.asked_by(asker), wanted)), decided=True)

        return await self._said(make, "prefs")

    async def may_decide(self, writer: Writer) -> bool:
        """Whether the channel is the person's to subscribe; what is theirs alone is no channel."""
        return not writer.direct and await self._may_manage(writer.person, writer.channel)

    async def _answer(
        self,
        writer: Writer,
        ask: Callable[[], Awaitable[Asked]],
        words: str,
        *,
        private: bool = False,
        sharer: str | None = None,
        count: bool = True,
    ) -> Answer:
        async def make() -> Answer:
            if count:
                place = None if private or writer.direct else f"slack:{writer.channel}"
                self._cooldown.count(writer.destination, place, self.clock())
            asked = await ask()
            command = COMMANDS[asked.name]
            asker = await self._asker(writer, command)
            check_allowed(asker, command)
            card = await command.run(self.context.asked_by(asker), asked.arguments, asked.page)
            message = draw(_shared(card, asked, sharer) if sharer else card, list(_buttons(card, asked, private)))
            return Answer(message, decided=asked.name in _DECIDING)

        return await self._said(make, words)

    async def _said(self, make: Callable[[], Awaitable[Answer]], words: str) -> Answer:
        """The answer that `make` gives; where it raises, what to tell the person. `words`: what was asked."""
        try:
            return await make()
        except Exception as error:  # the platform's edge
            return Answer({"text": draw_text(await _sentence(self.context, error, words))}, failed=True)

    async def _asker(self, writer: Writer, command: Command) -> Asker:
        place = writer.destination if writer.direct else f"slack:{writer.channel}"
        if command.who == "everyone" and (writer.direct or command.name not in _DECIDING):
            return Asker(writer.destination, place, keeps_place=writer.direct)
        may = await self._may_manage(writer.person, writer.channel)
        lacks = _NOT_IN if not writer.direct and not await self._may_post(writer.channel) else ()
        return Asker(writer.destination, place, "manager" if may else "everyone", may or writer.direct, lacks=lacks)


async def _sentence(context: Context, error: Exception, words: str) -> str:
    """What to tell a person about `error`; what is no fault of theirs is logged and told to the operators."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, DeliveryError):
        log.warning("permissions not known", command=words, reason=str(error))
        return _SLACK_SILENT
    return await failed(context, next((part for part in _PARTS.split(words) if part in COMMANDS), "a message"), error)


def _buttons(card: Card, asked: Asked, private: bool) -> Iterator[Button]:
    """Those that turn the pages, and one that shares an answer: a command that changes something is not given twice."""
    question = COMMANDS[asked.name].who == "everyone" and asked.name not in _DECIDING | {"forget"}
    if asked.page:
        yield Button("Previous page", PREVIOUS, dataclasses.replace(asked, page=asked.page - 1).value)
    if card.more:
        yield Button("Next page", NEXT, dataclasses.replace(asked, page=asked.page + 1).value)
    if private and question:
        yield Button("Share to channel", SHARE, asked.value)


def _shared(card: Card, asked: Asked, sharer: str) -> Card:
    by = f"shared by {sharer}: !{asked.name} {asked.arguments}".rstrip()
    return dataclasses.replace(card, footer=f"{card.footer} · {by}" if card.footer else by)
