"""A small Discord on loopback: as much of the REST API and the gateway as discord.py's real client needs.

It keeps guilds, channels and messages, enforces nonces, permissions, limits and references as Discord does, and can be
told to fail. Tests start it in their own process with `discord_server()`. As a process of its own,

    python -m tests.fakes.discord_server [--port N]

says how to let the bot use it, prints what the channels show, and lets a person say what is typed; other processes
read and steer it through `/control/` (tests/fakes/discord/control.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import control
from tests.fakes.discord.gateway import Gateway, Session
from tests.fakes.discord.interactions import Interaction, Interactions
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.rest import API, Fault, Rest
from tests.fakes.discord.wire import Json, beyond_limits, units
from tests.fakes.discord.world import BOT, BOT_ID, CHANNEL_ID, GUILD_ID, MEMBER_ID, PEOPLE, PERSON_ID, Channel, World

__all__ = [
    "BOT_ID", "CHANNEL_ID", "GUILD_ID", "MEMBER_ID", "PERSON_ID", "TOKEN", "Channel", "DiscordServer", "Json",
    "beyond_limits", "discord_server", "units",
]  # fmt: skip

TOKEN = "MTAwMA.fake.token-of-the-loopback-server"


@dataclass(slots=True)
class DiscordServer(World):
    """The whole of it: its world, and what tests do to it."""

    token: str = TOKEN
    api_base: str = ""
    limits: Limits | None = None
    gateway: Gateway = field(init=False)
    interactions: Interactions = field(init=False)
    rest: Rest = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self, self.token)
        self.interactions = Interactions(self, self.gateway)
        self.rest = Rest(self, self.gateway, self.interactions, self.limits)

    @property
    def gateway_address(self) -> str:
        """What `discord.gateway` takes: discord.py goes there for a new session when the first one is over."""
        return self.api_base.replace("http", "ws", 1).removesuffix(API) + "/gateway/"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request to the API."""
        return self.rest.requests

    @property
    def sessions(self) -> list[Session]:
        """The gateway's sessions that are connected."""
        return self.gateway.connected

    @property
    def identifies(self) -> int:
        """How many sessions were asked for."""
        return self.gateway.identifies

    @property
    def message_content(self) -> bool:
        """Whether the privileged intent is switched on."""
        return self.gateway.message_content

    @message_content.setter
    def message_content(self, on: bool) -> None:
        self.gateway.message_content = on

    # ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def fail_next(
        self, status: int, code: int = 0, text: str = "failed", headers: Mapping[str, str] | None = None
    ) -> None:
        """Let the next request to a message route fail so."""
        body = {"code": code, "message": text, "retry_after": 0.01}
        self.rest.faults.append(Fault("answer", status, body, dict(headers or {})))

    def lose_next(self) -> None:
        """Let the next request to a message route be done, and its answer be lost."""
        self.rest.faults.append(Fault("lost"))

    def drop_next(self) -> None:
        """Let the connection of the next request to a message route break before anything is done."""
        self.rest.faults.append(Fault("dropped"))

    # ── what people do ───────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, text: str, channel: int = CHANNEL_ID, person: int = PERSON_ID) -> Json:
        """Let a person write `text`; each session is told what its intents let it see."""
        place = self.channels.get(channel) or Channel(channel)
        message, _ = self.post(channel, {"content": text}, PEOPLE[person])
        message["mentions"] = [BOT] if f"<@{BOT_ID}>" in text else []
        seen = dict(message)
        if place.guild is not None:
            member = self.member(PEOPLE[person])
            del member["user"]
            seen |= {"guild_id": str(place.guild), "member": member}
        await self.gateway.dispatch("MESSAGE_CREATE", seen, place.guild)
        return message

    async def slash(
        self,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        person: int = PERSON_ID,
        channel: int = CHANNEL_ID,
    ) -> Interaction:
        """Let a person use a slash command ("claims", or "feed add"); await its `answer()`."""
        return await self.interactions.slash(name, options or {}, person, channel)

    async def autocomplete(
        self,
        name: str,
        option: str,
        text: str,
        options: Mapping[str, Any] | None = None,
        *,
        person: int = PERSON_ID,
        channel: int = CHANNEL_ID,
    ) -> list[Json]:
        """Let a person type `text` into an option of a slash command; return the choices that are offered."""
        return await self.interactions.autocomplete(name, option, text, options or {}, person, channel)

    async def click(
        self, message: Json, custom_id: str, *, person: int = PERSON_ID, values: Sequence[str] | None = None
    ) -> Interaction:
        """Let a person press a message's button, or choose from its menu."""
        return await self.interactions.click(message, custom_id, person, values)

    async def wait_for_messages(self, count: int, channel: int = CHANNEL_ID) -> list[Json]:
        """The channel's messages by bots, once there are `count` of them."""
        while len(found := [m for m in self.messages[channel] if m["author"].get("bot")]) < count:
            self.changed.clear()
            await self.changed.wait()
        return found

    # ── what happens to guilds and channels ──────────────────────────────────────────────────────────────────────────

    async def delete_channel(self, channel: int) -> None:
        """Delete a channel with its messages; the bot is told."""
        gone = self.channels.pop(channel)
        del self.messages[channel]
        await self.gateway.dispatch("CHANNEL_DELETE", gone.as_json(), gone.guild)

    async def join(self, guild: int, name: str, channels: Iterable[int] = ()) -> None:
        """Let somebody invite the bot to a new guild."""
        self.guilds[guild], self.roles[guild] = name, self.roles[GUILD_ID]
        for channel in channels:
            self.channels[channel], self.messages[channel] = Channel(channel, guild), []
        shown = self.guild(guild)
        del shown["unavailable"]  # which is what tells a new guild from one that comes after READY
        await self.gateway.dispatch("GUILD_CREATE", shown, guild)

    async def expel(self, guild: int = GUILD_ID) -> None:
        """Let somebody remove the bot from a guild: its channels are closed to it."""
        del self.guilds[guild]
        for channel in [one.id for one in self.channels.values() if one.guild == guild]:
            del self.channels[channel], self.messages[channel]
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild)}, guild)


@asynccontextmanager
async def discord_server(
    *, port: int = 0, limits: Limits | None = None, channels: Iterable[int] = ()
) -> AsyncIterator[DiscordServer]:
    """A small Discord that listens on 127.0.0.1; its `api_base` is what DiscordApp takes.

    Without `limits`, it takes any number of requests, and says nothing of limits. `channels` are there besides
    CHANNEL_ID.
    """
    server = DiscordServer(limits=limits)
    server.add_channels(channels)
    app = web.Application(middlewares=[server.rest.guard])
    app.add_routes([*server.rest.routes(), *control.routes(server)])
    runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, at = runner.addresses[0][:2]
    server.api_base = f"http://{host}:{at}{API}"
    try:
        yield server
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    from tests.fakes.discord.__main__ import main

    main()
