"""A query is completed while it is typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detect.lexicon import Lexicon, load
from bot.queries.completing import completions
from bot.queries.language import parse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEXICON: Lexicon = load()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("rus", "Russia"),
        ("ira", "Iran"),
        ("north k", "North Korea"),
        ("drones from:north k", "drones from:North Korea"),
        ("drones tehr", "drones Iran"),
        ("korea", "North Korea"),
        ("usa", "United States"),
        ("rusia", "Russia"),
        ("from:ukr", "from:Ukraine"),
        ("-from:ukr", "-from:Ukraine"),
        ("iran>ru", "iran>Russia"),
        ("iran -> ru", "iran -> Russia"),
        (">ukr", ">Ukraine"),
        ("dron", "drones"),
        ("-dron", "-drones"),
        ("him", "himars"),
        ("sinc", "since:"),
        ("weapon:mi", "weapon:missiles"),
        ("russia status:c", "russia status:contested"),
        ("stance:d", "stance:denies"),
        ("phase:st", "phase:stopped"),
        ("since:3", "since:30d"),
        ("russia OR ira", "russia OR Iran"),
        ("", "from:"),
        ("russia ", "russia from:"),
        ("from:", "from:Belarus"),
        ("status:", "status:alleged"),
    ],
)
def test_the_likeliest_completion_comes_first(typed: str, first: str) -> None:
    assert completions(typed, LEXICON)[0] == first


def test_actors_are_offered_by_name_states_before_the_groups_of_their_people() -> None:
    offered = completions("congo", LEXICON)
    assert offered[:2] == ["DR Congo", "Republic of the Congo"]
    assert "Congolese rebels" not in offered  # which would be M23
    assert "Congolese militias" in offered[2:]


@pytest.mark.parametrize(
    "typed", ["xyzzyx", 'outlet:"the h', "outlet:hill", 'drones "rus', "status:russ", "nonsense:ru"]
)
def test_where_nothing_is_known_nothing_is_offered(typed: str) -> None:
    assert completions(typed, LEXICON) == []


def test_every_actor_can_be_completed_to_a_query_that_means_it() -> None:
    for actor in LEXICON.actors.values():
        if actor.kind == "state":
            written = f"from:{actor.name}"
            assert written in completions(written, LEXICON)
            assert parse(written, LEXICON, NOW).clauses[0][0].value == actor.code


PIECES = (
    "from:",
    "to:",
    ">",
    "->",
    "-",
    '"',
    " ",
    "OR ",
    "russ",
    "north ",
    "ko",
    "since:",
    "3",
    ":",
    "é",
    "\u202e",
    "𝔘",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
def test_whatever_is_typed_is_completed_at_its_end_only(typed: str) -> None:
    offered = completions(typed, LEXICON)
    assert len(offered) <= 25
    assert len(set(offered)) == len(offered)
    kept = "".join(f"{word} " for word in typed.split(" ")[:-5])
    assert all(one.startswith(kept) for one in offered)
