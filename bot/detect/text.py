"""Cuts a story into units (headline, sentences) and units into tokens. Knows no lexicon.

Every token and unit keeps its place in the story's text, so that a claim's words are a span of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.model import Story

# Abbreviations with inner dots ("U.S.", "N."), numbers with separators, words with inner marks ("al-Shabaab",
# "d'Ivoire", "F-16s"), then any other sign by itself. Possessive endings are cut off afterwards.
_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|\$?€?\d[\d.,]*\d[\w-]*|\w+(?:[-/'’.&]\w+)*|“|”|‘|’|[^\w\s]",
)
_POSSESSIVE = re.compile(r"(?:['’]s|s['’])$")

# A dot after these ends no sentence.
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "gen",
        "lt",
        "col",
        "maj",
        "brig",
        "sgt",
        "capt",
        "adm",
        "gov",
        "sen",
        "rep",
        "st",
        "no",
        "vs",
        "rev",
        "hon",
        "prof",
        "jr",
        "sr",
        "inc",
        "ltd",
        "corp",
        "co",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "mt",
        "approx",
        "est",
        "fig",
        "dept",
        "univ",
        "a.m",
        "p.m",
    ]
)
# The look-behind keeps a long row of dots from being tried again at each of them.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”’')\]]*+(?=\s)|\n+|;(?=\s)|\s[•·*]\s")
# What agencies put before a headline: "UPDATE 2-Iran denies …", "Exclusive-Pakistan …".
_LABEL = re.compile(
    r"(?:update \d+|wrapup \d+|rpt|refile|exclusive|corrected|factbox|analysis|explainer|insight|timeline|breaking)"
    r"\s?[-–—](?=\w)",
    re.IGNORECASE,
)
_LONGEST = 1000  # characters: what goes on longer is no sentence, and is cut so that reading stays linear in the text


@dataclass(slots=True)
class Token:
    """One word, phrase or sign. `tags` says what the lexicon knows it as: kind → what the rule gave."""

    text: str
    low: str
    start: int
    end: int
    possessive: bool = False
    tags: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Unit:
    """A headline or a sentence: what a claim's words are."""

    text: str
    start: int  # in the story's text
    headline: bool
    tokens: list[Token]


def words(text: str) -> frozenset[str]:
    """A set of words, written with blanks between."""
    return frozenset(text.split())


def story_text(story: Story) -> str:
    """The text that is read, and that every claim's words are a span of."""
    body = story.body if len(story.body) > len(story.summary) else ""
    parts = (story.title, "" if body and story.summary.strip() in body else story.summary, body)
    return "\n".join(part for part in parts if part)


def units(story: Story) -> list[Unit]:
    """The headline and the sentences of a story, in their order, with their raw tokens."""
    text = story_text(story)
    found = []
    for start, end in _sentence_spans(text):
        sentence = text[start:end]
        if sentence.strip():
            headline = start < len(story.title)
            label = _LABEL.match(sentence) if headline else None
            read = " " * label.end() + sentence[label.end() :] if label else sentence
            found.append(Unit(sentence, start, headline, tokens(read)))
    return found


def tokens(text: str) -> list[Token]:
    """The raw tokens of a text; a possessive ending is cut off and noted."""
    found = []
    end = 0
    for written in _TOKEN.findall(text):  # nothing but blanks stands between two, so each is the next of its kind
        start = text.index(written, end)
        end = start + len(written)
        word, possessive = written, False
        if ("'" in word or "’" in word) and len(word) > 2 and (ending := _POSSESSIVE.search(word)):
            # "s’" at the end of a plural keeps its s: "allies’"
            word = word[: ending.start()] + ("s" if ending.group()[0] == "s" else "")
            possessive = True
        low = word.lower()
        found.append(Token(word, low.replace("’", "'") if "’" in low else low, start, end, possessive, {}))
    return found


def _sentence_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group()[0] == "." and not _ends_sentence(text, match.start(), match.end()):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [_trimmed(text, *part) for span in spans for part in _parts(text, *span)]


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > 0 else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def _ends_sentence(text: str, dot: int, end: int) -> bool:
    before = text[max(0, dot - 40) : dot].split()
    word = before[-1].lstrip("(“\"'‘").lower() if before else ""
    following = text[end : end + 40].lstrip()
    if not following or following[0].islower():
        return False
    if word in _ABBREVIATIONS:
        return False
    # "U.S. officials", "N. Korea", an initial: only a capital that begins a new sentence ends it, and none can tell
    # that from a name, so a single letter or dotted letters go on.
    return not (len(word) == 1 and word.isalpha()) and not re.fullmatch(r"(?:[a-z]\.)+[a-z]", word)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == ";"):
        end -= 1
    return start, end
