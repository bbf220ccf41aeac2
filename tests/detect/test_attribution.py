"""Who says it, who denies it, and what a denial is about. F, S, R, G and H as in test_frames.py."""

from __future__ import annotations

import pytest

from bot.detect.lexicon import Lexicon
from tests.detect.reading import claims_of, found

SAID = [
    ("Ruritania says Freedonia sent missiles to Sylvania", {"R says F>S missiles delivered"}),
    ("Freedonia sent missiles to Sylvania, Ruritania says", {"R says F>S missiles delivered"}),
    ("Ruritania: Freedonia sent missiles to Sylvania", {"R says F>S missiles delivered"}),
    ("Ruritania accuses Freedonia of sending missiles to Sylvania", {"R says F>S missiles delivered"}),
    ("Freedonia sent missiles to Sylvania, according to Ruritania", {"R says F>S missiles delivered"}),
    ("Ruritania's foreign ministry said Freedonia sent missiles to Sylvania", {"R says F>S missiles delivered"}),
    ("Freedonia sent missiles to Sylvania, Reuters reports", {"MEDIA says F>S missiles delivered"}),
    ("Freedonia admits it sent missiles to Sylvania", {"F says F>S missiles delivered"}),
]
DENIED = [
    ("Freedonia denies sending missiles to Sylvania", {"F denies F>S missiles delivered"}),
    ("Freedonia has not sent missiles to Sylvania, ministry says", {"F denies F>S missiles delivered"}),
    ("Freedonia says it never sold drones to Sylvania", {"F denies F>S drones delivered"}),
    ("Sylvania denies buying drones from Freedonia", {"S denies F>S drones delivered"}),
    ("Freedonia rules out sending tanks to Sylvania", {"F denies F>S armour proposed"}),
    ("No evidence that Freedonia armed Sylvania, Ruritania says", {"R denies F>S unspecified delivered"}),
    ("Freedonia supplied Sylvania with no drones, Fredville says", {"F denies F>S drones delivered"}),
    (
        "Freedonia rejects Ruritanian claim that it sent missiles to Sylvania",
        {"F denies F>S missiles delivered", "R says F>S missiles delivered"},
    ),
    (
        "Freedonia calls Reuters report of arms sales to Sylvania baseless",
        {"F denies F>S unspecified delivered", "MEDIA says F>S unspecified delivered"},
    ),
]
NO_DENIAL = [
    "Freedonia did not deny sending missiles to Sylvania",
    "Freedonia refuses to rule out sending missiles to Sylvania",
    "Freedonia declined to comment on missiles for Sylvania",
]
OTHER_DENIALS = [
    "Freedonia denies striking a hospital with drones",
    "Sylvanian minister denies taking bribes in a trial over missiles",
    "Freedonia denies entry to the owner of a rifle club",
]


@pytest.mark.parametrize(("sentence", "claims"), [*SAID, *DENIED])
def test_a_claim_has_its_speaker_and_stance(lexicon: Lexicon, sentence: str, claims: set[str]) -> None:
    assert found(lexicon, sentence) == claims


@pytest.mark.parametrize("sentence", NO_DENIAL)
def test_what_only_looks_like_a_denial_is_none(lexicon: Lexicon, sentence: str) -> None:
    assert not any("denies" in claim for claim in found(lexicon, sentence))


@pytest.mark.parametrize("sentence", OTHER_DENIALS)
def test_a_denial_of_something_else_gives_no_claim(lexicon: Lexicon, sentence: str) -> None:
    assert found(lexicon, sentence) == set()


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
