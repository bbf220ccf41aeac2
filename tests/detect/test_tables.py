"""Every row of `tables/*.txt`: a sentence gives the claims behind its bar, a word what it is taken for."""

from __future__ import annotations

from collections.abc import Sequence
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


def rows(name: str) -> Sequence[object]:
    """The rows of a table as (text, expected), each with its file and line as id."""
    params = []
    lines = (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            text, bar, expected = line.partition(" | ")
            assert bar, f"{name}.txt, line {number}: write `sentence | expected`"
            params.append(pytest.param(text.strip(), expected.strip(), id=f"{name}:{number}"))
    return params


def listed(claims: set[str]) -> str:
    """Claims below each other, for a message."""
    return "".join(f"\n    {claim}" for claim in sorted(claims)) or "\n    no claim"


@pytest.mark.parametrize(("text", "expected"), [row for kind in KINDS for row in rows(kind)])
def test_a_sentence_gives_the_claims_of_its_row(lexicon: Lexicon, text: str, expected: str) -> None:
    headline, _, summary = text.partition(" / ")
    wanted = set() if expected == "-" else {claim.strip() for claim in expected.split(";")}
    claims = found(lexicon, headline, summary)
    assert claims == wanted, f"{text}\n  should give{listed(wanted)}\n  and gives{listed(claims)}"


@pytest.mark.parametrize(("text", "expected"), rows("actors"))
def test_a_word_means_the_actors_of_its_row(lexicon: Lexicon, text: str, expected: str) -> None:
    codes = [word.code for token in lexicon.tag(tokens(text)) if (word := actor(token))]
    assert (", ".join(codes) or "-") == expected, text


@pytest.mark.parametrize(("text", "expected"), rows("weapons"))
def test_a_word_means_the_weapons_of_its_row(lexicon: Lexicon, text: str, expected: str) -> None:
    words = [word for token in lexicon.tag(tokens(text)) if (word := weapon(token))]
    categories = [f"{word.category}?" if word.vague else word.category for word in words]
    assert (", ".join(categories) or "-") == expected, text
