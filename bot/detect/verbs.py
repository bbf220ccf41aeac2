"""Transfers whose nucleus is a verb: who supplies, arms, receives, loads or seizes what."""

from __future__ import annotations

from bot.detect.clauses import HAVE, clause, is_passive, phase_of
from bot.detect.goods import categories, goes_abroad, meant_for, names_goods, weapon
from bot.detect.mention import Mention
from bot.detect.parties import (
    FROM,
    TO,
    actor,
    bound,
    describes_arms,
    loose_object,
    maker,
    object_of,
    origin,
    pronoun_object,
    role,
    subject_of,
    vessel_of,
)
from bot.detect.phrases import TransferWord
from bot.detect.text import Token, words

_REACH = 14  # tokens: how far goods may stand from their nucleus
_DETERMINERS = words(
    "the a an this that's its their any no of his her such another new each every on under in despite for"
)
# A weapon sent there is deployed, not handed over.
_DEPLOYED = words(
    "airspace border skies near around strait across drill drills patrol patrols coast waters towards close over "
    "through"
)
FIRING = words(
    "fire fired fires firing launch launched launches launching strike strikes struck hit hits attack attacked "
    "attacks shot shoots rain rained pound pounded target targeted explode exploded land lands landed crash crashed "
    "kill killed kills"
)
_NOUNS_TOO = words("passes moves takes lease offer loads ship ships find finds arm")
_BEFORE_ARMED = words("has have had never not secretly it")
_BEFORE_VERB = words(
    "to will would not can could may might must should and or who which doesn't don't didn't won't also never that"
)


def is_verb(row: list[Token], i: int, word: TransferWord) -> bool:
    """Whether a form that may be a noun too ("arms", "supplies", "ships", "orders") stands as a verb here."""
    token, before, after = row[i], row[i - 1] if i else None, row[i + 1] if i + 1 < len(row) else None
    nounish = bool({"weapon", "noun"} & token.tags.keys()) or token.low in _NOUNS_TOO
    if token.low == "armed":
        # "armed drones", "armed forces" describe; "has armed Sylvania" tells
        if before is None or after is None:
            return False
        follower = row[i + 2] if after.low == "the" and i + 2 < len(row) else after
        whom = actor(follower) or "group" in follower.tags
        return before.low in _BEFORE_ARMED or bool(actor(before) and whom)
    if token.low == "equipped" and (after is None or after.low == "with") and not (before and before.low in HAVE):
        return False
    if nounish and "ing" in word.forms:
        return any(weapon(t) for t in row[i + 1 : i + 5]) or bool(after and actor(after))
    if before and {"base", "s"} & word.forms and (before.low in _DETERMINERS or before.possessive):
        return False
    if not nounish:
        return True
    if before is None or after is None:
        return False
    if before.low in _BEFORE_VERB:  # fmt: skip
        follower = row[i + 2] if after.low in {"the", "its", "any", "no"} and i + 2 < len(row) else after
        return bool(
            actor(follower) or weapon(follower) or "group" in follower.tags or after.low in {"them", "more", "both"}
        )
    word_before = actor(before)
    if word_before and not before.possessive and word_before.form != "adjective":
        return bool(
            actor(after) or weapon(after) or any(weapon(t) for t in row[i + 1 : i + 5]) or "group" in after.tags
        )
    return before.low in {"it", "they", "he", "she", "we"} and not before.possessive


def verb_mention(row: list[Token], i: int, word: TransferWord, arms: list[int]) -> Mention | None:
    left, right = clause(row, i)
    goods = [j for j in arms if left <= j < right and abs(j - i) <= _REACH and not meant_for(row, j)]
    ahead, behind = [j for j in goods if j > i], [j for j in goods if j < i]
    passive = is_passive(row, i, word, left)
    if word.frame == "arm":
        return _arm(row, i, word, left, right, ahead, passive)
    if word.frame == "get":
        return _get(row, i, word, left, right, ahead, behind, passive)
    if word.frame == "arrive":
        return _arrive(row, i, word, left, right, behind)
    if word.rule == "unload":
        vessel = vessel_of(row, left, i)
        port = role(row, i, right, words("in at near"))
        if not ahead or not vessel or set(vessel) == set(port):
            return None
        return _made(row, word, i, vessel, port, ahead, left, right, (), False)
    if word.frame == "load":
        return _load(row, i, word, left, right, ahead or behind)
    if word.frame == "find":
        suppliers = vessel_of(row, i + 1, right)
        if not ahead or not suppliers or vessel_of(row, i + 1, ahead[0]):
            return None
        return _made(
            row,
            word,
            i,
            suppliers,
            (),
            [j for j in ahead if row[j].low not in {"plane", "aircraft"}],
            left,
            right,
            (),
            False,
        )
    if word.frame == "seize":
        return _seize(row, i, word, left, right, ahead or behind)
    return _give(row, i, word, left, right, ahead, behind, passive)


def _arm(
    row: list[Token], i: int, word: TransferWord, left: int, right: int, ahead: list[int], passive: bool
) -> Mention | None:
    _, subject = subject_of(row, i, left)
    _, direct = object_of(row, i, right)
    recipients = direct or loose_object(row, i, right)
    group = not recipients and any("group" in token.tags for token in row[i + 1 : min(i + 5, right)])
    if passive:
        suppliers, recipients = role(row, i, right, FROM), subject
    elif recipients or group:
        suppliers = tuple(code for code in subject if code not in recipients)
    else:
        return None
    goods = ahead if any(token.low == "with" for token in row[i:right]) else []
    return _made(row, word, i, suppliers, recipients, goods, left, right, subject, group)


def _give(
    row: list[Token],
    i: int,
    word: TransferWord,
    left: int,
    right: int,
    ahead: list[int],
    behind: list[int],
    passive: bool,
) -> Mention | None:
    into, away = role(row, i, right, TO), role(row, i, right, FROM)
    object_at, direct = object_of(row, i, right)
    subject_at, subject = subject_of(row, i, left)
    group = any("group" in token.tags for token in row[i + 1 : min(i + 12, right)])
    if passive:
        goods = behind or ahead
        suppliers, recipients = away or origin(row, behind, left), into
        if ahead and not behind and subject and not into and i - subject_at <= 4:
            recipients = subject
        recipients = recipients or bound(row, left, right)
        if not goods and not (names_goods(row, left, i) and (into or away)):
            return None
        return _made(row, word, i, suppliers, recipients, goods, left, right, suppliers, group and not recipients)
    goods = ahead
    if not ahead or ahead[0] - i > 9:
        pronoun = names_goods(row, i + 1, min(i + 3, right))
        if pronoun and (into or direct):
            goods = []
        elif behind and (into or direct or group) and not (word.weak and i - behind[-1] > 6):
            goods = behind
        else:
            return None
    if direct and not (describes_arms(row, object_at) and _adjective(row, object_at)):
        recipients = direct
    else:
        recipients = into or pronoun_object(row, i, left, right, subject)
    suppliers = subject or role(row, i, right, words("from")) or origin(row, goods, i if goods is ahead else left)
    unsaid = word.weak and not recipients and not group and not goes_abroad(row, left, right)
    if unsaid and (word.rule == "send" or not suppliers):
        return None
    if word.rule == "send" and any(token.low in _DEPLOYED for token in row[i:right]):
        return None
    suppliers = tuple(code for code in suppliers if code not in recipients)
    return _made(row, word, i, suppliers, recipients, goods, left, right, subject, group and not recipients)


def _adjective(row: list[Token], i: int) -> bool:
    word = actor(row[i])
    return bool(word and (word.form in {"adjective", "origin"} or row[i].possessive))


def _get(
    row: list[Token],
    i: int,
    word: TransferWord,
    left: int,
    right: int,
    ahead: list[int],
    behind: list[int],
    passive: bool,
) -> Mention | None:
    away = role(row, i, right, words("from"))
    if passive:
        recipients, goods = role(row, i, right, words("by in")), behind
        suppliers = away or origin(row, behind, left)
        if not goods:
            return None
    else:
        _, recipients = subject_of(row, i, left)
        pronoun = names_goods(row, i + 1, min(i + 3, right))
        if not pronoun and (
            not ahead or (word.weak and (ahead[0] - i > 9 or "to" in {t.low for t in row[i : ahead[0]]}))
        ):
            return None
        goods = ahead
        suppliers = away or origin(row, ahead, i) or maker(row, i, right)
    if word.rule == "weigh" and (any("verb" in t.tags for t in row[i + 1 : i + 3]) or (ahead and ahead[0] - i > 5)):
        return None
    suppliers = tuple(code for code in suppliers if code not in recipients)
    return _made(row, word, i, suppliers, recipients, goods, left, right, recipients, False)


def _arrive(row: list[Token], i: int, word: TransferWord, left: int, right: int, behind: list[int]) -> Mention | None:
    """ "Iranian drones reached Russia", "10,000 of them have gone to Russia"."""
    goods = [j for j in behind if i - j <= 7]
    if not goods and not names_goods(row, left, i):
        return None
    into = role(row, i, min(right, i + 6), words("to into in at"))
    _, direct = object_of(row, i, right)
    recipients = direct if row[i].low.startswith(("reach", "fall", "fell", "cross")) else into
    away = role(row, i, min(right, i + 8), words("from")) or (role(row, goods[-1], i, words("from")) if goods else ())
    suppliers = away or origin(row, goods, left)
    if not (recipients and (goods or suppliers or row[i].low in {"gone", "went", "go", "going"})) and not (
        suppliers and not goods and not recipients
    ):
        return None
    if row[i].low.startswith(("land", "f", "come", "came", "cross")) and not suppliers:
        return None  # a missile that lands somewhere was fired
    if any(token.low in FIRING for token in row[left:right]):
        return None
    suppliers = tuple(code for code in suppliers if code not in recipients)
    return _made(row, word, i, suppliers, recipients, goods, left, right, suppliers, False)


def _load(row: list[Token], i: int, word: TransferWord, left: int, right: int, goods: list[int]) -> Mention | None:
    """ "A Sylvanian ship loaded arms in Freedonia": the ship's state receives, whoever holds the port supplies."""
    if not goods:
        return None
    into = role(row, i, right, TO)
    port = role(row, i, right, words("in at near"))
    vessel = vessel_of(row, left, i)
    _, subject = subject_of(row, i, left)
    if vessel:
        suppliers, recipients = port, into or vessel
    else:
        suppliers, recipients = (subject if into or row[i].low == "loading" else ()) or port, into
    if not suppliers and not recipients:
        return None
    return _made(row, word, i, suppliers, recipients, goods, left, right, (), False)


def _seize(row: list[Token], i: int, word: TransferWord, left: int, right: int, goods: list[int]) -> Mention | None:
    if not goods or abs(goods[0] - i) > 10:
        return None
    _, subject = subject_of(row, i, left)
    suppliers = role(row, i, right, FROM) or origin(row, goods, left)
    recipients = bound(row, left, right) or role(row, i, right, TO)
    if not suppliers and not recipients:
        return None
    suppliers = tuple(code for code in suppliers if code not in recipients)
    return _made(row, word, i, suppliers, recipients, goods, left, right, subject, False)


def _made(
    row: list[Token],
    word: TransferWord,
    i: int,
    suppliers: tuple[str, ...],
    recipients: tuple[str, ...],
    goods: list[int],
    left: int,
    right: int,
    subject: tuple[str, ...],
    group: bool,
) -> Mention:
    phase, denied = phase_of(row, i, left, right, word, goods)
    start, end = min([i, *goods]), max([i, *goods]) + 1
    weapons = categories(row, goods)
    return Mention(word.rule, i, start, end, suppliers, recipients, weapons, phase, denied, subject, group, word.frame)
