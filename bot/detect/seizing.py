"""Arms that were seized on their way: the seizure may stand in one sentence, the cargo and the way in others."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.goods import weapon
from bot.detect.mention import Mention
from bot.detect.nucleus import is_verb
from bot.detect.text import Token, Unit, words

_SEIZING = words(
    "boarded boards seizure seizures haul hauls interception interceptions impounded confiscated confiscation "
    "stormed storm storms intercepted seized stopped searched raided catch catches caught detain detains detained "
    "impound intercept"
)
_CARRIERS = words(
    "ship ships vessel vessels boat boats dhow dhows freighter freighters coaster trawler tanker plane planes "
    "flight truck trucks lorry lorries container containers port cargo crate crates skiff fishing smuggling "
    "smugglers shipment shipments consignment convoy border customs navy"
)
_UNDER_WAY = frozenset({"give", "arrive", "load"})


def is_seizure(units: list[Unit]) -> bool:
    """Whether a story tells that arms were seized on a ship, a truck or at a border."""
    return any(_seizes(unit.tokens, i) for unit in units for i in range(len(unit.tokens)))


def _seizes(row: list[Token], i: int) -> bool:
    verb = row[i].tags.get("verb")
    if row[i].low in {"takes", "took", "taken"}:
        behind = row[i + 1 : i + 12]
        away = next((j for j, token in enumerate(behind) if token.low in {"from", "by"}), None)
        near = row[max(0, i - 3) : i] if away == 0 else behind[away:] if away is not None else []
        return any(_is_carrier(token) for token in near)
    if not (row[i].low in _SEIZING or (verb and verb.frame == "seize" and is_verb(row, i, verb))):
        return False
    return any(weapon(token) or _is_carrier(token) for token in row[max(0, i - 12) : i + 14])


def _is_carrier(token: Token) -> bool:
    return not _CARRIERS.isdisjoint(token.low.split())  # "arms ship" is one token


def with_seizures(units: list[Unit], found: list[list[Mention]]) -> list[list[Mention]]:
    """The mentions of a story about a seizure: what was on its way was stopped, and so was a plot that was foiled."""
    told = []
    for unit, of_unit in zip(units, found, strict=True):
        foiled = any((verb := token.tags.get("verb")) and verb.frame == "seize" for token in unit.tokens)
        told.append([_stopped(mention, foiled) for mention in of_unit])
    return told


def _stopped(mention: Mention, foiled: bool) -> Mention:
    open_phase = mention.phase == "delivered" or (foiled and mention.phase == "proposed")
    if mention.frame in _UNDER_WAY and open_phase and not mention.negated and mention.recipients:
        return replace(mention, phase="stopped", subject=())  # who sent it has not decided that
    return mention
