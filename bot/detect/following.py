"""Who does as another did: "Finland followed suit", "Norway did the same" repeat the transfer told before."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.mention import Mention
from bot.detect.parties import actor, group
from bot.detect.text import Token, Unit, words

RULE = "as before"
_SAME = (("suit",), ("the", "same"), ("same", "step"), ("likewise",), ("its", "example"), ("their", "example"))
_DOING = words("follow follows followed following do does did done took takes take taken")
_BEGINNING = 8  # tokens of a sentence in which it stands


def with_followers(units: list[Unit], found: list[list[Mention]]) -> list[list[Mention]]:
    """The mentions of each unit, with the last that was told before repeated for whoever did the same."""
    told: list[list[Mention]] = []
    last: Mention | None = None
    for unit, of_unit in zip(units, found, strict=True):
        followed = [] if of_unit or last is None else _followers(unit.tokens, last)
        told.append([*of_unit, *followed])
        last = next((m for m in reversed(of_unit) if m.suppliers and not m.negated), last)
    return told


def _followers(row: list[Token], last: Mention) -> list[Mention]:
    lows = [token.low for token in row]
    for i in range(1, min(_BEGINNING, len(row))):
        same = any(tuple(lows[i + 1 : i + 1 + len(words_)]) == words_ for words_ in _SAME)
        if lows[i] in _DOING and (same or lows[i + 1 : i + 3] == ["the", "same"]):
            start = next((j for j in range(i - 1, -1, -1) if actor(row[j])), None)
            codes = group(row, start, 0, -1)[1] if start is not None else ()
            codes = tuple(code for code in codes if code not in last.suppliers + last.recipients)
            return [
                replace(last, rule=RULE, at=i, start=i, end=i + 1, suppliers=(code,), subject=(code,)) for code in codes
            ]
    return []
