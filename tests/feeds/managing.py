"""A desk on loopback, for those who add and try feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.feeds.desk import FeedDesk, open_desk
from bot.feeds.guard import Guard
from bot.feeds.poller import Polling


@asynccontextmanager
async def desk_on_loopback(guard: Guard) -> AsyncIterator[FeedDesk]:
    """A desk that goes where `guard` allows it and does not pause between its guesses."""
    async with open_desk(Polling(timeout=5, guard=guard), 900) as desk:
        yield replace(desk, pause=0)


def web_page(*links: str) -> str:
    """A page with these elements in its head."""
    return f"<!doctype html><html><head><title>Gazette</title>{''.join(links)}</head><body>News</body></html>"


def link(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    """How a page names a feed."""
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'
