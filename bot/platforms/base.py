"""What the app and the delivery need of a platform."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bot.alerts.deliver import Poster


class Platform(Poster, Protocol):
    """A place where alerts are posted and commands are answered.

    `name` is the part of a destination before the colon: "discord" of "discord:1012345678901234567".
    """

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Connect; returns once alerts can be posted, or when the platform can't be reached now: it is tried for ever.

        Meanwhile posts raise RetryLater. Raises ConfigError when what is configured will never do.
        """

    async def stop(self) -> None:
        """Disconnect, within ten seconds; nothing can be posted after that. Does no harm when it was not started."""


@runtime_checkable
class Announcer(Protocol):
    """A platform that has to be told which slash commands there are."""

    @property
    def name(self) -> str: ...

    async def announce(self) -> int:
        """Tell the platform the slash commands anew and return how many there are. Raises DeliveryError."""
