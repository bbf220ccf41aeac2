"""Tells whether a claim fits a query: what the store's questions (`bot/store/ask.py`) do in SQL, for one claim.

A standing query is a subscription's. A property test holds the two to the same answers.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.model import Claim, Query, Status, Term

# SQLite folds only these in lower(), so that is what we promise.
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def matches(
    query: Query,
    claim: Claim,
    case_status: Status | None,
    *,
    outlet: str,
    text: str,
    at: datetime,
    publisher: str | None = None,
) -> bool:
    """Whether `claim` fits every clause of `query`.

    `case_status` is its case's (None: it has no case), `outlet` and `at` its story's, `publisher` the outlet's family.
    `text` is the story's title and summary with a line break between: a phrase is not found across it. The claim's own
    words are looked into as well.
    """
    has_text = any(term.field == "text" for clause in query.clauses for term in clause)
    lines = [_tokens(line) for line in (*text.split("\n"), claim.words)] if has_text else []
    outlets = frozenset({outlet.translate(_FOLD), (publisher or outlet).translate(_FOLD)})
    said = _Said(claim, case_status, outlets, lines, at)
    return all(any(_holds(term, said) != term.negated for term in clause) for clause in query.clauses)


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim and all around it that a query may ask for."""

    claim: Claim
    status: Status | None
    outlets: frozenset[str]
    lines: list[list[str]]
    at: datetime


def _holds(term: Term, said: _Said) -> bool:
    claim, value = said.claim, term.value
    match term.field:
        case "actor":
            return value in (claim.claimant, claim.supplier, claim.recipient)
        case "from":
            return claim.supplier == value
        case "to":
            return claim.recipient == value
        case "by":
            return claim.claimant == value
        case "weapon":
            return value in claim.weapons
        case "status":
            return said.status == value
        case "stance":
            return claim.stance == value
        case "phase":
            return claim.phase == value
        case "outlet":
            return value.translate(_FOLD) in said.outlets
        case "since":
            return said.at >= datetime.fromisoformat(value)
        case "until":
            return said.at < datetime.fromisoformat(value)
        case "text":
            phrase = _tokens(value)
            return any(_contains(line, phrase) for line in said.lines)


def _tokens(text: str) -> list[str]:
    """Words as FTS5's `unicode61 remove_diacritics 2` cuts them: runs of letters and digits, small, without accents."""
    plain = (one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return "".join(one.lower() if unicodedata.category(one)[0] in "LN" else " " for one in plain).split()


def _contains(line: list[str], phrase: list[str]) -> bool:
    width = len(phrase)
    return bool(phrase) and any(line[at : at + width] == phrase for at in range(len(line) - width + 1))
