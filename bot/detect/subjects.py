"""Who does what a verb tells: the actors before it, whoever is made to do it, whose plan it is."""

from __future__ import annotations

from bot.detect.clauses import HAVE
from bot.detect.goods import PREPOSITIONS
from bot.detect.parties import SKIPPED, actor, describes_arms, group, head_code
from bot.detect.text import Token, words

_CONTROLS = words(
    "warns warned warn urges urged leaned pressured lets let allow allows allowed want wants wanted enable helped "
    "help forced"
)
_PLANS = words(
    "plan plans bid request requests offer decision proposal attempt attempts refusal readiness move moves push "
    "plot intention appeal plea application permission"
)
_MEMBERS = words("country state nation member ally government power")
_RANKS = words("first second third latest last only next sole")
_BECOMING = words("is was be become becomes became remains")
_BREAKING = words("break breaks broke breaking cuts cut severs severed blames expels expelled sues sued")
_VISITING = words("visiting touring addressing hosting meeting speaking")
_OWN = words("country company firm government army forces state side military nation group movement cabinet ministry")
_COUNTRIES = words("country kingdom nation state government regime")
_PRONOUNS = words("it they he she we i")
_AUXILIARY = words(
    "that has had have been is are was were be will would may might could can to not never also already secretly "
    "covertly now still being again recently directly indirectly on in last this week month year monday tuesday "
    "wednesday thursday friday saturday sunday earlier yesterday today reporters"
)
_TELLING = words("tell tells told assure assures assured inform informs informed")
_ALLOWED = words("allowed permitted able authorised authorized")
_BEGINNING = ("having", "after", "by", "before", "despite")
_UNNAMED = words("allies partners members countries nations governments west lawmakers friends")


def subject_of(row: list[Token], i: int, left: int) -> tuple[int, tuple[str, ...]]:
    """The nearest actors before the nucleus that no preposition holds: where they begin, and their codes.

    A pronoun before the verb means the first of them: "A rejects B's charge that it sent …".
    """
    if i - 1 > left and row[i - 1].low == "that" and row[i].low.endswith("ing"):
        return i, ()  # "warned that arming Kyiv would …": it is not who warns
    if i > left and row[i - 1].low in {"said", "says", "say", "argued", "argues"} and row[i].low.endswith("ing"):
        return i, ()  # "said arming Kyiv would …"
    if i - 4 >= left and row[i - 1].low == "to" and row[i - 2].low in _ALLOWED and row[i - 3].low == "be":
        i -= 3  # "asked Bern to be allowed to send"
    controlled = _controlled(row, i, left)
    if controlled is not None:
        return controlled, group(row, controlled, left, -1)[1] if actor(row[controlled]) else ()
    if (first := _first_to(row, i, left)) is not None:
        return first
    if (planned := _planned(row, i, left)) is not None:
        return planned
    near = range(max(left, i - 4), i)
    pronoun = any((row[k].low in _PRONOUNS and not row[k].possessive) or _is_own(row, k) for k in near) and not any(
        "say" in token.tags and token.low.endswith("ing") and "report" not in token.tags
        for token in row[max(left, i - 8) : i]
    )
    it = i > left and row[i - 1].low in _PRONOUNS
    best: tuple[int, tuple[str, ...]] = (i, ())
    spare = best
    if (said := _said(row, i, left)) is not None:
        left = said  # "Kenya said planes were bringing arms": the planes brought them
    j = i - 1
    while j >= left:
        if row[j].low == "," and (aside := _aside(row, j, left)) is not None:
            j = aside - 1
            continue
        word = actor(row[j])
        if row[j].low == "there":
            break
        if word and word.form not in {"origin", "goal"} and not describes_arms(row, j):
            start, codes = group(row, j, left, -1)
            if best[1] and best[0] < i and row[j].possessive:
                break
            if (row[j].possessive or pronoun) and _owns_report(row, j):
                spare = (start, codes) if pronoun else spare
                j = start - 1  # "disputes Kyiv's tale of smuggled rifles": Kyiv smuggles none
                continue
            if not _held(row, start):
                best = start, codes
                if not pronoun:
                    return (_broken_with(row, i, start) if it else None) or best
            j = start
        elif pronoun and best[1] and "say" in row[j].tags and not (row[j].low in _TELLING and best[0] <= j + 2):
            return best  # "Russia says the U.S. would … if it gives": it is who the sentence is about
        j -= 1
    found = best if best[1] else spare
    if it and found[1] and (blamed := _broken_with(row, i, found[0])):
        return blamed
    if not found[1] and row[i - 1].low in _PRONOUNS and (first := _first_subject(row, left)):
        return first
    return found if found[1] else (i, _behind_comma(row, i, left))


def _broken_with(row: list[Token], i: int, first: int) -> tuple[int, tuple[str, ...]] | None:
    """With whom somebody breaks and of whom they then speak: "Sylvania breaks with Freedonia, saying it arms …"."""
    broken = next((j for j in range(first + 1, min(first + 5, i)) if row[j].low in _BREAKING), None)
    said = next((j for j in range(i - 1, max(first, i - 4), -1) if "say" in row[j].tags), None)
    if broken is None or said is None or row[said - 1].low != ",":
        return None
    whom = next((j for j in range(broken + 1, said) if actor(row[j])), None)
    return (whom, (head_code(row, whom),)) if whom is not None else None


def _first_subject(row: list[Token], left: int) -> tuple[int, tuple[str, ...]] | None:
    """Whom the sentence begins with: "Sylvania was thrown out over the batteries it took from Freedonia"."""
    for j in range(left):
        if {"say", "deny", "accuse"} & row[j].tags.keys():
            return None
        word = actor(row[j])
        if word and word.form not in {"origin", "goal"} and not describes_arms(row, j):
            return None if row[j].possessive or _held(row, j) else (j, (word.code,))
    return None


def _behind_comma(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Who did what a sentence begins with: "Having sent shells to Sylvania, Freedonia …"."""
    if i > 4 or left > 0 or not row[0].low.startswith(_BEGINNING) or any(actor(token) for token in row[:i]):
        return ()
    comma = next((j for j in range(i + 1, min(i + 25, len(row) - 2)) if row[j].low == ","), None)
    if comma is None:
        return ()
    at = comma + 2 if row[comma + 1].low == "the" else comma + 1
    word = actor(row[at])
    return (word.code,) if word and not row[at].possessive and word.form != "origin" else ()


def _owns_report(row: list[Token], j: int) -> bool:
    """Whether it is whose tale is told: "disputes Kyiv's tale of smuggled rifles"."""
    return any("report" in token.tags and "office" not in token.tags for token in row[j + 1 : j + 4])


def _is_own(row: list[Token], k: int) -> bool:
    """Whether "his company", "its army" stands at `k`: whose it is was named first."""
    return row[k].low in {"his", "her", "its", "their"} and k + 1 < len(row) and row[k + 1].low in _OWN


def _aside(row: list[Token], comma: int, left: int) -> int | None:
    """Where ", Seoul said on Friday," begins, if that is what ends at a comma: it is not the subject."""
    start = next((j for j in range(comma - 1, max(left, comma - 8), -1) if row[j].low == ","), None)
    said = start is not None and any("say" in token.tags for token in row[start:comma])
    visits = start is not None and row[start + 1].low in _VISITING  # "Freedonia's envoy, visiting Sylvania,"
    return start if said or visits else None


def is_open(row: list[Token], i: int, left: int) -> bool:
    """Whether the subject of the verb at `i` is an office or a country that the unit does not name: "the kingdom"."""
    for j in range(i - 1, max(left, i - 5) - 1, -1):
        if actor(row[j]) or {"say", "deny", "verb"} & row[j].tags.keys():
            return False
        if ("office" in row[j].tags or row[j].low in _COUNTRIES) and not row[j].possessive:
            return not any(actor(token) for token in row[max(left, j - 3) : j])
        if row[j].low in PREPOSITIONS or row[j].low == ",":
            return False
    return False


def thanked_by(row: list[Token], i: int, left: int) -> tuple[str, ...]:
    """Who thanks for what the verb at `i` tells: "Kyiv thanks Berlin for sending tanks"."""
    for j in range(i - 1, max(left, i - 8), -1):
        if row[j].low.startswith("thank"):
            return subject_of(row, j, left)[1]
    return ()


def _said(row: list[Token], i: int, left: int) -> int | None:
    """Where what is said begins, if another noun than an actor is its subject; else None."""
    for j in range(i - 1, left - 1, -1):
        if "say" in row[j].tags:
            between = [token for token in row[j + 1 : i] if token.text.isalpha() and token.low not in _AUXILIARY]
            told = any({"actor", "country", "office"} & token.tags.keys() for token in between)
            return j + 1 if between and not told and any(not token.tags for token in between) else None
    return None


def _controlled(row: list[Token], i: int, left: int) -> int | None:
    """The actor made to do it: "urged Madrid to give", "accuses Pretoria of loading", "warns Washington against …"."""
    j = i - 1
    while j > left and row[j].low in {"secretly", "covertly", "illegally", "also", "help"}:
        j -= 1
    if j <= left or row[j].low not in {"to", "of", "against", "from", "for", "over"}:
        return None
    if row[j].low != "to" and not row[i].low.endswith("ing"):
        return None
    k = j - 1
    if row[j].low == "of" and "accuse" in row[k].tags and not row[k].low.endswith("ed"):
        which = next(
            (q for q in range(k - 1, max(left - 1, k - 5), -1) if row[q].low in {"which", "whom", "that"}), None
        )
        if which is not None:  # "the Emirates, which Khartoum accuses of arming"
            return next((q for q in range(which - 1, max(-1, which - 4), -1) if actor(row[q])), None)
    if row[j].low == "of" and "report" in row[k].tags:
        return k  # "rejects Kyiv's accusation of arming": it is not Kyiv that arms
    if row[k].low in {"it", "them", "him", "her"} and k > left and "accuse" in row[k - 1].tags:
        return k
    if row[j].low == "to" and row[k].low in _UNNAMED:
        return k - 1 if _is_bloc(row[k - 1]) else k  # "NATO countries to boost …"
    if (row[j].low != "to" and row[k].low in {"country", "the country", "kingdom"}) or "group" in row[k].tags:
        return k  # somebody whom the story names elsewhere
    if not actor(row[k]) or row[k].possessive:
        return None
    start = group(row, k, left, -1)[0]
    over = row[start - 1] if start > left else None
    if over and over.low == "the" and start - 1 > left:
        over = row[start - 2]
    if row[j].low in {"for", "over"}:
        fined = over and over.low == "on" and start - 2 >= left and "accuse" in row[start - 2].tags
        return k if over and ("accuse" in over.tags or fined) else None
    if over and over.low == "from" and start - 2 >= left and row[start - 2].low in _PLANS:
        return k  # "a proposal from Poland to send"
    if over and (
        over.low == "on"
        or {"accuse", "phase", "say"} & over.tags.keys()
        or "verb" in over.tags
        or over.low in _CONTROLS
    ):
        return k
    return None


def _is_bloc(token: Token) -> bool:
    word = actor(token)
    return word is not None and word.code in {"NATO", "EU"}


def _first_to(row: list[Token], i: int, left: int) -> tuple[int, tuple[str, ...]] | None:
    """Who is "the first NATO country to promise": whoever stands before "is"."""
    if i - 3 <= left or row[i - 1].low != "to" or row[i - 2].low not in _MEMBERS:
        return None
    rank = next((j for j in range(i - 3, max(left, i - 8), -1) if row[j].low in _RANKS), None)
    be = next((j for j in range(rank - 1, max(left, rank - 4), -1) if row[j].low in _BECOMING), None) if rank else None
    return subject_of(row, be, left) if be is not None else None


def _planned(row: list[Token], i: int, left: int) -> tuple[int, tuple[str, ...]] | None:
    """Whose "plan to supply", "bid to give" it is; nobody's where no name stands before the noun."""
    if i - 2 < left or row[i - 1].low != "to" or row[i - 2].low not in _PLANS:
        return None
    for j in range(i - 3, max(left, i - 7) - 1, -1):
        if (verb := row[j].tags.get("verb")) and verb.frame in {"seize", "stop"}:
            return i, ()  # "foils plot to smuggle": who foils it has not planned it
        if actor(row[j]):
            return j, (head_code(row, j),)
        if {"say", "call", "deny"} & row[j].tags.keys():
            break
        if row[j].low in HAVE or row[j].low in {"announced", "its", "their", "his", "no"}:
            return None
    return i, ()


def _held(row: list[Token], i: int) -> bool:
    """Whether a preposition stands before the actor at `i`, perhaps with an article or a title between."""
    j = i - 1
    while j >= 0 and i - j <= 4 and (row[j].low in SKIPPED or "office" in row[j].tags or row[j].possessive):
        j -= 1
    of_office = j > 0 and row[j].low in {"in", "of"} and "office" in row[j - 1].tags  # "the ministry in Moscow"
    return j >= 0 and row[j].low in PREPOSITIONS and not of_office
