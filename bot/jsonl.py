"""What `claimwatch detect` reads and writes: a JSON object a line, stories in, their claims out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.detect.claims import read
from bot.detect.lexicon import Lexicon
from bot.model import Claim, Story

_LONE = re.compile("[\ud800-\udfff]")  # half a character: JSON can carry one, no text can


def dump(row: dict[str, Any]) -> bytes:
    """Return `row` as one line of JSON in UTF-8."""
    # A lone surrogate in an id becomes the escape that it was.
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def detect(lines: Iterable[bytes], lexicon: Lexicon, complain: Callable[[str], None]) -> Iterator[bytes]:
    """Yield `{"id": …, "claims": […]}` for each story of `lines`, in their order.

    A line that holds no story is told to `complain`, by its number, and passed over.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            story = _story(row)
        except (ValueError, RecursionError) as error:
            complain(f"Line {number}: {_reason(error)}")
            continue
        yield dump({"id": row.get("id"), "claims": [_claim(claim) for claim in read(story, lexicon)]})


def _reason(error: ValueError | RecursionError) -> str:
    match error:
        case json.JSONDecodeError():
            return f"it is not JSON ({error.msg}, column {error.colno})."
        case UnicodeDecodeError():
            return f"it is not UTF-8 text (byte {error.start})."
        case RecursionError():
            return "it is nested too deeply."
    return str(error)


def _story(row: Any) -> Story:
    if not isinstance(row, dict):
        raise ValueError('it is not a JSON object; a story is {"id": …, "title": …, "summary": …}.')  # noqa: TRY004
    texts = {}
    for key in ("title", "summary", "body", "outlet"):
        text = row.get(key)
        if not isinstance(text, str | None):
            raise ValueError(f"{key} is {json.dumps(text)[:60]}; it must be text.")  # noqa: TRY004
        texts[key] = _LONE.sub("\ufffd", text or "")
    return Story(key=str(row.get("id")), seen=datetime.now(UTC), published=_time(row.get("published")), **texts)


def _time(text: Any) -> datetime | None:
    """A date that can't be read makes an undated story, as in a feed; claims don't depend on it."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "stance": claim.stance,
        "claimant": claim.claimant,
        "supplier": claim.supplier,
        "recipient": claim.recipient,
        "weapons": list(claim.weapons),
        "phase": claim.phase,
        "words": claim.words,
    }
