"""What a story implies beyond its mentions: who asserted what is denied, and who protests against what is told.

Both may stand in sentences that name no party: "The CIA says the missiles are stored there", "China urged it to
refrain". They are looked for when all units have been read.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.detect.attribution import subject_before
from bot.detect.clauses import is_negation
from bot.detect.goods import weapon
from bot.detect.making import add
from bot.detect.mention import Mention
from bot.detect.parties import actor
from bot.detect.reading import Reading
from bot.detect.text import Token, Unit, words
from bot.detect.voice import Voice
from bot.model import Claim, Stance

_ACCUSER = "accuser"
_PROTEST = "protest"
_ANSWER = "answer"
_NONE = words("no none never neither nothing")
_CHARGES = (" accusation", " charge", " allegation", " claim")  # "made the accusation"
_DEALS = words("deal contract agreement order purchase sale accord delivery")
_ANNOUNCING = ("announc", "confirm", "hail", "acknowledg", "admit", "conced")
# What a protest that names no transfer is about.
_OBJECTS = words(
    "it this that them sale sales deal deals supply supplies delivery deliveries transfer transfers package "
    "purchase move decision contract step plan plans shipment shipments order export exports handover arms "
    "weapons"
)
_GOODS = words(
    "sale sales deal deals supply supplies delivery deliveries transfer transfers shipment shipments consignment cargo "
    "export exports arms"
)
_WITHDRAWING = words("refrain reconsider halt stop cancel abandon scrap rethink drop withdraw reverse returned call")
_HELPING = ("support", "help", "back", "assist", "aid")
_BEGINNING = 6  # tokens of a sentence in which its subject stands
_BEHIND = 14  # tokens: how far behind the verb the object of a protest may stand


def imply(reading: Reading) -> None:
    """Add the claims that the story implies to those that were read from its mentions."""
    for claim in _unasserted(reading.claims):
        _assert_for_accuser(reading, claim)
    told = _first_asserted(reading)
    if told:
        for unit, code, stance in _answers(reading, told):
            add(reading, unit, stance, code, told, rule=_ANSWER)
        for unit, code in _protesters(reading, told):
            add(reading, unit, "asserts", code, told, rule=_PROTEST)


# ── accusers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unasserted(claims: list[Claim]) -> list[Claim]:
    """The first denial of each dyad that nobody is yet known to assert."""
    asserted = {(c.supplier, c.recipient) for c in claims if c.stance == "asserts" and c.claimant}
    first: dict[tuple[str | None, str | None], Claim] = {}
    for claim in claims:
        if claim.stance == "denies" and (claim.supplier, claim.recipient) not in asserted:
            first.setdefault((claim.supplier, claim.recipient), claim)
    return list(first.values())


def _assert_for_accuser(reading: Reading, denied: Claim) -> None:
    """Somebody who is no denier and speaks of the same goods has asserted what is denied."""
    parties = {denied.supplier, denied.recipient}
    deniers = {c.claimant for c in reading.claims if c.stance == "denies" and {c.supplier, c.recipient} & parties}
    for unit, voices in zip(reading.units, reading.voices, strict=True):
        for voice in voices:
            codes = _accusing(reading, unit, voice)
            if not codes or deniers & set(codes) or _has_said(reading, unit, codes):
                continue
            add(reading, unit, "asserts", codes[0], _as_mention(denied), rule=_ACCUSER)
            return
    _assert_for_media(reading, denied, deniers)


def _assert_for_media(reading: Reading, denied: Claim, deniers: set[str | None]) -> None:
    """A report that the story speaks of where nobody denies anything is what is denied: "a study names a plant"."""
    for unit, voices, owners in zip(reading.units, reading.voices, reading.owners, strict=True):
        if unit.headline or any(voice.kind == "deny" for voice in voices) or unit.text == denied.words:
            continue
        begins = any("media" in token.tags for token in unit.tokens[:_BEGINNING])
        code = next((owner.code for owner in owners if owner.code not in deniers), "MEDIA" if begins else None)
        if code is None or _has_said(reading, unit, (code,)) or any(is_negation(token) for token in unit.tokens):
            continue
        add(reading, unit, "asserts", code, _as_mention(denied), rule=_ACCUSER)
        return
    for unit, voices in zip(reading.units, reading.voices, strict=True):
        code = _witness(unit, denied, deniers) if unit.text != denied.words else None
        told = code and not any(voice.kind == "deny" for voice in voices) and not _has_said(reading, unit, (code,))
        if code and told and not any(is_negation(token) or "untrue" in token.tags for token in unit.tokens):
            add(reading, unit, "asserts", code, _as_mention(denied), rule=_ACCUSER)
            return


def _witness(unit: Unit, denied: Claim, deniers: set[str | None]) -> str | None:
    """Who, as the subject of a unit about the goods and a party, tells what is denied, if they are no party."""
    row = unit.tokens
    named = {word.code for token in row if (word := actor(token))}
    if unit.headline or denied.phase == "proposed" or not named & {denied.supplier, denied.recipient}:
        return None
    if not any((weapon(token) or _moves(token)) for token in row):
        return None
    first = next(((j, word) for j, token in enumerate(row[:_BEGINNING]) if (word := actor(token))), None)
    media = any("media" in token.tags for token in row[:_BEGINNING])
    code = "MEDIA" if media else first[1].code if first else None
    return code if code not in {denied.supplier, denied.recipient} | deniers else None


def _as_mention(claim: Claim) -> Mention:
    suppliers = (claim.supplier,) if claim.supplier else ()
    recipients = (claim.recipient,) if claim.recipient else ()
    return Mention(claim.rules[0], 0, 0, 0, suppliers, recipients, claim.weapons, claim.phase, False)


def _accusing(reading: Reading, unit: Unit, voice: Voice) -> tuple[str, ...]:
    """Who speaks of arms in a voice that neither denies nor is unsure."""
    if voice.kind not in {"say", "accuse"}:
        return ()
    codes = voice.subject.codes or (("MEDIA",) if voice.subject.open == "paper" else ())
    scope = unit.tokens[voice.start : voice.end]
    unsure = any(is_negation(t) or {"no_evidence", "no_comment", "untrue"} & t.tags.keys() for t in scope)
    about = unit.tokens[voice.at].low.endswith(_CHARGES) or any(
        weapon(t) or t.low in _GOODS or _moves(t) for t in scope
    )
    return codes if about and not unsure else ()


def _moves(token: Token) -> bool:
    """Whether a verb tells of giving, getting or arriving."""
    verb = token.tags.get("verb")
    arrives = token.low.startswith(("land", "arriv", "reach", "cross", "turn", "end", "surfac"))
    return bool(verb and (verb.frame in {"give", "arm", "get"} or (verb.frame == "arrive" and arrives)))


def _has_said(reading: Reading, unit: Unit, codes: tuple[str, ...]) -> bool:
    """Whether they assert something else in the same unit."""
    return any(c.words == unit.text and c.claimant in codes and c.stance == "asserts" for c in reading.claims)


# ── protests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _first_asserted(reading: Reading) -> Mention | None:
    """The first transfer with both parties that the story tells and nobody halts."""
    every = (mention for of_unit in reading.mentions for mention in of_unit)
    told = (m for m in every if m.suppliers and not m.negated and m.phase != "stopped")
    return next((m for m in told if m.recipients or m.group), None)


def _protesters(reading: Reading, told: Mention) -> Iterator[tuple[Unit, str]]:
    """Third parties who protest against the transfer, or urge a party to leave it, without telling of it again."""
    parties = {*told.suppliers, *told.recipients, "MEDIA"}
    for unit in reading.units:
        for i in range(len(unit.tokens)):
            if not _protests(unit, i):
                continue
            codes = _protesting(reading, unit, i)
            if codes and parties.isdisjoint(codes) and not _has_said(reading, unit, codes):
                yield unit, codes[0]


def _protesting(reading: Reading, unit: Unit, i: int) -> tuple[str, ...]:
    """Who protests; "summoned the ambassador to protest" was who summoned."""
    if i and unit.tokens[i - 1].low == "to":
        return next(((word.code,) for token in unit.tokens[:i] if (word := actor(token))), ())
    return subject_before(unit.tokens, i, reading.lexicon).codes


def _protests(unit: Unit, i: int) -> bool:
    """Whether the verb at `i` protests against, or asks to leave, what the story tells."""
    row, tags = unit.tokens, unit.tokens[i].tags
    behind = row[i + 1 : i + 1 + _BEHIND]
    if "call" in tags:
        return any("condemning" in token.tags for token in behind)
    verb = tags.get("verb")
    if verb and verb.frame == "ask":
        return any(token.low in _WITHDRAWING for token in behind)
    return "protest" in tags and any(token.low in _OBJECTS or weapon(token) for token in behind)


# ── answers of the parties ───────────────────────────────────────────────────────────────────────────────────────────


def _answers(reading: Reading, told: Mention) -> Iterator[tuple[Unit, str, Stance]]:
    """What a party says of the transfer in a unit that tells none: "announced the deal", "there were no drones"."""
    for unit, voices, mentions in zip(reading.units, reading.voices, reading.mentions, strict=True):
        if mentions:
            continue
        for voice in voices:
            code = next((c for c in voice.subject.codes if c in {*told.suppliers, *told.recipients}), None)
            if code is None or voice.kind != "say" or _has_said(reading, unit, (code,)):
                continue
            scope = unit.tokens[voice.start : voice.end]
            if any({"no_comment", "not_denial", "untrue"} & token.tags.keys() for token in unit.tokens):
                continue
            if _none_there(scope) and _accused_by_other(reading, told, code):
                yield unit, code, "denies"
            elif unit.tokens[voice.at].low.startswith(_ANNOUNCING) and any(t.low in _DEALS for t in scope[:3]):
                yield unit, code, "asserts"


def _accused_by_other(reading: Reading, told: Mention, code: str) -> bool:
    """Whether somebody else asserts the transfer, and the party itself does not."""
    claimants = {
        c.claimant
        for c in reading.claims
        if c.stance == "asserts" and c.supplier in told.suppliers and c.recipient in told.recipients
    }
    return code not in claimants and bool(claimants - {None})


def _none_there(scope: list[Token]) -> bool:
    """Whether there are said to be no arms, or that none were given: "no weapons", "never sent any"."""
    if any(token.low == "nuclear" or "none" in token.tags for token in scope):
        return False
    if any(a.low == "," and b.low == "not" and weapon(c) for a, b, c in zip(scope, scope[1:], scope[2:], strict=False)):
        return True  # "they held aid, not arms"
    return any(
        token.low in _NONE
        and (
            any(weapon(t) or _moves(t) or t.low.startswith(_HELPING) for t in scope[i + 1 : i + 5])
            or (token.low in {"nothing", "none"} and any(_moves(t) for t in scope[max(0, i - 4) : i]))
        )
        for i, token in enumerate(scope)
    )
