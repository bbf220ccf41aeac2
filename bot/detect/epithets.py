"""States that are called otherwise once they were named: "the kingdom", "the island", "the junta"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.detect.parties import actor
from bot.detect.phrases import ActorWord
from bot.detect.text import Unit


def name_epithets(units: list[Unit], epithets: Mapping[str, frozenset[str]]) -> None:
    """Tag each epithet as the one state that it may mean and that the units name, if there is just one."""
    _name_koreas(units)
    found = [token for unit in units for token in unit.tokens if "epithet" in token.tags]
    if not found:
        return
    tokens = (token for unit in units for token in unit.tokens if "epithet" not in token.tags)
    named = {word.code for token in tokens if (word := actor(token))}
    for token in found:
        codes = named & epithets[token.tags["epithet"]]
        if len(codes) == 1:
            token.tags = {**token.tags, "actor": ActorWord(codes.pop(), "name")}


def _name_koreas(units: list[Unit]) -> None:
    """Tag "North" and "South" as the Koreas where the other is named and no name goes on behind them."""
    words = [word for unit in units for token in unit.tokens if (word := actor(token))]
    for half, code, other in (("North", "KP", "KR"), ("South", "KR", "KP")):
        if not any(word.code == other for word in words):
            continue
        for unit in units:
            for i, token in enumerate(unit.tokens):
                follower = unit.tokens[i + 1] if i + 1 < len(unit.tokens) else None
                goes_on = follower is not None and follower.text[:1].isupper()
                if token.text in {half, f"the {half}", f"The {half}"} and not goes_on and not actor(token):
                    token.tags = {**token.tags, "actor": ActorWord(code, "name")}
