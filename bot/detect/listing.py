"""Which weapons a transfer is of whose own sentence says only "arms": another sentence lists them.

"US approves $11bn in weapons for Taiwan / HIMARS launchers and howitzers are on the list."
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.detect.gist import arms_told
from bot.detect.goods import weapon
from bot.detect.reading import Reading
from bot.model import Claim, Weapon

_OPEN: tuple[Weapon, ...] = ("unspecified",)


def with_goods(claims: Sequence[Claim], reading: Reading) -> tuple[Claim, ...]:
    """The claims; where none of them names weapons and all are of one transfer, those that other sentences list."""
    if len({(claim.supplier, claim.recipient) for claim in claims}) != 1 or any(c.weapons != _OPEN for c in claims):
        return tuple(claims)
    listed = tuple(dict.fromkeys(_listed(reading)))
    return tuple(replace(claim, weapons=listed) for claim in claims) if listed else tuple(claims)


def _listed(reading: Reading) -> Iterable[Weapon]:
    """The weapons in sentences that tell of no transfer of their own, and of no fighting."""
    for unit, mentions in zip(reading.units, reading.mentions, strict=True):
        for i in arms_told(unit.tokens) if not mentions else ():
            word = weapon(unit.tokens[i])
            if word and not word.vague and word.category != "unspecified":
                yield word.category
