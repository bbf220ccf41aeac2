"""Who says a claim that no sentence gives a speaker, and who can't have said one that they deny."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.goods import PREPOSITIONS
from bot.detect.merging import merged
from bot.detect.parties import actor
from bot.detect.reading import Reading
from bot.detect.text import Unit
from bot.model import Claim


def with_claimants(claims: tuple[Claim, ...], reading: Reading) -> tuple[Claim, ...]:
    """The claims of a story with their speakers settled from the story as a whole."""
    own = {
        claim.key: accuser
        for claim in claims
        if _denies_it(claim, claims) and not _says_so(claim, reading) and (accuser := _accuser(claim, reading))
    }
    if own:
        claims = merged(replace(c, claimant=own[c.key]) if c.key in own else c for c in claims)
    return _with_lead_speaker(_with_only_speaker(claims, reading), reading)


def _denies_it(claim: Claim, claims: tuple[Claim, ...]) -> bool:
    """Whether a party is taken to assert what it denies: then somebody else asserts it."""
    denied = ("denies", claim.claimant, claim.supplier, claim.recipient)
    return (
        claim.stance == "asserts"
        and claim.phase != "proposed"
        and claim.claimant in (claim.supplier, claim.recipient)
        and claim.claimant is not None
        and any(other.key == denied for other in claims)
    )


def _says_so(claim: Claim, reading: Reading) -> bool:
    """Whether the claimant is named as the speaker of the sentence: then they have changed their mind."""
    return any(
        claim.claimant in voice.subject.codes and voice.kind == "say"
        for unit, voices in zip(reading.units, reading.voices, strict=True)
        if unit.text == claim.words
        for voice in voices
    )


def _accuser(claim: Claim, reading: Reading) -> str | None:
    """The first who is no party and acts in the sentence of a claim, else the only such in the story."""
    parties = {claim.supplier, claim.recipient, "UN"} | reading.deniers
    unit = next((unit for unit in reading.units if unit.text == claim.words), None)
    acting = _first_free(unit) if unit else None
    if acting and acting not in parties:
        return acting
    others = [code for code in reading.actors if code not in parties]
    return others[0] if len(others) == 1 else None


def _first_free(unit: Unit) -> str | None:
    """The first actor of a unit that no preposition holds."""
    for i, token in enumerate(unit.tokens):
        word = actor(token)
        if word and word.form not in {"origin", "goal"} and not (i and unit.tokens[i - 1].low in PREPOSITIONS):
            return word.code
    return None


def _with_only_speaker(claims: tuple[Claim, ...], reading: Reading) -> tuple[Claim, ...]:
    """What nobody is named for is said by the one who speaks in the rest of the story, if there is just one."""
    codes = {
        code for of_unit in reading.voices for voice in of_unit if voice.kind == "say" for code in voice.subject.codes
    }
    if len(codes) != 1 or any(claim.claimant for claim in claims):
        return claims
    speaker = codes.pop()
    return tuple(
        claim if speaker in (claim.supplier, claim.recipient) else replace(claim, claimant=speaker) for claim in claims
    )


def _with_lead_speaker(claims: tuple[Claim, ...], reading: Reading) -> tuple[Claim, ...]:
    """What a headline tells is said by who speaks in the sentence below it, where that tells nothing else."""
    if len(reading.units) < 2 or not reading.units[0].headline or reading.mentions[1]:
        return claims
    row = reading.units[1].tokens
    voice = next(
        (
            v
            for v in reading.voices[1]
            if v.kind == "say" and not row[v.at].low.startswith("show") and not row[v.at].low.endswith("ing")
        ),
        None,
    )
    if voice is None or any(v.kind == "deny" for v in reading.voices[1]):
        return claims
    speakers = voice.subject.codes
    if voice.subject.open in {"office", "paper"} and reading.mentions[0]:
        speakers = reading.speakers(reading.units[1], voice, reading.mentions[0][0])  # "…, the army said"
    if len(speakers) != 1:
        return claims
    speaker = speakers[0]
    headline = reading.units[0].text
    return merged(
        replace(c, claimant=speaker) if c.claimant is None and c.stance == "asserts" and c.words == headline else c
        for c in claims
    )
