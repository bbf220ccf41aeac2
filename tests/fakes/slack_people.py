"""What people do on the small Slack: each tells the bot of it as Slack does, and returns the envelope's id."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_server import ANN, BOT_USER, NEWS, TEAM, Json, SlackServer

_KINDS = {"channels": "channel", "groups": "group", "im": "im", "mpim": "mpim"}  # as scopes and as events say it


def _hook(server: SlackServer, channel: str, user: str, original: Json | None = None) -> str:
    """A response_url: it takes five answers."""
    name = f"hook-{next(server.ids)}"
    server.hooks[name] = {"channel": channel, "user": user, "original": original, "left": 5}
    return f"{server.root}/respond/{name}"


async def slash(server: SlackServer, command: str, text: str = "", *, user: str = ANN, channel: str = NEWS) -> str:
    """Type a slash command."""
    body = {
        "command": command, "text": text, "user_id": user, "user_name": "ann", "channel_id": channel, "team_id": TEAM,
        "response_url": _hook(server, channel, user), "trigger_id": server.new_trigger(user), "api_app_id": "A1000",
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
        seen = event_of(server, {**message, "channel_type": _KINDS[place.kind]})
        envelopes.append(await server.send("events_api", seen))
    return envelopes


async def click(server: SlackServer, shown: Json, button: str, *, user: str = ANN) -> str:
    """Click the button with this action_id or label, under a message or in a view."""
    pressed = next(one for one in buttons_of(shown) if button in (one["action_id"], one["text"]["text"]))
    body = {
        "type": "block_actions", "user": {"id": user, "username": "ann", "name": "ann"}, "team": {"id": TEAM},
        "actions": [{**pressed, "block_id": "b"}], "trigger_id": server.new_trigger(user),
    }  # fmt: skip
    if shown.get("type") in ("home", "modal"):
        return await server.send("interactive", body | {"view": _sent(shown), "container": {"type": "view"}})
    channel, private = shown["channel"], shown in server.whispers
    container = {"type": "message", "channel_id": channel, "message_ts": shown["ts"], "is_ephemeral": private}
    if "thread_ts" in shown:
        container["thread_ts"] = shown["thread_ts"]
    where = {"channel": {"id": channel}, "response_url": _hook(server, channel, user, shown)}
    return await server.send("interactive", body | where | {"container": container})


def buttons_of(shown: Json) -> list[Json]:
    """The buttons of a message or a view, as they stand."""
    blocks = shown.get("blocks") or []
    below = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    return [*(block["accessory"] for block in blocks if "accessory" in block), *below]


def _sent(view: Json) -> Json:
    """A view as Slack sends it along."""
    return {"private_metadata": "", "callback_id": "", "state": {"values": {}}, **view}


async def fill_in(server: SlackServer, form: Json, *, user: str = ANN, **changed: str | None) -> str:
    """Send off a form, its fields as they stand but for those that are `changed`; None empties one."""
    values: Json = {}
    for block in form["blocks"]:
        if block["type"] == "input":
            name, element = block["block_id"], block["element"]
            filled = _filled(element, changed.pop(name)) if name in changed else _standing(element)
            assert block["optional"] or any(filled.values()), f"Slack wants something in {name}"
            values[name] = {element["action_id"]: {"type": element["type"], **filled}}
    assert not changed, f"the form has no {set(changed)}"
    form.pop("errors", None)
    view = {**_sent(form), "state": {"values": values}}
    body = {"type": "view_submission", "user": {"id": user}, "team": {"id": TEAM}, "view": view}
    envelope = await server.send("interactive", body | {"trigger_id": server.new_trigger(user)}, form=form["id"])
    await server.acknowledged(envelope)
    return envelope


def _standing(element: Json) -> Json:
    match element["type"]:
        case "plain_text_input":
            return {"value": element.get("initial_value")}
        case "timepicker":
            return {"selected_time": element.get("initial_time")}
        case _:
            return {"selected_option": element.get("initial_option")}


def _filled(element: Json, value: str | None) -> Json:
    match element["type"]:
        case "plain_text_input":
            return {"value": value}
        case "timepicker":
            return {"selected_time": value}
        case "external_select":
            return {"selected_option": {"text": {"type": "plain_text", "text": value}, "value": value}}
        case _:
            return {"selected_option": next(one for one in element["options"] if one["value"] == value)}


async def type_into(server: SlackServer, form: Json, name: str, text: str, *, user: str = ANN) -> list[str]:
    """Type into a list that is filled while one types, and return what it offers."""
    body = {
        "type": "block_suggestion", "user": {"id": user}, "team": {"id": TEAM}, "view": _sent(form),
        "action_id": name, "block_id": name, "value": text,
    }  # fmt: skip
    envelope = await server.send("interactive", body)
    await server.acknowledged(envelope)
    return [option["value"] for option in server.payloads[envelope]["options"]]


async def use_shortcut(server: SlackServer, message: Json, *, user: str = ANN, channel: str = NEWS) -> str:
    """Choose "Find claims about this" under a message."""
    body = {
        "type": "message_action", "callback_id": "find_claims", "user": {"id": user, "name": "ann"}, "message": message,
        "channel": {"id": channel}, "team": {"id": TEAM}, "trigger_id": server.new_trigger(user),
        "response_url": _hook(server, channel, user),
    }  # fmt: skip
    return await server.send("interactive", body)


async def open_home(server: SlackServer, *, user: str = ANN, tab: str = "home") -> str:
    """Open the app's Home tab."""
    event = {"type": "app_home_opened", "user": user, "channel": server.direct(user).id, "tab": tab}
    return await server.send("events_api", event_of(server, event))
