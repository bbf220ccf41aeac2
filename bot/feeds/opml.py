"""Lists of feeds in OPML 2.0 (opml.org/spec2.opml), as readers of feeds export and import them.

A list comes from anybody. It is read as a stream by expat, which takes neither memory nor time beyond the file's size;
declarations of entities, which can make a small file a huge one, are refused, and nothing outside the file is opened.

What the format has no word for stands in attributes of a namespace of ours: family, kind, country, interval (seconds)
and readArticle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from bot.errors import FeedError
from bot.feeds.addresses import meant, sameness
from bot.feeds.text import cut, plain
from bot.model import Feed

STARTER = Path(__file__).with_name("starter.opml")
"""The list that Claimwatch ships."""

MOST_FEEDS = 10_000
"""That one list may hold; the others are refused."""

_MOST_BYTES = 20 * 2**20
_DEEPEST = 32  # folders within folders
_NAME, _FOLDER = 100, 200  # characters
_INTERVALS = range(60, 604_801)  # as in the configuration
_NAMESPACE = "urn:claimwatch:opml"
_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>\s*")
_LOOSE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
_SLASH = "\u2215"  # looks like "/", which stands between folders


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed as a list has it."""

    url: str
    outlet: str | None = None
    folder: str | None = None  # "World/Asia" for one within another
    family: str | None = None
    kind: str | None = None
    country: str | None = None
    interval: int | None = None  # seconds
    read_article: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry of a list that is not taken, and why."""

    name: str  # its address, else its title
    reason: str


@dataclass(frozen=True, slots=True)
class Opml:
    """What a list holds, in its order."""

    feeds: tuple[Listed, ...]
    refused: tuple[Refused, ...]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(data: bytes) -> Opml:
    """Return the feeds of a list. Addresses that can't be feeds, and repeated ones, are among the refused.

    A loose "&" and bytes that are not of the file's encoding are mended. Raises FeedError when it is no OPML, is too
    large, is nested too deep or declares entities.
    """
    if len(data) > _MOST_BYTES:
        raise FeedError(f"This list is larger than {_MOST_BYTES >> 20} MiB. Split it.")
    try:
        return _parse(data)
    except (expat.ExpatError, LookupError, ValueError):  # the latter two for encodings that expat can't read
        mended = _mended(data)
    try:
        return _parse(mended)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise FeedError(
            f"This is not well-formed OPML: {what}, line {error.lineno}. Export the list again, or mend that line."
        ) from error


def read_text(text: str) -> Opml:
    """Do as `read`, for a list that is text already, whatever encoding it says it had."""
    return read(_DECLARATION.sub("", text).encode("utf-8", "replace"))


def _mended(data: bytes) -> bytes:
    """In UTF-8, without the two commonest mistakes: a bare "&" in an address, another encoding than the file says."""
    declared = _ENCODING.match(data)
    for encoding in (declared[1].decode() if declared else "utf-8", "utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except (LookupError, ValueError):
            continue
    else:
        text = data.decode("cp1252", "replace")
    return _LOOSE_AMPERSAND.sub("&amp;", _DECLARATION.sub("", text)).encode("utf-8", "replace")


def _parse(data: bytes) -> Opml:
    parser, reader = expat.ParserCreate(), _Reader()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = reader.refuse_entities
    parser.Parse(data, True)
    return Opml(tuple(reader.feeds), tuple(reader.refused))


class _Reader:
    """Takes expat's events."""

    def __init__(self) -> None:
        self.feeds: list[Listed] = []
        self.refused: list[Refused] = []
        self._seen: set[str] = set()
        self._folders: list[str] = []  # of the outlines that are open; "" where one is no folder
        self._root = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if self._root and name != "opml":
            raise FeedError(f"This is no list of feeds (OPML): it begins with <{cut(name, 40)}>.")
        self._root = False
        if name != "outline":
            return
        if len(self._folders) >= _DEEPEST:
            raise FeedError(f"This list is nested more than {_DEEPEST} deep, which no reader of feeds writes.")
        named = {_local(key): value for key, value in attributes.items()}
        address = named.get("xmlurl", "").strip()
        self._folders.append("" if address else _title(named).replace("/", _SLASH))
        if address:
            self._take(address, named)

    def end(self, name: str) -> None:
        if _local(name) == "outline":
            self._folders.pop()

    def refuse_entities(self, *_: object) -> None:
        raise FeedError(
            "This list declares entities, as files do that are made to harm. No reader of feeds needs them."
        )

    def _take(self, written: str, named: dict[str, str]) -> None:
        if len(self.feeds) >= MOST_FEEDS:
            self._refuse(written, f"The list holds more than {MOST_FEEDS:,} feeds.")
            return
        url, fault = meant(written)
        if fault:
            self._refuse(written, f"It {fault}")
            return
        if (same := sameness(url)) in self._seen:
            self._refuse(written, "It stands in the list twice.")
            return
        self._seen.add(same)
        self.feeds.append(_listed(url, self._folder(named), named))

    def _refuse(self, written: str, reason: str) -> None:
        self.refused.append(Refused(cut(written, _NAME), reason))

    def _folder(self, named: dict[str, str]) -> str | None:
        """The outlines around it; else the first category, which the specification writes as "/World/Asia"."""
        folder = "/".join(filter(None, self._folders))
        if not folder and (category := named.get("category", "").split(",")[0].strip()).startswith("/"):
            folder = plain(category.strip("/"), _FOLDER)
        return cut(folder, _FOLDER) or None


def _local(name: str) -> str:
    """Without a namespace's prefix and in small letters: readers write xmlUrl, xmlurl and xmlURL."""
    return name.rpartition(":")[2].lower()


def _title(named: dict[str, str]) -> str:
    return plain(named.get("text", ""), _NAME) or plain(named.get("title", ""), _NAME)


def _listed(url: str, folder: str | None, named: dict[str, str]) -> Listed:
    country = named.get("country", "").strip().upper()
    interval = named.get("interval", "")
    seconds = int(interval) if interval.isascii() and interval.isdigit() and len(interval) < 10 else 0
    return Listed(
        url,
        _title(named) or None,
        folder,
        family=plain(named.get("family", ""), _NAME) or None,
        kind=plain(named.get("kind", ""), 40).lower() or None,
        country=country if re.fullmatch("[A-Z]{2}", country) else None,
        interval=seconds if seconds in _INTERVALS else None,
        read_article=named.get("readarticle", "").strip().lower() == "true",
    )


def starter() -> Opml:
    """Return the list that Claimwatch ships."""
    return read(STARTER.read_bytes())


def in_folder(opml: Opml, name: str) -> Opml:
    """Return what a list has in a folder and those within it, in any case. Raises FeedError when it has none such."""
    wanted = name.strip().strip("/").casefold()
    feeds = tuple(feed for feed in opml.feeds if f"{feed.folder or ''}/".casefold().startswith(f"{wanted}/"))
    if not feeds or not wanted:
        folders = ", ".join(dict.fromkeys(feed.folder for feed in opml.feeds if feed.folder))
        raise FeedError(f"The list has no folder “{cut(name, 40)}”. It has {folders or 'none at all'}.")
    return Opml(feeds, ())


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(feeds: Iterable[Feed], now: datetime) -> str:
    """Return a list of the feeds as OPML, each in its folder, which `read` gives back as it was."""
    ET.register_namespace("claimwatch", _NAMESPACE)
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "Claimwatch feeds"
    ET.SubElement(head, "dateCreated").text = format_datetime(now)
    body = ET.SubElement(root, "body")
    folders: dict[str, ET.Element] = {"": body}
    for feed in feeds:
        ET.SubElement(_element(folders, feed.folder or ""), "outline", _attributes(feed))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _element(folders: dict[str, ET.Element], path: str) -> ET.Element:
    """The outline of a folder, made with those around it when it is first needed."""
    if path not in folders:
        above, _, name = path.rpartition("/")
        folders[path] = ET.SubElement(_element(folders, above), "outline", text=_xml(name), title=_xml(name))
    return folders[path]


def _attributes(feed: Feed) -> dict[str, str]:
    name = _xml(feed.outlet or feed.title or feed.url)
    ours = {
        "family": feed.family,
        "kind": feed.kind,
        "country": feed.country,
        "interval": None if feed.adaptive else str(feed.interval),
        "readArticle": "true" if feed.read_article else None,
    }
    return {"type": "rss", "text": name, "title": name, "xmlUrl": _xml(feed.url)} | {
        f"{{{_NAMESPACE}}}{key}": _xml(value) for key, value in ours.items() if value
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
