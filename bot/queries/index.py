"""Finds the standing queries that a claim fits, among very many, without looking at each.

What a query needs of a claim, the rarest first, is a path in a tree; a claim walks down only what it has. The rest (an
exclusion, a time, a long phrase) is looked at where the path ends, with `standing.holds`::

    russia drones                          ┬ actor RU ─ weapon drones ● places
    russia                                 │          └ ● places
    from:iran OR from:belarus -kyiv        ├ from IR ● -kyiv? places
                                           └ from BY ● (the same)

Queries that ask the same are one, however many places keep it. So the cost grows with what fits, in whole or in its
first needs, and not with what is kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Generic, TypeVar

from bot.model import Field, Query, Term
from bot.queries.standing import Said, fold, holds, lines, words

Place = TypeVar("Place", bound=Hashable)
"""Who keeps a query."""

Clause = tuple[Term, ...]
Feature = tuple[Field, str]
"""What a claim has or has not: a field and its value. Of a text, single words and any two in a row."""
Path = tuple[Feature, ...]

# The order of a path: what few claims have, and many queries tell each other apart by, goes first.
_RAREST_FIRST: Final[tuple[Field, ...]] = (
    *("text", "from", "to", "by", "outlet", "actor", "weapon"),
    *("status", "phase", "stance"),
)


@dataclass(slots=True, eq=False)
class _Kept:
    """One query, and the places that keep it, each with how often."""

    paths: tuple[Path, ...]  # of which a claim that fits has at least one in full
    excluded: frozenset[Feature]  # of which it has none
    either: tuple[frozenset[Feature], ...]  # of each of which it has one
    rest: tuple[Clause, ...]  # what else must hold
    places: dict[Any, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Node:
    words: dict[Feature, _Node] = field(default_factory=dict)  # where a text goes on
    others: dict[Feature, _Node] = field(default_factory=dict)
    fitting: list[_Kept] = field(default_factory=list)  # whoever comes here fits these
    asking: list[_Kept] = field(default_factory=list)  # and these only if more is true


class Index(Generic[Place]):
    """Standing queries, each kept for some places."""

    def __init__(self) -> None:
        self._root: _Node = _Node()
        self._kept: dict[frozenset[frozenset[Term]], _Kept] = {}

    def add(self, query: Query, place: Place) -> None:
        """Keep `query` for `place`; what was added twice is to be removed twice."""
        same = _canonical(query)
        kept = self._kept.get(same)
        if kept is None:
            kept = self._kept[same] = _plan(query.clauses)
            for path in kept.paths:
                node = self._root
                for feature in path:
                    node = _next(node, feature).setdefault(feature, _Node())
                _ending_at(node, kept).append(kept)
        kept.places[place] = kept.places.get(place, 0) + 1

    def remove(self, query: Query, place: Place) -> None:
        """Keep `query` for `place` no longer. Raises KeyError if it wasn't kept."""
        same = _canonical(query)
        kept = self._kept[same]
        kept.places[place] -= 1
        if not kept.places[place]:
            del kept.places[place]
        if not kept.places:
            del self._kept[same]
            for path in kept.paths:
                _prune(self._root, path, kept)

    def find(self, said: Iterable[Said], now: datetime) -> set[Place]:
        """The places that keep a query which one of these claims fits at `now`, as `standing.matches` has it."""
        fitting: set[_Kept] = set()
        for one in said:
            words, others = _features(one)
            has = words | others
            nodes = [self._root]
            for node in nodes:
                if node.fitting:
                    fitting.update(node.fitting)
                if node.asking:
                    fitting.update([kept for kept in node.asking if _fits(kept, has, one, now)])
                if node.words:
                    nodes += [node.words[feature] for feature in node.words.keys() & words]
                if node.others:
                    nodes += [node.others[feature] for feature in node.others.keys() & others]
        return set().union(*[kept.places for kept in fitting])


def _canonical(query: Query) -> frozenset[frozenset[Term]]:
    """The same for queries that say the same in another order."""
    return frozenset(map(frozenset, query.clauses))


def _fits(kept: _Kept, has: set[Feature], said: Said, now: datetime) -> bool:
    if not kept.excluded.isdisjoint(has):
        return False
    for features in kept.either:
        if features.isdisjoint(has):
            return False
    return not kept.rest or all(holds(clause, said, now) for clause in kept.rest)


def _ending_at(node: _Node, kept: _Kept) -> list[_Kept]:
    """Which of the lists of a node where its path ends a query belongs to."""
    return node.asking if kept.excluded or kept.either or kept.rest else node.fitting


def _next(node: _Node, feature: Feature) -> dict[Feature, _Node]:
    """Which of the ways on from a node are those of this kind. A story has many words, and few queries ask for any."""
    return node.words if feature[0] == "text" else node.others


def _prune(node: _Node, path: Path, kept: _Kept) -> None:
    if not path:
        _ending_at(node, kept).remove(kept)
        return
    ways = _next(node, path[0])
    child = ways[path[0]]
    _prune(child, path[1:], kept)
    if not (child.words or child.others or child.fitting or child.asking):
        del ways[path[0]]


# ── what a query needs ───────────────────────────────────────────────────────────────────────────────────────────────


def _plan(clauses: Iterable[Clause]) -> _Kept:
    """How to find a query: all that it needs for certain, with one of its OR clauses as a fork, and what is left."""
    certain: set[Feature] = set()
    excluded: set[Feature] = set()
    forks: list[tuple[Path, ...]] = []
    rest: list[Clause] = []
    for clause in clauses:
        needs = tuple(_needs(term) for term in clause)
        if len(clause) == 1 and clause[0].negated and len(needs[0]) == 1:
            excluded.update(needs[0])
            continue
        if not all(needs) or any(term.negated for term in clause):
            rest.append(clause)
            continue
        if len(needs) == 1:
            certain.update(needs[0])
        else:
            forks.append(needs)
        if any(len(need) > 1 for need in needs):  # its words are there in twos, but perhaps not in a row
            rest.append(clause)
    forks.sort(key=lambda fork: max(map(_rank, fork)))
    ways = forks[0] if forks else ((),)
    paths = dict.fromkeys(tuple(sorted({*certain, *way}, key=_order)) for way in ways)
    either = tuple(frozenset(feature for way in fork for feature in way) for fork in forks[1:])
    return _Kept(tuple(paths), frozenset(excluded), either, tuple(rest))


def _needs(term: Term) -> Path:
    """What every claim has of which `term` is true, were it not negated; nothing for a time.

    One feature is enough for it to be true; several are a long phrase's words, which must yet be in a row.
    """
    if term.field in ("since", "until"):
        return ()
    if term.field == "text":
        phrase = words(term.value).split()
        pairs = [f"{one} {next_one}" for one, next_one in pairwise(phrase)]
        return tuple(("text", some) for some in pairs or phrase or [""])  # no claim has "", as no text holds "…"
    return ((term.field, fold(term.value) if term.field == "outlet" else term.value),)


def _rank(need: Path) -> int:
    return min(_RAREST_FIRST.index(field) for field, _ in need)


def _order(feature: Feature) -> tuple[int, str]:
    return _RAREST_FIRST.index(feature[0]), feature[1]


# ── what a claim has ─────────────────────────────────────────────────────────────────────────────────────────────────


def _features(said: Said) -> tuple[set[Feature], set[Feature]]:
    """Those of its text, and the others."""
    claim = said.claim
    parties: Sequence[tuple[Field, str | None]] = (
        ("from", claim.supplier),
        ("to", claim.recipient),
        ("by", claim.claimant),
        *(("actor", code) for code in (claim.supplier, claim.recipient, claim.claimant)),
        ("status", said.status),
    )
    others: set[Feature] = {(name, value) for name, value in parties if value is not None}
    others |= {("stance", claim.stance), ("phase", claim.phase)}
    others |= {("outlet", fold(said.outlet)), ("outlet", fold(said.publisher))}
    others.update(("weapon", weapon) for weapon in claim.weapons)
    in_text: set[Feature] = set()
    for line in lines(said):
        found = line.split()
        in_text.update([("text", word) for word in found])
        in_text.update([("text", f"{one} {next_one}") for one, next_one in pairwise(found)])
    return in_text, others
