"""Knows the words: actors, weapons, verbs, speech. Built once from the rules; then only read.

States' names, demonyms and capitals come from the countryinfo package; `rules/*.toml` add what it lacks.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import ahocorasick_rs
import countryinfo

from bot.detect.forms import plural
from bot.detect.groups import with_groups
from bot.detect.namesakes import Namesakes, without_namesakes
from bot.detect.phrases import ActorWord, Phrases, TransferWord, WeaponWord
from bot.detect.rules import Rules, read_rules
from bot.detect.text import Token
from bot.model import UNKNOWN, WEAPONS, Weapon

_HYPHEN = re.compile(r"([A-Za-z])-(\d)")  # in "S-300", "MiG-29"


@dataclass(frozen=True, slots=True)
class Actor:
    """A state, bloc, group or firm. `state` is the state that a firm stands for as a supplier."""

    code: str
    name: str
    kind: str = "state"
    state: str | None = None


@dataclass(slots=True)
class Lexicon:
    """What the rules say, ready to be looked up."""

    actors: dict[str, Actor] = field(default_factory=dict)
    carriers: dict[str, str] = field(default_factory=dict)  # outlet name → the actor it speaks for
    exporters: frozenset[str] = frozenset()  # who sells where a deal does not tell
    wars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # where it is fought → the sides
    rivals: frozenset[frozenset[str]] = frozenset()  # pairs that don't arm each other
    epithets: Mapping[str, frozenset[str]] = field(default_factory=dict)  # "the kingdom" → whom it may mean
    _phrases: Phrases = field(default_factory=Phrases)
    _actor_words: dict[str, str] = field(default_factory=dict)  # in lower case → code
    _weapon_words: dict[str, Weapon] = field(default_factory=dict)  # in lower case
    _families: dict[str, str] = field(default_factory=dict)  # outlet name in lower case → who stands behind it
    _used: frozenset[str] = frozenset()  # words behind a weapon that is only used
    _namesakes: Namesakes = field(default_factory=Namesakes)
    _groups: dict[str, dict[str, str]] = field(default_factory=dict)  # noun → state → the group's code
    _group_states: dict[str, str] = field(default_factory=dict)  # the group's code → its state
    _hints: ahocorasick_rs.AhoCorasick | None = None  # of the words without which no story is about arms

    def name(self, code: str | None) -> str:
        """How an actor is shown: "North Korea" for KP, ".." for None, a readable form for an unknown code."""
        if code is None:
            return UNKNOWN
        if code == "MEDIA":
            return "media"
        known = self.actors.get(code)
        return known.name if known else code if len(code) <= 4 else code.capitalize()

    def find_actor(self, words: str) -> str | None:
        """The code of the actor that a name, demonym, capital, seat or code means, in any case; else None."""
        wanted = " ".join(words.lower().split())
        for form in (wanted, wanted.removeprefix("the "), f"the {wanted}"):
            if form in self._actor_words:
                return self._actor_words[form]
        return None

    def find_weapon(self, words: str) -> Weapon | None:
        """The category that its name or a word of it means, in any case; else None."""
        return self._weapon_words.get(" ".join(words.lower().split()))

    def actor_words(self) -> Collection[str]:
        """Every word that `find_actor` takes, in lower case."""
        return self._actor_words.keys()

    def weapon_words(self) -> Collection[str]:
        """Every word that `find_weapon` takes, in lower case."""
        return self._weapon_words.keys()

    def group_of(self, noun: str, state: str) -> str | None:
        """The code of the armed group of a state that a noun alone means: "rebels" in a story about Syria."""
        return self._groups.get(noun, {}).get(state)

    def state_of_group(self, code: str | None) -> str | None:
        """The state that an armed group without a name of its own is of: SYRIAN REBELS is of SY."""
        return self._group_states.get(code or "")

    def publisher(self, outlet: str) -> str:
        """Who stands behind an outlet's name: "Reuters via The Fore" and "Thomson Reuters" are "Reuters"."""
        source = outlet.split(" via ", maxsplit=1)[0].strip()
        return self._families.get(source.lower(), source)

    def may_speak_of_arms(self, text: str) -> bool:
        """Whether a text holds a word for a weapon or for arming, so that reading it may give a claim."""
        low = text.lower()
        try:
            matches = self._hints.find_matches_as_indexes(low, overlapping=True) if self._hints else []
        except UnicodeEncodeError:  # half a surrogate pair, which the matcher does not take: let the reading decide
            return True
        for _, start, end in matches:
            open_end = end < len(low) and low[end].isalnum() and not low[end - 1].isdigit()  # "J-10CE" is a J-10
            if not (start and low[start - 1].isalnum()) and not open_end:
                return True
        return False

    def tag(self, found: list[Token]) -> list[Token]:
        """The tokens with known phrases merged and tagged with what they are."""
        return with_groups(without_namesakes(self._phrases.tag(found, self._used), self._namesakes), self._groups)


# ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def load(folder: Path | None = None) -> Lexicon:
    """The lexicon of the built-in rules and, where given, of a user's folder. Raises RuleError."""
    collects = gc.isenabled()
    gc.disable()  # nothing of what is made here is garbage, and to look for some takes a third of the time
    try:
        return build(read_rules(folder))
    finally:
        if collects:
            gc.enable()


def build(rules: Rules) -> Lexicon:
    """A lexicon of rules as `read_rules` gives them."""
    lexicon = Lexicon()
    _add_actors(lexicon, rules["actors"])
    for rule in rules["places"]["place"]:
        for words in rule["names"]:
            lexicon._phrases.enter(words, "place", rule["code"])
    _add_outlets(lexicon, rules["outlets"])
    _add_weapons(lexicon, rules["weapons"])
    _add_transfer_words(lexicon._phrases, rules["verbs"])
    _add_speech(lexicon._phrases, rules["speech"])
    hints = {
        phrase
        for phrase, kind, value in lexicon._phrases.all()
        if (kind == "weapon" and not value.vague) or (kind == "verb" and value.frame == "arm" and not value.weak)
    }
    hints |= {phrase.replace(" ", "-") for phrase in hints if phrase.count(" ") == 1}  # "patrol-boat contract"
    lexicon._hints = ahocorasick_rs.AhoCorasick(sorted(hints))
    return lexicon


def _add_actors(lexicon: Lexicon, rules: Mapping[str, Any]) -> None:
    dropped: dict[str, set[str]] = {}
    packaged = list(_states(rules["states"]["leave_out"]))
    names = {code: name for code, name, _, _ in packaged}
    for rule in rules["actor"]:
        code = rule["code"]
        dropped.setdefault(code, set()).update(rule.get("drop", ()))
        known = lexicon.actors.get(code) or Actor(code, names.get(code, code))
        lexicon.actors[code] = Actor(code, rule.get("name", known.name), rule.get("kind", known.kind))
        _enter_actor(lexicon, code, "name", [lexicon.actors[code].name, *rule.get("names", ())])
        for key, form in (("adjectives", "adjective"), ("seats", "seat"), ("people", "person")):
            _enter_actor(lexicon, code, form, rule.get(key, ()))
    for rule in rules["firm"]:
        code = rule["name"].upper()
        lexicon.actors[code] = Actor(code, rule["name"], "firm", rule["state"])
        _enter_actor(lexicon, code, "firm", [rule["name"], *rule.get("names", ())])
    lexicon.exporters = frozenset(rules["exporters"]["codes"])
    lexicon.wars = {code: tuple(sides) for code, sides in rules["wars"].items()}
    lexicon.rivals = frozenset(frozenset((code, other)) for code, others in rules["rivals"].items() for other in others)
    lexicon.epithets = {words: frozenset(codes) for words, codes in rules["epithets"].items()}
    for words in lexicon.epithets:
        lexicon._phrases.enter(words, "epithet", words)
    others = rules["not_actor"]
    for words in others["words"]:
        lexicon._phrases.enter(words, "not_actor", True)
    lexicon._namesakes = Namesakes(*(frozenset(others[key]) for key in ("first_names", "surnames", "given_names")))
    states = rules["states"]
    for code, name, demonyms, capital in packaged:
        lexicon.actors.setdefault(code, Actor(code, name))
        drop = dropped.get(code, set())
        adjectives = [word for word in demonyms if states["demonym_of"].get(word, code) == code and word not in drop]
        seats = [capital] if capital and capital not in drop and capital not in states["capitals_left_out"] else []
        _enter_actor(lexicon, code, "name", [name])
        _enter_actor(lexicon, code, "adjective", adjectives)
        _enter_actor(lexicon, code, "seat", seats)
    _add_unnamed_groups(lexicon, rules["unnamed_groups"])


def _add_unnamed_groups(lexicon: Lexicon, nouns: Mapping[str, Collection[str]]) -> None:
    adjectives: dict[str, str] = {}
    for word, value in lexicon._phrases.written("actor"):
        if value.form == "adjective" and lexicon.actors[value.code].kind == "state":
            adjectives.setdefault(value.code, word)
    codes: dict[str, dict[str, str]] = {}
    for state, adjective in adjectives.items():
        for ending, words in nouns.items():
            code = f"{adjective.upper()} {ending}"
            lexicon.actors.setdefault(code, Actor(code, f"{adjective} {ending.lower()}", "group"))
            lexicon._group_states[code] = state
            for word in words:
                codes.setdefault(word, {})[state] = lexicon._actor_words.setdefault(f"{adjective} {word}".lower(), code)
    lexicon._groups = codes


def _enter_actor(lexicon: Lexicon, code: str, form: str, phrases: Collection[str]) -> None:
    for phrase in phrases:
        lexicon._actor_words.setdefault(phrase.lower(), code)
        lexicon._phrases.enter(phrase, "actor", ActorWord(code, form))
    if form == "name":  # "in" and "so" are codes, which people may ask for but no story writes
        lexicon._actor_words.setdefault(code.lower(), code)


def _states(left_out: Collection[str]) -> Iterator[tuple[str, str, list[str], str | None]]:
    """Code, name, demonyms and capital of each state in countryinfo."""
    for country in countryinfo.all_countries():
        code = country.iso(2)
        if code and code not in left_out:
            demonyms = str(country.demonym() or "").replace("/", ",").split(",")
            capital = country.capital()
            name = str(country.name()).removeprefix("The ")
            yield code, name, [d.strip() for d in demonyms if d.strip()], capital if isinstance(capital, str) else None


def _add_outlets(lexicon: Lexicon, rules: Mapping[str, Any]) -> None:
    for rule in rules["outlet"]:
        for words in (rule["name"], *rule.get("names", ())):
            lexicon._families[words.lower()] = rule["name"]
            if speaks_for := rule.get("speaks_for"):
                lexicon.carriers[rule["name"]] = speaks_for
            lexicon._phrases.enter(words, "carrier" if speaks_for else "media", rule["name"])


def _weapon_forms(words: str) -> tuple[str, ...]:
    """A weapon's name as news write it: "S-300", "S-300s", "S300", "S300s"."""
    joined = _HYPHEN.sub(r"\1\2", words)
    return tuple(dict.fromkeys((words, plural(words), joined, plural(joined))))


def _beginnings(words: str) -> Iterator[str]:
    """ "Patriot missile battery", "Patriot missile", "Patriot"."""
    while words:
        yield words
        words = words.rpartition(" ")[0]


def _add_weapons(lexicon: Lexicon, rules: Mapping[str, Any]) -> None:
    lexicon._weapon_words.update({category: category for category in WEAPONS})
    makers = {word: code for code, of_state in rules["makers"].items() for word in of_state}
    for rule in rules["weapon"]:
        category = cast(Weapon, rule["category"])
        for key, vague in (("words", False), ("vague", True)):
            for words in rule.get(key, ()):
                maker = next((makers[part] for part in _beginnings(words) if part in makers), None)
                for form in _weapon_forms(words):
                    lexicon._phrases.enter(form, "weapon", WeaponWord(category, vague, maker))
                    lexicon._weapon_words.setdefault(form.lower(), category)
    for words in rules["not_weapon"]["words"]:
        for form in (words, plural(words)):
            lexicon._phrases.enter(form, "none", True)
    lexicon._used = frozenset(form for word in rules["not_weapon"]["behind"] for form in (word, plural(word)))


def _add_transfer_words(phrases: Phrases, rules: Mapping[str, Any]) -> None:
    for rule in rules["verb"]:
        word = TransferWord(rule["name"], rule["class"], rule.get("phase", "delivered"), weak=rule.get("weak", False))
        phrases.enter_transfer_verbs(rule["words"], rule.get("forms", {}), word)
    for rule in rules["noun"]:
        word = TransferWord(rule["name"], rule["class"], rule.get("phase", "delivered"))
        for words in rule["words"]:
            for form in (words, plural(words)):
                phrases.enter(form, "noun", word)
    for phase, words_of_phase in rules["phase"].items():
        for words in words_of_phase:
            phrases.enter(words, "phase", phase)


def _add_speech(phrases: Phrases, rules: Mapping[str, Any]) -> None:
    for kind in ("say", "accuse", "call", "protest", "deny"):
        phrases.enter_verbs(rules[kind]["verbs"], rules[kind].get("forms", {}), kind)
    for kind, words in (
        ("according", rules["say"]["according"]),
        ("untrue", rules["deny"]["words"]),
        ("not_denial", rules["deny"]["not_denial"]),
        ("no_comment", rules["deny"]["no_comment"]),
        ("no_evidence", rules["deny"]["phrases"]),
        ("condemning", rules["protest"]["words"]),
        ("report", rules["report"]["words"]),
        ("media", rules["report"]["media"] + rules["report"]["organisations"]),
        ("office", rules["office"]["words"]),
        ("both", rules["office"]["both"]),
        ("country", rules["office"]["country"]),
        ("group", rules["office"]["group"]),
        ("unnamed", rules["office"]["unnamed"]),
    ):
        for phrase in words:
            phrases.enter(phrase, kind, True)
