"""Tells whether a claim fits a query: what the store's questions (`bot/store/ask.py`) do in SQL, for one claim.

A standing query is a subscription's; `index.py` finds those that a claim fits among very many. Property tests hold all
three to the same answers.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.model import Claim, Query, Status, Term
from bot.queries.when import moment

# SQLite folds only these in lower(), so that is what we promise.
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Said:
    """A claim and all around it that a query may ask for."""

    claim: Claim
    status: Status | None  # its case's; None: it has no case
    outlet: str  # its story's
    publisher: str  # the outlet's family
    text: str  # its story's title and summary, a line each: a phrase is not found across them
    at: datetime  # its story's


def matches(query: Query, said: Said, now: datetime) -> bool:
    """Whether a claim fits every clause of `query`. `now` is what a standing query's `since:30d` counts from."""
    return all(holds(clause, said, now) for clause in query.clauses)


def holds(clause: tuple[Term, ...], said: Said, now: datetime) -> bool:
    """Whether one of the terms of `clause` is true of a claim."""
    return any(_is_true(term, said, now) != term.negated for term in clause)


def _is_true(term: Term, said: Said, now: datetime) -> bool:
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
            return fold(value) in (fold(said.outlet), fold(said.publisher))
        case "since":
            return said.at >= moment(term.field, value, now)
        case "until":
            return said.at < moment(term.field, value, now)
        case "text":
            phrase = words(value)
            return not phrase.isspace() and any(phrase in line for line in lines(said))


def fold(outlet: str) -> str:
    """An outlet's name as it is compared."""
    return outlet.translate(_FOLD)


def lines(said: Said) -> list[str]:
    """What a text is looked for in: the words of the title, of the summary, and those that the claim was read from."""
    return [words(line) for line in (*said.text.split("\n"), said.claim.words)]


@lru_cache(maxsize=1024)  # a story's claims share its text, and queries their words
def words(text: str) -> str:
    """A text's words with a space before, between and after them, or one space for no word.

    They are what FTS5's `unicode61 remove_diacritics 2` cuts: runs of letters and digits, small, without accents.
    """
    found = unicodedata.normalize("NFD", text).translate(_LETTERS).split()
    return f" {' '.join(found)} " if found else " "


class _Letters(dict[int, str | None]):
    """What becomes of a character, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        one = chr(code)
        made: str | None = None
        if not unicodedata.combining(one):
            made = one.lower() if unicodedata.category(one)[0] in "LN" else " "
        self[code] = made
        return made


_LETTERS = _Letters()
