"""What is too old to be kept goes, claims and what is needed stay."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import retention
from bot.queries.language import parse
from bot.retention import Keep, Removed, prune
from bot.store import Connection, Store
from bot.store.ask import page_of_cases
from bot.store.tables import alerts, digest_items, messages, stories
from tests.alerts.newsroom import ASSERTED, DAY, DENIED, START, Newsroom, story
from tests.alerts.test_digests import Desk, desk

__all__ = ["desk"]

KEEP = Keep(stories=60 * DAY, alerts=30 * DAY)
LATER = START + 100 * DAY


async def count(newsroom: Newsroom, column: object) -> int:
    ((found,),) = await newsroom.rows(select(func.count(column)))  # type: ignore[arg-type]
    return int(found)


async def test_stories_without_claims_go_and_claims_stay_with_their_story(newsroom: Newsroom) -> None:
    await newsroom.record(story("Football", body="Long."))
    await newsroom.record(story("Drones for Sylvania", body="Long, too."), ASSERTED)
    await newsroom.record(story("Weather", day=50), now=START + 50 * DAY)
    before = await newsroom.case()
    assert await retention.count(newsroom.store, KEEP, LATER) == Removed(stories=1, bodies=1)
    assert await prune(newsroom.store, KEEP, LATER) == Removed(stories=1, bodies=1)
    rows = await newsroom.rows(select(stories.c.title, stories.c.body).order_by(stories.c.id))
    assert [tuple(row) for row in rows] == [("Drones for Sylvania", ""), ("Weather", "")]
    assert await newsroom.case() == before
    found = await newsroom.store.read(page_of_cases, parse("sylvania", newsroom.lexicon, LATER), limit=9)
    by_text = await newsroom.store.read(page_of_cases, parse('"drones for"', newsroom.lexicon, LATER), limit=9)
    assert [case.id for case in found] == [case.id for case in by_text] == [1]
    assert await prune(newsroom.store, KEEP, LATER) == Removed()


async def test_nothing_goes_that_is_to_be_kept_for_ever(newsroom: Newsroom, desk: Desk) -> None:
    await desk.subscribe()
    await desk.record("Football")
    await desk.record("Drones", ASSERTED)
    await desk.at(1)
    keep = Keep(None, None)
    assert await retention.count(newsroom.store, keep, LATER) == await prune(newsroom.store, keep, LATER) == Removed()


async def test_alerts_that_came_to_an_end_go_and_a_case_s_message_is_edited_all_the_same(
    newsroom: Newsroom, desk: Desk
) -> None:
    await desk.subscribe()
    await desk.record("Drones", ASSERTED)
    assert len(await desk.at(1)) == 1
    desk.now = LATER
    await desk.record("What now?", DENIED)  # two are owed, and stay so
    assert await prune(newsroom.store, KEEP, LATER) == Removed(alerts=1)
    assert await count(newsroom, alerts.c.id) == 2
    assert await count(newsroom, messages.c.message) == 1
    assert [title[:20] for title in await desk.at(24 * 100 + 1)] == ["Alleged → contested:"]
    assert len(desk.edited) == 1


async def test_what_a_digest_told_is_known_while_its_cases_are_talked_of(newsroom: Newsroom, desk: Desk) -> None:
    await desk.subscribe(rhythm="daily")
    await desk.record("Drones", ASSERTED)
    assert (await desk.at(24))[0].startswith("Today: 1 new")
    desk.now = START + 80 * DAY
    await desk.record("No drones", DENIED)
    assert await prune(newsroom.store, KEEP, desk.now) == Removed()
    assert (await desk.at(24 * 82))[0].startswith("Today: 1 changed status")
    assert await prune(newsroom.store, KEEP, START + 200 * DAY) == Removed(alerts=2)
    assert await count(newsroom, digest_items.c.case_id) == 0


async def test_more_than_a_batch_goes_in_writes_between_which_others_come(newsroom: Newsroom) -> None:
    def fill(connection: Connection) -> None:
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"
        connection.exec_driver_sql(
            f"{rows} INSERT INTO stories (feed_id, key, hash, title, outlet, publisher, seen, at, summary, body)"
            " SELECT 1, i, printf('%064d', i), 'Football', 'x', 'x', 0, 0, '', '' FROM n"
        )
        connection.exec_driver_sql(
            f"{rows} INSERT INTO alerts (key, kind, destination, owed_at, state, next_try_at, done_at)"
            " SELECT i, 'notice', 'console', 0, 'dead', 0, 0 FROM n"
        )

    await newsroom.store.write(fill)
    assert await prune(newsroom.store, KEEP, LATER) == Removed(stories=450, alerts=450)


@pytest.mark.parametrize("can_shrink", [False, True])
async def test_a_file_that_can_shrink_in_use_does(
    newsroom: Newsroom, can_shrink: bool, words: object, tmp_path: object
) -> None:
    path = newsroom.store.path
    await newsroom.store.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA auto_vacuum = {2 if can_shrink else 0}")
        database.execute("VACUUM")
    async with await Store.open(path) as store:
        again = Newsroom(store, newsroom.lexicon)
        for number in range(5):
            await again.record(story(f"Football {number}", body="x" * 20_000))
        await prune(store, KEEP, LATER)
        free = await retention.shrink(store)
        assert (free.bytes == 0, free.can_shrink) == (can_shrink, can_shrink)


async def test_trouble_with_the_database_waits_for_the_next_day(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await newsroom.record(story("Football"))

    def undone(change: str) -> Callable[[Connection], object]:
        return lambda connection: connection.exec_driver_sql(change)

    await newsroom.store.write(
        undone("CREATE TRIGGER full BEFORE DELETE ON stories BEGIN SELECT raise(ABORT, 'database is full'); END")
    )
    await retention.prune_daily(newsroom.store, KEEP, LATER)
    assert await count(newsroom, stories.c.id) == 1
    await newsroom.store.write(undone("DROP TRIGGER full"))
    await retention.prune_daily(newsroom.store, KEEP, LATER + timedelta(days=1))
    assert await count(newsroom, stories.c.id) == 0
