"""What cards say."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards, cards_case
from bot.detect.lexicon import load
from bot.model import Card, Case, Claim, KeptClaim, Voice

LEXICON = load()
FIRST = datetime(2022, 9, 22, 6, tzinfo=UTC)
LAST = datetime(2022, 12, 23, 17, 36, tzinfo=UTC)

DENIAL = Voice(
    "denies",
    "FREEDONIA",
    "delivered",
    "called the reports groundless",
    "Radio Freedonia",
    "The Herald",
    "https://example.org/1",
    FIRST,
    LAST,
    3,
)
ASSERTION = Voice(
    "asserts",
    "RURITANIA",
    "agreed",
    "was buying shells",
    None,
    "The Ruritanian",
    "https://example.org/2",
    LAST,
    LAST,
    1,
)
CASE = Case(
    id=14,
    supplier="FREEDONIA",
    recipient="SYLVANIA",
    status="contested",
    weapons=("ammunition", "small-arms", "unspecified"),
    voices=(DENIAL, ASSERTION),
    publishers=2,
    first_at=FIRST,
    last_at=LAST,
    headline="Freedonia denies that it armed Sylvania",
    url="https://example.org/1",
    outlet="The Herald",
)


def case(**changes: Any) -> Case:
    return dataclasses.replace(CASE, **changes)


def said(card: Card) -> str:
    """All of a card's text, a line for each of its lines."""
    lines = [card.title]
    for section in card.sections:
        lines += [section.heading or "", *("".join(text.text for text in line) for line in section.lines)]
    return "\n".join([*lines, card.footer or ""])


def test_an_alert_says_status_dyad_and_weapons_first_and_links_the_newest_story() -> None:
    card = cards.alert(CASE, LEXICON)
    assert card.title == "Contested: Freedonia → Sylvania, ammunition and small arms"
    assert (card.status, card.url, card.cases) == ("contested", "https://example.org/1", (14,))


def test_an_alert_tells_who_says_so_and_who_denies_it_the_speaker_apart_from_the_outlet() -> None:
    text = said(cards.alert(CASE, LEXICON))
    assert "Who says so\nRuritania · agreed · The Ruritanian · 23 Dec 2022\n“was buying shells”" in text
    assert (
        "Who denies it\nFreedonia · via Radio Freedonia · delivered · The Herald · 3 claims, 22 Sep 2022 to 23 Dec 2022"
        in text
    )
    assert text.endswith("Case 14 · at most 2 independent publishers · 22 Sep 2022 to 23 Dec 2022")


def test_one_publisher_is_not_plural_and_one_day_is_no_stretch() -> None:
    text = said(cards.alert(case(publishers=1, first_at=LAST), LEXICON))
    assert text.endswith("at most 1 independent publisher · 23 Dec 2022")


def test_a_party_that_nobody_named_is_shown_as_two_dots() -> None:
    assert "Freedonia → .." in cards.alert(case(recipient=None), LEXICON).title


def test_weapons_that_nobody_named_are_unspecified_arms() -> None:
    assert cards.alert(case(weapons=("unspecified",)), LEXICON).title.endswith("unspecified arms")


def test_the_reporters_own_voice_is_the_outlets() -> None:
    own = dataclasses.replace(ASSERTION, claimant=None)
    assert "The Ruritanian · agreed · own report" in said(cards.alert(case(voices=(own,)), LEXICON))


def test_of_many_voices_the_newest_four_are_shown_and_the_rest_counted() -> None:
    voices = tuple(
        dataclasses.replace(ASSERTION, claimant=code)
        for code in ("RURITANIA", "ATLANTIS", "LILLIPUT", "UTOPIA", "SHANGRI-LA", "EL DORADO")
    )
    text = said(cards.alert(case(voices=voices), LEXICON))
    assert "Shangri-la" not in text
    assert "and 2 others: !case 14" in text


@pytest.mark.parametrize(
    ("was", "now", "title"),
    [
        ("alleged", "contested", "Alleged → contested: Freedonia denies it"),
        ("denied", "contested", "Denied → contested: Ruritania says so"),
        ("contested", "contested", "Still contested: Freedonia denies it"),
        ("denied", "alleged", "Denied → alleged: Ruritania says so"),
    ],
)
def test_a_change_of_status_names_the_voice_that_explains_it(was: Any, now: Any, title: str) -> None:
    card = cards.status_change(case(status=now), was, LEXICON)
    assert card.title == title
    assert card.footer == "Case 14: Freedonia → Sylvania"


def test_an_acknowledgement_names_the_party_and_not_whoever_spoke_last() -> None:
    party = dataclasses.replace(ASSERTION, claimant="SYLVANIA", last_at=FIRST)
    card = cards.status_change(case(status="acknowledged", voices=(ASSERTION, party)), "alleged", LEXICON)
    assert card.title == "Alleged → acknowledged: Sylvania says so"


def test_a_list_has_a_section_for_each_case_with_who_stands_where() -> None:
    both = (DENIAL, dataclasses.replace(DENIAL, claimant="SYLVANIA"), ASSERTION)
    card = cards.cases([case(voices=both)], LEXICON, asked="claims involving Sylvania")
    assert card.title == "Claims involving Sylvania"
    assert card.sections[0].heading == "14 · contested · Freedonia → Sylvania, ammunition and small arms"
    assert "Ruritania says so\nFreedonia and Sylvania deny it" in said(card)
    assert card.footer == "1 case"


def test_a_page_that_is_not_the_last_says_so() -> None:
    card = cards.cases([CASE, CASE], LEXICON, asked="claims", page=1, more=True)
    assert card.more
    assert (card.footer or "").startswith("Page 2 · there are more")


def test_a_cases_claims_come_with_words_outlet_link_and_date() -> None:
    claim = Claim(
        "denies",
        "FREEDONIA",
        "FREEDONIA",
        "SYLVANIA",
        ("ammunition",),
        "delivered",
        "called it groundless",
        "Radio Freedonia",
    )
    kept = KeptClaim(1, 14, claim, "Title", "The Herald", "https://example.org/1", LAST, LAST)
    card = cards_case.case(CASE, [kept, dataclasses.replace(kept, published=None)], LEXICON)
    assert card.title == "Case 14, contested: Freedonia → Sylvania, ammunition and small arms"
    assert (
        "Freedonia denies\nvia Radio Freedonia · delivered · The Herald · 23 Dec 2022\n“called it groundless”"
        in said(card)
    )
    assert "undated, seen 23 Dec 2022" in said(card)
    assert card.sections[0].lines[0][4].url == "https://example.org/1"


def test_a_denial_is_shown_with_the_claim_it_answers() -> None:
    claim = Claim("denies", "FREEDONIA", "FREEDONIA", None, ("unspecified",), "delivered", "called it groundless")
    kept = KeptClaim(1, 14, claim, "Title", "The Herald", None, LAST, LAST)
    text = said(cards.denials([(kept, CASE), (kept, None)], LEXICON, asked="denials"))
    assert "Freedonia denies: Freedonia → .., unspecified arms" in text
    assert "Answers Ruritania · agreed · The Ruritanian · 23 Dec 2022\n“was buying shells”" in text
    assert "Case 14, contested" in text
    assert text.endswith("2 denials")


def test_when_nothing_is_found_the_card_says_what_to_try() -> None:
    text = said(cards.nothing("claims with “silvania”", [("If an actor was meant", "!claims sylvania")]))
    assert text == "No claims with “silvania”\nTry\nIf an actor was meant: !claims sylvania\n"


@given(st.text(max_size=400), st.integers(1, 220))
def test_what_is_shortened_keeps_to_its_limit_and_begins_as_it_did(text: str, limit: int) -> None:
    short = cards.shorten(text, limit)
    whole = " ".join(text.split())
    assert len(short) <= limit
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


def test_words_are_cut_between_words() -> None:
    assert cards.shorten("shells and rockets from the north", 20) == "shells and rockets…"


def test_a_letter_is_not_cut_from_its_accent() -> None:
    assert cards.shorten("e\u0301" * 10, 6) == "e\u0301e\u0301…"
