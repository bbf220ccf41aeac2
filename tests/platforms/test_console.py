"""Cards on a terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.model import Card, Section, Text
from bot.platforms.base import Platform
from bot.platforms.console_app import ConsoleApp

CARD = Card(
    title="Contested: Freedonia → Sylvania, ammunition",
    sections=(
        Section(None, ((Text("A headline", "strong", "https://example.org/1"), Text(" · The Herald", "dim")),)),
        Section("Who denies it", ((Text("Freedonia", "strong"),), (Text("“never happened”", "quote"),))),
    ),
    status="contested",
    footer="Case 1",
)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def app(*, plain: bool = False, width: int = 80) -> tuple[ConsoleApp, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, force_terminal=not plain, color_system=None if plain else "standard", width=width)
    return ConsoleApp(console, plain=plain), written


def shown(card: Card, *, plain: bool = False, width: int = 80) -> str:
    console, written = app(plain=plain, width=width)
    console.show(card)
    return written.getvalue()


def test_plain_lines_are_the_same_at_any_width_and_show_addresses() -> None:
    text = shown(CARD, plain=True, width=20)
    assert text == (
        "Contested: Freedonia → Sylvania, ammunition\n"
        "  A headline (https://example.org/1) · The Herald\n"
        "  Who denies it\n"
        "    Freedonia\n"
        "    “never happened”\n"
        "  Case 1\n"
        "\n"
    )
    assert text == shown(CARD, plain=True, width=200)


def test_the_panel_has_the_statuss_colour_and_its_word() -> None:
    text = shown(CARD)
    assert "\x1b[33m╭─" in text
    assert "contested" in ESCAPE.sub("", text).casefold()


def test_a_headline_links_to_its_story() -> None:
    assert re.search(r"\x1b\]8;id=\d+;https://example.org/1\x1b\\\x1b\[1mA headline", shown(CARD))


@pytest.mark.parametrize("width", [20, 36, 80, 200])
def test_no_word_is_lost_and_no_line_too_long_at_any_width(width: int) -> None:
    lines = ESCAPE.sub("", shown(CARD, width=width)).splitlines()
    words = " ".join(line.strip("│╭╮╰╯─ ") for line in lines)
    assert all(len(line) <= width for line in lines)
    assert all(word in words for word in f"{CARD.title} A headline The Herald Who denies it Case 1".split())


def test_a_status_that_the_title_lacks_is_said_before_it() -> None:
    assert shown(Card("Sylvania → Ruritania", status="denied"), plain=True).startswith("denied: Sylvania → Ruritania\n")


@pytest.mark.parametrize("plain", [True, False])
def test_markup_in_a_headline_is_just_text(plain: bool) -> None:
    card = Card("[red]a[/red] [link=https://example.org]b[/link] :boom: [/]")
    assert "[red]a[/red] [link=https://example.org]b[/link] :boom: [/]" in ESCAPE.sub("", shown(card, plain=plain))


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_can_send_a_control_character(text: str) -> None:
    card = Card(text, (Section(text, ((Text(text, "quote", f"https://example.org/{text}"),),)),), footer=text)
    for plain in (True, False):
        left = ESCAPE.sub("", shown(card, plain=plain)).replace("\n", "")
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202d\u202e]", left)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user@example.org/",
        "https://e.org/\x1b]0;x\x07",
        "http://[",
        "",
    ],
)
def test_only_plain_web_addresses_become_links(address: str) -> None:
    card = Card("Title", (Section(None, ((Text("here", url=address),),)),))
    assert "\x1b]8" not in shown(card)
    assert "(" not in shown(card, plain=True)


async def test_a_post_gives_an_id_a_reply_stands_under_an_arrow_and_an_edit_says_updated() -> None:
    console, written = app(plain=True)
    platform: Platform = console
    await platform.start()
    first = await platform.post("console", Card("One"), key="a")
    second = await platform.post("console", Card("Two"), key="b", reply_to=first)
    await platform.edit("console", first, Card("Three"))
    await platform.stop()
    assert first != second
    assert written.getvalue() == "One\n\n↳\nTwo\n\nupdated\nThree\n\n"
