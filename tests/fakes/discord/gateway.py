"""The gateway: HELLO, IDENTIFY, heartbeats, dispatches that are numbered and kept, RESUME with replay, and its faults.

https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.wire import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, MESSAGE_CONTENT, Json
from tests.fakes.discord.world import BOT, BOT_ID, World

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
_WHY = {
    4001: "Unknown opcode.", 4002: "Error while decoding payload.", 4003: "Not authenticated.",
    4004: "Authentication failed.", 4005: "Already authenticated.", 4007: "Invalid seq.", 4009: "Session timed out.",
    4014: "Disallowed intent(s).",
}  # fmt: skip


@dataclass(slots=True)
class Session:
    """What one IDENTIFY began. It outlives its connection, so that it can be resumed."""

    id: str
    intents: int
    shard: tuple[int, int]
    socket: web.WebSocketResponse | None
    transport: asyncio.Transport | None = None  # under the socket
    sent: list[str] = field(default_factory=list)  # all its dispatches, the first of them number 1

    async def dispatch(self, event: str, data: Mapping[str, Any]) -> None:
        """Send an event, and keep it for a RESUME."""
        text = json.dumps({"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data})
        self.sent.append(text)
        if self.socket is not None and not self.socket.closed:
            with suppress(ConnectionError):
                await self.socket.send_str(text)

    async def replay(self, socket: web.WebSocketResponse, since: int) -> None:
        """Send the dispatches after number `since`, and from now on what comes."""
        while since < len(self.sent):
            await socket.send_str(self.sent[since])
            since += 1
        self.socket = socket

    def sees(self, guild: int | None) -> bool:
        """Whether this shard is told what happens in a guild, or with None in direct messages."""
        number, count = self.shard
        return number == (0 if guild is None else (guild >> 22) % count)


@dataclass(slots=True)
class Gateway:
    """All the sessions, and how the gateway behaves now."""

    world: World
    token: str
    message_content: bool = True  # whether the privileged intent is switched on
    open: bool = True  # else each connection is refused with 503
    heartbeat_seconds: float = 45.0
    identifies: int = 0
    resumes: int = 0
    beaten: asyncio.Event = field(default_factory=asyncio.Event)  # set at each heartbeat
    _all: dict[str, Session] = field(default_factory=dict)

    @property
    def connected(self) -> list[Session]:
        """The sessions that have a connection now."""
        return [session for session in self._all.values() if session.socket is not None]

    async def dispatch(self, event: str, data: Json, guild: int | None) -> None:
        """Tell all sessions, those that have lost their connection too, if their intents and shard let them know."""
        messages = event.startswith("MESSAGE_")
        wanted = GUILDS if not messages else GUILD_MESSAGES if guild is not None else DIRECT_MESSAGES
        for session in list(self._all.values()):
            if session.sees(guild) and (session.intents & wanted or event == "INTERACTION_CREATE"):
                await session.dispatch(event, _seen(event, data, session) if messages else data)

    # ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def close(self, code: int) -> None:
        """Close every connection with a code: 4009, say, or 1000 or 1001."""
        for session in self.connected:
            if session.socket is not None:
                await session.socket.close(code=code, message=_WHY.get(code, "").encode(), drain=False)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for session in self.connected:
            if session.transport is not None:
                session.transport.abort()

    async def reconnect(self) -> None:
        """Ask every client to connect anew and to resume."""
        for session in self.connected:
            if session.socket is not None:
                await session.socket.send_json({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is over; what is not resumable is forgotten."""
        for session in self.connected:
            if session.socket is not None:
                await session.socket.send_json({"op": INVALID_SESSION, "d": resumable})
            if not resumable:
                self._all.pop(session.id, None)

    async def ask_heartbeat(self) -> None:
        """Ask every client for a heartbeat at once."""
        for session in self.connected:
            if session.socket is not None:
                await session.socket.send_json({"op": HEARTBEAT, "d": None})

    # ── a connection ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk with a client until one of both ends it."""
        if not self.open:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}})
        line = _Line(self, socket, request.host, request.transport)
        watch = asyncio.create_task(line.watch())
        try:
            await line.listen()
        finally:
            watch.cancel()
            if line.session is not None and line.session.socket is socket:
                line.session.socket = None
        return socket

    async def identify(self, socket: web.WebSocketResponse, body: Json, host: str) -> Session | int:
        """Begin a session; or the code to close with."""
        self.identifies += 1
        if body["token"] != self.token:
            return 4004
        if body["intents"] & MESSAGE_CONTENT and not self.message_content:
            return 4014
        number, count = body.get("shard") or (0, 1)
        session = Session(secrets.token_hex(8), body["intents"], (number, count), socket)
        self._all[session.id] = session
        guilds = [guild for guild in self.world.guilds if session.sees(guild)]
        ready = {
            "v": 10, "user": BOT, "guilds": [{"id": str(guild), "unavailable": True} for guild in guilds],
            "session_id": session.id, "resume_gateway_url": f"ws://{host}/gateway/", "shard": [number, count],
            "application": {"id": str(BOT_ID), "flags": 0},
        }  # fmt: skip
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", self.world.guild(guild))
        return session

    async def resume(self, socket: web.WebSocketResponse, body: Json) -> Session | int | None:
        """Go on with a session and send what its client missed; None when there is no such session any more."""
        self.resumes += 1
        session = self._all.get(str(body["session_id"]))
        if body["token"] != self.token:
            return 4004
        if session is None:
            return None
        if body["seq"] is None or body["seq"] > len(session.sent):
            return 4007
        await session.replay(socket, body["seq"])
        await session.dispatch("RESUMED", {})
        return session


@dataclass(slots=True)
class _Line:
    """One connection."""

    gateway: Gateway
    socket: web.WebSocketResponse
    host: str
    transport: asyncio.Transport | None
    session: Session | None = None
    beat: float = field(default_factory=time.monotonic)

    async def listen(self) -> None:
        async for frame in self.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                message = json.loads(frame.data)
                code = await self._take(message["op"], message.get("d"))
            except (ValueError, KeyError, TypeError):
                code = 4002
            if code:
                await self.socket.close(code=code, message=_WHY[code].encode())

    async def watch(self) -> None:
        """End the connection of a client that has not sent a heartbeat for one interval and a half."""
        while True:
            allowed = self.gateway.heartbeat_seconds * 1.5
            await asyncio.sleep(max(0.0, self.beat + allowed - time.monotonic()))
            if time.monotonic() - self.beat >= allowed:
                await self.socket.close(code=4009, message=_WHY[4009].encode())
                return

    async def _take(self, op: int, data: Any) -> int | None:
        """Do what a client asks; return the code to close with, if it is wrong."""
        if op == HEARTBEAT:
            self.beat = time.monotonic()
            self.gateway.beaten.set()
            await self.socket.send_json({"op": HEARTBEAT_ACK})
            return None
        if op in (IDENTIFY, RESUME):
            if self.session is not None:
                return 4005
            begun: Session | int | None
            if op == IDENTIFY:
                begun = await self.gateway.identify(self.socket, data, self.host)
            else:
                begun = await self.gateway.resume(self.socket, data)
            if begun is None:
                await self.socket.send_json({"op": INVALID_SESSION, "d": False})
            if isinstance(begun, Session):
                self.session = begun
                begun.transport = self.transport
            return begun if isinstance(begun, int) else None
        if self.session is None:
            return 4003
        return None if op in (PRESENCE, VOICE, REQUEST_MEMBERS) else 4001


def _seen(event: str, message: Json, session: Session) -> Json:
    """A message as a session may see it: without the intent, only what is the bot's, to the bot, or in private."""
    own = message.get("author", {}).get("id") == str(BOT_ID)
    to_bot = any(one["id"] == str(BOT_ID) for one in message.get("mentions", []))
    if own or to_bot or "guild_id" not in message or session.intents & MESSAGE_CONTENT or event == "MESSAGE_DELETE":
        return message
    return message | {"content": "", "embeds": [], "components": [], "attachments": []}
