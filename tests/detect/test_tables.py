"""Every row of `tables/*.txt`: a sentence gives the claims behind its bar, a word what it is taken for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.detect.goods import weapon
from bot.detect.lexicon import Lexicon
from bot.detect.parties import actor
from bot.detect.text import tokens
from tests.detect.reading import found

TABLES = Path(__file__).parent / "tables"
OF_WORDS = {"actors", "weapons"}
KINDS = sorted(path.stem for path in TABLES.glob("*.txt") if path.stem not in OF_WORDS)


def rows(name: str) -> Iterator[tuple[int, str, str]]:
    """The rows of a table: line, text, expected."""
    lines = (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            text, bar, expected = line.partition(" | ")
            assert bar, f"{name}.txt, line {number}: write `sentence | expected`"
            yield number, text.strip(), expected.strip()


def listed(claims: set[str]) -> str:
    """Claims below each other, for a message."""
    return "".join(f"\n    {claim}" for claim in sorted(claims)) or "\n    no claim"


# One test a table: there are over a thousand rows, and pytest takes as long for a test as the reader for its sentence.
@pytest.mark.parametrize("kind", KINDS)
def test_each_sentence_gives_the_claims_of_its_row(lexicon: Lexicon, kind: str) -> None:
    wrong = []
    for line, text, expected in rows(kind):
        headline, _, summary = text.partition(" / ")
        wanted = set() if expected == "-" else {claim.strip() for claim in expected.split(";")}
        claims = found(lexicon, headline, summary)
        if claims != wanted:
            wrong.append(f"line {line}: {text}\n  should give{listed(wanted)}\n  and gives{listed(claims)}")
    assert not wrong, "\n".join(wrong)


def test_each_word_means_the_actors_of_its_row(lexicon: Lexicon) -> None:
    for line, text, expected in rows("actors"):
        codes = [word.code for token in lexicon.tag(tokens(text)) if (word := actor(token))]
        assert (", ".join(codes) or "-") == expected, f"line {line}: {text}"


def test_each_word_means_the_weapons_of_its_row(lexicon: Lexicon) -> None:
    for line, text, expected in rows("weapons"):
        known = [word for token in lexicon.tag(tokens(text)) if (word := weapon(token))]
        categories = [f"{word.category}?" if word.vague else word.category for word in known]
        assert (", ".join(categories) or "-") == expected, f"line {line}: {text}"
