"""Names that are another's: "Michael Jordan", "Denzel Washington", "the Foreign Office in Islamabad"."""

from __future__ import annotations

from dataclasses import dataclass

from bot.detect.text import Token

_LONG = 4  # letters: headlines in capitals write longer words with one


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Which words for actors are also names of people."""

    first_names: frozenset[str] = frozenset()  # where a surname follows
    surnames: frozenset[str] = frozenset()  # where a given name or a title stands before
    given_names: frozenset[str] = frozenset()

    def bears(self, word: str) -> bool:
        """Whether somebody may have the word as a name."""
        return word in self.first_names or word in self.surnames


def without_namesakes(row: list[Token], known: Namesakes) -> list[Token]:
    """The same tokens, the tag "actor" taken from those that are somebody's name."""
    for i, token in enumerate(row):
        if "actor" not in token.tags:
            continue
        if "office" in token.tags and _is_elsewhere(row, i):
            token.tags = {kind: value for kind, value in token.tags.items() if kind != "actor"}
        if not known.bears(token.text):
            continue
        before = row[i - 1].text if i else ""
        if (token.text in known.surnames and before in known.given_names) or (
            token.text in known.first_names and not token.possessive and _surname_follows(row, i)
        ):
            token.tags = {kind: value for kind, value in token.tags.items() if kind != "actor"}
    return row


def _surname_follows(row: list[Token], i: int) -> bool:
    """Whether a word that no rule knows follows in capitals, in a text that does not write all words so."""
    after = row[i + 1] if i + 1 < len(row) else None
    if after is None or after.tags or not after.text.istitle() or not after.text.isalpha():
        return False
    return any(token.text.islower() and len(token.text) > _LONG for token in row)


def _is_elsewhere(row: list[Token], i: int) -> bool:
    """Whether an office stands in another's capital: "the Foreign Office in Islamabad" is not London's."""
    if i + 2 >= len(row) or row[i + 1].low != "in":
        return False
    there = row[i + 2].tags.get("actor")
    return bool(there and there.form == "seat" and there.code != row[i].tags["actor"].code)
