"""JSON Feed (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import FeedError
from bot.feeds.entries import Entry, Parsed
from bot.feeds.normal import entry, parsed, plausible, web_link
from bot.feeds.text import cut


def parse_json(body: bytes, address: str) -> Parsed:
    """Return what the JSON Feed in `body` holds; relative links are resolved against `address`.

    Raises FeedError when it is other JSON, or none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FeedError(
            f"This looks like a JSON Feed but is not valid JSON ({cut(str(error), 200)}). The outlet has to mend it."
        ) from error
    items = found.get("items") if isinstance(found, Mapping) else None
    if not isinstance(items, list) or "jsonfeed.org/version/" not in _string(found, "version"):
        raise FeedError("This is JSON, but not a JSON Feed: it has no `version` and `items`. Check the address.")
    return parsed(_string(found, "title"), [_entry(item, address) for item in items if isinstance(item, Mapping)])


def _entry(item: Mapping[str, Any], address: str) -> Entry:
    return entry(
        guid=_string(item, "id"),
        link=web_link(_string(item, "url"), address) or web_link(_string(item, "external_url"), address),
        title=_string(item, "title"),
        texts=[_string(item, "summary"), _string(item, "content_html"), _string(item, "content_text")],
        date=_date(item),
    )


def _string(item: Mapping[str, Any], name: str) -> str:
    """An id is a string by the standard, and a number in many feeds."""
    value = item.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _date(item: Mapping[str, Any]) -> datetime | None:
    for name in ("date_published", "date_modified"):
        try:
            date = datetime.fromisoformat(_string(item, name))
            return plausible(date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC))
        except (ValueError, OverflowError):
            continue
    return None
