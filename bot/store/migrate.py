"""Brings a database to this version's tables with Alembic, at every start.

Alembic is imported only where there is something to bring: it takes 0.15 s, and most starts find all in place.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import bot.store.tables_alerts  # noqa: F401  it adds its tables to the metadata
from bot.errors import StoreError
from bot.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Apply the migrations that the database lacks, in the caller's transaction.

    Raises StoreError when the database was made by a newer version of Claimwatch.
    """
    here = _revision(connection)
    if here == _newest():
        return
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_FOLDER))
    if here is not None and here not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"The database was written by a newer version of Claimwatch (its tables are at {here!r}, this version "
            f"knows up to {scripts.get_current_head()!r}). Install the newer version, or set `database` to a new file."
        )

    # What Alembic's own env.py would do, without its command line: see "Programmatic API use" in its cookbook.
    with EnvironmentContext(
        Config(), scripts, fn=lambda revision, _context: scripts._upgrade_revs("head", revision)
    ) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()


def _revision(connection: Connection) -> str | None:
    """Up to which migration the database is brought, by the table in which Alembic notes it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _newest() -> str:
    """The last migration there is: a file's name begins with its number, and "0006_corrections.py" is revision 0006."""
    return max(path.name for path in (_FOLDER / "versions").glob("[0-9]*.py"))[:4]
