"""What people see on the small Slack, as the tests read it."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_server import ANN, NEWS, SlackServer

Json = dict[str, Any]


def shown(message: Json) -> str:
    """What a message or a view shows, its buttons as [label]."""
    blocks = message.get("blocks") or [{"text": {"text": message["text"]}}]
    texts = [
        text
        for one in blocks
        for text in (one.get("text"), *one.get("fields", ()), *one.get("elements", ()), one.get("accessory"))
    ]
    lines = [f"[{one['text']['text']}]" if one.get("type") == "button" else one["text"] for one in texts if one]
    return "\n".join(lines)


async def whisper(server: SlackServer, count: int = 1) -> Json:
    """The newest of so many messages that one person sees."""
    found: list[Json] = await server.until(lambda: server.whispers[count - 1 :])
    return found[0]


async def post(server: SlackServer, count: int = 1, channel: str = NEWS) -> Json:
    """The newest of so many messages of the bot in a channel."""
    found: list[Json] = await server.until(lambda: server.posted(channel)[count - 1 :])
    return found[0]


async def home_with(server: SlackServer, text: str, user: str = ANN) -> Json:
    """A person's Home tab, once it shows this."""
    await server.until(lambda: user in server.homes and text in shown(server.homes[user]))
    return server.homes[user]


async def view_with(server: SlackServer, text: str) -> Json:
    """What stands in front of what somebody reads, once it holds this."""
    found: list[Json] = await server.until(lambda: [one for one in server.views.values() if text in str(one)])
    return found[0]
