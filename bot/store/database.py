"""Opens the database and gives transactions.

The rules, each learnt from a measured fault (docs/way-of-a-story.md):

- One writer at a time, `BEGIN IMMEDIATE`, the whole transaction in one go: tasks that share a SQLite connection share
  its transaction.
- What has begun is brought to its end even if whoever waits for it is cancelled: a cancelled statement would still run
  and leave its transaction open.
- Readers have connections of their own, so that a question does not wait for a poll.
- `synchronous=FULL`: what is owed survives a power cut.
- Group commit: writes that wait while another is at work share its transaction, each behind a savepoint of its own, so
  that a thousand of them don't wait for the disk a thousand times.

::

    write ─┐            ┌ BEGIN IMMEDIATE
    write ─┼ waiting ─▶ │ SAVEPOINT, work, RELEASE   one after another, as they came;
    write ─┘            │ SAVEPOINT, work, RELEASE   one that fails: ROLLBACK TO its savepoint
                        └ COMMIT ─▶ every write that took part returns

SQLite's calls block, so they run in threads: one writes, a few read. Not aiosqlite, which hops to its thread and back
for each call: a small write took 1.1 ms of CPU with it and takes 0.3 without, a small read 1.0 and 0.5.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.store.migrate import upgrade

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 4
_BUSY_SECONDS = 30

# What bounds a group, so that its first write does not wait long for its last, and nor does another process.
_GROUP_WRITES = 200
_GROUP_SECONDS = 0.05
# Before a group that follows one of several: more join it meanwhile, and another process gets its turn: SQLite has no
# queue for its lock, who waits for it only looks now and then.
_BREATH_SECONDS = 0.005


@dataclass(slots=True)
class _Write:
    """One that waits for its turn, then for the commit of its group, with what became of it."""

    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Let who waits know, unless nobody does any more."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


class Store:
    """An open database. Its functions are in the other files of this package: `await store.read(due, now)`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: deque[_Write] = deque()
        self._crowded = False  # whether the last group had company
        self._writer = _engine(path, connections=1, readonly=False)
        self._readers = _engine(path, connections=_READERS, readonly=True)
        self._of_thread = threading.local()
        self._connections: list[Connection] = []
        self._writing = ThreadPoolExecutor(1, "store-writer")
        self._reading = ThreadPoolExecutor(_READERS, "store-reader")

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the database at `path`, made anew or brought to this version's tables if need be.

        Raises StoreError when the folder can't be written, the file is no database, or a newer version made it.
        """
        store = cls(path)
        try:
            await store.write(upgrade)
        except BaseException:
            await store.close()
            raise
        return store

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` against one consistent view of the database and return what it returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: self._read(lambda c: work(c, *args, **kwargs)))

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, …)` as one transaction: all of it is kept, or on an exception nothing.

        What it wrote is on the disk when this returns. Writes happen in the order in which they were asked for.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(lambda connection: work(connection, *args, **kwargs), done))
        if len(self._waiting) == 1:  # else the thread has been told, and will find it
            self._writing.submit(self._write_all)
        return await done

    def _read(self, work: Callable[[Connection], T]) -> T:
        with clear_errors(self.path), self._begun(self._readers) as connection:
            return work(connection)

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        """A transaction on this thread's own connection: to get one from the engine takes as long as a small read."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None or connection.closed:
            connection = self._of_thread.connection = engine.connect()
            self._connections.append(connection)
        try:
            with connection.begin():
                yield connection
        except BaseException:  # a commit that fails leaves its transaction open; the pool would end that
            self._connections.remove(connection)
            connection.close()
            raise

    def _write_all(self) -> None:
        while self._waiting:
            if self._crowded:
                time.sleep(_BREATH_SECONDS)
            self._write_group()

    def _write_group(self) -> None:
        """Do what waits, up to the bounds of a group, in one transaction; then tell those who wait for it."""
        group: list[_Write] = []
        end = time.monotonic() + _GROUP_SECONDS
        try:
            with clear_errors(self.path), self._begun(self._writer) as connection:
                while self._waiting and len(group) < _GROUP_WRITES and (not group or time.monotonic() < end):
                    group.append(self._waiting.popleft())
                    self._do(group[-1], connection)
        except BaseException as error:  # the transaction is gone: none of it is kept
            group = group or [self._waiting.popleft() for _ in range(len(self._waiting))]  # it did not even begin
            for one in group:
                one.error = one.error or error
        self._crowded = len(group) > 1 or bool(self._waiting)
        group[0].done.get_loop().call_soon_threadsafe(_tell, group)

    def _do(self, write: _Write, connection: Connection) -> None:
        """Do one write of a group; should it fail, it alone is undone. Raises what undid the whole transaction."""
        sqlite = connection.connection.driver_connection
        assert sqlite is not None  # noqa: S101  it is connected
        sqlite.execute("SAVEPOINT one_write")
        try:
            with clear_errors(self.path):
                write.result = write.work(connection)
                sqlite.execute("RELEASE one_write")
        except BaseException as error:
            # A future takes no StopIteration; a coroutine that raises one is answered in the same way.
            write.error = RuntimeError("the write raised StopIteration") if isinstance(error, StopIteration) else error
            if not sqlite.in_transaction:  # a full disk may end it: https://www.sqlite.org/lang_transaction.html
                raise
            sqlite.execute("ROLLBACK TO one_write")
            sqlite.execute("RELEASE one_write")

    async def close(self) -> None:
        """Wait for what has begun, then close every connection and end the threads."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for threads in (self._reading, self._writing):
            threads.shutdown()
        for connection in self._connections:
            connection.close()
        for engine in (self._readers, self._writer):
            engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _tell(group: Sequence[_Write]) -> None:
    for write in group:
        write.tell()


def _engine(path: Path, *, connections: int, readonly: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
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
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101  it is connected
        driver.execute("BEGIN" if readonly else "BEGIN IMMEDIATE")  # by way of SQLAlchemy it takes ten times as long

    return engine


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
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
