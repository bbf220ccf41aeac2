"""Which headlines tell the same news. All restate what was reported in 2022, in words of our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alike.recent import REACH, Recent
from bot.alike.sketch import Sketch, Sketcher
from bot.detect.lexicon import load
from bot.model import Claim

SKETCHER = Sketcher(load())
START = datetime(2022, 12, 22, tzinfo=UTC)
WAGNER = "North Korea delivered rockets to the Wagner group, White House says"
TO_WAGNER = Claim("asserts", "US", "KP", "WAGNER", ("missiles",), "delivered", "delivered rockets")


def sketch(
    title: str, number: int = 1, *, summary: str = "", days: float = 0, claims: tuple[Claim, ...] = ()
) -> Sketch:
    return SKETCHER.sketch(number, title, summary, START + timedelta(days=days), claims)


def alike(a: Sketch, b: Sketch) -> bool:
    """Whether the one is found when the other is looked for."""
    recent = Recent()
    recent.add(a)
    return recent.find(b) == [a.id]


@pytest.mark.parametrize(
    "title",
    [
        "NORTH KOREA delivered rockets to the Wagner group",
        "N. Korea has delivered rockets to Russia's Wagner group, US says",
        "Pyongyang delivering rockets to Wagner, says White House",
    ],
)
def test_a_rewritten_headline_tells_the_same(title: str) -> None:
    assert alike(sketch(WAGNER), sketch(title, 2, days=0.3))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        (WAGNER, "Wagner group denies that North Korea delivered rockets"),
        (WAGNER, "North Korea delivered rockets to the Wagner group: what we know"),
        (WAGNER, "Why North Korea delivered rockets to the Wagner group"),
        (WAGNER, "Iran delivered rockets to the Houthis, White House says"),
        ("US approves arms sale to Finland", "US approves arms sale to Taiwan"),
        ("US to send howitzers to Ukraine", "US to send drones to Ukraine"),
        ("US to send $725 million of arms to Ukraine", "US to send $400 million of arms to Ukraine"),
        ("What we know on day 249 of the war", "What we know on day 250 of the war"),
        ("North Korea fires missile over Japan", "North Korea fires second missile over Japan"),
        ("Wagner group denies getting North Korean rockets", "North Korea denies getting Wagner group rockets"),
    ],
)
def test_a_near_miss_is_another_story(title: str, other: str) -> None:
    assert not alike(sketch(title), sketch(other, 2))


def test_a_sum_that_was_rounded_is_the_same_sum() -> None:
    assert alike(
        sketch("US to send $1.85bn of arms to Ukraine"), sketch("US to send $1.8 billion of arms to Ukraine", 2)
    )


def test_an_actor_whom_the_others_summary_names_makes_no_other_story() -> None:
    title, other = "US approves big arms sale to Finland", "Biden administration approves big arms sale to NATO hopeful"
    assert alike(
        sketch(title, summary="Finland wants to join NATO."), sketch(other, 2, summary="Finland buys missiles.")
    )


def test_the_further_apart_the_more_alike_they_must_be() -> None:
    title, other = WAGNER, "North Korea supplied Wagner with rockets, US officials say"
    assert alike(sketch(title), sketch(other, 2))
    assert not alike(sketch(title), sketch(other, 2, days=3.5))
    assert alike(sketch(title), sketch(title, 2, days=3.5))
    assert not alike(sketch(title), sketch(title, 2, days=REACH.days))


def test_the_same_claim_in_both_makes_up_for_other_words() -> None:
    title, other = WAGNER, "Mercenaries of Wagner armed by Pyongyang with truckloads, spies find"
    assert not alike(sketch(title), sketch(other, 2))
    assert alike(sketch(title, claims=(TO_WAGNER,)), sketch(other, 2, claims=(TO_WAGNER,)))


def test_the_most_alike_comes_first_and_a_story_never_finds_itself() -> None:
    recent = Recent()
    for number, title in enumerate([WAGNER, "North Korea supplied Wagner with rockets", WAGNER]):
        recent.add(sketch(title, number))
    assert recent.find(sketch(WAGNER, 2)) == [0, 1]


def test_what_is_removed_forgotten_or_put_otherwise_is_not_found() -> None:
    recent = Recent()
    for number in range(3):
        recent.add(sketch(WAGNER, number, days=number))
    recent.add(sketch("Football", 2))
    recent.remove(1)
    assert recent.find(sketch(WAGNER, 9)) == [0]
    recent.forget(START + timedelta(days=1))
    assert recent.find(sketch(WAGNER, 9)) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.text(max_size=40), st.integers(0, 3)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_kept_looked_for_and_removed(told: list[tuple[int, str, int]]) -> None:
    recent = Recent()
    for number, title, days in told:
        recent.add(sketch(title, number, days=days, summary=title))
        assert number not in recent.find(sketch(title, number, days=days))
    for number in range(5):
        recent.remove(number)
    assert all(recent.find(sketch(title, 9)) == [] for _, title, _ in told)
