"""The claims of a case with the numbers by which people correct them.

They are counted in the order in which their stories came in, and those that were dropped or went to another case are
counted too: so a correction, or a new story, changes no other claim's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import corrections as rules
from bot.alerts.placing import read_before
from bot.corrections import Correction, Key, Placed, Reading
from bot.store import Connection, corrections, stories


@dataclass(frozen=True, slots=True)
class Numbered:
    """A claim of a case, as it stands now."""

    number: int
    story_id: int
    key: Key  # as it was read
    placed: Placed
    at: datetime  # its story's
    outlet: str
    url: str | None

    @property
    def stands_in(self) -> int | None:
        """The case that it is in; None for what is no claim."""
        return None if self.placed.dropped else self.placed.case_id


def numbered(connection: Connection, case_id: int) -> list[Numbered]:
    """Return all claims of a case, and all that were read as its claims, by their numbers from 1."""
    one_now = [case_id, *corrections.merged_into(connection, case_id)]
    told = stories.headed(connection, corrections.stories_of(connection, one_now))
    corrected = set(corrections.stories_of(connection, one_now, corrected=True))
    merges = corrections.merges(connection)
    found: list[Numbered] = []
    for story_id, head in told.items():
        active: list[Correction] = []
        if story_id in corrected:
            active = sorted([*corrections.of_story(connection, story_id), *merges], key=lambda one: one.id)
        for reading in sorted(read_before(connection, story_id), key=_in_order):
            placed = rules.placed(story_id, reading, active)
            if case_id in (reading.case_id, placed.case_id):
                number = len(found) + 1
                found.append(Numbered(number, story_id, reading.claim.key, placed, head.at, head.outlet, head.url))
    return found


def _in_order(reading: Reading) -> list[str]:
    """Those of one story have no order of their own that an edit leaves alone."""
    return [part or "" for part in reading.claim.key]
