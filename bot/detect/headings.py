"""Who speaks in a headline without a verb of speaking: "Kremlin: no missiles", "Arms sent to rebels — U.N. panel"."""

from __future__ import annotations

from bot.detect.lexicon import Lexicon
from bot.detect.parties import actor
from bot.detect.speakers import Subject, named
from bot.detect.text import Token, words
from bot.detect.voice import Voice

QUOTES = words('“ ‘ "')
MEDIA = Subject(("MEDIA",))
_NOT_ANY = words("no not never none nothing")
_FACT_CHECKS = frozenset({"fact check", "fact-check", "factcheck"})
_LABELS = words("war crisis conflict latest live update updates briefing glance news headlines recap")
_BEEN = words("was were is are has had")


def headline_voices(row: list[Token], lexicon: Lexicon, found: list[Voice]) -> list[Voice]:
    """ "Kremlin: no missiles", "“Pure fabrication”: Peskov on arms", "Arms sent to rebels — U.N. panel"."""
    for i, token in enumerate(row):
        if token.low == ":" and 0 < i < len(row) - 1 and not _is_dateline(row, i):
            voice = _before_colon(row, i, lexicon, found) or _behind_colon(row, i, lexicon, found)
            return [voice] if voice else []
        if token.low in {"—", "–", "--", "-"} and i >= 3 and len(row) - i <= 5:
            subject = named(row, i + 1, len(row), lexicon, nearest=False)
            return [Voice("say", i, subject, 0, i)] if subject else []
    return []


def _is_dateline(row: list[Token], i: int) -> bool:
    """Whether what stands before a colon is where the story was written: "ISLAMABAD: Riyadh is in talks"."""
    word = actor(row[0]) if i == 1 else None
    return bool(word and word.form == "seat" and row[0].text.isupper() and len(row[0].text) > 3)


def _before_colon(row: list[Token], i: int, lexicon: Lexicon, found: list[Voice]) -> Voice | None:
    if i > 7 or any(voice.at < i for voice in found):
        return None
    answer = [token.low for token in row[i + 1 :] if token.low not in QUOTES | {"”", "'", ".", "!"}]
    if answer in (["no"], ["never"]):  # "Biden on F-16s for Ukraine: “No”"
        subject = named(row, 0, i, lexicon, nearest=False)
        return Voice("deny", 0, subject, 0, i) if subject.codes else None
    if any(token.low in QUOTES | _LABELS or "verb" in token.tags for token in row[:i]):
        return None
    if " ".join(token.low for token in row[:i]) in _FACT_CHECKS:
        return Voice("say", i, MEDIA, i + 1, len(row))
    subject = named(row, 0, i, lexicon, nearest=False)  # "Kyiv to Berlin: …", "Lula turns Scholz away: …"
    return Voice("say", i, subject, i + 1, len(row)) if subject.codes else None


def _behind_colon(row: list[Token], i: int, lexicon: Lexicon, found: list[Voice]) -> Voice | None:
    end = min(i + 6, len(row))
    topic = next((j for j in range(i + 1, end) if row[j].low in {"on", "over", "after", "of"}), end)
    subject = named(row, i + 1, topic, lexicon, nearest=False)
    if not subject.codes or any(voice.at > i and voice.kind == "say" for voice in found):
        return None
    titles = row[subject.end : topic]  # "…: Peskov on arms", "…: Russia's Afghan envoy on arms"
    about = topic < len(row) and (not titles or any("office" in token.tags for token in titles))
    first = next((token.low for token in row[:i] if token.low not in QUOTES), "")
    if about and first in _NOT_ANY and i <= 6:
        return Voice("deny", i, subject, 0, len(row))  # "Not a single bullet: Vučić on Serbian arms for Kyiv"
    told = row[subject.end : subject.end + 3]
    if not about and told and told[0].low in _BEEN and any("verb" in token.tags for token in told):
        return None  # "Rokhlin: Sylvania was given tanks"
    return Voice("topic", i, subject, 0, len(row)) if about else Voice("say", i, subject, 0, i)
