"""A foreign weapon in a story of just two actors: "Cairo becomes first buyer of France's Rafale".

No verb of giving or getting need stand there. Whoever made the weapon is one of the two, so the other has got it, or
is to get it; states that face each other are left out, for of them much else is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.detect.clauses import clause, phase_of
from bot.detect.gist import FIGHTING
from bot.detect.goods import DEPLOYED, NO_TRADE, categories, listed, meant_for, weapon
from bot.detect.mention import Mention
from bot.detect.nucleus import is_verb
from bot.detect.origins import made_in, origin
from bot.detect.parties import actor, role
from bot.detect.phrases import TransferWord
from bot.detect.text import Token, Unit, words
from bot.detect.voice import Voice
from bot.model import Phase

RULE = "foreign weapon"
_WORD = TransferWord(RULE, "give", "delivered")
_GETTING = frozenset({"receive", "buy", "order", "weigh", "use", "find"})
_TURNING_UP = ("turn", "end", "surfac", "wind", "wound", "show", "arriv", "fly in", "flies", "flew", "seep", "filter")
_HAVING = words(
    "buyer buyers customer customers client clients tender contest fleet service stocks stock owner courtesy present "
    "gift gifts loan lease swap barter licence license inducted makers maker supplier suppliers fly flies flew vies "
    "operates vie front-runner shortlisted memorandum candidate spends splashing ceded"
)
# They set a phase, and tell of nothing else but a trade.
_MODAL = words(
    "may might could would will can should let allow whether plan plans planned planning ready hope hopes prepare "
    "prepares preparing possible potential soon due ask asks asked want wants wanted urge urges urged pressure looks"
)
_AGAINST = words("against near off over at toward towards around across about like than despite")
_WITHIN = words("in into inside")
_REMAINS = words("interest wreck wreckage debris")
_BLOCS = frozenset({"EU", "NATO"})
# A sentence with one of these is about wrecks, threats or trophies.
_OTHERWISE = NO_TRADE | words(
    "sinks stricken missing detect detects detected buzzed shadowed shadows tracks tracked spotted sighted war "
    "threat threats threaten threatens condemns spy spies spying captured abandoned seized looted surrender "
    "surrendered treaty history museum veteran veterans"
)
_NEAR = 8  # tokens around a weapon in which fighting keeps it from being goods
_TOLD: tuple[Phase, ...] = ("stopped", "proposed", "agreed")


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A weapon, the others of its list, and who made it."""

    at: int
    goods: list[int]
    owner: tuple[str, ...]  # whom the words before it name
    makers: tuple[str, ...]
    from_there: bool  # "from Freedonia", "made in Freedonia" stands behind it, or it is a part


def paired(
    unit: Unit, voices: list[Voice], states: Collection[str], rivals: Collection[frozenset[str]]
) -> list[Mention]:
    """The transfers that a unit's foreign weapons tell of: who of the `states` made them, and who has got them.

    `rivals` are pairs that don't arm each other.
    """
    row = unit.tokens
    if any(token.low in _OTHERWISE for token in row):
        return []
    trade = any(_has(row, i) for i in range(len(row)))
    speakers = {code for voice in voices for code in voice.subject.codes}
    found = [
        mention
        for arms in _foreign(row, states)
        if (trade or arms.from_there) and (mention := _mention(row, arms, speakers, rivals))
    ]
    # "Freedonian engines in Sylvanian tanks": the parts are what has been passed on
    return [mention for mention in found if mention.weapons == ("components",)] or found


def _has(row: list[Token], i: int) -> bool:
    """Whether the word at `i` speaks of having or getting: "buyer", "on its shopping list", "turned up", "fields"."""
    token = row[i]
    noun, verb = token.tags.get("noun"), token.tags.get("verb")
    if token.low in _HAVING or (noun and noun.frame in {"deal", "supplier", "request"}):
        return True
    if ("phase" in token.tags and token.low not in _MODAL) or token.text[:1] in "€$£":
        return True
    if verb is None or not is_verb(row, i, verb):
        return False
    return verb.rule in _GETTING or (verb.frame == "arrive" and token.low.startswith(_TURNING_UP))


def _mention(
    row: list[Token], arms: _Foreign, speakers: set[str], rivals: Collection[frozenset[str]]
) -> Mention | None:
    codes = _others(row)
    makers = _seller(row, arms, codes) or arms.makers
    others = [code for code in codes if code not in makers]
    if len(others) > 1:
        others = [code for code in others if code not in speakers]
    weapons = categories(row, arms.goods)
    if len(others) != 1 or len(makers) != 1:
        return None
    if {makers[0], others[0]} in rivals and weapons != ("components",):
        return None
    phase, denied = _phase(row, arms)
    return Mention(RULE, arms.at, arms.at, arms.goods[-1] + 1, makers, tuple(others), weapons, phase, denied)


def _others(row: list[Token]) -> list[str]:
    """The actors that a row names, but for firms, media and those that something is only near or against."""
    codes = []
    for j, token in enumerate(row):
        word = actor(token)
        if word is None or word.form in {"origin", "firm"} or word.code in {"MEDIA", "UN"}:
            continue
        before = row[j - 2].low if j > 1 and row[j - 1].low == "the" else row[j - 1].low if j else ""
        if before not in _AGAINST:
            codes.append(word.code)
    return list(dict.fromkeys(codes))


def _seller(row: list[Token], arms: _Foreign, codes: list[str]) -> tuple[str, ...]:
    """Who sells where the weapon's owner is named: "Sylvania's jets from Freedonia", "Sylvania's F-16 talks with …"."""
    if len(arms.owner) != 1 or len(codes) != 2 or arms.owner[0] not in codes:
        return ()
    other = next(code for code in codes if code != arms.owner[0])
    left, right = clause(row, arms.at)
    behind = row[arms.goods[-1] : arms.goods[-1] + 5]
    away = role(row, arms.goods[-1], min(right, arms.goods[-1] + 6), words("from"))
    if any(token.low in _REMAINS for token in behind):
        away = ()  # "draws interest from", "pulled from the wreck of"
    word = weapon(row[arms.at])
    described = any((w := actor(row[j])) and w.form in {"adjective", "origin"} for j in range(left, arms.at))
    return (other,) if away == (other,) or (word and word.maker == other and not described) else ()


def _phase(row: list[Token], arms: _Foreign) -> tuple[Phase, bool]:
    """How far it is, by the words around the weapon, else by any in the row."""
    phase, denied = phase_of(row, arms.at, *clause(row, arms.at), _WORD, arms.goods)
    told = {token.tags["phase"] for token in row if "phase" in token.tags}
    if phase == "delivered":
        phase = next((of_word for of_word in _TOLD if of_word in told), phase)
    return phase, denied


def _foreign(row: list[Token], states: Collection[str]) -> Iterator[_Foreign]:
    """The weapons of which it is told who made them."""
    done: set[int] = set()
    for i, token in enumerate(row):
        word = weapon(token)
        near = {other.low for other in row[max(0, i - _NEAR) : i + _NEAR]} if word else set()
        if not word or i in done or meant_for(row, i) or near & FIGHTING or near & DEPLOYED:
            continue
        left, right = clause(row, i)
        owner = origin(row, [i], left)
        if len(owner) == 1 and owner[0] not in states and owner[0] not in _BLOCS:
            continue  # a group makes no weapons
        named = next((j for j in range(i - 1, max(left, i - 5) - 1, -1) if actor(row[j])), i) if owner else i
        if named and row[named - 1].low in _WITHIN:
            continue  # "turn up in Sylvanian launchers"
        goods = [j for j in range(i, right) if weapon(row[j]) and listed(row, i, j) and not _has_own(row, i, j)]
        last = goods[-1]
        away = role(row, last, min(right, last + 4), words("from")) or made_in(row, last, right)
        parts = categories(row, goods) == ("components",)
        makers = owner or away or ((word.maker,) if word.maker else ())
        if makers and (owner or not word.vague):
            done.update(goods)
            yield _Foreign(i, goods, owner, makers, bool(away) or parts)


def _has_own(row: list[Token], i: int, j: int) -> bool:
    """Whether another weapon of the list has a maker of its own: "Indian rockets, French radars"."""
    return j > i and bool(origin(row, [j], i))
