"""Draws a card as a Discord embed, within Discord's limits and with nothing in it that acts as markup but our own.

What a card says is data: headlines, claimants' words, what a person typed. So each run is cleaned (no control or
invisible characters, bidirectional marks balanced), then escaped, then given its style. Text is cut before it is
escaped, between graphemes, so that a cut never leaves half a mark behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

import discord
import regex

from bot.model import Card, Line, Section, Status, Text
from bot.platforms.plain import MORE, beginning, clean, units, web_address

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits, counted in UTF-16 code units
CONTENT = 2000
TITLE, DESCRIPTION, FIELDS, NAME, VALUE, FOOTER, TOTAL = 256, 4096, 25, 256, 1024, 2048, 6000
_SIDE_BY_SIDE = 40  # ours: characters of a line that can be read in a column, three of which stand side by side
_TITLE_ADDRESS = 2048  # a longer address makes Discord refuse the message
_ADDRESS = 500  # ours: a longer one would take half of a field's room

_COLOURS: Mapping[Status, int] = {
    "alleged": 0xF1C40F,
    "acknowledged": 0x3498DB,
    "contested": 0xE67E22,
    "denied": 0x95A5A6,
    "stopped": 0xE74C3C,
}
_NOTHING = "\u200b"  # Discord refuses an empty field name or value
_SHORTENED = "shortened to what Discord takes"

# Whatever begins markup, a mention, a timestamp, an emoji or a bare link anywhere in a line; Discord shows a character
# after a backslash as it is.
_MARKUP = regex.compile(r"[\\`*_~|<>\[\]#@:]")
# What makes a list or small print, at the start of a line only.
_LINE_MARKUP = regex.compile(r"^(\d*)([-+.])")


def draw(card: Card) -> discord.Embed:
    """Return the card as an embed that Discord accepts, whatever the card holds."""
    address = web_address(card.url, _TITLE_ADDRESS)
    embed = discord.Embed(
        title=_line((Text(card.title),), TITLE) or MORE,
        url=address and address[0],
        colour=_COLOURS[card.status] if card.status else None,
    )
    if card.status and card.status not in card.title.lower():
        embed.set_author(name=card.status.capitalize())
    footer = " · ".join(filter(None, (address and address[1], clean(card.footer or ""))))
    room = TOTAL - units(_SHORTENED) - 3
    _set_footer(embed, footer)

    sections = list(card.sections)
    lead: list[Line] = []
    while sections and sections[0].heading is None:
        lead += [*([()] if lead else ()), *sections.pop(0).lines]
    whole = _set_description(embed, lead, room)
    whole = _add_fields(embed, sections, room) and whole
    if not whole:
        _set_footer(embed, " · ".join(filter(None, (footer, _SHORTENED))))
    return embed


def draw_text(text: str) -> str:
    """Return `text` on one line as the content of a Discord message, nothing in it acting as markup."""
    return _line((Text(text),), CONTENT) or MORE


def _set_footer(embed: discord.Embed, text: str) -> None:
    # Discord shows a footer as it is, so a backslash would show.
    if text:
        embed.set_footer(text=text if units(text) <= FOOTER else beginning(text, FOOTER, str))


def _set_description(embed: discord.Embed, lines: list[Line], room: int) -> bool:
    """Put the lines that fit into the description; return whether that was all of them."""
    parts = list(_parts(lines, min(DESCRIPTION, room - _size(embed))))
    if parts:
        embed.description = parts[0]
    return len(parts) <= 1


def _add_fields(embed: discord.Embed, sections: Iterable[Section], room: int) -> bool:
    """Add each section as one field, or as several where it is long; return whether all found room."""
    for section in sections:
        narrow = section.compact and all(sum(len(run.text) for run in line) <= _SIDE_BY_SIDE for line in section.lines)
        name = (_line((Text(section.heading),), NAME) if section.heading else "") or _NOTHING
        for value in _parts(section.lines, VALUE) or [_NOTHING]:
            if len(embed.fields) == FIELDS or _size(embed) + units(name) + units(value) > room:
                return False
            embed.add_field(name=name, value=value, inline=narrow)
            name = _NOTHING
    return True


def _size(embed: discord.Embed) -> int:
    texts = [embed.title, embed.description, embed.author.name, embed.footer.text]
    texts += [text for field in embed.fields for text in (field.name, field.value)]
    return sum(units(text) for text in texts if text)


def _parts(lines: Iterable[Line], room: int) -> list[str]:
    """The lines, drawn, packed into as few texts as have at most `room` code units each."""
    parts: list[str] = []
    for line in lines:
        drawn = _line(line, room)
        if parts and units(parts[-1]) + 1 + units(drawn) <= room:
            parts[-1] += "\n" + drawn
        elif drawn:
            parts.append(drawn)
    return parts


# ── one line, one run ────────────────────────────────────────────────────────────────────────────────────────────────


def _line(line: Line, room: int) -> str:
    """The line in Discord's Markdown, at most `room` code units; "" where there is nothing to see."""
    mark = "> " if line and all(run.style == "quote" for run in line) else ""
    room -= len(mark) + 1  # 1: for the backslash that _LINE_MARKUP may need
    drawn = ""
    for run in _joined(line):
        text, styled = _styled(run, quoted=bool(mark))
        if len(text) <= room and units(piece := styled(text)) <= room:
            drawn += piece
            room -= units(piece)
        else:
            drawn += beginning(text, room, styled)
            break
    drawn = _LINE_MARKUP.sub(r"\1\\\2", drawn.strip())
    return mark + drawn if drawn else ""


def _joined(line: Line) -> Iterator[Text]:
    """The line's runs, cleaned, neighbours of one style and address made one: `**a****b**` is not bold twice."""
    for (style, url), runs in groupby(line, key=lambda run: (run.style, run.url)):
        yield Text("".join(clean(run.text) for run in runs), style, url)


def _styled(run: Text, *, quoted: bool) -> tuple[str, Callable[[str], str]]:
    """The run's text, and the function that draws it, or any beginning of it, as Markdown."""
    text = run.text
    if link := web_address(run.url, _ADDRESS):
        address, host = link
        end = f"]({address}) ({_escape(host)})"
        # The label's end is found by brackets, escaped or not, so it may hold none.
        label = text.replace("[", "(").replace("]", ")")
        return label, lambda part: _between("[", _escape(part), end)
    if run.style == "strong":
        return text, lambda part: _between("**", _escape(part), "**")
    if run.style == "quote" and not quoted:
        return text, lambda part: _between("*", _escape(part), "*")
    if run.style == "code" and "`" not in text:
        return text, lambda part: _between("`", part, "`")
    return text, _escape


def _between(before: str, text: str, after: str) -> str:
    """`text` between its marks, blanks at its ends left outside: they would undo the marks."""
    inner = text.strip()
    return text.replace(inner, before + inner + after, 1) if inner else text


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
