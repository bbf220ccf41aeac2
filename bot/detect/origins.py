"""Whose the goods are by the words around them: whose make, whose property, on whose ship.

"Freedonian drones", "Sylvania's rockets", "rifles made in Ruritania", "an Emirati plane".
"""

from __future__ import annotations

from bot.detect.goods import PREPOSITIONS
from bot.detect.parties import ABBREVIATED, actor, group, head_code, role
from bot.detect.text import Token, words

VESSELS = words(
    "ship vessel plane aircraft flight jet boat freighter dhow truck cargo tanker warship flights planes ships"
)
_MADE = words("made built produced manufactured designed assembled upgraded")


def origin(row: list[Token], goods: list[int], left: int, told: bool = False) -> tuple[str, ...]:
    """Who a weapon is from by the words right before it: "Iranian drones", "Iran's new drones", "Chinese-made guns".

    With `told` a name alone ("Iran drones") is not enough.
    """
    for i in goods:
        if i + 1 < len(row) and "report" in row[i + 1].tags:
            break  # "Kyiv's drone claims" are claims of Kyiv
        for j in range(i - 1, max(left, i - 5) - 1, -1):
            word = actor(row[j])
            if word and word.form == "person":
                break
            if word:
                close = word.form in {"name", "seat"} and j == i - 1 and not told
                if word.form in {"adjective", "origin", "firm"} or row[j].possessive or close:
                    plain = not row[j].possessive and word.form not in {"adjective", "origin"}
                    plain = plain and row[j].low not in ABBREVIATED  # "balks at US jets"
                    if j and plain and (row[j - 1].low in {"to", "for"} or "verb" in row[j - 1].tags):
                        break  # "to Russia weapons", "gave Ukraine F-16s"
                    return group(row, j, left, -1)[1]
                break
            if (
                row[j].low in PREPOSITIONS
                or row[j].low in {",", "“", "”", "and"}
                or {"verb", "say"} & row[j].tags.keys()
            ):
                break
    return ()


def possessor(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Whose the goods are: "Serbia's recent arms exports"."""
    for j in range(i - 1, max(left, i - 4) - 1, -1):
        if actor(row[j]) and row[j].possessive:
            return (head_code(row, j),)
        if row[j].low in PREPOSITIONS or {"accuse", "deny", "protest"} & row[j].tags.keys():
            break  # "Sylvania's ministry condemned the sale"
    return ()


def maker(row: list[Token], i: int, right: int) -> tuple[str, ...]:
    """The firm named anywhere behind a verb of getting."""
    for token in row[i + 1 : right]:
        word = actor(token)
        if word and word.form == "firm":
            return (word.code,)
    return ()


def vessel_of(row: list[Token], left: int, right: int) -> tuple[str, ...]:
    """Whose ship or plane the tokens name: "an Emirati plane", "Russia's cargo ship"."""
    for j in range(left, right):
        if actor(row[j]) and any(not VESSELS.isdisjoint(token.low.split()) for token in row[j + 1 : j + 4]):
            return (head_code(row, j),)
    return ()


def made_in(row: list[Token], last: int, right: int) -> tuple[str, ...]:
    """Where or by whom the weapon at `last` was made, as told behind it: "rockets made in Pakistan"."""
    made = next((j for j in range(last + 1, min(last + 4, right)) if row[j].low in _MADE), None)
    if made is None:
        return ()
    where = next((j for j in range(made + 1, min(made + 6, right)) if row[j].low in {"in", "by"}), None)
    return role(row, where - 1, min(right, where + 4), words("in by")) if where is not None else ()
