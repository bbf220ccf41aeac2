"""The bot's database, looked into and helped on from outside, while the bot is down or beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.alerts.test_kill import BROKEN

# A denial may be recorded before what it denies: the outlets' feeds are polled side by side, and a kill may part them.
_BROKEN = BROKEN | {
    "a status that its voices don't give": """
        SELECT 1 FROM cases WHERE (status IN ('contested', 'denied'))
        != EXISTS (SELECT 1 FROM case_voices WHERE case_id = cases.id AND stance = 'denies')""",
}
_TABLES = ("alerts", "digest_items", "case_voices", "feeds")


def help_time_on(path: Path) -> None:
    """Make every feed due."""
    with _opened(path) as connection:
        if connection:
            connection.execute("UPDATE feeds SET next_poll_at = NULL")


def damage(path: Path) -> list[str]:
    """What is broken in it, a few words each."""
    with _opened(path) as connection:
        if connection is None:
            return []
        integrity = connection.execute("PRAGMA integrity_check").fetchall()
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
        found = [what for what, query in _BROKEN.items() if connection.execute(query).fetchone()]
        found += [f"integrity_check: {integrity[:3]}"] * (integrity != [("ok",)])
        return found + [f"foreign_key_check: {strays[:3]}"] * bool(strays)


def is_settled(path: Path, feeds: int) -> bool:
    """Whether so many feeds have been polled and nothing is owed."""
    with _opened(path) as connection:
        if connection is None:
            return False
        owed = connection.execute("SELECT count(*) FROM alerts WHERE state = 'owed'").fetchone()[0]
        polled = connection.execute("SELECT count(*) FROM feeds WHERE next_poll_at IS NOT NULL").fetchone()[0]
        return bool(owed == 0 and polled == feeds)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The database in a transaction; None while its tables are not there: the first kills may come before."""
    if not path.exists():
        yield None
        return
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        yield connection if names.issuperset(_TABLES) else None
