"""Draws a card as a Slack message: Block Kit within Slack's limits, and a text for notifications and screen readers.

What a card says is data: headlines, claimants' words, what a person typed. So each run is cleaned (no control or
invisible characters, bidirectional marks balanced), then escaped, then given its style. Slack knows three characters
to escape, `&`, `<` and `>`; with them gone nothing in a text is a mention, a channel or a link. Text is cut before it
is escaped, between graphemes, so that a cut never leaves half a mark behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.model import Card, Line, Section, Status, Text
from bot.platforms.plain import MORE, beginning, clean, units, web_address

Json = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks, counted in UTF-16 code units to be on the safe side
BLOCKS, HEADER, SECTION, FIELDS, FIELD = 50, 150, 3000, 10, 2000
LABEL, ELEMENTS, ACTION = 75, 25, 255
ROOM = 12_000  # of the blocks together as JSON: near 13,000 Slack refuses a message (slackapi/bolt-js#2509)
TEXT = 4000  # what Slack advises for a message's text; above 40,000 it cuts it off
# Ours, so that neither a title, nor small print, an address or a button takes the room of what a card says.
_TITLE, _SMALL, _ADDRESS, _VALUE = 600, 1000, 500, 1000
_PRESSED = 5000  # of all buttons together, as JSON
_SIDE_BY_SIDE = 40  # ours: characters of a line that can be read in a column, two of which stand side by side
_SHORTENED = "shortened to what Slack takes"

COMMAND = "command:"
"""What the action_id of a button begins with whose value is a command."""

# Slack gives messages no colour of their own; these are the nearest to Discord's.
_MARKS: Mapping[Status, str] = {
    "alleged": "🟡",
    "acknowledged": "🔵",
    "contested": "🟠",
    "denied": "⚪",
    "stopped": "🔴",
}


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a message. `value` is what it asks for; there is no button for one above 1,000 characters."""

    label: str
    action: str  # its action_id, unique in the message
    value: str


def draw(card: Card, buttons: Sequence[Button] = (), *, room: int = ROOM) -> Json:
    """Return `text` and `blocks` of a message that Slack accepts, whatever the card holds.

    The card's own buttons stand above `buttons`. The sections are shortened so that all blocks together take `room`
    characters, as JSON.
    """
    turning = actions(buttons)
    own = actions(_own_buttons(card), room=_PRESSED - sum(map(_size, turning)))
    below = [*_context(card), *own, *turning]
    blocks = [_header(card)]
    room -= sum(map(_size, [*blocks, *below, *_small(_SHORTENED)]))
    whole = True
    for block in _body(card.sections):
        if len(blocks) + len(below) + 1 >= BLOCKS or _size(block) > room:
            whole = False
            break
        room -= _size(block)
        blocks.append(block)
    return {"text": draw_text(*_told(card)), "blocks": [*blocks, *([] if whole else _small(_SHORTENED)), *below]}


def draw_text(*lines: str) -> str:
    """Return lines as the text of a Slack message, nothing in them acting as a mention or a link."""
    room = TEXT
    drawn: list[str] = []
    for line in filter(None, map(clean, lines)):
        piece = fitting(line.strip(), room)
        if not piece:
            break
        drawn.append(piece)
        room -= units(piece) + 1
    return "\n".join(drawn) or MORE


def fitting(text: str, room: int) -> str:
    """Cleaned text, escaped, or as much of it as takes at most `room` code units."""
    drawn = escape(text)
    return drawn if units(drawn) <= room else beginning(text, room, escape)


def escape(text: str) -> str:
    """`text` as Slack wants it wherever it looks for mentions and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _header(card: Card) -> Json:
    """The title: as a header, which takes no markup at all, or where it is too long for one as bold text."""
    title = clean(card.title).strip() or MORE
    if card.status:
        told = card.status in title.lower()
        title = f"{_MARKS[card.status]} {title if told else f'{card.status.capitalize()}: {title}'}"
    if units(title) <= HEADER:
        return {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    return {"type": "section", "text": _mrkdwn(_line((Text(title, "strong"),), _TITLE))}


def _context(card: Card) -> list[Json]:
    """The small print: where the title leads to, and the footer."""
    address = _address(card.url)
    link = f"<{address[0]}|{address[1]}>" if address else ""
    return _small(" · ".join(filter(None, (link, fitting(clean(card.footer or "").strip(), _SMALL)))))


def _small(text: str) -> list[Json]:
    return [{"type": "context", "elements": [_mrkdwn(text)]}] if text else []


def _own_buttons(card: Card) -> list[Button]:
    return [Button(one.label, f"{COMMAND}{number}", one.command) for number, one in enumerate(card.buttons)]


def actions(buttons: Iterable[Button], *, room: int = _PRESSED) -> list[Json]:
    """A block with those of the buttons that can be drawn and together take `room` characters, or none."""
    elements = []
    for button in buttons:
        drawn = element(button)
        if drawn and (room := room - _size(drawn)) >= 0:
            elements.append(drawn)
    return [{"type": "actions", "elements": elements[:ELEMENTS]}] if elements else []


def element(button: Button) -> Json | None:
    """A button as Slack wants it; None for one without a label, or whose value can't be sent as it is."""
    label = clean(button.label).strip()
    label = label if units(label) <= LABEL else beginning(label, LABEL, str)
    sendable = button.value.encode(errors="ignore").decode() == button.value
    if not label or not button.value or not sendable or units(button.value) > _VALUE:
        return None
    text = {"type": "plain_text", "text": label, "emoji": False}
    return {"type": "button", "text": text, "action_id": button.action[:ACTION], "value": button.value}


def paragraphs(lines: Iterable[Line]) -> list[Json]:
    """Sections with lines, as few as take them all."""
    return [{"type": "section", "text": _mrkdwn(text)} for text in _parts(lines, SECTION)]


def beside(lines: Iterable[Line], button: Button) -> Json:
    """A section with lines, as far as one block takes them, and a button beside them."""
    block: Json = {"type": "section", "text": _mrkdwn((_parts(lines, SECTION) or [MORE])[0])}
    drawn = element(button)
    return block | ({"accessory": drawn} if drawn else {})


def _body(sections: Sequence[Section]) -> Iterator[Json]:
    for narrow, group in groupby(sections, key=_is_narrow):
        if narrow:
            yield from _side_by_side(list(group))
        else:
            for section in group:
                yield from paragraphs(_lines(section))


def _is_narrow(section: Section) -> bool:
    return section.compact and all(sum(len(run.text) for run in line) <= _SIDE_BY_SIDE for line in section.lines)


def _side_by_side(sections: Iterable[Section]) -> Iterator[Json]:
    texts = [text for section in sections for text in _parts(_lines(section), FIELD)]
    for start in range(0, len(texts), FIELDS):
        yield {"type": "section", "fields": [_mrkdwn(text) for text in texts[start : start + FIELDS]]}


def _lines(section: Section) -> list[Line]:
    return [*([(Text(section.heading, "strong"),)] if section.heading else ()), *section.lines]


def _parts(lines: Iterable[Line], room: int) -> list[str]:
    """The lines, drawn, packed into as few texts as have at most `room` code units each."""
    parts: list[str] = []
    for line in lines:
        drawn = _line(line, room)
        if parts and units(parts[-1]) + 1 + units(drawn) <= room:
            parts[-1] += "\n" + drawn
        elif drawn:
            parts.append(drawn)
    return [part for part in (text.strip("\n") for text in parts) if part]


def _mrkdwn(text: str) -> Json:
    # verbatim: Slack is not to look for names, channels and addresses in it by itself.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _size(block: Json) -> int:
    return units(json.dumps(block, ensure_ascii=False)) + 1


# ── one line, one run ────────────────────────────────────────────────────────────────────────────────────────────────


def _line(line: Line, room: int) -> str:
    """The line in Slack's mrkdwn, at most `room` code units; "" where there is nothing to see."""
    mark = ">" if line and all(run.style == "quote" for run in line) else ""
    room -= len(mark)
    drawn = ""
    for (style, url), runs in groupby(line, key=lambda run: (run.style, run.url)):
        run = Text("".join(clean(run.text) for run in runs), style, url)
        before, after, text = _marks(run, quoted=bool(mark))
        if len(text) <= room and units(piece := _between(before, escape(text), after)) <= room:
            drawn += piece
            room -= units(piece)
        else:
            drawn += beginning(text, room, lambda part, b=before, a=after: _between(b, escape(part), a))  # type: ignore[misc]
            break
    drawn = drawn.strip()
    return mark + drawn if drawn else ""


def _marks(run: Text, *, quoted: bool) -> tuple[str, str, str]:
    """What stands before and behind a run, and its text. A mark that the text holds itself would end too early."""
    if run.style == "code" and not run.url and "`" not in run.text:
        return "`", "`", run.text
    text = run.text.replace("`", "'")  # three of them would turn whatever follows into code
    if address := _address(run.url):
        return f"<{address[0]}|", f"> ({address[1]})", text
    if run.style == "strong" and "*" not in text:
        return "*", "*", text
    if run.style == "quote" and not quoted and "_" not in text:
        return "_", "_", text
    return "", "", text


def _address(url: str | None) -> tuple[str, str] | None:
    """A web address as it may stand in mrkdwn, and its host; None for what should not be a link."""
    address = web_address(url, _ADDRESS)
    return (escaped, address[1]) if address and len(escaped := escape(address[0])) <= _ADDRESS else None


def _between(before: str, text: str, after: str) -> str:
    """`text` between its marks, blanks at its ends left outside: they would undo the marks."""
    inner = text.strip()
    return text.replace(inner, before + inner + after, 1) if inner else text


# ── for notifications and screen readers ─────────────────────────────────────────────────────────────────────────────


def _told(card: Card) -> Iterator[str]:
    """Everything that the card says, line by line."""
    told = card.status is None or card.status in card.title.lower()
    yield card.title if told or not card.status else f"{card.status.capitalize()}: {card.title}"
    for section in card.sections:
        yield section.heading or ""
        for line in section.lines:
            yield "".join(run.text for run in line)
    yield card.footer or ""
