"""The same news from another outlet, in other words or edited, makes no second message."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.model import Claim
from bot.store import Store
from bot.store.tables_alerts import alerts
from tests.alerts.newsroom import START, Newsroom, said, story

TO_WAGNER = said("US asserts KP WAGNER")
TO_RUSSIA = said("US asserts KP RU")
TITLE = "North Korea delivered rockets to the Wagner group, White House says"
REWRITTEN = "N. Korea has delivered rockets to Russia's Wagner, US says"


async def posts(newsroom: Newsroom) -> list[int]:
    """The cases that were posted, in order."""
    rows = await newsroom.rows(select(alerts.c.case_id).where(alerts.c.kind == "post").order_by(alerts.c.id))
    return [row.case_id for row in rows]


async def tell(newsroom: Newsroom, title: str, *claims: Claim, day: float = 0, feed: int = 2) -> None:
    now = START.replace(day=1 + int(day))
    await newsroom.record(story(title, outlet=f"Outlet {title}", day=day), *claims, feed=feed, now=now)


async def test_other_words_that_are_read_as_another_case_make_no_second_post(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await tell(newsroom, TITLE, TO_WAGNER)
    await tell(newsroom, REWRITTEN, TO_RUSSIA, day=0.2)
    assert await posts(newsroom) == [1]


async def test_what_another_process_recorded_counts(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await tell(newsroom, "Football", TO_WAGNER)
    async with await Store.open(newsroom.store.path) as other:
        await tell(replace(newsroom, store=other), TITLE, said("US asserts KP CN"))
    await tell(newsroom, REWRITTEN, TO_RUSSIA, day=0.2)
    assert await posts(newsroom) == [1, 2]


async def test_another_story_on_the_case_that_was_held_back_posts_it(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await tell(newsroom, TITLE, TO_WAGNER)
    await tell(newsroom, REWRITTEN, TO_RUSSIA, day=0.2)
    await tell(newsroom, "Moscow is buying shells from Pyongyang by the million", TO_RUSSIA, day=2)
    assert await posts(newsroom) == [1, 2]


async def test_the_same_words_about_others_are_news(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await tell(newsroom, TITLE, TO_WAGNER)
    await tell(newsroom, REWRITTEN, said("US asserts IR HOUTHIS"), day=0.2)
    assert await posts(newsroom) == [1, 2]


async def test_who_was_not_shown_the_first_is_shown_the_second(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "to:russia"))
    await tell(newsroom, TITLE, TO_WAGNER)
    await tell(newsroom, REWRITTEN, TO_RUSSIA, day=0.2)
    assert await posts(newsroom) == [2]


async def test_an_edited_entry_that_is_read_otherwise_makes_no_second_post(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record(story(TITLE, key="a"), TO_WAGNER)
    await newsroom.record(story("Rockets for the Wagner group", key="b"), TO_WAGNER)
    await newsroom.record(story("Arms to Moscow", key="a"), TO_RUSSIA)
    assert await posts(newsroom) == [1]


async def test_a_story_on_a_known_case_still_posts_what_is_new_in_it(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await tell(newsroom, TITLE, TO_WAGNER)
    await tell(newsroom, "Shells by rail, and rockets by air: a long list", TO_WAGNER, TO_RUSSIA, day=1)
    assert await posts(newsroom) == [1, 2]
