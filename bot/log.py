"""Logs: an event and key=value, on standard error; never a token, never a password.

Whatever discord.py, apscheduler and aiohttp log through the standard library takes the same way.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "console", "logfmt", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

# Libraries that tell every step at "info": the scheduler its every tick, aiohttp its every request.
_CHATTY = ("aiohttp.access", "apscheduler", "asyncio", "alembic", "sqlalchemy")

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Discord bot tokens: the user's id, a timestamp and an HMAC in base64url with dots between
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    # Slack: xoxb-, xoxp-, xoxe.xoxb-1-, xapp-1-
    (re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w-]{8,}"), "[token]"),
    # webhook addresses are themselves the password
    (re.compile(r"(discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/)[\w-]+", re.IGNORECASE), r"\1[token]"),
    (re.compile(r"(hooks\.slack(?:-gov)?\.com/)[\w/-]+", re.IGNORECASE), r"\1[token]"),
    # user:password@host and key@host, up to the last @ before the path
    (re.compile(r"(?<=://)[^/?#\s\"'<>]+@"), "[login]@"),
    (re.compile(r"\b[\w.-]+:[^/?#\s\"'<>@]+@(?=[\w\[])"), "[login]@"),  # without its "://"
    # private feeds often carry their key in the query
    (
        re.compile(
            r"([?&](?:access_?token|api_?key|auth|key|password|secret|sig|signature|token)=)[^&#\s\"'<>]+",
            re.IGNORECASE,
        ),
        r"\1[token]",
    ),
)


def redact(text: str) -> str:
    """Return `text` without what looks like a token, a webhook's secret, or a login in an address."""
    for shape, instead in _SECRETS:
        text = shape.sub(instead, text)
    return text


def set_up(level: LogLevel = "info", style: LogFormat = "auto", stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (standard error), at `level` and above.

    "auto" draws for people on a terminal and writes logfmt, a line an event, everywhere else.
    """
    stream = stream or sys.stderr
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(style, stream), _redacted],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _renderers(style: LogFormat, stream: TextIO) -> list[Processor]:
    terminal = stream.isatty()
    if style == "console" or (style == "auto" and terminal):
        # The plain traceback: rich's shows local variables, and a token can be one of them.
        return [
            structlog.dev.ConsoleRenderer(
                colors=terminal, exception_formatter=structlog.dev.plain_traceback, pad_event_to=40
            )
        ]
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    order = ["timestamp", "level", "logger", "event"]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=order, drop_missing=True),
    ]


def _redacted(_logger: WrappedLogger, _method: str, line: EventDict | str) -> Any:
    """Last of all, on the finished line: so no key, value, traceback or repr escapes it."""
    return redact(str(line))
