"""Cutting stories into units and tokens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detect.forms import plural, verb_forms
from bot.detect.text import story_text, tokens, units
from bot.model import Story


def story(title: str, summary: str = "", body: str = "") -> Story:
    return Story(key="t", title=title, summary=summary, body=body, outlet="", seen=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It sent arms. It denied that.", ["It sent arms.", "It denied that."]),
        ("The U.S. Navy said so. Iran denied it.", ["The U.S. Navy said so.", "Iran denied it."]),
        ("Gen. Pat Ryder said N. Korea sent shells.", ["Gen. Pat Ryder said N. Korea sent shells."]),
        ("“We sent none.” He left.", ["“We sent none.”", "He left."]),
        ("Seoul denies it; Kyiv is silent", ["Seoul denies it", "Kyiv is silent"]),
        ("It cost 1.5 billion. Nobody paid.", ["It cost 1.5 billion.", "Nobody paid."]),
    ],
)
def test_text_is_cut_into_sentences_but_not_at_abbreviations(text: str, sentences: list[str]) -> None:
    assert [unit.text for unit in units(story("Title", text))][1:] == sentences


def test_the_headline_is_a_unit_of_its_own() -> None:
    first, second = units(story("Arms for Sylvania", "Freedonia sent them."))
    assert (first.headline, second.headline) == (True, False)


def test_a_possessive_ending_is_cut_off_and_noted() -> None:
    first, *_ = tokens("Iran’s drones")
    assert (first.text, first.possessive) == ("Iran", True)


def test_a_summary_that_opens_the_body_is_read_once() -> None:
    assert story_text(story("T", "It sent arms.", "It sent arms. It denied that later.")).count("It sent arms") == 1


@given(st.text(max_size=300), st.text(max_size=600))
def test_every_unit_and_token_is_a_span_of_the_text(title: str, summary: str) -> None:
    told = story(title, summary)
    text = story_text(told)
    for unit in units(told):
        assert text[unit.start : unit.start + len(unit.text)] == unit.text
        for token in unit.tokens:
            assert unit.text[token.start : token.end].startswith(token.text[:1])


@pytest.mark.parametrize(
    ("verb", "irregular", "past", "ing"),
    [
        ("ship", None, "shipped", "shipping"),
        ("supply", None, "supplied", "supplying"),
        ("give", "gave, given", "gave", "giving"),
        ("hand over", None, "handed over", "handing over"),
        ("transfer", None, "transferred", "transferring"),
        ("deliver", None, "delivered", "delivering"),
    ],
)
def test_verb_forms_are_made_from_the_base(verb: str, irregular: str | None, past: str, ing: str) -> None:
    forms = verb_forms(verb, irregular)
    assert (forms["past"], forms["ing"]) == (past, ing)


@pytest.mark.parametrize(("one", "many"), [("tank", "tanks"), ("battery", "batteries"), ("cutlass", "cutlasses")])
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many
