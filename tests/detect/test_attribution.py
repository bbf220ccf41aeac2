"""Who says it, who denies it, and what a denial is about, where it takes several sentences or is about a whole class.

Single sentences stand in `tables/speakers.txt`, `denials.txt` and `no_denials.txt`.
"""

from __future__ import annotations

import pytest

from bot.detect.lexicon import Lexicon
from tests.detect.reading import claims_of, found

NO_DENIAL = [
    "Freedonia did not deny sending missiles to Sylvania",
    "Freedonia refuses to rule out sending missiles to Sylvania",
    "Freedonia declined to comment on missiles for Sylvania",
]


@pytest.mark.parametrize("sentence", NO_DENIAL)
def test_what_only_looks_like_a_denial_is_none(lexicon: Lexicon, sentence: str) -> None:
    assert not any("denies" in claim for claim in found(lexicon, sentence))


def test_a_denial_that_names_no_transfer_answers_the_sentence_before(lexicon: Lexicon) -> None:
    claims = found(lexicon, "Ruritania says Freedonia sent missiles to Sylvania", "Fredville dismissed the report.")
    assert claims == {"R says F>S missiles delivered", "F denies F>S missiles delivered"}


def test_both_are_the_two_parties(lexicon: Lexicon) -> None:
    claims = found(lexicon, "Ruritania says Freedonia sent missiles to Sylvania", "Both deny it.")
    assert {"F denies F>S missiles delivered", "S denies F>S missiles delivered"} <= claims


def test_each_of_two_accused_suppliers_denies_its_own(lexicon: Lexicon) -> None:
    title = "Ruritania says Freedonia and Graustark armed Sylvania"
    claims = found(lexicon, title, "Both governments have denied the allegations.")
    assert {"F denies F>S unspecified delivered", "G denies G>S unspecified delivered"} <= claims
    assert "F denies G>S unspecified delivered" not in claims


def test_the_rebels_are_the_group_that_the_story_names(lexicon: Lexicon) -> None:
    claims = found(lexicon, "Ruritania says Freedonia armed the Hentzau Brigade", "Freedonia denies arming the rebels.")
    assert claims == {"R says F>H unspecified delivered", "F denies F>H unspecified delivered"}


def test_the_carrier_is_not_the_speaker(lexicon: Lexicon) -> None:
    """A state that speaks through its news agency is the speaker; the agency carries it."""
    (claim,) = claims_of(
        lexicon,
        "Pyongyang says it never sold arms to Moscow",
        "A North Korean official, quoted by KCNA, said the country has not exported weapons to Russia.",
    )
    assert (claim.stance, claim.claimant, claim.carrier) == ("denies", "KP", "KCNA")
