"""What others wrote, made fit to be shown on any chat platform: cleaned, cut between characters, its links checked."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit

import regex

MORE = "…"

_INVISIBLE = regex.compile(
    r"[\p{Cc}\p{Cs}\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_TURNS = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_PDF, _PDI = "\u202c", "\u2069"
_CLOSES = dict.fromkeys("\u202a\u202b\u202d\u202e", _PDF) | dict.fromkeys("\u2066\u2067\u2068", _PDI)


def clean(text: str) -> str:
    """`text` on one line, in NFC, without control and invisible characters, its bidirectional marks balanced."""
    text = regex.sub(r"\s+", " ", text)
    return balanced(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))


def balanced(text: str) -> str:
    """`text` with every bidirectional embedding closed: left open, it turns around whatever stands behind it."""
    if not _TURNS.search(text):
        return text
    kept: list[str] = []
    waiting: list[str] = []
    for character in text:
        if character in _CLOSES:
            waiting.append(_CLOSES[character])
        elif character in {_PDF, _PDI}:
            if not waiting or waiting[-1] != character:
                continue
            waiting.pop()
        kept.append(character)
    return "".join(kept) + "".join(reversed(waiting))


def beginning(text: str, room: int, styled: Callable[[str], str]) -> str:
    """The longest beginning of `text` that, with "…" behind it and styled, takes at most `room` code units, or ""."""
    graphemes = regex.findall(r"\X", text[: max(room, 0)])  # a character takes one unit at least

    def drawn(count: int) -> str:
        return styled(balanced("".join(graphemes[:count]).rstrip() + MORE))

    fits = bisect_right(range(len(graphemes) + 1), room, key=lambda count: units(drawn(count)))
    return drawn(fits - 1) if fits else ""


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units, as the platforms' limits are counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def web_address(url: str | None, longest: int) -> tuple[str, str] | None:
    """The address in ASCII, fit to stand between marks, and its host (an international one as punycode).

    None for what should not be a link: not http(s), a login in it, a strange host, too long.
    """
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
        rest = [quote(part, safe="%/:@!$&'+,;=?") for part in (parts.path, parts.query, parts.fragment)]
    except ValueError:  # UnicodeError is one
        return None
    address = urlunsplit((parts.scheme, host + port, *rest))
    sound = parts.scheme in {"http", "https"} and parts.username is None and regex.fullmatch(r"[a-z0-9._-]+", host)
    return (address, host) if sound and len(address) <= longest else None
