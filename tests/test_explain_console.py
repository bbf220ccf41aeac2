"""Explanations on a terminal and in a pipe."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.detect.examples import lexicon_with_invented
from bot.detect.explain import explain
from bot.detect.rules import read_rules
from bot.explain_console import show
from bot.model import Story

INVENTED = lexicon_with_invented(read_rules())
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
TITLE = "Freedonia denies sending drones to Sylvania"


def shown(title: str, *, terminal: bool, width: int = 200) -> str:
    written = io.StringIO()
    console = Console(
        file=written,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        width=width,
        highlight=False,
    )
    show(console, explain(Story("1", title, "", "", datetime(2026, 1, 1, tzinfo=UTC)), INVENTED))
    return written.getvalue()


def test_everything_is_told_without_colour() -> None:
    assert shown(TITLE, terminal=False) == (
        "headline   Freedonia[FREEDONIA] denies[deny] sending[verb send] drones[drones] to Sylvania[SYLVANIA]\n"
        "  transfer rule send · FREEDONIA → SYLVANIA · drones · delivered\n"
        "  voice    deny · FREEDONIA: “sending drones to Sylvania”\n"
        "claim      FREEDONIA denies: FREEDONIA → SYLVANIA · drones · delivered · rules: send · "
        f"read from “{TITLE}”\n"
        "\n"
    )


def test_colour_shows_what_a_word_is_and_adds_nothing_else() -> None:
    coloured = shown(TITLE, terminal=True)
    for style, word in (("1;36", "Freedonia"), ("1;31", "denies"), ("1;32", "sending"), ("1;33", "drones")):
        assert f"\x1b[{style}m{word}\x1b[0m" in coloured
    assert ESCAPE.sub("", coloured) == shown(TITLE, terminal=False)


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown(TITLE, terminal=True))


def test_a_pipe_gets_whole_lines_however_long_they_are() -> None:
    assert len(shown(f"{TITLE}, {'and so on ' * 40}", terminal=False, width=40).splitlines()) == 5


def test_what_a_story_holds_can_not_act_on_the_terminal() -> None:
    text = shown("Freedonia sent drones\x1b]0;x\x07 to [bold]Sylvania[/bold] \u202e\n", terminal=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]Sylvania[SYLVANIA][/bold]" in text
