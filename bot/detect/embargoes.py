"""Embargoes: who imposes, lifts or breaks one, and on whom it is."""

from __future__ import annotations

from bot.detect.mention import Mention
from bot.detect.parties import actor, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words

_IMPOSING = words(
    "impose imposes imposed slap slaps slapped extend extends extended renew renews renewed prolong prolongs prolonged "
    "adopt adopts adopted approve approves approved declare declares declared announce announces announced clamp "
    "clamps keep keeps kept maintain maintains maintained uphold upholds upheld tighten tightens tightened"
)
_IMPOSED = words("imposed extended renewed prolonged stands stood remains applies tightened upheld reimposed")
_FLOUTING = ("flout", "breach", "violat", "break", "broke", "bust", "defy", "defie", "circumvent", "skirt", "evad")
_LIFTING = ("lift", "eas", "scrap", "end", "drop", "relax")
CIVIL = words(
    "power gas energy food water grain oil medical fuel electricity aid vaccine wheat trade economic energy "
    "press news travel grain wine import export"
)
"""Before an embargo or a supply, these are of other goods."""


def embargo(row: list[Token], i: int, word: TransferWord, arms: list[int], left: int, right: int) -> Mention | None:
    """ "UN slaps arms embargo on Sylvania": whoever imposes it stops what goes there."""
    before = row[max(left, i - 6) : i]
    behind = {token.low for token in row[i + 1 : min(i + 7, right)]}
    imposed = any(token.low in _IMPOSING for token in before) or bool(behind & _IMPOSED)
    broken = next((j for j in range(max(left, i - 6), i) if row[j].low.startswith(_FLOUTING)), None)
    lifted = any(token.low.startswith(_LIFTING) for token in (*before, *(t for t in row[i + 1 : right] if _ed(t))))
    first = i if i in arms else i - 1
    on = role(row, i, min(right, i + 5), words("on against"))
    put, put_at = _put_under(row, first, left)
    under = on or put or _named_before(row, first, left)
    bare = row[i].low == "embargo" and not (i and row[i - 1].low in CIVIL)  # a story about arms speaks of theirs
    if (i - 1 not in arms and i not in arms and not bare) or not under:
        return None
    if broken is not None:
        suppliers = subject_of(row, broken, left)[1]
        if not suppliers or set(suppliers) & set(under):
            return None  # a state under embargo buys
        return Mention(word.rule, i, first, i + 1, suppliers, under, ("unspecified",), "delivered", False, suppliers)
    if not (imposed or lifted or put):
        return None
    imposed = imposed or bool(put)
    _, subject = subject_of(row, put_at or (i - 1 if on else first - 1), left)
    subject = subject or role(row, i, right, words("by"))
    suppliers = tuple(code for code in subject if code not in {"UN", "EU"})
    return Mention(
        word.rule,
        i,
        first,
        i + 1,
        suppliers,
        under,
        ("unspecified",),
        "stopped" if imposed else "proposed",
        False,
        subject,
        frame="seize",
    )


def _ed(token: Token) -> bool:
    return token.low.endswith("ed") and "actor" not in token.tags


def _put_under(row: list[Token], first: int, left: int) -> tuple[tuple[str, ...], int]:
    """Whom somebody "puts under an arms embargo", and where the verb stands; nobody and 0 where it does not."""
    under = next((j for j in range(first - 1, max(left, first - 3), -1) if row[j].low == "under"), None)
    word = actor(row[under - 1]) if under is not None and under > left else None
    puts = (j for j in range(left + 1, under or left) if row[j].low in {"put", "puts", "place", "places", "placed"})
    at = next(puts, 0)
    return ((word.code,), at) if word and at else ((), 0)


def _named_before(row: list[Token], first: int, left: int) -> tuple[str, ...]:
    """Whom "the Sylvania arms embargo" is on; who has one of its own, such as the UN, imposes it."""
    word = actor(row[first - 1]) if first > left else None
    plain = word and word.form == "name" and not row[first - 1].possessive
    return (word.code,) if word and plain and word.code not in {"UN", "EU", "US", "NATO"} else ()
