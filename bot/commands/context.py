"""What a command is given, and what is known of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.detect.lexicon import Lexicon
from bot.model import Card
from bot.store import Store


@dataclass(slots=True)
class Context:
    """Where a command finds its answer. `clock` gives the time, UTC, from which `since:30d` counts.

    There is one for as long as the bot runs. Its lexicon is replaced, as a whole, when a user's rules change.
    """

    store: Store
    lexicon: Lexicon
    clock: Callable[[], datetime]
    page_size: int = 5


class Run(Protocol):
    """A command's function: the words after its name, and which page of the answer, from 0."""

    def __call__(self, context: Context, arguments: str, page: int = 0) -> Awaitable[Card]: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A command, for its platforms and for help."""

    name: str
    run: Run
    help: str  # one line
    usage: str
    examples: tuple[str, ...]
