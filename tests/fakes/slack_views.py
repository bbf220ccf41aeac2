"""Home tabs and what stands in front of what one reads, on the small Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack_limits import beyond_view_limits
from tests.fakes.slack_world import Json

if TYPE_CHECKING:
    from tests.fakes.slack_server import SlackServer


def open_view(server: SlackServer, arguments: Json) -> Json:
    """Open a view, once for each trigger. That one ends after 3 s is for a test to say: a slow machine is no fault."""
    trigger, view = arguments["trigger_id"], arguments["view"]
    if trigger not in server.triggers:
        return {"ok": False, "error": "invalid_trigger_id"}
    user = server.triggers[trigger]
    if user is None:
        return {"ok": False, "error": "exchanged_trigger_id"}
    if wrong := beyond_view_limits(view):
        return {"ok": False, "error": wrong}
    server.triggers[trigger] = None
    number = f"V{next(server.ids)}"
    server.views[number] = {**view, "id": number, "user": user}
    return {"ok": True, "view": server.views[number]}


def update(server: SlackServer, arguments: Json) -> Json:
    view = server.views.get(arguments["view_id"])
    if view is None:
        return {"ok": False, "error": "not_found"}
    if wrong := beyond_view_limits(arguments["view"]):
        return {"ok": False, "error": wrong}
    _replace(view, arguments["view"])
    return {"ok": True, "view": view}


def publish(server: SlackServer, arguments: Json) -> Json:
    view = arguments["view"]
    if view.get("type") != "home" or beyond_view_limits(view):
        return {"ok": False, "error": "invalid_arguments"}
    server.homes[arguments["user_id"]] = {**view, "id": f"V{next(server.ids)}"}
    return {"ok": True}


def settle(server: SlackServer, number: str, answer: Json) -> None:
    """What a form does once it was acknowledged: it closes, shows errors at its fields, or turns into another view."""
    view = server.views[number]
    match answer.get("response_action"):
        case None | "clear":
            del server.views[number]
        case "errors":
            fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            assert set(answer["errors"]) <= fields
            view["errors"] = answer["errors"]
        case "update":
            assert beyond_view_limits(answer["view"]) is None
            _replace(view, answer["view"])


def _replace(view: Json, by: Json) -> None:
    """Let a view be another one: the same to whoever holds it."""
    kept = {"id": view["id"], "user": view["user"]}
    view.clear()
    view |= by | kept
