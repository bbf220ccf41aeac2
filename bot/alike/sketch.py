"""Sketches a story: what of it is compared with others. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.detect.lexicon import Lexicon
from bot.model import Claim

_APOSTROPHE = re.compile(r"['’`´](?:s\b)?")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_SPELLED = (
    (re.compile(r"\bu\.s\."), "us"),
    (re.compile(r"\bu\.k\."), "uk"),
    (re.compile(r"\bn\.? (?=korea)"), "north "),
    (re.compile(r"\bs\.? (?=korea)"), "south "),
    (re.compile(r"\bicbm\b"), "intercontinental ballistic missile"),
)
_VAGUE = frozenset({"unspecified", "missiles"})  # air defence and artillery are missiles too
_CODES = frozenset({"us", "uk", "un", "eu"})  # of two letters, the ones that headlines write
_ENDINGS = ("ies", "ing", "ed", "es", "s")
_FILLERS: Final = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "had", "has", "have", "in", "into"),
        *("is", "it", "its", "more", "new", "of", "on", "or", "over", "that", "the", "to", "was", "were", "will"),
        *("with", "report", "reports", "said", "say", "says"),
    )
)

_KINDS: Final = (
    ("live", re.compile(r"\blive\b|\bbriefing\b|\bat a glance\b|\bwhat we know\b")),
    ("pictures", re.compile(r"^(?:in pictures|photos?|pictured|watch|see|video)\b|\bin pictures\b|\bvideo\b")),
    (
        "comment",
        re.compile(
            r"^(?:what|who|why|how|when|where|is|are|can|could|does|will|analysis|opinion|comment|fact.?check\w*"
            r"|explainer|your|read)\b|[:.] (?:what|who|why|how|when)\b|\b(?:how to watch|what to expect|need to know"
            r"|could mean|experts say|podcast)\b"
        ),
    ),
)
_ATTRIBUTION = re.compile(r"(?:,|:| -| –) [^,:]{2,60}? (?:says?|said|warns?|claims?|reports?|confirms?)$")
_TURNS: Final = {
    form: stem
    for stem, forms in {
        "deny": "denies denied deny reject rejects rejected dismiss dismisses dismissed",
        "doubt": "casts doubts downplays",
        "insist": "insists",
        "warn": "warns warned warn threatens threatened vows vowed consequences target",
        "condemn": "condemns condemned denounces denounced mocks protests angering apologizes apologises",
        "sanction": "sanctions sanctioned",
        "welcome": "welcome welcomes welcomed reacts row praises praised thanks urges urged calls demands",
        "stop": "halts halted stops stopped pauses paused suspends suspended withdraws ends",
        "must": "must",
    }.items()
    for form in forms.split()
}
_COUNTED = re.compile(r"\b(day|no|phase|round) (\d+)\b")
_REPEATED = re.compile(r"\b(?:second|third|fourth|fifth|sixth|again)\b(?!-)")
_MONEY = re.compile(r"[$€£](\d+(?:,\d{3})*(?:\.\d+)?) ?(million|mn|m|billion|bn|b|trillion|tn)?\b")
_SCALE: Final = {"": 0, "m": 6, "b": 9, "t": 12}  # by the first letter


@dataclass(frozen=True, slots=True)
class Sketch:
    """What of a story is compared with others."""

    id: int
    at: datetime
    words: frozenset[str]  # of the headline: without endings and fillers, actors by their codes
    actors: frozenset[str]  # that the headline names
    told_of: frozenset[str]  # and all that the summary names too
    weapons: frozenset[str]  # categories that the headline names
    armed_with: frozenset[str]  # and all that the summary names too
    counts: frozenset[tuple[str, float]]  # what is counted in the headline, and how much: ("$", 400e6)
    is_repeated: bool  # the second of its kind, the third …
    turns: frozenset[str]  # "deny", "warn", …
    kind: str  # "news", or what else it is
    speaker: str | None  # the actor whom it names first
    says: frozenset[tuple[str, str | None, str | None]]  # stance, supplier and recipient of the claims read from it


class Sketcher:
    """Makes sketches by a lexicon's names of actors and weapons."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._actors = _phrases(lexicon.actor_words(), lexicon.find_actor)
        self._weapons = _phrases(lexicon.weapon_words(), lexicon.find_weapon)

    def sketch(self, story_id: int, title: str, summary: str, at: datetime, claims: Iterable[Claim]) -> Sketch:
        """Return the sketch of a story with the claims that were read from it. `summary` is plain text."""
        plain, below = _plain(title), _words(_plain(summary))
        news = _words(_ATTRIBUTION.sub("", plain).replace("warns of", "says"))
        words, named = _named(_words(plain), self._actors)
        actors, weapons = (_named(news, phrases)[1] for phrases in (self._actors, self._weapons))
        return Sketch(
            id=story_id,
            at=at,
            words=frozenset(_stem(word) for word in words if word not in _FILLERS) | {f"@{code}" for code in named},
            actors=frozenset(actors),
            told_of=frozenset([*named, *_named(below, self._actors)[1]]),
            weapons=frozenset(weapons) - _VAGUE,
            armed_with=frozenset([*weapons, *_named(below, self._weapons)[1]]),
            counts=_counts(plain),
            is_repeated=bool(_REPEATED.search(plain)),
            turns=frozenset(_TURNS[word] for word in news if word in _TURNS),
            kind=next((kind for kind, signs in _KINDS if signs.search(plain)), "news"),
            speaker=next(iter(actors), None),
            says=frozenset((claim.stance, claim.supplier, claim.recipient) for claim in claims),
        )


# ── words and names ───────────────────────────────────────────────────────────────────────────────────────────────────

_Phrases = dict[str, list[tuple[list[str], str]]]


def _phrases(written: Iterable[str], find: Callable[[str], str | None]) -> _Phrases:
    """Names by their first word, the longest first, with what they mean."""
    found: _Phrases = {}
    for phrase in written:
        words = _words(_plain(phrase))
        meaning = find(phrase)
        if words and meaning and (len(phrase) > 2 or phrase in _CODES):
            found.setdefault(words[0], []).append((words, meaning))
    for same_start in found.values():
        same_start.sort(key=lambda one: -len(one[0]))
    return found


def _named(words: list[str], phrases: _Phrases) -> tuple[list[str], list[str]]:
    """The words without the names among them, and what the names mean, in their order."""
    left: list[str] = []
    meant: dict[str, None] = {}
    at = 0
    while at < len(words):
        for phrase, meaning in phrases.get(words[at], ()):
            if words[at : at + len(phrase)] == phrase:
                meant[meaning] = None
                at += len(phrase)
                break
        else:
            left.append(words[at])
            at += 1
    return left, list(meant)


def _plain(text: str) -> str:
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    for spelling, plainly in _SPELLED:
        plain = spelling.sub(plainly, plain)
    return _APOSTROPHE.sub("", plain)


def _words(plain: str) -> list[str]:
    return _WORD.findall(plain)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 4 else word


def _counts(plain: str) -> frozenset[tuple[str, float]]:
    found: set[tuple[str, float]] = {(what, float(number)) for what, number in _COUNTED.findall(plain)}
    for number, scale in _MONEY.findall(plain):
        found.add(("$", float(number.replace(",", "")) * 10 ** _SCALE[scale[:1]]))
    return frozenset(found)
