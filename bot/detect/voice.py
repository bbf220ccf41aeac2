"""A voice: somebody who says, denies, accuses or protests in a unit, and what of it they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.detect.speakers import Subject

Kind = Literal["say", "accuse", "deny", "topic", "protest"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody speaking in a unit: the verb at `at`, and the tokens from `start` to `end` that they say or deny."""

    kind: Kind
    at: int
    subject: Subject
    start: int
    end: int
