"""Holds the index of the subscriptions, in step with the database and with the rules.

It is built when it is first asked for, and kept with the connection. When the subscriptions changed, whoever changed
them, it takes in what is new and drops what is gone; when the rules did, all queries are read anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.model import Interest, Query
from bot.queries.index import Index
from bot.queries.language import parse_standing
from bot.store import Connection, subscriptions

log = structlog.get_logger(__name__)

Wanted = tuple[Interest, str]
"""Who wants to be told, and the query, as it was written."""


def index(connection: Connection, lexicon: Lexicon, now: datetime) -> Index[Interest]:
    """Return the index of the subscriptions as this transaction sees them.

    A query that can't be read is logged, and never stands in the ledger's way.
    """
    held: _Held | None = connection.info.get(_Held)
    if held is None or held.lexicon is not lexicon:
        held = connection.info[_Held] = _Held(lexicon)
    over = held.resume_at is not None and held.resume_at <= now
    if over or held.version != subscriptions.version(connection):
        held.resume_at = subscriptions.end_pauses(connection, now)
        _take_in(held, subscriptions.wanted(connection), now)
        held.version = subscriptions.version(connection)
    return held.index


@dataclass(slots=True)
class _Held:
    """The index, and what it was built from."""

    lexicon: Lexicon
    version: int | None = None
    resume_at: datetime | None = None  # when the next one that is paused for a while goes on
    wanted: set[Wanted] = field(default_factory=set)
    queries: dict[str, Query] = field(default_factory=dict)  # those that could be read, by their text
    index: Index[Interest] = field(default_factory=Index)


def _take_in(held: _Held, wanted: set[Wanted], now: datetime) -> None:
    gone, new = held.wanted - wanted, wanted - held.wanted
    queries = held.queries | _read(new, held, now)  # first, so that a failure leaves all as it was
    for interest, text in gone:
        if text in queries:
            held.index.remove(queries[text], interest)
    for interest, text in new:
        if text in queries:
            held.index.add(queries[text], interest)
    texts = {text for _, text in wanted}
    held.queries = {text: query for text, query in queries.items() if text in texts}
    held.wanted = wanted


def _read(new: set[Wanted], held: _Held, now: datetime) -> dict[str, Query]:
    """The queries of those texts that were not read before."""
    destinations: dict[str, list[str]] = {}
    for interest, text in new:
        if text not in held.queries:
            destinations.setdefault(text, []).append(interest.destination)
    found: dict[str, Query] = {}
    for text, places in destinations.items():
        try:
            found[text] = parse_standing(text, held.lexicon, now)
        except UserError as error:
            log.warning("subscription not readable", query=text, destinations=sorted(places), reason=str(error))
    return found
