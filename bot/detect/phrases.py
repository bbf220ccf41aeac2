"""Finds the longest phrases that the rules know in a row of tokens, and tags them with what they are."""

from __future__ import annotations

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.detect.forms import spellings, verb_forms
from bot.detect.text import Token, tokens, words
from bot.model import Phase, Weapon

_ORIGIN = words("upgraded refurbished made built supplied produced manufactured designed origin donated")
_GOAL = words("bound")
# A named system with letters behind its number: "J-10CE", "F-16V", "Su-30MKMs".
_VERSION = re.compile(r"([A-Za-z]{1,3}-\d{1,3})[A-Z][A-Za-z]{0,3}\d?s?$")
_JOINS = words("and or , /")


@dataclass(frozen=True, slots=True)
class ActorWord:
    """A word for an actor. `form`: name, adjective, seat, person, firm, origin ("Iran-made"), goal ("Moscow-bound")."""

    code: str
    form: str


@dataclass(frozen=True, slots=True)
class WeaponWord:
    """A word for a weapon; a vague one counts only beside a plain one."""

    category: Weapon
    vague: bool
    maker: str | None = None  # the state that a named system is from: "F-16"


@dataclass(frozen=True, slots=True)
class TransferWord:
    """A form of a verb or noun that names a transfer."""

    rule: str
    frame: str  # the rule's class
    phase: Phase
    forms: frozenset[str] = frozenset()  # of a verb: base, s, past, participle, ing
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    cased: tuple[str, ...] | None  # as they must be written; None: in any case
    possessive: bool  # whether it holds a possessive: "Syria's rebels"
    kind: str
    value: Any


def _longest_first(entry: _Entry) -> int:
    return -len(entry.words)


class Phrases:
    """Every phrase of the rules: single words by themselves, longer phrases by their first two words."""

    def __init__(self) -> None:
        self._single: dict[str, list[_Entry]] = defaultdict(list)
        self._longer: dict[str, dict[str, list[_Entry]]] = defaultdict(lambda: defaultdict(list))
        self._written: list[tuple[str, str, Any]] = []

    def enter(self, phrase: str, kind: str, value: Any) -> None:
        """Know a phrase as a `kind`. Words with a capital are matched as written, others in any case."""
        possessive = False
        if phrase.replace(" ", "").isalpha():  # as most names: what `tokens` would give, in a tenth of the time
            written = tuple(phrase.split())
        else:
            found = tokens(phrase)
            written = tuple(token.text for token in found)
            possessive = any(token.possessive for token in found[:-1])
        lower = tuple(" ".join(written).lower().split())
        cased = written if written != lower else None
        row = self._longer[lower[0]][lower[1]] if len(lower) > 1 else self._single[lower[0]]
        # Of two as long, the first rule stays the first.
        insort(row, _Entry(lower, cased, possessive, kind, value), key=_longest_first)
        self._written.append((phrase.lower(), kind, value))

    def enter_verbs(self, verbs: Iterable[str], irregular: Mapping[str, str], kind: str) -> None:
        """Know every form of verbs as a `kind`; the tag's value is the set of what the form may be: base, s, …."""
        for verb in verbs:
            for form, names in _by_form(verb, irregular):
                self.enter(form, kind, names)

    def enter_transfer_verbs(self, verbs: Iterable[str], irregular: Mapping[str, str], word: TransferWord) -> None:
        """Know every form of verbs that name a transfer."""
        for verb in verbs:
            for form, names in _by_form(verb, irregular):
                self.enter(form, "verb", replace(word, forms=names))

    def written(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Every phrase of a kind as it is written in the rules, with its value."""
        longer = (row for by_second in self._longer.values() for row in by_second.values())
        for row in (*self._single.values(), *longer):
            for entry in row:
                if entry.kind == kind:
                    yield " ".join(entry.cased or entry.words), entry.value

    def all(self) -> Iterator[tuple[str, str, Any]]:
        """Every phrase in lower case with its kind and value."""
        return iter(self._written)

    def tag(self, found: list[Token], used: frozenset[str]) -> list[Token]:
        """Merge tokens into known phrases and tag them; a weapon before a word of `used` is no goods."""
        tagged: list[Token] = []
        at = 0
        while at < len(found):
            length, tags = self._longest(found, at)
            token = found[at]
            if length > 1 and token.low == "the" and self._longest(found, at + 1)[0] >= length:
                length, tags = 1, {}  # "The State Department" is no "the state"
            if length > 1:
                last = found[at + length - 1]
                text = " ".join(part.text for part in found[at : at + length])
                token = Token(text, text.lower(), token.start, last.end, last.possessive)
            if "none" in tags:
                tags.pop("weapon", None)  # "Shell" in capitals is the firm
            token.tags = tags or self._compound(token)
            tagged.append(token)
            at += length
        _untag_used(tagged, used)
        return tagged

    def _longest(self, found: list[Token], at: int) -> tuple[int, dict[str, Any]]:
        """How many tokens the longest known phrase at `at` takes, at least one, and what it is known as."""
        best = 1
        tags: dict[str, Any] = {}
        low = found[at].low
        if (by_second := self._longer.get(low)) and at + 1 < len(found):
            for entry in by_second.get(found[at + 1].low, ()):
                length = len(entry.words)
                if length < best:
                    break
                if (length == best and entry.kind in tags) or not _stands(entry, found[at : at + length]):
                    continue
                best = length
                tags[entry.kind] = entry.value
        if best == 1:
            for entry in self._single.get(low, ()):
                if entry.kind not in tags and _stands(entry, found[at : at + 1]):
                    tags[entry.kind] = entry.value
        return best, tags

    def _compound(self, token: Token) -> dict[str, Any]:
        """ "Chinese-made" and "Moscow-bound" tell an origin and a goal, "16-helicopter" what a deal is about."""
        if "-" not in token.text:
            return {}
        if version := _VERSION.match(token.text):
            return self._weapon_in(version.group(1))  # "J-10CE" is a J-10
        head, _, tail = token.text.rpartition("-")
        if head.isdigit() and (parts := tokens(tail)):
            tags = self._longest(parts, 0)[1]
            return {"weapon": tags["weapon"]} if "weapon" in tags else {}
        if head.lower() == "ex":  # "ex-Danish F-16s"
            tags = self._longest(tokens(tail), 0)[1]
            former = "actor" in tags and tags["actor"].form == "adjective"
            return {"actor": ActorWord(tags["actor"].code, "origin")} if former else {}
        if tail not in _ORIGIN | _GOAL:
            return self._weapon_in(f"{head} {tail}") if head.isalpha() else {}  # "patrol-boat contract"
        parts = tokens(head)
        length, tags = self._longest(parts, 0)
        if "actor" not in tags or length != len(parts):
            return {}
        return {"actor": ActorWord(tags["actor"].code, "origin" if tail in _ORIGIN else "goal")}

    def _weapon_in(self, text: str) -> dict[str, Any]:
        """The weapon that a text names as a whole, if it does."""
        parts = tokens(text)
        length, tags = self._longest(parts, 0) if parts else (0, {})
        return {"weapon": tags["weapon"]} if "weapon" in tags and length == len(parts) else {}


def _by_form(verb: str, irregular: Mapping[str, str]) -> Iterator[tuple[str, frozenset[str]]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for spelling in spellings(verb):
        for name, form in verb_forms(spelling, irregular.get(verb)).items():
            if spelling == verb or name not in {"base", "s"}:
                forms[form].add(name)
    for form, names in forms.items():
        yield form, frozenset(names)


def _stands(entry: _Entry, span: list[Token]) -> bool:
    """Whether a phrase stands in a span of tokens as it must be written."""
    length = len(entry.words)
    if len(span) < length or (length > 2 and any(t.low != word for t, word in zip(span, entry.words, strict=True))):
        return False
    if entry.kind != "none" and not entry.possessive and any(token.possessive for token in span[:-1]):
        return False
    return not entry.cased or _written_so(span, entry.cased)


def _written_so(span: list[Token], cased: tuple[str, ...]) -> bool:
    """Capitals must stand where the rule has them; a long word may stand in capitals throughout ("RUSSIA")."""
    return all(
        token.text == word or (token.text.isupper() and len(word) > 3) or (word.islower() and token.low == word)
        for token, word in zip(span, cased, strict=True)
    )


def _untag_used(row: list[Token], used: frozenset[str]) -> None:
    """Take the tag from weapons that are only used or tested: "missile and drone attacks"."""
    for i in range(len(row) - 1, -1, -1):
        if "weapon" not in row[i].tags:
            continue
        j = i + 1
        while j < len(row) and j - i < 6 and row[j].low in _JOINS:
            j += 1
        follows = row[j] if j < len(row) else None
        if follows and (follows.low in used or ("none" in follows.tags and j > i + 1)):
            row[i].tags = {"none": True}
