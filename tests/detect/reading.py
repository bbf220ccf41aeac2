"""Reads a text and writes the claims short, as the tables of the tests have them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.detect.claims import read
from bot.detect.lexicon import Lexicon
from bot.model import Claim, Story

_SEEN = datetime(2026, 1, 1, tzinfo=UTC)
_SHORT = {"FREEDONIA": "F", "SYLVANIA": "S", "RURITANIA": "R", "GRAUSTARK": "G", "HENTZAU BRIGADE": "H", None: ".."}


def claims_of(lexicon: Lexicon, title: str, summary: str = "") -> tuple[Claim, ...]:
    """The claims of a story."""
    return read(Story(key="test", title=title, summary=summary, outlet="The Strelsau Herald", seen=_SEEN), lexicon)


def short(claim: Claim) -> str:
    """A claim in a line: "R says F>S drones delivered", "F denies F>S drones delivered"."""
    verb = "says" if claim.stance == "asserts" else "denies"
    who = "somebody" if claim.claimant is None else _SHORT.get(claim.claimant, claim.claimant)
    supplier = _SHORT.get(claim.supplier, str(claim.supplier))
    recipient = _SHORT.get(claim.recipient, str(claim.recipient))
    return f"{who} {verb} {supplier}>{recipient} {'+'.join(sorted(claim.weapons))} {claim.phase}"


def found(lexicon: Lexicon, title: str, summary: str = "") -> set[str]:
    """The claims of a story, each in a line."""
    return {short(claim) for claim in claims_of(lexicon, title, summary)}
