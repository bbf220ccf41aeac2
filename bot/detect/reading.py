"""A story while it is read, and what its units tell each other.

A party that one sentence leaves out is taken from the story's other mentions; "the rebels" are the group it names;
"the ministry" is the ministry of whoever the story is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.detect import attribution, frames
from bot.detect.attribution import Voice
from bot.detect.lexicon import Lexicon
from bot.detect.mention import Mention
from bot.detect.parties import actor
from bot.detect.text import Unit, words
from bot.model import Claim, Weapon

_HOLDING = words("to for in from on")


@dataclass(slots=True)
class Reading:
    """A story while it is read."""

    units: list[Unit]
    lexicon: Lexicon
    voices: list[list[Voice]]  # of each unit
    mentions: list[list[Mention]]  # of each unit, completed from each other
    home: str | None  # who the story is about: its first actor that no preposition holds
    group: str | None  # the armed group, where it names just one
    last_speakers: tuple[str, ...] = ()
    claims: list[Claim] = field(default_factory=list)
    reported: list[tuple[Unit, str, Mention]] = field(default_factory=list)  # whose report was denied, and of what

    def speakers(self, voice: Voice, mention: Mention) -> tuple[str, ...]:
        """Who a voice is, with "the ministry", "it" and "both" taken from the story."""
        subject = voice.subject
        if subject.codes:
            return subject.codes
        if subject.open == "both":
            return self.both([mention])
        if subject.open == "office" and self.home in (*mention.suppliers, *mention.recipients) and self.home:
            return (self.home,)
        recipient_spoke = bool(self.last_speakers) and self.last_speakers[0] in mention.recipients
        if (voice.kind == "deny" or mention.negated) and mention.suppliers and not recipient_spoke:
            return mention.suppliers[:1]
        if subject.open == "group" and self.group:
            return (self.group,)
        if subject.open == "country" and self.last_speakers:
            return self.last_speakers[:1]
        if subject.open == "office" and self.home:
            return (self.home,)
        if subject.open == "name":
            return self._accuser()
        return self.last_speakers[:1] or mention.suppliers[:1]

    def both(self, said: list[Mention]) -> tuple[str, ...]:
        """Who "both" are: the two suppliers where there are two, else supplier and recipient."""
        suppliers = tuple(dict.fromkeys(code for mention in said for code in mention.suppliers))
        return suppliers if len(suppliers) == 2 else (*said[0].suppliers, *said[0].recipients)

    def _accuser(self) -> tuple[str, ...]:
        """Whose claim the story speaks of: who an unknown name most likely speaks for."""
        codes = [owner.code for unit in self.units for owner in attribution.owners(unit, self.lexicon)]
        code = next((code for code in codes if code not in {self.home, "MEDIA"}), self.home)
        return (code,) if code else ()


def read_units(units: list[Unit], lexicon: Lexicon) -> Reading:
    """The voices and mentions of tagged units, the mentions completed from each other."""
    voices = [attribution.voices(unit, lexicon) for unit in units]
    group = _group(units, lexicon)
    home = _home(units)
    found = [
        [_by_denier(_with_group(mention, group), of_unit) for mention in frames.find(unit)]
        for unit, of_unit in zip(units, voices, strict=True)
    ]
    return Reading(units, lexicon, voices, _completed(found, home), home, group)


def _home(units: list[Unit]) -> str | None:
    for unit in units:
        for i, token in enumerate(unit.tokens):
            word = actor(token)
            held = i > 0 and unit.tokens[i - 1].low in _HOLDING
            if word and word.form not in {"origin", "goal"} and not held:
                return word.code
    return None


def _group(units: list[Unit], lexicon: Lexicon) -> str | None:
    codes = {word.code for unit in units for token in unit.tokens if (word := actor(token))}
    groups = [code for code in codes if code in lexicon.actors and lexicon.actors[code].kind == "group"]
    return groups[0] if len(groups) == 1 else None


def _with_group(mention: Mention, group: str | None) -> Mention:
    if mention.group and group and not mention.recipients and group not in mention.suppliers:
        return replace(mention, recipients=(group,))
    return mention


def _by_denier(mention: Mention, voices: list[Voice]) -> Mention:
    """ "Minsk denies selling …": who denies a gerund is who would have done it."""
    if mention.suppliers or mention.frame == "get":
        return mention
    for voice in voices:
        codes = voice.subject.codes
        own = not mention.subject or mention.subject == codes
        if voice.kind == "deny" and codes and own and voice.start <= mention.at < voice.end:
            return mention if set(codes) & set(mention.recipients) else replace(mention, suppliers=codes)
    return mention


# ── completing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _completed(found: list[list[Mention]], home: str | None) -> list[list[Mention]]:
    """The mentions with the parties filled in that others tell; those that stay too open are dropped."""
    mentions = [mention for of_unit in found for mention in of_unit]
    whole = [m for m in mentions if m.suppliers and m.recipients and m.frame != "bare"]
    known = {mention.recipients for mention in whole}
    whole = whole or _put_together(mentions)
    weapons: tuple[Weapon, ...] = ()
    completed = []
    for of_unit in found:
        kept = []
        for mention in of_unit:
            filled = _filled(mention, whole, home)
            weapons = filled.weapons or weapons  # a mention without goods is of those that were spoken of before
            filled = replace(filled, weapons=weapons)
            if _stands(filled, known):
                kept.append(filled)
        completed.append(kept)
    return completed


def _put_together(mentions: list[Mention]) -> list[Mention]:
    """One mention has only the supplier, another only the recipient: they tell of one transfer."""
    suppliers = next((m.suppliers for m in mentions if m.suppliers and not m.recipients), None)
    recipients = next((m.recipients for m in mentions if m.recipients and not m.suppliers), None)
    if suppliers and recipients and not set(suppliers) & set(recipients):
        return [replace(mentions[0], suppliers=suppliers, recipients=recipients)]
    return []


def _filled(mention: Mention, whole: list[Mention], home: str | None) -> Mention:
    if mention.suppliers and mention.recipients:
        return mention
    for other in whole:
        if mention.suppliers and set(mention.suppliers) & set(other.suppliers):
            return replace(mention, recipients=other.recipients)
        if mention.recipients and set(mention.recipients) & set(other.recipients):
            return replace(mention, suppliers=other.suppliers)
    recipients = {other.recipients for other in whole}
    if mention.suppliers and len(recipients) == 1 and not set(mention.suppliers) & set(*recipients):
        return replace(mention, recipients=recipients.pop())
    suppliers = {other.suppliers for other in whole}
    if mention.recipients and len(suppliers) == 1 and not set(mention.recipients) & set(*suppliers):
        return replace(mention, suppliers=suppliers.pop())
    if whole and not mention.suppliers and not mention.recipients:
        return replace(mention, suppliers=whole[0].suppliers, recipients=whole[0].recipients)
    if mention.frame == "get" and not mention.recipients and home and home not in mention.suppliers:
        return replace(mention, recipients=(home,))
    untold = mention.recipients and not mention.suppliers and mention.frame != "seize"
    if untold and home and home not in mention.recipients and (mention.phase != "delivered" or mention.negated):
        return replace(mention, suppliers=(home,))
    return mention


def _stands(mention: Mention, known: set[tuple[str, ...]]) -> bool:
    """Whether enough is known: a purchase needs a seller, "Iranian drones" a receiver, a sale somebody abroad."""
    if mention.frame == "get":
        return bool(mention.suppliers)
    if mention.frame == "bare":
        return mention.recipients in known
    if mention.frame in {"deal", "supplier"} or mention.rule == "weapons of":
        return bool(mention.suppliers and mention.recipients)
    if not mention.recipients and mention.phase != "stopped" and not mention.negated:
        return mention.abroad
    return bool(mention.suppliers or mention.recipients)
