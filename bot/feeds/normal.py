"""What a feed says of an entry, in whatever format → an Entry with plain texts and whole links. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yarl import URL

from bot.feeds.entries import Entry
from bot.feeds.text import cut, plain

# Lengths in characters. The longest news headlines have some 200, the longest reports some 60,000.
_TITLE = 1_000
_SUMMARY = 10_000
BODY = 100_000
NAME = 200
_LINK = 2_000
_HEADLINE = 140  # of the words that stand in for a missing title


def entry(
    *,
    guid: str,
    link: str | None,
    title: str,
    texts: Iterable[str],
    date: datetime | None,
    source: str = "",
    source_link: str | None = None,
) -> Entry:
    """Return an entry with its texts made plain and its lengths limited.

    The first of `texts` that says something is the summary; a longer one is the body. Without a title its first words
    stand in, as in a feed of short messages.
    """
    read = [plain(text, BODY, lines=True) for text in texts if text]
    first = next(filter(None, read), "")
    summary = first if len(first) <= _SUMMARY else plain(first, _SUMMARY, lines=True)
    longest = max(read, key=len, default="")
    return Entry(
        guid=plain(guid, 10_000) or None,
        link=link,
        title=plain(title, _TITLE) or cut(summary.partition("\n")[0], _HEADLINE),
        summary=summary,
        body=longest if len(longest) > len(summary) else "",
        date=None if date is None else int(date.timestamp()),
        source=plain(source, NAME) or None,
        source_link=source_link,
    )


def web_link(link: str, base: str | None = None) -> str | None:
    """Return `link` as an http or https address without a login in it, or None where it is something else."""
    if not link or len(link) > _LINK:
        return None
    try:
        url = URL(link.strip())
        if url.scheme and not url.host:
            return None
        if base and not url.absolute:
            url = URL(base).join(url)
        if url.scheme not in ("http", "https") or not url.host:
            return None
        return str(url.with_user(None))
    except ValueError:  # yarl's for whatever is no address
        return None


def plausible(date: datetime) -> datetime | None:
    """Return `date`, or None where it is older than any feed: that is a misread number, not a time."""
    return date if date.year >= 1990 else None
