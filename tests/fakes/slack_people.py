"""What people do on the small Slack: each tells the bot of it as Slack does, and returns the envelope's id."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_server import ANN, BOT_USER, NEWS, TEAM, Json, SlackServer


def _hook(server: SlackServer, channel: str, user: str, original: Json | None = None) -> str:
    """A response_url: it takes five answers."""
    name = f"hook-{next(server.ids)}"
    server.hooks[name] = {"channel": channel, "user": user, "original": original, "left": 5}
    return f"{server.root}/respond/{name}"


async def slash(server: SlackServer, command: str, text: str = "", *, user: str = ANN, channel: str = NEWS) -> str:
    """Type a slash command."""
    body = {
        "command": command, "text": text, "user_id": user, "user_name": "ann", "channel_id": channel, "team_id": TEAM,
        "response_url": _hook(server, channel, user), "trigger_id": str(next(server.ids)), "api_app_id": "A1000",
    }  # fmt: skip
    return await server.send("slash_commands", body)


def event_of(server: SlackServer, event: Json) -> Json:
    """The payload in which an event comes."""
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A1000", "event_id": f"Ev{next(server.ids)}",
        "event": event, "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
    }  # fmt: skip


async def say(
    server: SlackServer, text: str, *, user: str = ANN, channel: str = NEWS, thread: str | None = None, **more: Any
) -> list[str]:
    """Write a message; the bot is told where it is a member, and a second time where it is mentioned."""
    place = server.channels[channel]
    message = {"type": "message", "user": user, "text": text, "ts": server.new_ts(), "channel": channel, **more}
    if thread:
        message["thread_ts"] = thread
    place.messages.append(message)
    envelopes = []
    if f"<@{BOT_USER}>" in text and not place.is_im:
        mention = event_of(server, {**message, "type": "app_mention"})
        envelopes.append(await server.send("events_api", mention))
    if place.has_bot:
        seen = event_of(server, {**message, "channel_type": "im" if place.is_im else "channel"})
        envelopes.append(await server.send("events_api", seen))
    return envelopes


async def click(server: SlackServer, message: Json, action: str, *, user: str = ANN) -> str:
    """Click the button with this action_id under a message."""
    buttons = [one for block in message["blocks"] if block["type"] == "actions" for one in block["elements"]]
    (button,) = (one for one in buttons if one["action_id"] == action)
    private = message in server.whispers
    container = {
        "type": "message",
        "channel_id": message["channel"],
        "message_ts": message["ts"],
        "is_ephemeral": private,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    body = {
        "type": "block_actions", "user": {"id": user, "username": "ann", "name": "ann"}, "team": {"id": TEAM},
        "channel": {"id": message["channel"]}, "container": container, "actions": [{**button, "block_id": "b"}],
        "trigger_id": str(next(server.ids)), "response_url": _hook(server, message["channel"], user, message),
    }  # fmt: skip
    return await server.send("interactive", body)


async def use_shortcut(server: SlackServer, message: Json, *, user: str = ANN, channel: str = NEWS) -> str:
    """Choose "Find claims about this" under a message."""
    body = {
        "type": "message_action", "callback_id": "find_claims", "user": {"id": user, "name": "ann"}, "message": message,
        "channel": {"id": channel}, "team": {"id": TEAM}, "trigger_id": str(next(server.ids)),
        "response_url": _hook(server, channel, user),
    }  # fmt: skip
    return await server.send("interactive", body)


async def open_home(server: SlackServer, *, user: str = ANN, tab: str = "home") -> str:
    """Open the app's Home tab."""
    event = {"type": "app_home_opened", "user": user, "channel": server.direct(user).id, "tab": tab}
    return await server.send("events_api", event_of(server, event))
