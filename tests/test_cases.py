"""Cases: their status, where claims belong, what changed, and which headlines are one text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import REACH, Span, change, dyads, nearest, same_text, status
from bot.model import STATUSES, Case, Claim, Phase, Stance, Voice

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
SUPPLIER, RECIPIENT, OTHER = "FREEDONIA", "SYLVANIA", "RURITANIA"


def voice(said: str, day: int = 0) -> Voice:
    """`FREEDONIA asserts delivered`; `-` is the reporter's own voice."""
    claimant, stance, phase = said.split()
    at = START + day * DAY
    return Voice(
        stance=stance,  # type: ignore[arg-type]
        claimant=None if claimant == "-" else claimant,
        phase=phase,  # type: ignore[arg-type]
        words="…",
        carrier=None,
        outlet="The Herald",
        url=None,
        first_at=at,
        last_at=at,
        claims=1,
    )


def claim(supplier: str | None, recipient: str | None, stance: Stance = "asserts") -> Claim:
    return Claim(stance, None, supplier, recipient, ("drones",), "delivered", "…")


def case(*voices: Voice, publishers: int = 1) -> Case:
    derived = status(voices, SUPPLIER, RECIPIENT)
    return Case(
        1,
        SUPPLIER,
        RECIPIENT,
        derived,
        ("drones",),
        voices,
        publishers,
        START,
        START,
        "Drones seen",
        None,
        "The Herald",
    )


# ── status ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# Each voice is a day newer than the one before it.
TABLE = [
    (["RURITANIA asserts delivered"], "alleged"),
    (["- asserts delivered"], "alleged"),
    (["MEDIA asserts delivered", "RURITANIA asserts agreed"], "alleged"),
    (["RURITANIA asserts delivered", "FREEDONIA asserts agreed"], "acknowledged"),
    (["SYLVANIA asserts delivered"], "acknowledged"),
    (["RURITANIA asserts delivered", "FREEDONIA denies delivered"], "contested"),
    (["FREEDONIA denies delivered", "RURITANIA asserts delivered"], "contested"),
    (["FREEDONIA asserts delivered", "SYLVANIA denies delivered"], "contested"),
    (["MEDIA asserts delivered", "RURITANIA denies delivered"], "contested"),
    (["FREEDONIA asserts delivered", "- denies delivered"], "contested"),
    (["FREEDONIA denies delivered"], "denied"),
    (["FREEDONIA denies delivered", "RURITANIA denies agreed"], "denied"),
    (["FREEDONIA asserts agreed", "RURITANIA asserts stopped"], "stopped"),
    (["FREEDONIA asserts stopped", "RURITANIA asserts delivered"], "acknowledged"),
    # a denial stays in sight beside a halt, be it older or newer
    (["FREEDONIA denies delivered", "RURITANIA asserts stopped"], "contested"),
    (["RURITANIA asserts stopped", "FREEDONIA denies delivered"], "contested"),
    # denying the halt contests the halt, and no transfer
    (["RURITANIA asserts stopped", "FREEDONIA denies stopped"], "contested"),
    (["FREEDONIA asserts agreed", "FREEDONIA denies stopped"], "acknowledged"),
    (["FREEDONIA denies stopped"], "denied"),
    # who changes position counts with the newest
    (["RURITANIA asserts delivered", "FREEDONIA denies delivered", "FREEDONIA asserts delivered"], "acknowledged"),
    (["FREEDONIA asserts agreed", "FREEDONIA denies agreed"], "denied"),
    # but one newspaper takes back nothing that another said
    (["MEDIA denies delivered", "MEDIA asserts delivered"], "contested"),
    (["- asserts delivered", "- denies delivered"], "contested"),
]


@pytest.mark.parametrize(("voices", "expected"), TABLE, ids=str)
def test_a_status_follows_from_who_says_what(voices: list[str], expected: str) -> None:
    spoken = [voice(said, day) for day, said in enumerate(voices)]
    assert status(spoken, SUPPLIER, RECIPIENT) == expected
    assert status(spoken[::-1], SUPPLIER, RECIPIENT) == expected


def test_one_who_says_and_denies_it_at_the_same_time_contests_it() -> None:
    assert status([voice("FREEDONIA asserts agreed"), voice("FREEDONIA denies agreed")], SUPPLIER, None) == "contested"


def test_of_two_assertions_at_the_same_time_the_halt_is_the_newer() -> None:
    spoken = [voice("MEDIA asserts delivered"), voice("FREEDONIA asserts stopped")]
    assert status(spoken, SUPPLIER, RECIPIENT) == status(spoken[::-1], SUPPLIER, RECIPIENT) == "stopped"


def test_the_reporters_own_voice_is_not_the_party_that_nobody_named() -> None:
    assert status([voice("- asserts delivered")], SUPPLIER, None) == "alleged"


VOICES = st.builds(
    lambda who, stance, phase, day: voice(f"{who} {stance} {phase}", day),
    st.sampled_from([SUPPLIER, RECIPIENT, OTHER, "MEDIA", "-"]),
    st.sampled_from(get_args(Stance)),
    st.sampled_from(get_args(Phase)),
    st.integers(0, 3),
)


@given(st.lists(VOICES, min_size=1, max_size=6))
def test_every_set_of_voices_has_one_status_whatever_their_order(voices: list[Voice]) -> None:
    found = status(voices, SUPPLIER, RECIPIENT)
    assert found in STATUSES
    assert found == status(voices[::-1], SUPPLIER, RECIPIENT)
    assert (found == "denied") or any(voice.stance == "asserts" for voice in voices)


# ── placing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_claim_that_leaves_the_recipient_open_joins_the_denial_beside_it() -> None:
    found = dyads([claim("FREEDONIA", None), claim("FREEDONIA", "SYLVANIA", "denies")])
    assert found == [("FREEDONIA", "SYLVANIA"), ("FREEDONIA", "SYLVANIA")]


def test_a_claim_that_leaves_the_supplier_open_joins_by_its_recipient() -> None:
    assert dyads([claim("FREEDONIA", "SYLVANIA"), claim(None, "SYLVANIA")])[1] == ("FREEDONIA", "SYLVANIA")


@pytest.mark.parametrize(
    "others",
    [
        [],
        [claim("RURITANIA", "SYLVANIA")],  # another supplier
        [claim("RURITANIA", "FREEDONIA")],  # the same actor in another role
        [claim("FREEDONIA", "SYLVANIA"), claim("FREEDONIA", "RURITANIA")],  # either might be meant
    ],
)
def test_without_just_one_dyad_that_fits_an_open_claim_stays_on_its_own(others: list[Claim]) -> None:
    assert dyads([claim("FREEDONIA", None), *others])[0] == ("FREEDONIA", None)


def test_a_claim_without_any_party_has_no_case() -> None:
    assert dyads([claim(None, None), claim("FREEDONIA", "SYLVANIA")])[0] is None


def test_a_claim_joins_its_case_up_to_a_year_before_and_after() -> None:
    span = Span(7, START, START + 10 * DAY)
    assert nearest([span], START - REACH) == nearest([span], START + 10 * DAY + REACH) == 7
    assert nearest([span], START + 5 * DAY) == 7
    assert nearest([span], START - REACH - DAY) is None
    assert nearest([], START) is None


def test_a_late_find_between_two_cases_joins_the_nearer() -> None:
    early, late = Span(1, START, START), Span(2, START + 500 * DAY, START + 500 * DAY)
    assert nearest([early, late], START + 200 * DAY) == 1
    assert nearest([early, late], START + 300 * DAY) == 2
    assert nearest([early, late], START + 250 * DAY) == 2


# ── what changed ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_said_again_by_the_same_is_no_visible_change() -> None:
    before, after = case(voice("RURITANIA asserts agreed")), case(voice("RURITANIA asserts agreed", day=2))
    assert not change(before, after).seen
    assert not change(before, after).event


def test_another_publisher_is_seen_and_is_no_event() -> None:
    before, after = (case(voice("RURITANIA asserts agreed"), publishers=count) for count in (1, 2))
    assert change(before, after).seen
    assert not change(before, after).event


def test_a_denial_changes_the_status_and_is_an_event() -> None:
    told = voice("RURITANIA asserts agreed")
    found = change(case(told), case(told, voice("FREEDONIA denies agreed", day=1)))
    assert (found.was, found.seen, found.event) == ("alleged", True, True)


def test_a_change_of_position_is_an_event_even_where_the_status_stays() -> None:
    before = (voice("FREEDONIA denies agreed"), voice("SYLVANIA denies agreed"), voice("RURITANIA asserts agreed"))
    after = (*before, voice("FREEDONIA asserts agreed", day=3))
    found = change(case(*before), case(*after))
    assert case(*before).status == case(*after).status == "contested"
    assert found.event


def test_a_newspaper_against_another_is_no_change_of_position() -> None:
    before = (voice("MEDIA asserts agreed"), voice("FREEDONIA denies agreed"))
    assert not change(case(*before), case(*before, voice("MEDIA denies agreed", day=1))).event


# ── one text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Freedonia sends Sylvania drones, officials say", "Freedonia Sends Sylvania Drones, Officials Say"),
        ("UPDATE 2-Freedonia finalizing sale of U.S. tanks", "Freedonia finalising sale of US tanks"),
        ("Exclusive: Café owner’s rockets go to Sylvania", "Cafe owner's rockets go to Sylvania"),
        ("The Freedonian navy sells Sylvania 1,200 shells", "Freedonian navy sells Sylvania 1,200 shells"),
    ],
)
def test_a_copy_is_known_by_its_headline(a: str, b: str) -> None:
    assert same_text(a, b)
    assert same_text(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Freedonia armed Sylvania with drones, Austria says", "Freedonia armed Sylvania with drones, Australia says"),
        ("Freedonia armed Sylvania, Ruritania says in report", "Ruritania armed Sylvania, Freedonia says in report"),
        ("Freedonia sold Sylvania 12 drones this week", "Freedonia sold Sylvania 13 drones this week"),
        ("Freedonia sold Sylvania 1,200 shells this week", "Freedonia sold Sylvania 1,300 shells this week"),
        ("Freedonia denies sending drones to Sylvania rebels", "Freedonia confirms sending drones to Sylvania rebels"),
        ("Freedonia did send drones to Sylvania rebels", "Freedonia did not send drones to Sylvania rebels"),
        ("Sylvania drone deal confirmed in Freedonia today", "Sylvania drone deal unconfirmed in Freedonia today"),
        ("Freedonia sends drones to Sylvania, source says", "Freedonia sends drones to Sylvania, official says"),
        ("Freedonia to deliver drones for Sylvania soon", "Freedonia delivers drones for Sylvania soon"),
        ("New drones for Sylvania seen in Freedonia port", "New drones from Sylvania seen in Freedonia port"),
        ("Freedonia denies arming Sylvania", "Freedonia denies arming Sylvania"),  # too short to tell
        ("", ""),
    ],
)
def test_headlines_that_differ_in_actor_number_or_negation_are_two_texts(a: str, b: str) -> None:
    assert not same_text(a, b)
    assert not same_text(b, a)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_compare_the_same_both_ways(a: str, b: str) -> None:
    assert same_text(a, b) == same_text(b, a)
