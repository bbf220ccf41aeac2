"""The scope of a denial: which transfer it is about, and whether it is about one at all."""

from __future__ import annotations

from itertools import pairwise

from bot.detect.clauses import clause
from bot.detect.goods import weapon
from bot.detect.mention import Mention
from bot.detect.parties import object_of, role
from bot.detect.text import Unit, words
from bot.detect.voice import Voice

_ELSEWHERE = words("; but while after")  # behind these something else is told
_GENERAL = words(
    "it this that such so involvement role everything them any connection hand part link links knowledge complicity "
    "responsibility wrongdoing"
)
_IT = words("it this such")
_DOING = words(
    "doing any being having giving providing breaching violating breaking flouting busting circumventing evading"
)
_DOCUMENTS = words("document file files paper dossier intelligence leak")  # nothing that is asserted and can be denied
_HELPING = words("backing supporting helping aiding assisting giving")
_TO = words("to for")
_ARTICLES = words("a an the any such")
_OFTEN = words("time and again repeatedly always consistently in the past strongly firmly flatly after another before")
_DEALINGS = words("dealings dealing deals transactions transaction")
_BEHIND = 8  # tokens behind the verb that show what it denies


def governing(denials: list[Voice], mention: Mention, unit: Unit) -> Voice | None:
    """The denial in whose scope the mention stands."""
    for voice in reversed(denials):
        between = unit.tokens[voice.at : mention.start]
        if voice.at < mention.at < voice.end and not any(token.low in _ELSEWHERE for token in between):
            return voice
    return None


def answers(unit: Unit, voice: Voice) -> bool:
    """Whether a denial that names no transfer is one of what was said: "denied it", "rejects the allegations"."""
    behind = unit.tokens[voice.at + 1 : voice.at + 1 + _BEHIND]
    content = [token for token in behind if token.low not in {".", "”", '"', ","} | _OFTEN]
    if not content or all(token.low in {"no", "never"} for token in content):
        return True
    first = content[0]
    if first.low.endswith("ing") and first.low not in _DOING and not {"verb", "noun"} & first.tags.keys():
        return False  # "denies trying to block the report"
    for i, (token, follower) in enumerate(pairwise(behind)):
        if "report" in token.tags and follower.low in {"that", "of", "about"}:
            told = behind[i + 2 : i + 5]
            if follower.low == "that" or not any(weapon(t) or "noun" in t.tags or t.low in _IT for t in told):
                return False  # it tells what is denied, and that is no transfer
    rejects = unit.tokens[voice.at].low.startswith("reject")
    head = next((token for token in content if token.low not in _ARTICLES), first)
    rejected = rejects and "noun" not in head.tags  # "rejected a break in trade"
    return any(
        token.low in _GENERAL
        or ("untrue" in token.tags and "call" in unit.tokens[voice.at].tags)
        or weapon(token)
        or ("noun" in token.tags and not rejected)
        or ("report" in token.tags and token.low not in _DOCUMENTS)
        for token in content
    )


def receivers_of(unit: Unit, voice: Voice) -> tuple[str, ...]:
    """Whom somebody denies giving, arming or helping: "denied giving the RSF any support"."""
    row = unit.tokens
    for i in range(voice.at + 1, min(voice.at + 5, len(row) - 1)):
        if row[i].low in _DEALINGS and row[i + 1].low == "with":
            return role(row, i, len(row), words("with"))  # "denied any dealings with the FARC"
    for i in range(voice.at + 1, min(voice.at + 4, len(row))):
        if row[i].low.endswith("ing"):
            verb = row[i].tags.get("verb")
            gives = row[i].low in _HELPING or (verb is not None and verb.frame in {"give", "arm"})
            right = clause(row, i)[1]
            return (object_of(row, i, right)[1] or role(row, i, right, _TO)) if gives else ()
    return ()


def tells_own(unit: Unit, voice: Voice) -> bool:
    """Whether a denial tells what it denies in a clause of its own: "denied that ministers gave approval"."""
    behind = unit.tokens[voice.at + 1 : voice.at + 1 + _BEHIND]
    return bool(behind) and behind[0].low == "that" and not any(token.low in _GENERAL for token in behind[1:3])


def answered_by(denier: str, said: list[Mention], *, other: bool = False) -> Mention | None:
    """Which of the transfers that were told of somebody denies: the nearest they are a party to, else a whole one.

    With `other`, what is denied is something else, so only a party answers.
    """
    for mention in said:
        if denier in mention.suppliers or denier in mention.recipients:
            return mention
    return said[0] if said[0].suppliers and said[0].recipients and not other else None
