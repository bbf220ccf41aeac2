"""Markup from strangers → plain text that is safe to keep, to search and to show. Pure.

What is done, and why:

- Tags go, blocks become line breaks, scripts and styles go with their content; markup that was escaped twice is
  unescaped and cleaned again.
- Control characters, zero-width characters, soft hyphens and tag characters go: they hide words from the detector and
  from readers. C1 controls are read as the Windows-1252 punctuation that they nearly always are.
- Joiners (ZWJ, ZWNJ) stay between characters that they join: Arabic, Persian, Indic letters and emoji.
- Bidirectional controls stay where there are right-to-left letters, and are balanced line by line so that they can't
  reach beyond the text. In other text they only disguise, so they go; overrides go everywhere, for the same reason.
- NFC, single spaces, and a length limit that cuts at a word.
"""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import groupby

import nh3

_BLOCKS = frozenset(  # where a sentence can't go on
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"}
    | {"table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_CLEANER = nh3.Cleaner(
    tags=_BLOCKS | _CELLS,
    attributes={},
    clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math", "audio", "video"},
    link_rel=None,
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})>")
_CELL_TAG = re.compile(rf"</?(?:{'|'.join(_CELLS)})>")

# A "<" opens a tag when the tag is whole, or when the text was cut off within its attributes. Any other is a character
# ("profit <5%", "a<b"), which an HTML parser would take for a tag and swallow what follows.
_TAG = (
    r"/?[a-z][\w:-]*(?:\s[^<>]*|/)?>"  # <p>, </p>, <br/>, <a href="…">
    r"|!--|[!?][a-z\[][^<>]*>"  # <!-- …, <!DOCTYPE …>, <?xml …>
    r"|[a-z][\w:-]*\s+[\w:-]+\s*=[^<>]*\Z"  # … <img src="http
)
_NO_TAG = re.compile(rf"<(?!{_TAG})", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")

_MARKUP = 1_000_000  # characters that are looked at; real entries have some 200,000 at most
_ROUNDS = 3  # as deep as escaped markup is unescaped: one is how RSS does it, two is a common mistake

_C1 = {code: bytes([code]).decode("windows-1252", "ignore") for code in range(0x80, 0xA0)}
_ANY_C1 = re.compile("[\x80-\x9f]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f"  # C0 but for white space
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, fillers
    "\u200b\u2060-\u2065\u206a-\u206f\ufeff"  # zero-width
    "\ufe00-\ufe0d\ufff0-\ufffc\ufdd0-\ufdef\ufffe\uffff]"  # variations but for emoji's, specials, noncharacters
)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_UNSEEN_ASTRAL = re.compile(  # apart, since it is slow and seldom needed
    "[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # formats, tag characters
    + "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)

_JOINED = "\u0600-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_LOOSE_JOINER = re.compile(
    rf"(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![\u200c\u200d{_JOINED}])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PDF, _PDI = "\u202c", "\u2069"
_OPENS = dict.fromkeys("\u202a\u202b\u202d\u202e", _PDF) | dict.fromkeys("\u2066\u2067\u2068", _PDI)
_OVERRIDES = "\u202d\u202e"
_DEPTH = 8  # of nested bidirectional controls; real text has one or two


def plain(markup: str, limit: int, *, lines: bool = False) -> str:
    """Return `markup` as plain text of at most `limit` characters.

    It is one line, or with `lines` one line for each block or paragraph.
    """
    if markup.isascii() and markup.isprintable() and "<" not in markup and "&" not in markup:
        text = " ".join(markup[:_MARKUP].split())  # most titles and ids: nothing of what follows would change more
        return text if len(text) <= limit else cut(text, limit - _DEPTH)
    # Pairs of surrogates, as two character references give them, become the character that they stand for.
    text = markup[:_MARKUP].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    if "<" not in text:
        text = _paragraphs(text)
    for _ in range(_ROUNDS):
        bare = _without_markup(text)
        if bare == text:
            break
        text = bare
    kept = [" ".join(line.split()) for line in unicodedata.normalize("NFC", _seen(text)).splitlines()]
    text = ("\n" if lines else " ").join(line for line in kept if line)
    whole = _balanced(text)
    return whole if len(whole) <= limit else _balanced(cut(text, limit - _DEPTH))


def cut(text: str, limit: int) -> str:
    """Return `text`, or its beginning with "…" where it is longer than `limit`: whole words, whole characters."""
    if len(text) <= limit:
        return text
    end = limit - 1
    space = max(text.rfind(" ", end - 60, end + 1), text.rfind("\n", end - 60, end + 1))
    if space > 0:
        end = space
    else:
        while end > limit - 30 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f"):
            end -= 1
    return text[:end].rstrip() + "…"


def _paragraphs(text: str) -> str:
    """In text without tags, a blank line parts paragraphs; any other line break is only where the line was full."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(" ".join(group) for filled, group in groupby(lines, key=bool) if filled)


def _without_markup(text: str) -> str:
    if "<![CDATA[" in text:
        text = _CDATA.sub("", text)
    if "<" in text:
        text = _NO_TAG.sub("&lt;", text)
    if "<" in text:
        text = _CLEANER.clean(" ".join(text.split()))
        text = _CELL_TAG.sub(" ", _BLOCK_TAG.sub("\n", text))
    return html.unescape(text)


def _seen(text: str) -> str:
    """Leave out the characters that nobody sees."""
    text = _UNSEEN.sub("", text)
    if text.isascii():
        return text
    if _ANY_C1.search(text):
        text = text.translate(_C1)
    if _ASTRAL.search(text):
        text = _UNSEEN_ASTRAL.sub("", text)
    return _LOOSE_JOINER.sub("", text) if "\u200c" in text or "\u200d" in text else text


def _balanced(text: str) -> str:
    if not _BIDI.search(text):
        return text
    return "\n".join(
        _balanced_line(line) if _RIGHT_TO_LEFT.search(line) else _BIDI.sub("", line) for line in text.split("\n")
    )


def _balanced_line(line: str) -> str:
    """Close what is open at the end, drop what closes nothing, by the matching rules of UAX #9 (BD9 to BD11)."""
    kept: list[str] = []
    opened: list[tuple[str, bool]] = []  # what closes it, and whether it was kept
    isolates = 0

    def close() -> None:
        closer, was_kept = opened.pop()
        if was_kept:
            kept.append(closer)

    for character in line:
        if closer := _OPENS.get(character):
            keep = character not in _OVERRIDES and len(opened) < _DEPTH
            opened.append((closer, keep))
            isolates += closer == _PDI
            if keep:
                kept.append(character)
        elif character == _PDF:
            if opened and opened[-1][0] == _PDF:
                close()
        elif character == _PDI:
            if isolates:
                while opened[-1][0] != _PDI:
                    close()
                close()
                isolates -= 1
        else:
            kept.append(character)
    while opened:
        close()
    return "".join(kept)
