"""What a command is given, and what is known of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol, get_args

from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.feeds.desk import FeedDesk
from bot.model import Card
from bot.rules_watch import Reloaded
from bot.store import Store
from bot.syncing import Synced

Role = Literal["everyone", "manager", "owner"]
"""Who somebody is: anybody, one who may manage this server's channels, or one who runs the bot; each may do more."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, and what that person may do. The platform fills it in, and it alone knows whether it is so."""

    person: str  # as a destination: "discord:user:42", "slack:U42", "console"
    place: str  # the destination to which the answer goes: "discord:123"
    role: Role = "everyone"
    keeps_place: bool = False  # whether they may decide what the place is told: Manage Channels, or it is theirs
    guild: str | None = None  # the server or workspace that the place belongs to: "discord:guild:9"; None: in private
    lacks: tuple[str, ...] | None = None  # rights that the bot needs in the place and has not; None: can't be told

    def may(self, command: Command) -> bool:
        """Whether the command is theirs to give."""
        return ROLES.index(self.role) >= ROLES.index(command.who)


OPERATOR = Asker("console", "console", "owner", keeps_place=True)
"""Whoever has a terminal on the machine."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What commands may do to the bot itself. The app fills it in."""

    wake: Callable[[], None]  # lets what is owed be delivered now and not at the next look
    lexicon: Callable[[], Lexicon]  # of the rules that are in use now
    reload_rules: Callable[[], Awaitable[Reloaded | None]]  # None: no folder of a user's rules is configured
    sync: Callable[[], Awaitable[Synced]]  # raises ConfigError
    announce: Callable[[], Awaitable[Mapping[str, int]]]  # slash commands, by platform; raises DeliveryError


@dataclass(slots=True)
class Context:
    """Where a command finds its answer. `clock` gives the time, UTC, from which `since:30d` counts.

    There is one for as long as the bot runs. Its lexicon is replaced, as a whole, when a user's rules change. Each
    command that a platform passes on gets a copy, made by `asked_by`, that knows who asks.
    """

    store: Store
    lexicon: Lexicon
    clock: Callable[[], datetime]
    page_size: int = 5
    asker: Asker = OPERATOR
    desk: FeedDesk | None = None  # None: feeds can't be asked from here
    controls: Controls | None = None  # None: there is no bot around it
    told: Callable[[str, str], None] = lambda *_: None  # hears of each command how it was answered

    def asked_by(self, asker: Asker) -> Context:
        """This context for one command that `asker` gives."""
        return replace(self, asker=asker)


class Run(Protocol):
    """A command's function: the words after its name, and which page of the answer, from 0."""

    def __call__(self, context: Context, arguments: str, page: int = 0) -> Awaitable[Card]: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A command, for its platforms and for help."""

    name: str
    function: Run
    help: str  # one line
    usage: str
    examples: tuple[str, ...]
    who: Role = "everyone"  # may give it, and those above

    async def run(self, context: Context, arguments: str, page: int = 0) -> Card:
        """Answer the command, whoever gives it, and let the context hear how that went. Raises what it raises."""
        outcome = "failed"
        try:
            card = await self.function(context, arguments, page)
            outcome = "answered"
        except UserError:
            outcome = "mistaken"
            raise
        finally:
            context.told(self.name, outcome)
        return card
