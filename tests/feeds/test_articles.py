"""Articles: the page behind a story's link, read once, where it may matter and where robots.txt allows it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.errors import FeedError
from bot.feeds import recording
from bot.feeds.article import main_text
from bot.feeds.poller import default_user_agent
from bot.feeds.workers import Workers
from tests.fakes.feed_server import Answer, bomb, item, page, redirect, rss, serve
from tests.feeds.conftest import Newsroom

TOLD = "Sylvania said that Freedonia had sent it forty missiles."
PADDING = "The two countries signed a treaty of friendship in the spring, and their ministers have met often since."
PAGE = f"""<!doctype html><html><head><title>Treaty</title></head><body>
<nav><a href="/">Home</a><a href="/x">More</a></nav>
<article><h1>Missiles on parade</h1><p>{PADDING}</p><p>{TOLD}</p><p>{PADDING}</p></article>
<footer>All rights reserved</footer></body></html>"""
ARTICLE = page(PAGE, "text/html; charset=utf-8")


def story_of(newsroom: Newsroom, title: str = "Missiles on parade", *, path: str = "/a", more: str = "") -> str:
    return item(title, guid="1", link=newsroom.server.url(path), text="A short summary.", more=more)


async def offer(newsroom: Newsroom, *items: str, read_article: bool = True) -> None:
    """A feed of these items, polled as soon as the test says so."""
    newsroom.server.pages.setdefault("/a", ARTICLE)
    newsroom.server.pages["/f"] = page(rss(*items))
    await newsroom.want("/f", read_article=read_article)


def asked(newsroom: Newsroom) -> list[str]:
    """The paths that were asked for, but for the feed's."""
    return [request.path for request in newsroom.server.requests if request.path != "/f"]


async def body_of_only(newsroom: Newsroom) -> str:
    """Of the one story that the feed has, after a poll."""
    (result,) = await newsroom.poll()
    assert (result.error, result.new) == (None, 1)
    ((story, _),) = newsroom.seen
    return story.body


def reasons(logs: list[EventDict]) -> list[str]:
    """Why articles were not read."""
    return [entry["reason"] for entry in logs if entry["event"] == "article not read"]


async def test_the_article_is_read_and_its_claims_with_it(newsroom: Newsroom) -> None:
    await offer(newsroom, story_of(newsroom))
    (result,) = await newsroom.poll()
    assert (result.new, result.claims) == (1, 1)
    ((story, _),) = newsroom.seen
    assert story.body == "\n".join(["Missiles on parade", PADDING, TOLD, PADDING])
    assert asked(newsroom) == ["/robots.txt", "/a"]
    assert {request.headers["User-Agent"] for request in newsroom.server.requests} == {default_user_agent()}


@pytest.mark.parametrize(
    ("title", "more", "read_article"),
    [
        ("Missiles on parade", "", False),
        ("Flowers on parade", "", True),
        ("Missiles on parade", f"<content:encoded>{PADDING}</content:encoded>", True),
    ],
    ids=["not wanted", "no word of arms", "the feed gives the whole text"],
)
async def test_no_page_is_asked_for_without_need(newsroom: Newsroom, title: str, more: str, read_article: bool) -> None:
    await offer(newsroom, story_of(newsroom, title, more=more), read_article=read_article)
    assert await body_of_only(newsroom) == (PADDING if more else "")
    assert asked(newsroom) == []


# ── once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_story_that_the_feed_repeats_is_unchanged_and_its_page_is_not_asked_again(newsroom: Newsroom) -> None:
    await offer(newsroom, story_of(newsroom))
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(story_of(newsroom)) + "<!-- as new -->")
    (result,) = await newsroom.poll_later()
    assert (result.outcome, result.new, result.edited, len(newsroom.seen)) == ("changed", 0, 0, 1)
    assert asked(newsroom) == ["/robots.txt", "/a"]


async def test_a_story_that_the_feed_edits_keeps_its_article(newsroom: Newsroom) -> None:
    await offer(newsroom, story_of(newsroom))
    await newsroom.poll()
    newsroom.server.pages["/f"] = page(rss(story_of(newsroom, "Missiles on a parade")))
    (result,) = await newsroom.poll_later()
    assert (result.edited, result.claims) == (1, 1)
    assert [TOLD in story.body for story, _ in newsroom.seen] == [True, True]
    assert asked(newsroom) == ["/robots.txt", "/a"]


async def test_a_story_keeps_its_article_when_articles_are_switched_off(newsroom: Newsroom) -> None:
    await offer(newsroom, story_of(newsroom))
    await newsroom.poll()
    await offer(newsroom, story_of(newsroom), "<!-- as new -->", read_article=False)
    (result,) = await newsroom.poll_later()
    assert (result.outcome, result.edited) == ("changed", 0)


async def test_a_page_that_failed_is_not_asked_again_for_that_story(newsroom: Newsroom) -> None:
    newsroom.server.pages["/a"] = page(b"", status=503)
    await offer(newsroom, story_of(newsroom))
    await newsroom.poll()
    await offer(newsroom, story_of(newsroom, "Missiles on a parade"))
    (result,) = await newsroom.poll_later()
    assert (result.edited, asked(newsroom)) == (1, ["/robots.txt", "/a"])


# ── what fails leaves the story as the feed gave it ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(b"", status=404), "404 Not Found: the server does not give the page."),
        (page(b"%PDF", "application/pdf"), "There is no web page at this address, but 'application/pdf'."),
        (page("<html><body></body></html>", "text/html"), "No article was found on the page."),
        (bomb(2_000_000), "larger than 1,000,000 bytes"),
    ],
    ids=["missing", "no page", "no article", "too large"],
)
async def test_an_article_that_can_not_be_read_is_told_in_the_log(
    newsroom: Newsroom, answer: Answer, reason: str
) -> None:
    await newsroom.open(max_bytes=1_000_000)
    newsroom.server.pages["/a"] = answer
    await offer(newsroom, story_of(newsroom))
    with capture_logs() as logs:
        assert await body_of_only(newsroom) == ""
    (told,) = reasons(logs)
    assert reason in told


async def test_a_page_that_says_less_than_the_summary_adds_nothing(newsroom: Newsroom) -> None:
    await offer(newsroom, item("Missiles on parade", link=newsroom.server.url("/a"), text=f"{PADDING} " * 20))
    with capture_logs() as logs:
        assert await body_of_only(newsroom) == ""
    assert reasons(logs) == ["The page says no more than the feed's own summary."]


async def test_a_poll_that_spent_its_time_leaves_further_articles(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_ARTICLES_SECONDS", 0)
    await offer(newsroom, story_of(newsroom))
    assert await body_of_only(newsroom) == ""
    assert asked(newsroom) == []


# ── politely ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (page("User-agent: *\nDisallow: /a", "text/plain"), False),
        (page("User-agent: claimwatch\nDisallow: /*\n\nUser-agent: *\nAllow: /", "text/plain"), False),
        (page("User-agent: Otherbot\nDisallow: /", "text/plain"), True),
        (page("<!doctype html><p>Oops</p>", "text/html"), True),
        (page(b"", status=403), True),
        (page(b"", status=500), False),
    ],
    ids=["forbids all", "forbids us", "forbids another", "is a page", "is forbidden", "fails"],
)
async def test_robots_txt_is_respected(newsroom: Newsroom, robots: Answer, allowed: bool) -> None:
    newsroom.server.pages["/robots.txt"] = robots
    await offer(newsroom, story_of(newsroom))
    assert (TOLD in await body_of_only(newsroom)) == allowed
    assert asked(newsroom) == ["/robots.txt", "/a"] if allowed else ["/robots.txt"]


async def test_a_redirect_leads_nowhere_that_robots_txt_forbids(newsroom: Newsroom) -> None:
    newsroom.server.pages |= {
        "/robots.txt": page("User-agent: *\nDisallow: /a", "text/plain"),
        "/short": redirect(newsroom.server.url("/a", host="localhost")),
    }
    await offer(newsroom, story_of(newsroom, path="/short"))
    with capture_logs() as logs:
        assert await body_of_only(newsroom) == ""
    assert asked(newsroom) == ["/robots.txt", "/short", "/robots.txt"]
    assert reasons(logs) == ["The robots.txt of localhost forbids to read this page."]


async def test_robots_txt_is_asked_for_once_a_day(newsroom: Newsroom) -> None:
    stories = [item("Missiles", guid=f"{n}", link=newsroom.server.url("/a")) for n in range(3)]
    await offer(newsroom, *stories[:2])
    await newsroom.poll()
    assert asked(newsroom) == ["/robots.txt", "/a", "/a"]
    newsroom.now += timedelta(days=1)
    newsroom.server.pages["/f"] = page(rss(*stories))
    await newsroom.poll()
    assert asked(newsroom)[3:] == ["/robots.txt", "/a"]


async def test_feeds_and_articles_of_a_host_share_its_turn_and_hold_up_nobody(newsroom: Newsroom) -> None:
    """Two feeds whose articles are on each other's host, with a slot for each: neither waits for the other for good."""
    at_once, most = 0, 0

    async def count(request: web.Request) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return web.Response(text=PAGE, content_type="text/html")

    await newsroom.open(concurrency=2)
    server = newsroom.server
    for here, there in (("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")):
        links = [server.url(f"/a{n}", host=there) for n in range(3)]
        server.pages[f"/{here}"] = page(rss(*(item("Missiles", guid=link, link=link) for link in links)))
    server.pages |= {f"/a{n}": count for n in range(3)}
    await newsroom.want("/127.0.0.1", read_article=True)
    first = await (newsroom.poller or await newsroom.open()).start_due()
    await newsroom.want("/localhost", host="localhost", read_article=True)
    second = await newsroom.poll()
    assert [result.new for result in (*await asyncio.gather(*first), *second)] == [3, 3]
    assert [TOLD in story.body for story, _ in newsroom.seen] == [True] * 6
    assert most <= 2  # one for each of the two hosts


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("utf-8", "", ""),
        ("iso-8859-2", "text/html; charset=ISO-8859-2", ""),
        ("iso-8859-2", "text/html", '<meta charset="iso-8859-2">'),
        ("windows-1252", "text/html", ""),
        ("windows-1252", "text/html; charset=klingon", ""),
    ],
)
def test_the_page_is_read_in_its_encoding(encoding: str, content_type: str, head: str) -> None:
    told = "Herr Müller of Graustark denied it." + PADDING
    markup = f"<html><head>{head}</head><body><article><p>{told}</p><p>{PADDING}</p></article></body></html>"
    assert told in main_text(markup.encode(encoding), content_type)


def test_the_text_is_plain_and_holds_no_markup_and_nothing_unseen() -> None:
    markup = PAGE.replace("forty", "for\u200bty &lt;b&gt;new&lt;/b&gt; <script>alert(1)</script>")
    assert TOLD.replace("forty", "forty new") in main_text(markup.encode(), "")


async def test_a_page_that_keeps_the_worker_busy_is_stopped_and_the_next_is_read() -> None:
    workers = Workers(seconds=2, size=1)
    try:
        with pytest.raises(FeedError, match="Reading this article took more than 2 s"):
            await workers.main_text(b"<p>x</p>" * 200_000, "text/html", "https://gazette.example/a")
        assert TOLD in await workers.main_text(PAGE.encode(), "text/html", "https://gazette.example/a")
    finally:
        await workers.close()


async def test_a_link_into_a_private_network_is_not_followed(newsroom: Newsroom) -> None:
    async with serve() as other:
        other.pages |= {"/robots.txt": page(b""), "/a": ARTICLE}
        links = [other.url("/a"), "http://169.254.169.254/latest/meta-data/", newsroom.server.url("/hop")]
        newsroom.server.pages["/hop"] = redirect(other.url("/a"))
        await offer(newsroom, *(item("Missiles", guid=link, link=link, text="A short summary.") for link in links))
        (result,) = await newsroom.poll()
        assert (result.error, result.new) == (None, 3)
        assert other.requests == []
    assert [story.body for story, _ in newsroom.seen] == [""] * 3
