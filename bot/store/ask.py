"""Answers a query: which cases, which denials.

What a query asks is about one claim (`bot/queries/language.py`), but claims are many and cases few. So the walk goes
over the summary, newest first, and stops when the page is full: over `case_actors` where the query names an actor (the
rarest, if several), else over `cases`. What the summary can rule out is ruled out there; only where it can't decide
alone (two conditions that one claim must fulfil together, a phase, a text, an exclusion) are a case's claims looked at.
`conditions.py` says what each of them is in SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import (
    Connection,
    Select,
    Table,
    func,
    literal,
    or_,
    select,
    union_all,
)

from bot.model import Case, KeptClaim, Query
from bot.store.conditions import ROLES, Clause, is_actor, on_case, on_claim, stories_with
from bot.store.ledger import cases_by_id, claims_of_case, kept_claims
from bot.store.tables import (
    case_actors,
    cases,
    claim_actors,
    claims,
)

Walk = Select[int, datetime]

_ENOUGH = 2_000  # rows after which an actor or a text counts as common, whatever the exact number


_ALL = 2**62  # more rows than there can be
_BATCH = 200  # cases

# ── the questions ────────────────────────────────────────────────────────────────────────────────────────────────────


def find_cases(
    connection: Connection, query: Query, *, limit: int, offset: int = 0, among: Collection[int] | None = None
) -> list[int]:
    """The ids of the cases that have a claim which fits `query`, newest first; `among`: of these only."""
    all_cases = select(cases.c.id.label("id"), cases.c.last_at.label("at"))
    of_actor = select(case_actors.c.case_id.label("id"), case_actors.c.last_at.label("at")).select_from(
        case_actors.join(cases, cases.c.id == case_actors.c.case_id)
    )
    named = _driver(connection, query, case_actors)
    walks = [of_actor.where(is_actor(case_actors, term)) for term in named] if named else [all_cases]
    conditions = on_case(query, named)
    told = [select(claims.c.case_id).where(claims.c.story_id.in_(rare)) for rare in _rare_texts(connection, query)]
    conditions += [cases.c.id.in_(one) for one in told]
    if among is not None:
        conditions.append(cases.c.id.in_(list(among)))
    return _newest(connection, [walk.where(*conditions) for walk in walks], query, limit, offset)


def find_denials(connection: Connection, query: Query, *, limit: int, offset: int = 0) -> list[int]:
    """The ids of the claims that deny something and fit `query`, newest first."""
    with_case = claims.outerjoin(cases, cases.c.id == claims.c.case_id) if _asks(query, "status") else claims
    all_claims = select(claims.c.id.label("id"), claims.c.at.label("at")).select_from(with_case)
    of_actor = select(claim_actors.c.claim_id.label("id"), claim_actors.c.at.label("at")).select_from(
        claim_actors.join(with_case, claims.c.id == claim_actors.c.claim_id)
    )
    named = _driver(connection, query, claim_actors)
    walks = [of_actor.where(is_actor(claim_actors, term)) for term in named] if named else [all_claims]
    conditions = [claims.c.stance == "denies", *on_claim(query)]
    told = [select(_told.c.id).where(_told.c.story_id.in_(rare)) for rare in _rare_texts(connection, query)]
    conditions += [claims.c.id.in_(one) for one in told]
    return _newest(connection, [walk.where(*conditions) for walk in walks], query, limit, offset)


def newest_case(connection: Connection) -> int | None:
    """The highest id that a case has; None in an empty ledger."""
    highest: int | None = connection.scalar(select(func.max(cases.c.id)))
    return highest


def page_of_cases(connection: Connection, query: Query, *, limit: int, offset: int = 0) -> list[Case]:
    """`find_cases` and the cases themselves, from one view of the database."""
    return cases_by_id(connection, find_cases(connection, query, limit=limit, offset=offset))


def page_of_denials(
    connection: Connection, query: Query, *, limit: int, offset: int = 0
) -> list[tuple[KeptClaim, Case | None]]:
    """`find_denials`, each with the case whose claims it answers, from one view of the database."""
    found = kept_claims(connection, find_denials(connection, query, limit=limit, offset=offset))
    ids = list(dict.fromkeys(kept.case_id for kept in found if kept.case_id is not None))
    by_id = {case.id: case for case in cases_by_id(connection, ids)}
    return [(kept, by_id.get(kept.case_id) if kept.case_id is not None else None) for kept in found]


def page_of_claims(
    connection: Connection, case_id: int, *, limit: int, page: int = 0
) -> tuple[Case, list[KeptClaim], bool] | None:
    """A case, a page of its claims in time order (page 0: the newest), and whether there are earlier ones.

    None when there is no such case.
    """
    found = cases_by_id(connection, [case_id])
    if not found:
        return None
    newest = claims_of_case(connection, case_id, limit=(page + 1) * limit + 1)
    end = len(newest) - page * limit
    return found[0], newest[max(end - limit, 0) : max(end, 0)], end > limit


def cases_with_claims(connection: Connection, ids: Sequence[int]) -> list[tuple[Case, list[KeptClaim]]]:
    """The cases with these ids, each with all of its claims, oldest first."""
    return [(case, claims_of_case(connection, case.id)) for case in cases_by_id(connection, ids)]


def cases_found(connection: Connection, query: Query, *, limit: int) -> list[tuple[Case, list[KeptClaim]]]:
    """The cases that have a claim which fits `query`, newest first, with all of their claims."""
    return cases_with_claims(connection, find_cases(connection, query, limit=limit))


def each_case(connection: Connection, query: Query) -> Iterator[tuple[Case, list[KeptClaim]]]:
    """Yield every case that `cases_found` would find, without holding them all in memory."""
    ids = find_cases(connection, query, limit=_ALL)
    for start in range(0, len(ids), _BATCH):
        yield from cases_with_claims(connection, ids[start : start + _BATCH])


def cases_denied(connection: Connection, query: Query, *, limit: int) -> list[tuple[Case, list[KeptClaim]]]:
    """The cases of the newest `limit` denials that fit `query`, newest denial first, with all of their claims."""
    denials = kept_claims(connection, find_denials(connection, query, limit=limit))
    ids = dict.fromkeys(kept.case_id for kept in denials if kept.case_id is not None)
    return cases_with_claims(connection, list(ids))


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _newest(connection: Connection, walks: Sequence[Walk], query: Query, limit: int, offset: int) -> list[int]:
    """The first of all `walks` together. Each is cut where it can add no more, so that each stops early."""
    ordered = []
    for walk in walks:
        number, at = walk.selected_columns
        recent = walk.where(*(at.element >= since for since in _since(query)))
        ordered.append(recent.order_by(at.desc(), number.desc()))
    if len(ordered) == 1:
        return list(connection.scalars(ordered[0].limit(limit).offset(offset)))
    parts = union_all(*(select(walk.limit(limit + offset).subquery()) for walk in ordered)).subquery()
    distinct = select(parts.c.id).group_by(parts.c.id, parts.c.at).order_by(parts.c.at.desc(), parts.c.id.desc())
    return list(connection.scalars(distinct.limit(limit).offset(offset)))


def _driver(connection: Connection, query: Query, table: Table) -> Clause | None:
    """The clause to walk `table` by: one that names only actors, and the rarest ones if there are several such."""
    named = [clause for clause in query.clauses if all(ROLES.get(t.field) and not t.negated for t in clause)]
    if len(named) < 2:
        return named[0] if named else None
    at = table.c.last_at if table is case_actors else table.c.at
    recent = [at >= since for since in _since(query)]
    counts = []
    for clause in named:
        rows = select(literal(1)).where(or_(*(is_actor(table, term) for term in clause)), *recent).limit(_ENOUGH)
        counts.append(select(func.count()).select_from(rows.subquery()).scalar_subquery())
    found = connection.execute(select(*counts)).one()
    return min(zip(found, named, strict=True), key=lambda pair: pair[0])[1]


_told = claims.alias()


def _rare_texts(connection: Connection, query: Query) -> list[Select[int]]:
    """For each text that few stories hold, those stories: going through these beats going through the ledger.

    A name that was misspelt is looked for as a text, so "not there at all" must be told at once.
    """
    found = []
    for clause in query.clauses:
        if len(clause) == 1 and clause[0].field == "text" and not clause[0].negated:
            holding = stories_with(clause[0].value)
            count = select(func.count()).select_from(holding.limit(_ENOUGH).subquery())
            if connection.scalars(count).one() < _ENOUGH:
                found.append(holding)
    return found


def _since(query: Query) -> list[datetime]:
    """The times before which nothing can match."""
    alone = [clause[0] for clause in query.clauses if len(clause) == 1 and not clause[0].negated]
    return [datetime.fromisoformat(term.value) for term in alone if term.field == "since"]


def _asks(query: Query, field: str) -> bool:
    return any(term.field == field for clause in query.clauses for term in clause)
