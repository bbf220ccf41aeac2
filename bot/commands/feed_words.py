"""What people write after `!feed add`: an address, and options as in outlet:"The Hill" every:30m. Pure."""

from __future__ import annotations

import re
import shlex

from bot.cards import shorten
from bot.errors import UserError
from bot.feeds.manage import Wish
from bot.queries.language import nearest

_OPTIONS = ("outlet", "folder", "every", "article")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_TIME = re.compile(r"(\d{1,7})([smhd]?)", re.IGNORECASE | re.ASCII)
_LEAST, _MOST = 60, 604_800  # seconds, as in the configuration


def words_of(text: str) -> list[str]:
    """Return the words of a command, what stands in "quotes" as part of one. Raises UserError."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        return list(lexer)
    except ValueError as error:
        raise UserError('A quotation mark (") is not closed.') from error


def address_and_wish(words: list[str]) -> tuple[str, Wish]:
    """Return the address and how the feed is to be kept. Raises UserError for what is neither."""
    given: dict[str, str] = {}
    addresses: list[str] = []
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or value.startswith("//") or not re.fullmatch("[a-z]+", name.lower()) or name.lower() == "feed":
            addresses.append(word)
        elif name.lower() not in _OPTIONS:
            likely = nearest(name.lower(), _OPTIONS)
            hint = f"Did you mean {likely}:?" if likely else f"There are {', '.join(f'{one}:' for one in _OPTIONS)}."
            raise UserError(f"“{shorten(name, 40)}:” is no option of !feed add. {hint}")
        else:
            given[name.lower()] = value
    if len(addresses) != 1:
        raise UserError('Write one address, as in !feed add https://example.org outlet:"The Example".')
    return addresses[0], Wish(
        outlet=shorten(given["outlet"], 100) if given.get("outlet") else None,
        folder=shorten(given["folder"].strip("/"), 200) if given.get("folder") else None,
        interval=seconds_of(given["every"]) if "every" in given else None,
        read_article=given.get("article", "no").lower() in ("yes", "true", "on"),
    )


def seconds_of(text: str) -> int:
    """Return the seconds that "900", "15m", "2h" or "1d" mean; UserError for none, and beyond a minute to a week."""
    found = _TIME.fullmatch(text.strip())
    seconds = int(found[1]) * _UNITS[found[2].lower()] if found else 0
    if not _LEAST <= seconds <= _MOST:
        raise UserError(f"every:{shorten(text, 20)} has to be from 60 seconds to a week, as in every:900, 15m, 2h, 1d.")
    return seconds


def length(seconds: int) -> str:
    """Return a length of time in the largest unit that it is a whole number of: "15 minutes"."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds % size == 0 and seconds:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return f"{seconds} seconds"
