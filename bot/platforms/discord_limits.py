"""Keeps all that the bot asks of Discord's API below Discord's limits, so that it is never told to stop.

discord.py keeps the limits of each route by itself, but not the one for the bot as a whole, nor the one on answers
that say no. This sits below discord.py, where its HTTP client lets others trace requests (`http_trace`): an alert, an
answer to a command and discord.py's own second tries all pass here, each once.

https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import structlog
from discord.http import HTTPClient

from bot.errors import RetryLater

log = structlog.stdlib.get_logger(__name__)

PER_SECOND = 50
"""Requests that a bot may make in a second."""

PACE = 48
"""Requests a second that are begun at most."""

_SECOND = 1.0
_CATCH_UP = 0.25  # seconds that requests may make good when they were late
_INVALID = frozenset({401, 403, 429})
_INVALID_SECONDS = 600.0
_INVALID_MOST = 5_000  # half of those that get the address banned
_UNAUTHORIZED_MOST = 10  # answers in a row that refuse the token; it will be the next time too
_UNAUTHORIZED_PAUSE = 60.0  # seconds
_CLEAR_SECONDS = 60.0
_LONGEST_WAIT = 30.0  # seconds; a longer one is the outbox's


class Limiter:
    """Lets requests to one API through when their turn has come.

    Two rules hold at once. A request counts until one second after its answer came, and at most 50 count: so there is
    no second in which more than 50 can have reached Discord, however long each was under way. And requests begin at an
    even pace of 48 a second, which leaves some room, but for what a busy moment held up.
    """

    def __init__(self, api_base: str) -> None:
        self._api = api_base.rstrip("/")
        self._turn = asyncio.Lock()  # first come, first served
        self._answered = asyncio.Event()
        self._under_way = 0
        self._recent: deque[float] = deque()  # when those of the last second were answered
        self._next = 0.0  # when the next one may begin
        self._closed_until = 0.0
        self._why_closed = ""
        self._invalid: deque[float] = deque()
        self._unauthorized = 0

    def trace(self) -> aiohttp.TraceConfig:
        """What an aiohttp session must be given, so that its requests to the API wait for their turn.

        A request that would have to wait for long raises RetryLater instead, with the seconds.
        """
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._begin)
        trace.on_request_end.append(self._end)
        trace.on_request_exception.append(self._break)
        return trace

    async def _begin(self, _session: Any, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams) -> None:
        address = str(request.url)
        context.counts = address.startswith(f"{self._api}/") and _counts(address.removeprefix(self._api))
        if not context.counts:
            return
        async with self._turn:
            while (pause := self._pause()) > 0:
                self._answered.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # not wait_for, which may lose a cancellation before Python 3.12
                        await self._answered.wait()
            now = _now()
            self._under_way += 1
            self._next = max(self._next, now - _CATCH_UP) + 1 / PACE

    def _pause(self) -> float:
        """Seconds until the next request may begin, or when to look again. Raises RetryLater when it is long."""
        now = _now()
        closed = self._closed_until - now
        if closed > _LONGEST_WAIT:
            raise RetryLater(self._why_closed, closed)
        while self._recent and self._recent[0] <= now - _SECOND:
            self._recent.popleft()
        if self._under_way + len(self._recent) < PER_SECOND:
            full = 0.0
        else:
            full = self._recent[0] + _SECOND - now if self._recent else _SECOND
        return max(closed, full, self._next - now)

    async def _end(self, _session: Any, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams) -> None:
        self._done(context)
        response = request.response
        if context.counts:
            self._unauthorized = self._unauthorized + 1 if response.status == 401 else 0
        if not str(request.url).startswith(f"{self._api}/") or response.status not in _INVALID:
            return
        if response.headers.get("X-RateLimit-Scope") != "shared":  # those don't count, say the docs
            self._note_invalid()
        if self._unauthorized >= _UNAUTHORIZED_MOST:
            self._close(_UNAUTHORIZED_PAUSE, "Discord does not accept the bot's token.")
        if response.status == 429 and ("Via" not in response.headers or "X-RateLimit-Global" in response.headers):
            self._close(_seconds(response), "Discord asks the whole bot to wait.")

    async def _break(self, _session: Any, context: SimpleNamespace, _request: object) -> None:
        self._done(context)

    def _done(self, context: SimpleNamespace) -> None:
        if context.counts:
            self._under_way -= 1
            self._recent.append(_now())
            self._answered.set()

    def _note_invalid(self) -> None:
        now = _now()
        self._invalid.append(now)
        while self._invalid[0] <= now - _INVALID_SECONDS:
            self._invalid.popleft()
        if len(self._invalid) >= _INVALID_MOST:
            self._close(
                self._invalid[0] + _INVALID_SECONDS - now,
                f"Discord refused {_INVALID_MOST} requests within ten minutes; at 10000 it would ban this address.",
            )

    def _close(self, seconds: float, why: str) -> None:
        until = _now() + seconds
        if until > self._closed_until:
            if self._closed_until <= _now():
                log.warning("requests to Discord held back", reason=why, seconds=round(seconds))
            self._closed_until, self._why_closed = until, why


def clear_routes_seldom(http: HTTPClient) -> None:
    """Let discord.py look for routes that are idle once a minute, and not with every new channel.

    It goes through the whole table each time: 1.8 ms of each message when an alert goes to 10,000 channels. Without
    this method, which is its own business, nothing is changed.
    """
    clear = getattr(http, "_try_clear_expired_ratelimits", None)
    if clear is None:
        return
    due = time.monotonic() + _CLEAR_SECONDS

    def seldom() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _CLEAR_SECONDS
            clear()

    http._try_clear_expired_ratelimits = seldom  # type: ignore[method-assign]


def _counts(path: str) -> bool:
    """Whether a request counts towards the bot's limit: answers to interactions don't, nor do webhooks."""
    return not path.startswith(("/interactions/", "/webhooks/"))


def _seconds(response: aiohttp.ClientResponse) -> float:
    try:
        return float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return 1.0


def _now() -> float:
    return asyncio.get_running_loop().time()
