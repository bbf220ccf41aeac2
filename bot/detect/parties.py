"""Who takes part in a transfer, by where an actor stands: right behind the verb, behind a preposition, before a weapon.

All look from the nucleus of a transfer, the token at `i`, inside its clause, and no further than a bounded gap.
"""

from __future__ import annotations

from bot.detect.goods import COUNTS, PREPOSITIONS, weapon
from bot.detect.phrases import ActorWord
from bot.detect.text import Token, words

TO = words("to into toward towards for")
FROM = words("from by")
SKIPPED = words(
    "the a an its their his of that some new more first any all old former both neighbouring neighboring ally "
    "allies alleged embattled war-torn junta military army armed forces government regime state own secretly "
    "covertly even also only not help aid mercenary group rebel rebels paramilitary paramilitaries militant "
    "militants insurgents militia either both neither movement faction"
)
# Names that stand for an adjective too.
ABBREVIATED = words("us u.s. uk u.k. uae dprk rok prc eu")
_RECEIVERS = words(
    "sides side forces troops fighters soldiers units customers buyers parties party factions tribes police "
    "security border naval air people war-hit nearby entities firms agents"
)
_FAVOURS = words(
    "help aid support backing money oil gas cash troops technology know-how assistance investment votes grain"
)
INDUSTRY = words("plants plant factories factory industry makers producers manufacturers firms complex")
_WARS = words("war conflict front crisis invasion offensive campaign")
_PARTS = ("components", "sensors", "ammunition")
_WAYS = words("way means sea air train rail road plane ship parachute truck")
_HELPING = words("defend help aid support assist protect bolster strengthen")
_HELD = words("seen found used held captured hands")
_REACH = 14  # tokens


def actor(token: Token) -> ActorWord | None:
    """The actor that the token names, if any."""
    word: ActorWord | None = token.tags.get("actor")
    return word


def head_code(row: list[Token], i: int) -> str:
    """The code of the actor at `i`."""
    word = actor(row[i])
    return word.code if word else ""


def describes_arms(row: list[Token], i: int) -> bool:
    """Whether the actor at `i` only tells where the weapon behind it is from: "Iranian drones"."""
    word = actor(row[i])
    if word is None or word.form not in {"adjective", "origin", "name", "seat", "firm"}:
        return False
    adjective = word.form in {"adjective", "origin"} or row[i].possessive
    for j in range(i + 1, min(i + (5 if adjective else 2), len(row))):
        word_behind = weapon(row[j])
        if word_behind and word_behind.vague and any("verb" in token.tags for token in row[j + 1 : j + 4]):
            return False  # "two Eritrean aircraft had delivered weapons"
        if word_behind or ("noun" in row[j].tags and not adjective):
            deal = j + 1 < len(row) and "noun" in row[j + 1].tags  # "Taiwan arms sale"
            return "verb" not in row[j].tags or adjective or deal
        if (
            actor(row[j])
            or row[j].low in {",", "to", "and", "of", "officials", "official", "that", "is", "has", "will"}
            or {"say", "office", "verb", "report", "phase", "deny"} & row[j].tags.keys()
        ):
            return False
    return False


def group(row: list[Token], i: int, stop: int, step: int) -> tuple[int, tuple[str, ...]]:
    """Actors joined by commas and "and" around `i`, in the direction of `step`; the far end and the codes."""
    codes = [head_code(row, i)]
    far, gap, joined, j = i, 0, "", i + step
    paired = False  # an "and" was seen; else commas alone must be a headline's list
    while (stop <= j if step < 0 else j < stop) and gap < 4:
        word = actor(row[j])
        if word and joined:
            if (word.form == "person" and joined == ",") or (step > 0 and _speaks(row, j)):
                break
            if step > 0 and j + 1 < stop and (row[j + 1].low in COUNTS - {"for"} or row[j + 1].low.isdigit()):
                break  # "to Sylvania, and Graustark nine howitzers"
            if not paired and joined == "," and not _bare_list(row, j, step):
                break
            codes.append(word.code)
            far, gap, joined = j, 0, ""
        elif row[j].low in {",", "and", "or", "&", "nor"}:
            paired = paired or row[j].low != ","
            joined = row[j].low if joined in {"", ","} else joined
            gap += 1
        elif row[j].low == "the":
            gap += 1
        else:
            break
        j += step
    return far, tuple(dict.fromkeys(codes if step > 0 else codes[::-1]))


def _bare_list(row: list[Token], j: int, step: int) -> bool:
    """Whether actors joined by a comma alone are a list: "Rwanda, Uganda arm …", "… to Saudis, UAE"."""
    if step < 0:
        return j == 0 or row[j - 1].low in {":", ";"}
    return (
        j + 1 >= len(row)
        or "verb" in row[j + 1].tags
        or row[j + 1].low in {".", ";", "and", ",", "—", "&", ":", "?", "as", "after", "in"}
    )


def _speaks(row: list[Token], i: int) -> bool:
    """Whether the actor at `i` is the subject of a verb of speaking rather than one more of a list."""
    comma = i + 1 < len(row) and row[i + 1].low == ","  # "for Sylvania or Graustark, Strelsau insists"
    return (
        not comma
        and any({"say", "deny", "office"} & token.tags.keys() for token in row[i + 1 : i + 4])
        and row[i - 2 if row[i - 1].low == "the" else i - 1].low != "and"
    )


def _head(row: list[Token], k: int, right: int) -> int:
    """From "Russia" in "Russia's Wagner" and "Sudanese" in "Sudanese Rapid Support Forces" on to the group."""
    word = actor(row[k])
    if word and (row[k].possessive or word.form == "adjective"):
        for j in range(k + 1, min(k + 5, right)):
            behind = actor(row[j])
            if behind and (j < k + 4 or len(behind.code) > 2):
                return j if all(t.low in SKIPPED for t in row[k + 1 : j]) or len(behind.code) > 2 else k
            plain = not row[j].tags and row[j].low not in PREPOSITIONS | {",", "and", "or"}
            if row[j].low not in SKIPPED and not (plain and word.form == "adjective"):  # "Lebanese Shiite movement …"
                break
    return k


def object_of(row: list[Token], i: int, right: int) -> tuple[int, tuple[str, ...]]:
    """The actors right behind a verb, with no preposition between: where they begin, and their codes."""
    for j in range(i + 1, min(i + 4, right)):
        if word := actor(row[j]):
            if word.form in {"origin", "goal"}:
                return j, ()
            k = _head(row, j, right)
            if k == j and word.form == "adjective" and j + 1 < right and is_group(row[j + 1]):
                return j, ()  # "equipped the Sylvanian gunmen"
            return k, group(row, k, right, 1)[1]
        if "place" in row[j].tags:
            return j, (row[j].tags["place"],)
        if row[j].low not in SKIPPED or row[j].low == "of":
            break
    return i, ()


def pronoun_object(row: list[Token], i: int, left: int, right: int, subject: tuple[str, ...]) -> tuple[str, ...]:
    """Whom "it" or "them" right behind a verb means: the last actor before it that is not the subject."""
    if i + 1 >= right or row[i + 1].low not in {"it", "them", "him", "her"}:
        return ()
    for j in range(i - 1, left - 1, -1):
        word = actor(row[j])
        if is_group(row[j]) and row[i + 1].low == "them":
            return ()  # "to reinforce the rebels and gave them weapons"
        aside = any("say" in token.tags for token in row[j + 1 : j + 4]) and any(t.low == "," for t in row[j - 2 : j])
        if word and (word.code == "UN" or aside):
            continue  # who speaks of it is no party
        if word and word.code not in subject and word.form not in {"origin", "person"}:
            return (word.code,)
    return ()


def loose_object(row: list[Token], i: int, right: int) -> tuple[str, ...]:
    """As `object_of`, a few words further on: "arming the Ethiopian government", "arm insurgents in Somalia"."""
    for j in range(i + 1, min(i + 5, right)):
        if word := actor(row[j]):
            return group(row, _head(row, j, right), right, 1)[1] if word.form != "origin" else ()
        if "group" in row[j].tags or row[j].low in _RECEIVERS or (row[j].low in PREPOSITIONS and row[j].low != "in"):
            return ()
    return ()


def role(row: list[Token], i: int, right: int, prepositions: frozenset[str]) -> tuple[str, ...]:
    """The actors behind the first of the prepositions after the nucleus that holds any."""
    for j in range(i + 1, min(i + 1 + _REACH, right)):
        if row[j].low == "”" and j + 1 < right and row[j + 1].low == ",":
            return ()  # the sentence that is quoted ends
        if row[j].low == "by" and j + 1 < right and row[j + 1].low in _WAYS:
            continue  # "sold to Sylvania by way of Freedonia"
        if row[j].low in prepositions and (codes := _behind(row, j, right)):
            return tuple(dict.fromkeys((*codes, *_again(row, j, right))))
        if row[j].low == "," and "by" in prepositions:
            prepositions = prepositions - {"by"}
    return ()


def _again(row: list[Token], j: int, right: int) -> tuple[str, ...]:
    """Whom the same preposition names once more: "to Ukraine or to Russia"."""
    for k in range(j + 2, min(j + 7, right)):
        if row[k].low == row[j].low:
            gapped = weapon(row[k - 1]) and row[k - 2].low == "and"  # "tanks to Freedonia and jets to Sylvania"
            return _behind(row, k, right) if gapped or row[k - 1].low in {"and", "or", "nor"} else ()
    return ()


def _behind(row: list[Token], j: int, right: int) -> tuple[str, ...]:
    for k in range(j + 1, min(j + 6, right)):
        word = actor(row[k])
        if row[j].low == "to" and k == j + 1 and row[k].low in _HELPING:
            continue  # "weapons to defend Kyiv"
        if row[j].low in {"to", "for"} and not word and row[k].text.islower() and not _may_stand_before_actor(row[k]):
            return ()
        if not word and "place" in row[k].tags:
            return (row[k].tags["place"],)
        if word and word.form != "origin":
            if word.form == "adjective" and k + 1 < right and _is_other_noun(row[k + 1]):
                return ()  # "in return for Freedonian help"
            named = word.form == "name" and not row[k].possessive and row[k].low != "saudi"
            if row[j].low == "for" and named and k + 1 < right and row[k + 1].low in _WARS:
                return ()  # "arms for the Sylvania war"
            described = k + 1 < right and (weapon(row[k + 1]) or "group" in row[k + 1].tags)
            if k + 1 < right and weapon(row[k + 1]) and _stands_as_adjective(row, k):
                return ()  # "deal for 32 US jets"
            if word.form == "adjective" and row[j].low == "for" and described and _are_parts(row, j):
                return (word.code,)  # "engines for Sylvanian drones"
            if word.form == "adjective" and described and not any(t.low in INDUSTRY for t in row[k + 1 : k + 4]):
                return ()
            return group(row, _head(row, k, right), right, 1)[1]
        if "group" in row[k].tags:
            of = k + 2 < right and row[k + 1].low == "of"  # "to southern rebels of the SPLA"
            codes = next((w.code for t in row[k + 2 : k + 6] if (w := actor(t))), None) if of else None
            return (codes,) if codes and len(codes) > 2 else ()
        if (row[k].low in PREPOSITIONS and row[k].low not in {"in", "of"}) or "verb" in row[k].tags or weapon(row[k]):
            return ()
        if row[k].low in {"use", "using", "his", "her", ",", "that", "and", "with"}:
            return ()
    return ()


def _are_parts(row: list[Token], j: int) -> bool:
    """Whether parts, sensors or rounds stand before "for": "engines for", "sensor exports for"."""
    goods = weapon(row[j - 1]) or (weapon(row[j - 2]) if j > 1 and "noun" in row[j - 1].tags else None)
    return goods is not None and goods.category in _PARTS


def _stands_as_adjective(row: list[Token], k: int) -> bool:
    """Whether a name before goods says whose they are: "US jets", "32 Freedonia tanks"."""
    word = actor(row[k])
    plain = word is not None and word.form == "name" and not row[k].possessive
    return plain and (row[k].low in ABBREVIATED or (k > 0 and row[k - 1].low.isdigit()))


def _is_other_noun(token: Token) -> bool:
    """Whether a plain noun stands there that receives nothing."""
    known = token.low in SKIPPED | _RECEIVERS | INDUSTRY or token.low.endswith(("ist", "ists", "-backed", "-led"))
    return token.low in _FAVOURS and not known


def _may_stand_before_actor(token: Token) -> bool:
    """Whether "to" may go on past a word to the actor: "to the warring sides in Sudan", not "to defend Kyiv"."""
    return (
        token.low in SKIPPED
        or token.low in _RECEIVERS
        or bool({"office", "group", "country"} & token.tags.keys())
        or token.low in {"in", "of"}
        or token.low.endswith(("ing", "ed", "-held", "-backed", "-led", "ern", "ist", "ists"))
    )


def bound(row: list[Token], left: int, right: int) -> tuple[str, ...]:
    """Whom a shipment was bound for: "meant for the Houthis", "Moscow-bound"."""
    for j in range(left, right):
        if row[j].low in {"bound", "meant", "destined", "headed", "intended"}:
            return role(row, j, right, words("for to"))
        with_whom = row[j].low in _HELD and j + 1 < right and row[j + 1].low in {"with", "by", "of"}
        if with_whom and (codes := _behind(row, j + 1, right)) and not codes[0].endswith("PIRATES"):
            return codes
        if (word := actor(row[j])) and word.form == "goal":
            return (word.code,)
        if "place" in row[j].tags and row[j].low.startswith("use"):  # "arms that could be used in Gaza"
            return (row[j].tags["place"],)
    return ()


def for_group(row: list[Token], i: int, right: int) -> tuple[str, ...]:
    """The group that arms go to a state for: "flown to Sylvania for the Hentzau Brigade"."""
    codes = role(row, i, right, words("for"))
    return codes if len(codes) == 1 and len(codes[0]) > 2 and codes[0] not in {"EU", "UN", "NATO"} else ()


def is_group(token: Token) -> bool:
    """Whether a word names an armed group that is told elsewhere, and no weapon: "Sukhoi fighters"."""
    return "group" in token.tags and not weapon(token)
