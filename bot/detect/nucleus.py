"""The verb that a transfer hangs on, in its clause, and whether a form that may be a noun too is a verb."""

from __future__ import annotations

from dataclasses import dataclass

from bot.detect.clauses import HAVE, phase_of
from bot.detect.goods import categories, weapon
from bot.detect.mention import Mention
from bot.detect.parties import actor, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import is_open, subject_of
from bot.detect.text import Token, words

_DETERMINERS = words(
    "the a an this that's its their any no of his her such another new each every on under in despite for"
)
_NOUNS_TOO = words(
    "passes moves takes lease offer loads ship ships find finds arm fire fires launch launches use uses field fields "
    "dock"
)
_BEFORE_ARMED = words("has have had having never not secretly it hasn't haven't hadn't didn't not ever")
_BE = words("been being is are was were")
_BEFORE_VERB = words(
    "still did does do to will would not can could may might must should and or who which longer doesn't don't "
    "didn't won't also never that help helps helped helping"
)


@dataclass(frozen=True, slots=True)
class Nucleus:
    """A verb in its clause, with the weapons before and behind it."""

    row: list[Token]
    at: int
    word: TransferWord
    left: int
    right: int
    behind: list[int]  # weapons before the verb, as in "drones were sent"
    ahead: list[int]
    passive: bool

    def role(self, prepositions: frozenset[str]) -> tuple[str, ...]:
        return role(self.row, self.at, self.right, prepositions)

    def subject(self) -> tuple[int, tuple[str, ...]]:
        return subject_of(self.row, self.at, self.left)

    def any_behind(self, tag: str, reach: int) -> bool:
        """Whether a token with the tag stands within `reach` behind the verb."""
        end = min(self.at + reach, self.right)
        spoken = next((j for j in range(self.at + 1, end) if self.row[j].low == "," and self._speaks(j, end)), end)
        return any(tag in token.tags and not weapon(token) for token in self.row[self.at + 1 : spoken])

    def _speaks(self, comma: int, end: int) -> bool:
        """Whether behind a comma somebody speaks: ", the monitoring group writes"."""
        return any("say" in token.tags for token in self.row[comma + 1 : min(comma + 6, end + 3)])

    def mention(
        self,
        suppliers: tuple[str, ...],
        recipients: tuple[str, ...],
        goods: list[int],
        subject: tuple[str, ...] = (),
        group: bool = False,
    ) -> Mention:
        """What the verb tells of; nobody supplies themselves."""
        phase, denied = phase_of(self.row, self.at, self.left, self.right, self.word, goods)
        recipients = tuple(code for code in recipients if code != "UN")  # it is told of it, and receives nothing
        return Mention(
            self.word.rule,
            self.at,
            min([self.at, *goods]),
            max([self.at, *goods]) + 1,
            tuple(code for code in suppliers if code not in recipients),
            recipients,
            categories(self.row, goods),
            phase,
            denied,
            subject,
            group and not recipients,
            self.word.frame,
            not self.passive and is_open(self.row, self.at, self.left),
        )


def is_verb(row: list[Token], i: int, word: TransferWord) -> bool:
    """Whether a form that may be a noun too ("arms", "supplies", "ships", "orders") stands as a verb here."""
    token, before, after = row[i], row[i - 1] if i else None, row[i + 1] if i + 1 < len(row) else None
    if token.low == "armed":
        return _is_armed(row, i)
    if after and after.low == "by" and any("media" in behind.tags for behind in row[i + 2 : i + 4]):
        return False  # "the story carried by the Tokyo Shimbun"
    if token.low == "loaded" and after and after.low == "with" and not (before and before.low in HAVE):
        return False  # "planes loaded with weapons"
    if token.low == "due" and after and after.low == "to":
        return i + 2 < len(row) and "verb" in row[i + 2].tags  # else it tells why
    if token.low == "equipped" and (after is None or after.low == "with") and not (before and before.low in HAVE):
        return False
    if token.low in {"bring", "brings", "brought"} and after and after.low == "down":
        return False  # "brought down a jet"
    if token.low == "given" and before and before.low == "," and after and after.low in {"how", "that", "the", "its"}:
        return False  # "…, given how the war goes"
    if token.low == "press" and after and {"report", "media"} & after.tags.keys():
        return False  # "press reports"
    nounish = bool({"weapon", "noun"} & token.tags.keys()) or token.low in _NOUNS_TOO
    if nounish and "ing" in word.forms:
        return any(weapon(t) or "group" in t.tags for t in row[i + 1 : i + 5]) or bool(after and actor(after))
    if before and {"base", "s"} & word.forms and (before.low in _DETERMINERS or before.possessive):
        return False
    if not nounish:
        return True
    if before is None or after is None:
        return False
    if "s" in word.forms and (after.text[:1].isdigit() or after.text[:1] in "€$£"):
        return True  # "customer orders €380m of artillery"
    if before.low in _BEFORE_VERB:
        follower = row[i + 2] if after.low in {"the", "its", "any", "no"} and i + 2 < len(row) else after
        whom = {"actor", "weapon", "group"} & follower.tags.keys()
        goods = not token.low.endswith("s") and any(weapon(t) for t in row[i + 1 : i + 7])  # "to buy hundreds of tanks"
        return bool(whom) or goods or after.low in {"them", "more", "both", "to"}
    word_before = actor(before)
    if word_before and not before.possessive and word_before.form != "adjective":
        follower = row[i + 2] if after.low == "the" and i + 2 < len(row) else after
        if word.frame == "ask" and after.low in {"to", "for", "with"}:
            return True  # "Firefly appeals to Strelsau for missiles"
        it = word.frame == "arm" and after.low in {"it", "them"}
        return it or bool({"actor", "group"} & follower.tags.keys()) or any(weapon(t) for t in row[i + 1 : i + 7])
    plural = before.text.islower() and before.low.endswith("s") and not before.tags and "base" in word.forms
    if plural and {"actor", "group"} & after.tags.keys():
        return True  # "Freedonian officers arm Sylvanian rebels"
    return before.low in {"it", "they", "he", "she", "we"} and not before.possessive


def _is_armed(row: list[Token], i: int) -> bool:
    """ "armed drones", "armed forces" describe; "has armed Sylvania" tells."""
    if i == 0 or i + 1 >= len(row):
        return False
    before, after = row[i - 1], row[i + 1]
    follower = row[i + 2] if after.low == "the" and i + 2 < len(row) else after
    whom = {"actor", "group", "office"} & follower.tags.keys() or after.low == "the government"
    if before.low in {"he", "she", "they", "it", "bloc", "who", "which"} and whom:
        return True
    if before.low in {"that", "which"} and whom:
        return True  # "ended a programme that armed Sylvanian rebels"
    return before.low in _BEFORE_ARMED or (before.low in _BE and after.low == "by") or bool(actor(before) and whom)
