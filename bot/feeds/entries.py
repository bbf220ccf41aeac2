"""What is read from a feed, and the identity of each entry within it. Pure, and without the parser's libraries."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, its texts already plain."""

    guid: str | None
    link: str | None  # http or https
    title: str
    summary: str
    body: str  # the whole text where the feed has more than the summary
    date: int | None  # seconds since 1970, UTC, as the feed says: it may be in the future
    source: str | None  # the original publisher, where the feed only passes the story on
    source_link: str | None


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says of how it wants to be polled."""

    least_wait: int = 0  # seconds between polls, by its ttl or updatePeriod
    skip_hours: frozenset[int] = frozenset()  # of the day, UTC
    skip_days: frozenset[int] = frozenset()  # of the week, 0 for Monday, UTC
    hub: str | None = None  # where a WebSub hub pushes it
    topic: str | None = None  # the name by which that hub knows it


@dataclass(frozen=True, slots=True)
class Parsed:
    """One feed as it was read."""

    title: str | None
    entries: tuple[Entry, ...]
    skipped: int  # entries without any text
    memory: bytes = b""  # to be given back at the next parse
    hints: Hints = Hints()


def identify(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """Return each different entry with its key, in their order: guid, else link, else title and date.

    Feeds repeat guids and links, some on every entry. Entries that share one but differ are told apart by the next in
    that order, and in the end by their content; exact repetitions are one entry.
    """
    different = list(dict.fromkeys(entries))
    keys: dict[Entry, str] = {}
    taken: set[str] = set()
    for identity in _IDENTITIES:
        groups: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in different:
            if entry not in keys and (key := identity(entry)):
                groups[key].append(entry)
        for key, group in groups.items():
            if len(group) == 1 and key not in taken:
                keys[group[0]] = key
        taken.update(groups)
    return [(keys[entry], entry) for entry in different]


# BBC News counts a story's edits in the fragment of its guid: …/articles/c4g7#0, …#1 (FreshRSS#6521).
_EDIT_COUNT = re.compile(r"#\d{1,2}\Z")
# A session or a campaign in a link makes it another one at each poll.
_PASSING = re.compile(r"utm_|fbclid\Z|gclid\Z|phpsessid\Z|jsessionid\Z", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)


def _by_guid(entry: Entry) -> str | None:
    return entry.guid and _key(_EDIT_COUNT.sub("", entry.guid) if "://" in entry.guid else entry.guid)


def _by_link(entry: Entry) -> str | None:
    if not entry.link:
        return None
    parts = urlsplit(entry.link)
    query = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _PASSING.match(pair[0])])
    return _key(urlunsplit(parts._replace(path=_SESSION.sub("", parts.path), query=query)))


def _by_title_and_date(entry: Entry) -> str | None:
    return _key(f"{entry.title}\n{entry.date or ''}") if entry.title else None


def _by_content(entry: Entry) -> str:
    return _digest(repr(entry))


_IDENTITIES: Sequence[Callable[[Entry], str | None]] = (_by_guid, _by_link, _by_title_and_date, _by_content)


def _key(identity: str) -> str:
    """A site that moves to https keeps its stories; a key is short enough for an index."""
    identity = re.sub(r"\Ahttps?://", "//", identity)
    return identity if len(identity) <= 500 else _digest(identity)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
