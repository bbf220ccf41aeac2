"""A story that was too old to be kept and still stands in its feed: it is known, and comes back as nothing new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot import retention
from bot.retention import Keep, Removed
from bot.store.tables import alerts, claims, feeds, past_stories, stories
from tests.fakes.feed_server import item, page, rss
from tests.feeds.conftest import NEW, OLD, Newsroom
from tests.feeds.test_articles import ARTICLE, PADDING, TOLD

DAY = timedelta(days=1)
KEEP = Keep(stories=30 * DAY, alerts=30 * DAY)


async def after_a_year(newsroom: Newsroom, *items: str) -> Removed:
    """Prune a year later, when the parser remembers nothing of the feed either, and it lists these."""
    newsroom.now += 365 * DAY
    removed = await retention.prune(newsroom.store, KEEP, newsroom.now)
    await newsroom.store.write(lambda connection: connection.execute(update(feeds).values(memory=None, body_hash=None)))
    newsroom.server.pages["/f"] = page(rss(*items))
    return removed


async def rows(newsroom: Newsroom, *what: Any) -> list[Any]:
    return await newsroom.store.read(lambda connection: list(connection.execute(select(*what)).all()))


async def test_what_is_still_listed_is_not_new_and_alerts_nothing(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    assert await after_a_year(newsroom, NEW, OLD) == Removed(stories=1)
    assert await newsroom.titles() == []
    (result,) = await newsroom.poll()
    assert (result.new, result.edited) == (1, 0)
    assert await newsroom.titles() == ["New treaty"]


async def test_one_that_was_edited_since_is_recorded_quietly_as_an_edit(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    await after_a_year(newsroom, item("Freedonia sent missiles to Sylvania", guid="1"))
    (result,) = await newsroom.poll()
    assert (result.new, result.edited, result.claims) == (0, 1, 1)
    assert newsroom.seen[-1][1] is False
    assert await after_a_year(newsroom, NEW) == Removed()  # it holds a claim now


async def test_pruned_twice_it_is_known_as_it_was_last(newsroom: Newsroom) -> None:
    newsroom.server.pages["/f"] = page(rss(OLD))
    await newsroom.want("/f")
    await newsroom.poll()
    edited = item("A treaty of old", guid="1")
    await after_a_year(newsroom, edited)
    await newsroom.poll()
    assert await after_a_year(newsroom, edited) == Removed(stories=1)
    (result,) = await newsroom.poll()
    assert (result.new, result.edited) == (0, 0)
    assert len(await rows(newsroom, past_stories.c.mark)) == 1


@pytest.mark.parametrize("headline", ["Missiles on parade", "Missiles on parade: what we know"])
async def test_claims_read_from_a_body_outlive_it(newsroom: Newsroom, headline: str) -> None:
    """Though the feed itself gives no body, and even if it has another headline by now: the page is not read again."""
    newsroom.server.pages["/a"] = ARTICLE
    given = {"guid": "1", "link": newsroom.server.url("/a"), "text": "A short summary."}
    newsroom.server.pages["/f"] = page(rss(item("Missiles on parade", **given)))
    await newsroom.want("/f", read_article=True)
    await newsroom.poll()
    assert await after_a_year(newsroom, item(headline, **given)) == Removed(bodies=1)
    (result,) = await newsroom.poll()
    assert (result.new, result.edited, result.error) == (0, 0, None)
    assert await rows(newsroom, claims.c.words) == [(TOLD,)]
    assert await rows(newsroom, stories.c.title, stories.c.body) == [("Missiles on parade", "")]
    assert [one.path for one in newsroom.server.requests].count("/a") == 1


async def test_a_body_that_the_feed_gives_anew_is_read_anew(newsroom: Newsroom) -> None:
    def told(words: str) -> str:
        return item("Parade", guid="1", more=f"<content:encoded>{PADDING} {words}</content:encoded>")

    newsroom.server.pages["/f"] = page(rss(told(TOLD)))
    await newsroom.want("/f")
    await newsroom.poll()
    await after_a_year(newsroom, told(TOLD))
    assert (await newsroom.poll())[0].edited == 0
    newsroom.server.pages["/f"] = page(rss(told(f"{TOLD} Freedonia denied it.")))
    (result,) = await newsroom.poll_later()
    assert (result.edited, result.claims) == (1, 2)
    assert await newsroom.store.read(lambda c: c.execute(select(func.count()).select_from(alerts)).scalar()) == 0
