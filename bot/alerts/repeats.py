"""Tells which stories of late a story tells again, so that it makes no second alert. In step with the database.

The index of them is built when it is first asked for, and kept with the connection; what other processes recorded is
taken in with each story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.alike.recent import REACH, Recent
from bot.alike.sketch import Sketcher
from bot.detect.lexicon import Lexicon
from bot.model import Claim, Story
from bot.store import Connection, stories
from bot.store import claims as kept_claims


def told_before(
    connection: Connection, story_id: int, story: Story, claims: Sequence[Claim], *, lexicon: Lexicon, now: datetime
) -> list[int]:
    """Return the recent stories with claims that `story`, which is recorded already, tells again."""
    held: _Held | None = connection.info.get(_Held)
    if held is None or held.lexicon is not lexicon:
        held = connection.info[_Held] = _Held(lexicon, Sketcher(lexicon))
    since = now - 2 * REACH
    held.recent.forget(since)
    for number, other in stories.told_since(connection, held.last, since):
        read = [one.claim for one in kept_claims.of_story(connection, number).values()]
        held.recent.add(held.sketcher.sketch(number, other.title, other.summary, other.at, read))
        held.last = number
    sketch = held.sketcher.sketch(story_id, story.title, story.summary, story.at, claims)
    held.recent.add(sketch)  # an edited one keeps its id
    return held.recent.find(sketch)


@dataclass(slots=True)
class _Held:
    """The index, and up to which story it goes."""

    lexicon: Lexicon
    sketcher: Sketcher
    recent: Recent = field(default_factory=Recent)
    last: int = 0
