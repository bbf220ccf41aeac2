"""States that are called otherwise once they were named: "the kingdom", "the island", "the junta"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.detect.parties import actor
from bot.detect.phrases import ActorWord
from bot.detect.text import Unit


def name_epithets(units: list[Unit], epithets: Mapping[str, frozenset[str]]) -> None:
    """Tag each epithet as the one state that it may mean and that the units name, if there is just one."""
    found = [token for unit in units for token in unit.tokens if "epithet" in token.tags]
    if not found:
        return
    tokens = (token for unit in units for token in unit.tokens if "epithet" not in token.tags)
    named = {word.code for token in tokens if (word := actor(token))}
    for token in found:
        codes = named & epithets[token.tags["epithet"]]
        if len(codes) == 1:
            token.tags = {**token.tags, "actor": ActorWord(codes.pop(), "name")}
