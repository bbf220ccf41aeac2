"""A WebSub hub on 127.0.0.1: it takes what it is asked, and asks back and pushes when the test lets it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.fakes.feed_server import rss

TOPIC = "https://gazette.example/feed"


@dataclass(slots=True)
class Hub:
    """A hub that takes what it is asked; the test lets it ask back and push, past the proxy to the port."""

    client: aiohttp.ClientSession
    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    bot: int = 0  # the port on which the bot listens

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        self.was_asked.set()
        return web.Response(status=self.status, headers=self.headers)

    async def take_moved(self, request: web.Request) -> web.Response:
        await self.take(request)
        return web.Response(status=202)

    async def send(
        self, method: str, callback: str, params: Mapping[str, str] | None = None, **more: object
    ) -> tuple[int, str]:
        address = f"http://127.0.0.1:{self.bot}{urlsplit(callback).path}"
        async with self.client.request(method, address, params=params, **more) as response:  # type: ignore[arg-type]
            return response.status, await response.text()

    async def verify(self, number: int = -1, **changed: str) -> tuple[int, str]:
        """Ask back whether the request of this number was meant, for a lease of two days."""
        asked = self.asked[number]
        question = {
            "mode": asked["hub.mode"],
            "topic": asked["hub.topic"],
            "challenge": "yes?",
            "lease_seconds": "172800",
        }
        params = {f"hub.{name}": value for name, value in (question | changed).items()}
        return await self.send("GET", asked["hub.callback"], params)

    async def push(
        self, *items: str, method: str = "sha256", key: str | None = None, body: bytes = b"", number: int = 0
    ) -> int:
        asked = self.asked[number]
        body = body or rss(*items).encode()
        signature = hmac.new((key or asked["hub.secret"]).encode(), body, method).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"{method}={signature}"}
        status, _ = await self.send("POST", asked["hub.callback"], data=body, headers=headers)
        return status


@asynccontextmanager
async def hub_server() -> AsyncIterator[Hub]:
    """Serve a hub on a free port while the context is open."""
    async with aiohttp.ClientSession() as client:
        hub = Hub(client)
        app = web.Application()
        app.router.add_post("/hub", hub.take)
        app.router.add_post("/moved", hub.take_moved)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            hub.port = runner.addresses[0][1]
            yield hub
        finally:
            await runner.cleanup()


def offering(hub: str, *items: str, topic: str = TOPIC) -> str:
    """A feed that names this hub."""
    links = f'<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{topic}"/>'
    return rss(links, *items).replace("<rss", '<rss xmlns:atom="http://www.w3.org/2005/Atom"')
