"""JSON Feed (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import FeedError
from bot.feeds.entries import Digest, Entry, Hints, digest
from bot.feeds.memory import Memory, Reading, Record
from bot.feeds.normal import NAME, entry, plausible, web_link
from bot.feeds.text import cut, plain


def parse_json(text: bytes, address: str, seen: Memory) -> Reading:
    """Return what the JSON Feed in `text`, in UTF-8, holds; relative links are resolved against `address`.

    Raises FeedError when it is other JSON, or none.
    """
    try:
        found = json.loads(text)
        items = found.get("items") if isinstance(found, Mapping) else None
        known = seen.by_raw()
        listed = [_listed(item, address, known) for item in items or () if isinstance(item, Mapping)]
    except (ValueError, RecursionError) as error:
        raise FeedError(
            f"This looks like a JSON Feed but is not valid JSON ({cut(str(error), 200)}). The outlet has to mend it."
        ) from error
    if not isinstance(items, list) or "jsonfeed.org/version/" not in _string(found, "version"):
        raise FeedError("This is JSON, but not a JSON Feed: it has no `version` and `items`. Check the address.")
    return Reading(
        plain(_string(found, "title"), NAME),
        "JSON Feed",
        listed,
        len(items) - len(listed),
        hints=_hints(found, address),
    )


def _listed(item: Mapping[str, Any], address: str, known: Mapping[Digest, Record]) -> tuple[Digest, Entry | Record]:
    """The item, or what is known of it, with the digest of its canonical form."""
    raw = digest(json.dumps([address, item], sort_keys=True))
    return raw, known.get(raw) or _entry(item, address)


def _entry(item: Mapping[str, Any], address: str) -> Entry:
    return entry(
        guid=_string(item, "id"),
        link=web_link(_string(item, "url"), address) or web_link(_string(item, "external_url"), address),
        title=_string(item, "title"),
        texts=[_string(item, "summary"), _string(item, "content_html"), _string(item, "content_text")],
        date=_date(item),
    )


def _hints(found: Mapping[str, Any], address: str) -> Hints:
    hubs = found.get("hubs")
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, Mapping) and _string(hub, "type").lower() == "websub":
            return Hints(
                hub=web_link(_string(hub, "url"), address), topic=web_link(_string(found, "feed_url"), address)
            )
    return Hints()


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
