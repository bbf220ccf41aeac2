"""What is remembered of a feed from one poll to the next: enough to recognise its entries, not to read them. Pure.

For each entry it holds short digests of its bytes, of its four identities and of what it says. Entries that are no
longer listed are remembered for some polls more, for three reasons that feeds give:

- Entries vanish and come back, and two versions of one alternate, as caches behind one address differ (reader#340,
  rsstail#24). A version that was seen before is no edit: the newest version that was first seen stands.
- A guid that is another at each poll (vesti#134) makes no new entry of one that says the same and whose guid is gone.
- An entry with only its category or its white space changed has other bytes, and says the same.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.feeds.entries import AHEAD, Digest, Entry, Hints, Marks, Parsed, digest, identify_marked, marks_of

_VERSION = b"claimwatch 2\n"  # of this form, and of how entries are read: another one makes all entries unknown
_HEAD = struct.Struct(">8s8s8sHH")  # a checksum, what title and context are recognised by, lengths of title and format
_RECORD = struct.Struct(">8s8s8s8s8s8sBB")  # bytes, the four identities, what it says, polls since listed, has no text
_NONE = bytes(8)

_POLLS = 30  # that bring something new, for which an entry is remembered that is no longer listed
_VANISHED = 200  # of them, or as many as are listed
_MOST = 100_000  # entries; 5 MB. Those beyond it are read at each poll


class Record(NamedTuple):
    """One entry that was seen; a tuple, since all of a feed's are made at each parse, and a dataclass takes longer."""

    raw: Digest
    marks: Marks
    says: Digest  # the entry without its guid
    age: int = 0
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What was seen of a feed."""

    title_digest: Digest = _NONE
    context: Digest = _NONE  # that the digests of the entries' bytes are made with
    title: str = ""
    format: str = ""
    records: tuple[Record, ...] = ()

    def by_raw(self) -> dict[Digest, Record]:
        """Return the records by the digest of their bytes."""
        return {record.raw: record for record in self.records}


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed as it was read, before it is compared with what is remembered."""

    title: str
    format: str
    listed: Sequence[tuple[Digest, Entry | Record]]  # with the digest of its bytes; a record where it is known by it
    unreadable: int = 0
    left: int = 0
    hints: Hints = field(default_factory=Hints)
    title_digest: Digest = _NONE
    context: Digest = _NONE


def load(blob: bytes) -> Memory:
    """Return what `dump` was given; nothing for what it did not make."""
    start = len(_VERSION) + _HEAD.size
    if not blob.startswith(_VERSION) or len(blob) < start:
        return Memory()
    check, title_digest, context, title_size, format_size = _HEAD.unpack_from(blob, len(_VERSION))
    records = start + title_size + format_size
    if check != digest(blob[len(_VERSION) + 8 :]) or (len(blob) - records) % _RECORD.size:
        return Memory()
    return Memory(
        title_digest,
        context,
        blob[start : start + title_size].decode(),
        blob[start + title_size : records].decode(),
        tuple(
            Record(raw, (_some(guid), _some(link), _some(title), content), says, age, bool(empty))
            for raw, guid, link, title, content, says, age, empty in _RECORD.iter_unpack(blob[records:])
        ),
    )


def dump(memory: Memory) -> bytes:
    """Return `memory` as bytes: 50 for each entry."""
    title, name = memory.title.encode(), memory.format.encode()
    records = b"".join(
        _RECORD.pack(each.raw, *(mark or _NONE for mark in each.marks), each.says, each.age, each.empty)
        for each in memory.records
    )
    rest = _HEAD.pack(_NONE, memory.title_digest, memory.context, len(title), len(name))[8:] + title + name + records
    return _VERSION + digest(rest) + rest


def compared(reading: Reading, memory: Memory, now: float) -> Parsed:
    """Return the entries of a reading that are new or changed, and what to remember of all.

    `now` is in seconds since 1970. An entry that is dated further ahead than clocks differ is not remembered, so that
    it is read again when its time has come.
    """
    listed = {raw: given if isinstance(given, Record) else _record(raw, given) for raw, given in reading.listed}
    entries = {raw: given for raw, given in reading.listed if isinstance(given, Entry)}
    seen = _Seen(memory, listed)
    new = [raw for raw, entry in entries.items() if entry.title and not seen.includes(listed[raw])]
    contents = [listed[raw].marks[-1] for raw, _ in reading.listed if not listed[raw].empty]
    others = [listed[raw] for raw in listed.keys() - set(new) if not listed[raw].empty]
    remembered = [
        record._replace(age=0) if record.age else record
        for raw, record in listed.items()
        if raw not in entries or (entries[raw].date or 0) <= now + AHEAD
    ]
    records = (remembered + seen.vanished())[:_MOST]
    return Parsed(
        title=reading.title or None,
        keyed=tuple(
            identify_marked([(entries[raw], listed[raw].marks) for raw in new], (each.marks for each in others))
        ),
        skipped=reading.unreadable + sum(listed[raw].empty for raw, _ in reading.listed),
        known=len({record.marks[-1] for record in others}),
        repeated=len(contents) - len(set(contents)),
        left=reading.left,
        format=reading.format,
        hints=reading.hints,
        memory=dump(Memory(reading.title_digest, reading.context, reading.title, reading.format, tuple(records))),
    )


class _Seen:
    """The entries that are remembered, beside those that are listed now."""

    def __init__(self, memory: Memory, listed: dict[Digest, Record]) -> None:
        guids = {record.marks[0] for record in listed.values()}
        self._gone = [record for record in memory.records if record.raw not in listed]
        self._contents = {record.marks[-1] for record in memory.records}
        self._said = {record.says for record in self._gone if record.marks[0] not in guids}
        self._said_as = {(record.marks[0], record.says) for record in memory.records}
        self._limit = max(_VANISHED, len(listed))

    def includes(self, record: Record) -> bool:
        guid = record.marks[0]
        return (
            record.marks[-1] in self._contents
            or (guid, record.says) in self._said_as
            or (guid is not None and record.says in self._said)
        )

    def vanished(self) -> list[Record]:
        """Return what to remember of the entries that are no longer listed, those that went last first."""
        older = (record._replace(age=record.age + 1) for record in self._gone if record.age < _POLLS)
        return sorted(older, key=lambda record: record.age)[: self._limit]


def _record(raw: Digest, entry: Entry) -> Record:
    return Record(raw, marks_of(entry), digest(repr(replace(entry, guid=None))), empty=not entry.title)


def _some(mark: Digest) -> Digest | None:
    return None if mark == _NONE else mark
