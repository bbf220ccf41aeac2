"""Finds the command that a message asks for."""

from __future__ import annotations

from bot.commands.context import Asker, Command, Context
from bot.commands.help import COMMANDS, unknown_command
from bot.errors import UserError
from bot.model import Card


async def answer(context: Context, text: str, page: int = 0) -> Card:
    """The answer to "!claims russia", with or without the mark before it, in any case.

    Raises UserError for a command that does not exist, with the nearest that does, for one that is not the asker's to
    give, and whatever the command raises.
    """
    command, arguments = command_of(text)
    check_allowed(context.asker, command)
    return await command.run(context, arguments, page)


def command_of(text: str) -> tuple[Command, str]:
    """The command that `text` begins with, and the words after it; UserError when there is none such."""
    name, _, arguments = text.strip().removeprefix("!").removeprefix("/").strip().partition(" ")
    if not name:
        raise UserError("Write a command, as in !claims russia, or !help to see what there is.")
    if name.casefold() not in COMMANDS:
        raise unknown_command(name)
    return COMMANDS[name.casefold()], arguments.strip()


def check_allowed(asker: Asker, command: Command) -> None:
    """Raise UserError when the command is not the asker's to give."""
    if not asker.may(command):
        whose = "whoever manages this server" if command.who == "manager" else "whoever runs the bot"
        raise UserError(f"!{command.name} is for {whose}. !help shows what you can ask.")
