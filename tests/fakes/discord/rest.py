"""The REST API, as much of it as discord.py's client needs for posting and answering, with its faults."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.wire import READ_MESSAGE_HISTORY, Json, answer, beyond_limits, error
from tests.fakes.discord.world import APPLICATION, BOT, BOT_ID, PEOPLE, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/api/v10"


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request to a message route.

    `answer`: it fails with that answer. `lost`: it is done, but the connection breaks before the answer is sent.
    `dropped`: the connection breaks before anything is done.
    """

    kind: Literal["answer", "lost", "dropped"]
    status: int = 500
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Rest:
    """The routes, and how they behave now."""

    world: World
    gateway: Gateway
    interactions: Interactions
    limits: Limits | None
    shards: int = 1
    outage: int | None = None  # the status that everything is answered with
    delay: float = 0.0  # seconds for each request, half of them before anything is done
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path

    def routes(self) -> list[web.RouteDef]:
        """The routes for an aiohttp application."""
        channel, hook = f"{API}/channels/{{channel}}", f"{API}/webhooks/{{application}}/{{token}}"
        message = f"{channel}/messages/{{message}}"
        done = self.interactions
        return [
            web.get(f"{API}/users/@me", self._me),
            web.get(f"{API}/users/{{user}}", self._user),
            web.post(f"{API}/users/@me/channels", self._direct),
            web.get(f"{API}/oauth2/applications/@me", self._application),
            web.get(f"{API}/applications/@me", self._application),
            web.get(f"{API}/gateway/bot", self._gateway_address),
            web.get(f"{API}/applications/{{application}}/commands", self._commands),
            web.put(f"{API}/applications/{{application}}/commands", self._sync),
            web.put(f"{API}/applications/{{application}}/guilds/{{guild}}/commands", self._sync),
            web.get(f"{API}/guilds/{{guild}}", self._guild),
            web.delete(f"{API}/users/@me/guilds/{{guild}}", self._leave),
            web.get(channel, self._channel),
            web.post(f"{channel}/typing", self._typing),
            web.get(f"{channel}/messages", self._history),
            web.post(f"{channel}/messages", self._post),
            web.get(message, self._message),
            web.patch(message, self._edit),
            web.delete(message, self._delete),
            web.post(f"{API}/interactions/{{interaction}}/{{token}}/callback", done.callback),
            web.post(hook, done.follow_up),
            web.get(f"{hook}/messages/{{message}}", done.message),
            web.patch(f"{hook}/messages/{{message}}", done.message),
            web.delete(f"{hook}/messages/{{message}}", done.message),
            web.get("/gateway/", self.gateway.serve),
        ]

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count, refuse and fail, before and after what a route does."""
        if not request.path.startswith(f"{API}/"):
            return await handler(request)
        path = request.path.removeprefix(API)
        self.requests.append((request.method, request.path))
        if self.outage is not None:
            return error(self.outage, 0, "upstream connect error")
        headers: dict[str, str] = {}
        if self.limits is not None:
            refused = self.limits.ban()
            if refused is not None:
                return refused
            refused, headers = self.limits.take(request.method, path)
            response: web.StreamResponse = refused or await self._act(request, path, handler)
            self.limits.note(response.status)
        else:
            response = await self._act(request, path, handler)
        response.headers.update(headers)
        return response

    async def _act(self, request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        own = path.startswith(("/interactions/", "/webhooks/"))  # the token in their path is enough
        if not own and request.headers.get("Authorization") != f"Bot {self.gateway.token}":
            return error(401, 0, "401: Unauthorized")
        fault = self.faults.popleft() if path.startswith("/channels/") and self.faults else None
        if fault is not None and fault.kind == "answer":
            return answer(fault.body, fault.status, fault.headers)
        response: web.StreamResponse = answer(None, 204)
        if fault is None or fault.kind == "lost":
            try:
                await asyncio.sleep(self.delay / 2)
                response = await handler(request)
                await asyncio.sleep(self.delay / 2)
            except (ValueError, KeyError, TypeError) as wrong:
                response = error(400, 50035, f"Invalid Form Body: {wrong}")
        if fault is not None and request.transport is not None:
            request.transport.close()
        return response

    # ── who and where ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _me(self, _request: web.Request) -> web.Response:
        return answer(BOT)

    async def _user(self, request: web.Request) -> web.Response:
        person = PEOPLE.get(int(request.match_info["user"]))
        return answer(person) if person else error(404, 10013, "Unknown User")

    async def _direct(self, request: web.Request) -> web.Response:
        channel = self.world.direct(int((await request.json())["recipient_id"]))
        return answer(channel.as_json()) if channel else error(404, 10013, "Unknown User")

    async def _application(self, _request: web.Request) -> web.Response:
        return answer(APPLICATION)

    async def _gateway_address(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000 - self.gateway.identifies, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": f"ws://{request.host}/gateway/", "shards": self.shards, "session_start_limit": limit})

    async def _guild(self, request: web.Request) -> web.Response:
        number = int(request.match_info["guild"])
        return answer(self.world.guild(number)) if number in self.world.guilds else error(404, 10004, "Unknown Guild")

    async def _leave(self, request: web.Request) -> web.Response:
        number = int(request.match_info["guild"])
        if self.world.guilds.pop(number, None) is None:
            return error(404, 10004, "Unknown Guild")
        for channel in [one.id for one in self.world.channels.values() if one.guild == number]:
            del self.world.channels[channel], self.world.messages[channel]
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(number)}, number)
        return answer(None, 204)

    async def _commands(self, _request: web.Request) -> web.Response:
        return answer(self.world.commands)

    async def _sync(self, request: web.Request) -> web.Response:
        given = {"application_id": str(BOT_ID), "default_member_permissions": None, "version": "1"}
        self.world.commands = [given | command | {"id": str(self.world.new_id())} for command in await request.json()]
        return answer(self.world.commands)

    async def _channel(self, request: web.Request) -> web.Response:
        number = int(request.match_info["channel"])
        if refused := self._no_access(number):
            return refused
        return answer(self.world.channels[number].as_json())

    async def _typing(self, request: web.Request) -> web.Response:
        return self._no_access(int(request.match_info["channel"])) or answer(None, 204)

    def _no_access(self, channel: int) -> web.Response | None:
        refusal = self.world.refusal(channel, {})
        return error(*refusal) if refusal else None

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _history(self, request: web.Request) -> web.Response:
        channel = int(request.match_info["channel"])
        if refused := self._no_access(channel):
            return refused
        if not self.world.permissions(BOT_ID, channel) & READ_MESSAGE_HISTORY:
            return answer([])
        most = int(request.query.get("limit", 50))
        before = int(request.query.get("before", 2**63))
        return answer([one for one in self.world.messages[channel][::-1] if int(one["id"]) < before][:most])

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        channel = int(request.match_info["channel"])
        if refusal := self.world.refusal(channel, body):
            return error(*refusal)
        if wrong := beyond_limits(body):
            return error(400, 50035, f"Invalid Form Body: {wrong}")
        if not any(body.get(part) for part in ("content", "embeds", "components", "sticker_ids")):
            return error(400, 50006, "Cannot send an empty message")
        reference = body.get("message_reference")
        if reference and not self.world.find(channel, int(reference["message_id"])):
            if reference.get("fail_if_not_exists", True):
                return error(400, 50035, "Invalid Form Body: message_reference: Unknown message")
            body["message_reference"] = None
        message, new = self.world.post(channel, body, BOT)
        if new:
            await self._tell("MESSAGE_CREATE", message)
        return answer(message)

    async def _message(self, request: web.Request) -> web.Response:
        found = self._found(request)
        return answer(found) if found else error(404, 10008, "Unknown Message")

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._found(request)
        if message is None:
            known = int(request.match_info["channel"]) in self.world.messages
            return error(404, 10008, "Unknown Message") if known else error(404, 10003, "Unknown Channel")
        if refused := self._no_access(int(message["channel_id"])):
            return refused
        if message["author"]["id"] != str(BOT_ID):
            return error(403, 50005, "Cannot edit a message authored by another user")
        body = await request.json()
        if wrong := beyond_limits(body):
            return error(400, 50035, f"Invalid Form Body: {wrong}")
        self.world.edit(message, body)
        await self._tell("MESSAGE_UPDATE", message)
        return answer(message)

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._found(request)
        if message is None:
            return error(404, 10008, "Unknown Message")
        channel = int(message["channel_id"])
        self.world.messages[channel].remove(message)
        await self._tell("MESSAGE_DELETE", {"id": message["id"], "channel_id": message["channel_id"]})
        return answer(None, 204)

    def _found(self, request: web.Request) -> Json | None:
        return self.world.find(int(request.match_info["channel"]), int(request.match_info["message"]))

    async def _tell(self, event: str, message: Json) -> None:
        place = self.world.channels.get(int(message["channel_id"]))
        guild = place.guild if place is not None else None
        await self.gateway.dispatch(event, message | ({"guild_id": str(guild)} if guild else {}), guild)
