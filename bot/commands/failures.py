"""What happens when a command fails through no fault of the person's: an apology, a log, a word to the operators."""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog

from bot.commands.context import Context
from bot.log import redact
from bot.model import Card, Line, Section, Text
from bot.store import alerts

log = structlog.stdlib.get_logger(__name__)

SORRY = "Something went wrong on our side; it was noted."
"""What the person is told."""

_ROOT = Path(__file__).resolve().parents[2]
_CONSOLE = "console"


async def failed(context: Context, command: str, error: BaseException) -> str:
    """Log `error` with its traceback, owe the operators a card, and return the sentence for the person.

    The card names the command, the kind of error and where it arose; it comes once an hour for each of these. The
    traceback stands in it only where the operators read it on the machine itself. Never raises.
    """
    log.error("command failed", command=command, exc_info=error)
    if context.operators:
        now = context.clock()
        card = _card(command, error, whole=context.operators == _CONSOLE)
        event = f"failed {command} {type(error).__name__} {_where(error)} {now:%Y-%m-%dT%H}"
        try:
            await context.store.write(alerts.owe, [alerts.notice(context.operators, card, event)], now)
        except Exception:  # the store may be what failed
            log.exception("operators not told", command=command)
    return SORRY


def _card(command: str, error: BaseException, *, whole: bool) -> Card:
    lines: list[Line] = [
        (Text(type(error).__name__, "strong"), Text(" at "), Text(_where(error), "code")),
        (Text("The log has the traceback. Further ones of this kind are told once an hour."),),
    ]
    sections = [Section(None, tuple(lines))]
    if whole:
        told = redact("".join(traceback.format_exception(error))).splitlines()
        sections.append(Section("Traceback", tuple((Text(line),) for line in told if line.strip())))
    return Card(title=f"A command failed: {command}", sections=tuple(sections))


def _where(error: BaseException) -> str:
    """The innermost line of ours that it came through: "bot/store/ask.py:41"; "?" where there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
            return f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return "?"
