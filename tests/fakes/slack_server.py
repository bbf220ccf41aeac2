"""A small Slack on loopback: as much of the Web API and of Socket Mode as slack-bolt and slack-sdk need for the bot.

It keeps channels, threads, messages with their metadata, what single persons see and Home tabs; it enforces Slack's
limits, and can be told to fail, to lose answers and connections, and to send an event twice. What people do is in
`slack_people.py`.

It runs by itself too, for a bot in another process: `python -m tests.fakes.slack_server [PORT]` prints its address and
then what is shown; `/control/…` tells what channels hold and makes it fail (`slack_control.py`).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack_limits import beyond_home_limits, beyond_limits

Json = dict[str, Any]

TOKEN, APP_TOKEN = "xoxb-1000-loopback-bot", "xapp-1-A1000-loopback-app"
BOT_USER, BOT_ID, TEAM = "U0BOT0001", "B0BOT0001", "T0TEAM001"
ANN, BEN, CEO = "U0ANN0001", "U0BEN0001", "U0CEO0001"
NEWS, DESK = "C0NEWS001", "C0DESK001"  # the bot is in both; Ann made the second
SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,groups:history,groups:read,im:history,"
    "im:write,mpim:history,usergroups:read,users:read"
)


@dataclass(slots=True)
class Channel:
    """A conversation, its messages oldest first."""

    id: str
    creator: str = CEO
    is_im: bool = False
    archived: bool = False
    has_bot: bool = True
    messages: list[Json] = field(default_factory=list)

    def find(self, ts: str) -> Json | None:
        return next((message for message in self.messages if message["ts"] == ts), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call fails: with Slack's error, or with another HTTP status and no JSON."""

    error: str = ""
    status: int = 200
    retry_after: float | None = None


class Lost(Exception):
    """The connection is to break before the answer."""


@dataclass(slots=True)
class SlackServer:
    """The state of the small Slack; tests read and change it at will."""

    token: str = TOKEN
    app_token: str = APP_TOKEN
    scopes: str = SCOPES
    base_url: str = ""
    root: str = ""
    refusal: str | None = None  # an error that every call with the bot's token gets: token_revoked
    apart: float = 0.0  # seconds that messages to one channel must be apart, or they are refused
    channels: dict[str, Channel] = field(
        default_factory=lambda: {NEWS: Channel(NEWS), DESK: Channel(DESK, creator=ANN)}
    )
    admins: set[str] = field(default_factory=lambda: {CEO})
    groups: dict[str, list[str]] = field(default_factory=dict)
    whispers: list[Json] = field(default_factory=list)  # what single persons see: `user`, `channel`, and the message
    homes: dict[str, Json] = field(default_factory=dict)  # a person's Home tab
    hooks: dict[str, Json] = field(default_factory=dict)  # a response_url's end → where and for whom it answers
    calls: list[tuple[str, Json]] = field(default_factory=list)  # method and arguments, in their order
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    connections: int = 0
    acks: dict[str, float] = field(default_factory=dict)  # an envelope's id → seconds until it was acknowledged
    sent: dict[str, float] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # envelopes as they were acknowledged, and "answer" for each answer
    failures: dict[str, deque[Failure]] = field(default_factory=dict)
    lose: int = 0  # messages of which the next answers get lost, after they were made
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    last_post: dict[str, float] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def fail_next(
        self, method: str, error: str = "", *, status: int = 200, retry_after: float | None = None, times: int = 1
    ) -> None:
        """Let the next calls of a method fail so."""
        status = 429 if error == "ratelimited" else status
        self.failures.setdefault(method, deque()).extend([Failure(error, status, retry_after)] * times)

    async def until(self, true: Callable[[], Any], seconds: float = 10) -> Any:
        """Wait until something holds, and return what it gives."""
        async with asyncio.timeout(seconds):
            while not (found := true()):
                self.changed.clear()
                await self.changed.wait()
        return found

    def posted(self, channel: str = NEWS) -> list[Json]:
        """The bot's messages in a channel."""
        return [message for message in self.channels[channel].messages if message.get("bot_id") == BOT_ID]

    def called(self, method: str) -> list[Json]:
        """The arguments of each call of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def new_ts(self) -> str:
        return f"{int(time.time())}.{next(self.ids):06d}"

    # ── Web API ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        try:
            answer = self._refused(method, request.headers.get("Authorization", "")) or self._failed(method)
            if answer is None:
                done = getattr(self, "_" + method.replace(".", "_"), None)
                answer = done(arguments) if done else {"ok": False, "error": "unknown_method"}
        except Lost:
            if request.transport:
                request.transport.abort()
            return web.Response()
        finally:
            self.changed.set()
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})

    def _refused(self, method: str, authorization: str) -> Json | None:
        wanted = self.app_token if method == "apps.connections.open" else self.token
        if authorization != f"Bearer {wanted}":
            return {"ok": False, "error": "invalid_auth"}
        if self.refusal and method != "apps.connections.open":
            return {"ok": False, "error": self.refusal}
        return None

    def _failed(self, method: str) -> web.Response | None:
        if not self.failures.get(method):
            return None
        failure = self.failures[method].popleft()
        headers = {} if failure.retry_after is None else {"Retry-After": f"{failure.retry_after:g}"}
        if not failure.error:
            return web.Response(status=failure.status, text="upstream error", headers=headers)
        return web.json_response({"ok": False, "error": failure.error}, status=failure.status, headers=headers)

    def _auth_test(self, _arguments: Json) -> Json:
        return {
            "ok": True,
            "user": "claimwatch",
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
            "team": "Freedonia Desk",
            "team_id": TEAM,
        }

    def _apps_connections_open(self, _arguments: Json) -> Json:
        return {"ok": True, "url": self.root.replace("http", "ws") + f"/socket?ticket={next(self.ids)}"}

    def _place(self, arguments: Json) -> Channel | str:
        channel = self.channels.get(arguments.get("channel", ""))
        if channel is None:
            return "channel_not_found"
        return "is_archived" if channel.archived else channel if channel.has_bot else "not_in_channel"

    def _chat_postMessage(self, arguments: Json) -> Json | web.Response:  # noqa: N802
        channel = self._place(arguments)
        if isinstance(channel, str):
            return {"ok": False, "error": channel}
        if wrong := beyond_limits(arguments):
            return {"ok": False, "error": wrong}
        now = time.monotonic()
        if self.apart and now - self.last_post.get(channel.id, -1e9) < self.apart:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        self.last_post[channel.id] = now
        if (thread := arguments.get("thread_ts")) and not channel.find(thread):
            return {"ok": False, "error": "thread_not_found"}
        message = {**arguments, "ts": self.new_ts(), "user": BOT_USER, "bot_id": BOT_ID, "type": "message"}
        channel.messages.append(message)
        if self.lose:
            self.lose -= 1
            raise Lost
        return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}

    def _chat_update(self, arguments: Json) -> Json:
        channel = self._place(arguments)
        if isinstance(channel, str):
            return {"ok": False, "error": channel}
        message = channel.find(arguments["ts"])
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        if wrong := beyond_limits(arguments):
            return {"ok": False, "error": wrong}
        message |= {key: arguments[key] for key in ("text", "blocks") if key in arguments} | {"edited": True}
        return {"ok": True, "channel": channel.id, "ts": message["ts"]}

    def _chat_postEphemeral(self, arguments: Json) -> Json:  # noqa: N802
        channel = self._place(arguments)
        if isinstance(channel, str):
            return {"ok": False, "error": channel}
        self.whispers.append({**arguments, "ts": self.new_ts()})
        return {"ok": True, "message_ts": self.whispers[-1]["ts"]}

    def _conversations_history(self, arguments: Json) -> Json:
        return self._read(arguments, lambda message: not message.get("thread_ts"))

    def _conversations_replies(self, arguments: Json) -> Json:
        return self._read(arguments, lambda message: arguments["ts"] in (message["ts"], message.get("thread_ts")))

    def _read(self, arguments: Json, wanted: Callable[[Json], bool]) -> Json:
        channel = self._place(arguments)
        if isinstance(channel, str):
            return {"ok": False, "error": channel}
        oldest, start, limit = (
            float(arguments.get("oldest", 0)),
            int(arguments.get("cursor", 0)),
            int(arguments["limit"]),
        )
        found = [one for one in reversed(channel.messages) if wanted(one) and float(one["ts"]) >= oldest]
        hidden = () if arguments.get("include_all_metadata") in ("1", "true", True) else ("metadata",)
        page = [{key: one[key] for key in one if key not in hidden} for one in found[start : start + limit]]
        more = str(start + limit) if start + limit < len(found) else ""
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}

    def _conversations_open(self, arguments: Json) -> Json:
        user = arguments["users"].split(",")[0]
        if user not in (ANN, BEN, CEO):
            return {"ok": False, "error": "user_not_found"}
        channel = self.direct(user)
        return {"ok": True, "channel": {"id": channel.id}}

    def direct(self, user: str) -> Channel:
        """The conversation of the bot with a person."""
        return self.channels.setdefault("D" + user[1:], Channel("D" + user[1:], is_im=True))

    def _conversations_info(self, arguments: Json) -> Json:
        channel = self.channels.get(arguments["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        about = {"id": channel.id, "creator": channel.creator, "is_im": channel.is_im, "is_member": channel.has_bot}
        return {"ok": True, "channel": about}

    def _users_info(self, arguments: Json) -> Json:
        return {"ok": True, "user": {"id": arguments["user"], "is_admin": arguments["user"] in self.admins}}

    def _usergroups_users_list(self, arguments: Json) -> Json:
        members = self.groups.get(arguments["usergroup"])
        return {"ok": False, "error": "no_such_subteam"} if members is None else {"ok": True, "users": members}

    def _views_publish(self, arguments: Json) -> Json:
        if wrong := beyond_home_limits(arguments["view"]):
            return {"ok": False, "error": wrong}
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"ok": True}

    # ── answers through a response_url ───────────────────────────────────────────────────────────────────────────────

    async def respond(self, request: web.Request) -> web.Response:
        hook = self.hooks.get(request.match_info["hook"])
        if hook is None or hook["left"] == 0:
            return web.Response(status=404, text="expired_url")
        hook["left"] -= 1
        self.order.append("answer")
        body = await request.json()
        original = hook.get("original")
        if body.get("delete_original"):
            self.whispers = [one for one in self.whispers if one is not original]
        elif wrong := beyond_limits(body):
            return web.Response(status=400, text=wrong)
        elif body.get("replace_original") and original:
            original |= {"text": body.get("text"), "blocks": body.get("blocks"), "edited": True}
        elif body.get("response_type") == "in_channel":
            message = {**body, "ts": self.new_ts(), "user": BOT_USER, "bot_id": BOT_ID, "channel": hook["channel"]}
            self.channels[hook["channel"]].messages.append(message)
        else:
            self.whispers.append({**body, "ts": self.new_ts(), "user": hook["user"], "channel": hook["channel"]})
        self.changed.set()
        return web.Response(text="ok")

    # ── Socket Mode ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1000"}})
        self.connections += 1
        self.sockets.append(socket)
        self.changed.set()
        try:
            async for frame in socket:
                if (
                    frame.type is WSMsgType.TEXT
                    and (envelope := json.loads(frame.data).get("envelope_id")) in self.sent
                ):
                    self.acks[envelope] = time.monotonic() - self.sent[envelope]
                    self.order.append(envelope)
                    self.changed.set()
        finally:
            self.sockets.remove(socket)
            self.changed.set()
        return socket

    async def send(self, kind: str, payload: Mapping[str, Any], *, retry: int = 0) -> str:
        """Send an envelope over the newest connection, and return its id."""
        socket = (await self.until(lambda: self.sockets))[-1]
        envelope = f"envelope-{next(self.ids)}"
        self.sent[envelope] = time.monotonic()
        body: Json = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        await socket.send_json(body | ({"retry_attempt": retry, "retry_reason": "timeout"} if retry else {}))
        return envelope

    async def acknowledged(self, envelope: str) -> float:
        """Wait until an envelope was acknowledged, and return the seconds that it took."""
        return float(await self.until(lambda: self.acks.get(envelope)))

    async def ask_to_reconnect(self) -> None:
        """Tell the client that its connection is about to end, as Slack does every hour or so."""
        await self.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})

    def drop_connections(self) -> None:
        """Break each connection without a word."""
        for socket in self.sockets:
            if socket._req and socket._req.transport:
                socket._req.transport.abort()


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json" and request.can_read_body:
        return {**request.query, **await request.json()}
    return {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}


@asynccontextmanager
async def slack_server(port: int = 0) -> AsyncIterator[SlackServer]:
    """A small Slack that listens on 127.0.0.1; its `base_url` is what SlackApp takes."""
    from tests.fakes.slack_control import routes

    server = SlackServer()
    app = web.Application()
    app.add_routes([web.route("*", "/api/{method}", server.api), web.get("/socket", server.socket)])
    app.add_routes([web.post("/respond/{hook}", server.respond), *routes(server)])
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    host, port = runner.addresses[0][:2]
    server.root = f"http://{host}:{port}"
    server.base_url = f"{server.root}/api/"
    try:
        yield server
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    import sys

    from tests.fakes.slack_control import show_forever

    async def main() -> None:
        async with slack_server(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
            await show_forever(server)

    asyncio.run(main())
