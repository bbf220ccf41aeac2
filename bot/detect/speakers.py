"""Names the subject of a verb of speaking: the state behind an office, a person or a paper.

What a unit does not say ("the ministry", "both", "it") is left open for `claims.py`, which knows the rest of the story.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.detect.lexicon import Lexicon
from bot.detect.parties import actor, group
from bot.detect.text import Token, words

Open = Literal["", "company", "unnamed", "paper", "office", "name", "country", "both", "group"]

# Nouns that are the media's only where no state stands before them.
PAPERS = words(
    "report reports paper story stories article articles account accounts investigation sources assessment "
    "analysis study"
)
_STUDIES = words("investigation assessment analysis study inquiry")  # a state's own where a state stands before
_REACH = 16  # tokens: how far a subject may stand from its verb
_OF_STATE = words("white leaked classified intelligence secret confidential official")
_SEEN = words("seen obtained reviewed cited quoted viewed published")
_LEADING = (
    "president",
    "premier",
    "minister",
    "chancellor",
    "commander",
    "lawmaker",
    "general",
    "admiral",
    "spokesman",
)  # of whom the state that the story is about has one
_ITS = words("its their")
_HEADS = words("head heads chair chairman chairwoman chairperson member members director boss")
_STOPS = words("; — – -- but while whereas | “ ” :")
_DOCUMENTS = words("documents papers records files emails invoices")
_DATA = words("data records figures statistics footage images photos pictures logs database tapes video videos")
_AUXILIARIES = words("had has have all also both again repeatedly since later then now")
_ARTICLES = words("a an two three four several senior")
_OPENERS = words("as after because when")
_HOLDING = words("to in of at from for against with on by off near aboard across into inside outside over around")
_OFFICIAL = words("military defence defense security judicial ministry army police government interior")
_RELATIVES = words("which who whom whose visiting touring addressing hosting meeting speaking standing sitting")
_POSSESSIVES = words("its their his her our")
_COMPANY = words("company firm manufacturer maker producer shipbuilder planemaker")
_ABROAD = words("embassy ambassador mission envoy")  # what follows "in" or "to" is where they are, not whose
_NOUN_NEXT = words("of by from as about on over is are was were said")
_DETERMINERS = words(
    "the these those any all such this that no some its their a his false earlier media recent new similar"
)
_NOUNS_TOO = words(
    "states state charge charges show notes note answer share lists document documents detail details brief "
    "briefs comment comments judge judges hail contest contests challenge challenges counter mock discount"
)
_PLURAL_SUBJECTS = words("to they officials sources reports will ministers also")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a verb's subject is. No `codes` and `open` set: named only by an office, a pronoun, an unknown name."""

    codes: tuple[str, ...] = ()
    open: Open = ""
    carrier: str | None = None
    start: int = 0  # the tokens that name it
    end: int = 0

    def __bool__(self) -> bool:
        return bool(self.codes or self.open)


def is_speech(row: list[Token], i: int, kind: str) -> bool:
    """Whether a form that may be a noun ("claims", "reports", "charges", "finds") stands as a verb of `kind`."""
    token = row[i]
    forms = token.tags[kind]
    before = row[i - 1] if i else None
    after = row[i + 1] if i + 1 < len(row) else None
    follows = after.low if after else ""
    if "report" in token.tags or token.low in _NOUNS_TOO:
        if before is None or before.low in _DETERMINERS or {"deny", "say"} & before.tags.keys():
            return False
        if follows in _NOUN_NEXT or before.possessive:
            return False
        if "base" in forms and "s" not in forms:  # "US claim" is a noun, "officials claim" a verb
            return before.low in _PLURAL_SUBJECTS | _DOCUMENTS or any(t.low in _DATA for t in row[max(0, i - 8) : i])
        return bool({"actor", "office", "media"} & before.tags.keys()) or follows == "that" or before.text[:1].isupper()
    if token.low in {"found", "find"} and kind == "say":
        return follows in {"that", "no", ",", ".", "", "”"} or bool(after and "no_evidence" in after.tags)
    return True


def named_before(row: list[Token], i: int, lexicon: Lexicon) -> Subject:
    """The subject before the verb at `i`; where only an office or a name is told, by where they speak: "in Rabat"."""
    subject = _named_before(row, i, lexicon)
    if subject.open in {"office", "name"}:
        place = next((k for k in range(i + 1, min(i + 5, len(row))) if row[k].low == "in"), None)
        if place is not None and (code := _actor_within(row, place + 1, place + 2)):
            return replace(subject, codes=(code,), open="")
    return subject


def _named_before(row: list[Token], i: int, lexicon: Lexicon) -> Subject:
    if (aside := _aside(row, i)) is not None:
        return named(row, max(0, aside - _REACH), aside, lexicon, nearest=True)
    left = i
    while left > 0 and i - left < _REACH and row[left - 1].low not in _STOPS:
        if row[left - 1].low == "," and i - left > 0 and (_is_name(row, left, i) or _is_office(row, left, i)):
            break  # ", John Nicholson told …": what stands before the comma is not the name's
        if row[left - 1].low in _OPENERS and left < i:
            break  # "… as the West says no"
        left -= 1
        if i - left > 2 and _other_verb(row, left):
            left += 1  # what another speaker says begins behind their verb
            break
    return named(row, left, i, lexicon, nearest=True)


def _aside(row: list[Token], i: int) -> int | None:
    """Where a clause begins that stands between the subject and its verb: "the Emirates, which …, denies"."""
    close = i - 1
    while close > 2 and row[close].low in _AUXILIARIES:
        close -= 1
    if close < 3 or row[close].low != ",":
        return None
    opening = next((j for j in range(close - 1, max(0, close - 24), -1) if row[j].low == ","), None)
    relative = opening is not None and row[opening + 1].low in _RELATIVES
    return opening if relative else None


def _is_name(row: list[Token], left: int, i: int) -> bool:
    """Whether the tokens are a proper name right before the verb, with or without a title."""
    return row[i - 1].text[:1].isupper() and not row[i - 1].tags and i - left <= 6


def _is_office(row: list[Token], left: int, i: int) -> bool:
    """Whether the tokens are somebody's office right before the verb: ", its embassy said", ", president says"."""
    if i - left > 6 or not any({"office", "unnamed"} & token.tags.keys() for token in row[left:i]):
        return False
    if row[left].low in _ARTICLES and not any(actor(token) for token in row[left:i]):
        return True  # "…, a defence official said"
    return row[left].low in _ITS or all(token.low.endswith(_LEADING) for token in row[left:i])


def _other_verb(row: list[Token], i: int) -> bool:
    """Whether another verb of speaking stands at `i` that does not share its subject ("said and repeated")."""
    kind = next((kind for kind in ("say", "deny") if kind in row[i].tags), None)
    return kind is not None and is_speech(row, i, kind) and row[i + 1].low not in {"and", "or"}


def named_after(row: list[Token], i: int, lexicon: Lexicon) -> Subject:
    """The subject behind the verb at `i`: "said the minister", "according to Kyiv"."""
    right = i + 1
    while right < len(row) and right - i < 12 and row[right].low not in _STOPS | {",", "."}:
        right += 1
    return named(row, i + 1, right, lexicon, nearest=False)


def named(row: list[Token], left: int, right: int, lexicon: Lexicon, nearest: bool) -> Subject:
    """Who is named between two tokens; `nearest` to the right end where the verb stands there."""
    places = range(right - 1, left - 1, -1) if nearest else range(left, right)
    phrase = max((j + 1 for j in range(left, right) if row[j].low in _STOPS or row[j].low == ","), default=left)
    owned = any(actor(token) for token in row[max(phrase, right - 4) : right])
    if nearest and row[right - 1].low in _DOCUMENTS and not owned:
        return Subject((), "paper", None, right - 1, right)  # "…, documents show"
    carrier = next((row[j].tags["carrier"] for j in places if "carrier" in row[j].tags), None)
    seen = False  # a medium saw what somebody else's paper says
    held: tuple[int, str] | None = None  # an actor that a preposition holds: only where nothing better is found
    for j in places:
        start = _phrase_start(row, j, left)
        if row[j].low in {"source", "sources"} and j > left and row[j - 1].low in _OFFICIAL:
            word = actor(row[j - 2]) if j - 1 > left else None
            if word and word.form == "adjective":
                return Subject((word.code,), "", None, start, j + 1)
            return Subject((), "office", None, start, j + 1)  # "a military source told Petra"
        if "media" in row[j].tags:
            if author := _author(row, j, left, right):
                return Subject((author,), "", carrier, start, j + 1)
            if _seen_by(row, j):
                seen = True
                continue
            if row[j].low in PAPERS and not _named_medium(row, j, left):
                if not _paper_of_state(row, j, left):
                    return Subject((), "paper", None, start, j + 1)
            else:
                return Subject(("MEDIA",), "", None, start, j + 1)
        if "office" in row[j].tags and (code := _holder(row, j, left, right if nearest else len(row))):
            return Subject((code,), "", carrier, start, j + 1)
        word = actor(row[j])
        if word and word.code == "UN" and j > left and row[j - 1].possessive and actor(row[j - 1]):
            continue  # "Russia's Security Council" is no UN body
        if word and word.form not in {"origin", "goal"}:
            if _is_held(row, j) and not _is_headed(row, j):
                held = held or (j, word.code)
            elif word.form == "adjective" and j + 1 < right and row[j + 1].low in _COMPANY and row[j - 1].low == "the":
                return Subject((), "company", None, start, j + 2)  # "the Swedish company said"
            elif not (word.form == "adjective" and any("media" in t.tags for t in row[j + 1 : min(j + 3, right)])):
                far, codes = group(row, j, left, -1)
                if far != j and _is_held(row, far):
                    codes = (word.code,)  # "sent missiles to Sylvania, and Graustark said"
                return Subject(codes, "", carrier, start, j + 1)
        if "unnamed" in row[j].tags:
            return Subject((), "unnamed", None, start, j + 1)
        if "both" in row[j].tags:
            return Subject((), "both", None, j, j + 1)
    if seen and not held and any("report" in token.tags or token.low in _DATA for token in row[left:right]):
        return Subject(("MEDIA",), "", None, left, right)  # "documents seen by Reuters", and nobody's in particular
    if carrier:
        return Subject((lexicon.carriers[carrier],), "", carrier, left, right)
    return _open(row, places, held, left, right, nearest)


def _open(
    row: list[Token], places: range, held: tuple[int, str] | None, left: int, right: int, nearest: bool
) -> Subject:
    """A subject that the unit does not name outright."""
    if any("group" in row[j].tags for j in places):
        return Subject((), "group", None, left, right)
    office = next((j for j in places if "office" in row[j].tags), None)
    if office is not None:
        if any(token.low in {"its", "their"} for token in row[max(left, office - 3) : office]):
            owner = next(
                (w for token in row[:office] if (w := actor(token)) and w.form not in {"origin", "goal"}), None
            )
            if owner:  # "Seoul has sent …, its defence ministry said"
                return Subject((owner.code,), "", None, _phrase_start(row, office, left), office + 1)
        if held and abs(held[0] - office) <= 3 and row[office].low not in _ABROAD:
            between = row[min(held[0], office) : max(held[0], office)]
            if not any(token.low == "," for token in between):
                return Subject((held[1],), "", None, _phrase_start(row, office, left), office + 1)
        return Subject((), "office", None, _phrase_start(row, office, left), office + 1)
    if any(row[j].low in _COMPANY for j in places):
        return Subject((), "company", None, left, right)
    if any("country" in row[j].tags and not row[j].possessive and row[j].low not in _POSSESSIVES for j in places):
        return Subject((), "country", None, left, right)
    if held and nearest:
        return Subject((held[1],), "", None, held[0], held[0] + 1)
    if any(row[j].text[:1].isupper() and row[j].low not in {"the", "a", "i"} and row[j].text.isalpha() for j in places):
        return Subject((), "name", None, left, right)
    return Subject(start=left, end=right)


def _seen_by(row: list[Token], j: int) -> bool:
    """Whether the medium at `j` only saw what somebody else says: "a paper seen by The Washington Post"."""
    by = j - 2 if j > 1 and row[j - 1].low == "the" else j - 1
    return by > 0 and row[by].low == "by" and row[by - 1].low in _SEEN


def _named_medium(row: list[Token], j: int, left: int) -> bool:
    """Whether a medium is named before a report: "Fox News report"."""
    return any("media" in token.tags for token in row[max(left, j - 3) : j])


def _author(row: list[Token], j: int, left: int, right: int) -> str | None:
    """Whose a report is where it is not the media's: "a report by U.N. experts", "UN report"."""
    if row[j].low not in PAPERS:
        return None
    if (
        j + 1 < right
        and row[j + 1].low in {"by", "from", "of"}
        and (code := _actor_within(row, j + 2, min(j + 5, right)))
    ):
        return code
    word = actor(row[j - 1]) if j > left else None
    return word.code if word and (word.code in {"UN", "EU"} or row[j].low in _STUDIES) else None


def _holder(row: list[Token], j: int, left: int, right: int) -> str | None:
    """Whose office it is: "Iran's UN envoy", "the foreign ministry in Abu Dhabi"."""
    for k in range(j - 1, max(left - 1, j - 5), -1):
        word = actor(row[k])
        if word and not any(token.low in {"to", "in", ","} for token in row[k + 1 : j]):
            above = actor(row[k - 1]) if k > left else None
            if above and (row[k - 1].possessive or above.form == "adjective"):
                word = above
            return word.code
        if row[k].low in {",", "in", "of"}:
            break
    if row[j].low in _ABROAD:
        return None
    for k in range(j + 1, min(j + 5, right)):
        if row[k].low in {"in", "of", "at", "for"} and (code := _actor_within(row, k + 1, k + 4)):
            return code
    return None


def _is_held(row: list[Token], j: int) -> bool:
    before = j - 2 if j > 1 and row[j - 1].low == "the" else j - 1
    return before >= 0 and row[before].low in _HOLDING


def _is_headed(row: list[Token], j: int) -> bool:
    """Whether somebody heads it, and so speaks for it: "the head of the Duma's defence committee"."""
    of = j - 2 if j > 1 and row[j - 1].low == "the" else j - 1
    return of > 0 and row[of].low == "of" and row[of - 1].low.removeprefix("deputy ") in _HEADS


def _paper_of_state(row: list[Token], j: int, left: int) -> bool:
    """Whether a paper is a state's own: "leaked Pentagon paper", "U.S. intelligence report"."""
    return any(actor(row[k]) for k in range(max(left, j - 4), j)) and is_state_paper(row, j)


def is_state_paper(row: list[Token], i: int) -> bool:
    """Whether the paper at `i` is called leaked, classified and the like."""
    return any(token.low in _OF_STATE for token in row[max(0, i - 4) : i])


def _actor_within(row: list[Token], start: int, end: int) -> str | None:
    return next((word.code for token in row[start:end] if (word := actor(token))), None)


def _phrase_start(row: list[Token], j: int, left: int) -> int:
    """Where the noun phrase around `j` begins: back over articles, titles and adjectives."""
    while j > left and row[j - 1].low not in {",", "”", '"', "and", "that"}:
        if "verb" in row[j - 1].tags and row[j - 1].low not in _HEADS:
            break
        j -= 1
    return j
