"""Stands before feedparser: what a DOCTYPE declares is checked, mistakes in references are mended. Pure.

feedparser was measured to be safe against entity bombs and external entities. This is a second fence, and it keeps
feedparser's own handling of a DOCTYPE, by regular expressions, out of it: that raises on some and loses entries.
"""

from __future__ import annotations

import contextlib
import html.entities
import re
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from bot.errors import FeedError
from bot.feeds.encoding import DECLARATION

DEPTH: Final = 250
"""Elements within elements; XHTML in real feeds has some 40."""
TAGS: Final = 2_000_000
"""In a feed, with those in its texts: 100,000 entries have some 1,200,000."""
ATTRIBUTES: Final = 250
"""Of one element; 100,000 of them took feedparser 120 s."""

_PROLOG = 100_000  # bytes of a DOCTYPE; all of HTML's entities, declared inline, take 15,000
_NESTED = 10
_VALUE = 10_000  # characters that one entity may stand for
_REFERENCES = 500_000  # "&" in a feed that is to be mended
_GROWTH = 1_000_000  # bytes by which entities may make a feed longer

_DOCTYPE = re.compile(rb"<!DOCTYPE\b", re.IGNORECASE)
_ROOT = re.compile(rb"<(?=[^!?])")
_PREDEFINED = frozenset({"lt", "gt", "amp", "quot", "apos"})
# A reference, and before it what may hold the same characters and means none.
_REFERENCE = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&(?:#(\d{1,10}|[xX][0-9a-fA-F]{1,8});|([A-Za-z][\w.-]*);)?", re.DOTALL
)
_IN_VALUE = re.compile(r"&([A-Za-z][\w.-]*);")
_PAIR = re.compile(rb"&#(\d{5}|[xX]0*[dD][89abAB][0-9a-fA-F]{2});&#(\d{5}|[xX]0*[dD][c-fC-F][0-9a-fA-F]{2});")


def without_doctype(text: bytes) -> bytes:
    """Return the feed with its DOCTYPE gone and the entities that it declares put in where they are used.

    Raises FeedError for entities that are a danger: external ones, parameters, and those that grow.
    """
    found, root = _DOCTYPE.search(text), _ROOT.search(text)
    if not found or not root or root.start() < found.start():
        return text
    if root.start() > _PROLOG:
        raise refuse("a beginning of too many bytes before its first element", _PROLOG)
    entities: dict[str, str] = {}
    start = _read_prolog(text, entities)
    bare = DECLARATION + b"\n" + text[root.start() if start is None else start :]
    whole: dict[str, str] = {}
    for name in entities:
        _expand(name, entities, whole, 0)
    values = {name: value.encode() for name, value in whole.items() if name not in _PREDEFINED}
    return _put_in(bare, values) if values else bare


def mended(text: bytes) -> bytes:
    """Return the feed with references that XML does not know made into ones that it does.

    HTML's named characters are not declared in most feeds that use them, an "&" often stands for itself, and characters
    beyond U+FFFF come as two references to halves. References to no character at all go.
    """

    def mend(found: re.Match[bytes]) -> bytes:
        number, name = found[1], found[2]
        if number:
            return found[0] if _legal(_code(number)) else b""
        if name:
            if name.decode() in _PREDEFINED:
                return found[0]
            known = html.entities.html5.get(name.decode() + ";")
            return b"".join(b"&#%d;" % ord(each) for each in known) if known else b"&amp;" + found[0][1:]
        return b"&amp;" if found[0] == b"&" else found[0]

    if text.count(b"&") > _REFERENCES:
        raise refuse("too many references", _REFERENCES)
    return _REFERENCE.sub(mend, _PAIR.sub(_joined, text))


def refuse(what: str, limit: int) -> FeedError:
    """Return the error for a feed that goes beyond a limit."""
    return FeedError(
        f"This feed has {what}, more than {limit:,}: it would keep the reader busy. The outlet has to mend it."
    )


class _AtRootError(Exception):
    """Ends the reading of what stands before the root element."""


def _read_prolog(text: bytes, entities: dict[str, str]) -> int | None:
    """Return where the root element starts, None if that is not to be read; `entities` takes what is declared."""
    parser = ParserCreate("utf-8")
    start = None

    def declared(name: str, is_parameter: bool, value: str | None, *_: object) -> None:
        if is_parameter or value is None:
            raise FeedError(
                f"This feed declares the entity “{name[:40]}” outside of itself or as a parameter. That can be an "
                "attack, and no feed needs it, so it is not read. The outlet has to mend it."
            )
        entities.setdefault(name, value)

    def at_root(*_: object) -> None:
        nonlocal start
        start = parser.CurrentByteIndex
        raise _AtRootError

    parser.EntityDeclHandler = declared
    parser.StartElementHandler = at_root
    with contextlib.suppress(_AtRootError, ExpatError):
        parser.Parse(text, True)
    return start


def _expand(name: str, entities: dict[str, str], whole: dict[str, str], depth: int) -> str:
    """Return what the entity stands for, with the entities in its value put in, and keep it in `whole`."""
    if name in whole:
        return whole[name]
    if depth > _NESTED:
        raise refuse("entities within entities", _NESTED)

    def value(found: re.Match[str]) -> str:
        inner = found[1]
        return found[0] if inner in _PREDEFINED or inner not in entities else _expand(inner, entities, whole, depth + 1)

    whole[name] = _IN_VALUE.sub(value, entities[name])
    if len(whole[name]) > _VALUE:
        raise refuse("an entity that stands for too many characters", _VALUE)
    return whole[name]


def _put_in(text: bytes, values: dict[str, bytes]) -> bytes:
    room = _GROWTH

    def value(found: re.Match[bytes]) -> bytes:
        nonlocal room
        new = values.get(found[2].decode()) if found[2] else None
        if new is None:
            return found[0]
        room -= len(new)
        if room < 0:
            raise refuse("entities that stand for too many bytes", _GROWTH)
        return new

    return _REFERENCE.sub(value, text)


def _joined(found: re.Match[bytes]) -> bytes:
    high, low = _code(found[1]), _code(found[2])
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return found[0]


def _code(number: bytes) -> int:
    return int(number[1:], 16) if number[:1] in b"xX" else int(number)


def _legal(code: int) -> bool:
    """Whether XML 1.0 allows the character (production 2)."""
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
