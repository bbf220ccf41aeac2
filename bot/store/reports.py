"""Who reported a case: its stories, with whose text each repeats."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from bot.model import Case, Report
from bot.store.ledger import cases_by_id
from bot.store.tables import claims, stories

_original = stories.alias("original")


def page_of_reports(
    connection: Connection, case_id: int, *, limit: int, offset: int = 0
) -> tuple[Case, list[Report], int] | None:
    """A case, a page of its stories, and how many there are; None when there is no such case.

    The stories of one publisher stand together, in time order, and who published first stands first.
    """
    found = cases_by_id(connection, [case_id])
    if not found:
        return None
    told = select(claims.c.story_id).where(claims.c.case_id == case_id)
    rows = connection.execute(
        select(
            stories.c.title,
            stories.c.url,
            stories.c.outlet,
            stories.c.publisher,
            stories.c.published,
            stories.c.at,
            _original.c.outlet.label("repeats"),
            func.min(stories.c.at).over(partition_by=stories.c.publisher).label("began"),
            func.count().over().label("all"),
        )
        .select_from(stories)
        # A copy counts as one where its original is in the case too, as `ledger.count_story` has it.
        .outerjoin(_original, (_original.c.id == stories.c.copy_of) & _original.c.id.in_(told))
        .where(stories.c.id.in_(told))
        .order_by("began", stories.c.publisher, stories.c.at, stories.c.id)
        .limit(limit)
        .offset(offset)
    ).all()
    reports = [
        Report(row.title, row.url, row.outlet, row.publisher, row.published, row.at, row.repeats) for row in rows
    ]
    return found[0], reports, rows[0].all if rows else 0
