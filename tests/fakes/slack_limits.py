"""Slack's limits on a message, as https://docs.slack.dev/reference/block-kit/blocks and its error codes have them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

TEXT, BLOCKS, VIEW_BLOCKS, TOGETHER, VIEW_BYTES = 40_000, 50, 100, 13_000, 250_000
_PLAIN = frozenset({"plain_text"})
_ANY_TEXT = frozenset({"plain_text", "mrkdwn"})


def beyond_limits(message: Mapping[str, Any]) -> str | None:
    """The error code with which Slack refuses a message; None for one that it takes."""
    blocks = message.get("blocks") or []
    if not blocks and not message.get("text"):
        return "no_text"
    if units(message.get("text") or "") > TEXT:
        return "msg_too_long"
    if len(blocks) > BLOCKS or any(_faults(block) for block in blocks):
        return "invalid_blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > TOGETHER:
        return "msg_blocks_too_long"
    return None


def beyond_view_limits(view: Mapping[str, Any]) -> str | None:
    """The error code with which Slack refuses a Home tab or a view in front of what one reads."""
    blocks = view.get("blocks") or []
    wrong = not 0 < len(blocks) <= VIEW_BLOCKS or any(_faults(block) for block in blocks)
    wrong |= len(json.dumps(view)) > VIEW_BYTES or len(view.get("private_metadata", "")) > 3000
    if view.get("type") == "modal":
        inputs = [block["block_id"] for block in blocks if block["type"] == "input"]
        words = [view["title"], *(view[key] for key in ("submit", "close") if key in view)]
        wrong |= any(list(_text(word, 24, _PLAIN)) for word in words)
        wrong |= len(set(inputs)) < len(inputs) or (bool(inputs) and "submit" not in view)
    return "invalid_arguments" if wrong or view.get("type") not in ("home", "modal") else None


def _faults(block: Json) -> list[str]:
    return list(_found(block))


def _found(block: Json) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield from _text(block["text"], 150, _PLAIN)
        case "section":
            if "text" in block:
                yield from _text(block["text"], 3000)
            fields = block.get("fields", [])
            if ("text" not in block and not fields) or len(fields) > 10:
                yield "fields"
            for field in fields:
                yield from _text(field, 2000)
            if "accessory" in block:
                yield from _buttons([block["accessory"]])
        case "input":
            yield from _text(block["label"], 2000, _PLAIN)
            if "hint" in block:
                yield from _text(block["hint"], 2000, _PLAIN)
            yield from _field(block["element"])
        case "context":
            if not 0 < len(block["elements"]) <= 10:
                yield "elements"
            for element in block["elements"]:
                yield from _text(element, 2000)
        case "actions":
            yield from _buttons(block["elements"])
        case "divider":
            pass
        case other:
            yield other


def _field(element: Json) -> Iterator[str]:
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, _PLAIN)
    options = element.get("options", [])
    chosen = element.get("initial_option")
    match element["type"]:
        case "static_select" | "radio_buttons":
            if not 0 < len(options) <= (100 if element["type"] == "static_select" else 10) or chosen not in options:
                yield "options"
        case "plain_text_input":
            if not 0 < element.get("max_length", 1) <= 3000:
                yield "max_length"
        case "timepicker":
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", element.get("initial_time", "00:00")):
                yield "initial_time"
        case "external_select":
            pass
        case other:
            yield other
    for option in [*options, *([chosen] if chosen else [])]:
        yield from _text(option["text"], 75, _PLAIN)
        if not 0 < units(option["value"]) <= 150:
            yield "value"


def _buttons(elements: list[Json]) -> Iterator[str]:
    if not 0 < len(elements) <= 25 or len({one["action_id"] for one in elements}) < len(elements):
        yield "elements"
    for one in elements:
        yield from _text(one["text"], 75, _PLAIN)
        if units(one["value"]) > 2000 or units(one["action_id"]) > 255:
            yield "value"


def _text(text: Json, most: int, kinds: frozenset[str] = _ANY_TEXT) -> Iterator[str]:
    if text["type"] not in kinds or not 0 < units(text["text"]) <= most:
        yield "text"
    if "emoji" in text and text["type"] != "plain_text":
        yield "emoji"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
