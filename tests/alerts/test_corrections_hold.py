"""Whatever is recorded, corrected and undone: the summary is what the claims say, and all of it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from bot.alerts import mending, outbox
from bot.alerts.mending import By
from bot.alerts.numbered import numbered
from bot.corrections import Change
from bot.errors import UserError
from bot.model import Claim
from bot.store import Store, ledger
from bot.store.tables import (
    case_actors,
    case_stories,
    case_voices,
    case_weapons,
    cases,
    claim_actors,
    claim_weapons,
    claims,
    corrections,
    readings,
    stories,
)
from tests.alerts.newsroom import ASSERTED, START, story
from tests.alerts.recording import WORDS

ACTORS = ["FREEDONIA", "SYLVANIA", "RURITANIA"]
BY = By("console", "so it is", START)
VERSIONS = itertools.count()

actors = st.sampled_from(ACTORS)
made = st.builds(
    Claim,
    stance=st.sampled_from(["asserts", "denies"]),
    claimant=st.none() | actors,
    supplier=st.none() | actors,
    recipient=st.none() | actors,
    weapons=st.sampled_from([("drones",), ("missiles",), ("drones", "missiles")]),
    phase=st.sampled_from(["agreed", "delivered", "stopped"]),
    words=st.just("words"),
)
told = st.lists(made, min_size=1, max_size=3, unique_by=lambda claim: (claim.stance, claim.claimant))
record = st.tuples(st.just("record"), st.integers(0, 4), told)
change = st.one_of(
    st.builds(Change, st.sampled_from(["supplier", "recipient", "claimant"]), st.none() | actors),
    st.builds(Change, st.just("stance"), st.sampled_from(["asserts", "denies"])),
    st.builds(Change, st.just("phase"), st.sampled_from(["agreed", "stopped"])),
    st.builds(Change, st.just("weapons"), st.just(("ships",))),
)
which = st.integers(0, 20)
parties = st.builds(Change, st.sampled_from(["supplier", "recipient"]), st.none() | actors)
correct = st.one_of(
    st.tuples(st.just("drop"), which, which, st.booleans()),
    st.tuples(st.just("change"), which, which, change),
    st.tuples(st.just("relabel"), which, parties),
    st.tuples(st.just("merge"), which, which),
    st.tuples(st.just("split"), which, which),
)
undo = st.tuples(st.just("undo"), which)


def take(connection: Connection, step: tuple[Any, ...]) -> None:
    """Do one step, with numbers taken as which of those that are there; what can't be done changes nothing."""
    if step[0] == "record":
        tell(connection, *step[1:])
        return
    with contextlib.suppress(UserError), connection.begin_nested():
        act(connection, step)


def tell(connection: Connection, number: int, found: list[Claim]) -> None:
    """Record a story, or an edit of it, at its time and from its outlet."""
    one = story(f"Story {number}", key=str(number), outlet=f"Outlet {number % 3}", day=number * 90)
    one = replace(one, summary=f"As it is put in version {next(VERSIONS)}")
    outbox.record(connection, 1, one, found, now=START, alert=False, lexicon=WORDS)


def act(connection: Connection, step: tuple[Any, ...]) -> None:
    kind, first, *rest = step
    if kind == "undo":
        known = list(connection.scalars(select(corrections.c.id).where(corrections.c.undone_at.is_(None))))
        if known:
            mending.undo(connection, known[first % len(known)], BY)
        return
    known = list(connection.scalars(select(cases.c.id).order_by(cases.c.id)))
    if not known:
        return
    case_id = known[first % len(known)]
    if kind == "relabel":
        mending.relabel(connection, case_id, [rest[0]], BY)
    elif kind == "merge":
        mending.merge(connection, case_id, known[rest[0] % len(known)], BY)
    elif there := numbered(connection, case_id):
        number = there[rest[0] % len(there)].number
        if kind == "drop":
            mending.drop(connection, case_id, [number] if rest[1] else (), BY)
        elif kind == "change":
            mending.change(connection, case_id, [number], [rest[1]], BY)
        else:
            mending.split(connection, case_id, [number], BY)


def undo_all(connection: Connection) -> None:
    for number in connection.scalars(
        select(corrections.c.id).where(corrections.c.undone_at.is_(None)).order_by(corrections.c.id.desc())
    ).all():
        mending.undo(connection, number, BY)


def summary(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """All that is kept beside claims and stories."""
    tables = (cases, case_actors, case_stories, case_voices, case_weapons)
    return [sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables]


def made_anew(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """The summary, after each case and story was counted again."""
    for table in ("case_stories", "case_weapons"):
        connection.execute(text(f"DELETE FROM {table}"))
    for number in connection.scalars(select(stories.c.id)).all():
        ledger.count_story(connection, number)
    for number in connection.scalars(select(cases.c.id)).all():
        ledger.refresh(connection, number, lost=True)
    return summary(connection)


def what_stands(connection: Connection) -> dict[str, Any]:
    """The ledger without the numbers of claims and without what is closed: those of the rows that are made anew."""
    open_cases = list(connection.scalars(select(cases.c.id).where(~cases.c.closed)))
    kept = {
        (row.story_id, row.stance, row.claimant, row.supplier, row.recipient, row.phase, row.case_id, row.corrected)
        for row in connection.execute(select(claims))
    }
    voices = select(case_voices.c.case_id, case_voices.c.stance, case_voices.c.claimant, case_voices.c.last_at)
    weapons = select(claims.c.story_id, claim_weapons.c.weapon).join(claims, claims.c.id == claim_weapons.c.claim_id)
    return {
        "cases": sorted(map(tuple, connection.execute(select(cases).where(~cases.c.closed)))),
        "claims": kept,
        "weapons": sorted(map(tuple, connection.execute(weapons))),
        "voices": sorted(map(tuple, connection.execute(voices))),
        "others": [
            sorted(map(tuple, connection.execute(select(table)))) for table in (case_actors, case_stories, case_weapons)
        ],
        "open": open_cases,
    }


def whole(connection: Connection) -> None:
    """No claim is in a closed case, no open case is without one, and nothing is left over."""
    with_claims = set(connection.scalars(select(claims.c.case_id).where(claims.c.case_id.is_not(None)).distinct()))
    assert with_claims == set(connection.scalars(select(cases.c.id).where(~cases.c.closed)))
    pairs = connection.execute(select(claim_actors.c.claim_id)).scalars()
    assert set(pairs) <= set(connection.scalars(select(claims.c.id)))
    assert summary(connection) == made_anew(connection)


class TakenBack(Exception):
    """Takes all that an example did out of the database."""


Play = Callable[[Callable[[Connection], None]], None]


@pytest.fixture(scope="module")
def play(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Runs a play in a transaction on an empty ledger, which is empty again afterwards."""
    path = Path(shutil.copy(empty, tmp_path_factory.mktemp("play")))
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(path))

        def run(what: Callable[[Connection], None]) -> None:
            def and_take_back(connection: Connection) -> None:
                what(connection)
                raise TakenBack

            with pytest.raises(TakenBack):
                runner.run(store.write(and_take_back))

        yield run
        runner.run(store.close())


@given(steps=st.lists(st.one_of(record, correct, correct, undo), min_size=3, max_size=12))
@settings(max_examples=12, deadline=None)
def test_the_summary_is_what_the_claims_say(play: Play, steps: list[tuple[Any, ...]]) -> None:
    def plays(connection: Connection) -> None:
        last_told: dict[int, list[Claim]] = {}
        for step in [("record", 0, [ASSERTED]), *steps]:
            take(connection, step)
            if step[0] == "record":
                last_told[step[1]] = step[2]
        whole(connection)
        undo_all(connection)
        whole(connection)
        assert connection.execute(select(readings)).all() == []
        kept = connection.execute(
            select(stories.c.key, claims.c.stance, claims.c.claimant, claims.c.supplier, claims.c.recipient).join(
                stories, stories.c.id == claims.c.story_id
            )
        )
        assert set(map(tuple, kept)) == {(str(key), *one.key) for key, found in last_told.items() for one in found}

    play(plays)


@given(
    first=st.lists(record, min_size=1, max_size=5),
    steps=st.lists(st.one_of(correct, correct, undo), min_size=1, max_size=8),
)
@settings(max_examples=12, deadline=None)
def test_when_all_is_undone_the_ledger_is_as_it_was_before(
    play: Play, first: list[tuple[Any, ...]], steps: list[tuple[Any, ...]]
) -> None:
    def plays(connection: Connection) -> None:
        for step in first:
            take(connection, step)
        before = what_stands(connection)
        for step in steps:
            take(connection, step)
        undo_all(connection)
        assert what_stands(connection) == before

    play(plays)


@given(steps=st.lists(st.one_of(record, correct), min_size=2, max_size=10))
@settings(max_examples=12, deadline=None)
def test_a_story_that_is_read_again_as_before_stays_as_it_was_corrected(
    play: Play, steps: list[tuple[Any, ...]]
) -> None:
    def plays(connection: Connection) -> None:
        last_told: dict[int, list[Claim]] = {}
        for step in steps:
            take(connection, step)
            if step[0] == "record":
                last_told[step[1]] = step[2]
        before = what_stands(connection)
        for number, found in last_told.items():
            tell(connection, number, found)
        assert what_stands(connection) == before

    play(plays)
