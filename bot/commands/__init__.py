"""What people can ask: one function for each command, (context, arguments, page) → Card, the same for every platform.

`help.py` has the list of them, `dispatch.py` finds one by its name, `export.py` gives the answer as data.
"""

from bot.commands.context import Asker, Command, Context
from bot.commands.dispatch import answer
from bot.commands.help import COMMANDS

__all__ = ["COMMANDS", "Asker", "Command", "Context", "answer"]
