"""Reads a story: units → mentions of transfers → who says or denies each → claims."""

from __future__ import annotations

from dataclasses import replace

from bot.detect import attribution
from bot.detect.claimants import with_claimants
from bot.detect.denials import answers, governing
from bot.detect.denying import deny, deny_what_was_said
from bot.detect.goods import weapon
from bot.detect.implying import imply
from bot.detect.lexicon import Lexicon
from bot.detect.listing import with_goods
from bot.detect.making import add
from bot.detect.mention import Mention
from bot.detect.merging import DENIED_REPORT, QUESTION, merged
from bot.detect.owners import Owner
from bot.detect.parties import actor
from bot.detect.reading import Reading, read_units
from bot.detect.subjects import subject_of
from bot.detect.text import Token, Unit, story_text, units, words
from bot.detect.voice import Voice
from bot.detect.within import OVER
from bot.model import Claim, Story

_PARTIES = frozenset({"actor", "place", "epithet"})
_ARMS = words("arms weapons")
_ASIDE = words("; after following amid")  # behind these another voice begins
_GUESSES = words("may might could should can pressure pressed if whether urged")
_ABOUT = words("over on about")
_DECIDED = {
    ("weapons for", "proposed"),
    ("weapons for", "agreed"),
    ("weapons for", "stopped"),
    ("weapons to", "agreed"),
}
_MADE_UP = frozenset(["made up", "invented", "cooked up", "fabricated", "concocted", "dreamed up", "dreamt up"])
_REFUSALS = frozenset(
    [
        *("off the table", "out of the question", "not on the table", "not on the agenda", "nothing to do with"),
        *("no hand in", "no role in", "no part in", "no involvement", "not involved", "played no part", "had no part"),
    ]
)
_STORIES = words("story stories account accounts")
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
    if not any(_names_party(token) for unit in found for token in unit.tokens):
        return ()
    reading = read_units(found, lexicon)
    reading.mentions = [
        [_as_asked(unit, mention) for mention in of_unit] for unit, of_unit in zip(found, reading.mentions, strict=True)
    ]
    for index in range(len(found)):
        _read_unit(reading, index)
    reading.claims = [c for c in reading.claims if not (_is_answered(c, reading) or _is_of_group(c, reading))]
    told = {claim.supplier for claim in reading.claims if claim.stance == "asserts"}
    for unit, code, mention in reading.reported:
        if told.isdisjoint(mention.suppliers):
            add(reading, unit, "asserts", code, mention, rule=DENIED_REPORT)
            told.update(mention.suppliers)
    imply(reading)
    return with_claimants(with_goods(merged(reading.claims), reading), reading)


def _is_answered(claim: Claim, reading: Reading) -> bool:
    """Whether it is only asked, and denied at once: "Rockets for Sylvania? Nonsense, Fredville says"."""
    if QUESTION not in claim.rules:
        return False
    at = next(i for i, unit in enumerate(reading.units) if unit.text == claim.words)
    answer = {unit.text for unit in reading.units[at : at + 2]}
    dyad = (claim.supplier, claim.recipient)
    return any(c.stance == "denies" and c.words in answer and (c.supplier, c.recipient) == dyad for c in reading.claims)


def _is_of_group(claim: Claim, reading: Reading) -> bool:
    """Whether a state is named for its rebels: "denies arming Syrian rebels: it sent no arms to Syria"."""
    return claim.stance == "denies" and any(
        (other.stance, other.claimant, other.supplier) == (claim.stance, claim.claimant, claim.supplier)
        and claim.recipient is not None
        and reading.lexicon.state_of_group(other.recipient) == claim.recipient
        for other in reading.claims
    )


def _is_plain(token: Token) -> bool:
    """Whether the token alone shows that the story may be about arms."""
    word, verb, noun = weapon(token), token.tags.get("verb"), token.tags.get("noun")
    source = noun and noun.frame == "supplier" and not _ARMS.isdisjoint(token.low.split())  # "arms source"
    return bool((word and not word.vague) or (verb and verb.frame == "arm" and not verb.weak) or source)


def _names_party(token: Token) -> bool:
    """Whether the token may be a party to a transfer; a story that names none is at home."""
    return not _PARTIES.isdisjoint(token.tags)


def _read_unit(reading: Reading, index: int) -> None:
    unit, voices, mentions = reading.units[index], reading.voices[index], reading.mentions[index]
    owners = reading.owners[index]
    untrue, no_evidence = attribution.untrue(unit), attribution.no_evidence(unit)
    no_comment = attribution.no_comment(unit)
    denials = [voice for voice in voices if voice.kind == "deny"]
    if untrue is not None and any(voice.start <= untrue < voice.end for voice in denials):
        untrue = None  # "calls it groundless": the denial has its own scope
    if untrue is not None and (inventor := _inventor(unit, untrue)):
        mentions = [replace(m, suppliers=()) if m.suppliers == inventor and m.at > untrue else m for m in mentions]
        reading.mentions[index] = mentions
    for mention in mentions:
        speaker = _speaker(voices, mention, unit)
        if no_comment is not None and _is_passed_over(unit, no_comment, mention, speaker):
            _assert_denied_report(reading, unit, owners, mention, no_comment)
            continue
        if denial := governing(denials, mention, unit):
            deny(reading, unit, denial, mention)
            others = [owner for owner in owners if owner.code not in denial.subject.codes]
            _assert_denied_report(reading, unit, others, mention, denial.at)
        elif untrue is not None and (owners or speaker or _refuses(unit, untrue)) and not _apart(unit, untrue, mention):
            deny(reading, unit, speaker, mention)
            _assert_denied_report(reading, unit, owners, mention, untrue)
        elif no_evidence is not None and no_evidence < mention.at:
            without = subject_of(unit.tokens, no_evidence, 0)[1] if speaker is None else ()
            deny(reading, unit, speaker, replace(mention, subject=without) if without else mention)
        elif mention.negated and mention.phase != "stopped":
            if mention.subject or not reading.follows_halt(mention):  # "halts exports … nothing more will be shipped"
                deny(reading, unit, speaker, mention)
        elif _is_taken_up(unit, denials, speaker, mention):
            continue
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
            deny_what_was_said(reading, index + 1, voice, owners, unit)
    if mentions and no_evidence is not None and all(mention.end <= no_evidence for mention in mentions):
        doubters = [voice for voice in voices if voice.kind == "say" and voice.start <= no_evidence < voice.end]
        for voice in doubters[-1:]:  # "…, and Kabul said there was no proof of it"
            deny_what_was_said(reading, index + 1, voice, [], unit)
    if not mentions:
        events = [voice for voice in denials if answers(unit, voice)]
        if not events and untrue is not None:
            events = [voice for voice in voices if voice.kind in {"say", "topic"} and voice.start <= untrue < voice.end]
            events = events[:1] or [voice for voice in voices if voice.kind in {"say", "topic"}][:1]
        if not events and no_evidence is not None:
            events = [voice for voice in voices if voice.kind == "say" and voice.start <= no_evidence < voice.end][:1]
        for voice in events:
            deny_what_was_said(reading, index, voice, owners, unit)
    for voice in voices:
        if voice.subject.codes and voice.subject.codes != ("MEDIA",):
            reading.last_speakers = voice.subject.codes


def _is_taken_up(unit: Unit, denials: list[Voice], speaker: Voice | None, mention: Mention) -> bool:
    """Whether it is told only for who denies it: "Accused of arming the rebels, Kigali …"."""
    if speaker and speaker.kind == "accuse" and speaker.at == 0 and speaker.subject.open == "unnamed":
        return True
    return unit.tokens[0].low == "that" and any(mention.end <= voice.at and answers(unit, voice) for voice in denials)


def _inventor(unit: Unit, untrue: int) -> tuple[str, ...]:
    """Who is said to have made something up, and so has no part in it: "Washington made up arms deal with Russia"."""
    word = actor(unit.tokens[untrue - 1]) if untrue else None
    return (word.code,) if word and unit.tokens[untrue].low in _MADE_UP else ()


def _refuses(unit: Unit, untrue: int) -> bool:
    """Whether the word tells a refusal or that somebody has no part in it: "takes tanks for Kyiv off the table"."""
    return unit.tokens[untrue].low in _REFUSALS


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
    if voice and voice.kind == "accuse":
        firms = {code for code in mention.suppliers if reading.lexicon.actors[code].kind == "firm"}
        claimants = tuple(code for code in claimants if code not in firms)
    near = [owner for owner in owners if 0 < mention.start - owner.at <= 6 and not _apart(unit, owner.at, mention)]
    if near and (not claimants or near[-1].at > (voice.at if voice else -1)):
        claimants = (near[-1].code,)
    if not claimants and mention.phase == "delivered" and (mention.rule.startswith("ask+") or OVER in mention.rule):
        claimants = mention.subject[:1]  # who wants it ended, or takes issue over it, says that it goes on
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
        add(reading, unit, "asserts", sayer, mention, carrier, rule=QUESTION if asked else None)


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
        and unit.tokens[voice.start].low in {"if", "over"}
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


def _as_asked(unit: Unit, mention: Mention) -> Mention:
    """Bare weapons that a question asks about are only proposed: "Tanks for Sylvania?"."""
    open_ = mention.rule == "weapons for" and mention.phase == "delivered" and _is_asked(unit, mention)
    return replace(mention, phase="proposed") if open_ else mention


def _fears(token: Token) -> bool:
    return token.low.startswith(("fear", "concern", "worr", "alarm", "be concerned"))


def _assert_denied_report(reading: Reading, unit: Unit, owners: list[Owner], mention: Mention, denial: int) -> None:
    """What is denied as somebody's report was asserted by them: "denies a Fox News report of …"."""
    owner = next((owner for owner in owners if abs(owner.at - denial) <= 20), None)
    if owner and not (mention.negated and len(mention.recipients) > 1):  # "arms neither side": it was said of one
        if not owner.named and unit.tokens[owner.at].low in _STORIES:
            reading.reported.append((unit, owner.code, mention))  # the media's, unless the story tells whose it is
        else:
            add(reading, unit, "asserts", owner.code, mention, rule=DENIED_REPORT)
