"""Discord through discord.py: one bot that posts alerts and answers the commands of the cogs it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import aiohttp
import discord
import structlog
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.errors import ConfigError, DeliveryError, DestinationGone, RetryLater
from bot.model import Card
from bot.platforms.discord_card import draw

log = structlog.stdlib.get_logger(__name__)

_STOP_SECONDS = 9

# What no retry mends: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_GONE: Mapping[int, str] = {
    10003: "the channel does not exist any more",
    10004: "the server does not exist any more",
    50001: "the bot may not see the channel; invite it to the server and give it View Channel",
    50007: "that person takes no messages from the bot",
    50008: "it is no text channel",
    50013: "the bot lacks a permission there; it needs View Channel, Send Messages and Embed Links",
    50083: "the thread is archived",
    160005: "the thread is locked",
}
# What time mends though the status does not say so: slow mode, a channel's write limit, too many edits of an old
# message, an overloaded service.
_WAIT = frozenset({20016, 20028, 30046, 130000})

_UNKNOWN_MESSAGE = 10008
_NO_HISTORY = 160002  # a reply needs Read Message History; without it, it is posted by itself

# What discord.py lets through of the connection under it.
_BROKEN = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError

_REFUSED = (
    "Discord does not accept `token` in [discord]. Copy the bot's token anew from "
    "https://discord.com/developers/applications (Bot, Reset Token)."
)


class DiscordBot(commands.AutoShardedBot):
    """discord.py's bot with our settings: nobody is pinged, nobody is remembered, cogs and slash commands set up.

    `connected` is called each time Discord has greeted the bot.
    """

    def __init__(
        self,
        add_cogs: Callable[[commands.AutoShardedBot], Awaitable[None]],
        *,
        prefix: str = "!",
        message_content: bool = True,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)
        super().__init__(
            commands.when_mentioned_or(prefix),
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            case_insensitive=True,
            strip_after_prefix=True,
            max_ratelimit_timeout=30,  # a longer wait is the outbox's: it survives a restart
        )
        self._add_cogs = add_cogs
        self._connected = connected

    async def setup_hook(self) -> None:
        """Add the cogs and tell Discord their slash commands; called by discord.py between login and connect."""
        await self._add_cogs(self)
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            # Those of an earlier start stay known, and prefix and mention need none.
            log.warning("slash commands could not be announced", reason=str(error))

    async def on_connect(self) -> None:
        """Called by discord.py at each READY."""
        self._connected()


class DiscordApp:
    """The Discord platform. Destinations are "discord:CHANNEL_ID"; a thread is a channel too."""

    name = "discord"

    def __init__(
        self,
        token: str,
        add_cogs: Callable[[commands.AutoShardedBot], Awaitable[None]],
        *,
        prefix: str = "!",
        api_base: str = Route.BASE,
        gateway: str | None = None,
    ) -> None:
        self._token = token
        self._add_cogs = add_cogs
        self._prefix = prefix
        self._bot: DiscordBot | None = None
        self._running: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        # discord.py keeps both on its classes: there is one Discord to a process.
        Route.BASE = api_base.rstrip("/")
        if gateway:  # the one for a new session; the first address always comes from the API
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)

    async def start(self) -> None:
        """Log in and connect; returns when Discord has greeted the bot, which then runs as a task.

        Where the message content intent is off, the bot runs without: mentions and slash commands go on working.
        Raises ConfigError for a token that Discord does not accept, RetryLater when Discord can't be reached.
        """
        running = self._running = asyncio.create_task(self._run(), name="discord")
        running.add_done_callback(self._tell_of_end)
        greeted = asyncio.create_task(self._connected.wait())
        try:
            await asyncio.wait({running, greeted}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            greeted.cancel()
        if running.done():
            running.result()

    async def stop(self) -> None:
        """Close the connection, within ten seconds."""
        running, self._running = self._running, None
        if running is None:
            return
        # First close, then cancel: while it reconnects, discord.py swallows a cancellation, unless the bot is closed.
        if self._bot is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await self._bot.close()
        running.cancel()
        await asyncio.wait({running}, timeout=1)

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        """Post `card` and return the message's id; the same `key` again within minutes gives the first message's.

        Where a reply is not possible, since the message was deleted, say, the card is posted by itself. Raises
        RetryLater, DestinationGone, or DeliveryError when Discord refuses this one message.
        """
        channel = self._channel(destination)
        with _errors_of(destination):
            message = await _send(channel, draw(card), key, reply_to)
        return str(message.id)

    async def edit(self, destination: str, message: str, card: Card) -> None:
        """Let the message show `card` now; where somebody deleted it, leave it so. Raises as `post` does."""
        partial = self._channel(destination).get_partial_message(int(message))
        with _errors_of(destination):
            try:
                await partial.edit(embed=draw(card))
            except discord.NotFound as error:
                if error.code != _UNKNOWN_MESSAGE:
                    raise
                log.info("message was deleted", destination=destination, message=message)

    def _channel(self, destination: str) -> discord.PartialMessageable:
        if self._bot is None or self._bot.is_closed():
            raise RetryLater("Discord is not connected.")
        _, _, channel = destination.partition(":")
        if not channel.isdecimal():
            raise DestinationGone(f"{destination} is no Discord channel; write discord: and the channel's number.")
        return self._bot.get_partial_messageable(int(channel))

    async def _run(self) -> None:
        try:
            try:
                await self._serve(message_content=True)
            except discord.PrivilegedIntentsRequired:
                log.warning(
                    "Discord withholds the text of messages; the bot answers slash commands and mentions only",
                    mend="switch on Message Content Intent at https://discord.com/developers/applications (Bot)",
                )
                await self._serve(message_content=False)
        except discord.LoginFailure as error:
            raise ConfigError(_REFUSED) from error
        except discord.ConnectionClosed as error:
            raise ConfigError(_REFUSED if error.code == 4004 else f"Discord ended the session: {error}") from error
        except (discord.HTTPException, discord.RateLimited, discord.GatewayNotFound, *_BROKEN) as error:
            raise _unreachable(error) from error

    async def _serve(self, *, message_content: bool) -> None:
        async with DiscordBot(
            self._add_cogs,
            prefix=self._prefix,
            message_content=message_content,
            connected=self._connected.set,
        ) as self._bot:
            await self._bot.login(self._token)
            await self._bot.connect()

    def _tell_of_end(self, running: asyncio.Task[None]) -> None:
        # Before the greeting, start() raises it.
        if not running.cancelled() and (error := running.exception()) and self._connected.is_set():
            log.error("Discord is gone until a restart", reason=str(error), exc_info=error)


async def _send(
    channel: discord.PartialMessageable, embed: discord.Embed, key: str, reply_to: str | None
) -> discord.Message:
    if reply_to is not None:
        there = channel.get_partial_message(int(reply_to)).to_reference(fail_if_not_exists=False)
        try:
            return await channel.send(embed=embed, nonce=key, reference=there, mention_author=False)
        except discord.HTTPException as error:
            if error.code != _NO_HISTORY:
                raise
    return await channel.send(embed=embed, nonce=key)


@contextmanager
def _errors_of(destination: str) -> Iterator[None]:
    """Turn discord.py's errors, and those of the connection under it, into ours."""
    try:
        yield
    except discord.RateLimited as error:
        raise RetryLater("Discord asks to wait.", error.retry_after) from error
    except discord.HTTPException as error:
        raise _delivery_error(destination, error) from error
    except _BROKEN as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> RetryLater:
    return RetryLater(f"Discord can't be reached: {str(error) or type(error).__name__}")


def _delivery_error(destination: str, error: discord.HTTPException) -> DeliveryError:
    if error.code in _GONE:
        return DestinationGone(f"{destination}: {_GONE[error.code]} (Discord's error {error.code}).")
    if error.status == 401:
        return RetryLater(_REFUSED)
    if error.status == 429 or error.status >= 500 or error.code in _WAIT:
        return RetryLater(f"Discord could not take the message now ({error.status}, error {error.code}).", _wait(error))
    return DeliveryError(f"Discord refused the message to {destination} (error {error.code}): {error.text[:300]}")


def _wait(error: discord.HTTPException) -> float | None:
    """The seconds that Discord names; discord.py waits by itself at its own 429s, not at those of the proxy before."""
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
