"""From a page's address to its feed, against a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedError
from bot.feeds.addresses import sameness, web_address
from bot.feeds.desk import FeedDesk
from bot.feeds.discover import discover, feeds_named
from tests.fakes.feed_server import FeedServer, item, page, redirect, rss
from tests.feeds.managing import desk_on_loopback, link, web_page

GAZETTE = page(rss(item("Freedonia's parliament meets", guid="1")))
COMMENTS = page(rss(item("I agree", guid="1"), title="Comments"))


@pytest.fixture
async def desk(server: FeedServer) -> AsyncIterator[FeedDesk]:
    async with desk_on_loopback(server.guard) as desk:
        yield desk


def asked(server: FeedServer) -> list[str]:
    return [request.path for request in server.requests]


async def test_a_feeds_own_address_is_taken_with_one_request(server: FeedServer, desk: FeedDesk) -> None:
    server.pages["/rss"] = GAZETTE
    found = await discover(desk, server.url("/rss"))
    assert (found.address, found.how, found.parsed.title) == (server.url("/rss"), None, "The Freedonia Gazette")
    assert asked(server) == ["/rss"]


async def test_a_page_that_names_its_feed_leads_to_it(server: FeedServer, desk: FeedDesk) -> None:
    server.pages |= {"/news/": page(web_page(link("../feeds/a?x=1&amp;y=2")), "text/html"), "/feeds/a": GAZETTE}
    found = await discover(desk, server.url("/news/"))
    assert found.address == server.url("/feeds/a?x=1&y=2")
    assert found.how == "the page names it as its feed"


async def test_of_several_feeds_the_first_that_is_not_of_comments_is_taken_and_the_others_are_told(
    server: FeedServer, desk: FeedDesk
) -> None:
    named = (
        link("/comments/feed/", "Gazette » Comments Feed"),
        link("/feed/", "Gazette » Feed"),
        link("/sport", "Sport"),
    )
    server.pages |= {"/": page(web_page(*named), "text/html"), "/feed/": GAZETTE, "/comments/feed/": COMMENTS}
    found = await discover(desk, server.url("/"))
    assert found.address == server.url("/feed/")
    assert found.how == "of the 3 feeds that the page names, this is the first not of comments that can be read"
    assert [other.address for other in found.others] == [server.url("/sport"), server.url("/comments/feed/")]
    assert asked(server) == ["/", "/feed/"]


async def test_a_named_feed_that_cant_be_read_gives_way_to_the_next(server: FeedServer, desk: FeedDesk) -> None:
    server.pages |= {"/": page(web_page(link("/old"), link("/new")), "text/html"), "/new": GAZETTE}
    assert (await discover(desk, server.url("/"))).address == server.url("/new")


async def test_when_no_named_feed_can_be_read_that_is_said_after_three(server: FeedServer, desk: FeedDesk) -> None:
    server.pages["/"] = page(web_page(*(link(f"/{number}") for number in range(9))), "text/html")
    with pytest.raises(FeedError, match=r"The page names .*, which can't be read as a feed: 404 Not Found"):
        await discover(desk, server.url("/"))
    assert asked(server) == ["/", "/0", "/1", "/2"]


async def test_a_link_header_names_a_feed_as_well(server: FeedServer, desk: FeedDesk) -> None:
    headers = {"Link": '</style.css>; rel=preload, </atom.xml>; rel="alternate"; type="application/atom+xml"'}
    server.pages |= {"/": page(web_page(), "text/html", headers=headers), "/atom.xml": GAZETTE}
    assert (await discover(desk, server.url("/"))).address == server.url("/atom.xml")


async def test_a_page_that_names_none_is_tried_at_the_usual_places_of_its_own_host(
    server: FeedServer, desk: FeedDesk
) -> None:
    server.pages |= {"/news": page(web_page(), "text/html"), "/rss.xml": GAZETTE}
    found = await discover(desk, server.url("/news"))
    assert (found.address, found.how) == (
        server.url("/rss.xml"),
        "the page names no feed, but this usual place has one",
    )
    assert asked(server) == ["/news", "/feed", "/rss", "/rss.xml"]


async def test_a_page_without_any_feed_is_told_so_after_a_few_requests(server: FeedServer, desk: FeedDesk) -> None:
    server.pages["/"] = page(web_page(), "text/html")
    with pytest.raises(FeedError, match="names no feed, and the usual places on its host have none"):
        await discover(desk, server.url("/"))
    assert len(asked(server)) == 9


async def test_what_is_neither_feed_nor_page_is_not_searched_further(server: FeedServer, desk: FeedDesk) -> None:
    server.pages["/notes"] = page("just some notes", "text/plain")
    with pytest.raises(FeedError, match="This is no feed: it begins with “just some notes”"):
        await discover(desk, server.url("/notes"))
    assert asked(server) == ["/notes"]


async def test_links_count_from_where_the_page_really_is(server: FeedServer, desk: FeedDesk) -> None:
    server.pages |= {
        "/": redirect("/en/home"),
        "/en/home": page(web_page(link("feed")), "text/html"),
        "/en/feed": GAZETTE,
    }
    assert (await discover(desk, server.url("/"))).address == server.url("/en/feed")


def test_what_pages_name_beside_feeds_is_passed_over() -> None:
    head = web_page(
        '<base href="https://cdn.example/x/">',
        link("wp-json", kind="application/json"),
        link("oembed", kind="application/json+oembed"),
        '<link rel="stylesheet" type="application/rss+xml" href="css">',
        link("javascript:alert(1)"),
        link("https://ann:secret@gazette.example/feed"),
        "<link rel='alternate home' type='application/atom+xml; charset=utf-8' href='good' title='A &amp; B'>",
        '<LINK REL=feed HREF="//other.example/feed">',
        link(""),
    )
    found = feeds_named(head.encode(), "text/html; charset=nonsense", "https://gazette.example/")
    assert [(one.address, one.title) for one in found] == [
        ("https://cdn.example/x/good", "A & B"),
        ("https://other.example/feed", ""),
    ]


@given(st.binary(max_size=400), st.text(max_size=200))
def test_whatever_a_page_holds_only_addresses_of_the_web_come_out(body: bytes, href: str) -> None:
    whole = body + link(href).encode("utf-8", "replace") + body
    found = feeds_named(whole, "text/html", "https://gazette.example/", [href])
    assert all(one.address.startswith(("http://", "https://")) for one in found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gazette.example", "https://gazette.example/"),
        ("gazette.example:8080/feed", "https://gazette.example:8080/feed"),
        ("<HTTPS://Gazette.Example/Feed#top>", "https://gazette.example/Feed"),
        ("feed://gazette.example/rss", "https://gazette.example/rss"),
        ("feed:http://gazette.example/rss", "http://gazette.example/rss"),
        ("//gazette.example/rss", "https://gazette.example/rss"),
    ],
)
def test_an_address_is_taken_as_people_write_it(written: str, meant: str) -> None:
    assert web_address(written) == meant


def test_one_feed_is_known_by_either_scheme_and_with_or_without_a_slash_or_www() -> None:
    assert sameness("http://www.gazette.example/rss/") == sameness("https://gazette.example/rss")
    assert sameness("https://gazette.example/rss") != sameness("https://gazette.example/atom")
