"""Reads the rule files: `rules/*.toml` here, then the same files in a user's folder, whose tables are added.

A file that can't be used stops the start: RuleError names file, rule and reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import RuleError
from bot.model import PHASES, WEAPONS

FOLDER = Path(__file__).parent / "rules"
# What the files hold: kind of table → the files that hold it, here and in a user's folder. Of two tables that know the
# same words the first counts, so that what is general stands before the long lists of names.
FILES: Mapping[str, tuple[str, ...]] = {
    "actors": ("actors", "agencies", "people", "groups"),
    "places": ("places",),
    "outlets": ("outlets", "carriers"),
    "weapons": ("weapons",),
    "verbs": ("verbs",),
    "speech": ("speech",),
}

# Every table that may stand in a file of a kind, with the keys it may hold; "*" is a list of tables, None any key.
_TABLES: Mapping[str, Mapping[str, frozenset[str] | None]] = {
    "actors": {
        "*actor": frozenset({"code", "name", "kind", "names", "adjectives", "seats", "people", "drop"}),
        "*firm": frozenset({"name", "names", "state"}),
        "states": frozenset({"leave_out", "capitals_left_out", "demonym_of"}),
        "epithets": None,  # what states are called
        "wars": None,  # where they are fought
        "rivals": None,  # who does not arm whom
        "exporters": frozenset({"codes"}),
        "unnamed_groups": frozenset(
            {"REBELS", "MILITIAS", "MILITANTS", "SEPARATISTS", "JIHADISTS", "GANGS", "CARTELS"}
        ),
        "not_actor": frozenset({"words", "first_names", "surnames", "given_names"}),
    },
    "places": {"*place": frozenset({"code", "names"})},
    "outlets": {"*outlet": frozenset({"name", "names", "speaks_for"})},
    "weapons": {
        "*weapon": frozenset({"category", "words", "vague"}),
        "not_weapon": frozenset({"words", "behind"}),
        "makers": None,  # states' codes
    },
    "verbs": {
        "*verb": frozenset({"name", "class", "phase", "words", "forms", "weak", "match", "no_match"}),
        "*noun": frozenset({"name", "class", "phase", "words", "match", "no_match"}),
        "phase": frozenset(PHASES),
    },
    "speech": {
        "say": frozenset({"verbs", "forms", "according"}),
        "accuse": frozenset({"verbs", "forms"}),
        "deny": frozenset({"verbs", "forms", "words", "not_denial", "no_comment", "phrases"}),
        "call": frozenset({"verbs", "forms"}),
        "protest": frozenset({"verbs", "forms", "words"}),
        "report": frozenset({"words", "media", "organisations"}),
        "office": frozenset({"words", "both", "country", "group", "unnamed"}),
    },
}
# Keys whose value is no list of words.
_SINGLE = {"code", "name", "kind", "state", "speaks_for", "category", "class", "phase", "forms", "weak", "demonym_of"}
_CLASSES = {
    "verb": ("give", "arm", "get", "arrive", "load", "unload", "find", "use", "boost", "ask", "stop", "seize"),
    "noun": ("give", "get", "use", "deal", "supplier", "request", "embargo"),
}

Rules = dict[str, dict[str, Any]]


def read_rules(folder: Path | None = None) -> Rules:
    """The built-in rules with a user's added, by kind: {"verbs": {"verb": [{…}], "phase": {…}}, …}."""
    rules: Rules = {kind: {} for kind in FILES}
    for place in (FOLDER, folder) if folder else (FOLDER,):
        for kind, names in FILES.items():
            for path in (place / f"{name}.toml" for name in names):
                if place == FOLDER:
                    _add(rules[kind], _built_in(path, kind))
                elif path.exists():
                    _add(rules[kind], _checked(path, kind))
    if folder and not folder.is_dir():
        raise RuleError(f"The rules folder {folder} does not exist. Make it, or take `rules` out of config.toml.")
    return rules


def read_invented() -> list[dict[str, Any]]:
    """The invented actors that the rules' examples are about."""
    actors: list[dict[str, Any]] = _checked(FOLDER / "invented.toml", "actors")["actor"]
    return actors


def _checked(path: Path, name: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{path} is not valid TOML: {error}.") from error
    except OSError as error:
        raise RuleError(f"{path} can't be read ({error.strerror}).") from error
    allowed = _TABLES[name]
    for table, value in content.items():
        listed = f"*{table}" in allowed
        if not listed and table not in allowed:
            names = ", ".join(f"[[{key[1:]}]]" if key.startswith("*") else f"[{key}]" for key in allowed)
            raise RuleError(f"{path}: there is no table {table!r} in this file; allowed are {names}.")
        if listed != isinstance(value, list):
            raise RuleError(f"{path}: write [[{table}]], not [{table}]." if listed else f"{path}: write [{table}].")
        for rule in value if listed else (value,):
            _check_rule(path, table, rule, allowed[f"*{table}" if listed else table])
    return content


@cache
def _built_in(path: Path, name: str) -> dict[str, Any]:
    """A file of the built-in rules, which is read once: to parse them is half the time that a reload takes."""
    return _checked(path, name)


def _check_rule(path: Path, table: str, rule: Mapping[str, Any], keys: Iterable[str] | None) -> None:
    called = f"{path}: {table} {rule.get('name') or rule.get('code') or rule.get('category') or ''}".rstrip()
    for key, value in rule.items():
        if keys is not None and key not in keys:
            raise RuleError(f"{called}: there is no key {key!r}; allowed are {', '.join(sorted(keys))}.")
        listed = isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)
        if key not in _SINGLE and not listed:
            raise RuleError(f"{called}: {key} must be a list of words in quotes.")
    if table in _CLASSES:
        for key in ("name", "class", "words"):
            if key not in rule:
                raise RuleError(f"{called}: {key} is missing.")
        if rule["class"] not in _CLASSES[table]:
            raise RuleError(f"{called}: class {rule['class']!r} is none of {', '.join(_CLASSES[table])}.")
        if rule.get("phase", "delivered") not in PHASES:
            raise RuleError(f"{called}: phase {rule['phase']!r} is none of {', '.join(PHASES)}.")
    if table == "weapon" and rule.get("category") not in WEAPONS:
        raise RuleError(f"{called}: category is none of {', '.join(WEAPONS)}.")
    if table in {"actor", "place"} and not rule.get("code"):
        raise RuleError(f"{called}: code is missing.")
    if table == "firm" and not (rule.get("name") and rule.get("state")):
        raise RuleError(f"{called}: name and state are needed.")


def _add(rules: dict[str, Any], more: Mapping[str, Any]) -> None:
    for table, value in more.items():
        if isinstance(value, list):
            rules[table] = [*rules.get(table, []), *value]
            continue
        merged = dict(rules.get(table, {}))
        for key, words in value.items():
            if isinstance(words, list):
                merged[key] = [*merged.get(key, []), *words]
            elif isinstance(words, dict):
                merged[key] = {**merged.get(key, {}), **words}
            else:
                merged[key] = words
        rules[table] = merged
