"""Lengths of time as people write them. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

_LENGTH = re.compile(r"(\d{1,3})\s*([hdw])", re.IGNORECASE | re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def length_of(word: str) -> timedelta | None:
    """Return how long "12h", "7d" or "2w" is; None for any other word."""
    found = _LENGTH.fullmatch(word)
    return timedelta(hours=int(found[1]) * _HOURS[found[2].casefold()]) if found else None
