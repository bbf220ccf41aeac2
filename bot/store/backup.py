"""Copies the database while the bot goes on writing into it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine, func, inspect, select

from bot.errors import StoreError
from bot.store.database import clear_errors
from bot.store.health import faults
from bot.store.tables import cases, stories


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy holds."""

    bytes: int
    stories: int
    cases: int


def back_up(database: Path, target: Path, *, replace: bool) -> Backup:
    """Copy the database, as it is at one moment, into the file `target`, and return what the copy holds.

    It is written beside `target`, opened and checked, and only then gets that name: whatever fails or is killed leaves
    an earlier file there as it was. Nothing is written into the database, whose writers are not held up. Raises
    StoreError, also where `target` is there already, unless `replace`.
    """
    _check_target(database, target, replace=replace)
    try:
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
        os.close(number)
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error.strerror}.") from error
    copy = Path(name)
    try:
        _copy(database, copy, target)
        held = _checked(database, copy)
        shutil.copymode(database, copy)
        copy.replace(target)
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error.strerror}.") from error
    finally:
        for left in (copy, *(copy.with_name(copy.name + end) for end in ("-journal", "-wal", "-shm"))):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return held


def _check_target(database: Path, target: Path, *, replace: bool) -> None:
    if target.is_dir():
        raise StoreError(f"{target} is a folder. Name a file in it.")
    if not target.exists():
        return
    if target.samefile(database):
        raise StoreError(f"{target} is the database itself. Name another file.")
    if not replace:
        raise StoreError(f"{target} is there already. Name another file, or replace it with --force.")


def _copy(database: Path, copy: Path, target: Path) -> None:
    # All pages in one step, so within one read transaction: a copy in several steps begins anew whenever another
    # process has written in between (https://www.sqlite.org/backup.html), which a busy bot does all the time. With a
    # write-ahead log, readers hold up no writer.
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source:
        with clear_errors(database):
            source.execute("SELECT count(*) FROM sqlite_schema")
        with clear_errors(target), closing(sqlite3.connect(copy)) as written:
            source.backup(written)
            # As one file, with no log beside it, whoever moves it about.
            written.execute("PRAGMA journal_mode = DELETE")


def _checked(database: Path, copy: Path) -> Backup:
    """What a copy holds; StoreError when it is not whole, or no ledger."""
    engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
    with clear_errors(database), engine.connect() as connection:
        if found := faults(connection):
            raise StoreError(f"{database} is damaged ({'; '.join(found)}). No backup was made; restore an earlier one.")
        if not inspect(connection).has_table(cases.name):
            raise StoreError(f"{database} holds no ledger. Check `database` in config.toml.")
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (stories, cases)
        ]
    return Backup(copy.stat().st_size, *counts)
