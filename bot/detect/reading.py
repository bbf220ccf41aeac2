"""A story while it is read, and what its units tell each other.

A party that one sentence leaves out is taken from the story's other mentions; "the rebels" are the group it names;
"the ministry" is the ministry of whoever the story is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.detect import attribution, frames
from bot.detect.completing import Cast, completed
from bot.detect.epithets import name_epithets
from bot.detect.following import with_followers
from bot.detect.gist import with_gist
from bot.detect.goods import PREPOSITIONS
from bot.detect.groups import name_groups
from bot.detect.lexicon import Lexicon
from bot.detect.mention import Mention
from bot.detect.owners import Owner, owners_of
from bot.detect.pairing import paired
from bot.detect.parties import actor, describes_arms, object_of
from bot.detect.seizing import is_seizure, with_seizures
from bot.detect.speakers import Subject
from bot.detect.text import Unit, words
from bot.detect.voice import Voice
from bot.detect.weighing import with_weighed
from bot.detect.within import Named, completed_within
from bot.model import Claim

_DATELINE = words("( — – -- -")
_LABELS = words("war crisis conflict latest live update updates briefing glance")


@dataclass(slots=True)
class Reading:
    """A story while it is read."""

    units: list[Unit]
    lexicon: Lexicon
    voices: list[list[Voice]]  # of each unit
    owners: list[list[Owner]]  # of each unit: whose reports and claims it speaks of
    mentions: list[list[Mention]]  # of each unit, completed from each other
    home: str | None  # who the story is about: its first actor that no preposition holds
    group: str | None  # the armed group, where it names just one
    accuser: str | None  # whose claim the story speaks of first, other than the media's and that of who it is about
    actors: tuple[str, ...]  # everybody it names, in their order
    deniers: frozenset[str]  # who deny something in it
    receivers: frozenset[str]  # the recipients of mentions that are more than bare weapons
    halted: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]  # suppliers and recipients of what was stopped
    last_speakers: tuple[str, ...] = ()
    claims: list[Claim] = field(default_factory=list)
    reported: list[tuple[Unit, str, Mention]] = field(default_factory=list)  # whose report was denied, and of what

    def speakers(self, unit: Unit, voice: Voice, mention: Mention, *, denying: bool = False) -> tuple[str, ...]:
        """Who a voice of a unit is, with "the ministry", "it" and "both" taken from the unit or the story."""
        subject = voice.subject
        if subject.codes:
            return subject.codes
        if subject.open == "unnamed":
            return ()
        if subject.open == "company":
            firms = (code for code in self.actors if self.lexicon.actors[code].kind == "firm")
            return tuple(firms)[:1] or self.last_speakers[:1]
        if subject.open == "office" and self._is_agency(unit, subject):
            return ("MEDIA",)
        if subject.open == "both":
            return self.both([mention])
        if subject.open in {"office", "country"} and not (denying or mention.negated or _is_person(unit, subject)):
            other = _acting(unit, voice.at, mention) or self._third(mention)
            if other:
                return (other,)
        if subject.open == "office" and self.home in (*mention.suppliers, *mention.recipients) and self.home:
            return (self.home,)
        recipient_spoke = bool(self.last_speakers) and self.last_speakers[0] in mention.recipients
        if (
            (voice.kind == "deny" or mention.negated)
            and subject.open != "paper"
            and mention.suppliers
            and not recipient_spoke
        ):
            return mention.recipients[:1] if mention.frame == "get" and mention.recipients else mention.suppliers[:1]
        if subject.open == "group" and self.group:
            return (self.group,)
        if subject.open == "country" and self.last_speakers:
            return self.last_speakers[:1]
        if subject.open == "office" and self.home:
            return (self.home,)
        if subject.open == "paper":
            return ("UN",) if "UN" in (*self.last_speakers, self.home) else ("MEDIA",)
        if subject.open == "name":
            return self._named_below(unit, mention) or self._accuser()
        return self.last_speakers[:1] or mention.suppliers[:1]

    def _is_agency(self, unit: Unit, subject: Subject) -> bool:
        """Whether "the agency" is the news agency that the story has named."""
        if not any(token.low == "agency" for token in unit.tokens[subject.start : subject.end]):
            return False
        before = self.units[: self.units.index(unit) + 1]
        return any(token.tags.get("media") not in (None, True) for u in before for token in u.tokens)

    def told_elsewhere(self, mention: Mention) -> bool:
        """Whether the story tells of a transfer to the same recipients in more than bare weapons."""
        return not self.receivers.isdisjoint(mention.recipients)

    def follows_halt(self, mention: Mention) -> bool:
        """Whether the story tells that just this transfer was halted, so that it is no denial that nothing goes."""
        return mention.phase in {"proposed", "agreed"} and (mention.suppliers, mention.recipients) in self.halted

    def both(self, said: list[Mention]) -> tuple[str, ...]:
        """Who "both" are: the two suppliers where there are two, else supplier and recipient."""
        suppliers = tuple(dict.fromkeys(code for mention in said for code in mention.suppliers))
        return suppliers if len(suppliers) == 2 else (*said[0].suppliers, *said[0].recipients)

    def _third(self, mention: Mention) -> str | None:
        """Who "the army" is that asserts what a party to it denies: the only one who is no party and denies nothing."""
        parties = {*mention.suppliers, *mention.recipients}
        if self.home not in self.deniers & parties:
            return None
        others = [code for code in self.actors if code not in parties | self.deniers | {"UN"}]
        return others[0] if len(others) == 1 else None

    def _named_below(self, unit: Unit, mention: Mention) -> tuple[str, ...]:
        """Whose speaker a headline names, as the sentence below it tells: "…, Smith says / The U.S. envoy told …"."""
        below = self.units.index(unit) + 1
        if not unit.headline or below >= len(self.units):
            return ()
        said = (voice.subject.codes for voice in self.voices[below] if voice.kind == "say" and voice.subject.codes)
        return next((codes for codes in said if "MEDIA" not in codes and not set(codes) & self.deniers), ())

    def _accuser(self) -> tuple[str, ...]:
        """Whose claim the story speaks of: who an unknown name most likely speaks for."""
        if self.accuser:
            return (self.accuser,)
        return self.last_speakers[:1] or ((self.home,) if self.home else ())


def read_units(units: list[Unit], lexicon: Lexicon) -> Reading:
    """The voices and mentions of tagged units, the mentions completed from each other."""
    name_epithets(units, lexicon.epithets)
    home = _home(units)
    group = _group(units, lexicon, home)
    name_groups(units, group)
    voices = [attribution.voices(unit, lexicon) for unit in units]
    owners = [owners_of(unit, lexicon) for unit in units]
    actors = tuple(dict.fromkeys(word.code for unit in units for token in unit.tokens if (word := actor(token))))
    concerned = _concerned(units)
    named = Named(concerned, _named_apart(units, concerned), group)
    found = [
        [completed_within(mention, unit.tokens, of_unit, named, lexicon) for mention in frames.find(unit)]
        for unit, of_unit in zip(units, voices, strict=True)
    ]
    deniers = {code for unit, of_unit in zip(units, voices, strict=True) for code in _deniers(unit, of_unit)}
    denier = next(iter(deniers)) if len(deniers) == 1 else None
    accusers = (owner.code for of_unit in owners for owner in of_unit if owner.code not in {home, "MEDIA"})
    states = frozenset(code for code in concerned if code in lexicon.actors and lexicon.actors[code].kind == "state")
    foes = tuple(frozenset(sides) for sides in lexicon.wars.values())
    cast = Cast(home, denier, _label(units), _accused(units, voices), frozenset(actors), states, foes)
    mentions = with_followers(units, completed(found, cast))
    if len(concerned) > 1:
        mentions = with_gist(units, voices, mentions)
        mentions = with_weighed(units, mentions, home, states, foes)
    if not any(mentions) and len(set(concerned) - {"MEDIA", "UN"}) == 2:
        mentions = [paired(unit, of_unit, states, lexicon.rivals) for unit, of_unit in zip(units, voices, strict=True)]
    if any(mentions) and is_seizure(units):
        mentions = with_seizures(units, mentions)
    every = [mention for of_unit in mentions for mention in of_unit]
    receivers = frozenset(code for m in every if m.rule != "weapons for" for code in m.recipients)
    halted = frozenset((m.suppliers, m.recipients) for m in every if m.phase == "stopped")
    accuser = next(accusers, None)
    return Reading(
        units, lexicon, voices, owners, mentions, home, group, accuser, actors, frozenset(deniers), receivers, halted
    )


def _deniers(unit: Unit, voices: list[Voice]) -> Iterator[str]:
    """Who denies something in a unit, or calls untrue what others say."""
    untrue = attribution.untrue(unit)
    for voice in voices:
        calls = untrue is not None and voice.kind == "say" and voice.start <= untrue < voice.end
        if voice.kind == "deny" or calls:
            yield from voice.subject.codes


def _accused(units: list[Unit], voices: list[list[Voice]]) -> str | None:
    """The only one whom the story says to be accused, blamed or sanctioned."""
    codes = {
        code
        for unit, of_unit in zip(units, voices, strict=True)
        for voice in of_unit
        if voice.kind == "accuse"
        for code in object_of(unit.tokens, voice.at, len(unit.tokens))[1]
    }
    return codes.pop() if len(codes) == 1 else None


def _label(units: list[Unit]) -> str | None:
    """Whom a label before the headline names: "Ukraine war: U.S. to send rockets"."""
    row = units[0].tokens if units else []
    colon = next((i for i, token in enumerate(row[:8]) if token.low == ":"), 0)
    codes = {word.code for token in row[:colon] if (word := actor(token))}
    labelled = any(token.low in _LABELS for token in row[:colon])
    return codes.pop() if labelled and len(codes) == 1 else None


def _is_person(unit: Unit, subject: Subject) -> bool:
    """Whether the subject is "he" or "she", who was named before."""
    return any(token.low in {"he", "she"} for token in unit.tokens[subject.start : subject.end])


def _acting(unit: Unit, before: int, mention: Mention) -> str | None:
    """Who acts in a unit before somebody speaks, if no party: "Israeli troops found rockets, the army says"."""
    row = unit.tokens
    for i in range(before):
        word = actor(row[i])
        if word is None or word.form in {"origin", "goal"} or (i and row[i - 1].low in PREPOSITIONS):
            continue
        if describes_arms(row, i):
            continue
        if any(token.low in _DATELINE for token in row[i + 1 : i + 3]):
            continue
        return None if word.code in {*mention.suppliers, *mention.recipients} else word.code
    return None


def _home(units: list[Unit]) -> str | None:
    for unit in units:
        for i, token in enumerate(unit.tokens):
            word = actor(token)
            before = i - 2 if i > 1 and unit.tokens[i - 1].low == "the" else i - 1
            held = before >= 0 and (unit.tokens[before].low in PREPOSITIONS or unit.tokens[before].low == "not")
            if word and word.form not in {"origin", "goal"} and not held:
                return word.code
    return None


def _group(units: list[Unit], lexicon: Lexicon, home: str | None) -> str | None:
    """The armed group that "the rebels" are: the only one, or the only one beside whom the story is about."""
    codes = {word.code for unit in units for token in unit.tokens if (word := actor(token))}
    groups = [code for code in codes if code in lexicon.actors and lexicon.actors[code].kind == "group"]
    if len(groups) > 1:
        groups = [code for code in groups if code != home]
    return groups[0] if len(groups) == 1 else None


def _named_apart(units: list[Unit], concerned: tuple[str, ...]) -> tuple[str, ...]:
    """Of those a story is about, who are named otherwise than as the makers of arms."""
    codes = {
        word.code
        for unit in units
        for i, token in enumerate(unit.tokens)
        if (word := actor(token)) and not describes_arms(unit.tokens, i)
    }
    return tuple(code for code in concerned if code in codes)


def _concerned(units: list[Unit]) -> tuple[str, ...]:
    """Whom a story is about: the actors it names but for the capitals that something is said in."""
    codes = []
    for unit in units:
        for i, token in enumerate(unit.tokens):
            word = actor(token)
            if word and not (word.form == "seat" and i and unit.tokens[i - 1].low in {"in", "at"}):
                codes.append(word.code)
    return tuple(dict.fromkeys(codes))
