"""Tries every rule on its own examples: `match` must give a claim, `no_match` none.

The examples are about invented places, which only this module's lexicon knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.detect.claims import read
from bot.detect.lexicon import Lexicon, build
from bot.detect.rules import Rules, read_invented, read_rules
from bot.errors import RuleError
from bot.model import Story

_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def check(folder: Path | None = None) -> None:
    """Try the examples of the built-in rules and of a user's folder. Raises RuleError that lists the failing ones."""
    rules = read_rules(folder)
    lexicon = lexicon_with_invented(rules)
    failing = [failure for rule in _with_examples(rules) for failure in _failures(rule, lexicon)]
    if failing:
        where = f"the rules in {folder}" if folder else "the built-in rules"
        raise RuleError(f"{len(failing)} examples of {where} fail:\n" + "\n".join(failing))


def lexicon_with_invented(rules: Rules) -> Lexicon:
    """A lexicon of the rules that knows the invented places too."""
    actors = {**rules["actors"], "actor": [*rules["actors"]["actor"], *read_invented()]}
    return build({**rules, "actors": actors})


def _with_examples(rules: Rules) -> Iterator[dict[str, Any]]:
    for table in ("verb", "noun"):
        yield from rules["verbs"][table]


def _failures(rule: dict[str, Any], lexicon: Lexicon) -> Iterator[str]:
    for key, wanted in (("match", True), ("no_match", False)):
        for text in rule.get(key, ()):
            found = read(Story(key="example", title=text, summary="", outlet="", seen=_NOW), lexicon)
            if bool(found) != wanted:
                yield f"  {rule['name']}: {text!r} should give {'a claim' if wanted else 'no claim'}"
