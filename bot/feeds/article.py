"""A web page → the text of the article on it. It runs in the worker process: hostile HTML can keep trafilatura busy."""

from __future__ import annotations

import html
import re

from bot.errors import FeedError
from bot.feeds.normal import BODY
from bot.feeds.text import plain

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_HEAD = 4_096  # bytes in which a page names its encoding; the standard says 1,024, pages are later


def main_text(page: bytes, content_type: str) -> str:
    """Return the article's text without the page's menus, comments and tables, a line for each paragraph.

    Raises FeedError when none is found.
    """
    import trafilatura  # takes 0.5 s, and most workers read nothing but feeds

    # Decoded here, since trafilatura guesses at encodings and unpacks what looks packed, to whatever size.
    found = trafilatura.extract(_decoded(page, content_type), include_comments=False, include_tables=False)
    text = plain("".join(f"<p>{html.escape(line)}</p>" for line in (found or "").splitlines()), BODY, lines=True)
    if not text:
        raise FeedError("No article was found on the page.")
    return text


def _decoded(page: bytes, content_type: str) -> str:
    """By the encoding that the header names, else the page itself, else UTF-8, else what browsers take it for."""
    declared = _CHARSET.search(content_type) or _CHARSET.search(page[:_HEAD].decode("ascii", "replace"))
    try:
        return page.decode(declared[1] if declared else "utf-8", "replace" if declared else "strict")
    except (LookupError, UnicodeError):
        return page.decode("windows-1252", "replace")
