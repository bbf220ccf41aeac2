"""Every error that Claimwatch raises on purpose.

::

    ClaimwatchError
    ├── UserError            a person's command can't be answered; the text is for that person
    ├── ConfigError          config.toml or the environment; names the key, what was found, what is allowed
    ├── RuleError            a rule file; names file, rule and reason
    ├── FeedError            a feed can't be fetched or parsed; the text is what `claimwatch feeds` shows
    ├── StoreError           the database can't be opened, read or written
    └── DeliveryError        an alert could not be delivered
        ├── RetryLater       … now; try again after the seconds in `.after`
        │   └── Refused      … to anybody: the platform does not accept the bot, and an operator has to mend that
        └── DestinationGone  … and never will be: the channel is gone or closed to us

The text of each is one or two sentences for whoever can mend it: what is wrong and what to do. Errors of a library
are turned into these at the one edge that imports the library; a bug is let through.
"""

from __future__ import annotations


class ClaimwatchError(Exception):
    """The root: catch this to catch whatever Claimwatch raises on purpose."""


class UserError(ClaimwatchError):
    """A command can't be answered as it was written."""


class ConfigError(ClaimwatchError):
    """The configuration is not usable."""


class RuleError(ClaimwatchError):
    """A rule file is not usable."""


class FeedError(ClaimwatchError):
    """One feed could not be fetched or parsed.

    `after` is the number of seconds that the server asks to be left alone, or None when it does not say; `host` is who
    asks it for all its feeds, if somebody does. `gone` says that the outlet has withdrawn the feed for good.
    """

    def __init__(self, reason: str, *, after: float | None = None, host: str | None = None, gone: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.host = host
        self.gone = gone


class StoreError(ClaimwatchError):
    """The database can't be used."""


class DeliveryError(ClaimwatchError):
    """One alert could not be delivered."""


class RetryLater(DeliveryError):
    """The platform asks, or the fault suggests, to try again.

    `after` is the number of seconds the platform named, or None to leave it to the back-off.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Refused(RetryLater):
    """The platform does not accept the bot at all, for the reason in `code`, its own word for it."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


class DestinationGone(DeliveryError):
    """The destination does not exist any more or is closed to the bot; no retry will help."""
