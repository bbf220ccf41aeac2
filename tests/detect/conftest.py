"""A lexicon that knows invented places beside the real ones, so that made-up sentences are about nobody."""

from __future__ import annotations

import pytest

from bot.detect.examples import lexicon_with_invented
from bot.detect.lexicon import Lexicon
from bot.detect.rules import read_rules


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The built-in rules with the invented actors added."""
    return lexicon_with_invented(read_rules())
