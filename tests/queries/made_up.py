"""Made-up stories with claims, and queries that may fit them, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.model import PHASES, STANCES, STATUSES, Claim, Query, Story, Term

START = datetime(2022, 1, 1, tzinfo=UTC)
ACTORS = ["FREEDONIA", "SYLVANIA", "RURITANIA"]
WEAPONS = ["drones", "missiles", "small-arms"]
OUTLETS = ["Reuters", "Reuters via The Fore", "The Hill", "Élan Post"]
WORDS = ["shipment", "Élan", "crates", "port"]

times = st.integers(0, 900).map(lambda days: START + timedelta(days=days))
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
actors = st.sampled_from(ACTORS)


@st.composite
def told_stories(draw: st.DrawFn) -> tuple[Story, list[Claim]]:
    story = Story(
        key="",
        title=draw(texts),
        summary=draw(texts),
        outlet=draw(st.sampled_from(OUTLETS)),
        seen=START + timedelta(days=901),
        published=draw(times),
    )
    made = st.builds(
        Claim,
        stance=st.sampled_from(STANCES),
        claimant=st.none() | actors,
        supplier=st.none() | actors,
        recipient=st.none() | actors,
        weapons=st.lists(st.sampled_from(WEAPONS), min_size=1, max_size=2, unique=True).map(tuple),
        phase=st.sampled_from(PHASES),
        words=st.sampled_from([story.title, story.summary]),
    )
    return story, draw(st.lists(made, min_size=1, max_size=3))


def term(field: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Term]:
    return st.builds(Term, field=st.just(field), value=values, negated=st.sampled_from([False, False, True]))


terms = st.one_of(
    *(term(field, actors) for field in ("actor", "from", "to", "by")),
    term("weapon", st.sampled_from(WEAPONS)),
    term("status", st.sampled_from(STATUSES)),
    term("stance", st.sampled_from(STANCES)),
    term("phase", st.sampled_from(PHASES)),
    term("outlet", st.sampled_from(["reuters", "REUTERS VIA the fore", "the hill", "Élan post"])),
    term("since", times.map(datetime.isoformat)),
    term("until", times.map(datetime.isoformat)),
    term(
        "text", st.lists(st.sampled_from(["SHIPMENT", "elan", "Crates", "port"]), min_size=1, max_size=2).map(" ".join)
    ),
)
queries = st.builds(Query, st.lists(st.lists(terms, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple))
