"""What the channels show, held against what the feeds said."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.news import Affair

Json = dict[str, Any]

_DYAD = re.compile(r"[A-Z]\w+ → [A-Z]\w+")  # "Alleged → contested" is none
_PARTS = ("content", "text", "embeds", "components", "blocks")
_TEXT = ("content", "title", "description", "text", "name", "value")


@dataclass(slots=True)
class Shown:
    """The messages of one platform, by the affair that they are about."""

    posts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # the whole text of each
    replies: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def messages(self) -> int:
        return sum(map(len, (*self.posts.values(), *self.replies.values())))


@dataclass(slots=True)
class Verdict:
    """What is not as it should be, a sentence each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)  # messages that were not edited to what is true by now


def read(messages: Iterable[Json]) -> Shown:
    """Sort a platform's messages by affair: Discord's, and Slack's with their `thread_ts`."""
    shown = Shown()
    for message in messages:
        text = "\n".join(_texts({part: _parsed(message.get(part)) for part in _PARTS}))
        found = _DYAD.search(text)
        where = shown.replies if message.get("message_reference") or message.get("thread_ts") else shown.posts
        where[found.group() if found else text].append(text)
    return shown


def _parsed(part: Any) -> Any:
    """A part of a message; Slack's client sends the blocks as JSON in a form."""
    return json.loads(part) if isinstance(part, str) and part.startswith("[{") else part


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and key in _TEXT:
                yield value
            elif isinstance(value, dict | list):
                yield from _texts(value)


def compare(affairs: Sequence[Affair], shown: Shown) -> Verdict:
    """Find what was lost, told twice, or left as it no longer is."""
    verdict = Verdict()
    for affair in affairs:
        posts, replies = shown.posts.get(affair.dyad, []), shown.replies.get(affair.dyad, [])
        if not posts:
            verdict.lost.append(f"{affair.dyad}: no message")
        if len(posts) > 1:
            verdict.doubled.append(f"{affair.dyad}: {len(posts)} messages")
        if affair.denied_when_shown and not replies:
            verdict.lost.append(f"{affair.dyad}: no reply for its denial")
        if len(replies) > affair.denied:
            verdict.doubled.append(f"{affair.dyad}: {len(replies)} replies for {int(affair.denied)} denials")
        told = len(affair.outlets)
        wanted = (
            "contested" if affair.denied else "alleged",
            f"at most {told} independent publisher{'s' * (told > 1)}",
        )
        for text in posts[:1]:
            missing = [words for words in wanted if words not in text.lower()]
            if missing:
                verdict.stale.append(f"{affair.dyad}: its message does not say {' or '.join(missing)}")
    known = {affair.dyad for affair in affairs}
    verdict.doubled += [f"a message that no feed caused: {what}" for what in {*shown.posts, *shown.replies} - known]
    return verdict
