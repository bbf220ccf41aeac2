"""Slack's limits on a message, as https://docs.slack.dev/reference/block-kit/blocks and its error codes have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

TEXT, BLOCKS, HOME_BLOCKS, TOGETHER = 40_000, 50, 100, 13_000
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


def beyond_home_limits(view: Mapping[str, Any]) -> str | None:
    """The error code with which Slack refuses a Home tab."""
    blocks = view.get("blocks") or []
    wrong = view.get("type") != "home" or len(blocks) > HOME_BLOCKS or any(_faults(block) for block in blocks)
    return "invalid_arguments" if wrong else None


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
