"""The small Slack for another process: `/control/…` over HTTP, and what channels show on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.slack_server import SlackServer


def routes(server: SlackServer) -> Sequence[web.AbstractRouteDef]:
    """GET /control/state; POST /control/fail, /control/lose, /control/set, /control/drop, /control/reconnect and
    /control/say, /control/slash with a JSON object each."""

    async def state(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "channels": {name: channel.messages for name, channel in server.channels.items()},
                "whispers": server.whispers,
                "homes": server.homes,
                "connections": server.connections,
                "calls": server.calls,
                "acks": server.acks,
            }
        )

    async def fail(request: web.Request) -> web.Response:
        """{"method": "chat.postMessage", "error": "ratelimited", "retry_after": 2, "times": 3}"""
        server.fail_next(**await request.json())
        return web.Response()

    async def lose(request: web.Request) -> web.Response:
        """{"times": 2}: so many messages are made, and their answers lost"""
        server.lose = (await request.json())["times"]
        return web.Response()

    async def change(request: web.Request) -> web.Response:
        """{"refusal": "token_revoked", "apart": 1.0, "archived": ["C0NEWS001"]}"""
        wanted: dict[str, Any] = await request.json()
        server.refusal = wanted.get("refusal", server.refusal)
        server.apart = wanted.get("apart", server.apart)
        for channel in server.channels.values():
            channel.archived = channel.id in wanted.get("archived", ()) or channel.archived
        return web.Response()

    async def drop(_request: web.Request) -> web.Response:
        server.drop_connections()
        return web.Response()

    async def reconnect(_request: web.Request) -> web.Response:
        await server.ask_to_reconnect()
        return web.Response()

    async def act(request: web.Request) -> web.Response:
        """{"text": "!claims russia"}, or {"command": "/claims", "text": "russia"}"""
        from tests.fakes import slack_people

        done = getattr(slack_people, request.match_info["act"])
        return web.json_response(await done(server, **await request.json()))

    posts = {"fail": fail, "lose": lose, "set": change, "drop": drop, "reconnect": reconnect}
    return [
        web.get("/control/state", state),
        *(web.post(f"/control/{name}", handler) for name, handler in posts.items()),
        web.post("/control/{act:say|slash}", act),
    ]


async def show_forever(server: SlackServer) -> None:
    """Print the address, then each message as it is posted or edited."""
    shown: dict[str, str] = {}
    print(server.base_url, flush=True)  # noqa: T201
    while True:
        everywhere = [(name, one) for name, channel in server.channels.items() for one in channel.messages]
        everywhere += [(f"{one['channel']} to {one['user']} only", one) for one in server.whispers]
        for where, message in everywhere:
            text = f"{where} {message.get('thread_ts', '')} {message['ts']}: {message.get('text')}"
            if shown.get(message["ts"]) != text:
                shown[message["ts"]] = text
                sys.stdout.write(text.replace("\n", "\n    ") + "\n")
                sys.stdout.flush()
        server.changed.clear()
        await server.changed.wait()
