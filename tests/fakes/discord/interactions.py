"""Slash commands, autocomplete and buttons: what people do, what the bot is told, and what it answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.wire import EPHEMERAL, Json, answer, beyond_limits, error
from tests.fakes.discord.world import APPLICATION, BOT, BOT_ID, PEOPLE, Channel, World

COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4
SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_SUBCOMMAND, _GROUP = 1, 2
_ANSWER_SECONDS, _TOKEN_SECONDS = 3.0, 900.0


@dataclass(slots=True)
class Interaction:
    """One thing that somebody did, and the answers to it."""

    id: int
    did: int  # COMMAND, COMPONENT or AUTOCOMPLETE
    person: int
    channel: int
    message: Json | None  # the one whose button was pressed
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    at: float = field(default_factory=time.monotonic)
    kind: int | None = None  # of the first answer
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    messages: list[Json] = field(default_factory=list)  # the answers, first the original one
    waiting: bool = False  # it was deferred, and is not answered yet
    private: bool = False  # only who did it sees the answers
    answered: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # set at the first answer and when a deferred one is there

    async def answer(self, seconds: float = 10.0) -> Json:
        """The first message that answers it, once it is there."""
        async with asyncio.timeout(seconds):
            while self.waiting or not self.messages:
                self.answered.clear()
                await self.answered.wait()
        return self.messages[0]


@dataclass(slots=True)
class Interactions:
    """All that people did."""

    world: World
    gateway: Gateway
    all: dict[str, Interaction] = field(default_factory=dict)  # by token

    # ── what people do ───────────────────────────────────────────────────────────────────────────────────────────────

    async def slash(self, name: str, options: Mapping[str, Any], person: int, channel: int) -> Interaction:
        """Let a person use a slash command; `name` may be that of a subcommand: "feed add"."""
        return await self._do(COMMAND, self._command(name, options, None), person, channel)

    async def autocomplete(
        self, name: str, option: str, text: str, options: Mapping[str, Any], person: int, channel: int
    ) -> list[Json]:
        """Let a person type `text` into an option, and return the choices that are offered."""
        done = await self._do(AUTOCOMPLETE, self._command(name, {**options, option: text}, option), person, channel)
        await asyncio.wait_for(done.answered.wait(), _ANSWER_SECONDS)
        return done.choices

    async def click(
        self, message: Json, custom_id: str, person: int, values: Sequence[str] | None = None
    ) -> Interaction:
        """Let a person press a message's button, or choose `values` from its menu."""
        found = next((one for one in _inside(message["components"]) if one.get("custom_id") == custom_id), None)
        if found is None or found.get("disabled"):
            raise LookupError(f"The message has no {custom_id} that can be pressed.")
        data = {"custom_id": custom_id, "component_type": found["type"]}
        if values is not None:
            data["values"] = list(values)
        return await self._do(COMPONENT, data, person, int(message["channel_id"]), message)

    def _command(self, name: str, options: Mapping[str, Any], focused: str | None) -> Json:
        first, *rest = name.split()
        command = next((one for one in self.world.commands if one["name"] == first), None)
        if command is None:
            raise LookupError(f"No slash command {first} was announced.")
        data: Json = {"id": command["id"], "name": first, "type": 1, "options": []}
        known, inner = command.get("options") or [], data
        for word in rest:
            step = next(one for one in known if one["name"] == word and one["type"] in (_SUBCOMMAND, _GROUP))
            below: Json = {"name": word, "type": step["type"], "options": []}
            inner["options"].append(below)
            known, inner = step.get("options") or [], below
        kinds = {one["name"]: one["type"] for one in known}
        for option, value in options.items():
            given = {"name": option, "type": kinds[option], "value": value}
            inner["options"].append(given | ({"focused": True} if option == focused else {}))
        return data

    async def _do(self, kind: int, data: Json, person: int, channel: int, message: Json | None = None) -> Interaction:
        done = Interaction(self.world.new_id(), kind, person, channel, message)
        self.all[done.token] = done
        place = self.world.channels.get(channel) or Channel(channel)
        told = {
            "id": str(done.id), "application_id": APPLICATION["id"], "type": kind, "data": data, "token": done.token,
            "version": 1, "channel_id": str(channel), "locale": "en-US", "entitlements": [], "context": 0,
            "attachment_size_limit": 10_485_760, "authorizing_integration_owners": {},
            "channel": place.as_json() | {"permissions": str(self.world.permissions(person, channel))},
            "app_permissions": str(self.world.permissions(BOT_ID, channel)),
        }  # fmt: skip
        if message is not None:
            told["message"] = message
        if place.guild is None:
            told |= {"user": PEOPLE[person], "context": 1}
        else:
            told |= {"guild_id": str(place.guild), "guild_locale": "en-US"}
            told |= {"guild": {"id": str(place.guild), "locale": "en-US", "features": []}}
            told["member"] = self.world.member(PEOPLE[person], channel)
        await self.gateway.dispatch("INTERACTION_CREATE", told, place.guild)
        return done

    # ── what the bot answers ─────────────────────────────────────────────────────────────────────────────────────────

    async def callback(self, request: web.Request) -> web.Response:
        """POST /interactions/{id}/{token}/callback"""
        done = self.all.get(request.match_info["token"])
        if done is None or time.monotonic() - done.at > _ANSWER_SECONDS:
            return error(404, 10062, "Unknown interaction")
        if done.kind is not None:
            return error(400, 40060, "Interaction has already been acknowledged.")
        body = await request.json()
        data: Json = body.get("data") or {}
        if wrong := beyond_limits(data):
            return error(400, 50035, f"Invalid Form Body: {wrong}")
        if len(data.get("choices") or []) > 25:
            return error(400, 50035, "Invalid Form Body: choices: more than 25")
        done.kind = body["type"]
        message = await self._apply(done, body["type"], data)
        if not request.query.get("with_response"):
            return answer(None, 204)
        shown: Json = {"id": str(done.id), "type": 2, "response_message_loading": done.waiting}
        if message is None:
            return answer({"interaction": shown})
        shown |= {"response_message_id": message["id"], "response_message_ephemeral": done.private}
        return answer({"interaction": shown, "resource": {"type": done.kind, "message": message}})

    async def _apply(self, done: Interaction, kind: int, data: Json) -> Json | None:
        if kind == CHOICES:
            done.choices = data["choices"]
        elif kind == MODAL:
            done.modal = data
        elif kind == UPDATE and done.message is not None:
            self.world.edit(done.message, data)
            done.messages.append(done.message)
        elif kind in (SAY, DEFER):
            done.private = bool((data.get("flags") or 0) & EPHEMERAL)
            done.waiting = kind == DEFER
            if kind == SAY:
                done.answered.set()
                return self._say(done, data)
        done.answered.set()
        return done.message if kind == UPDATE else None

    async def follow_up(self, request: web.Request) -> web.Response:
        """POST /webhooks/{application}/{token}"""
        done = self._alive(request)
        if done is None:
            return error(401, 50027, "Invalid Webhook Token")
        body = await request.json()
        if wrong := beyond_limits(body):
            return error(400, 50035, f"Invalid Form Body: {wrong}")
        if done.waiting:  # the first one takes the place of "is thinking"
            body["flags"] = (body.get("flags") or 0) | (EPHEMERAL if done.private else 0)
        message = self._say(done, body)
        return answer(message)

    async def message(self, request: web.Request) -> web.Response:
        """GET, PATCH and DELETE /webhooks/{application}/{token}/messages/{message}, which may be @original"""
        done = self._alive(request)
        if done is None:
            return error(401, 50027, "Invalid Webhook Token")
        wanted = request.match_info["message"]
        body = await request.json() if request.method == "PATCH" else {}
        if wrong := beyond_limits(body):
            return error(400, 50035, f"Invalid Form Body: {wrong}")
        if wanted == "@original" and done.waiting and request.method == "PATCH":
            return answer(self._say(done, body | {"flags": EPHEMERAL if done.private else 0}))
        held = [*done.messages, *([done.message] if done.message is not None else [])]
        found = next((one for one in held if wanted in ("@original", one["id"])), None)
        if found is None:
            return error(404, 10008, "Unknown Message")
        if request.method == "DELETE":
            done.messages = [one for one in done.messages if one is not found]
            self.world.messages[done.channel] = [one for one in self.world.messages[done.channel] if one is not found]
            return answer(None, 204)
        if request.method == "PATCH":
            self.world.edit(found, body)
        return answer(found)

    def _alive(self, request: web.Request) -> Interaction | None:
        done = self.all.get(request.match_info["token"])
        return None if done is None or time.monotonic() - done.at > _TOKEN_SECONDS else done

    def _say(self, done: Interaction, body: Json) -> Json:
        message, _ = self.world.post(done.channel, body, BOT)
        message |= {"webhook_id": str(BOT_ID), "application_id": str(BOT_ID)}
        message["interaction_metadata"] = {  # by it discord.py finds the view of an answer
            "id": str(done.id), "type": done.did, "user": PEOPLE[done.person], "authorizing_integration_owners": {},
        }  # fmt: skip
        done.messages.append(message)
        done.waiting = False
        done.answered.set()
        return message


def _inside(components: Sequence[Json]) -> list[Json]:
    found: list[Json] = []
    for one in components:
        found += [one, *_inside(one.get("components") or [])]
        if accessory := one.get("accessory"):
            found.append(accessory)
    return found
