"""`claimwatch export`: the ledger, or what a query finds of it, as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from bot.app import opened
from bot.config import Config
from bot.errors import UserError
from bot.ledger_export import Found, as_csv, as_json
from bot.model import Case, KeptClaim, Query
from bot.once import Say, check_database, plural
from bot.queries.language import parse
from bot.store import Connection
from bot.store.ask import each_case

Format = Literal["csv", "json"]
_WRITERS: dict[Format, Callable[[Found], Iterator[str]]] = {"csv": as_csv, "json": as_json}


async def export(config: Config, file: str, wanted: Format | None, query: str, say: Say) -> None:
    """Write the cases that have a claim which fits `query`, newest first, with all their claims; "-": standard output.

    Without a format the file's name tells it, else it is CSV. A file gets its name when it is whole. Raises UserError
    for a query that can't be understood, and for a file that can't be written.
    """
    check_database(config)
    format_ = wanted or ("json" if Path(file).suffix.lower() == ".json" else "csv")
    async with opened(config) as app:
        asked = parse(query, app.lexicon, app.clock())
        if file == "-":
            await app.store.read(_write, asked, format_, sys.stdout.buffer)
            return
        try:
            with _written(Path(file)) as to:
                count = await app.store.read(_write, asked, format_, to)
        except OSError as error:
            raise UserError(f"{file} can't be written: {error.strerror}.") from error
    say(f"{plural(count, 'case')} written to {file}.")


@contextmanager
def _written(target: Path) -> Iterator[BinaryIO]:
    """What becomes the file once it is whole; a pipe or a device is written as it is."""
    target = target.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as to:
            yield to
        return
    part = target.with_name(f".{target.name}.partial")
    try:
        with part.open("wb") as to:
            yield to
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write(connection: Connection, query: Query, format_: Format, to: BinaryIO) -> int:
    """Write from one view of the database, a case at a time, and return how many there were."""
    count = 0

    def counted() -> Iterator[tuple[Case, list[KeptClaim]]]:
        nonlocal count
        for one in each_case(connection, query):
            count += 1
            yield one

    to.writelines(text.encode("utf-8", "backslashreplace") for text in _WRITERS[format_](counted()))
    to.flush()
    return count
