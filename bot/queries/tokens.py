"""Cuts the text of a query into tokens; what they mean is `language.py`'s matter."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.errors import UserError

MAX_CHARACTERS = 500  # far more than anybody types; it bounds what a hostile message can cost

Kind = Literal["word", "quoted", "field", "arrow", "minus"]

# Phones turn straight quotes into curly ones, and hyphens into dashes.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_DASHES = ("-", "–", "−")
_PIECE = re.compile(
    r'(?P<space>\s+)|"(?P<quoted>[^"]*)"|(?P<unclosed>")|(?P<arrow>->|>|→)|(?P<bare>(?:(?!->)[^\s">→])+)'
)
_FIELD = re.compile(r"([^:]*):")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query. `spaced`: white space, or the start of the text, stands before it."""

    kind: Kind
    text: str
    spaced: bool


def tokenise(text: str) -> list[Token]:
    """The tokens of a query, in order; UserError for one that is too long or has an unclosed quote."""
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"That is {len(text)} characters long; a query may have {MAX_CHARACTERS}. Shorten it.")
    tokens: list[Token] = []
    spaced = True
    for piece in _PIECE.finditer(_clean(text)):
        match piece.lastgroup:
            case "space":
                spaced = True
                continue
            case "unclosed":
                raise UserError(f'A quote is not closed: {piece.string[piece.start() :]} lacks its second ".')
            case "quoted":
                tokens.append(Token("quoted", " ".join(piece["quoted"].split()), spaced))
            case "arrow":
                tokens.append(Token("arrow", ">", spaced))
            case _:
                value_follows = not spaced and bool(tokens) and tokens[-1].kind == "field"
                tokens.extend(_bare(piece["bare"], spaced, value_follows))
        spaced = False
    return tokens


def _bare(text: str, spaced: bool, is_value: bool) -> list[Token]:
    """What an unquoted run is: `-from:iran` is a minus, a field and a word."""
    found: list[Token] = []
    if spaced and text.startswith(_DASHES):
        found.append(Token("minus", "-", spaced))
        text, spaced = text[1:], False
    if not is_value and (field := _FIELD.match(text)):
        found.append(Token("field", field[1], spaced))
        text, spaced = text[field.end() :], False
    if text:
        found.append(Token("word", text, spaced))
    return found


def _clean(text: str) -> str:
    """Composed, with straight quotes, and a space for what can't be seen or stored: control characters, surrogates."""
    composed = unicodedata.normalize("NFC", text).translate(_QUOTES)
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in composed)
