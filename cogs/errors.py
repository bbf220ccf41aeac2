"""What people are told when a command fails."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.commands import COMMANDS, Context
from bot.commands.cooldown import Cooldown, TooMuch
from bot.commands.failures import failed
from bot.commands.help import unknown_command
from bot.errors import RetryLater, UserError
from bot.platforms.discord_card import draw_text
from bot.platforms.discord_errors import BROKEN
from bot.queries.language import nearest

log = structlog.stdlib.get_logger(__name__)

UNSENDABLE = (discord.HTTPException, discord.InteractionResponded, discord.RateLimited, RetryLater, *BROKEN)
"""What sending an answer may raise: Discord, or the way to it, does not take it."""

CHANGED = "This command was changed. Reload Discord (Ctrl+R, or start the app anew) and try again."


class Errors(commands.Cog):
    """The one error handler. An error is treated by the first of these that fits:

    1. A command that does not exist: the nearest one is named. Silence where none is near, unless the bot was
       mentioned or written to directly: another bot may own that prefix and word.
    2. Too many commands from one person, or in one channel: when to try again. Said once, then silence, where all
       would read it.
    3. UserError, however often discord.py wrapped it: its sentence.
    4. Discord does not let the bot answer: what it lacks is said if that is possible at all.
    5. Discord does not take the answer, or is not reached: a line in the log.
    6. Everything else: an apology, a log with the traceback, and a word to the operators.
    """

    def __init__(self, context: Context, cooldown: Cooldown) -> None:
        self._context = context
        self._cooldown = cooldown

    @commands.Cog.listener()
    async def on_command_error(self, context: commands.Context[Any], error: commands.CommandError) -> None:
        """Called by discord.py for prefix and slash commands alike."""
        cause = cause_of(error)
        if isinstance(error, commands.CommandNotFound):
            if not _meant_for_us(context):
                return
            cause = self._too_much(context) or error
        if isinstance(cause, TooMuch) and not cause.first and context.interaction is None:
            return
        if isinstance(cause, discord.Forbidden):
            await _cannot_answer(context)
        elif sentence := await sentence_of(self._context, cause, context.invoked_with or ""):
            with suppress(*UNSENDABLE):
                await context.send(sentence, ephemeral=True)

    def _too_much(self, context: commands.Context[Any]) -> TooMuch | None:
        """Count what was no command, since it is answered too."""
        person, place = f"discord:user:{context.author.id}", f"discord:{context.channel.id}"
        try:
            self._cooldown.count(person, place, context.message.created_at.timestamp())
        except TooMuch as error:
            return error
        return None

    async def on_tree_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        """Called by discord.py for a slash command as another version of the bot had it."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            await say(interaction, CHANGED)
        elif sentence := await sentence_of(self._context, error, getattr(interaction.command, "name", "")):
            await say(interaction, sentence)


async def sentence_of(context: Context, error: BaseException, command: str) -> str | None:
    """What to tell a person about `error`, as Discord Markdown; None: it could not be told.

    What is no fault of theirs is logged and told to the operators.
    """
    cause = cause_of(error)
    if isinstance(cause, commands.CommandNotFound):
        return draw_text(str(unknown_command(command)))
    if isinstance(cause, UserError):
        return draw_text(str(cause))
    if isinstance(cause, commands.UserInputError):
        return draw_text(f"That was not understood. !help {command} shows how it is written.")
    if isinstance(cause, UNSENDABLE):
        log.warning("answer not taken", command=command, reason=str(cause) or type(cause).__name__)
        return None
    return await failed(context, command, cause)


async def say(interaction: discord.Interaction[Any], sentence: str) -> None:
    """Tell whoever pressed or typed something a sentence, and nobody else."""
    with suppress(*UNSENDABLE):
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)


def cause_of(error: BaseException) -> BaseException:
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
        with suppress(*UNSENDABLE):
            await context.send("To answer here, the bot needs the permission Embed Links.", ephemeral=True)
