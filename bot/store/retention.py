"""Removes what is older than it is to be kept, a little at a time: each function here is one short write.

Claims stay for good, and with each its story's title, outlet, link, dates and summary. Of a story without claims a mark
stays in `past_stories`, 60 bytes, so that it is known again while its feed still lists it. What a digest told is kept
as long as something is still said of its cases, since it says that a destination knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.stories import mark_of
from bot.store.tables import alerts, cases, claims, digest_items, past_stories, stories

STORIES_AT_ONCE, ALERTS_AT_ONCE = 100, 200
"""Rows in one write, which is to take less than 50 ms: in a ledger of 300,000 stories either took some 9 ms at the
median, 40 at the 99th percentile and 200 at the worst, on two very busy cores."""

_LOOKED_AT = 5_000  # stories that are found in one read
_DONE = ("sent", "dead", "gone")
_PAGES = 500  # given back in one write
_INCREMENTAL = 2  # https://www.sqlite.org/pragma.html#pragma_auto_vacuum

_HAS_CLAIMS = exists().where(claims.c.story_id == stories.c.id)


@dataclass(frozen=True, slots=True)
class Free:
    """What is free within the database's file."""

    bytes: int
    can_shrink: bool  # the file can be made smaller while it is in use


# ── stories ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def old_stories(connection: Connection, before: datetime, after: int) -> list[int]:
    """Return stories that were first seen before then and of which something is to go, by number, from `after` on.

    Empty where there are no more.
    """
    wanted = select(stories.c.id).where(stories.c.id > after, *_old(before)).order_by(stories.c.id)
    return list(connection.execute(wanted.limit(_LOOKED_AT)).scalars())


def count_old_stories(connection: Connection, before: datetime) -> tuple[int, int]:
    """Return how many stories would go, and of how many others the body."""
    counted = select(func.count().filter(not_(_HAS_CLAIMS)), func.count().filter(_HAS_CLAIMS)).where(*_old(before))
    without, with_claims = connection.execute(counted.select_from(stories)).one()
    return without, with_claims


def remove_stories(connection: Connection, numbers: Sequence[int]) -> tuple[int, int]:
    """Remove those of these stories that hold no claim, and the bodies of the others; return how many of each."""
    old = stories.c.id.in_(list(numbers))
    going = connection.execute(
        select(stories.c.id, stories.c.feed_id, stories.c.key, stories.c.hash, (stories.c.body != "").label("body"))
        .where(old, not_(_HAS_CLAIMS))
        .order_by(stories.c.id)
    ).all()
    if going:
        marks = [
            {
                "feed_id": row.feed_id,
                "mark": mark_of(row.key),
                "hash": bytes.fromhex(row.hash),
                "had_body": bool(row.body),
            }
            for row in going
        ]
        connection.execute(insert(past_stories).prefix_with("OR REPLACE"), marks)
        connection.execute(delete(stories).where(stories.c.id.in_([row.id for row in going])))
    bodies = update(stories).where(old, stories.c.body != "", _HAS_CLAIMS).values(body="", body_gone=True)
    return len(going), connection.execute(bodies).rowcount


def _old(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return stories.c.seen < before, or_(not_(_HAS_CLAIMS), stories.c.body != "")


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def count_old_alerts(connection: Connection, before: datetime) -> int:
    """Return how many alerts would go."""
    return int(connection.execute(select(func.count()).select_from(alerts).where(*_done(before))).scalar_one())


def remove_alerts(connection: Connection, before: datetime) -> int:
    """Remove some of the alerts that came to an end before then, with what digests told; return how many."""
    some = select(alerts.c.id).where(*_done(before)).limit(ALERTS_AT_ONCE)
    return connection.execute(delete(alerts).where(alerts.c.id.in_(some))).rowcount


def _done(before: datetime) -> tuple[ColumnElement[bool], ...]:
    talked_of = (
        exists()
        .where(digest_items.c.alert_id == alerts.c.id, cases.c.id == digest_items.c.case_id)
        .where(cases.c.last_at >= before)
    )
    return alerts.c.done_at < before, alerts.c.state.in_(_DONE), or_(alerts.c.kind != "digest", not_(talked_of))


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def free(connection: Connection) -> Free:
    """Return what is free within the file."""
    pages, size, kind = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("freelist_count", "page_size", "auto_vacuum")
    )
    return Free(pages * size, kind == _INCREMENTAL)


def shrink(connection: Connection) -> None:
    """Give some of the file's free pages back to the disk."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  it is connected
    driver.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()  # each step gives one page back
