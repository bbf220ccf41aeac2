"""`claimwatch feeds …`, through `main`: what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.fakes import feed_server
from tests.fakes.feed_server import item, page, rss
from tests.feeds.managing import link, web_page
from tests.test_cli import Run, claimwatch, write_config

__all__ = ["claimwatch"]

SUBCOMMANDS = ("list", "add", "test", "pause", "resume", "remove", "import", "export", "starter")
GAZETTE = page(rss(item("Ruritania denies sending shells to Freedonia", guid="1")))


def allow(server: feed_server.FeedServer) -> None:
    """Configure nothing but that this server may be asked."""
    Path("config.toml").write_text(f"polling.allow_hosts = {list(feed_server.hosts(server.url('/')))}")


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_every_subcommand_has_help_with_an_example(command: str, claimwatch: Run) -> None:
    ended = claimwatch("feeds", command, "--help")
    assert ended.code == 0
    assert f"Example: claimwatch feeds {command}" in ended.out


async def test_a_feed_is_added_polled_paused_and_removed(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages |= {"/": page(web_page(link("/rss")), "text/html"), "/rss": GAZETTE}
        allow(server)
        added = await asyncio.to_thread(claimwatch, "feeds", "add", server.url("/"), "--outlet", "Gazette")
        again = await asyncio.to_thread(claimwatch, "feeds", "add", server.url("/rss"))
        polled = await asyncio.to_thread(claimwatch, "poll")
        paused = await asyncio.to_thread(claimwatch, "feeds", "pause", "1", "2")
        listed = await asyncio.to_thread(claimwatch, "feeds", "list", "--json")
        removed = await asyncio.to_thread(claimwatch, "feeds", "remove", server.url("/rss"))
        empty = await asyncio.to_thread(claimwatch, "feeds")
    assert added.code == 0
    assert added.out.startswith(f"Added feed 1: Gazette, {server.url('/rss')}\n  how it was found: the page names it")
    assert again.out.startswith("On the list already, as feed 1: Gazette")
    assert "Gazette: 1 story, 1 new" in polled.out
    assert (paused.code, paused.err) == (1, "There is no feed 2 on the list.\n")
    row = json.loads(listed.out)
    assert (row["number"], row["outlet"], row["state"], row["configured"]) == (1, "Gazette", "paused", False)
    assert row["last_success_at"].endswith("Z")
    assert "Its stories and claims stay" in removed.out
    assert "No feed is on the list" in empty.out


async def test_what_cant_be_added_is_one_sentence(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        allow(server)
        ended = await asyncio.to_thread(claimwatch, "feeds", "add", server.url("/none"))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("404 Not Found: ")


def test_a_feed_of_the_configuration_is_shown_as_such_and_not_removed(claimwatch: Run) -> None:
    write_config("", "https://gazette.example/rss")
    claimwatch("feeds", "starter", "Governments")
    assert "state: never polled (config.toml)" in claimwatch("feeds", "list", "--plain").out
    ended = claimwatch("feeds", "remove", "https://gazette.example/rss")
    assert ended.code == 1
    assert "is in config.toml" in ended.err


def test_a_list_goes_out_and_comes_back(claimwatch: Run) -> None:
    shown = claimwatch("feeds", "starter")
    assert "  BBC News (BBC, broadcaster, GB)" in shown.out
    taken = claimwatch("feeds", "starter", "world", "Defence press")
    assert "feeds added, 0 already there, 0 refused." in taken.out
    assert claimwatch("feeds", "export", "out.opml").out.endswith("feeds written to out.opml.\n")
    again = claimwatch("feeds", "import", "out.opml")
    assert again.out.startswith("0 feeds added, ")
    assert claimwatch("feeds", "export").out.startswith("<?xml")
    piped = claimwatch("feeds", "import", "-", stdin=b'<opml><outline xmlUrl="ftp://x.example/"/></opml>')
    assert "0 feeds added, 0 already there, 1 refused." in piped.out
    assert "is not an address of the web" in piped.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["import", "none.opml"], "none.opml can't be read: No such file or directory."),
        (["starter", "Sports"], "The list has no folder “Sports”."),
        (["pause", "1"], "does not exist yet"),
        (["export"], "does not exist yet"),
        (["test", "7"], "does not exist yet"),
    ],
)
def test_what_cant_be_done_is_said_and_makes_no_database(arguments: list[str], reason: str, claimwatch: Run) -> None:
    ended = claimwatch("feeds", *arguments)
    assert ended.code == 1
    assert reason in ended.err
    assert not Path("claimwatch.db").exists()


async def test_subjects_are_tested_in_their_order_and_the_exit_code_tells_of_failures(claimwatch: Run) -> None:
    Path("good.xml").write_text(rss(item("Ruritania denies sending shells to Freedonia", guid="1")))
    Path("bad.xml").write_text("no feed")
    async with feed_server.serve() as server:
        server.pages["/rss"] = GAZETTE
        allow(server)
        both = await asyncio.to_thread(claimwatch, "feeds", "test", "bad.xml", "good.xml", server.url("/rss"), "--json")
    good = await asyncio.to_thread(claimwatch, "feeds", "test", "good.xml")
    rows = [json.loads(line) for line in both.out.splitlines()]
    assert [(row["subject"], row["outcome"]) for row in rows] == [
        ("bad.xml", "failed"),
        ("good.xml", "read"),
        (server.url("/rss"), "read"),
    ]
    assert (both.code, good.code) == (1, 0)
    assert good.out.startswith("good.xml: RSS 2.0, 1 entry, ")
    assert "Ruritania denies sending shells to Freedonia" in good.out
    assert not Path("claimwatch.db").exists()
