"""Arms that were seized on their way: the seizure may stand in one sentence, the cargo and the way in others."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.goods import weapon
from bot.detect.mention import Mention
from bot.detect.nucleus import is_verb
from bot.detect.text import Token, Unit, words

_SEIZING = words(
    "boarded boards seizure seizures haul hauls interception interceptions impounded confiscated confiscation stormed "
    "intercepted seized stopped searched raided"
)
_CARRIERS = words(
    "ship ships vessel vessels boat boats dhow dhows freighter freighters coaster trawler tanker plane planes flight truck "
    "trucks lorry lorries container containers port cargo crate crates skiff fishing smuggling smugglers shipment "
    "shipments consignment convoy border customs navy"
)
_UNDER_WAY = frozenset({"give", "arrive", "load"})


def is_seizure(units: list[Unit]) -> bool:
    """Whether a story tells that arms were seized on a ship, a truck or at a border."""
    seized = any(_seizes(unit.tokens, i) for unit in units for i in range(len(unit.tokens)))
    return seized and any(token.low in _CARRIERS for unit in units for token in unit.tokens)


def _seizes(row: list[Token], i: int) -> bool:
    verb = row[i].tags.get("verb")
    if row[i].low in {"takes", "took", "taken"}:
        behind = [token.low for token in row[i + 1 : i + 12]]
        return "from" in behind and not _CARRIERS.isdisjoint(behind[behind.index("from") :])
    if not (row[i].low in _SEIZING or (verb and verb.frame == "seize" and is_verb(row, i, verb))):
        return False
    near = row[max(0, i - 12) : i + 14]
    return any(weapon(token) or token.low in _CARRIERS for token in near)


def with_seizures(found: list[list[Mention]]) -> list[list[Mention]]:
    """The mentions of a story about a seizure: what was on its way was stopped."""
    return [[_stopped(mention) for mention in of_unit] for of_unit in found]


def _stopped(mention: Mention) -> Mention:
    if mention.frame in _UNDER_WAY and mention.phase == "delivered" and not mention.negated and mention.recipients:
        return replace(mention, phase="stopped", subject=())  # who sent it has not decided that
    return mention
