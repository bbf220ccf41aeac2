"""Completes a mention from its own unit: whom it is said to, who denies it, which rebels "the rebels" are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from bot.detect.completing import NOUN_RULES, TRANSIT
from bot.detect.goods import PREPOSITIONS, weapon
from bot.detect.lexicon import Lexicon
from bot.detect.mention import Mention
from bot.detect.parties import actor, object_of
from bot.detect.text import Token, words
from bot.detect.voice import Voice

OVER = "+over"
"""What is added to the rule of bare weapons that somebody takes issue over, and so says to be given."""

_ADDRESSING = ("tell", "told", "caution", "warn", "remind", "urge")
_PASSING = ("cross", "pass", "transit", "went", "go")
_THROUGH = words("through over across via its their")
_STRIKING = ("struck", "hit", "fell on", "fell", "landed", "pound", "fired at", "attack", "target", "damag")
_SALES = words("sale sales deal package")
_ENOUGH = words("stop quit halt end cease")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the story names: those it is about in their order, and the armed group, where it is just one."""

    actors: tuple[str, ...]
    apart: tuple[str, ...]  # those of them that are named otherwise than as the makers of arms
    group: str | None


def completed_within(
    mention: Mention, row: list[Token], voices: list[Voice], named: Named, lexicon: Lexicon
) -> Mention:
    """A mention with what its own unit and the names of the story tell of its parties."""
    mention = _by_speaker(_with_sides(mention, named.actors, lexicon), voices)
    mention = _by_maker(_against(mention, row, lexicon), voices, row)
    mention = _of_state(_with_group(mention, named.group), named.apart, voices, lexicon)
    mention = _from_us(_to_us(_by_denier(mention, voices, row), voices, row), voices, row)
    return _by_addressee(_directed(mention, row, lexicon), voices, row)


def _speaks_alone(voice: Voice, row: list[Token]) -> bool:
    """Whether just one speaks: not "say U.S., Dutch and Danish leaders"."""
    behind = row[voice.subject.end : voice.subject.end + 2]
    others = len(behind) == 2 and behind[0].low in {",", "and"} and actor(behind[1]) is not None
    return len(voice.subject.codes) == 1 and not others


def _by_maker(mention: Mention, voices: list[Voice], row: list[Token]) -> Mention:
    """ "Buks have reached Sylvania, Strelsau says": whoever makes them and speaks of it has sent them."""
    if mention.suppliers or not mention.recipients or len(mention.makers) != 1:
        return mention
    said = {voice.subject.codes[0] for voice in voices if voice.kind == "say" and _speaks_alone(voice, row)}
    own = mention.makers[0] in said and mention.makers[0] not in mention.recipients
    return replace(mention, suppliers=mention.makers, rule=f"{mention.rule}+maker") if own else mention


def _against(mention: Mention, row: list[Token], lexicon: Lexicon) -> Mention:
    """ "The Ruritanian missile that fell on Kharkiv": it was given to the other side of the war."""
    open_end = mention.suppliers and mention.weapons and not mention.recipients and not mention.group
    if not open_end or mention.negated or mention.phase != "delivered" or mention.frame == "arm":
        return mention
    for i, token in enumerate(row):
        if not token.low.startswith(_STRIKING) or token.low.endswith("er"):
            continue
        hit = {code for t in row[i + 1 : i + 4] if (code := _place_of(t))}
        foes = {side for code in hit for side in lexicon.wars.get(code, ()) if side not in hit}
        if len(foes) == 1 and not foes & set(mention.suppliers):
            return replace(mention, recipients=tuple(foes), rule=f"{mention.rule}+war")
    return mention


def _place_of(token: Token) -> str | None:
    word = actor(token)
    place: str | None = token.tags.get("place")
    return word.code if word else place


def _to_us(mention: Mention, voices: list[Voice], row: list[Token]) -> Mention:
    """ "Freedonia gave us rockets, the rebels say": who speaks has got them."""
    if (
        mention.recipients
        or not mention.suppliers
        or not any(t.low == "us" for t in row[mention.at + 1 : mention.at + 4])
    ):
        return mention
    said = [voice for voice in voices if voice.kind == "say" and voice.start <= mention.at < voice.end]
    codes = {code for voice in said for code in voice.subject.codes} - {"MEDIA", *mention.suppliers}
    return replace(mention, recipients=tuple(codes)) if len(codes) == 1 else mention


def _from_us(mention: Mention, voices: list[Voice], row: list[Token]) -> Mention:
    """ "Sylvania's guns did not come from us, Fredville says": who speaks has given them, or has not."""
    behind = [token.low for token in row[mention.at + 1 : mention.at + 3]]
    goods_from = [token.low for token in row[mention.end : mention.end + 2]]
    if mention.suppliers or ["from", "us"] not in (behind[:2], goods_from):
        return mention
    said = [voice for voice in voices if voice.kind == "say" and voice.start <= mention.at < voice.end]
    codes = {code for voice in said for code in voice.subject.codes} - {"MEDIA", *mention.recipients}
    return replace(mention, suppliers=tuple(codes)) if len(codes) == 1 else mention


def _by_addressee(mention: Mention, voices: list[Voice], row: list[Token]) -> Mention:
    """ "Stop arming the rebels, Fredville tells Strelsau": whom it is said to is who does it."""
    if mention.rule == "weapons of" and not mention.negated:
        return _over_weapons(mention, row)
    if mention.suppliers or not mention.recipients or mention.negated or mention.frame not in {"give", "arm"}:
        return mention
    if (blamed := _blamed(row, mention)) and not set(blamed) & set(mention.recipients):
        rule = f"{mention.rule}{OVER}" if mention.rule == "weapons for" else mention.rule
        blamer = tuple(code for code in _first(row) if code not in blamed)
        return replace(mention, suppliers=blamed, subject=blamer, rule=rule)
    for voice in voices:
        if voice.kind != "say" or not voice.start <= mention.at < voice.end or not voice.subject.codes:
            continue
        codes = _addressed(row, voice)
        if row[voice.at].low.startswith(("tell", "told")) and row[mention.start].low not in _ENOUGH:
            continue  # only what one is told to do
        if len(codes) == 1 and not set(codes) & {*mention.recipients, *voice.subject.codes}:
            ordered = mention.at > 0 and row[mention.start].low in _ENOUGH
            phase = "delivered" if ordered and mention.phase == "stopped" else mention.phase
            return replace(mention, suppliers=codes, phase=phase, subject=())
    return mention


def _over_weapons(mention: Mention, row: list[Token]) -> Mention:
    """ "Fredville warns Strelsau over Ruritanian missiles": whoever is blamed for having them has got them."""
    blamed = _blamed(row, mention)
    if mention.recipients or not blamed or set(blamed) & set(mention.suppliers):
        return mention
    blamer = tuple(code for code in _first(row) if code not in blamed)
    return replace(mention, recipients=blamed, subject=blamer, rule=f"{mention.rule}{OVER}")


def _first(row: list[Token]) -> tuple[str, ...]:
    return next(((word.code,) for token in row if (word := actor(token))), ())


def _blamed(row: list[Token], mention: Mention) -> tuple[str, ...]:
    """With whom somebody takes issue over a transfer: "presses Strelsau over drones sold to Sylvania"."""
    over = next((j for j in range(mention.start - 1, max(0, mention.start - 8), -1) if row[j].low == "over"), None)
    warned = any(token.low.startswith(("warn", "caution")) for token in row[: mention.start])
    if over is None and warned:  # "warns Cairo against Russian jets"
        over = next(
            (j for j in range(mention.start - 1, max(0, mention.start - 4), -1) if row[j].low == "against"), None
        )
    between = row[over + 1 : mention.start] if over is not None else []
    if over is None or any(("verb" in t.tags and not weapon(t)) or "report" in t.tags for t in between):
        return ()  # "condemns Strelsau over a claim of …": it is the claim that is condemned
    at = next((j for j in range(over - 1, max(0, over - 6), -1) if actor(row[j])), None)
    if at is None or at == 0 or not any(actor(token) for token in row[:at]):
        return ()
    word = actor(row[at])
    to = row[at - 1].low == "to" and "protest" in row[at - 2].tags  # "protests to Strelsau over …"
    held = row[at - 1].low in PREPOSITIONS - {"with", "against", "before"} and not to
    acts = any({"say", "verb"} & token.tags.keys() for token in row[at + 1 : over])
    return (word.code,) if word and not held and not acts and word.form != "origin" else ()


def _addressed(row: list[Token], voice: Voice) -> tuple[str, ...]:
    """Whom somebody speaks to: "tells Strelsau", "Fredville to Strelsau:"."""
    if row[voice.at].low.startswith(_ADDRESSING):
        to_media = any("media" in token.tags for token in row[voice.at : voice.at + 4])
        return () if to_media else object_of(row, voice.at, len(row))[1]
    colon = row[voice.at].low == ":" and voice.subject.end < voice.at and row[voice.subject.end].low == "to"
    answers = any({"untrue", "deny"} & token.tags.keys() for token in row)
    return object_of(row, voice.subject.end, voice.at)[1] if colon and not answers else ()


def _with_sides(mention: Mention, actors: tuple[str, ...], lexicon: Lexicon) -> Mention:
    """ "Neither side" in Ukraine: both sides of the one war that the story speaks of."""
    wars = [sides for code in actors if (sides := lexicon.wars.get(code))]
    if mention.recipients or not mention.group_noun.endswith(("side", "sides", "party", "parties")) or len(wars) != 1:
        return mention
    return replace(mention, recipients=tuple(code for code in wars[0] if code not in mention.suppliers))


def _with_group(mention: Mention, group: str | None) -> Mention:
    if mention.group and group and not mention.recipients and group not in mention.suppliers:
        return replace(mention, recipients=(group,))
    return mention


def _of_state(mention: Mention, actors: tuple[str, ...], voices: list[Voice], lexicon: Lexicon) -> Mention:
    """ "Arming the rebels" where no group is named: those of the one state that neither arms them nor speaks."""
    if not mention.group or mention.recipients or not mention.suppliers:
        return mention
    apart = {*mention.suppliers, *(code for voice in voices for code in voice.subject.codes)}
    codes = [code for state in actors if state not in apart and (code := lexicon.group_of(mention.group_noun, state))]
    if not codes:  # "Freedonia complains that Sylvania arms the rebels": its own
        codes = [
            code
            for state in actors
            if state not in mention.suppliers and (code := lexicon.group_of(mention.group_noun, state))
        ][:1]
    if len(set(codes)) > 1 and apart.isdisjoint(actors[1:2]) and len(actors) > 1 and actors[0] in apart:
        # The state that the story names first beside the one that speaks.
        codes = [code for code in codes if code == lexicon.group_of(mention.group_noun, actors[1])]
    return replace(mention, recipients=(codes[0],)) if len(set(codes)) == 1 else mention


def _before_goods(row: list[Token], mention: Mention) -> str | None:
    """Whose plain name stands right before the goods."""
    token = row[mention.start - 1]
    word = actor(token) if mention.start else None
    return word.code if word and word.form == "name" and not token.possessive else None


def _goes_to_congress(row: list[Token], mention: Mention) -> bool:
    """Whether it is put before the lawmakers who may stop it: "puts Sylvanian arms sale before Congress"."""
    return any(token.low in {"congress", "lawmakers", "senate"} for token in row[mention.end : mention.end + 4])


def _directed(mention: Mention, row: list[Token], lexicon: Lexicon) -> Mention:
    """A deal in which only one side is known as an exporter of arms: that side supplies."""
    buyer = next((code for code in mention.suppliers if code not in lexicon.exporters), None)
    if buyer and mention.noun in _SALES and not mention.recipients and _before_goods(row, mention) == buyer:
        return replace(mention, suppliers=(), recipients=(buyer,))  # "over Sylvania arms sales"
    seller = tuple(code for code in mention.subject[:1] if code in lexicon.exporters)
    if buyer and seller and mention.noun in _SALES and _goes_to_congress(row, mention):
        return replace(mention, suppliers=seller, recipients=(buyer,), phase="agreed")
    sells = set(mention.suppliers) & lexicon.exporters
    buys = set(mention.recipients) & lexicon.exporters
    if mention.undirected and mention.suppliers and mention.recipients and buys and not sells:
        rule = f"{mention.rule}+exporter"
        return replace(mention, suppliers=mention.recipients, recipients=mention.suppliers, rule=rule)
    return mention


def _by_speaker(mention: Mention, voices: list[Voice]) -> Mention:
    """ "Islamabad said the country had sold none": of a country that gave nothing, its own people say so."""
    if not (mention.open_subject and mention.negated and mention.frame in {"give", "arm"} and not mention.suppliers):
        return mention
    said = [voice for voice in voices if voice.kind == "say" and voice.start <= mention.at < voice.end]
    codes = {code for voice in said for code in voice.subject.codes} - {"MEDIA", *mention.recipients}
    return replace(mention, suppliers=tuple(codes), open_subject=False) if len(codes) == 1 else mention


def _passes(row: list[Token], mention: Mention) -> bool:
    """Whether the goods are said to pass through a state."""
    behind = row[mention.end : mention.end + 6]
    return any(
        token.low.startswith(_PASSING) and (follower.low in _THROUGH or actor(follower))
        for token, follower in pairwise(behind)
    )


def _by_denier(mention: Mention, voices: list[Voice], row: list[Token]) -> Mention:
    """ "Minsk denies selling …": who denies a gerund is who would have done it."""
    deniers = {code for voice in voices if voice.kind == "deny" for code in voice.subject.codes}
    own = (deniers and set(mention.suppliers) <= deniers) or (mention.negated and mention.rule in NOUN_RULES)
    if own and mention.rule in NOUN_RULES and _passes(row, mention):
        # "denies that arms for Sylvania pass through it": it would not be the supplier
        return replace(mention, suppliers=(), rule=f"{TRANSIT}{mention.rule}")
    for voice in voices:
        codes = voice.subject.codes
        if voice.kind != "deny" or not codes or not voice.start <= mention.at < voice.end:
            continue
        nobody = not mention.suppliers and not mention.recipients
        if nobody and len(codes) == 2:  # "China, Pakistan deny missile transfer"
            return replace(mention, suppliers=codes[:1], recipients=codes[1:], undirected=True)
        untold = mention.suppliers and not mention.recipients and mention.rule != "weapons of"
        if untold and len(codes) == 1 and not set(codes) & set(mention.suppliers):
            return replace(mention, recipients=codes)
        own = not mention.subject or mention.subject == codes or mention.rule in NOUN_RULES
        if own and not mention.suppliers and mention.frame != "get" and not set(codes) & set(mention.recipients):
            return replace(mention, suppliers=codes)
    return mention
