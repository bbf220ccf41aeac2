"""Makes one claim of those that a story holds twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.model import Claim, Phase

QUESTION = "question"
"""The rule by which what is only asked was asserted."""

DENIED_REPORT = "denied report"
"""The rule by which a report that is denied was asserted."""

_PHASES: tuple[Phase, ...] = ("proposed", "agreed", "delivered", "stopped")


def _phase(one: Claim, other: Claim) -> Phase:
    """The furthest of two phases; of a denial the one that was there, were it true."""
    phases = [phase for phase in (one.phase, other.phase) if one.stance == "asserts" or phase != "stopped"]
    return max(phases or [one.phase], key=_PHASES.index)


def merged(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """One claim for each key, with all its weapons and its furthest phase.

    What the reporter says in their own voice is left out where somebody is named for the same transfer.
    """
    by_key: dict[tuple[str, str | None, str | None, str | None], Claim] = {}
    for claim in claims:
        known = by_key.setdefault(claim.key, claim)
        weapons = tuple(dict.fromkeys((*known.weapons, *claim.weapons)))
        nearer = DENIED_REPORT in known.rules and DENIED_REPORT not in claim.rules  # the report's own words
        by_key[claim.key] = replace(
            known,
            words=claim.words if nearer else known.words,
            weapons=tuple(weapon for weapon in weapons if weapon != "unspecified") or weapons,
            phase=_phase(known, claim),
            carrier=known.carrier or claim.carrier,
            rules=tuple(dict.fromkeys((*known.rules, *claim.rules))),
        )
    told = {(c.supplier, c.recipient) for c in by_key.values() if c.stance == "asserts" and c.claimant}
    kept = [c for c in by_key.values() if c.stance == "denies" or c.claimant or (c.supplier, c.recipient) not in told]
    return tuple(c for c in kept if not any(_tells_more(other, c) for other in kept))


def _tells_more(other: Claim, claim: Claim) -> bool:
    """Whether another claim of the same speaker names the party that a claim leaves open, and the same other one."""
    if (other.stance, other.claimant) != (claim.stance, claim.claimant) or not (other.supplier and other.recipient):
        return False
    if claim.supplier is None and claim.recipient is None:
        return True
    return (claim.supplier is None and other.recipient == claim.recipient) or (
        claim.recipient is None and other.supplier == claim.supplier
    )
