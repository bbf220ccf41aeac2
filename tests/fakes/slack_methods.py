"""The methods of the small Slack's Web API, as far as the bot calls them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes import slack_views
from tests.fakes.slack_limits import beyond_limits
from tests.fakes.slack_world import ANN, BEN, BOT_ID, BOT_USER, CEO, TEAM, Channel, Json, Lost

if TYPE_CHECKING:
    from tests.fakes.slack_server import SlackServer


def auth_test(_server: SlackServer, _arguments: Json) -> Json:
    return {
        "ok": True,
        "user": "claimwatch",
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "team": "Freedonia Desk",
        "team_id": TEAM,
    }


def open_connection(server: SlackServer, _arguments: Json) -> Json:
    return {"ok": True, "url": server.root.replace("http", "ws") + f"/socket?ticket={next(server.ids)}"}


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _place(server: SlackServer, arguments: Json) -> Channel | str:
    channel = server.channels.get(arguments.get("channel", ""))
    if channel is None:
        return "channel_not_found"
    return "is_archived" if channel.archived else channel if channel.has_bot else "not_in_channel"


def post_message(server: SlackServer, arguments: Json) -> Json | web.Response:
    channel = _place(server, arguments)
    if isinstance(channel, str):
        return {"ok": False, "error": channel}
    if wrong := beyond_limits(arguments):
        return {"ok": False, "error": wrong}
    now = time.monotonic()
    if server.apart and now - server.last_post.get(channel.id, -1e9) < server.apart:
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
    server.last_post[channel.id] = now
    if (thread := arguments.get("thread_ts")) and not channel.find(thread):
        return {"ok": False, "error": "thread_not_found"}
    message = {**arguments, "ts": server.new_ts(), "user": BOT_USER, "bot_id": BOT_ID, "type": "message"}
    channel.messages.append(message)
    if server.lose:
        server.lose -= 1
        raise Lost
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}


def update_message(server: SlackServer, arguments: Json) -> Json:
    channel = _place(server, arguments)
    if isinstance(channel, str):
        return {"ok": False, "error": channel}
    message = channel.find(arguments["ts"])
    if message is None:
        return {"ok": False, "error": "message_not_found"}
    if wrong := beyond_limits(arguments):
        return {"ok": False, "error": wrong}
    message |= {key: arguments[key] for key in ("text", "blocks") if key in arguments} | {"edited": True}
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def post_ephemeral(server: SlackServer, arguments: Json) -> Json:
    channel = _place(server, arguments)
    if isinstance(channel, str):
        return {"ok": False, "error": channel}
    server.whispers.append({**arguments, "ts": server.new_ts()})
    return {"ok": True, "message_ts": server.whispers[-1]["ts"]}


def history(server: SlackServer, arguments: Json) -> Json:
    return _read(server, arguments, lambda message: not message.get("thread_ts"))


def replies(server: SlackServer, arguments: Json) -> Json:
    return _read(server, arguments, lambda message: arguments["ts"] in (message["ts"], message.get("thread_ts")))


def _read(server: SlackServer, arguments: Json, wanted: Callable[[Json], bool]) -> Json:
    channel = _place(server, arguments)
    if isinstance(channel, str):
        return {"ok": False, "error": channel}
    oldest, start, limit = float(arguments.get("oldest", 0)), int(arguments.get("cursor", 0)), int(arguments["limit"])
    found = [one for one in reversed(channel.messages) if wanted(one) and float(one["ts"]) >= oldest]
    hidden = () if arguments.get("include_all_metadata") in ("1", "true", True) else ("metadata",)
    page = [{key: one[key] for key in one if key not in hidden} for one in found[start : start + limit]]
    more = str(start + limit) if start + limit < len(found) else ""
    return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}


# ── conversations and people ─────────────────────────────────────────────────────────────────────────────────────────


def open_conversation(server: SlackServer, arguments: Json) -> Json:
    user = arguments["users"].split(",")[0]
    if user not in (ANN, BEN, CEO):
        return {"ok": False, "error": "user_not_found"}
    return {"ok": True, "channel": {"id": server.direct(user).id}}


def conversation_info(server: SlackServer, arguments: Json) -> Json:
    channel = server.channels.get(arguments["channel"])
    if channel is None or (channel.kind == "groups" and not channel.has_bot):
        return {"ok": False, "error": "channel_not_found"}
    about = {"id": channel.id, "creator": channel.creator, "is_im": channel.is_im, "is_member": channel.has_bot}
    return {"ok": True, "channel": about}


def user_info(server: SlackServer, arguments: Json) -> Json:
    return {"ok": True, "user": {"id": arguments["user"], "is_admin": arguments["user"] in server.admins}}


def group_members(server: SlackServer, arguments: Json) -> Json:
    members = server.groups.get(arguments["usergroup"])
    return {"ok": False, "error": "no_such_subteam"} if members is None else {"ok": True, "users": members}


METHODS: Mapping[str, Callable[[SlackServer, Json], Json | web.Response]] = {
    "apps.connections.open": open_connection,
    "auth.test": auth_test,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update_message,
    "conversations.history": history,
    "conversations.info": conversation_info,
    "conversations.open": open_conversation,
    "conversations.replies": replies,
    "usergroups.users.list": group_members,
    "users.info": user_info,
    "views.open": slack_views.open_view,
    "views.publish": slack_views.publish,
    "views.update": slack_views.update,
}
