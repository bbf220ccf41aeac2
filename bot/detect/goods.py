"""Weapons in a row of tokens: which there are, and what stands for them."""

from __future__ import annotations

from bot.detect.phrases import WeaponWord
from bot.detect.text import Token, words
from bot.model import Weapon

_GOODS_PRONOUNS = words("any them it these those such shipment shipments consignment consignments deliveries systems")
# Behind these an actor is no subject.
PREPOSITIONS = words(
    "to for from against with in of at on into about between over by near off across inside toward towards through "
    "via despite among like than reach reaching aboard around within without outside under"
)
_ABROAD = words(
    "export exports exported exporting re-exported abroad overseas foreign third international customer customers "
    "countries buyers any anyone either no neither sides party parties"
)


def weapon(token: Token) -> WeaponWord | None:
    """The weapon that the token names, if any."""
    word: WeaponWord | None = token.tags.get("weapon")
    return word


def categories(row: list[Token], goods: list[int]) -> tuple[Weapon, ...]:
    """The categories of goods, "unspecified" only where nothing else is said."""
    found = list(dict.fromkeys(word.category for j in goods if (word := weapon(row[j]))))
    if len(found) > 1 and "unspecified" in found:
        found.remove("unspecified")
    return tuple(found)


def listed(row: list[Token], i: int, j: int) -> bool:
    """Whether the weapons at `i` and `j` stand in one list: "tanks, guns and shells"."""
    return j - i < 12 and all(
        weapon(token) or token.low in {",", "and", "or", "&"} or not (token.tags or token.low in PREPOSITIONS)
        for token in row[i + 1 : j]
    )


def names_goods(row: list[Token], start: int, end: int) -> bool:
    """Whether a pronoun or a general word stands for goods named before: "10,000 of them have gone to …"."""
    return any(token.low in _GOODS_PRONOUNS and not token.possessive for token in row[max(0, start) : end])


def meant_for(row: list[Token], j: int) -> bool:
    """Whether the weapon at `j` only tells what the goods are for: "ammunition for the Gepard"."""
    before = [token.low for token in row[max(0, j - 2) : j]]
    return (
        bool(before)
        and (before[-1] == "for" or before == ["for", "the"])
        and any(weapon(t) for t in row[max(0, j - 5) : j])
    )


def goes_abroad(row: list[Token], left: int, right: int) -> bool:
    """Whether the goods are said to go abroad, though nobody says to whom."""
    return any(token.low in _ABROAD for token in row[left:right])
