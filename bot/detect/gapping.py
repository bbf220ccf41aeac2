"""What others give where the verb is left out: "Freedonia will supply jets, Sylvania four corvettes"."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.goods import COUNTS, categories, listed
from bot.detect.mention import Mention
from bot.detect.parties import actor
from bot.detect.text import Token

_NEAR = 3  # tokens between a number and the goods


def gapped(row: list[Token], found: list[Mention], arms: list[int]) -> list[Mention]:
    """The mentions that those of a verb of giving go on with: another name, a number and its goods."""
    more: list[Mention] = []
    for mention in found:
        if mention.frame == "give" and mention.suppliers and not mention.negated and not mention.noun:
            more.extend(_behind(row, mention, arms))
    return more


def _behind(row: list[Token], mention: Mention, arms: list[int]) -> list[Mention]:
    told: list[Mention] = []
    for i in range(mention.end, len(row) - 2):
        word = actor(row[i])
        named = word is not None and word.form in {"name", "seat"} and not row[i].possessive
        counted = row[i + 1].low.isdigit() or row[i + 1].low in COUNTS - {"for"}
        goods = [j for j in arms if i + 1 < j <= i + 1 + _NEAR]
        if word is None or not named or row[i - 1].low not in {",", "and"} or not counted or not goods:
            continue
        if word.code not in mention.recipients:
            list_ = [j for j in arms if goods[0] <= j and listed(row, goods[0], j)]
            weapons = categories(row, list_)
            suppliers = (word.code,)
            told.append(
                replace(mention, at=i, start=i, end=list_[-1] + 1, suppliers=suppliers, weapons=weapons, subject=())
            )
    return told
