"""Turns of phrase that tell of a transfer without a verb of giving: "keeps Assad in arms", "thanks Iran for shells"."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.clauses import HAVE, clause, negated, phase_of
from bot.detect.goods import categories, listed, makers, weapon
from bot.detect.mention import Mention
from bot.detect.origins import origin
from bot.detect.parties import actor, group, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words
from bot.model import Phase

RULE = "turn of phrase"
"""The rule of all of them."""

_THANKING = words("thank thanks thanked thanking")
_KEEPING = words("keep keeps kept keeping")
_KEPT = words("supplied armed stocked equipped in")
_FLEETS = words("flies flew operates operated fields fielded owns owned possesses possessed boasts boasted")
_POSSESSED = words("theirs its ours his hers")
_FOUND = words("found seized captured recovered discovered seen")
_CUSTOMERS = words("customer buyer client importer customers buyers importers")
_BE = words("is are was were isn't aren't wasn't weren't")
_MAKES = words("origin make manufacture design made-in made built")
_SWAPPING = words(
    "swap swaps swapped swapping trade trades traded trading exchange exchanges exchanged barters bartered"
)
_KIT = words("kit hardware equipment gear arsenal")
_STEPS = 7  # tokens between the parts of a turn


def turns_at(row: list[Token], i: int, arms: list[int]) -> list[Mention]:
    """The transfers that a turn of phrase beginning at `i`, at a word of `TURNS`, tells of."""
    if row[i].low in _SWAPPING:
        return _swaps(row, i, arms)
    found = TURNS[row[i].low](row, i, arms) if arms or row[i].low in _KEEPING else None
    return [found] if found else []


def _swaps(row: list[Token], i: int, arms: list[int]) -> list[Mention]:
    """ "Sylvania swaps old tanks for Freedonian arms": it gets the one and gives the other."""
    if i and row[i].low == "exchange" and row[i - 1].low == "in":
        return []  # "sends tanks in exchange for others": the verb tells of the first
    left, right = clause(row, i)
    wanted = next((j for j in range(i + 1, min(i + 12, right)) if row[j].low in {"for", "against"}), None)
    goods = _goods(row, wanted, right, arms) if wanted is not None else []
    givers = origin(row, goods[:1], wanted or i)
    before = next((j for j in (i - 1, i - 2) if j >= left and actor(row[j])), None)  # "Sylvania in swap of …"
    getters = group(row, before, left, -1)[1] if before is not None else subject_of(row, i, left)[1]
    given = [j for j in arms if i < j < (wanted or i)]
    if not goods or not givers or not getters or set(givers) & set(getters):
        return []
    got = _mention(row, i, goods, givers, getters)
    phase: Phase = "agreed" if got.phase == "delivered" else got.phase
    got = replace(got, phase=phase, start=goods[0], subject=getters)
    kit = any(token.low in _KIT for token in row[i + 1 : wanted])
    if not given and not kit:
        return [got]
    gave = _mention(row, i, given, getters, role(row, i, wanted or i, words("to")) or givers, end=wanted or 0)
    return [replace(gave, phase=phase, weapons=gave.weapons or ("unspecified",)), got]


def _goods(row: list[Token], start: int, right: int, arms: list[int]) -> list[int]:
    """The weapons of the first list that begins within reach behind `start`."""
    first = next((j for j in arms if start < j < min(right, start + _STEPS)), None)
    return [j for j in arms if first <= j < right and listed(row, first, j)] if first is not None else []


def _thanks(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Sylvania thanks Freedonia for its rockets": it has got them."""
    left, right = clause(row, i)
    at, givers = object_of(row, i, right)
    wanted = next((j for j in range(at + 1, min(at + 3, right)) if row[j].low == "for"), None)
    goods = _goods(row, wanted, right, arms) if givers and wanted is not None else []
    getters = subject_of(row, i, left)[1]
    if not goods or not getters or set(givers) & set(getters):
        return None
    if any("verb" in token.tags and not weapon(token) for token in row[wanted : goods[0]]):
        return None
    return _mention(row, i, goods, givers, getters)


def _keeps(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Freedonia keeps the rebels supplied with rifles", "kept Sylvania in ammunition"."""
    left, right = clause(row, i)
    at, getters = object_of(row, i, right)
    how = row[at + 1].low if getters and at + 1 < right else ""
    if how not in _KEPT:
        return None
    goods = _goods(row, at + 1, right, arms)
    if how == "in" and not (goods and goods[0] <= at + 4):
        return None
    givers = subject_of(row, i, left)[1]
    return _mention(row, i, goods, givers, getters, end=at + 2) if not set(givers) & set(getters) else None


def _has(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Sylvania has 24 jets from Freedonia": they came from there."""
    left, right = clause(row, i)
    goods = _goods(row, i, right, arms)
    if not goods or goods[0] - i > 5 or any({"verb", "say"} & token.tags.keys() for token in row[i + 1 : goods[0]]):
        return None
    behind = row[goods[-1] + 1] if goods[-1] + 1 < right else None
    givers = role(row, goods[-1], min(right, goods[-1] + 4), words("from")) if behind and behind.low == "from" else ()
    getters = subject_of(row, i, left)[1]
    if not givers or not getters or set(givers) & set(getters):
        return None
    return _mention(row, i, goods, givers, getters)


def _replaces(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Sylvania to replace its jets with Freedonian drones", "… with tanks from Freedonia"."""
    left, right = clause(row, i)
    by = next((j for j in range(i + 1, min(i + 9, right)) if row[j].low in {"with", "by"}), None)
    goods = _goods(row, by, right, arms) if by is not None else []
    givers = (origin(row, goods, by or i) or role(row, goods[-1], right, words("from"))) if goods else ()
    getters = subject_of(row, i, left)[1]
    if not givers or not getters or set(givers) & set(getters):
        return None
    found = _mention(row, i, goods, givers, getters)
    return replace(found, phase="agreed" if found.phase == "delivered" else found.phase, subject=getters)


def _talks(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Sylvania in talks with Freedonia over a missile that Freedonia makes": it wants it."""
    left, right = clause(row, i)
    if i + 1 >= right or row[i + 1].low != "with":
        return None
    end = len(row)  # "over" begins another clause, and tells what the talks are about
    about = next((j for j in range(i + 2, min(i + 6, end)) if row[j].low in {"over", "on", "for"}), None)
    goods = [j for j in arms if about is not None and about < j <= about + 3]
    sides = (*subject_of(row, i, left)[1], *object_of(row, i + 1, about or i)[1])
    own = makers(row[goods[0] : goods[-1] + 1]) if goods else ()
    if len(sides) != 2 or len(own) != 1 or own[0] not in sides:
        return None
    getters = tuple(code for code in sides if code not in own)
    return replace(_mention(row, i, goods, own, getters), phase="proposed", subject=sides[:1])


def _keeps_from(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Freedonia kept its bombs from Sylvania": it stopped them."""
    left, right = clause(row, i)
    goods = _goods(row, i, right, arms)
    behind = goods[-1] + 1 if goods and goods[0] - i <= 3 else right
    if behind + 1 >= right or row[behind].low != "from" or not actor(row[behind + 1]):
        return None
    getters = role(row, goods[-1], right, words("from"))
    givers = subject_of(row, i, left)[1]
    if not getters or not givers or set(givers) & set(getters):
        return None
    return replace(_mention(row, i, goods, givers, getters), phase="stopped", negated=False)


def _customer(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Sylvania becomes first customer for Freedonia's jets", "the main buyer of Freedonian arms"."""
    left, right = clause(row, i)
    if i + 1 >= right or row[i + 1].low not in {"for", "of", "from"}:
        return None
    goods = _goods(row, i + 1, right, arms)
    givers = origin(row, goods[:1], i + 1) if goods else ()
    names = (j for j in range(i - 1, max(left - 1, i - 9), -1) if (w := actor(row[j])) and w.form != "adjective")
    before = next(names, i)
    getters = group(row, before, left, -1)[1] if before < i and not row[before].possessive else ()
    if not givers or not getters or set(givers) & set(getters):
        return None
    found = _mention(row, i, goods, givers, getters)
    first = any(token.low in {"first", "launch", "new", "latest"} for token in row[before:i])
    phase: Phase = "agreed" if first and found.phase == "delivered" else found.phase
    return replace(found, start=before, phase=phase, subject=())


def _theirs(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Denies that rifles found at the rebels' base were theirs": that it has given them."""
    left, right = clause(row, i)
    goods = [j for j in arms if left <= j < i]
    if not goods or i + 1 >= right or row[i + 1].low not in _POSSESSED:
        return None
    if not any("deny" in token.tags for token in row[:i]) and not negated(row, i + 1, left):
        return None  # "rifles at the base were ours": they may have been lost
    found = next((j for j in range(goods[-1] + 1, i) if row[j].low in _FOUND), None)
    getters = role(row, found, i, words("in at on with among from by")) if found is not None else ()
    return _mention(row, i, goods[:1], (), getters) if getters else None


def _is_made(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """ "Missiles that the rebels launched were of Freedonian origin", "the rockets they fired were Freedonian"."""
    if arms[0] >= i:
        return None
    left, right = clause(row, i)
    goods = [j for j in arms if left <= j < i]
    apart = any("noun" in token.tags for token in row[goods[-1] + 1 : i]) if goods else True
    if not apart and i + 1 < right and row[i + 1].low == "for":
        getters = role(row, i, min(right, i + 5), words("for"))  # "the mortars on the plane were for Sylvania"
        return _mention(row, i, goods[:1], (), getters) if getters else None
    at = i + 2 if i + 1 < right and row[i + 1].low == "of" else i + 1
    word = actor(row[at]) if at < right else None
    if not goods or word is None or word.form not in {"adjective", "origin"}:
        return None
    behind = row[at + 1].low if at + 1 < right else ""
    if behind not in _MAKES and row[i + 1].low != "of" and behind not in {"", ".", ","}:
        return None
    users = object_of(row, goods[0], i)[1] or object_of(row, goods[0] + 1, i)[1]
    fired = any((verb := token.tags.get("verb")) and verb.frame == "use" for token in row[goods[0] : i])
    if not users or not fired or word.code in users:
        return None
    return _mention(row, i, goods[:1], (word.code,), users)


def _be(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    return _theirs(row, i, arms) or _is_made(row, i, arms)


def _keep(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    return _keeps(row, i, arms) or _keeps_from(row, i, arms)


def _mention(
    row: list[Token],
    i: int,
    goods: list[int],
    givers: tuple[str, ...],
    getters: tuple[str, ...],
    end: int = 0,
) -> Mention:
    left, right = clause(row, i)
    word = TransferWord(RULE, "give", "delivered")
    phase, denied = phase_of(row, i, left, right, word, goods)
    last = max([end, i + 1, *(j + 1 for j in goods)])
    denied = denied or negated(row, i, left) or row[i].low.endswith("n't")
    first = min([i, *goods])
    return Mention(word.rule, i, first, last, givers, getters, categories(row, goods), phase, denied, givers)


TURNS = {
    **dict.fromkeys(_THANKING, _thanks),
    **dict.fromkeys(_KEEPING, _keep),
    **dict.fromkeys(HAVE | _FLEETS, _has),
    **dict.fromkeys(_BE, _be),
    **dict.fromkeys(_CUSTOMERS, _customer),
    **dict.fromkeys(("replace", "replaces", "replacing", "replaced"), _replaces),
    **dict.fromkeys(("in talks", "talks"), _talks),
}
"""By the words they begin with, but for those of a swap, which tell of two transfers."""

BEGINNINGS = TURNS.keys() | _SWAPPING
"""The words that a turn of phrase may begin with."""
