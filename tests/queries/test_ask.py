"""What a query means: the same for one claim (`standing.matches`) as for the store's questions."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, event, insert, select

from bot.alerts.outbox import record
from bot.detect.lexicon import load
from bot.model import Case, Claim, KeptClaim, Query, Story, Term
from bot.queries.standing import Said, matches
from bot.store import Store
from bot.store.ask import find_cases, find_denials
from bot.store.ledger import cases_by_id, kept_claims
from bot.store.tables import cases, claims, feeds, stories
from tests.queries.made_up import START, queries, told_stories

LEXICON = load()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with one feed; each example works in a transaction that is rolled back."""
    path = tmp_path_factory.mktemp("ask") / "ledger.db"
    asyncio.run(_new_database(path))
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    yield engine
    engine.dispose()


async def _new_database(path: Path) -> None:
    async with await Store.open(path) as store:
        await store.write(
            lambda connection: connection.execute(
                insert(feeds).values(id=1, url="http://127.0.0.1/feed", interval=300, enabled=True)
            )
        )


def fitting(connection: Connection, query: Query) -> list[tuple[KeptClaim, Case | None]]:
    """The claims that `matches` says fit, newest first, with their cases."""
    rows = connection.execute(
        select(claims.c.id, stories.c.title, stories.c.summary, stories.c.publisher)
        .join(stories, stories.c.id == claims.c.story_id)
        .order_by(claims.c.at.desc(), claims.c.id.desc())
    ).all()
    by_id = {case.id: case for case in cases_by_id(connection, list(connection.scalars(select(cases.c.id))))}
    found = []
    for kept, row in zip(kept_claims(connection, [row.id for row in rows]), rows, strict=True):
        case = by_id.get(kept.case_id or 0)
        text = f"{row.title}\n{row.summary}"
        status = case.status if case else None
        if matches(query, Said(kept.claim, status, kept.outlet, row.publisher, text, kept.at), START):
            found.append((kept, case))
    return found


def tell(connection: Connection, told: list[tuple[Story, list[Claim]]]) -> None:
    for number, (story, said) in enumerate(told):
        one = dataclasses.replace(story, key=str(number))
        record(connection, 1, one, said, now=story.seen, alert=False, lexicon=LEXICON)


# ── the store agrees with `matches` ──────────────────────────────────────────────────────────────────────────────────


@given(st.lists(told_stories(), min_size=1, max_size=6), st.lists(queries, min_size=1, max_size=6), st.integers(0, 2))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_finds_just_what_fits_newest_first(
    engine: Engine, told: list[tuple[Story, list[Claim]]], asked: list[Query], offset: int
) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        tell(connection, told)
        for query in asked:
            found = fitting(connection, query)
            wanted = {case.id: case for _, case in found if case}
            newest = sorted(wanted, key=lambda number: (wanted[number].last_at, number), reverse=True)
            denials = [kept.id for kept, _ in found if kept.claim.stance == "denies"]
            assert find_cases(connection, query, limit=3, offset=offset) == newest[offset : offset + 3]
            assert find_denials(connection, query, limit=3, offset=offset) == denials[offset : offset + 3]
        transaction.rollback()


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
@example('"')
@example('a" OR "b')
@settings(max_examples=60, deadline=None)
def test_no_text_is_taken_for_an_operator(engine: Engine, text: str) -> None:
    query = Query(((Term("text", text),),))
    with engine.connect() as connection:
        assert find_cases(connection, query, limit=1) == []


# ── one claim must fulfil all ────────────────────────────────────────────────────────────────────────────────────────


def claim(**changes: Any) -> Claim:
    usual = Claim("asserts", "SYLVANIA", "FREEDONIA", "RURITANIA", ("drones",), "delivered", "sent drones")
    return dataclasses.replace(usual, **changes)


def fits(query: Query, one: Claim) -> bool:
    return matches(query, Said(one, "alleged", "The Hill", "The Hill", "A title\nA summary", START), START)


def test_a_case_is_not_found_by_what_two_claims_say_together(engine: Engine) -> None:
    story = Story("a", "Title", "Summary", "The Hill", START)
    told = [claim(), claim(claimant="FREEDONIA", stance="denies", weapons=("ships",))]
    query = Query(((Term("by", "SYLVANIA"),), (Term("weapon", "ships"),)))
    with engine.connect() as connection, connection.begin() as transaction:
        tell(connection, [(story, told)])
        assert find_cases(connection, query, limit=9) == []
        assert find_cases(connection, Query(query.clauses[:1]), limit=9) != []
        transaction.rollback()


def test_an_exclusion_holds_for_a_party_that_is_unknown() -> None:
    assert fits(Query(((Term("from", "SYLVANIA", negated=True),),)), claim(supplier=None))


def test_of_a_clause_one_term_is_enough() -> None:
    assert fits(Query(((Term("weapon", "ships"), Term("weapon", "drones")),)), claim())


def test_a_phrase_is_not_found_across_title_and_summary() -> None:
    assert fits(Query(((Term("text", "a TITLE"),),)), claim())
    assert not fits(Query(((Term("text", "title a"),),)), claim())


def test_the_claims_own_words_are_looked_into() -> None:
    assert fits(Query(((Term("text", "sent"),),)), claim())


def test_a_claim_read_from_a_storys_body_is_found_by_its_words(engine: Engine) -> None:
    story = Story("a", "Title", "Summary", "The Hill", START, body="Nobody reads on. They sent drones by barge.")
    query = Query(((Term("text", "by BARGE"),),))
    with engine.connect() as connection, connection.begin() as transaction:
        tell(connection, [(story, [claim(words="They sent drones by barge")])])
        assert len(find_cases(connection, query, limit=9)) == 1
        assert find_cases(connection, Query(((Term("text", "nobody"),),)), limit=9) == []
        transaction.rollback()


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("clauses", "index"),
    [
        ([("actor", "RU")], "case_actors USING PRIMARY KEY (actor=? AND role=?"),
        ([("actor", "RU"), ("from", "IR"), ("since", START.isoformat())], "ix_claims_case_at (case_id=? AND at>?)"),
        ([("status", "contested")], "ix_cases_status (status=?"),
        ([], "ix_cases_last_at"),
    ],
)
def test_cases_are_walked_by_an_index_and_never_sorted(
    engine: Engine, clauses: list[tuple[Any, str]], index: str
) -> None:
    plan = plan_of(engine, find_cases, Query(tuple((Term(*one),) for one in clauses)))
    assert index in plan
    assert "SCAN claims" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("clauses", "index"), [([], "ix_claims_stance (stance=?"), ([("by", "IR")], "claim_actors USING PRIMARY KEY")]
)
def test_denials_are_walked_by_an_index_and_never_sorted(
    engine: Engine, clauses: list[tuple[Any, str]], index: str
) -> None:
    plan = plan_of(engine, find_denials, Query(tuple((Term(*one),) for one in clauses)))
    assert index in plan
    assert "TEMP B-TREE" not in plan


def plan_of(engine: Engine, find: Callable[..., list[int]], query: Query) -> str:
    """SQLite's plan for the last statement that `find` runs."""
    ran: list[tuple[str, Any]] = []
    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *a: ran.append((a[2], a[3])))
        find(connection, query, limit=6)
        statement, values = ran[-1]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    return "\n".join(row[3] for row in rows)
