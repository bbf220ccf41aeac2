"""What an explanation tells of a reading."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detect.claims import read
from bot.detect.examples import lexicon_with_invented
from bot.detect.explain import Explanation, explain
from bot.detect.lexicon import Lexicon
from bot.detect.rules import read_rules
from bot.model import Story

INVENTED = lexicon_with_invented(read_rules())
PIECES = [
    *("Freedonia", "Sylvania's", "Ruritanian", "the ministry", "it", "the rebels", "denies", "said", "sent", "arming"),
    *("drones", "missiles", "a plane", "to", "from", "for", "no", "arms deal", "the report", "false", "accuses", "of"),
    *("halted", "KCNA", "Moscow-bound", "no evidence", "did not deny", ",", ".", ":", "“", "”", "\n", "?"),
]


def story(title: str, summary: str = "") -> Story:
    return Story("test", title, summary, "The Strelsau Herald", datetime(2026, 1, 1, tzinfo=UTC))


def explained(lexicon: Lexicon, title: str, summary: str = "") -> Explanation:
    return explain(story(title, summary), lexicon)


def test_the_words_that_the_rules_know_are_told_with_what_they_are_taken_for(lexicon: Lexicon) -> None:
    (unit,) = explained(lexicon, "Fredville denied that its Moscow-bound plane carried drones, KCNA reports").units
    assert [(word.text, word.kind, word.meaning) for word in unit.words] == [
        ("Fredville", "actor", "FREEDONIA"),
        ("denied", "deny", "deny"),
        ("Moscow-bound", "actor", "to RU"),
        ("plane", "weapon", "aircraft, vague"),
        ("carried", "transfer", "verb carry"),
        ("drones", "weapon", "drones"),
        ("KCNA", "report", "state media"),
        ("reports", "say", "say, report, media"),
    ]
    assert all(unit.text[word.start : word.end] == word.text for word in unit.words)


def test_transfers_and_voices_are_told_for_each_unit(lexicon: Lexicon) -> None:
    headline, sentence = explained(
        lexicon, "Ruritania says Freedonia sent missiles to Sylvania", "The ministry denied it."
    ).units
    assert (headline.headline, sentence.headline) == (True, False)
    (told,) = headline.told
    assert (told.mention.rule, told.mention.suppliers, told.mention.recipients) == (
        "send",
        ("FREEDONIA",),
        ("SYLVANIA",),
    )
    assert told.dropped is None
    (said,), (denied,) = headline.heard, sentence.heard
    assert (said.kind, said.who, said.scope) == ("say", ("RURITANIA",), "Freedonia sent missiles to Sylvania")
    assert (denied.kind, denied.who, denied.open) == ("deny", (), "office")


def test_a_party_that_another_sentence_names_is_filled_in(lexicon: Lexicon) -> None:
    _, sentence = explained(
        lexicon, "Ruritania says Freedonia sent missiles to Sylvania", "Freedonia supplied the missiles in May."
    ).units
    assert sentence.told[0].mention.recipients == ("SYLVANIA",)


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("", "It holds no word for arms that the rules know."),
        ("Rain in Freedonia", "It holds no word for arms that the rules know."),
        ("Drone strike hits Fredville", "What sounds like arms in it is none (Drone strike)."),
        ("A Freedonian plane lands", "Its words for arms are too common to count alone (plane)."),
        ("The drones are loud", "It speaks of arms (drones), but no word in it tells of a transfer."),
        (
            "The drones are loud, which Fredville denies",
            "It speaks of arms (drones) and holds a denial, but tells of no transfer that it could be about.",
        ),
    ],
)
def test_a_story_without_a_claim_is_told_why(lexicon: Lexicon, title: str, why: str) -> None:
    explanation = explained(lexicon, title)
    assert (explanation.claims, explanation.passed_over) == ((), why)


def test_a_transfer_of_which_too_little_is_known_is_told_as_dropped(lexicon: Lexicon) -> None:
    explanation = explained(lexicon, "Report on Freedonian missiles from the front")
    assert explanation.claims == ()
    assert [told.dropped for unit in explanation.units for told in unit.told] == ["recipient unknown"]
    assert "too little is known of it (weapons of: recipient unknown)" in (explanation.passed_over or "")


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.lists(st.sampled_from(PIECES), max_size=14))
def test_an_explanation_has_the_claims_of_the_reading_or_the_reason_that_there_are_none(
    title: list[str], summary: list[str]
) -> None:
    told = story(" ".join(title), " ".join(summary))
    explanation = explain(told, INVENTED)
    assert explanation.claims == read(told, INVENTED)
    assert bool(explanation.claims) == (explanation.passed_over is None)


@given(st.text(string.printable + "“”’éж中\u202e"))
def test_any_text_is_explained(text: str) -> None:
    for unit in explain(story(text), INVENTED).units:
        assert all(unit.text[word.start : word.end] == word.text for word in unit.words)
