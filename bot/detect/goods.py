"""Weapons in a row of tokens: which there are, and what stands for them."""

from __future__ import annotations

from bot.detect.phrases import WeaponWord
from bot.detect.text import Token, words
from bot.model import Weapon

_GOODS_PRONOUNS = words(
    "any anything them it these those such type shipment shipments consignment consignments deliveries batch systems "
    "boats vessels"
)
# Behind these an actor is no subject.
PREPOSITIONS = words(
    "to for from against with in of at on into about between over by near off across inside toward towards through "
    "via despite among like than reach reaching aboard around within without outside under beside alongside"
)
_ABROAD = words(
    "export exports exported exporting re-exported abroad overseas foreign third international customer customers "
    "countries buyers any anyone either no neither sides party parties"
)
LOADED = words("loaded carrying laden packed full filled with bringing transporting bearing")

# A weapon sent there is deployed, not handed over.
DEPLOYED = words(
    "airspace border skies near around strait across drill drills patrol patrols coast waters towards toward close "
    "over through exercise exercises deploy deploys deployed deployment scramble scrambles scrambled carrier message"
)
FIRING = words(
    "fire fired fires firing launch launched launches launching strike strikes struck hit hits attack attacked attacks "
    "shot shoots rain rained pound pounded target targeted explode exploded land lands landed crash crashed kill "
    "killed kills"
)
# What is told with one of these is a flight, a test, a wreck or a firm's affair, unless a sentence says otherwise.
NO_TRADE = words(
    "test tests tested testing crash crashed crashes collide collided scramble scrambled scrambles drill drills "
    "exercise exercises icbm intercontinental booster orbit splashed capsized sank sunk deploying deployed "
    "deploys deployment hacker hackers transponder rescue rescued airspace warships summit takeover merger"
)
COUNTS = words("a an two three four five six seven eight nine ten eleven twelve dozen dozens hundreds thousands for")
"""Words that goods begin with behind somebody's name."""

_MOVING = words("aircraft ships drones armour missiles")


def weapon(token: Token) -> WeaponWord | None:
    """The weapon that the token names, if any."""
    word: WeaponWord | None = token.tags.get("weapon")
    return word


def categories(row: list[Token], goods: list[int]) -> tuple[Weapon, ...]:
    """The categories of goods, "unspecified" only where nothing else is said."""
    # "GB50A bombs", "Su-35 fighters": the name says what they are; of "JF-17 engines" the part does
    parts = {j for j in goods if j - 1 in goods and (word := weapon(row[j])) and word.category == "components"}
    named = [j for j in goods if j in parts or not (j + 1 in parts or (j - 1 in goods and weapon(row[j - 1])))]
    found = list(dict.fromkeys(word.category for j in named if (word := weapon(row[j]))))
    if len(found) > 1 and "unspecified" in found:
        found.remove("unspecified")
    return tuple(found)


def makers(row: list[Token]) -> tuple[str, ...]:
    """Whose the named systems are."""
    return tuple(dict.fromkeys(word.maker for token in row if (word := weapon(token)) and word.maker))


def listed(row: list[Token], i: int, j: int) -> bool:
    """Whether the weapons at `i` and `j` stand in one list: "tanks, guns and shells"."""
    return j - i < 12 and all(
        weapon(token) or token.low in {",", "and", "or", "&"} or not (token.tags or token.low in PREPOSITIONS)
        for token in row[i + 1 : j]
    )


def one_list(row: list[Token], goods: list[int]) -> list[int]:
    """The first of the goods and those that go on with it, up to a verb: "tanks, guns and thousands of shells"."""
    kept = goods[:1]
    for j in goods[1:]:
        low, high = sorted((kept[-1], j))
        between = row[low + 1 : high]
        if any({"verb", "say", "deny"} & token.tags.keys() and not weapon(token) for token in between):
            break
        if any(_takes_over(row, k) for k in range(low + 1, high - 1)):
            break
        kept.append(j)
    return kept


def _takes_over(row: list[Token], k: int) -> bool:
    """Whether another gives what follows: "…, Freedonia four ships", "… and Graustark for radars"."""
    word = row[k].tags.get("actor")
    names = word is not None and word.form in {"name", "seat"} and row[k - 1].low in {",", "and"}
    return names and not row[k].possessive and (row[k + 1].low in COUNTS or row[k + 1].low.isdigit())


def names_goods(row: list[Token], start: int, end: int) -> bool:
    """Whether a pronoun or a general word stands for goods named before: "10,000 of them have gone to …"."""
    return any(token.low in _GOODS_PRONOUNS and not token.possessive for token in row[max(0, start) : end])


def meant_for(row: list[Token], j: int) -> bool:
    """Whether the weapon at `j` only tells what the goods are for: "ammunition for the Gepard"."""
    k = j - 1
    while (
        k > 0
        and j - k < 8
        and (weapon(row[k]) or row[k].low in {"the", "and", "its", ","} or row[k].text[:1].isupper())
    ):
        k -= 1
    return k > 0 and row[k].low == "for" and any(weapon(token) for token in row[max(0, k - 4) : k])


def carries(row: list[Token], j: int) -> bool:
    """Whether the craft at `j` only carries the goods: "planes loaded with weapons", "an aircraft full of rifles"."""
    word = weapon(row[j])
    if word is None or not word.vague:
        return False
    behind = row[j + 1 : j + 7]
    loaded = next((k for k, token in enumerate(behind[:3]) if token.low in LOADED), None)
    return loaded is not None and any(weapon(token) for token in behind[loaded + 1 :])


def goes_abroad(row: list[Token], left: int, right: int) -> bool:
    """Whether the goods are said to go abroad, though nobody says to whom."""
    return any(token.low in _ABROAD for token in row[left:right])


def are_craft(row: list[Token], goods: list[int]) -> bool:
    """Whether the goods may move by themselves, so that sending them may be no more than deploying them."""
    return any((word := weapon(row[j])) and word.category in _MOVING for j in goods)
