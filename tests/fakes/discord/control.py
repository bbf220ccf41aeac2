"""What other processes read and steer: addresses under `/control/`, for the crash harness and the benchmarks.

| address | does |
| --- | --- |
| GET /control/messages[?channel=N] | the messages of every channel, or of one, oldest first |
| GET /control/state | counts: requests, messages, refused (429s), most in a second, identifies, resumes, connected |
| POST /control/say `{"text", "channel"?, "person"?}` | somebody writes |
| POST /control/fail `{"kind"?, "status"?, "code"?, "text"?, "headers"?, "times"?}` | the next: answer, lost, dropped |
| POST /control/delay `{"seconds"}` | every request takes so long, half of it before anything is done |
| POST /control/outage `{"status": 500}`, `{"status": null}` | every request is answered so, until told otherwise |
| POST /control/gateway `{"do": …}` | open, shut (and cut), drop, reconnect, invalidate, or close with a `code` |
| POST /control/channels `{"delete": N}`, `{"add": [N, …]}` | channels go and come |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.discord.rest import Fault
from tests.fakes.discord.wire import answer
from tests.fakes.discord.world import CHANNEL_ID, PERSON_ID

if TYPE_CHECKING:
    from tests.fakes.discord_server import DiscordServer


def routes(server: DiscordServer) -> list[web.RouteDef]:
    """The control addresses of a server."""

    async def messages(request: web.Request) -> web.Response:
        if channel := request.query.get("channel"):
            return answer(server.messages.get(int(channel), []))
        return answer({str(channel): held for channel, held in server.messages.items()})

    async def state(_request: web.Request) -> web.Response:
        limits = server.limits
        return answer(
            {
                "requests": len(server.requests),
                "messages": sum(map(len, server.messages.values())),
                "refused": limits.refused if limits else 0,
                "most_in_a_second": limits.most_in_a_second if limits else None,
                "identifies": server.identifies,
                "resumes": server.gateway.resumes,
                "connected": len(server.sessions),
            }
        )

    async def say(request: web.Request) -> web.Response:
        body = await request.json()
        person = int(body.get("person", PERSON_ID))
        return answer(await server.say(body["text"], int(body.get("channel", CHANNEL_ID)), person))

    async def fail(request: web.Request) -> web.Response:
        body = await request.json()
        shown = {"code": body.get("code", 0), "message": body.get("text", "failed"), "retry_after": 0.01}
        fault = Fault(body.get("kind", "answer"), body.get("status", 500), shown, body.get("headers") or {})
        server.rest.faults.extend([fault] * int(body.get("times", 1)))
        return answer(None, 204)

    async def delay(request: web.Request) -> web.Response:
        server.rest.delay = float((await request.json())["seconds"])
        return answer(None, 204)

    async def outage(request: web.Request) -> web.Response:
        server.rest.outage = (await request.json())["status"]
        return answer(None, 204)

    async def gateway(request: web.Request) -> web.Response:
        body = await request.json()
        return answer({"done": await _steer(server, body["do"], body.get("code", 1000))})

    async def channels(request: web.Request) -> web.Response:
        body = await request.json()
        server.add_channels(body.get("add") or [])
        if gone := body.get("delete"):
            await server.delete_channel(int(gone))
        return answer(None, 204)

    return [
        web.get("/control/messages", messages),
        web.get("/control/state", state),
        web.post("/control/say", say),
        web.post("/control/fail", fail),
        web.post("/control/delay", delay),
        web.post("/control/outage", outage),
        web.post("/control/gateway", gateway),
        web.post("/control/channels", channels),
    ]


async def _steer(server: DiscordServer, what: str, code: int) -> bool:
    gateway = server.gateway
    match what:
        case "open" | "shut":
            gateway.open = what == "open"
            if not gateway.open:
                gateway.drop()
        case "drop":
            gateway.drop()
        case "reconnect":
            await gateway.reconnect()
        case "invalidate":
            await gateway.invalidate()
        case "close":
            await gateway.close(code)
        case _:
            return False
    return True
