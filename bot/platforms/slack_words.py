"""What a person typed, out of what Slack makes of it: `&gt;` is >, `<http://a.example|a.example>` is a.example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

# <@U1>, <@U1|ann>, <#C1|news>, <!here>, <!subteam^S1|desk>, <https://example.org>, <https://example.org|example.org>
_REFERENCE = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_LINK = re.compile(r"<(https?://[^<>|]+)")


def typed(text: str) -> str:
    """The words of a Slack message as they were typed, on one line."""
    return " ".join(unescape(_REFERENCE.sub(_of_reference, text)).split())


def _of_reference(found: re.Match[str]) -> str:
    mark = found["target"][:1]
    shown = found["label"] or found["target"].lstrip("@#!").removeprefix("mailto:")
    return {"@": "@", "#": "#", "!": "@"}.get(mark, "") + shown.removeprefix("@")


def links_of(text: str) -> list[str]:
    """The web addresses that a Slack message links to, in their order."""
    return list(dict.fromkeys(unescape(link) for link in _LINK.findall(text)))


def all_text(message: Mapping[str, Any]) -> str:
    """What a message shows, with the titles and texts of the pages that it links to."""
    return "\n".join(filter(None, _texts(message)))


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    yield message.get("text") or ""
    for attachment in message.get("attachments") or ():
        link = attachment.get("title_link") or attachment.get("from_url")
        yield f"<{link}>" if link else ""
        yield attachment.get("title") or ""
        yield attachment.get("text") or ""
