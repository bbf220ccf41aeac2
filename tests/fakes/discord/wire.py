"""What goes over the wire: numbers, answers, errors, and the limits of a message.

What it took some finding out that discord.py wants:

- `Content-Type` must be `application/json` and nothing more, or an answer is taken for text;
- a 429 counts as Discord's own only with a `Via` header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

Json = dict[str, Any]

MESSAGE_CONTENT = 1 << 15  # https://docs.discord.com/developers/events/gateway#list-of-intents
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15  # flags of a message
TEXT, DIRECT = 0, 1  # kinds of channel

# https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
MANAGE_CHANNELS, MANAGE_GUILD, VIEW_CHANNEL, SEND_MESSAGES = 1 << 4, 1 << 5, 1 << 10, 1 << 11
EMBED_LINKS, READ_MESSAGE_HISTORY, USE_COMMANDS = 1 << 14, 1 << 16, 1 << 31
ORDINARY = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | READ_MESSAGE_HISTORY | USE_COMMANDS
EVERYTHING = (1 << 50) - 1

_EMBED_LIMITS = {"title": 256, "description": 4096}
_TEXT_KINDS = (10,)  # components v2: text display
_COMPONENTS, _SHOWN = 40, 4000


def now() -> str:
    """The time as Discord writes it."""
    return datetime.now(UTC).isoformat()


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer of the API."""
    if status == 204:
        return web.Response(status=status, headers=headers)
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json", headers=headers)


def error(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """An error of the API; https://docs.discord.com/developers/topics/opcodes-and-status-codes#json."""
    return answer({"code": code, "message": message}, status, headers)


def beyond_limits(body: Json) -> str | None:
    """Which of Discord's limits the message breaks, counted in UTF-16 units as Discord does."""
    if units(body.get("content")) > 2000:
        return "content: too long"
    if len(str(body.get("nonce") or "")) > 25:
        return "nonce: longer than 25"
    embeds = body.get("embeds") or []
    if len(embeds) > 10:
        return "embeds: more than 10"
    sizes = 0
    for embed in embeds:
        fields = embed.get("fields", [])
        wrong = [key for key, most in _EMBED_LIMITS.items() if units(embed.get(key)) > most]
        wrong += ["field" for one in fields if not 0 < units(one["name"]) <= 256 or not 0 < units(one["value"]) <= 1024]
        if wrong or len(fields) > 25:
            return f"embeds: {wrong or 'too many fields'}"
        texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
        texts += [text for one in fields for text in (one["name"], one["value"])]
        sizes += sum(map(units, texts))
    if sizes > 6000:
        return "embeds: too large"
    return _beyond_components(body.get("components") or [], v2=bool((body.get("flags") or 0) & COMPONENTS_V2))


def _beyond_components(rows: list[Json], *, v2: bool) -> str | None:
    parts = list(_parts(rows))
    if not v2 and len(rows) > 5:
        return "components: more than 5 rows"
    if len(parts) > _COMPONENTS:
        return f"components: more than {_COMPONENTS}"
    if sum(units(part.get("content")) for part in parts if part["type"] in _TEXT_KINDS) > _SHOWN:
        return "components: too much text"
    ids = [part["custom_id"] for part in parts if part.get("custom_id")]
    if len(ids) != len(set(ids)) or any(units(one) > 100 for one in ids):
        return "components: custom_id"
    if any(units(part.get("label")) > 80 for part in parts) or any(
        len(part.get("options") or []) > 25 for part in parts
    ):
        return "components: label or options"
    return None


def _parts(components: list[Json]) -> Any:
    for one in components:
        yield one
        yield from _parts(one.get("components") or [])
        if accessory := one.get("accessory"):
            yield accessory


def units(text: str | None) -> int:
    """Length as Discord counts it."""
    return len((text or "").encode("utf-16-le")) // 2
