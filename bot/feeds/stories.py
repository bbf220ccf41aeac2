"""Entries → stories: whose they are and when they were. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.feeds.entries import AHEAD, Entry, Parsed
from bot.feeds.hosts import host_of
from bot.model import Feed, Story


def stories(parsed: Parsed, feed: Feed, now: datetime) -> list[Story]:
    """Return a story for each entry, oldest first; of undated ones those at the feed's end count as older."""
    found = [_story(key, entry, parsed, feed, now) for key, entry in parsed.keyed]
    found.reverse()  # feeds begin with their newest
    return sorted(found, key=lambda story: story.at)


def _story(key: str, entry: Entry, parsed: Parsed, feed: Feed, now: datetime) -> Story:
    published = None if entry.date is None else datetime.fromtimestamp(entry.date, UTC)
    return Story(
        key=key,
        title=entry.title,
        summary=entry.summary,
        body=entry.body,
        url=entry.link,
        outlet=_outlet(entry, parsed, feed),
        published=published if published and published <= now + timedelta(seconds=AHEAD) else None,
        seen=now,
    )


def _outlet(entry: Entry, parsed: Parsed, feed: Feed) -> str:
    """The original publisher, where an entry names one that is not the feed itself; else the feed's own name.

    That is the name it had at first: some feeds count or date themselves in it, which is no edit of their stories.
    """
    host = host_of(feed.url) or feed.url
    if entry.source and not (entry.source_link and urlsplit(entry.source_link).hostname == host):
        return entry.source
    return feed.outlet or feed.title or parsed.title or host
