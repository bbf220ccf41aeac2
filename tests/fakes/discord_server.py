"""A small Discord on loopback: as much of the REST API and the gateway as discord.py's real client needs.

It keeps channels and messages, enforces nonces, embed limits and references as Discord does, and can be told to fail.
What it took some finding out that discord.py wants:

- `Content-Type` must be `application/json` and nothing more, or an answer is taken for text;
- a 429 counts as Discord's own only with a `Via` header;
- a guild's `member_count` must be the number of members sent, or each start waits for the rest.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

TOKEN = "MTAwMA.fake.token-of-the-loopback-server"
BOT_ID, GUILD_ID, CHANNEL_ID, PERSON_ID = 1000, 2000, 3000, 4000
MESSAGE_CONTENT = 1 << 15  # https://docs.discord.com/developers/events/gateway#list-of-intents

# Gateway opcodes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 10, 11

_BOT: Json = {"id": str(BOT_ID), "username": "Claimwatch", "discriminator": "0", "avatar": None, "bot": True}
_PERSON: Json = {"id": str(PERSON_ID), "username": "ann", "discriminator": "0", "avatar": None}
_APPLICATION: Json = {
    "id": str(BOT_ID), "name": "Claimwatch", "icon": None, "description": "", "flags": 0, "verify_key": "",
    "bot_public": True, "bot_require_code_grant": False, "owner": _PERSON, "team": None,
}  # fmt: skip
_EMBED_LIMITS = {"title": 256, "description": 4096}


@dataclass(slots=True)
class Session:
    """One client's connection to the gateway, after its IDENTIFY."""

    socket: web.WebSocketResponse
    intents: int
    sequence: int = 0

    async def dispatch(self, event: str, data: Mapping[str, Any]) -> None:
        self.sequence += 1
        await self.socket.send_json({"op": DISPATCH, "t": event, "s": self.sequence, "d": data})


@dataclass(slots=True)
class DiscordServer:
    """The state of the small Discord; tests read and change it at will."""

    token: str = TOKEN
    message_content: bool = True  # whether the privileged intent is switched on
    api_base: str = ""
    messages: dict[int, list[Json]] = field(default_factory=lambda: {CHANNEL_ID: []})  # a channel's, oldest first
    commands: list[Json] = field(default_factory=list)  # the slash commands that were synced
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path
    identifies: int = 0
    sessions: list[Session] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set at each message that is posted or edited
    _failures: deque[web.Response] = field(default_factory=deque)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(10_000))

    def fail_next(
        self, status: int, code: int = 0, text: str = "failed", headers: Mapping[str, str] | None = None
    ) -> None:
        """Let the next request to a message route fail so."""
        self._failures.append(_json({"code": code, "message": text, "retry_after": 0.01}, status, headers))

    async def say(self, text: str, channel: int = CHANNEL_ID) -> None:
        """Let a person write `text`; each session is told what its intents let it see."""
        mentions = [_BOT] if f"<@{BOT_ID}>" in text else []
        message = self._message(channel, {"content": text}, author=_PERSON) | {
            "guild_id": str(GUILD_ID), "mentions": mentions, "member": {"roles": [], "joined_at": _now(), "flags": 0},
        }  # fmt: skip
        for session in self.sessions:
            seen = mentions or session.intents & MESSAGE_CONTENT
            await session.dispatch("MESSAGE_CREATE", message if seen else message | {"content": ""})

    async def wait_for_messages(self, count: int, channel: int = CHANNEL_ID) -> list[Json]:
        """The channel's messages by bots, once there are `count` of them."""
        while len(found := [m for m in self.messages[channel] if m["author"].get("bot")]) < count:
            self.changed.clear()
            await self.changed.wait()
        return found

    # ── REST ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/v10/users/@me", self._me),
                web.get("/api/v10/oauth2/applications/@me", self._application),
                web.get("/api/v10/applications/@me", self._application),
                web.get("/api/v10/gateway/bot", self._gateway_address),
                web.put("/api/v10/applications/{application}/commands", self._sync),
                web.post("/api/v10/channels/{channel}/messages", self._post),
                web.patch("/api/v10/channels/{channel}/messages/{message}", self._edit),
                web.get("/gateway/", self._gateway),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not request.path.startswith("/gateway"):
            self.requests.append((request.method, request.path))
            if request.headers.get("Authorization") != f"Bot {self.token}":
                return _error(401, 0, "401: Unauthorized")
            if "/messages" in request.path and self._failures:
                return self._failures.popleft()
        return await handler(request)  # type: ignore[no-any-return]

    async def _me(self, _request: web.Request) -> web.Response:
        return _json(_BOT)

    async def _application(self, _request: web.Request) -> web.Response:
        return _json(_APPLICATION)

    async def _gateway_address(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return _json({"url": f"ws://{request.host}/gateway/", "shards": 1, "session_start_limit": limit})

    async def _sync(self, request: web.Request) -> web.Response:
        given = {"application_id": str(BOT_ID), "default_member_permissions": None, "version": "1"}
        self.commands = [command | given | {"id": str(next(self._ids))} for command in await request.json()]
        return _json(self.commands)

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        channel = int(request.match_info["channel"])
        if channel not in self.messages:
            return _error(404, 10003, "Unknown Channel")
        if wrong := beyond_limits(body):
            return _error(400, 50035, f"Invalid Form Body: {wrong}")
        if body.get("enforce_nonce"):
            for message in self.messages[channel]:
                if message.get("nonce") == body["nonce"]:
                    return _json(message)
        if reference := body.get("message_reference"):
            if self._find(channel, int(reference["message_id"])):
                reference = {"channel_id": str(channel), "message_id": str(reference["message_id"])}
            elif reference.get("fail_if_not_exists", True):
                return _error(400, 50035, "Invalid Form Body: message_reference: Unknown message")
            else:
                reference = None
        message = self._message(channel, body, author=_BOT) | ({"message_reference": reference} if reference else {})
        self.messages[channel].append(message)
        self.changed.set()
        return _json(message)

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._find(int(request.match_info["channel"]), int(request.match_info["message"]))
        if message is None:
            return _error(404, 10008, "Unknown Message")
        body = await request.json()
        if wrong := beyond_limits(body):
            return _error(400, 50035, f"Invalid Form Body: {wrong}")
        message |= {key: body[key] for key in ("content", "embeds") if key in body} | {"edited_timestamp": _now()}
        self.changed.set()
        return _json(message)

    def _find(self, channel: int, message_id: int) -> Json | None:
        return next((m for m in self.messages.get(channel, []) if int(m["id"]) == message_id), None)

    def _message(self, channel: int, body: Json, author: Json) -> Json:
        return {
            "id": str(next(self._ids)), "channel_id": str(channel), "author": author, "type": 0, "timestamp": _now(),
            "content": body.get("content") or "", "embeds": body.get("embeds") or [], "edited_timestamp": None,
            "nonce": body.get("nonce"), "allowed_mentions": body.get("allowed_mentions"), "tts": False, "flags": 0,
            "pinned": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
        }  # fmt: skip

    # ── gateway ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 45_000}})
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["op"] == HEARTBEAT:
                await socket.send_json({"op": HEARTBEAT_ACK})
            elif message["op"] == IDENTIFY:
                session = await self._identify(socket, message["d"], request.host)
            elif message["op"] == RESUME:
                session = Session(socket, MESSAGE_CONTENT, message["d"]["seq"])
                self.sessions.append(session)
                await session.dispatch("RESUMED", {})
        if session:
            self.sessions.remove(session)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, body: Json, host: str) -> Session | None:
        self.identifies += 1
        if body["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if body["intents"] & MESSAGE_CONTENT and not self.message_content:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(socket, body["intents"])
        self.sessions.append(session)
        await session.dispatch(
            "READY",
            {
                "v": 10, "user": _BOT, "guilds": [{"id": str(GUILD_ID), "unavailable": True}], "session_id": "session",
                "resume_gateway_url": f"ws://{host}/gateway/", "shard": body.get("shard", [0, 1]),
                "application": {"id": str(BOT_ID), "flags": 0},
            },
        )  # fmt: skip
        await session.dispatch("GUILD_CREATE", self._guild())
        return session

    def _guild(self) -> Json:
        everyone = {
            "id": str(GUILD_ID), "name": "@everyone", "permissions": str((1 << 50) - 1), "position": 0, "color": 0,
            "hoist": False, "managed": False, "mentionable": False, "flags": 0,
        }  # fmt: skip
        channels = [
            {"id": str(channel), "name": f"c{channel}", "type": 0, "position": 0, "permission_overwrites": []}
            for channel in self.messages
        ]
        member = {"user": _BOT, "roles": [], "joined_at": _now(), "deaf": False, "mute": False, "flags": 0}
        return {
            "id": str(GUILD_ID), "name": "Freedonia", "owner_id": str(PERSON_ID), "roles": [everyone],
            "channels": channels, "members": [member], "member_count": 1, "unavailable": False, "emojis": [],
            "features": [], "threads": [], "stickers": [], "voice_states": [], "presences": [],
        }  # fmt: skip


@asynccontextmanager
async def discord_server() -> AsyncIterator[DiscordServer]:
    """A small Discord that listens on 127.0.0.1; its `api_base` is what DiscordApp takes."""
    server = DiscordServer()
    runner = web.AppRunner(server._app(), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.api_base = f"http://{host}:{port}/api/v10"
    try:
        yield server
    finally:
        await runner.cleanup()


def beyond_limits(body: Json) -> str | None:
    """Which of Discord's embed limits the message breaks, counted in UTF-16 units as Discord does."""
    for embed in body.get("embeds") or []:
        fields = embed.get("fields", [])
        texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
        texts += [text for one in fields for text in (one["name"], one["value"])]
        wrong = [key for key, most in _EMBED_LIMITS.items() if units(embed.get(key)) > most]
        wrong += ["field" for one in fields if not 0 < units(one["name"]) <= 256 or not 0 < units(one["value"]) <= 1024]
        if wrong or len(fields) > 25 or sum(map(units, texts)) > 6000:
            return f"embeds: {wrong or 'too large'}"
    return None


def units(text: str | None) -> int:
    return len((text or "").encode("utf-16-le")) // 2


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _json(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"code": code, "message": message}, status)
