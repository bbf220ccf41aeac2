"""Stories, their full text, and which of them repeat another's."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import blake2b, sha256

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from bot.model import Story
from bot.store.claims import Held, of_story
from bot.store.tables import claims, past_stories, stories, story_text

_KEYS_AT_ONCE = 500  # SQLite takes at most 32,766 parameters in a statement, older builds 999
_CANDIDATES = 500
_OF_STORY = [one.name for one in fields(Story)]

# Those that each story of a poll needs are built once: to build one takes SQLAlchemy longer than to execute it.
_OF_FEED = stories.c.feed_id == bindparam("feed")
_KNOWN = select(stories.c.key, stories.c.hash, stories.c.body_gone).where(
    _OF_FEED, stories.c.key.in_(bindparam("wanted", expanding=True))
)
_PAST = select(past_stories.c.mark, past_stories.c.hash, past_stories.c.had_body).where(
    past_stories.c.feed_id == bindparam("feed"), past_stories.c.mark.in_(bindparam("wanted", expanding=True))
)
_FIND = select(stories.c.id, stories.c.hash, stories.c.body_gone, stories.c.title, stories.c.seen, stories.c.at).where(
    _OF_FEED, stories.c.key == bindparam("wanted")
)
_ADD = insert(stories).returning(stories.c.id)


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a story was edited since it was recorded."""

    hash: str
    body_gone: bool = False  # its body was too old to be kept
    past: bool = False  # and so was all the rest of it

    def reads(self, story: Story) -> bool:
        """Whether it reads as it did. Without the body that it had, it can't be read anew, and counts as if it did."""
        return self.hash == hash_of(story) or (self.body_gone and not story.body)


@dataclass(frozen=True, slots=True)
class KeptStory:
    """What recording needs to know of a story that is in the store already."""

    id: int
    known: Known
    title: str
    seen: datetime
    at: datetime


def hash_of(story: Story) -> str:
    """Return a fingerprint of what was read: another one means that the story was edited. 64 hexadecimal digits."""
    published = story.published and story.published.isoformat()
    read = [story.title, story.summary, story.body, story.url, story.outlet, published]
    return sha256(json.dumps(read).encode()).hexdigest()


def mark_of(key: str) -> bytes:
    """Return what is kept of a story's key for good: a digest, 16 bytes."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def known(connection: Connection, feed_id: int, keys: Collection[str]) -> dict[str, Known]:
    """Return what is known of those stories of a feed that were recorded before, by their keys."""
    wanted = list(keys)
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some = wanted[start : start + _KEYS_AT_ONCE]
        rows = connection.execute(_KNOWN, {"feed": feed_id, "wanted": some})
        found |= {row.key: Known(row.hash, row.body_gone) for row in rows}
        if marks := {mark_of(key): key for key in some if key not in found}:
            rows = connection.execute(_PAST, {"feed": feed_id, "wanted": list(marks)})
            found |= {marks[row.mark]: Known(row.hash.hex(), row.had_body, past=True) for row in rows}
    return found


def find(connection: Connection, feed_id: int, key: str) -> KeptStory | None:
    """Return the story of a feed with this key, if it was recorded before."""
    row = connection.execute(_FIND, {"feed": feed_id, "wanted": key}).one_or_none()
    if row is None:
        return None
    return KeptStory(row.id, Known(row.hash, row.body_gone), row.title, row.seen, row.at)


def with_claims(connection: Connection, address: str) -> tuple[Story, list[Held]] | None:
    """Return the newest story at a web address, with the claims that are kept of it, or None.

    If none has exactly this address, one that differs by a fragment, a slash at the end or a query will do: feeds and
    readers add what a page does not need.
    """
    whole = address.partition("#")[0]
    bare = whole.partition("?")[0]
    slashed = bare.removesuffix("/") if bare.endswith("/") else f"{bare}/"
    tries = [stories.c.url == one for one in dict.fromkeys((address, whole, bare, slashed))]
    if whole == bare:
        # "$" comes right after "#", and "@" after "?": whatever begins so.
        ranges = [(f"{one}{mark}", f"{one}{end}") for one in (bare, slashed) for mark, end in ("#$", "?@")]
        tries += [stories.c.url.between(*one) for one in ranges]
    for condition in tries:
        newest = select(stories).where(condition).order_by(stories.c.at.desc(), stories.c.id.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        if row is not None:
            read = {name: getattr(row, name) for name in _OF_STORY}
            return Story(**read), list(of_story(connection, row.id).values())
    return None


def add(connection: Connection, feed_id: int, story: Story, publisher: str) -> int:
    """Keep a new story and return its id."""
    values = {"feed_id": feed_id, "key": story.key, "seen": story.seen, "at": story.at, **_read(story, publisher)}
    return int(connection.execute(_ADD, values).scalar_one())


def replace(connection: Connection, story_id: int, story: Story, publisher: str) -> None:
    """Put an edited story in the place of what it was before. When it was first seen stays as it is."""
    connection.execute(update(stories).where(stories.c.id == story_id).values(at=story.at, **_read(story, publisher)))


def _read(story: Story, publisher: str) -> dict[str, object]:
    return {
        "hash": hash_of(story),
        "title": story.title,
        "summary": story.summary,
        "body": story.body,
        "body_gone": False,
        "outlet": story.outlet,
        "publisher": publisher,
        "url": story.url,
        "published": story.published,
    }


def index_text(connection: Connection, story_id: int, story: Story | None, words: Sequence[str] = ()) -> None:
    """Make a story searchable by its title, its summary and the `words` of its claims; None: not any more.

    The words may stand in the story's body, of which nothing else is indexed.
    """
    connection.execute(delete(story_text).where(story_text.c.rowid == story_id))
    if story is not None:
        from_body = [one for one in words if one not in story.title and one not in story.summary]
        summary = "\n".join([story.summary, *dict.fromkeys(from_body)])
        connection.execute(insert(story_text).values(rowid=story_id, title=story.title, summary=summary))


def original(
    connection: Connection,
    story_id: int,
    feed_id: int,
    story: Story,
    cases: Sequence[int],
    *,
    reach: timedelta,
    same: Callable[[str, str], bool],
) -> int | None:
    """Return the story that this one repeats, as `same` finds by their headlines, or None.

    Looked at are the newest 500 stories with a claim in one of `cases` within `reach` of this one, from another feed
    or outlet; where a copy of a copy is found, the first of them is returned.
    """
    rows = connection.execute(
        select(stories.c.id, stories.c.copy_of, stories.c.title, stories.c.outlet)
        .where(
            stories.c.id.in_(
                select(claims.c.story_id).where(
                    claims.c.case_id.in_(cases), claims.c.at.between(story.at - reach, story.at + reach)
                )
            ),
            stories.c.id != story_id,
            or_(stories.c.feed_id != feed_id, stories.c.outlet != story.outlet),
            or_(stories.c.copy_of.is_(None), stories.c.copy_of != story_id),
        )
        .order_by(stories.c.id.desc())
        .limit(_CANDIDATES)
    )
    title = _bare(story.title, story.outlet)
    for row in rows:
        if same(title, _bare(row.title, row.outlet)):
            return int(row.copy_of or row.id)
    return None


def _bare(title: str, outlet: str) -> str:
    """The headline without the outlet's name that aggregators put behind it: "… - Reuters"."""
    for mark in (" - ", " | ", " – ", " — "):
        title = title.removesuffix(mark + outlet)
    return title


def told_since(connection: Connection, after: int, since: datetime) -> list[tuple[int, Story]]:
    """Return the stories with claims that are dated `since` or later and have a higher id than `after`, by id."""
    rows = connection.execute(
        select(stories)
        .where(stories.c.id > after, stories.c.at >= since, stories.c.id.in_(select(claims.c.story_id)))
        .order_by(stories.c.id)
    )
    return [(row.id, Story(**{name: getattr(row, name) for name in _OF_STORY})) for row in rows]


def mark_copy(connection: Connection, story_id: int, of: int | None) -> None:
    """Note that a story repeats another's text; None: that it is a text of its own."""
    connection.execute(update(stories).where(stories.c.id == story_id).values(copy_of=of))


def copies(connection: Connection, story_id: int) -> list[int]:
    """Return the stories that are marked as copies of this one."""
    return list(connection.execute(select(stories.c.id).where(stories.c.copy_of == story_id)).scalars())
