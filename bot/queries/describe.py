"""Says a query in words, so that people see how they were understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.detect.lexicon import Lexicon
from bot.model import Field, Query, Term

_HEADS = {"asserts": "assertions", "denies": "denials"}
_ARMS = "arms"  # where a query names no weapon


def describe(query: Query, lexicon: Lexicon) -> str:
    """The query in plain words: "claims about Iran supplying drones since 24 November 2022"."""
    clauses = list(query.clauses)
    stance = _take(clauses, "stance")
    head = _HEADS[stance[0].value] if stance and len(stance) == 1 else "claims"
    suppliers = _names(_take(clauses, "from"), lexicon)
    recipients = _names(_take(clauses, "to"), lexicon)
    weapons = _names(_take(clauses, "weapon"), lexicon)
    parts = [head]
    if subject := _subject(suppliers, recipients, weapons):
        parts.append(f"about {subject}")
    # What time it is about is said last, what is excluded after the rest.
    clauses.sort(key=lambda clause: (clause[0].field in ("since", "until"), any(term.negated for term in clause)))
    parts.extend(_clause(clause, lexicon) for clause in clauses)
    return " ".join(parts)


def _take(clauses: list[tuple[Term, ...]], field: Field) -> tuple[Term, ...] | None:
    """Remove and return the first clause that is only about `field` and excludes nothing."""
    for clause in clauses:
        if all(term.field == field and not term.negated for term in clause):
            clauses.remove(clause)
            return clause
    return None


def _subject(suppliers: str, recipients: str, weapons: str) -> str:
    if suppliers and recipients:
        return f"{suppliers} supplying {recipients} with {weapons or _ARMS}"
    if suppliers:
        return f"{suppliers} supplying {weapons or _ARMS}"
    if recipients:
        return f"{recipients} receiving {weapons or _ARMS}"
    return weapons


def _names(clause: tuple[Term, ...] | None, lexicon: Lexicon) -> str:
    return _either([_value(term, lexicon) for term in clause or ()])


def _value(term: Term, lexicon: Lexicon) -> str:
    match term.field:
        case "actor" | "from" | "to" | "by":
            return lexicon.name(term.value)
        case "weapon":
            return "unspecified arms" if term.value == "unspecified" else term.value.replace("-", " ")
        case "since":
            return _day(datetime.fromisoformat(term.value))
        case "until":  # the first moment after it
            return _day(datetime.fromisoformat(term.value) - timedelta(microseconds=1))
        case "text":
            return f"“{term.value}”"
        case _:
            return term.value


def _clause(clause: tuple[Term, ...], lexicon: Lexicon) -> str:
    first = clause[0]
    if all(term.field == first.field and not term.negated for term in clause):
        return _phrase(first.field, _names(clause, lexicon))
    if all(term.negated for term in clause):
        return "but not " + " and ".join(_phrase(term.field, _value(term, lexicon)) for term in clause)
    return _either(["not " * term.negated + _phrase(term.field, _value(term, lexicon)) for term in clause])


def _phrase(field: Field, value: str) -> str:
    match field:
        case "actor":
            return f"involving {value}"
        case "from":
            return f"with {value} as supplier"
        case "to":
            return f"with {value} as recipient"
        case "by":
            return f"made by {value}"
        case "weapon":
            return f"about {value}"
        case "status":
            return f"in {value} cases"
        case "stance":
            return f"that {'assert' if value == 'asserts' else 'deny'}"
        case "phase":
            return f"of a transfer that is {value}"
        case "outlet":
            return f"reported by {value}"
        case "text":
            return f"with {value}"
        case _:
            return f"{field} {value}"


def _either(values: Sequence[str]) -> str:
    return " or ".join(values)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
