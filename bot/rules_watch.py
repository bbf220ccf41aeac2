"""A user's rules: loading them, noticing that they have changed, and saying what has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from bot.detect import examples
from bot.detect import lexicon as lexicons
from bot.detect.lexicon import Lexicon
from bot.detect.rules import FILES, Rules, read_rules
from bot.errors import ConfigError, RuleError

log = structlog.get_logger(__name__)

_NAMING = ("code", "name", "category")  # the keys by which one table of a list is told from another


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What reading a user's rules anew came to."""

    folder: Path
    files: tuple[str, ...]  # of the folder that are read
    changes: tuple[str, ...]  # that were taken in last: "weapons.toml: weapon missiles changed"
    changed_at: datetime | None  # when that was; None: nothing has changed since the start
    now: bool = False  # whether it was just now
    wrong: str | None = None  # why the rules that are there can't be used; those before them stay


def loaded(folder: Path | None) -> Lexicon:
    """The lexicon of the built-in rules and of a user's folder, whose examples are tried. Raises RuleError."""
    return lexicons.load() if folder is None else _load(folder)[1]


def _load(folder: Path) -> tuple[Rules, Lexicon]:
    examples.check(folder)
    rules = read_rules(folder)
    return rules, lexicons.build(rules)


class RulesWatch:
    """Loads a user's rules, notices that they have changed and loads them anew; `lexicon` is what is in use.

    `clock` gives the time. Raises RuleError when the rules can't be used at the start.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._seen = _state_of(folder)  # before the rules are read: what changes meanwhile is seen at the next look
        rules, self.lexicon = _load(folder)
        self._entries = _entries(rules)
        self._changes: tuple[str, ...] = ()
        self._changed_at: datetime | None = None

    async def look(self, check: Callable[[Lexicon], None]) -> bool:
        """Return whether the rules have changed since the last look, and are in use now.

        `check` is called with the new lexicon and raises ConfigError where it will not do. Rules that can't be used are
        logged, once, and those before them stay; the next change is tried again.
        """
        if await asyncio.to_thread(_state_of, self._folder) == self._seen:
            return False
        found = await self.reload(check)
        if found.wrong:
            log.error("rules not reloaded", folder=str(self._folder), reason=found.wrong)
        else:
            log.info("rules reloaded", folder=str(self._folder), changes=len(found.changes) if found.now else 0)
        return found.wrong is None

    async def reload(self, check: Callable[[Lexicon], None]) -> Reloaded:
        """Read the rules now, whether or not they have changed, and return what became of it. `check`: as in `look`."""
        self._seen = await asyncio.to_thread(_state_of, self._folder)
        files = tuple(sorted(name for name, *_ in self._seen if name.removesuffix(".toml") in FILES))
        try:
            rules, lexicon = await asyncio.to_thread(_load, self._folder)
            check(lexicon)
        except (RuleError, ConfigError, OSError) as error:
            return Reloaded(self._folder, files, self._changes, self._changed_at, wrong=str(error))
        entries = _entries(rules)
        changes = tuple(_differences(self._entries, entries))
        if changes:
            self.lexicon, self._entries = lexicon, entries
            self._changes, self._changed_at = changes, self._clock()
        return Reloaded(self._folder, files, self._changes, self._changed_at, now=bool(changes))


def _state_of(folder: Path) -> frozenset[tuple[str, int, int]]:
    """What tells one state of a folder's rule files from another: their names, times of change and sizes."""
    found = set()
    for path in folder.glob("*.toml"):
        with suppress(FileNotFoundError):  # editors put a new file in the place of the old one
            stat = path.stat()
            found.add((path.name, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


# ── what has changed ─────────────────────────────────────────────────────────────────────────────────────────────────


def _entries(rules: Rules) -> dict[str, object]:
    """What the rules hold, by what people call it: "weapons.toml: weapon missiles" → its tables."""
    found: dict[str, object] = {}
    for file, tables in rules.items():
        for table, value in tables.items():
            if isinstance(value, list):
                for rule in value:
                    name = f"{file}.toml: {table} {_name(rule)}"
                    found[name] = [*found.get(name, ()), rule]  # type: ignore[misc]
            else:
                found |= {f"{file}.toml: {table}, {key}": words for key, words in value.items()}
    return found


def _name(rule: Mapping[str, Any]) -> str:
    return str(next((rule[key] for key in _NAMING if key in rule), "without a name"))


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{name} added"
        elif name not in after:
            yield f"{name} removed"
        elif before[name] != after[name]:
            yield f"{name} changed"
