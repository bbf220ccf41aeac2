"""Completes a query while it is typed: `drones from:north k` → `drones from:North Korea`. Pure.

Each choice is the whole query, so that a platform can put it in the place of what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from bot.detect.lexicon import Lexicon
from bot.model import PHASES, STANCES, STATUSES, WEAPONS
from bot.queries.language import FIELDS, MEDIA, nearest

MOST = 25
"""Choices: what Discord shows, and more than anybody reads."""

_NAME_WORDS = 5  # that a name may have: "Democratic Republic of the Congo"
_RANK = {"firm": 1, "group": 2}  # of kinds of actors, behind states and their alliances
_LEAST_TYPO = 4  # characters from which on a misspelt name is looked for
_TIMES = ("today", "yesterday", "7d", "30d", "90d", "6m", "1y")
_STARTS = ("from:", "to:", "by:", "weapon:", "status:", "since:")
# What is being typed: a - or not, a field or not, an actor and an arrow or not, and then the beginning of a value.
_TYPED = re.compile(r"(?P<lead>-?(?P<field>[a-z]+:)?(?P<arrow>[^\s:>→]*(?:->|>|→))?)(?P<stem>[^:>→]*)")


def completions(text: str, lexicon: Lexicon) -> list[str]:
    """Return at most 25 queries that `text` may be the beginning of, likeliest first; none where nothing is known.

    Completed are actors, by their names though they be typed as adjectives or capitals, weapons, fields and their
    values. A name of several words is found from any of them: "north k", "korea".
    """
    if text.count('"') % 2:  # a quote is open: what is in it is the person's own
        return []
    for before, field, stem in _readings(text):
        if found := [f"{before}{value}" for value in islice(_values(field, stem, lexicon), MOST)]:
            return found
    return []


def _readings(text: str) -> Iterator[tuple[str, str, str]]:
    """What stands before that which is typed, the field that it is for, and it: the most words of a name first."""
    words = text.split(" ")
    for count in range(min(_NAME_WORDS, len(words)), 0, -1):
        if typed := _TYPED.fullmatch(" ".join(words[-count:])):
            before = "".join(f"{word} " for word in words[:-count])
            field = "to:" if typed["arrow"] else typed["field"] or ""
            yield before + typed["lead"], field, typed["stem"].casefold()


def _values(field: str, stem: str, lexicon: Lexicon) -> Iterable[str]:
    match field:
        case "":
            return _bare(lexicon, stem)
        case "from:" | "to:":
            return _actors(lexicon, stem)
        case "by:":
            return chain(_beginning((lexicon.name(MEDIA).casefold(),), stem), _actors(lexicon, stem))
        case "weapon:":
            return _beginning(WEAPONS, stem)
        case "status:":
            return _beginning(STATUSES, stem)
        case "stance:":
            return _beginning(STANCES, stem)
        case "phase:":
            return _beginning(PHASES, stem)
        case "since:" | "until:":
            return _beginning(_TIMES, stem)
        case _:
            return ()


def _beginning(values: Iterable[str], stem: str) -> list[str]:
    return [value for value in values if value.startswith(stem)]


def _bare(lexicon: Lexicon, stem: str) -> Iterator[str]:
    """What a term may begin with: an actor, a weapon, a field."""
    if not stem:
        yield from _STARTS
        return
    yield from _beginning([f"{field}:" for field in FIELDS], stem)
    yield from islice(_actors(lexicon, stem), MOST // 2)
    yield from islice(_weapons(lexicon, stem), MOST // 2)


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _actors(lexicon: Lexicon, stem: str) -> Iterator[str]:
    """Names of actors: who is called so, then who has another word that begins so; without any, one misspelt.

    States go before firms, and both before armed groups. Where nothing is typed yet: who exports arms.
    """
    if not stem:
        yield from sorted(map(lexicon.name, lexicon.exporters))
        return
    if stem.endswith(" ") and lexicon.find_actor(stem):  # a whole name: what comes next is another term
        return
    others = {lexicon.find_actor(word) for word in lexicon.actor_words() if len(word) > 2 and word.startswith(stem)}
    ranked = []
    for actor in lexicon.actors.values():
        name = actor.name.casefold()
        called = name.startswith(stem) or f" {stem}" in name
        if (called or actor.code in others) and lexicon.find_actor(actor.name) == actor.code:
            ranked.append((_RANK.get(actor.kind, 0), not called, not name.startswith(stem), actor.name))
    yield from (name for *_, name in sorted(ranked))
    if not ranked and len(stem) >= _LEAST_TYPO:
        near = nearest(stem, [actor.name for actor in lexicon.actors.values() if actor.kind != "group"])
        yield from filter(None, [near])


def _weapons(lexicon: Lexicon, stem: str) -> Iterator[str]:
    """Categories, then words that mean one; of a word's forms the shortest."""
    shown: list[str] = []
    for word in _beginning((*WEAPONS, *sorted(_beginning(lexicon.weapon_words(), stem), key=len)), stem):
        if not any(word.startswith(one) or one.startswith(word) for one in shown):
            shown.append(word)
            yield word
