"""Shows alerts and answers on a terminal: in boxes and colours, or as plain lines for files, pipes and tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import urlsplit

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.style import Style as RichStyle
from rich.text import Text as RichText

from bot.model import Card, Line, Section, Status, Style, Text

_COLOURS: dict[Status | None, str] = {
    "alleged": "blue",
    "acknowledged": "green",
    "contested": "yellow",
    "denied": "red",
    "stopped": "magenta",
    None: "bright_black",
}
_STYLES: dict[Style, str] = {"plain": "", "strong": "bold", "dim": "dim", "quote": "italic", "code": "cyan"}

# Dropped besides control characters: zero-width characters, overrides of direction, and tags, which can make one text
# look like another. Marks that Hebrew and Arabic need stay.
_UNSEEN = frozenset({0x200B, 0x2060, 0xFEFF, 0x202D, 0x202E, 0x2028, 0x2029, *range(0xE0000, 0xE0080)})
_DROP = dict.fromkeys([*range(32), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *_UNSEEN])
_DROP[0x09] = _DROP[0x0A] = " "


class ConsoleApp:
    """The console as a platform. With `plain` it writes no colour, no box and no escape sequence."""

    name = "console"

    def __init__(self, console: Console, plain: bool = False) -> None:
        self._console = console
        self._plain = plain
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def stop(self) -> None:
        """There is nothing to close."""

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        """Print a card, a reply under "↳", and return the number that stands for it."""
        if reply_to is not None:
            self._console.print(RichText("↳"))
        self.show(card)
        return str(next(self._numbers))

    async def edit(self, destination: str, message: str, card: Card) -> None:
        """What was printed stays: print the card as it is now, under "updated"."""
        self._console.print(RichText("updated"))
        self.show(card)

    def show(self, card: Card) -> None:
        """Print a card, and under it the text of its attachment."""
        self._console.print(self.draw(card), soft_wrap=self._plain)
        if card.attachment:
            self._console.print(RichText(card.attachment.text), soft_wrap=True)

    def draw(self, card: Card) -> RenderableType:
        """The card as rich renders it."""
        return draw(card, plain=self._plain)


def draw(card: Card, *, plain: bool = False) -> RenderableType:
    """A card for rich: a panel in the colour of its status, or with `plain` lines of text without any style."""
    if plain:
        return RichText("\n".join([*_plain(card), ""]))
    colour = _COLOURS[card.status]
    # Title and footer stand inside: in the border they would be cut off on a narrow terminal.
    body = [
        RichText(
            _clean(card.title), style=RichStyle.parse(f"bold {colour}" if card.status else "bold") + _link(card.url)
        )
    ]
    for section in card.sections:
        body.append(RichText())
        if section.heading:
            body.append(RichText(_clean(section.heading), style="bold"))
        body.extend(_line(line) for line in section.lines)
    if card.footer:
        body += [RichText(), RichText(_clean(card.footer), style="dim")]
    return Panel(
        Group(*body),
        box=ROUNDED,
        title=RichText(card.status, style=f"bold {colour}") if card.status and not _tells_status(card) else None,
        title_align="left",
        border_style=colour,
    )


def _tells_status(card: Card) -> bool:
    return card.status is None or card.status in card.title.casefold()


def _line(line: Line) -> RichText:
    drawn = RichText()
    for text in line:
        drawn.append(_clean(text.text), RichStyle.parse(_STYLES[text.style]) + _link(text.url))
    return drawn


def _link(url: str | None) -> RichStyle:
    return RichStyle(link=url) if _is_web(url) else RichStyle.null()


def _plain(card: Card) -> Iterator[str]:
    yield _clean(card.title if _tells_status(card) else f"{card.status}: {card.title}")
    for section in card.sections:
        yield from _plain_section(section)
    if card.footer:
        yield f"  {_clean(card.footer)}"


def _plain_section(section: Section) -> Iterator[str]:
    indent = "  "
    if section.heading:
        yield f"  {_clean(section.heading)}"
        indent = "    "
    for line in section.lines:
        yield indent + "".join(_plain_text(text) for text in line)


def _plain_text(text: Text) -> str:
    shown = _clean(text.text)
    return f"{shown} ({text.url})" if _is_web(text.url) else shown


def _is_web(url: str | None) -> bool:
    """Whether an address may be made a link: a web page, nothing that could end the escape sequence it stands in."""
    if not url or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


def _clean(text: str) -> str:
    return text.translate(_DROP)
