"""What `claimwatch detect` reads and writes: a JSON object a line, stories in, their claims out.

To be explained, a story may be written as its headline alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.detect.claims import read
from bot.detect.explain import Explanation, explain
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
    for name, story in _stories(lines, json.loads, complain):
        yield dump({"id": name, "claims": [_claim(claim) for claim in read(story, lexicon)]})


def explained(lines: Iterable[bytes], lexicon: Lexicon, complain: Callable[[str], None]) -> Iterator[Explanation]:
    """Yield how each story of `lines` is read, in their order; a line that is no JSON object is a headline.

    A line that holds no story is told to `complain`, by its number, and passed over.
    """
    for _, story in _stories(lines, _row_or_headline, complain):
        yield explain(story, lexicon)


def _stories(
    lines: Iterable[bytes], parse: Callable[[bytes], Any], complain: Callable[[str], None]
) -> Iterator[tuple[Any, Story]]:
    """Each line's story with its id, as it was written."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse(line)
            story = _story(row)
        except (ValueError, RecursionError) as error:
            complain(f"Line {number}: {_reason(error)}")
            continue
        yield row.get("id"), story


def _row_or_headline(line: bytes) -> Any:
    if line.lstrip().startswith(b"{"):
        return json.loads(line)
    return {"title": line.decode("utf-8").strip()}


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
