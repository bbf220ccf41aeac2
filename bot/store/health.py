"""Whether the database file is whole."""

from __future__ import annotations

from bot.store import Connection


def faults(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong: damaged pages and rows that refer to nothing; nothing when all is well."""
    pages = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(10)") if row[0] != "ok"]
    rows = [
        f"a row of {row[0]} refers to a missing row of {row[2]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return pages + rows[:10]
