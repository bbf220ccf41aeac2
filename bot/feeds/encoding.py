"""The bytes of a feed → UTF-8 that an XML or JSON parser can begin to read. Pure.

feedparser would decode by any codec of Python's that a header names: some raise, `punycode` takes quadratic time. It
would read a whole feed as Windows-1252 for one broken byte, and go to its loose parser for one control character or a
blank line before the XML declaration. So it is given UTF-8 that was mended here.
"""

from __future__ import annotations

import codecs
import contextlib
import re

DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" or "{" begins a text of these without a byte order mark (XML 1.0, appendix F); the last is EBCDIC's "<?xm".
_BEGINNINGS = (
    (re.compile(rb"[<{\[]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[<{\[]"), "utf-32-be"),
    (re.compile(rb"[<{\[]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{\[]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_IN_XML = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_LIKE_UTF_8 = re.compile(r"\A(?:(?:us-)?ascii|utf-?8|(?:iso[-_]?8859|windows|cp|latin).*)?\Z", re.IGNORECASE)
_LEGACY = re.compile(  # the encodings of the WHATWG's standard; of Python's others some are slow or no text at all
    r"\A(?:iso[-_]?8859|windows|cp|latin|l\d|ibm|koi8|mac|tis|gb|hz|big5|euc|shift|s?jis|iso[-_]?2022|ks|us-ascii|ascii)"
    r"[\w.:-]*\Z",
    re.IGNORECASE,
)

_ILLEGAL = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTER = re.compile(b"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF
_XML_DECLARATION = re.compile(rb"\A<\?xml\b[^>]*>")
_BEGINNING = re.compile(rb"<\?xml\s|<rss[\s>]|<feed[\s>]|<rdf:RDF[\s>]", re.IGNORECASE)
_JUNK = 10_000  # bytes before a feed in which a server's warnings may stand


def in_utf8(body: bytes, content_type: str) -> bytes:
    """Return the text of `body` in UTF-8, from its first character, without what XML forbids; b"" for nothing."""
    text = _decoded(body, content_type).translate(None, _ILLEGAL).lstrip()
    if b"\xef\xbf" in text:
        text = _NONCHARACTER.sub(b"", text)
    if text[:1] not in b"{[" and (found := _BEGINNING.search(text, 0, _JUNK)):
        # What stands before the XML declaration is a mistake; before the root it may be a DOCTYPE, a comment or junk.
        if found.start() and (found[0][:2] == b"<?" or text[:1] != b"<"):
            text = text[found.start() :]
        text = DECLARATION + b"\n" + _XML_DECLARATION.sub(b"", text)
    return text


def _decoded(body: bytes, content_type: str) -> bytes:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _recoded(body[len(bom) :], name)
    for beginning, name in _BEGINNINGS:
        if beginning.match(body):
            return _recoded(body, name)
    if body.isascii():
        in_xml = _IN_XML.match(body)
        if not (in_xml and in_xml[1].lower().startswith((b"iso-2022", b"hz", b"utf-7"))):
            return body
    return _by_name(body, content_type)


def _by_name(body: bytes, content_type: str) -> bytes:
    """By the encoding that the header names, else the XML declaration, else what it turns out to be.

    In text of a one-byte encoding nearly every character beyond ASCII is a mistake as UTF-8, so that more good ones
    than mistakes mean UTF-8 with a few broken bytes, whatever the header says.
    """
    in_header, in_xml = _IN_HEADER.search(content_type), _IN_XML.match(body)
    names = [found[1] for found in (in_header,) if found] + [found[1].decode() for found in (in_xml,) if found]
    if not names or _LIKE_UTF_8.match(names[0]) or not _LEGACY.match(names[0]):
        with contextlib.suppress(ValueError):
            body.decode()
            return body
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        if len(text) - len(text.encode("ascii", "ignore")) > 2 * broken:
            return text.encode()
    for name in names:
        if _LEGACY.match(name):
            try:
                return body.decode("gb18030" if name.lower() == "gb2312" else name).encode()
            except (LookupError, ValueError):
                continue
    try:
        body.decode("utf-8")
    except ValueError:
        return _recoded(body, "windows-1252")
    return body


def _recoded(body: bytes, name: str) -> bytes:
    return body.decode(name, "replace").encode()
