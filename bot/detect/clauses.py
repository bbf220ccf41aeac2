"""Clauses, and what the small words in them tell: negation, the passive, how far a transfer is."""

from __future__ import annotations

from itertools import pairwise

from bot.detect.goods import weapon
from bot.detect.phrases import TransferWord
from bot.detect.text import Token, words
from bot.model import Phase

# Words that begin another clause: roles are not looked for beyond them.
_BARRIERS = words(
    "; : — – -- but while whereas although though after as because when despite since even amid until unless over |"
)
_NEGATIONS = words(
    "not no never neither nor none nothing without hasn't haven't hadn't isn't aren't wasn't weren't doesn't don't "
    "didn't won't wouldn't cannot can't couldn't shouldn't zero"
)
# "not only", "no doubt", "no knowledge of": nothing is denied.
_NO_NEGATION = words(
    "only longer just doubt knowledge comment details word matter wonder objection objections secret secrets apology "
    "obstacle obstacles barrier limit regrets qualms problem need choice alternative surprise idea clear less fewer"
)
_UNKNOWN = words("knew know known knowing aware imagined realised realized")  # "I never knew …" leaves it to be so
_ABSTAINING = {("yet", "to"), ("refrains", "from"), ("refrained", "from"), ("refrain", "from"), ("far", "from")}
_RELATIVES = words("which who whose whom where")
_TELLING = words("urge urges urged ask asks asked tell tells told beg begs begged press presses pressed call calls")
_VOWING = ("vow", "pledg", "promis", "swear", "swore", "sworn")  # of oneself
_BEFORE_MONTH = words("in of since by last until before from early late mid this")
_MESSAGES = words("message messages call calls conversation conversations communications letter letters email emails")
_ENDED = frozenset(
    [
        *words(
            "dead collapses collapsed annulled scrapped nixed expires expired lapses lapsed cancelled canceled axed"
        ),
        *words("suspended shelved halted frozen blocked terminated rescinded revoked vetoed"),
        *("falls through", "fell through", "fallen through", "dries up", "dry up", "dried up", "called off", "on ice"),
        *("put on ice", "put on hold", "on hold", "torn up", "cut off", "called off", "off limits", "turns back"),
        *("turned back", "turned away", "comes to nothing", "came to nothing"),
    ]
)
_NOT_ENDED = words("not never could may might would if unless resume resumes resumed once previously")
_CONDITIONS = words("if once unless")
LETTING = words("let lets allow allows allowed letting allowing permit permits permitted")
# What is demanded here is no transfer: "demands an explanation for the mortars".
ACCOUNTS = words(
    "explanation explanations answer answers apology clarification probe inquiry punishment sanctions accountability "
    "talks debate vote report transparency"
)
_AUXILIARIES = words("has have had is are was were will would did does")
_AHEAD = words("will won't would wouldn't plan plans intention")
_NEAR = 10  # tokens: how far a negation may stand before what it negates
BE = words("be is are was were been being get gets got isn't aren't wasn't weren't")
HAVE = words("has have had hasn't haven't hadn't having")


def clause(row: list[Token], i: int) -> tuple[int, int]:
    """The tokens of the clause around `i`, forty to either side at most."""
    left = i
    while left > 0 and not _bars(row, left - 1) and i - left < 40:
        left -= 1
    right = i + 1
    while right < len(row) and not _bars(row, right) and right - i < 40:
        right += 1
    return left, right


def _bars(row: list[Token], i: int) -> bool:
    low = row[i].low
    if low == "and":  # "…, and Beijing rejected reports that …"
        joins = 0 < i < len(row) - 2 and row[i - 1].low == "," and "actor" in row[i + 1].tags
        acts = joins and row[i + 2].low in _AUXILIARIES  # "…, and Delhi has not stepped in"
        return acts or (joins and any({"say", "deny", "verb"} & token.tags.keys() for token in row[i + 2 : i + 7]))
    if low not in _BARRIERS:
        return False
    if low == "even":  # "even as", but not "asks for even more tanks"
        return i + 1 < len(row) and row[i + 1].low in _BARRIERS | {"if"}
    if low == "over":  # "over 100 tanks"
        return i + 1 < len(row) and not row[i + 1].text[:1].isdigit()
    if low == "as":  # "as well as", "such as", "as many as"
        near = {row[j].low for j in (i - 1, i + 1, i - 2, i + 2) if 0 <= j < len(row)}
        return not near & {"well", "such", "many", "much", "part", "far", "soon"}
    return True


def before(row: list[Token], i: int, left: int) -> list[int]:
    """The tokens from `left` to `i`, nearest first, without what stands between commas: ", which had refused,"."""
    places: list[int] = []
    j = i - 1
    while j >= left:
        if row[j].low == "," and (start := _relative(row, j, left)) is not None:
            j = start
        else:
            places.append(j)
        j -= 1
    return places


def _relative(row: list[Token], comma: int, left: int) -> int | None:
    """Where the relative clause that ends at a comma begins; None where none does."""
    for j in range(comma - 1, left, -1):
        if row[j].low == ",":
            return None
        if row[j - 1].low == "," and (row[j].low in _RELATIVES or "say" in row[comma - 1].tags):  # ", the army says,"
            return j - 1
    return None


def negated(row: list[Token], i: int, left: int) -> bool:
    """Whether the nucleus at `i` is negated by a word before it in its clause."""
    for j in before(row, i, max(left, i - _NEAR)):
        if row[j].low in _NEGATIONS or row[j].low.startswith("neither "):
            return not (
                (row[j].low in {"not", "no"} and row[j + 1].low in _NO_NEGATION)
                or (row[j + 1].low == "to" and _is_told(row, j))
                or row[j + 1].low in _UNKNOWN
                or (row[j].low != "without" and any(token.low == "having" for token in row[j + 1 : i]))
            )
        if j + 1 < i and (row[j].low, row[j + 1].low) in _ABSTAINING:
            return not row[j + 2].low.startswith("deci")  # "has yet to decide whether"
        if row[j].low in {"that", "which", "who"} and i - j > 2:
            return False
    return False


def is_negation(token: Token) -> bool:
    """Whether a word negates: "not", "never", "didn't"."""
    return token.low in _NEGATIONS


def _is_told(row: list[Token], j: int) -> bool:
    """ "warns Freedonia not to supply": what somebody is told not to do is no denial."""
    return any(
        ({"say", "accuse", "protest"} & token.tags.keys() and not token.low.startswith(_VOWING))
        or token.low in _TELLING
        for token in row[max(0, j - 4) : j]
    )


def is_passive(row: list[Token], i: int, word: TransferWord, left: int) -> bool:
    """Whether the verb at `i` is in the passive: "were sent", "drones supplied by", "weapons given to"."""
    if "participle" not in word.forms:
        return False
    if i + 1 < len(row) and row[i + 1].low == "by":
        return True
    for j in range(i - 1, max(left, i - 4) - 1, -1):
        if row[j].low in BE:
            return True
        if row[j].low in HAVE or row[j].low in {"that", "which", "who"}:
            return False
    last = row[i - 1] if i > left else None
    if last and last.low in _CONDITIONS:  # "a target if supplied to Kyiv"
        return True
    if last and last.low in {"not", "never"} and i - 1 > left:  # "missiles not sold to Sylvania"
        last = row[i - 2]
    if last and last.low.endswith("ly") and i - 1 > left:  # "weapons previously given to"
        last = row[i - 2]
    return bool(last and (weapon(last) or "noun" in last.tags) and not (i + 1 < len(row) and weapon(row[i + 1])))


def undone(row: list[Token], i: int) -> bool:
    """Whether what the noun at `i` names is said not to have been: "transactions … never happened"."""
    for j in range(i + 1, min(i + 12, len(row))):
        if row[j].low in {"never", "not", "didn't"}:
            return any(
                token.low.startswith(("happen", "take", "took", "exist", "occur", "place"))
                for token in row[j + 1 : j + 4]
            )
        if row[j].low in {",", ";"}:
            return False
    return False


def phase_of(
    row: list[Token], i: int, left: int, right: int, word: TransferWord, goods: list[int]
) -> tuple[Phase, bool]:
    """How far the transfer is, and whether it is negated, from what stands around the nucleus in its clause."""
    places = before(row, i, left)
    told_before = [phase for j in reversed(places) if "phase" in row[j].tags and (phase := _phase_told(row, j))]
    behind = range(i + 1, min(i + 6, right))
    after = [phase for j in behind if "phase" in row[j].tags and (phase := _phase_told(row, j))]
    denied = negated(row, i, left) or _none_of_it(row, i, goods)
    to = i > left and row[i - 1].low == "to" and "base" in word.forms
    if to and i - 2 >= left and row[i - 2].low.startswith(("continu", "go", "keep", "used")):
        to = False  # "continues to arm"
    near = [row[j].low for j in reversed(places) if j >= i - 6]
    unable = "couldn't" in near or ("could", "not") in pairwise(near)
    if ("no", "longer") in pairwise(near) or (denied and (unable or _is_let(row, i, left))):
        return "stopped", False
    ended = _ended(row, max([i, *goods]), right)
    if word.phase == "stopped" or "stopped" in told_before or "stopped" in after or ended:
        return "stopped", denied
    if i > left and row[i - 1].low == "against":
        return "proposed", denied
    if "proposed" in told_before or word.phase == "proposed" or ("close", "to") in pairwise(near):
        return "proposed", denied
    if denied and _is_ahead(near):
        return "proposed", denied
    if "agreed" in told_before or word.phase == "agreed" or to or (word.rule == "buy" and {"s", "base"} & word.forms):
        return "agreed", denied
    if after[:1] == ["agreed"] and word.rule == "receive":  # "gets the go-ahead for"
        return "agreed", denied
    if after[:1] == ["proposed"]:
        return "proposed", denied
    return "delivered", denied


def _ended(row: list[Token], last: int, right: int) -> bool:
    """Whether what is told of has come to an end: "sale of jets to Sylvania falls through"."""
    behind = row[last + 1 : min(last + 12, right)]
    at = next((j for j, token in enumerate(behind) if token.low in _ENDED), None)
    return at is not None and not any(token.low in _NOT_ENDED for token in (*behind[max(0, at - 3) : at], *behind[at:]))


def _is_ahead(near: list[str]) -> bool:
    """Whether the words before a verb put it in the future, the last of them: "had said that they would send"."""
    telling = (low for low in reversed(near) if low in _AHEAD or low in HAVE or low.endswith("'ll"))
    last = next(telling, None)
    return last is not None and last not in HAVE


def _phase_told(row: list[Token], j: int) -> Phase | None:
    """What a word for a phase says of how far it is; None for "in May" and "intercepted messages"."""
    phase: Phase = row[j].tags["phase"]
    follower = row[j + 1] if j + 1 < len(row) else None
    if _is_month(row, j):
        return None
    if follower and follower.low in _MESSAGES:
        return None
    if phase == "proposed" and any(token.low in ACCOUNTS for token in row[j + 1 : j + 3]) and row[j].low != "in talks":
        return None
    if row[j].low == "no longer" and follower and "protest" in follower.tags:
        return "proposed"  # "no longer objects to"
    if row[j].low == "would" and j > 1 and row[j - 1].low in {"it", "they", "he", "she", "we"}:
        pledged = any("say" in token.tags for token in row[max(0, j - 6) : j - 1])
        return "agreed" if pledged else phase
    return phase


def _is_let(row: list[Token], i: int, left: int) -> bool:
    """Whether it is another's leave that is not given: "Bern won't let Berlin pass on shells"."""
    for j in range(i - 1, max(left, i - 6) - 1, -1):
        if row[j].low in LETTING:
            return any("actor" in token.tags for token in row[j + 1 : i])
    return False


def _is_month(row: list[Token], j: int) -> bool:
    """Whether "May" is the month."""
    digits = j + 1 < len(row) and row[j + 1].text[:1].isdigit()
    return row[j].text == "May" and j > 0 and (row[j - 1].low in _BEFORE_MONTH or digits)


def _none_of_it(row: list[Token], i: int, goods: list[int]) -> bool:
    """ "supplied no drones", "sent not a single round", "gave Russia nothing"."""
    if i + 1 < len(row) and row[i + 1].low in {"none", "nothing", "neither", "neither side", "neither party"}:
        return True
    if not goods or goods[0] < i:
        return False
    behind = [token.low.split()[0] for token in row[goods[-1] + 1 : goods[-1] + 4]]  # "neither side" is one token
    return any(token.low in {"no", "not", "none", "nothing", "neither"} for token in row[i + 1 : goods[0]]) or (
        behind[:1] == ["neither"]
        or (behind[:1] == ["to"] and bool({"no", "neither", "none", "nobody"} & set(behind[1:])))
    )
