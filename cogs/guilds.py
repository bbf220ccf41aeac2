"""Notes which guilds the bot is in, joins and leaves, so that what a guild wanted goes when the bot is gone for long.

A guild that is only unavailable is an outage of Discord's, and no leaving: discord.py tells of it by other events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import discord
import structlog
from discord.ext import commands

from bot.commands import Context
from bot.errors import StoreError
from bot.store import places

log = structlog.stdlib.get_logger(__name__)


class Guilds(commands.Cog):
    """Listens for joins and leaves, and looks at each start what it missed."""

    def __init__(self, bot: commands.AutoShardedBot, context: Context) -> None:
        self._bot = bot
        self._context = context

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Called by discord.py when all guilds are known: those without their channels yet are in `guilds` too."""
        store, now = self._context.store, self._context.clock()
        guilds = {_name(guild.id) for guild in self._bot.guilds}
        with _told_in_log():
            here = dict(self._known(await store.read(places.in_use, "discord")))
            await store.write(places.note, here)
            left, back = await store.write(places.be_in, "discord", guilds, now)
            if left or back:
                log.info("guilds changed meanwhile", left=left, came_back=back)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Called by discord.py when somebody invites the bot."""
        with _told_in_log():
            destinations = await self._context.store.write(places.come_back, _name(guild.id))
            log.info("joined a guild", guild=guild.id, come_back=destinations)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Called by discord.py when the bot is removed from a guild, or leaves it."""
        channels: Iterable[Any] = (*guild.channels, *guild.threads)
        store, name = self._context.store, _name(guild.id)
        with _told_in_log():
            used = {f"discord:{channel.id}" for channel in channels} & {*await store.read(places.in_use, "discord")}
            await store.write(places.note, dict.fromkeys(used, name))
            destinations = await store.write(places.leave, name, self._context.clock())
            log.info("left a guild", guild=guild.id, destinations=destinations)

    def _known(self, destinations: Iterable[str]) -> Iterable[tuple[str, str]]:
        for destination in destinations:
            number = destination.rpartition(":")[2]
            channel = self._bot.get_channel(int(number)) if destination == f"discord:{number}" else None
            guild = getattr(channel, "guild", None)
            if guild is not None:
                yield destination, _name(guild.id)


def _name(guild: int) -> str:
    return f"discord:guild:{guild}"


@contextmanager
def _told_in_log() -> Iterator[None]:
    """Trouble with the store ends nothing here: the next start finds out what was missed."""
    try:
        yield
    except StoreError as error:
        log.warning("guilds not noted", reason=str(error))
