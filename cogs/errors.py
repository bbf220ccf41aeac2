"""What people are told when a command fails."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import discord
import structlog
from discord.ext import commands

from bot.commands import COMMANDS
from bot.commands.help import unknown_command
from bot.errors import UserError
from bot.platforms.discord_card import draw_text
from bot.queries.language import nearest

log = structlog.stdlib.get_logger(__name__)

SORRY = "Something went wrong on our side; it was noted."


class Errors(commands.Cog):
    """The one error handler. An error is treated by the first of these that fits:

    1. A command that does not exist: the nearest one is named. Silence where none is near, unless the bot was
       mentioned or written to directly: another bot may own that prefix and word.
    2. Too many commands from one person: when to try again.
    3. UserError, however often discord.py wrapped it: its sentence.
    4. Discord does not let the bot answer: what it lacks is said if that is possible at all.
    5. Everything else: an apology, and a log with the traceback.
    """

    @commands.Cog.listener()
    async def on_command_error(self, context: commands.Context[Any], error: commands.CommandError) -> None:
        """Called by discord.py for prefix and slash commands alike."""
        if isinstance(error, commands.CommandNotFound) and not _meant_for_us(context):
            return
        cause = _cause(error)
        if isinstance(cause, discord.Forbidden):
            await _cannot_answer(context)
            return
        with suppress(discord.Forbidden):
            await context.send(sentence_of(error, context.invoked_with or ""), ephemeral=True)


def sentence_of(error: Exception, command: str) -> str:
    """What to tell a person about `error`, as Discord Markdown; what is no fault of theirs is logged."""
    cause = _cause(error)
    if isinstance(cause, commands.CommandNotFound):
        return draw_text(str(unknown_command(command)))
    if isinstance(cause, commands.CommandOnCooldown):
        return f"That was much at once. Try again in {cause.retry_after:.0f} s."
    if isinstance(cause, UserError):
        return draw_text(str(cause))
    log.error("command failed", command=command, exc_info=cause)
    return SORRY


def _cause(error: BaseException) -> BaseException:
    """What was raised first: discord.py wraps an error once in a prefix command and twice in a slash command."""
    while (inner := getattr(error, "original", None)) is not None:
        error = inner
    return error


def _meant_for_us(context: commands.Context[Any]) -> bool:
    mentioned = (context.prefix or "").startswith("<@")
    return mentioned or context.guild is None or nearest(context.invoked_with or "", COMMANDS) is not None


async def _cannot_answer(context: commands.Context[Any]) -> None:
    log.info("may not answer in a channel", channel=context.channel.id)
    if context.bot_permissions.send_messages:
        with suppress(discord.Forbidden):
            await context.send("To answer here, the bot needs the permission Embed Links.", ephemeral=True)
