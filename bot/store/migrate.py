"""Brings a database to this version's tables with Alembic, at every start."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import bot.store.tables_alerts  # noqa: F401  it adds its tables to the metadata
from bot.errors import StoreError
from bot.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Apply the migrations that the database lacks, in the caller's transaction.

    Raises StoreError when the database was made by a newer version of Claimwatch.
    """
    scripts = ScriptDirectory(str(_FOLDER))
    here = MigrationContext.configure(connection).get_current_revision()
    if here == scripts.get_current_head():
        return
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
