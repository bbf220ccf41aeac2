"""The index of standing queries: just what looking at each in turn would find."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detect.lexicon import load
from bot.model import STATUSES, Claim, Query, Story, Term
from bot.queries.index import Index
from bot.queries.language import parse, parse_standing
from bot.queries.standing import Said, matches
from tests.queries.made_up import START, queries, told_stories

LEXICON = load()
NOW = START + timedelta(days=900)
FREEDONIA = Claim("asserts", "SYLVANIA", "FREEDONIA", "RURITANIA", ("drones",), "delivered", "sent drones")

odd_terms = st.builds(
    Term,
    field=st.sampled_from(["since", "until"]),
    value=st.sampled_from(["30d", "60w", "1y", "today", "yesterday"]),
    negated=st.booleans(),
) | st.builds(
    Term,
    field=st.just("text"),
    value=st.sampled_from(["…", "crates, port", "élan élan", "port crates port", "élan élan élan"]),
)
odd_queries = st.builds(lambda query, term: Query((*query.clauses, (term,))), queries, odd_terms)
kept = st.lists(st.tuples(queries | odd_queries, st.sampled_from("abc")), max_size=12)


@st.composite
def told(draw: st.DrawFn) -> list[Said]:
    """The claims of one story, as they come to be matched."""
    story, claims = draw(told_stories())
    status = draw(st.none() | st.sampled_from(STATUSES))
    return [said(story, claim, status) for claim in claims]


def said(story: Story, claim: Claim, status: object = "alleged") -> Said:
    text = f"{story.title}\n{story.summary}"
    return Said(claim, status, story.outlet, LEXICON.publisher(story.outlet), text, story.at)  # type: ignore[arg-type]


def one_by_one(kept: list[tuple[Query, str]], told: list[Said]) -> set[str]:
    return {place for query, place in kept if any(matches(query, one, NOW) for one in told)}


@given(kept, st.lists(told(), min_size=1, max_size=3), st.data())
@settings(max_examples=80, deadline=None)
def test_it_finds_what_each_in_turn_would_through_all_that_comes_and_goes(
    kept: list[tuple[Query, str]], stories: list[list[Said]], data: st.DataObject
) -> None:
    index: Index[str] = Index()
    for query, place in kept:
        index.add(query, place)
    order = data.draw(st.permutations(range(len(kept))))
    left = dict(enumerate(kept))
    for number in order:
        for story in stories:
            assert index.find(story, NOW) == one_by_one(list(left.values()), story)
        query, place = left.pop(number)
        index.remove(query, place)
    assert all(index.find(story, NOW) == set() for story in stories)


def find(*texts: str, claim: Claim = FREEDONIA, days: float = 0, text: str = "Crates\nA barge") -> set[str]:
    """Which of these queries a claim of so many days ago fits."""
    index: Index[str] = Index()
    for one in texts:
        index.add(parse_standing(one, LEXICON, START), one)
    return index.find([Said(claim, "alleged", "The Hill", "The Hill", text, NOW - timedelta(days=days))], NOW)


def test_a_time_told_from_now_counts_from_the_match_and_not_from_the_subscription() -> None:
    texts = ("since:30d", "until:30d", "since:today", "since:2022-01", "until:2022-01")
    assert find(*texts, days=29) == {"since:30d", "since:2022-01"}
    assert find(*texts, days=31) == {"until:30d", "since:2022-01"}
    assert find(*texts) == {"since:30d", "since:today", "since:2022-01"}


def test_a_standing_query_without_such_a_time_is_the_query_that_is_asked() -> None:
    text = "iran>russia -drones OR missiles since:2022-12 crates"
    assert parse_standing(text, LEXICON, NOW) == parse(text, LEXICON, NOW)


def test_a_query_that_names_nothing_and_one_that_only_excludes_are_found() -> None:
    assert find("", "-weapon:ships", "-weapon:drones") == {"", "-weapon:ships"}


def test_either_side_of_an_or_is_enough() -> None:
    either = "weapon:ships OR crates"
    assert find(either, text="Crates") == {either}
    assert find(either, claim=dataclasses.replace(FREEDONIA, weapons=("ships",)), text="None") == {either}
    assert find(either, text="None") == set()


def test_the_words_of_a_phrase_must_follow_each_other() -> None:
    text = "A barge with a barge of crates"
    assert find('"a barge"', '"barge a"', text=text) == {'"a barge"'}
    assert find('"with a barge of"', '"a barge with crates"', '"barge with a crates"', text=text) == {
        '"with a barge of"'
    }


def test_a_place_that_keeps_a_query_in_two_ways_keeps_it_until_both_are_gone() -> None:
    index, told = Index[str](), [said(Story("a", "Crates", "", "The Hill", START), FREEDONIA)]
    for text in ("weapon:drones crates", "crates drones"):
        index.add(parse(text, LEXICON, NOW), "a")
    index.remove(parse("drones crates", LEXICON, NOW), "a")
    assert index.find(told, NOW) == {"a"}
    index.remove(parse("drones crates", LEXICON, NOW), "a")
    assert index.find(told, NOW) == set()
