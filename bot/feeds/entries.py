"""What is read from a feed, and the identity of each entry within it. Pure, and without the parser's libraries."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

AHEAD = 3_600
"""Seconds that a date may be in the future: clocks differ and summer time is forgotten; beyond that it is wrong."""


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
    """What a feed says of when and how to ask for it."""

    least_wait: int = 0  # seconds between two polls, at most a day; 0 where it says nothing
    skip_hours: frozenset[int] = frozenset()  # of the day, GMT
    skip_days: frozenset[int] = frozenset()  # 0 is Monday, GMT
    hub: str | None = None  # WebSub: where to subscribe
    topic: str | None = None  # WebSub: to what


@dataclass(frozen=True, slots=True)
class Parsed:
    """One feed as it was read."""

    title: str | None
    keyed: tuple[tuple[str, Entry], ...]  # the entries that are new or changed, each with its key within the feed
    skipped: int = 0  # entries without any text, and those that can't be read
    known: int = 0  # entries that were seen before
    repeated: int = 0  # entries that say exactly the same as another
    left: int = 0  # entries for which there was no time; the next poll goes on with them
    format: str = ""  # "RSS 2.0", "Atom 1.0"…
    hints: Hints = field(default_factory=Hints)
    memory: bytes = b""  # what was seen, to be given at the next poll


Digest = bytes  # 8 of them
Marks = tuple[Digest | None, Digest | None, Digest | None, Digest]
"""Short digests of an entry's four identities; they stand for an entry that was seen before."""


def marks_of(entry: Entry) -> Marks:
    """Return the digests of an entry's identities."""
    guid, link, title = (key and digest(key) for key in (_by_guid(entry), _by_link(entry), _by_title_and_date(entry)))
    return guid or None, link or None, title or None, digest(_by_content(entry))


def digest(text: str | bytes) -> Digest:
    """Return 8 bytes: in a feed of 100,000 entries two share one by chance once in 4 thousand million feeds."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=8).digest()


def identify(entries: Iterable[Entry], others: Iterable[Marks] = ()) -> list[tuple[str, Entry]]:
    """Return each different entry with its key, in their order: guid, else link, else title and date.

    Feeds repeat guids and links, some on every entry. Entries that share one but differ are told apart by the next in
    that order, and in the end by their content; exact repetitions are one entry. `others` are the feed's other entries,
    which need no key but may share one.
    """
    return identify_marked([(entry, marks_of(entry)) for entry in entries], others)


def identify_marked(entries: Iterable[tuple[Entry, Marks]], others: Iterable[Marks] = ()) -> list[tuple[str, Entry]]:
    """Do as `identify`, for entries that come with their digests."""
    different = {marks[-1]: (entry, marks) for entry, marks in entries}
    more = {marks[-1]: marks for marks in others if marks[-1] not in different}
    levels = _levels([*(marks for _, marks in different.values()), *more.values()])
    return [
        (_IDENTITIES[level](entry) or "", entry) for level, (entry, _) in zip(levels, different.values(), strict=False)
    ]


def _levels(marks: Sequence[Marks]) -> list[int]:
    """Return for each entry by which of its identities it is known: the first that it shares with no other."""
    found = [len(_IDENTITIES) - 1] * len(marks)
    unknown = list(range(len(marks)))
    taken: set[Digest] = set()
    for level in range(len(_IDENTITIES)):
        count = Counter(mark for index in unknown if (mark := marks[index][level]))
        left = []
        for index in unknown:
            mark = marks[index][level]
            if mark and count[mark] == 1 and mark not in taken:
                found[index] = level
            else:
                left.append(index)
        taken.update(count)
        unknown = left
    return found


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
    return _long_digest(repr(entry))


_IDENTITIES: Sequence[Callable[[Entry], str | None]] = (_by_guid, _by_link, _by_title_and_date, _by_content)


def _key(identity: str) -> str:
    """A site that moves to https keeps its stories; a key is short enough for an index."""
    identity = re.sub(r"\Ahttps?://", "//", identity)
    return identity if len(identity) <= 500 else _long_digest(identity)


def _long_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
