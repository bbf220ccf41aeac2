"""Fills a database with made-up claims in realistic shares, in bulk: a million in about a minute.

Both sizes are the same feeds, 300 claims a day, for a month or for nine years. Few actors are in most claims and few
cases hold most (Zipf), the largest some tens of thousands; a case has a dozen speakers; 15% of claims deny something.
Rows go straight into the tables, with the summary that the ledger would make.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.detect import lexicon
from bot.model import PHASES, WEAPONS
from bot.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_CLAIMS_A_DAY = 300
_CLAIMS_A_CASE = 25
_CLAIMS_A_STORY = 2
_BUSY = ("RU", "US", "UA", "IR", "IL", "KP", "CN", "GB", "DE", "FR", "TR", "SA", "AE", "PL", "IN", "PK", "RS", "KR")
_WORDS = "shipment denied officials said report artillery port minister border cargo train flight deal sources".split()  # noqa: SIM905


def fill(path: Path, claims: int, seed: int = 1) -> None:
    """Make a database at `path` with so many claims; leave one that is there alone."""
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    asyncio.run(_make_tables(unfinished))
    connection = sqlite3.connect(unfinished, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("BEGIN")
    _write(connection, claims, random.Random(seed))
    for _, sql in indexes:
        connection.execute(sql)
    connection.executescript(_SUMMARY)  # ends the transaction first, which is as good
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    unfinished.rename(path)


async def _make_tables(path: Path) -> None:
    async with await Store.open(path):
        pass


def _write(connection: sqlite3.Connection, count: int, rng: random.Random) -> None:
    connection.execute("INSERT INTO feeds (id, url, interval, enabled) VALUES (1, 'http://127.0.0.1/feed', 300, 1)")
    cases = list(_cases(count // _CLAIMS_A_CASE, rng))
    connection.executemany(
        "INSERT INTO cases (id, supplier, recipient, status, publishers, first_at, last_at)"
        " VALUES (?, ?, ?, 'alleged', 0, 0, 0)",
        ((number, supplier, recipient) for number, (supplier, recipient, *_) in enumerate(cases, 1)),
    )
    connection.execute("CREATE TEMP TABLE weapons (claim_id INTEGER, weapon TEXT)")
    rows = _claims(cases, count, rng)
    outlets = [f"Outlet {number}" for number in range(1, 301)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, 301)))
    while batch := list(itertools.islice(rows, 50_000)):
        stories = {row[1]: row[-1] for row in batch}
        named = dict(zip(stories, rng.choices(outlets, cum_weights=weights, k=len(stories)), strict=True))
        connection.executemany(
            "INSERT OR IGNORE INTO stories"  # a story's claims may lie in two batches
            " (id, feed_id, key, hash, title, summary, body, outlet, publisher, url, published, seen, at)"
            " VALUES (?1, 1, 'story-' || ?1, '', ?2, ?3, '', ?4, ?4, 'https://example.org/' || ?1, ?5, ?5, ?5)",
            ((story, _text(rng, 8), _text(rng, 25), named[story], at) for story, at in stories.items()),
        )
        connection.executemany(
            "INSERT INTO claims (id, story_id, case_id, stance, claimant, supplier, recipient, phase, words, rules, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
            ((*row[:8], _text(rng, 12), row[-1]) for row in batch),
        )
        connection.executemany(
            "INSERT INTO temp.weapons VALUES (?, ?)",
            ((row[0], weapon) for row in batch for weapon in set(rng.choices(WEAPONS, k=rng.choice((1, 1, 2))))),
        )


def _cases(count: int, rng: random.Random) -> Iterator[tuple[str, str, list[str], int, int]]:
    """Supplier, recipient, who else speaks of it, and from when to when, in microseconds since 1970."""
    codes = [code for code in lexicon.load().actors if code not in _BUSY and code != "MEDIA"]
    actors = [*_BUSY, *codes]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(actors) + 1)))
    end = int(NOW.timestamp())
    start = int((NOW - timedelta(days=count * _CLAIMS_A_CASE / _CLAIMS_A_DAY)).timestamp())
    for rank in range(count):
        supplier, recipient = rng.choices(actors, cum_weights=weights, k=2)
        while recipient == supplier:
            recipient = rng.choice(actors)
        speakers = rng.choices(actors, cum_weights=weights, k=12)
        if rank < 20:  # what never ends
            yield supplier, recipient, speakers, start, end
        else:
            first = rng.randint(start, end)
            yield supplier, recipient, speakers, first, min(end, first + int(rng.expovariate(1 / 60) * 86_400) + 1)


def _claims(
    cases: list[tuple[str, str, list[str], int, int]], count: int, rng: random.Random
) -> Iterator[tuple[int, int, int, str, str | None, str, str, str, int]]:
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(cases) + 1)))
    numbers = iter(range(1, count + 1))
    for story in itertools.count(1):
        case = rng.choices(range(len(cases)), cum_weights=weights)[0]
        supplier, recipient, speakers, first, last = cases[case]
        at = rng.randint(first, last) * 1_000_000
        for number in itertools.islice(numbers, rng.randint(1, 2 * _CLAIMS_A_STORY - 1)):
            denies = rng.random() < 0.15
            others = (rng.choice(speakers), rng.choice(speakers), "MEDIA", "MEDIA", None)
            claimant = rng.choice((supplier, recipient) if denies else (supplier, recipient, *others))
            stance = "denies" if denies else "asserts"
            yield number, story, case + 1, stance, claimant, supplier, recipient, rng.choice(PHASES), at
        if number == count:
            return


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words))


# What bot/store/ledger.py makes of each case's claims, for all cases at once. The status is simplified: it is not
# what is measured.
_SUMMARY = """
INSERT INTO claim_weapons (claim_id, weapon) SELECT claim_id, weapon FROM temp.weapons ORDER BY 1, 2;
INSERT INTO claim_actors (actor, role, at, claim_id)
    SELECT supplier, 'from', at, id FROM claims UNION SELECT supplier, 'any', at, id FROM claims
    UNION SELECT recipient, 'to', at, id FROM claims UNION SELECT recipient, 'any', at, id FROM claims
    UNION SELECT claimant, 'by', at, id FROM claims WHERE claimant IS NOT NULL
    UNION SELECT claimant, 'any', at, id FROM claims WHERE claimant IS NOT NULL
    ORDER BY 1, 2, 3, 4;
DELETE FROM cases WHERE id NOT IN (SELECT case_id FROM claims);
INSERT INTO case_voices (case_id, stance, claimant, claim_id, first_at, last_at, claims)
    SELECT case_id, stance, coalesce(claimant, ''), id, min(at), max(at), count(*)
    FROM claims GROUP BY case_id, stance, claimant;
UPDATE case_voices SET claim_id = (
    SELECT id FROM claims WHERE claims.case_id = case_voices.case_id AND claims.stance = case_voices.stance
        AND claims.claimant IS nullif(case_voices.claimant, '') ORDER BY at DESC, id DESC LIMIT 1);
INSERT INTO case_stories (case_id, publisher, story_id)
    SELECT DISTINCT case_id, publisher, stories.id FROM claims JOIN stories ON stories.id = story_id ORDER BY 1, 2, 3;
INSERT INTO case_weapons (case_id, weapon)
    SELECT DISTINCT case_id, weapon FROM claims JOIN claim_weapons ON claim_id = claims.id ORDER BY 1, 2;
UPDATE cases SET
    first_at = (SELECT min(first_at) FROM case_voices WHERE case_id = cases.id),
    last_at = (SELECT max(last_at) FROM case_voices WHERE case_id = cases.id),
    publishers = (SELECT count(DISTINCT publisher) FROM case_stories WHERE case_id = cases.id),
    story_id = (SELECT story_id FROM claims WHERE claims.case_id = cases.id ORDER BY at DESC, id DESC LIMIT 1),
    status = CASE (SELECT count(DISTINCT stance) FROM case_voices WHERE case_id = cases.id)
        WHEN 2 THEN 'contested' ELSE 'alleged' END;
INSERT INTO case_actors (actor, role, last_at, case_id)
    SELECT supplier, 'from', last_at, id FROM cases UNION SELECT supplier, 'any', last_at, id FROM cases
    UNION SELECT recipient, 'to', last_at, id FROM cases UNION SELECT recipient, 'any', last_at, id FROM cases
    UNION SELECT claimant, 'by', cases.last_at, id FROM case_voices JOIN cases ON id = case_id WHERE claimant != ''
    UNION SELECT claimant, 'any', cases.last_at, id FROM case_voices JOIN cases ON id = case_id WHERE claimant != ''
    ORDER BY 1, 2, 3, 4;
INSERT INTO story_text (rowid, title, summary) SELECT id, title, summary FROM stories;
"""
