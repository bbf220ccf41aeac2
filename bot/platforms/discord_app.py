"""Discord through discord.py: one bot that posts alerts and answers the commands of the cogs it is given."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import lru_cache

import aiohttp
import discord
import structlog
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.errors import ConfigError, DestinationGone, RetryLater
from bot.model import Card
from bot.platforms.discord_card import draw
from bot.platforms.discord_errors import BROKEN, REFUSED, errors_of, unreachable
from bot.platforms.discord_found import Tried, find
from bot.platforms.discord_limits import Limiter, clear_routes_seldom

log = structlog.stdlib.get_logger(__name__)

_STOP_SECONDS = 9
_GREETING_SECONDS = 5  # that start() waits for Discord's greeting
_LONGEST_PAUSE = 300.0  # seconds between two attempts to log in or to connect

_UNKNOWN_MESSAGE = 10008
_NO_HISTORY = 160002  # a reply needs Read Message History; without it, it is posted by itself


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
        trace: aiohttp.TraceConfig | None = None,
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
            http_trace=trace or aiohttp.TraceConfig(),
        )
        clear_routes_seldom(self.http)
        self._add_cogs = add_cogs
        self._connected = connected

    async def setup_hook(self) -> None:
        """Add the cogs and tell Discord their slash commands; called by discord.py between login and connect."""
        await self._add_cogs(self)
        try:
            await self.tree.sync()
        except (discord.HTTPException, discord.RateLimited, RetryLater, *BROKEN) as error:
            # Those of an earlier start stay known, and prefix and mention need none.
            log.warning("slash commands could not be announced", reason=str(error))

    async def on_connect(self) -> None:
        """Called by discord.py at each READY."""
        self._connected()


class DiscordApp:
    """The Discord platform.

    Destinations are "discord:CHANNEL_ID", where a thread is a channel too, and "discord:user:USER_ID" for a person's
    direct messages.
    """

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
        self._settled = asyncio.Event()  # the first attempt has come to an end, good or bad
        self._limiter = Limiter(api_base)
        self._direct: dict[int, int] = {}  # the channels of people's direct messages
        self._tried = Tried()
        # discord.py keeps both on its classes: there is one Discord to a process.
        Route.BASE = api_base.rstrip("/")
        if gateway:  # the one for a new session; the first address always comes from the API
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)

    async def start(self) -> None:
        """Log in and connect, and go on to try for ever, as a task; returns when the first attempt has ended.

        Alerts can be posted from the login on, whether or not the gateway greets the bot. While Discord can't be
        reached, posts raise RetryLater. Where the message content intent is off, the bot runs without: mentions and
        slash commands go on working. Raises ConfigError for a token that Discord does not accept.
        """
        running = self._running = asyncio.create_task(self._run(), name="discord")
        settled = asyncio.create_task(self._settled.wait())
        try:
            await asyncio.wait({running, settled}, timeout=_GREETING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            settled.cancel()
        if running.done():
            running.result()
        running.add_done_callback(_tell_of_end)

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

        With `again`, what may have been posted longer ago is looked for in the channel first. Where a reply is not
        possible, since the message was deleted, say, the card is posted by itself. Raises RetryLater, DestinationGone,
        or DeliveryError when Discord refuses this one message.
        """
        with errors_of(destination):
            channel = await self._channel(destination)
            if self._tried.begin(key, again=again) and (found := await self._posted(channel, card, reply_to)):
                log.info("message was posted before", destination=destination, message=found)
            else:
                found = (await _send(channel, card, key, reply_to)).id
        self._tried.end(key)
        return str(found)

    async def edit(self, destination: str, message: str, card: Card) -> None:
        """Let the message show `card` now; where somebody deleted it, leave it so. Raises as `post` does."""
        with errors_of(destination):
            partial = (await self._channel(destination)).get_partial_message(int(message))
            try:
                await partial.edit(embed=_drawn(card))
            except discord.NotFound as error:
                if error.code != _UNKNOWN_MESSAGE:
                    raise
                log.info("message was deleted", destination=destination, message=message)

    async def announce(self) -> int:
        """Tell Discord the slash commands anew and return how many there are. Raises as `post` does."""
        if self._bot is None or self._bot.is_closed():
            raise RetryLater("Discord is not connected.")
        with errors_of("the slash commands"):
            return len(await self._bot.tree.sync())

    async def _channel(self, destination: str) -> discord.PartialMessageable:
        if self._bot is None or self._bot.is_closed():
            raise RetryLater("Discord is not connected.")
        *_, kind, number = destination.split(":")
        if not number.isdecimal() or kind not in ("discord", "user"):
            raise DestinationGone(
                f"{destination} is nothing on Discord; write discord: and the channel's number, or discord:user: and "
                "the person's."
            )
        channel = int(number) if kind == "discord" else await self._direct_channel(self._bot, int(number))
        return self._bot.get_partial_messageable(channel)

    async def _posted(self, channel: discord.PartialMessageable, card: Card, reply_to: str | None) -> int | None:
        bot = self._bot
        return await find(channel, bot.user.id, card, _drawn(card), reply_to) if bot and bot.user else None

    async def _direct_channel(self, bot: DiscordBot, person: int) -> int:
        if person not in self._direct:
            self._direct[person] = (await bot.create_dm(discord.Object(person))).id
        return self._direct[person]

    async def _run(self) -> None:
        message_content = True
        for pause in _pauses():
            try:
                await self._serve(message_content=message_content)
            except discord.PrivilegedIntentsRequired:
                log.warning(
                    "Discord withholds the text of messages; the bot answers slash commands and mentions only",
                    mend="switch on Message Content Intent at https://discord.com/developers/applications (Bot)",
                )
                message_content = False
                continue
            except discord.LoginFailure as error:
                raise ConfigError(REFUSED) from error
            except discord.ConnectionClosed as error:
                raise ConfigError(REFUSED if error.code == 4004 else f"Discord ended the session: {error}") from error
            except (discord.HTTPException, discord.RateLimited, *BROKEN) as error:
                log.warning("Discord not reached", reason=unreachable(error), again_in=round(pause))
            except RetryLater as error:
                log.warning("Discord not reached", reason=str(error), again_in=round(pause))
            else:
                return
            self._settled.set()
            await asyncio.sleep(pause)

    async def _serve(self, *, message_content: bool) -> None:
        """Log in, and be connected until the bot is closed; post from the login on."""
        async with DiscordBot(
            self._add_cogs,
            prefix=self._prefix,
            message_content=message_content,
            connected=self._settled.set,
            trace=self._limiter.trace(),
        ) as bot:
            await bot.login(self._token)
            self._bot = bot
            for pause in _pauses():
                try:
                    await bot.connect()
                # RecursionError: discord.py's own attempts nest, one in the other, at the first connection.
                except (discord.GatewayNotFound, discord.RateLimited, RetryLater, RecursionError, *BROKEN) as error:
                    log.warning("Discord's gateway not reached", reason=unreachable(error), again_in=round(pause))
                else:
                    return
                self._settled.set()
                await asyncio.sleep(pause)


def _pauses() -> Iterator[float]:
    """Seconds before each next attempt: doubled up to five minutes, and spread."""
    longest = 2.0
    while True:
        yield longest * random.uniform(0.5, 1.0)  # noqa: S311 - a spread, no secret
        longest = min(2 * longest, _LONGEST_PAUSE)


def _tell_of_end(running: asyncio.Task[None]) -> None:
    if not running.cancelled() and (error := running.exception()):
        log.error("Discord is gone until a restart", reason=str(error), exc_info=error)


@lru_cache(maxsize=16)
def _drawn(card: Card) -> discord.Embed:
    """The card as Discord shows it; an alert is the same for all its channels."""
    return draw(card)


async def _send(channel: discord.PartialMessageable, card: Card, key: str, reply_to: str | None) -> discord.Message:
    embed, ping, mentions = _drawn(card), None, discord.AllowedMentions.none()
    if card.mention:  # the one role that a subscription names, and nothing that a headline holds
        ping, mentions.roles = f"<@&{card.mention}>", [discord.Object(int(card.mention))]
    if reply_to is not None:
        there = channel.get_partial_message(int(reply_to)).to_reference(fail_if_not_exists=False)
        try:
            return await channel.send(
                ping, embed=embed, nonce=key, reference=there, allowed_mentions=mentions, mention_author=False
            )
        except discord.HTTPException as error:
            if error.code != _NO_HISTORY:
                raise
    return await channel.send(ping, embed=embed, nonce=key, allowed_mentions=mentions)
