"""What a query asks for, as conditions in SQL on a case and on a claim.

Each has its twin in `bot/queries/standing.py`; a property test holds the two to the same answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, false, func, or_, select

from bot.model import Query, Term
from bot.store.tables import case_actors, case_voices, case_weapons, cases, claim_weapons, claims, stories, story_text

Condition = ColumnElement[bool]
Clause = tuple[Term, ...]

ROLES: Final[dict[str, str]] = {"actor": "any", "from": "from", "to": "to", "by": "by"}
"""Which role in `case_actors` and `claim_actors` a field asks for."""


def is_actor(table: FromClause, term: Term) -> Condition:
    return and_(table.c.actor == term.value, table.c.role == ROLES[term.field])


def stories_with(text: str) -> Select[int]:
    """The stories that hold `text`, which is quoted as one FTS5 string, in which nothing is an operator."""
    quoted = '"' + text.replace('"', '""') + '"'
    return select(story_text.c.rowid).where(story_text.c.story_text.match(quoted))


# ── conditions on a case ─────────────────────────────────────────────────────────────────────────────────────────────


def on_case(query: Query, walked: Clause | None) -> list[Condition]:
    """What a case must fulfil: what its summary says, and a look at its claims where the summary can't decide.

    `walked`: the clause that all cases on the walk fulfil by themselves.
    """
    conditions = []
    about_claims = [clause for clause in query.clauses if any(term.field != "status" for term in clause)]
    decided = len(about_claims) <= 1
    for clause in query.clauses:
        if clause == walked:
            continue
        summed = [_in_summary(term) for term in clause]
        known = [condition for condition in summed if condition is not None]
        if len(known) == len(summed):
            conditions.append(or_(*known))
        else:
            decided = False
    if not decided:
        conditions.append(exists().where(claims.c.case_id == cases.c.id, *on_claim(query)))
    return conditions


_named = case_actors.alias()  # beside the walk, which may be over the table itself


def _in_summary(term: Term) -> Condition | None:
    """Whether the case has a claim that fits `term`, as its summary tells; None where it doesn't."""
    value = term.value
    if term.field == "status":
        return cases.c.status != value if term.negated else cases.c.status == value
    if term.negated:
        return None  # that some claim has it does not tell that another lacks it
    match term.field:
        case "actor" | "from" | "to" | "by":
            return exists().where(_named.c.case_id == cases.c.id, is_actor(_named, term))
        case "weapon":
            return exists().where(case_weapons.c.case_id == cases.c.id, case_weapons.c.weapon == value)
        case "stance":
            return exists().where(case_voices.c.case_id == cases.c.id, case_voices.c.stance == value)
        case "since":
            return cases.c.last_at >= datetime.fromisoformat(value)
        case "until":
            return cases.c.first_at < datetime.fromisoformat(value)
        case _:
            return None


# ── conditions on a claim ────────────────────────────────────────────────────────────────────────────────────────────


def on_claim(query: Query) -> list[Condition]:
    return [or_(*(_with_sign(term) for term in clause)) for clause in query.clauses]


def _with_sign(term: Term) -> Condition:
    condition = _fits(term)
    return ~func.coalesce(condition, false()) if term.negated else condition


def _fits(term: Term) -> Condition:
    """Whether a row of `claims` fits; NULL where a party is unknown."""
    value = term.value
    match term.field:
        case "actor":
            return or_(*(column.is_not_distinct_from(value) for column in _PARTIES))
        case "from":
            return claims.c.supplier == value
        case "to":
            return claims.c.recipient == value
        case "by":
            return claims.c.claimant == value
        case "weapon":
            return exists().where(claim_weapons.c.claim_id == claims.c.id, claim_weapons.c.weapon == value)
        case "status":
            return cases.c.status == value
        case "stance":
            return claims.c.stance == value
        case "phase":
            return claims.c.phase == value
        case "outlet":
            wanted = func.lower(value)
            written = or_(func.lower(stories.c.outlet) == wanted, func.lower(stories.c.publisher) == wanted)
            return exists().where(stories.c.id == claims.c.story_id, written)
        case "since":
            return claims.c.at >= datetime.fromisoformat(value)
        case "until":
            return claims.c.at < datetime.fromisoformat(value)
        case "text":
            return claims.c.story_id.in_(stories_with(value))


_PARTIES = (claims.c.claimant, claims.c.supplier, claims.c.recipient)
