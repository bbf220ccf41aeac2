"""Opens the database and gives transactions.

The rules, each learnt from a measured fault (docs/way-of-a-story.md):

- One writer at a time, `BEGIN IMMEDIATE`, the whole transaction in one go: tasks that share a SQLite connection share
  its transaction.
- What has begun is brought to its end even if whoever waits for it is cancelled: a cancelled statement would still run
  and leave its transaction open.
- Readers have connections of their own, so that a question does not wait for a poll.
- `synchronous=FULL`: what is owed survives a power cut.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store.migrate import upgrade

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 4
_BUSY_SECONDS = 30


class Store:
    """An open database. Its functions are in the other files of this package: `await store.read(due, now)`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, connections=1, readonly=False)
        self._readers = _engine(path, connections=_READERS, readonly=True)
        self._lock = asyncio.Lock()
        self._at_work: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the database at `path`, made anew or brought to this version's tables if need be.

        Raises StoreError when the folder can't be written, the file is no database, or a newer version made it.
        """
        await asyncio.to_thread(_try_file, path)
        store = cls(path)
        try:
            await store.write(upgrade)
        except BaseException:
            await store.close()
            raise
        return store

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` against one consistent view of the database and return what it returns."""
        return await self._to_the_end(self._read(lambda connection: work(connection, *args, **kwargs)))

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` as one transaction: all of it is kept, or on an exception nothing."""
        return await self._to_the_end(self._write(lambda connection: work(connection, *args, **kwargs)))

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with _clear_errors(self.path):
            async with self._readers.connect() as connection:
                return await connection.run_sync(work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        with _clear_errors(self.path):
            async with self._lock, self._writer.begin() as connection:
                return await connection.run_sync(work)

    async def close(self) -> None:
        """Wait for what has begun, then close every connection; an open one would keep the process from ending."""
        await asyncio.gather(*self._at_work, return_exceptions=True)
        await self._readers.dispose()
        await self._writer.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _engine(path: Path, *, connections: int, readonly: bool) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        if not readonly:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        if readonly:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    # With isolation_level None the driver opens no transaction of its own, so SQLAlchemy's begin has to; see "Database
    # Locking Behavior" in https://docs.sqlalchemy.org/en/21/dialects/sqlite.html
    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


def _try_file(path: Path) -> None:
    """Open the file once without aiosqlite, whose thread outlives a failed connect and prints a traceback."""
    with _clear_errors(path), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA schema_version")


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Turn what the operator can mend into a StoreError that says how."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error)
        if (sentence := _what_to_do(path, reason)) is not None:
            raise StoreError(sentence) from error
        raise


def _what_to_do(path: Path, reason: str) -> str | None:
    """What SQLite's reason means for the operator; None where it can only be a bug."""
    if "readonly" in reason or "unable to open" in reason:
        return (
            f"The database {path} can't be written ({reason}). Check that its folder exists and that this user may "
            "write there, or set `database` in config.toml to another place."
        )
    if "not a database" in reason or "malformed" in reason:
        return f"{path} is not a whole SQLite database ({reason}). Move it away or restore a backup."
    if "locked" in reason or "busy" in reason:
        return (
            f"The database {path} was locked by another process for {_BUSY_SECONDS} s. Stop the other process, then "
            "try again."
        )
    if "full" in reason or "disk I/O" in reason:
        return f"The database {path} can't be written ({reason}). Free some space on its disk."
    return None
