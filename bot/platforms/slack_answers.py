"""Answers on Slack: what was asked → a command of `bot.commands` → a message with its buttons.

What a button asks for stands in its value, so a button goes on working after a restart and needs no memory here.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from bot.commands import COMMANDS, Context
from bot.commands.context import Asker, Command
from bot.commands.dispatch import check_allowed, command_of
from bot.commands.find import find
from bot.errors import UserError
from bot.model import Card
from bot.platforms.slack_card import Button, draw, draw_text
from bot.platforms.slack_words import all_text, links_of, typed

log = structlog.stdlib.get_logger(__name__)

Json = dict[str, Any]

SORRY = "Something went wrong on our side; it was noted."

NEXT, PREVIOUS, SHARE = "page:next", "page:previous", "share"
_USES, _SECONDS = 5, 10.0  # a person's: enough to read on, too few to flood a channel
_PEOPLE = 10_000  # whose uses are remembered


class TooMuch(UserError):
    """A person asked too often."""


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
    """A message, ready to be sent; `failed`: it says what is wrong, and is for the person who asked."""

    message: Json
    failed: bool = False


class Cooldown:
    """Counts what each person asks; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._uses: dict[str, deque[float]] = {}

    def count(self, person: str) -> None:
        """Note one use; raise TooMuch when there were too many of late."""
        now = self.clock()
        if len(self._uses) > _PEOPLE:
            self._uses = {one: uses for one, uses in self._uses.items() if now - uses[-1] < _SECONDS}
        uses = self._uses.setdefault(person, deque(maxlen=_USES))
        if len(uses) == _USES and (wait := uses[0] + _SECONDS - now) > 0:
            raise TooMuch(f"That was much at once. Try again in {max(wait, 1):.0f} s.")
        uses.append(now)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who asks, and in which channel, by Slack's ids."""

    person: str
    channel: str

    @property
    def direct(self) -> bool:
        """Whether it is a conversation with the bot alone."""
        return self.channel.startswith("D")


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
        self.cooldown = Cooldown()
        self._may_manage = may_manage
        self._may_post = may_post

    async def to_words(self, writer: Writer, words: str, *, private: bool = False) -> Answer:
        """The answer to "claims russia"; `private`: only this person will see it, and may share it."""

        async def ask() -> Asked:
            command, arguments = command_of(words)
            return Asked(command.name, arguments)

        return await self._answer(writer, ask, words, private=private)

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
        try:
            if count:
                self.cooldown.count(writer.person)
            asked = await ask()
            command = COMMANDS[asked.name]
            asker = await self._asker(writer, command)
            check_allowed(asker, command)
            card = await command.run(self.context.asked_by(asker), asked.arguments, asked.page)
            message = draw(_shared(card, asked, sharer) if sharer else card, list(_buttons(card, asked, private)))
        except Exception as error:  # the platform's edge
            return Answer({"text": draw_text(_sentence(error, words))}, failed=True)
        return Answer(message)

    async def _asker(self, writer: Writer, command: Command) -> Asker:
        person = f"slack:{writer.person}"
        place = person if writer.direct else f"slack:{writer.channel}"
        if command.who == "everyone" and (writer.direct or command.name not in _DECIDING):
            return Asker(person, place, keeps_place=writer.direct)
        may = await self._may_manage(writer.person, writer.channel)
        lacks = _NOT_IN if not writer.direct and not await self._may_post(writer.channel) else ()
        return Asker(person, place, "manager" if may else "everyone", may or writer.direct, lacks=lacks)


def _sentence(error: Exception, words: str) -> str:
    """What to tell a person about `error`; what is no fault of theirs is logged."""
    if isinstance(error, UserError):
        return str(error)
    log.error("command failed", command=words, exc_info=error)
    return SORRY


def _buttons(card: Card, asked: Asked, private: bool) -> Iterator[Button]:
    if asked.page:
        yield Button("Previous page", PREVIOUS, dataclasses.replace(asked, page=asked.page - 1).value)
    if card.more:
        yield Button("Next page", NEXT, dataclasses.replace(asked, page=asked.page + 1).value)
    if private:
        yield Button("Share to channel", SHARE, asked.value)


def _shared(card: Card, asked: Asked, sharer: str) -> Card:
    by = f"shared by {sharer}: !{asked.name} {asked.arguments}".rstrip()
    return dataclasses.replace(card, footer=f"{card.footer} · {by}" if card.footer else by)
