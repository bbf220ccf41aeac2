"""What Discord's errors mean for an alert: try again later, the destination is gone, or it refuses this one message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import DeliveryError, DestinationGone, RetryLater

# What no retry mends: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_GONE: Mapping[int, str] = {
    10003: "the channel does not exist any more",
    10004: "the server does not exist any more",
    10013: "that person does not exist any more",
    50001: "the bot may not see the channel; invite it to the server and give it View Channel",
    50007: "that person takes no messages from the bot",
    50008: "it is no text channel",
    50013: "the bot lacks a permission there; it needs View Channel, Send Messages and Embed Links",
    50033: "that person can't be written to",
    50083: "the thread is archived",
    160005: "the thread is locked",
}
# What time mends though the status does not say so: slow mode, a channel's write limit, too many edits of an old
# message, direct messages opened too fast, an overloaded service.
_WAIT = frozenset({20016, 20028, 30046, 40003, 130000})

BROKEN = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError
"""What discord.py lets through of the connection under it."""

REFUSED = (
    "Discord does not accept `token` in [discord]. Copy the bot's token anew from "
    "https://discord.com/developers/applications (Bot, Reset Token)."
)
"""What to do about a wrong token."""


@contextmanager
def errors_of(destination: str) -> Iterator[None]:
    """Turn discord.py's errors, and those of the connection under it, into ours."""
    try:
        yield
    except discord.RateLimited as error:
        raise RetryLater("Discord asks to wait.", error.retry_after) from error
    except discord.HTTPException as error:
        raise _delivery_error(destination, error) from error
    except BROKEN as error:
        raise RetryLater(unreachable(error)) from error


def unreachable(error: Exception) -> str:
    """The sentence for a Discord that does not answer."""
    return f"Discord can't be reached: {str(error) or type(error).__name__}"


def _delivery_error(destination: str, error: discord.HTTPException) -> DeliveryError:
    if error.code in _GONE:
        return DestinationGone(f"{destination}: {_GONE[error.code]} (Discord's error {error.code}).")
    if error.status == 401:
        return RetryLater(REFUSED)
    if error.status == 429 or error.status >= 500 or error.code in _WAIT:
        return RetryLater(f"Discord could not take the message now ({error.status}, error {error.code}).", _wait(error))
    return DeliveryError(f"Discord refused the message to {destination} (error {error.code}): {error.text[:300]}")


def _wait(error: discord.HTTPException) -> float | None:
    """The seconds that Discord names; discord.py waits by itself at its own 429s, not at those of the proxy before."""
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
