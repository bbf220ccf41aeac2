"""Whose reports, claims and accusations a unit speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.detect.lexicon import Lexicon
from bot.detect.parties import actor
from bot.detect.speakers import PAPERS, is_speech, is_state_paper
from bot.detect.text import Token, Unit


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose report or claim the noun at `at` speaks of: "U.S. claim", "Fox News report"."""

    at: int
    code: str
    named: bool  # else the media by default


def owners_of(unit: Unit, lexicon: Lexicon) -> list[Owner]:
    """Whose reports, claims or accusations the unit speaks of; a report that nobody is named for is the media's."""
    row = unit.tokens
    found: list[Owner] = []
    for i, token in enumerate(row):
        if "say" in token.tags and token.low in {"say", "says", "said"}:
            what = next((j for j in range(min(2, i)) if row[j].low == "what"), None) if i < 6 else None
            word = next((w for t in row[what:i] if (w := actor(t))), None) if what is not None else None
            if word:  # "what the French say is not true"
                found.append(Owner(i, word.code, named=True))
            continue
        if "report" not in token.tags or ("say" in token.tags and is_speech(row, i, "say")):
            continue
        if token.low == "finding" and i + 1 < len(row) and row[i + 1].low in {"its", "their", "his", "the", "a"}:
            continue  # "after finding its rifles"
        code = _owner(row, i, lexicon)
        authors = _authors(row, i)
        if code and code not in authors:
            authors = (code, *authors)
        found.extend(Owner(i, author, named=True) for author in authors)
        if not authors and token.low in PAPERS:
            found.append(Owner(i, "MEDIA", named=False))
    return found


def _authors(row: list[Token], i: int) -> tuple[str, ...]:
    """Who are named behind a report: "accounts published by The Washington Post and repeated by U.S. officials"."""
    codes = []
    for j in range(i + 1, min(i + 14, len(row))):
        if row[j].low in {"was", "were", "is", "are", "that", "of", ",", "."}:
            break
        if row[j].low in {"by", "from", "in", "on"}:
            for token in row[j + 1 : j + 4]:
                if "media" in token.tags:
                    codes.append("MEDIA")
                    break
                word = actor(token)
                if word and row[j].low not in {"in", "on"}:  # "papers found in Tripoli by …"
                    codes.append(word.code)
                    break
    return tuple(dict.fromkeys(codes))


def _owner(row: list[Token], i: int, lexicon: Lexicon) -> str | None:
    for j in range(i - 1, max(-1, i - 5), -1):
        tags = row[j].tags
        if "media" in tags:
            return "MEDIA"
        if "carrier" in tags:
            return lexicon.carriers[tags["carrier"]]
        if row[j].low in {"the", "this", "these", "such", "any", "all"} and j == i - 1:
            break
        if j and row[j - 1].possessive and actor(row[j]) and not row[j].possessive:
            continue  # "the general's Taliban charge" is about them, not theirs
        if word := actor(row[j]):
            report = row[i].low in PAPERS and not is_state_paper(row, i) and word.code not in {"UN", "EU"}
            return "MEDIA" if report else word.code  # "a Japanese report" is the media's, "a U.S. claim" the state's
        if "deny" in tags or "verb" in tags or row[j].low in {"of", "to", "on", "over", "about", ",", ":"}:
            break
    return None
