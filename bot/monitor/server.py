"""Serves what monitoring asks for, as soon as the bot begins to start:

| address | answers |
| --- | --- |
| /metrics | what `metrics.py` counts, for Prometheus |
| /healthz | 200 while the bot lives: its event loop answers, its deliveries and its schedule run; else 503 |
| /readyz | 200 once it has started, until it is stopped, while the database can be read; else 503 |

The last two answer with JSON that names what is wrong or still to come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Self

import structlog
from aiohttp import web

from bot.errors import ConfigError, StoreError
from bot.monitor.metrics import Metrics
from bot.store import Store
from bot.store.measures import Measures, answers, measures

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.5  # between two looks how late the event loop is
_READ_SECONDS = 5.0  # that the database may take to answer


class Monitor:
    """Knows how far the bot's start has come and which of its parts run; open it with `async with`.

    Without an address it listens nowhere, and only counts.
    """

    def __init__(self, address: str | None, clock: Callable[[], datetime]) -> None:
        self.metrics = Metrics()
        self.port: int | None = None  # where it listens
        self._address = address
        self._clock = clock
        self._store: Store | None = None
        self._waits = {"database": "is being opened", "schedule": "is still to be made"}
        self._runs: dict[str, Callable[[], bool]] = {}
        self._runner: web.AppRunner | None = None
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._address:
            self.port = await self._listen(self._address)
            self._looking = asyncio.create_task(self._look_at_loop())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._looking:
            self._looking.cancel()
        if self._runner:
            await self._runner.cleanup()

    # ── what the bot tells ───────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, store: Store, platforms: list[str]) -> None:
        """The database is open, and these platforms are to be started."""
        self._store = store
        del self._waits["database"]
        self._waits |= dict.fromkeys(platforms, "is being started")
        self.metrics.expect(platforms)

    def done(self, what: str) -> None:
        """A platform was started, or the schedule made."""
        self._waits.pop(what, None)

    def watch(self, what: str, runs: Callable[[], bool]) -> None:
        """The bot lives only as long as this part of it runs."""
        self._runs[what] = runs

    def stopping(self) -> None:
        """The bot is about to stop."""
        self._runs.clear()
        self._waits["bot"] = "is being stopped"

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _listen(self, address: str) -> int:
        app = web.Application()
        app.add_routes(
            [
                web.get("/metrics", self._on_metrics),
                web.get("/healthz", self._on_health),
                web.get("/readyz", self._on_ready),
            ]
        )
        runner = self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        host, _, port = address.rpartition(":")
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await runner.cleanup()
            reason = error.strerror or "there is no such address"
            raise ConfigError(f"metrics.listen is {address}, where nothing can listen: {reason}.") from error
        if not _is_here(host.strip("[]")):
            log.warning("metrics are served beyond this machine", listen=address, mend="let only your monitoring come")
        log.info("metrics are served", listen=address)
        return int(runner.addresses[-1][1])

    async def _on_metrics(self, request: web.Request) -> web.Response:
        accept = request.headers.get("Accept", "")
        body, content_type = self.metrics.page(await self._found(), self._clock(), accept)
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _on_health(self, _request: web.Request) -> web.Response:
        return _answer("alive", [f"{what} has ended" for what, runs in self._runs.items() if not runs()])

    async def _on_ready(self, _request: web.Request) -> web.Response:
        reasons = [f"{what} {why}" for what, why in self._waits.items()]
        if self._store:
            try:
                async with asyncio.timeout(_READ_SECONDS):
                    await self._store.read(answers)
            except (StoreError, TimeoutError) as error:
                reasons.append(f"database can't be read: {str(error) or 'it does not answer'}")
        return _answer("ready", reasons)

    async def _found(self) -> Measures | None:
        if self._store is None:
            return None
        try:
            async with asyncio.timeout(_READ_SECONDS):
                return await self._store.read(measures, self._clock())
        except (StoreError, TimeoutError) as error:
            log.warning("database not measured", reason=str(error) or "it does not answer")
            return None

    async def _look_at_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOK_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)
            self.metrics.came_back(loop.time() - due)


def _answer(what: str, reasons: list[str]) -> web.Response:
    return web.json_response({what: not reasons, "reasons": reasons}, status=503 if reasons else 200)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
