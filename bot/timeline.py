"""What in a case's claims was new when it was said: who spoke first, who turned, and when the status changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.cases import status
from bot.model import KeptClaim, Status, Turn, Voice


def turns(claims: Iterable[KeptClaim], supplier: str | None, recipient: str | None) -> list[Turn]:
    """Return the claims that brought something new into the case of `supplier` and `recipient`, first to last.

    New is a speaker, a stance or phase that this speaker had not taken, arms that nobody had named with that stance,
    and whatever changes the status. `claims` are all of the case's, oldest first. The status is the one that the
    claims so far make, by the same rule as a case's.
    """
    found: list[Turn] = []
    voices: dict[Any, Voice] = {}
    told: set[object] = set()
    was: Status | None = None
    for kept in claims:
        voices[kept.claim.stance, kept.claim.claimant] = _voice(kept)
        now = status(list(voices.values()), supplier, recipient)
        news = _news(kept) - told
        if news or now != was:
            found.append(Turn(kept, was, now, more=0))
        else:
            found[-1] = replace(found[-1], more=found[-1].more + 1)
        told |= news
        was = now
    return found


def _news(kept: KeptClaim) -> set[object]:
    claim = kept.claim
    return {(claim.stance, claim.claimant, claim.phase), *((claim.stance, weapon) for weapon in claim.weapons)}


def _voice(kept: KeptClaim) -> Voice:
    """The claim as the newest of its speaker's, which is all that the status needs."""
    claim = kept.claim
    return Voice(
        claim.stance,
        claim.claimant,
        claim.phase,
        claim.words,
        claim.carrier,
        kept.outlet,
        kept.url,
        kept.at,
        kept.at,
        1,
    )
