"""Claims → cases: where a claim belongs, what a case's status is, what changed, and which headlines are one text.

Pure: what is kept comes in as dataclasses, and the store does what comes out.

A status says who says what, never who is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from bot.model import Case, Claim, Status, Voice

REACH = timedelta(days=365)
"""How far from a case's first and last claim another claim on the same two actors still belongs to it."""

COPY_REACH = timedelta(days=7)
"""How far apart two stories may be for one to be a copy of the other's text."""

Dyad = tuple[str | None, str | None]
"""Supplier and recipient, of which one may be unknown."""

# One name, many mouths: that one newspaper asserts takes back nothing that another one denied.
_MANY_SPEAKERS = frozenset({None, "MEDIA"})


# ── status ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def status(voices: Sequence[Voice], *parties: str | None) -> Status:
    """Return the status of the case of these parties, supplier and recipient, by the first rule that holds:

    1. `denied`: nobody asserts it.
    2. `contested`: somebody asserts it and somebody denies it, whoever the two are. This goes before `stopped`: who
       says that a shipment was intercepted says that there was one, and a denial of that must stay in sight.
    3. `stopped`: the newest assertion says that it was halted or refused. At the same time a halt counts as newer,
       since it presupposes what it halts.
    4. `acknowledged`: supplier or recipient asserts it; so may those of a case that was merged into it.
    5. `alleged`: others assert it; the reporter's own voice is one of those.

    Each claimant counts with the newest stance, so a denial that its speaker took back no longer contests; both
    count where they were said at the same time. The media and the reporter's own voice are many speakers, and count
    with all they said. A denial that something was *halted* denies no transfer: it only contests a halt.
    """
    standing = [voice for voice in voices if not _taken_back(voice, voices)]
    asserted = [voice for voice in standing if voice.stance == "asserts"]
    if not asserted:
        return "denied"

    halted = max(asserted, key=lambda voice: (voice.last_at, voice.phase == "stopped")).phase == "stopped"
    if any(voice.stance == "denies" and (halted or voice.phase != "stopped") for voice in standing):
        return "contested"
    if halted:
        return "stopped"
    named = set(parties) - {None}
    return "acknowledged" if any(voice.claimant in named for voice in asserted) else "alleged"


def _taken_back(voice: Voice, voices: Sequence[Voice]) -> bool:
    if voice.claimant in _MANY_SPEAKERS:
        return False
    return any(
        other.claimant == voice.claimant
        and other.stance != voice.stance
        and other.last_at > voice.last_at
        and not (other.stance == "denies" and other.phase == "stopped")
        for other in voices
    )


# ── placing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of time that a case of some dyad covers so far."""

    case_id: int
    first_at: datetime
    last_at: datetime


def dyads(claims: Sequence[Claim]) -> list[Dyad | None]:
    """Return for each claim of one story the dyad whose case it belongs to, or None for no case.

    A claim that leaves one party open belongs with the one full dyad of its story that has its known party in the
    same role: officials who found rifles on a plane speak of what the plane's owner denies in the next sentence. Where
    there are two such dyads, or none, it stays on its own as `(AE, None)`. The claim itself keeps its gap.
    """
    full = {(claim.supplier, claim.recipient) for claim in claims if claim.supplier and claim.recipient}
    return [_dyad(claim, full) for claim in claims]


def _dyad(claim: Claim, full: Iterable[Dyad]) -> Dyad | None:
    own = (claim.supplier, claim.recipient)
    if own == (None, None):
        return None
    if None not in own:
        return own
    alike = [dyad for dyad in full if claim.supplier in (None, dyad[0]) and claim.recipient in (None, dyad[1])]
    return alike[0] if len(alike) == 1 else own


def nearest(spans: Sequence[Span], at: datetime) -> int | None:
    """Return the case, of those of one dyad, that a claim made at `at` belongs to; None: it starts a new one.

    It is the case nearest in time, within `REACH` of its span; of two equally near, the later. A late find that lies
    between two cases joins one of them and the two stay two: people know a case by its number and its message, so
    only people merge cases.
    """
    near = [(_distance(span, at), -span.case_id, span.case_id) for span in spans if _distance(span, at) <= REACH]
    return min(near)[2] if near else None


def _distance(span: Span, at: datetime) -> timedelta:
    return max(span.first_at - at, at - span.last_at, timedelta(0))


# ── what changed ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Change:
    """What a story did to a case."""

    was: Status | None  # the status before; None: the case is new
    seen: bool  # whether the case's message looks different now
    event: bool  # the status changed, or somebody changed position: worth a word of its own


def change(before: Case | None, after: Case) -> Change:
    """Return what became of a case: outlets that added up, a new voice, another status, a change of position."""
    if before is None:
        return Change(was=None, seen=True, event=False)
    was, now = _positions(before), _positions(after)
    turned = any(name in was and was[name] != stance for name, stance in now.items())
    return Change(
        was=before.status,
        seen=_shown(before) != _shown(after),
        event=before.status != after.status or turned,
    )


def _shown(case: Case) -> tuple[object, ...]:
    voices = {(voice.stance, voice.claimant, voice.phase) for voice in case.voices}
    return (case.status, case.publishers, frozenset(case.weapons), voices)


def _positions(case: Case) -> dict[str | None, str]:
    """The newest stance of each claimant that is one speaker."""
    oldest_first = sorted(case.voices, key=lambda voice: voice.last_at)
    return {voice.claimant: voice.stance for voice in oldest_first if voice.claimant not in _MANY_SPEAKERS}


@dataclass(frozen=True, slots=True)
class Report:
    """A story that reported a case."""

    title: str
    url: str | None
    outlet: str
    publisher: str  # who stands behind the outlet
    published: datetime | None
    at: datetime  # published, else first seen
    repeats: str | None  # the outlet whose text it is a copy of; None: its own


# ── copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# What desks put in front of an agency's headline: "UPDATE 2-", "EXCLUSIVE:", "Watch |".
_DESK = re.compile(
    r"^(?:update|refile|correction|corrected|exclusive|breaking|watch|live|wrapup)(?:\s*\d+)?\s*[-:|–—]\s*"
)
_APOSTROPHES = re.compile(r"['’`´]")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
# Not "to", "from", "by", "for": they say who gave and who got, and "to send" is not "sends".
_FILLERS = frozenset({"a", "an", "the", "and", "that", "its", "as", "at", "in", "on"})
_FEWEST_WORDS = 5
_ONE_SPELLING = 90.0


def same_text(a: str, b: str) -> bool:
    """Say whether two headlines are one text: an agency's, say, that two outlets carry.

    They are when the same words follow each other, but for fillers ("the", "and", "its"), case, accents, desk marks
    ("UPDATE 1-") and spellings ("finalizing", "finalising": the same first letter and a similarity of 90, which "Iran"
    and "Iraq", "denied" and "denies", and just so "Austria" and "Australia" at 88 stay below). Numbers are equal.

    Why not a similarity of the whole: in a year of real headlines (30,000 of 2021 and 2022) independently written ones
    on one event come to a token-sort ratio of 95 ("Pelé dead at 82", "Pelé dies at 82"), and "source says" for "US
    official says" to 92, while sorting the words makes "Iran arms Russia" of "Russia arms Iran". A copy that is missed
    leaves the count of publishers an upper bound; two texts joined wrongly would not. Under five words two desks come
    to the same headline by themselves.
    """
    left, right = _words(a), _words(b)
    if len(left) != len(right) or len(left) < _FEWEST_WORDS:
        return False
    return all(map(_same_word, left, right))


def _words(headline: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", headline).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _APOSTROPHES.sub("", _DESK.sub("", plain.replace("u.s.", "us").replace("u.k.", "uk").strip()))
    return [word for word in _WORD.findall(plain) if word not in _FILLERS]


def _same_word(a: str, b: str) -> bool:
    if a == b:
        return True
    if a[0] != b[0] or any(character.isdigit() for character in a + b):  # confirmed, unconfirmed
        return False
    return fuzz.ratio(a, b) >= _ONE_SPELLING
