"""Reads a story: units → mentions of transfers → who says or denies each → claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.detect import attribution
from bot.detect.attribution import Voice
from bot.detect.claimants import with_claimants
from bot.detect.denials import answered_by, answers, governing, receivers_of, tells_own
from bot.detect.goods import weapon
from bot.detect.implying import imply
from bot.detect.lexicon import Lexicon
from bot.detect.listing import with_goods
from bot.detect.making import add
from bot.detect.mention import Mention
from bot.detect.merging import DENIED_REPORT, merged
from bot.detect.owners import Owner
from bot.detect.reading import Reading, read_units
from bot.detect.subjects import subject_of
from bot.detect.text import Token, Unit, story_text, units, words
from bot.model import Claim, Story

_ASIDE = words("; after following amid")  # behind these another voice begins
_GUESSES = words("may might could should can pressure pressed if whether urged")
_ABOUT = words("over on about")
_FAR = 30  # units: a denial answers nothing that stands further away
_DECIDED = {
    ("weapons for", "proposed"),
    ("weapons for", "agreed"),
    ("weapons for", "stopped"),
    ("weapons to", "agreed"),
}
_AHEAD = words("will would")
_PAST = words("since ever year years month months")
_OTHER_CLAUSE = words("; but while after")


def read(story: Story, lexicon: Lexicon) -> tuple[Claim, ...]:
    """The claims that a story holds; none where it is not about an arms transfer."""
    if not lexicon.may_speak_of_arms(story_text(story)):
        return ()
    found = units(story)
    for unit in found:
        unit.tokens = lexicon.tag(unit.tokens)
    if not any(_is_plain(token) for unit in found for token in unit.tokens):
        return ()
    reading = read_units(found, lexicon)
    for index in range(len(found)):
        _read_unit(reading, index)
    told = {claim.supplier for claim in reading.claims if claim.stance == "asserts"}
    for unit, code, mention in reading.reported:
        if told.isdisjoint(mention.suppliers):
            add(reading, unit, "asserts", code, mention, rule=DENIED_REPORT)
            told.update(mention.suppliers)
    imply(reading)
    return with_claimants(with_goods(merged(reading.claims), reading), reading)


def _is_plain(token: Token) -> bool:
    """Whether the token alone shows that the story may be about arms."""
    word, verb = weapon(token), token.tags.get("verb")
    return bool((word and not word.vague) or (verb and verb.frame == "arm" and not verb.weak))


def _read_unit(reading: Reading, index: int) -> None:
    unit, voices, mentions = reading.units[index], reading.voices[index], reading.mentions[index]
    owners = reading.owners[index]
    untrue, no_evidence = attribution.untrue(unit), attribution.no_evidence(unit)
    no_comment = attribution.no_comment(unit)
    denials = [voice for voice in voices if voice.kind == "deny"]
    if untrue is not None and any(voice.start <= untrue < voice.end for voice in denials):
        untrue = None  # "calls it groundless": the denial has its own scope
    for mention in mentions:
        speaker = _speaker(voices, mention, unit)
        if no_comment is not None and _is_passed_over(unit, no_comment, mention, speaker):
            continue
        if denial := governing(denials, mention, unit):
            _deny(reading, unit, denial, mention)
            others = [owner for owner in owners if owner.code not in denial.subject.codes]
            _assert_denied_report(reading, unit, others, mention, denial.at)
        elif untrue is not None and (owners or speaker) and not _apart(unit, untrue, mention):
            _deny(reading, unit, speaker, mention)
            _assert_denied_report(reading, unit, owners, mention, untrue)
        elif no_evidence is not None and no_evidence < mention.at:
            without = subject_of(unit.tokens, no_evidence, 0)[1] if speaker is None else ()
            _deny(reading, unit, speaker, replace(mention, subject=without) if without else mention)
        elif mention.negated and mention.phase != "stopped":
            if mention.subject or not reading.follows_halt(mention):  # "halts exports … nothing more will be shipped"
                _deny(reading, unit, speaker, mention)
        elif speaker is None and _is_topic(unit, mention) and reading.told_elsewhere(mention):
            continue  # "in talks over tanks for Kyiv" tells what it is about
        elif _is_feared(unit, voices, mention):
            continue  # whoever warns of it says so, not who may do it
        elif not speaker or speaker.kind != "topic":  # "Peskov on drones for Russia" says nothing of them yet
            _assert(reading, unit, speaker, mention, owners)
    for voice in voices:
        if voice.kind == "protest":
            _assert_protested(reading, unit, voice, mentions)
    for voice in denials if mentions else ():  # "…, which Pyongyang denies"
        if all(mention.end <= voice.at for mention in mentions) and answers(unit, voice):
            _deny_what_was_said(reading, index + 1, voice, owners, unit)
    if mentions and no_evidence is not None and all(mention.end <= no_evidence for mention in mentions):
        doubters = [voice for voice in voices if voice.kind == "say" and voice.start <= no_evidence < voice.end]
        for voice in doubters[-1:]:  # "…, and Kabul said there was no proof of it"
            _deny_what_was_said(reading, index + 1, voice, [], unit)
    if not mentions:
        events = [voice for voice in denials if answers(unit, voice)]
        if not events and untrue is not None:
            events = [voice for voice in voices if voice.kind in {"say", "topic"} and voice.start <= untrue < voice.end]
            events = events[:1] or [voice for voice in voices if voice.kind in {"say", "topic"}][:1]
        if not events and no_evidence is not None:
            events = [voice for voice in voices if voice.kind == "say" and voice.start <= no_evidence < voice.end][:1]
        for voice in events:
            _deny_what_was_said(reading, index, voice, owners, unit)
    for voice in voices:
        if voice.subject.codes and voice.subject.codes != ("MEDIA",):
            reading.last_speakers = voice.subject.codes


def _is_passed_over(unit: Unit, no_comment: int, mention: Mention, speaker: Voice | None) -> bool:
    """Whether it is only what somebody would not comment on, and nobody else says so."""
    if no_comment > mention.at or _apart(unit, no_comment, mention):
        return False
    silent = subject_of(unit.tokens, no_comment, 0)[1]
    return speaker is None or not speaker.subject.codes or bool(set(silent) & set(speaker.subject.codes))


def _speaker(voices: list[Voice], mention: Mention, unit: Unit) -> Voice | None:
    """The nearest voice in whose scope the mention stands."""
    said = [
        voice
        for voice in voices
        if voice.kind in {"say", "accuse", "topic"}
        and voice.start <= mention.at < voice.end
        and not (voice.at < mention.at and any(token.low in _ASIDE for token in unit.tokens[voice.at : mention.start]))
    ]
    nearest = min(said, key=lambda voice: abs(voice.at - mention.at), default=None)
    if nearest and nearest.subject.open == "country":  # "Washington says it is confident …"
        return next((voice for voice in reversed(said) if voice.at < nearest.at and voice.subject.codes), nearest)
    return nearest


def _apart(unit: Unit, at: int, mention: Mention) -> bool:
    """Whether another clause begins between a token and a mention."""
    low, high = sorted((at, mention.at))
    return any(token.low in _OTHER_CLAUSE for token in unit.tokens[low:high])


# ── asserting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _assert(reading: Reading, unit: Unit, voice: Voice | None, mention: Mention, owners: list[Owner]) -> None:
    asked = _is_asked(unit, mention)
    if (
        asked
        or (mention.phase == "delivered" and _is_open(unit, mention))
        or (mention.phase == "agreed" and voice and _fears(unit.tokens[voice.at]))
    ):
        mention = replace(mention, phase="proposed")
    claimants = reading.speakers(unit, voice, mention) if voice else ()
    near = [owner for owner in owners if 0 < mention.start - owner.at <= 6 and not _apart(unit, owner.at, mention)]
    if near and (not claimants or near[-1].at > (voice.at if voice else -1)):
        claimants = (near[-1].code,)
    unnamed = voice is not None and voice.subject.open == "unnamed"
    if not claimants and not unnamed and not asked and mention.phase != "delivered" and not _is_guessed(unit, mention):
        # Who decides, announces, refuses or asks is who says so.
        claimants = mention.subject if set(mention.subject) == set(mention.suppliers) else mention.subject[:1]
        if not claimants and (mention.rule, mention.phase) in _DECIDED:
            claimants = mention.suppliers[:1]
        claimants = tuple(code for code in claimants if reading.lexicon.actors[code].kind != "firm")
    carrier = voice.subject.carrier if voice else None
    if len(claimants) > 1 and set(claimants) == set(mention.suppliers):
        for claimant in claimants:  # each speaks for itself: "their countries have stopped arms sales"
            add(reading, unit, "asserts", claimant, replace(mention, suppliers=(claimant,)), carrier)
        return
    sayers: tuple[str | None, ...] = claimants or (None,)
    for sayer in sayers:
        add(reading, unit, "asserts", sayer, mention, carrier)


def _is_topic(unit: Unit, mention: Mention) -> bool:
    """Whether bare weapons are only what something is about: "over missiles for Sylvania"."""
    before = unit.tokens[max(0, mention.start - 4) : mention.start]
    return mention.rule == "weapons for" and any(token.low in _ABOUT for token in before)


def _is_feared(unit: Unit, voices: list[Voice], mention: Mention) -> bool:
    """ "X warns of consequences if Y sends …"."""
    return any(
        voice.kind == "protest"
        and voice.subject.codes
        and voice.start <= mention.at
        and unit.tokens[voice.start].low == "if"
        for voice in voices
    )


def _assert_protested(reading: Reading, unit: Unit, voice: Voice, mentions: list[Mention]) -> None:
    """Who protests against another's transfer says that it is so: "China threatens measures after U.S. clears …"."""
    for mention in mentions:
        for code in voice.subject.codes:
            if voice.start <= mention.at and code not in mention.suppliers and not mention.negated:
                add(reading, unit, "asserts", code, mention, voice.subject.carrier, rule="protest")


def _is_guessed(unit: Unit, mention: Mention) -> bool:
    """Whether it only may be, or is only undergone, so that its subject has decided nothing: "could send", "gets"."""
    before = unit.tokens[max(0, mention.at - 6) : mention.at]
    return mention.rule.startswith("receive") or any(token.low in _GUESSES for token in before)


def _is_open(unit: Unit, mention: Mention) -> bool:
    """Whether it is only possible: "not ruling out", "F-16s for Ukraine"."""
    not_ruled_out = any("not_denial" in token.tags and "rul" in token.low for token in unit.tokens[: mention.at])
    return not_ruled_out or mention.rule == "weapons for"


def _is_asked(unit: Unit, mention: Mention) -> bool:
    """Whether a question asks for it: "Drones for Russia?", "Is Iran arming Sudan?"."""
    return any(token.low == "?" for token in unit.tokens[mention.end : mention.end + 8])


def _fears(token: Token) -> bool:
    return token.low.startswith(("fear", "concern", "worr", "alarm", "be concerned"))


def _assert_denied_report(reading: Reading, unit: Unit, owners: list[Owner], mention: Mention, denial: int) -> None:
    """What is denied as somebody's report was asserted by them: "denies a Fox News report of …"."""
    owner = next((owner for owner in owners if abs(owner.at - denial) <= 20), None)
    if owner and not (mention.negated and len(mention.recipients) > 1):  # "arms neither side": it was said of one
        add(reading, unit, "asserts", owner.code, mention, rule=DENIED_REPORT)


# ── denying ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _deny(reading: Reading, unit: Unit, voice: Voice | None, mention: Mention) -> None:
    deniers = reading.speakers(unit, voice, mention, denying=True) if voice else ()
    if not deniers:
        deniers = mention.subject[:1] or mention.suppliers[:1] or ((reading.home,) if reading.home else ())
    _deny_by(reading, unit, deniers, mention, voice.subject.carrier if voice else None)


def _deny_by(reading: Reading, unit: Unit, deniers: Iterable[str], mention: Mention, carrier: str | None) -> None:
    for denier in deniers:
        own = denier in mention.suppliers and len(mention.suppliers) > 1  # of several suppliers each denies its own
        if mention.meant and mention.negated and mention.phase == "delivered" and not _is_past(unit):
            mention = replace(mention, phase="proposed")
        if mention.phase == "agreed" and _is_to_come(unit, mention):
            mention = replace(mention, phase="proposed")
        if mention.phase == "stopped":  # what was halted is denied as having been on its way
            mention = replace(mention, phase="delivered")
        add(reading, unit, "denies", denier, replace(mention, suppliers=(denier,)) if own else mention, carrier)


def _is_to_come(unit: Unit, mention: Mention) -> bool:
    """Whether what is denied lies ahead, so that nobody has agreed to it: "denies it will send"."""
    return any(token.low in _AHEAD for token in unit.tokens[max(0, mention.at - 3) : mention.at])


def _is_past(unit: Unit) -> bool:
    """Whether "no jets for Sylvania" tells of what has been, not of what will be: "… since May", "… in two years"."""
    return any(token.low in _PAST for token in unit.tokens)


def _deny_what_was_said(reading: Reading, index: int, voice: Voice, owners: list[Owner], unit: Unit) -> None:
    """A denial that names no transfer answers what was told before the unit `index` (or, from a headline, is next)."""
    said = [mention for of_unit in reading.mentions[max(0, index - _FAR) : index] for mention in of_unit][::-1]
    said += [mention for of_unit in reading.mentions[index : index + _FAR] for mention in of_unit]
    if not said:
        return
    both = voice.subject.open == "both"
    for denier in reading.both(said) if both else reading.speakers(unit, voice, said[0], denying=True):
        answered = answered_by(denier, said, other=voice.kind == "deny" and tells_own(unit, voice))
        own = receivers_of(unit, voice)
        if answered and own and denier not in own:  # "Haftar's army denied giving the RSF any support"
            answered = replace(answered, suppliers=(denier,), recipients=own)
        if answered:
            _deny_by(reading, unit, (denier,), answered, voice.subject.carrier)
            for owner in owners:
                if voice.kind == "deny" and owner.at < voice.at:
                    continue
                if not (answered.suppliers and answered.recipients):
                    continue
                if owner.named and owner.code != denier:
                    add(reading, unit, "asserts", owner.code, answered, rule=DENIED_REPORT)
                elif not owner.named:
                    reading.reported.append((unit, owner.code, answered))
