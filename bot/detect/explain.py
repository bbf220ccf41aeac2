"""Explains a reading: what was recognised in a story, what the rules made of it, and why nothing came of it.

It runs the functions by which `claims.py` reads, and keeps what they found on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.detect import attribution, frames
from bot.detect.claims import read
from bot.detect.goods import weapon
from bot.detect.lexicon import Lexicon
from bot.detect.mention import Mention
from bot.detect.nucleus import is_verb
from bot.detect.parties import actor
from bot.detect.reading import read_units
from bot.detect.speakers import is_speech
from bot.detect.text import Token, Unit, units
from bot.detect.voice import Kind, Voice
from bot.model import Claim, Story

WordKind = Literal["actor", "weapon", "transfer", "say", "deny", "report", "other"]

_SHOWN = 5  # words that a reason names


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that the rules know, from `start` to `end` in its unit's text, and what they take it for."""

    start: int
    end: int
    text: str
    kind: WordKind
    meaning: str  # "RU", "drones", "verb send", "deny"; several with commas between


@dataclass(frozen=True, slots=True)
class Told:
    """A transfer that a unit tells of, its parties completed from the story; `dropped` says why it does not count."""

    mention: Mention
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who speaks in a unit. `who` is codes, or what it is named by where the unit has no more: "office"."""

    kind: Kind
    who: tuple[str, ...]
    open: str
    carrier: str | None
    scope: str  # the words that they say or deny


@dataclass(frozen=True, slots=True)
class ExplainedUnit:
    """A headline or a sentence with everything that was found in it."""

    text: str
    headline: bool
    words: tuple[Word, ...]
    told: tuple[Told, ...]
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a story was read. `passed_over` is one sentence that says why it gave no claim; None where it gave one."""

    units: tuple[ExplainedUnit, ...]
    claims: tuple[Claim, ...]
    passed_over: str | None


def explain(story: Story, lexicon: Lexicon) -> Explanation:
    """Read a story as `claims.read` does, and tell what was found on the way. Its claims are those of `read`."""
    found = units(story)
    for unit in found:
        unit.tokens = lexicon.tag(unit.tokens)
    reading = read_units(found, lexicon)
    explained = tuple(
        ExplainedUnit(
            unit.text,
            unit.headline,
            tuple(_words(unit)),
            tuple(_told(frames.find(unit), mentions)),
            tuple(_heard(unit, voice) for voice in voices),
        )
        for unit, mentions, voices in zip(found, reading.mentions, reading.voices, strict=True)
    )
    claims = read(story, lexicon)
    return Explanation(explained, claims, None if claims else _why_none(found, explained))


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words(unit: Unit) -> Iterator[Word]:
    for i, token in enumerate(unit.tokens):
        meanings = list(_meanings(unit.tokens, i))
        if meanings:
            said = ", ".join(dict.fromkeys(meaning for _, meaning in meanings))
            yield Word(token.start, token.end, unit.text[token.start : token.end], meanings[0][0], said)


def _meanings(row: list[Token], i: int) -> Iterator[tuple[WordKind, str]]:
    """What the rules take a token for where it stands, the telling one first."""
    tags = row[i].tags
    if (verb := tags.get("verb")) and is_verb(row, i, verb):
        yield "transfer", f"verb {verb.rule}"
    if noun := tags.get("noun"):
        yield "transfer", f"noun {noun.rule}"
    if arms := weapon(row[i]):
        yield "weapon", f"{arms.category}, vague" if arms.vague else arms.category
    if known := actor(row[i]):
        by_form = {"origin": f"from {known.code}", "goal": f"to {known.code}"}
        yield "actor", by_form.get(known.form, known.code)
    if "not_denial" in tags:
        yield "other", "no denial"
        return
    if "deny" in tags and is_speech(row, i, "deny"):
        yield "deny", "deny"
    for tag, meaning in (("untrue", "untrue"), ("no_evidence", "no evidence")):
        if tag in tags:
            yield "deny", meaning
    for tag in ("accuse", "say"):
        if tag in tags and is_speech(row, i, tag):
            yield "say", tag
    if "according" in tags:
        yield "say", "according to"
    for tag in ("report", "media"):
        if tag in tags:
            yield "report", tag
    if "carrier" in tags:
        yield "report", "state media"
    yield from _small_meanings(row[i])


def _small_meanings(token: Token) -> Iterator[tuple[WordKind, str]]:
    for tag, meaning in (
        ("office", "office"),
        ("both", "both parties"),
        ("group", "armed group"),
        ("phase", str(token.tags.get("phase"))),
        ("none", "no weapon here"),
    ):
        if tag in token.tags:
            yield "other", meaning


# ── transfers and voices ─────────────────────────────────────────────────────────────────────────────────────────────


def _told(found: Iterable[Mention], kept: Sequence[Mention]) -> Iterator[Told]:
    """What a unit tells of by itself, each as the story completes it, or with why that was not enough."""
    completed = {(mention.rule, mention.at): mention for mention in kept}
    for mention in found:
        whole = completed.get((mention.rule, mention.at))
        yield Told(whole) if whole else Told(mention, _unknown(mention) or "its words alone do not show a transfer")


def _unknown(mention: Mention) -> str:
    parties = [("supplier", mention.suppliers), ("recipient", mention.recipients)]
    unknown = [name for name, codes in parties if not codes]
    return f"{' and '.join(unknown)} unknown" if unknown else ""


def _heard(unit: Unit, voice: Voice) -> Heard:
    scope = unit.tokens[voice.start : voice.end]
    words = unit.text[scope[0].start : scope[-1].end] if scope else ""
    return Heard(voice.kind, voice.subject.codes, voice.subject.open, voice.subject.carrier, words)


# ── why there is no claim ────────────────────────────────────────────────────────────────────────────────────────────


def _why_none(found: Sequence[Unit], explained: Sequence[ExplainedUnit]) -> str:
    """One sentence for a person."""
    tokens = [token for unit in found for token in unit.tokens]
    arms = [(token.text, word.vague) for token in tokens if (word := weapon(token))]
    arming = any(verb.frame == "arm" and not verb.weak for token in tokens if (verb := token.tags.get("verb")))
    if not arming and all(vague for _, vague in arms):
        alike = [token.text for token in tokens if "none" in token.tags]
        return _why_no_arms([text for text, _ in arms], alike)
    told = [one for unit in explained for one in unit.told]
    spoken_of = f"It speaks of arms ({_listed(text for text, _ in arms)})" if arms else "It speaks of arming"
    if not told:
        return _why_no_transfer(
            spoken_of, explained, denied=any(attribution.untrue(unit) is not None for unit in found)
        )
    standing = [one.mention for one in told if not one.dropped]
    if not standing:
        reasons = _listed(f"{one.mention.rule}: {one.dropped}" for one in told)
        return f"{spoken_of} and may tell of a transfer, but too little is known of it ({reasons})."
    same = [code for mention in standing for code in mention.suppliers if code in mention.recipients]
    if same:
        return f"{spoken_of}, but supplier and recipient are the same ({_listed(same)})."
    return f"{spoken_of} and of a transfer ({_listed(mention.rule for mention in standing)}), but nobody claims it."


def _why_no_arms(vague: Sequence[str], alike: Sequence[str]) -> str:
    if vague:
        return f"Its words for arms are too common to count alone ({_listed(vague)})."
    if alike:
        return f"What sounds like arms in it is none ({_listed(alike)})."
    return "It holds no word for arms that the rules know."


def _why_no_transfer(spoken_of: str, explained: Sequence[ExplainedUnit], *, denied: bool) -> str:
    words = [word.text for unit in explained for word in unit.words if "verb" in word.meaning or "noun" in word.meaning]
    if denied or any(voice.kind == "deny" for unit in explained for voice in unit.heard):
        return f"{spoken_of} and holds a denial, but tells of no transfer that it could be about."
    if words:
        return (
            f"{spoken_of} and holds a word for a transfer ({_listed(words)}), but they don't stand together as a rule "
            "asks, or nobody abroad is named."
        )
    return f"{spoken_of}, but no word in it tells of a transfer."


def _listed(words: Iterable[str]) -> str:
    different = list(dict.fromkeys(words))
    return ", ".join(different[:_SHOWN]) + ("…" if len(different) > _SHOWN else "")
