"""Reading the ledger back."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.store import ledger
from bot.store.tables import case_actors, claim_actors
from tests.alerts.newsroom import ASSERTED, DENIED, Newsroom, said, story


async def test_a_case_that_is_not_there_is_none(newsroom: Newsroom) -> None:
    assert await newsroom.store.read(ledger.case, 1) is None
    assert await newsroom.store.read(ledger.cases_by_id, []) == []
    assert await newsroom.store.read(ledger.kept_claims, []) == []


async def test_cases_and_claims_come_in_the_order_they_were_asked_for(newsroom: Newsroom) -> None:
    for number, buyer in enumerate(("SYLVANIA", "RURITANIA", "GRAUSTARK")):
        await newsroom.record(story(buyer, day=number), said(f"MEDIA asserts FREEDONIA {buyer}"))
    assert [case.id for case in await newsroom.store.read(ledger.cases_by_id, [3, 1, 9, 2])] == [3, 1, 2]
    assert [kept.id for kept in await newsroom.store.read(ledger.kept_claims, [2, 9, 3, 1])] == [2, 3, 1]


async def test_a_case_s_claims_come_oldest_first_and_limited_are_the_newest(newsroom: Newsroom) -> None:
    for day in (3, 1, 2):
        await newsroom.record(story(f"Day {day}", day=day), ASSERTED)
    every = await newsroom.store.read(ledger.claims_of_case, 1)
    newest = await newsroom.store.read(ledger.claims_of_case, 1, 2)
    assert [kept.title for kept in every] == ["Day 1", "Day 2", "Day 3"]
    assert [kept.title for kept in newest] == ["Day 2", "Day 3"]


async def test_a_claim_comes_back_as_it_was_read(newsroom: Newsroom) -> None:
    told = replace(DENIED, weapons=("drones", "missiles"), carrier="KCNA", rules=("denial", "named"), phase="agreed")
    await newsroom.record(story("Nothing", outlet="The Hill", day=1), told)
    (kept,) = await newsroom.store.read(ledger.claims_of_case, 1)
    assert (kept.claim, kept.outlet, kept.case_id, kept.at) == (told, "The Hill", 1, story("", day=1).published)


async def test_a_case_is_found_by_each_of_its_actors_in_its_role(newsroom: Newsroom) -> None:
    await newsroom.record("Drones", ASSERTED)
    await newsroom.record(story("No drones", day=1), DENIED)
    found = await newsroom.rows(select(case_actors.c.actor, case_actors.c.role, case_actors.c.last_at))
    assert {row.last_at for row in found} == {story("", day=1).at}
    assert sorted((row.actor, row.role) for row in found) == [
        ("FREEDONIA", "any"),
        ("FREEDONIA", "by"),
        ("FREEDONIA", "from"),
        ("RURITANIA", "any"),
        ("RURITANIA", "by"),
        ("SYLVANIA", "any"),
        ("SYLVANIA", "to"),
    ]


async def test_an_edit_leaves_no_actor_of_before_behind(newsroom: Newsroom) -> None:
    await newsroom.record(story("Drones", key="a"), ASSERTED)
    await newsroom.record(story("Drones!", key="a"), said("MEDIA asserts FREEDONIA SYLVANIA"))
    for table in (case_actors, claim_actors):
        assert "RURITANIA" not in {row.actor for row in await newsroom.rows(select(table.c.actor))}
