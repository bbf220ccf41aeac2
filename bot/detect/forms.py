"""Makes the inflected forms of English words, so that a rule lists only the base."""

from __future__ import annotations

import re

# A closed single syllable doubles its last letter: ship, shipped. Longer verbs that do so too are listed.
_DOUBLES = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")
_DOUBLES_TOO = frozenset(
    {"equip", "outfit", "transfer", "retransfer", "re-transfer", "admit", "rebut", "tranship", "transship"}
)
_SHORT = 4  # letters: "deal" and "seal" do not double
_HISSES = ("s", "x", "z", "ch", "sh")


def plural(phrase: str) -> str:
    """The plural of a noun or a noun phrase, whose last word changes: "machine gun" → "machine guns"."""
    if phrase.endswith(_HISSES):
        return phrase + "es"
    if phrase.endswith("y") and phrase[-2] not in "aeiou":
        return phrase[:-1] + "ies"
    return phrase + "s"


def spellings(verb: str) -> tuple[str, ...]:
    """A verb, and again with a doubled end where British and American spellings differ: "cancelled", "canceled"."""
    base, _, rest = verb.partition(" ")
    if base.endswith(("el", "al")) and len(base) > _SHORT and not base.endswith(("eel", "eal", "ual")):
        return verb, f"{base}l {rest}".rstrip()
    return (verb,)


def verb_forms(phrase: str, irregular: str | None = None) -> dict[str, str]:
    """The forms of a verb or a verb phrase, whose first word changes, by name: base, s, past, participle, ing.

    `irregular` is "past, participle" of the whole phrase.
    """
    base, _, rest = phrase.partition(" ")
    tail = f" {rest}" if rest else ""
    past = participle = _past(base) + tail
    if irregular:
        past, _, participle = (part.strip() for part in irregular.partition(","))
    return {
        "base": phrase,
        "s": _third_person(base) + tail,
        "past": past,
        "participle": participle or past,
        "ing": _ing(base) + tail,
    }


def _third_person(verb: str) -> str:
    if verb == "be":
        return "is"
    return verb + "es" if verb.endswith("o") else plural(verb)


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    if verb.endswith("ic"):
        return verb + "ked"
    return (verb + verb[-1] if _doubles(verb) else verb) + "ed"


def _ing(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")) and verb != "be":
        return verb[:-1] + "ing"
    if verb.endswith("ic"):
        return verb + "king"
    return (verb + verb[-1] if _doubles(verb) else verb) + "ing"


def _doubles(verb: str) -> bool:
    return verb in _DOUBLES_TOO or bool(_DOUBLES.match(verb))
