"""Finds the transfers in one unit: who may have armed whom with what, from the order of typed tokens.

A nucleus (a verb, a noun or a weapon followed by "to") takes its roles from what stands around it inside its clause.
Gaps are bounded, so a unit is read in time proportional to its length. Who says it, and whether it is denied, is for
`attribution.py`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.detect.bare import weapon_mention
from bot.detect.clauses import clause, is_negation
from bot.detect.gapping import gapped
from bot.detect.giving import nothing_given
from bot.detect.goods import goes_abroad, makers, weapon
from bot.detect.mention import Mention
from bot.detect.modifiers import modified
from bot.detect.nouns import noun_mention
from bot.detect.nucleus import is_verb
from bot.detect.phrases import TransferWord
from bot.detect.text import Token, Unit, words
from bot.detect.turns import BEGINNINGS, turns_at
from bot.detect.turns import RULE as TURN
from bot.detect.verbs import verb_mention
from bot.model import Phase

# "Iranian drones" alone tell of no transfer; "reports of Iranian drones" may.
_ALLOWING = words("allow allows allowed allowing permit permits permitted permitting")
_SHIPS = words("ship vessel freighter boat dhow tanker")
_SPOKEN_OF = frozenset({"report", "deny", "untrue", "no_evidence", "call"})


def find(unit: Unit) -> list[Mention]:
    """The transfers that a unit tells of, in their order; parties that it does not name are empty."""
    row = unit.tokens
    arms = [i for i, token in enumerate(row) if weapon(token)]
    found: list[Mention] = []
    modifiers: list[tuple[int, TransferWord]] = []
    for i, token in enumerate(row):
        if token.low in BEGINNINGS:
            found.extend(turns_at(row, i, arms))
        word: TransferWord | None = token.tags.get("verb")
        if word is None or not is_verb(row, i, word) or any(m.start <= i < m.end for m in found if m.rule == TURN):
            continue
        if word.rule == "drop" and _drops_deal(row, i):
            word = replace(word, rule="halt", frame="stop", phase="stopped")
        if token.low.startswith("divert") and _diverts_ship(row, i):
            word = replace(word, rule="seize", frame="seize", phase="stopped")
        if word.frame in {"stop", "ask"}:
            modifiers.append((i, word))
        elif mention := verb_mention(row, i, word, arms):
            found.append(mention)
    used = {j for mention in found for j in arms if mention.start <= j < mention.end}
    for i, token in enumerate(row):
        word = token.tags.get("noun")
        if word and (mention := noun_mention(row, i, word, arms)) and not any(_inside(mention, o) for o in found):
            found.append(mention)
            used.update(j for j in arms if mention.start <= j < mention.end)
    spoken_of = any(_SPOKEN_OF & token.tags.keys() for token in row)
    for i in arms:
        if i not in used and (mention := nothing_given(row, i, arms) or weapon_mention(row, i, arms)):
            told = spoken_of or _is_over(row, mention.start)
            if mention.rule == "weapons of" and (not told or mention.phase == "stopped"):
                continue
            found.append(mention)
            used.update(j for j in arms if mention.start <= j < mention.end)
    found = _joined([*found, *gapped(row, found, arms)])
    for i, word in reversed(modifiers):  # the inner first: "asks the UN to stop drones reaching …"
        found = modified(row, i, word, arms, found)
    found = [replace(m, phase="stopped", negated=False) if m.negated and _is_not_allowed(row, m) else m for m in found]
    found = [
        replace(m, phase="delivered", rule=f"ask+{m.rule}") if m.phase == "stopped" and _is_called_for(row, m) else m
        for m in found
    ]
    found = [
        replace(
            m,
            abroad=m.frame in {"find", "get", "seize", "arrive"} or goes_abroad(row, *clause(row, m.at)),
            makers=makers(row[m.start : m.end]),
            group_noun=_group_noun(row, m),
        )
        for m in found
    ]
    return sorted(found, key=lambda mention: mention.at)


def _drops_deal(row: list[Token], i: int) -> bool:
    """Whether what is dropped is a sale or a deal, and so no arms: "drops tank sale to Sylvania"."""
    for j in range(i + 1, min(i + 5, len(row))):
        noun = row[j].tags.get("noun")
        if noun and not row[j].tags.get("weapon"):
            return noun.frame == "deal" or row[j].low in {"sale", "sales", "export", "exports", "transfer", "delivery"}
    return False


def _is_not_allowed(row: list[Token], mention: Mention) -> bool:
    """Whether it is refused: "does not allow the delivery of the warship"."""
    at = next((j for j in range(mention.start - 1, max(0, mention.start - 5), -1) if row[j].low in _ALLOWING), None)
    ships = at is not None and any(token.low.removesuffix("s") in _SHIPS for token in row[at : mention.start])
    return at is not None and not ships and any(is_negation(token) for token in row[max(0, at - 3) : at])


def _is_called_for(row: list[Token], mention: Mention) -> bool:
    """Whether somebody only wants it stopped, and so says that it goes on: "has to be cut off", "Smith: stop …"."""
    for i in range(max(1, mention.start - 3), min(mention.end + 8, len(row))):
        verb = row[i].tags.get("verb")
        stops = (verb is not None and verb.frame == "stop") or row[i].tags.get("phase") == "stopped"
        if not stops:
            continue
        lows = [token.low for token in row[max(0, i - 3) : i]]
        if lows[-2:] == ["to", "be"] and lows[0] in {"has", "have", "needs", "need", "ought"}:
            return True
        if lows[-2:] in (["has", "to"], ["have", "to"], ["needs", "to"], ["time", "to"], ["need", "to"]):
            return True
        if lows[-1] in {":", "“"} and verb is not None and "base" in verb.forms and i < mention.at:
            return True
    return False


def _is_over(row: list[Token], start: int) -> bool:
    """Whether somebody takes issue over the weapons that begin at `start`, and does not choose one over another."""
    warned = any(token.low.startswith(("warn", "caution")) for token in row[:start])
    links = {"over", "against"} if warned else {"over"}
    over = next((j for j in range(start - 1, max(0, start - 4), -1) if row[j].low in links), None)
    return over is not None and not any("verb" in token.tags and not weapon(token) for token in row[:over])


def _diverts_ship(row: list[Token], i: int) -> bool:
    """Whether a ship is made to turn: "diverts ship with rifles bound for Sylvania"."""
    return any(token.low in _SHIPS for token in row[i + 1 : i + 4])


def _group_noun(row: list[Token], mention: Mention) -> str:
    """What the group is called that a mention leaves unnamed."""
    if not mention.group:
        return ""
    behind = (token.low.removeprefix("the ") for token in row[mention.at + 1 :] if "group" in token.tags)
    return next(behind, "") or next((t.low.removeprefix("the ") for t in row if "group" in t.tags), "")


def _inside(one: Mention, other: Mention) -> bool:
    return other.start <= one.at < other.end and bool(other.recipients or other.suppliers)


def _joined(found: list[Mention]) -> list[Mention]:
    """Mentions that share goods complete each other: one has the supplier, the other the recipient."""
    joined: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, m.at)):
        last = joined[-1] if joined else None
        if last and mention.start < last.end and not _clash(last, mention):
            joined[-1] = replace(
                last,
                end=max(last.end, mention.end),
                suppliers=last.suppliers or mention.suppliers,
                recipients=last.recipients or tuple(c for c in mention.recipients if c not in last.suppliers),
                weapons=tuple(dict.fromkeys((*last.weapons, *mention.weapons))),
                phase=_phase(last, mention),
                negated=last.negated or mention.negated,
                subject=last.subject or mention.subject,
                rule=f"{last.rule}+{mention.rule}",
                group=last.group or mention.group,
            )
        else:
            joined.append(mention)
    return joined


def _phase(one: Mention, other: Mention) -> Phase:
    """The weaker of two phases; of a denial ("has not supplied nor does it intend to") the stronger."""
    order: tuple[Phase, ...] = ("delivered", "agreed", "proposed", "stopped")
    choose = min if one.negated and other.negated else max
    return choose(one.phase, other.phase, key=order.index)


def _clash(one: Mention, other: Mention) -> bool:
    return bool(
        (one.suppliers and other.suppliers and not set(one.suppliers) & set(other.suppliers))
        or (one.recipients and other.recipients and not set(one.recipients) & set(other.recipients))
    )
