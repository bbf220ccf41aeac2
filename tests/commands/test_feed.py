"""`!feed` and `!sources` as people type them, and what they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import Asker, Context, answer
from bot.commands.feed_words import address_and_wish, length, seconds_of, words_of
from bot.commands.help import COMMANDS
from bot.errors import UserError
from bot.feeds import opml
from bot.feeds.manage import Wish
from bot.model import Card
from bot.store import feed_list, feeds
from tests.fakes.feed_server import FeedServer, item, page, rss, serve
from tests.feeds.managing import desk_on_loopback, link, web_page

MANAGER = Asker("discord:user:1", "discord:2", "manager", guild="discord:guild:3")


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with serve() as server:
        server.pages["/rss"] = page(rss(item("Ruritania denies sending shells to Freedonia", guid="1")))
        server.pages["/"] = page(web_page(link("/rss"), link("/sport", "Sport")), "text/html")
        yield server


@pytest.fixture
async def room(empty: Context, server: FeedServer) -> AsyncIterator[Context]:
    """What a command gets that a server's manager gives."""
    async with desk_on_loopback(server.guard) as desk:
        empty.desk = desk
        yield empty.asked_by(MANAGER)


def text_of(card: Card) -> str:
    headings = [section.heading or "" for section in card.sections]
    lines = ["".join(run.text for run in line) for section in card.sections for line in section.lines]
    return "\n".join([card.title, *headings, *lines])


async def refusal(context: Context, text: str) -> str:
    with pytest.raises(UserError) as caught:
        await answer(context, text)
    return str(caught.value)


async def test_a_feed_is_added_tested_paused_resumed_and_removed(server: FeedServer, room: Context) -> None:
    added = text_of(await answer(room, f'!feed add {server.url("/")} outlet:"The Gazette" every:30m'))
    assert added.startswith("Added feed 1: The Gazette")
    assert "It has 1 entry now." in added
    assert "every 30 minutes" in added
    assert f"Sport: {server.url('/sport')}" in added
    tried = text_of(await answer(room, "!feed test 1"))
    assert "RSS 2.0 · 1 entry" in tried
    assert "Ruritania denies: Ruritania → Freedonia, ammunition, delivered" in tried
    assert (await answer(room, "!feed pause 1")).title == "Paused feed 1: The Gazette"
    assert "paused · every 30 minutes · last read never" in text_of(await answer(room, "!feed list gazette"))
    assert (await answer(room, "!feed resume #1")).title == "Resumed feed 1: The Gazette"
    assert "Its stories and claims stay" in text_of(await answer(room, "!feed remove 1"))
    assert (await answer(room, "!feed list")).title == "No such feed is on the list"


async def test_a_list_says_which_feeds_are_pushed(server: FeedServer, room: Context) -> None:
    await answer(room, f"!feed add {server.url('/rss')}")
    assert "pushed" not in text_of(await answer(room, "!feed list"))
    until = room.clock() + timedelta(days=7)
    await room.store.write(feeds.keep_hub_secrets, {1: "secret"})
    await room.store.write(feeds.keep_hub_until, 1, "secret", until)
    assert "about every 15 minutes, and pushed by its hub" in text_of(await answer(room, "!feed list"))


async def test_only_who_manages_the_server_changes_feeds_and_everybody_sees_them(room: Context) -> None:
    anybody = room.asked_by(Asker("discord:user:9", "discord:2"))
    assert (
        await refusal(anybody, "!feed list")
        == "!feed is for whoever manages this server. !help shows what you can ask."
    )
    assert (await answer(anybody, "!sources")).title == "No feed is on the list yet"


async def test_the_starter_list_is_shown_and_taken_by_folder(room: Context) -> None:
    shown = await answer(room, "!feed starter")
    assert shown.title == f"The starter list: {len(opml.starter().feeds)} feeds"
    assert "!feed starter all" in text_of(shown)
    assert "8 feeds added" in text_of(await answer(room, "!feed starter russia and ukraine"))
    assert "8 feeds already there" in text_of(await answer(room, "!feed starter Russia and Ukraine"))
    assert "has no folder “Sports”" in await refusal(room, "!feed starter Sports")


async def test_sources_tell_who_owns_an_outlet_a_page_at_a_time_and_are_narrowed_down(room: Context) -> None:
    await answer(room, "!feed starter all")
    count = len(opml.starter().feeds)
    first = await answer(room, "!sources")
    assert (first.title, first.more, len(first.sections[0].lines)) == (f"{count} feeds, all of them well", True, 20)
    last = await answer(room, "!sources", page=(count - 1) // 20)
    assert not last.more
    hill = text_of(await answer(room, "!sources the hill"))
    assert "The Hill · Nexstar · newspaper · US · never polled" in hill
    assert (await answer(room, "!sources nothing at all")).title == "No feed with “nothing at all”"


async def test_a_list_is_exported_as_a_file_and_imported_from_its_text(room: Context) -> None:
    await answer(room, "!feed starter World")
    attachment = (await answer(room, "!feed export")).attachment
    assert attachment and attachment.name == "feeds.opml"
    for number in range(1, 14):
        await answer(room, f"!feed remove {number}")
    assert "13 feeds added" in text_of(await answer(room, f"!feed import {attachment.text}"))


async def test_an_import_says_why_it_refuses(room: Context) -> None:
    listing = "".join(f'<outline xmlUrl="javascript:alert({number})"/>' for number in range(2))
    told = text_of(await answer(room, f"!feed import <opml><body>{listing}</body></opml>"))
    assert "0 feeds added" in told
    assert "2 entries refused" in told
    assert "2 ×, such as javascript:alert(0): It is not an address of the web." in told


async def test_no_manager_of_a_server_can_fill_the_list(room: Context) -> None:
    listing = "".join(f'<outline xmlUrl="https://{number}.example/"/>' for number in range(501))
    told = text_of(await answer(room, f"!feed import <opml><body>{listing}</body></opml>"))
    assert "500 feeds added" in told
    assert "at most 500 feeds" in told
    assert "which is as many as one person may" in await refusal(room, "!feed add https://gazette.example")
    assert await room.store.read(feed_list.count) == 500


async def test_errors_are_those_in_trouble_only(room: Context) -> None:
    await answer(room, "!feed starter World")
    assert (await answer(room, "!feed errors")).title == "No feed is in trouble"


async def test_nobody_reads_this_machines_files_through_a_chat(room: Context, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(rss(item("Secret", guid="1")))
    assert "Secret" not in text_of(await answer(room, f"!feed test {file}"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("!feed ad https://x.example", "Did you mean !feed add?"),
        ("!feed xyzzy", "Write !feed to see what there is."),
        ("!feed add", "Write one address"),
        ("!feed add https://a.example https://b.example", "Write one address"),
        ("!feed add https://a.example oulet:x", "Did you mean outlet:?"),
        ("!feed add https://a.example every:5", "from 60 seconds to a week"),
        ('!feed add https://a.example outlet:"x', "is not closed"),
        ("!feed test", "Write the address or the number of one feed"),
        ("!feed remove", "Which feed?"),
        ("!feed pause 7", "There is no feed 7 on the list."),
        ("!feed import", "Attach the OPML file"),
        ("!feed import <html></html>", "This is no list of feeds (OPML)"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(room: Context, text: str, hint: str) -> None:
    assert hint in await refusal(room, text)


async def test_without_the_network_that_is_said(empty: Context) -> None:
    assert "No address can be asked from here" in await refusal(empty, "!feed add https://gazette.example")


async def test_feed_alone_shows_all_that_it_does(room: Context) -> None:
    told = text_of(await answer(room, "!feed"))
    named = COMMANDS["feed"].usage.partition("[")[2].partition("]")[0].replace(" or ", ", ").split(", ")
    assert all(f"!feed {name}" in told for name in named)
    assert len(named) == 10


# ── what is written after it ─────────────────────────────────────────────────────────────────────────────────────────


def test_options_are_told_from_addresses() -> None:
    words = words_of('https://a.example:8080/x outlet:"L\'Orient Today" folder:World/Asia/ every:2h article:yes')
    assert address_and_wish(words) == (
        "https://a.example:8080/x",
        Wish("L'Orient Today", "World/Asia", 7_200, read_article=True),
    )
    assert address_and_wish(["a.example:8080"]) == ("a.example:8080", Wish())
    assert address_and_wish(["feed:https://a.example"]) == ("feed:https://a.example", Wish())


@pytest.mark.parametrize(
    ("written", "seconds", "shown"),
    [("900", 900, "15 minutes"), ("90s", 90, "90 seconds"), ("1h", 3_600, "1 hour"), ("7D", 604_800, "7 days")],
)
def test_a_length_of_time_is_read_and_shown(written: str, seconds: int, shown: str) -> None:
    assert (seconds_of(written), length(seconds)) == (seconds, shown)
