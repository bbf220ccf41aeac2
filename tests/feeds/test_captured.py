"""Real feeds, as their servers sent them, from loopback through the poller into a store."""

from __future__ import annotations

import io
from pathlib import Path

import feedparser
import pytest

from bot.store.tables import stories
from tests.fakes.feed_server import page
from tests.feeds.conftest import Newsroom

FOLDER = Path(__file__).parents[3] / "shared" / "feeds"
FILES = sorted(FOLDER.glob("*.xml"))

REPEATED = {"al-monitor-com-rss.xml": 9}
"""How many entries are exact repetitions of another in the same file: four stories are listed more than once there."""

UNREADABLE = {"dylanharris-org-feed-me-rss.xml"}
"""Where feedparser sees no entry: a prefix that is never declared, attributes without quotes, a comment before the XML
declaration."""


@pytest.mark.skipif(not FILES, reason=f"the captured feeds are not at {FOLDER}")
async def test_each_captured_feed_gives_the_stories_that_feedparser_sees(newsroom: Newsroom) -> None:
    expected = {}
    for file in FILES:
        newsroom.server.pages[f"/{file.name}"] = page(file.read_bytes(), "application/xml")
        entries = len(feedparser.parse(io.BytesIO(file.read_bytes()), sanitize_html=False).entries)
        expected[file.name] = entries - REPEATED.get(file.name, 0)
    await newsroom.open(parse_seconds=60)
    await newsroom.want(*(f"/{file.name}" for file in FILES))
    results = {result.feed.url.rpartition("/")[2]: result for result in await newsroom.poll()}
    assert {name: result.new for name, result in results.items()} == expected
    assert {name for name, result in results.items() if result.error} == UNREADABLE
    assert "not well-formed" in str([results[name].error for name in UNREADABLE])
    rows = await newsroom.store.read(lambda connection: connection.execute(stories.select()).all())
    assert len(rows) == sum(expected.values())
    assert all(row.title and row.url and row.published for row in rows)

    again = await newsroom.poll_later()
    assert {result.outcome for result in again if not result.feed.last_error} == {"unchanged"}
