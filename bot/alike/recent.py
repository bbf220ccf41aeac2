"""Finds the recent stories that another one tells again: another outlet's, a rewritten headline, an edited entry.

Pure: stories come in as sketches, and the ids of those that are alike come out.

Headlines are alike that share most of their words, weighed by how rare these are, and none of these guards speaks up:

- time: four days apart or more is a later event
- kind: one explains, comments, shows pictures or reports live, the other tells the news
- turn: one denies, warns, condemns, sanctions …, and the other does nothing of the sort
- count: "day 249" and "day 250", "$400 million" and "$675 million", the first and the second
- actors: each names one of whom the other story, summary and all, says nothing
- weapons: both name some, and none in common

Why words and guards, not a similarity alone: of real pairs, near misses ("Iran denies…", "another $400 million") are as
similar as rewritten headlines are, by every measure that was tried (`benchmarks/duplicates.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.alike.sketch import Sketch

REACH = timedelta(days=4)
"""How far apart two stories may be to tell the same. In the labelled pairs the furthest were 3 days."""

# Tuned on the labelled pairs that benchmarks/duplicates.py calls so.
_SHARED = 0.36  # of the weight of both headlines' words
_SHARED_A_DAY = 0.12  # more, for each day between the two
_SAME_FIGURE = 0.05  # less, if both count the same days or money
_SAME_CLAIM = 0.1  # less, if the same claim was read from both
_SHARED_COMMENT = 0.65  # if both are comments, live pages …: their words are about the event, not about what they say
_CANDIDATES = 40
_LOOKED_AT = 800  # stories with one of a headline's words, the rarest word first, among which candidates are looked for
_FEWEST_WORDS = 3  # by which they are looked for, however common these are
_PRIOR = 2_000  # stories that a word's weight is judged against beside those that are kept
_SAME_NUMBER = 0.06  # "$1.8 billion", "$1.85 billion"


def _guarded(a: Sketch, b: Sketch) -> bool:
    """Whether something says that these are two stories, however much their words are alike."""
    return (
        abs(a.at - b.at) >= REACH
        or a.kind != b.kind
        or a.turns != b.turns
        or ("deny" in a.turns and a.speaker != b.speaker)
        or _count_otherwise(a, b)
        or bool(a.actors - b.told_of and b.actors - a.told_of)
        or bool(a.weapons and b.weapons and not a.weapons & b.armed_with and not b.weapons & a.armed_with)
    )


def _needed(a: Sketch, b: Sketch) -> float:
    """The share of their words' weight that two headlines must have in common: more, the further apart they are."""
    if a.kind != "news":
        return _SHARED_COMMENT
    agreed = max(bool(a.counts & b.counts) * _SAME_FIGURE, bool(a.says & b.says) * _SAME_CLAIM)
    return _SHARED - agreed + _SHARED_A_DAY * (abs(a.at - b.at) / timedelta(days=1))


def _count_otherwise(a: Sketch, b: Sketch) -> bool:
    if a.is_repeated != b.is_repeated:
        return True
    for what in {what for what, _ in a.counts} & {what for what, _ in b.counts}:
        mine, theirs = ({number for of, number in one.counts if of == what} for one in (a, b))
        if not any(math.isclose(x, y, rel_tol=_SAME_NUMBER if what == "$" else 0) for x in mine for y in theirs):
            return True
    return False


class Recent:
    """The stories of late, to find those among them that another one tells again."""

    def __init__(self) -> None:
        self._sketches: dict[int, Sketch] = {}
        self._told: Counter[str] = Counter()  # how many of them have a word
        self._days: dict[int, dict[str, set[int]]] = {}  # by day and word

    def add(self, sketch: Sketch) -> None:
        """Keep a story, in the place of what was kept with its id. One whose headline holds no word is like none."""
        self.remove(sketch.id)
        if not sketch.words:
            return
        self._sketches[sketch.id] = sketch
        self._told.update(sketch.words)
        day = self._days.setdefault(sketch.at.toordinal(), {})
        for word in sketch.words:
            day.setdefault(word, set()).add(sketch.id)

    def remove(self, story_id: int) -> None:
        """Keep a story no longer."""
        old = self._sketches.pop(story_id, None)
        if old is None:
            return
        day = self._days[old.at.toordinal()]
        for word in old.words:
            self._told[word] -= 1
            if not self._told[word]:
                del self._told[word]
            day[word].discard(story_id)
            if not day[word]:
                del day[word]
        if not day:
            del self._days[old.at.toordinal()]

    def forget(self, before: datetime) -> None:
        """Keep none of the stories of the days before the one of `before`."""
        for day in [day for day in self._days if day < before.toordinal()]:
            for story_id in set().union(*self._days[day].values()):
                self.remove(story_id)

    def find(self, sketch: Sketch) -> list[int]:
        """The ids of the kept stories that are alike, the one most like it first."""
        alike: list[tuple[float, int]] = []
        weights = _Weights(self._told, len(self._sketches))
        own = weights.of(sketch.words)
        for number in self._candidates(sketch):
            other = self._sketches[number]
            if number == sketch.id or _guarded(sketch, other):
                continue
            needed = _needed(sketch, other)
            both = weights.of(sketch.words & other.words)
            # The other weighs as much as what they share at least, so that most need not be weighed.
            if 2 * both >= needed * (own + both) and 2 * both >= needed * (own + weights.of(other.words)):
                alike.append((-both / (own + weights.of(other.words) or 1), number))
        return [number for _, number in sorted(alike)]

    def _candidates(self, sketch: Sketch) -> list[int]:
        """Those within reach that share most of its rarest words."""
        today = sketch.at.toordinal()
        days = [self._days[day] for day in range(today - REACH.days, today + REACH.days + 1) if day in self._days]
        with_word = [[day[word] for day in days if word in day] for word in sketch.words]
        found: Counter[int] = Counter()
        seen = 0
        for used, ids in enumerate(sorted(with_word, key=lambda ids: sum(map(len, ids)))):
            seen += sum(map(len, ids))
            if used >= _FEWEST_WORDS and seen > _LOOKED_AT:
                break
            for some in ids:
                found.update(some)
        least = sorted(found.values(), reverse=True)[:_CANDIDATES][-1] if found else 0
        return [number for number, words in found.items() if words >= least][:_CANDIDATES]


class _Weights(dict[str, float]):
    """What words weigh, worked out as they are met: the more, the fewer of so many stories have them."""

    def __init__(self, told: Counter[str], stories: int) -> None:
        self._told, self._stories = told, stories + _PRIOR

    def __missing__(self, word: str) -> float:
        weight = self[word] = math.log(self._stories / (self._told[word] + 1))
        return weight

    def of(self, words: Iterable[str]) -> float:
        """What these weigh together."""
        return sum([self[word] for word in words])
