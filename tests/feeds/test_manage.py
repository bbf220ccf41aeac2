"""The list of feeds as people manage it, in a real database and with a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.alerts.outbox import record
from bot.detect.lexicon import Lexicon
from bot.errors import FeedError, UserError
from bot.feeds import manage
from bot.feeds.desk import FeedDesk
from bot.feeds.manage import By, Wish
from bot.feeds.opml import Listed, Opml, Refused
from bot.feeds.state import in_trouble, state
from bot.model import Feed, Story
from bot.store import Connection, Store, feed_list
from bot.store.feeds import FeedWanted, all_feeds, sync_configured
from bot.store.tables import feeds as table
from bot.store.tables import stories
from tests.fakes.feed_server import FeedServer, item, page, rss
from tests.feeds.conftest import NOW
from tests.feeds.managing import desk_on_loopback, link, web_page

OWNER = By("console", everything=True)
ANN, BOB = By("discord:user:1"), By("discord:user:2")
GAZETTE = page(rss(item("Parliament meets", guid="1", date="Wed, 18 Feb 2026 09:00:00 GMT"), item("Rain", guid="2")))


@pytest.fixture
async def desk(server: FeedServer) -> AsyncIterator[FeedDesk]:
    async with desk_on_loopback(server.guard) as desk:
        yield desk


async def add(store: Store, desk: FeedDesk, address: str, by: By = OWNER, wish: Wish | None = None) -> manage.Added:
    return await manage.add(store, desk, address, wish or Wish(), by, lambda: NOW)


async def listed(store: Store) -> list[Feed]:
    return await store.read(feed_list.listed)


async def configure(store: Store, *urls: str) -> None:
    await store.write(sync_configured, [FeedWanted(url, None, 900) for url in urls], NOW)


async def take(store: Store, *feeds: Listed, by: By = OWNER) -> manage.Imported:
    return await manage.take(store, Opml(feeds, (Refused("x", "It is no feed."),)), 900, by, NOW)


# ── adding ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_page_is_added_as_its_feed_with_what_was_found(
    server: FeedServer, store: Store, desk: FeedDesk
) -> None:
    server.pages |= {"/": page(web_page(link("/rss")), "text/html"), "/rss": GAZETTE}
    result = await add(store, desk, server.url("/"), ANN)
    assert (result.new, result.entries, result.newest) == (True, 2, NOW - timedelta(hours=3))
    (feed,) = await listed(store)
    assert feed == result.feed
    assert (feed.url, feed.title, feed.outlet) == (server.url("/rss"), "The Freedonia Gazette", None)
    assert (feed.configured, feed.added_by, feed.added_at) == (False, "discord:user:1", NOW)
    assert (feed.interval, feed.adaptive, feed.next_poll_at) == (900, True, None)


async def test_what_was_wished_for_is_kept(server: FeedServer, store: Store, desk: FeedDesk) -> None:
    server.pages["/rss"] = GAZETTE
    await add(store, desk, server.url("/rss"), wish=Wish("Gazette", "World", 1_800, read_article=True))
    (feed,) = await listed(store)
    assert (feed.outlet, feed.folder, feed.interval, feed.adaptive) == ("Gazette", "World", 1_800, False)
    assert feed.read_article


async def test_a_feed_that_is_on_the_list_is_told_and_not_asked(
    server: FeedServer, store: Store, desk: FeedDesk
) -> None:
    await configure(store, server.url("/rss"))
    result = await add(store, desk, server.url("/rss/"))
    assert (result.new, result.feed.id) == (False, 1)
    assert server.requests == []


async def test_a_page_whose_feed_is_on_the_list_adds_none(server: FeedServer, store: Store, desk: FeedDesk) -> None:
    server.pages |= {"/": page(web_page(link("/rss")), "text/html"), "/rss": GAZETTE}
    await configure(store, server.url("/rss"))
    assert not (await add(store, desk, server.url("/"))).new
    assert len(await listed(store)) == 1


async def test_what_cant_be_read_is_not_added(server: FeedServer, store: Store, desk: FeedDesk) -> None:
    with pytest.raises(FeedError, match="404 Not Found"):
        await add(store, desk, server.url("/nothing"))
    with pytest.raises(UserError, match="is not an address of the web"):
        await add(store, desk, "javascript:alert(1)")
    assert await listed(store) == []


async def test_a_person_has_room_for_so_many_feeds_and_the_operator_for_more(
    server: FeedServer, store: Store, desk: FeedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "MOST_EACH", 2)
    monkeypatch.setattr(manage, "MOST", 5)
    server.pages |= {f"/{number}": GAZETTE for number in range(7)}
    await add(store, desk, server.url("/0"), ANN)
    await add(store, desk, server.url("/1"), ANN)
    with pytest.raises(UserError, match="You have added 2 feeds, which is as many as one person may"):
        await add(store, desk, server.url("/2"), ANN)
    await add(store, desk, server.url("/2"), BOB)
    await add(store, desk, server.url("/3"))
    await add(store, desk, server.url("/4"))
    with pytest.raises(UserError, match="The list is full: it holds 5 feeds"):
        await add(store, desk, server.url("/5"))


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_removed_feed_leaves_its_stories_and_comes_back_with_its_number(store: Store, lexicon: Lexicon) -> None:
    await take(store, Listed("https://gazette.example/rss", "Gazette"))
    story = Story("1", "Rain", "", "Gazette", NOW)
    await store.write(record, 1, story, [], now=NOW, alert=False, lexicon=lexicon)
    await manage.remove(store, "1", OWNER)
    assert await listed(store) == []
    assert len(await store.read(lambda connection: connection.execute(stories.select()).all())) == 1
    await take(store, Listed("https://gazette.example/rss", "Gazette"))
    assert [feed.id for feed in await listed(store)] == [1]


async def test_a_feed_of_the_configuration_is_removed_there(store: Store) -> None:
    await configure(store, "https://gazette.example/rss")
    with pytest.raises(UserError, match=r"Feed 1 is in config\.toml, so it can't be removed by command"):
        await manage.remove(store, "1", OWNER)
    assert len(await listed(store)) == 1


async def test_what_was_added_by_command_outlives_a_change_of_the_configuration(store: Store) -> None:
    await take(store, Listed("https://gazette.example/rss"))
    await configure(store, "https://other.example/rss")
    await configure(store)
    assert [feed.url for feed in await listed(store)] == ["https://gazette.example/rss"]


@pytest.mark.parametrize("written", ["1", "#1", "https://gazette.example/rss", "http://gazette.example/rss/"])
async def test_a_feed_is_paused_and_resumed_by_its_number_or_its_address(store: Store, written: str) -> None:
    await take(store, Listed("https://gazette.example/rss"))
    await manage.pause(store, written, OWNER)
    (feed,) = await listed(store)
    assert (feed.paused, state(feed)) == (True, "paused")
    await manage.resume(store, written, OWNER)
    (feed,) = await listed(store)
    assert (feed.paused, feed.next_poll_at) == (False, None)


async def test_to_resume_a_feed_forgets_what_stopped_it(store: Store) -> None:
    await take(store, Listed("https://gazette.example/rss"))
    gone = {"next_poll_at": NOW + timedelta(days=1), "failures": 1, "last_error": "410 Gone", "gone_at": NOW}
    await store.write(lambda connection: connection.execute(table.update().values(told="gone", **gone)))
    (feed,) = await listed(store)
    assert (state(feed), in_trouble(feed)) == ("gone since 2026-02-18", True)
    await manage.resume(store, "1", OWNER)
    (feed,) = await listed(store)
    assert (feed.gone_at, feed.failures, feed.told, feed.next_poll_at) == (None, 0, None, None)


@pytest.mark.parametrize("change", [manage.remove, manage.pause, manage.resume])
async def test_nobody_changes_what_somebody_else_has_added_but_the_operator(store: Store, change: Any) -> None:
    await take(store, Listed("https://gazette.example/rss"), by=ANN)
    with pytest.raises(UserError, match="Feed 1 was added by somebody else"):
        await change(store, "1", BOB)
    assert (await change(store, "1", ANN)).id == 1
    await take(store, Listed("https://gazette.example/rss"), by=ANN)
    assert (await change(store, "1", OWNER)).id == 1


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "Which feed\\?"),
        ("99", "There is no feed 99 on the list"),
        ("9" * 50, "There is no feed 9+ on the list"),
        ("https://other.example/", "is not on the list of feeds"),
        ("ftp://other.example/", "is not an address of the web"),
    ],
)
async def test_a_feed_that_is_not_there_is_told_so(store: Store, written: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        await manage.find(store, written)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_is_taken_without_a_request_and_its_polls_begin_apart(store: Store) -> None:
    found = await take(store, *(Listed(f"https://{number}.example/", folder="World") for number in range(3)))
    assert (len(found.added), found.already, found.reasons()) == (3, 0, [("It is no feed.", 1, "x")])
    feeds = await listed(store)
    assert [feed.next_poll_at for feed in feeds] == [NOW + timedelta(seconds=2 * number) for number in range(3)]
    assert {feed.folder for feed in feeds} == {"World"}


async def test_a_long_list_is_polled_once_within_its_interval(store: Store) -> None:
    await take(store, *(Listed(f"https://{number}.example/") for number in range(1_000)))
    assert max(feed.next_poll_at or NOW for feed in await listed(store)) < NOW + timedelta(seconds=900)


async def test_what_is_on_the_list_stays_as_it_is(store: Store) -> None:
    await configure(store, "https://gazette.example/rss")
    found = await take(store, Listed("http://gazette.example/rss/", "Another"), Listed("https://new.example/"))
    assert (len(found.added), found.already) == (1, 1)
    assert {(feed.url, feed.outlet) for feed in await listed(store)} == {
        ("https://gazette.example/rss", None),
        ("https://new.example/", None),
    }


async def test_a_list_for_which_there_is_no_room_is_taken_as_far_as_there_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "MOST_EACH", 2)
    found = await take(store, *(Listed(f"https://{number}.example/") for number in range(5)), by=ANN)
    assert (len(found.added), found.reasons()[0]) == (
        2,
        ("There is no room for it: at most 2 feeds.", 3, "https://2.example/"),
    )


# ── families ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_outlets_of_one_family_are_one_publisher_and_a_passed_on_story_is_its_sources(
    store: Store, lexicon: Lexicon
) -> None:
    family = "Sylvania Media"
    await take(
        store,
        Listed("https://one.example/", "The Sylvanian", family=family),
        Listed("https://two.example/", "Sylvania Today", family=family),
    )

    def put(connection: Connection, feed: int, key: str, outlet: str) -> None:
        record(connection, feed, Story(key, key, "", outlet, NOW), [], now=NOW, alert=False, lexicon=lexicon)

    for feed, key, outlet in [(1, "a", "The Sylvanian"), (2, "b", "Sylvania Today"), (2, "c", "Ruritanian Herald")]:
        await store.write(put, feed, key, outlet)
    rows = await store.read(lambda connection: connection.execute(stories.select().order_by(stories.c.id)).all())
    assert [row.publisher for row in rows] == [family, family, "Ruritanian Herald"]


async def test_every_feed_that_ever_was_is_kept(store: Store) -> None:
    await take(store, Listed("https://gazette.example/rss"))
    await manage.remove(store, "1", OWNER)
    assert len(await store.read(all_feeds)) == 1
