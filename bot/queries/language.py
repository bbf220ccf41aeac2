"""Reads a query: `russia from:iran -weapon:drones since:30d` → Query.

- Words: an actor (name, demonym, capital, code), a weapon, else text to look for. "Quoted words" stay together, and
  names of several words are found without quotes.
- `from:` `to:` `by:` `weapon:` `status:` `stance:` `phase:` `outlet:` `since:` `until:` take a value.
- `iran>russia` is `from:iran to:russia`; either side may be left out.
- `-` before any of these excludes it.
- All must hold. `OR` between two terms: one of them must. It binds tighter: `russia drones OR missiles` is Russia and
  (drones or missiles).

A query is kept as clauses that must all hold, of whose terms one must (conjunctive normal form), and is about one
claim: a case matches when one of its claims fits every clause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from rapidfuzz import fuzz, process

from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.model import PHASES, STANCES, STATUSES, WEAPONS, Field, Query, Term
from bot.queries.describe import describe
from bot.queries.tokens import Token, tokenise
from bot.queries.when import counts_from_now, edge

__all__ = ["FIELDS", "describe", "nearest", "parse", "parse_standing"]

FIELDS: Final[tuple[Field, ...]] = (
    "from",
    "to",
    "by",
    "weapon",
    "status",
    "stance",
    "phase",
    "outlet",
    "since",
    "until",
)

_MAX_TERMS = 32  # each costs a condition in SQL; nobody needs more
_LONGEST_NAME = 5  # words: "Democratic Republic of the Congo"
_TRAILING = ",;!?"
_RIGHT_WORDS: Final[dict[str, Field]] = {
    "supplier": "from",
    "seller": "from",
    "recipient": "to",
    "buyer": "to",
    "claimant": "by",
    "source": "outlet",
    "after": "since",
    "before": "until",
}
# English words that are also ISO codes: in lower case they are words, while `NO` is Norway.
_WORDS_NOT_CODES = frozenset(
    {
        "ad",
        "ai",
        "al",
        "am",
        "as",
        "at",
        "be",
        "by",
        "co",
        "do",
        "id",
        "im",
        "in",
        "is",
        "it",
        "la",
        "me",
        "mr",
        "ms",
        "my",
    }
    | {"no", "pm", "re", "so", "st", "to", "tv"}
)

Clause = tuple[Term, ...]
Clauses = tuple[Clause, ...]
MEDIA = "MEDIA"  # the claimant that newspapers, agencies and think tanks are

Find = Callable[[str], str | None]
Time = Callable[[Field, str], str]  # what is kept of a time that stands behind since: or until:


def parse(text: str, lexicon: Lexicon, now: datetime) -> Query:
    """The query that `text` asks; an empty text is the query that everything matches.

    `now` is what `since:30d` counts from. Raises UserError, saying what is wrong and the nearest right spelling.
    """
    query = _read(text, lexicon, lambda field, written: edge(field, written, now).isoformat())
    _check_times(query)
    return query


def parse_standing(text: str, lexicon: Lexicon, now: datetime) -> Query:
    """The query that is kept for a subscription: as `parse` reads it, but times told from now stay as written.

    `since:30d` then counts from the moment at which something is matched (`when.moment`), however old the
    subscription. `now` only serves to find out whether there is such a time. Raises UserError as `parse` does.
    """

    def kept(field: Field, written: str) -> str:
        at = edge(field, written, now)
        return written.casefold() if counts_from_now(written) else at.isoformat()

    return _read(text, lexicon, kept)


def _read(text: str, lexicon: Lexicon, time: Time) -> Query:
    tokens = tokenise(text)
    groups: list[Clauses] = []
    joining = False
    at = 0
    while at < len(tokens):
        if _is_or(tokens[at]):
            if joining or not groups or at + 1 == len(tokens):
                raise UserError("OR needs a term on each side, as in: russia OR iran.")
            joining, at = True, at + 1
            continue
        group, at = _group(tokens, at, lexicon, time)
        if joining:
            group = _either(groups.pop(), group)
        groups.append(group)
        joining = False
    query = Query(tuple(dict.fromkeys(clause for group in groups for clause in group)))
    if sum(map(len, query.clauses)) > _MAX_TERMS:
        raise UserError(f"That is more than {_MAX_TERMS} conditions. Ask for less at once.")
    return query


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` is most likely a misspelling of; None when none is near."""
    # A code of two letters is near to too much: "fo" to "foo".
    found = process.extractOne(
        word,
        [choice for choice in choices if len(choice) > 2 or choice in FIELDS],
        scorer=fuzz.ratio,
        processor=str.casefold,
        score_cutoff=70,
    )
    return found[0] if found else None


# ── groups: what OR joins ────────────────────────────────────────────────────────────────────────────────────────────


def _is_or(token: Token) -> bool:
    return token.kind == "word" and token.text == "OR" and token.spaced


def _either(left: Clauses, right: Clauses) -> Clauses:
    if len(left) * len(right) > _MAX_TERMS:
        raise UserError("Too many dyads are joined with OR. Ask for less at once.")
    return tuple(tuple(dict.fromkeys(one + other)) for one in left for other in right)


def _group(tokens: Sequence[Token], at: int, lexicon: Lexicon, time: Time) -> tuple[Clauses, int]:
    """The clauses of the term or dyad at `at`, and where the next one begins."""
    negated = tokens[at].kind == "minus"
    at += negated
    if at == len(tokens) or (negated and tokens[at].spaced):
        raise UserError("A - stands alone. Put it right before what to exclude, as in: -drones.")
    if tokens[at].kind == "field":
        term, at = _field(tokens, at, lexicon, time)
    elif tokens[at].kind == "arrow":
        return _dyad([], tokens, at, lexicon, negated)
    else:
        term, at = _bare(tokens, at, lexicon)
        if _takes_left(tokens, at):
            return _dyad([_supplier(term, lexicon)], tokens, at, lexicon, negated)
    return ((Term(term.field, term.value, negated),),), at


def _takes_left(tokens: Sequence[Token], at: int) -> bool:
    """Whether an arrow at `at` belongs to what is before it: in `iran>russia`, `iran > russia`, not `iran >russia`."""
    if at == len(tokens) or tokens[at].kind != "arrow":
        return False
    return not tokens[at].spaced or at + 1 == len(tokens) or tokens[at + 1].spaced


def _supplier(term: Term, lexicon: Lexicon) -> Term:
    if term.field != "actor":
        raise _unknown("actor", [term.value], lexicon.actor_words())
    return Term("from", term.value)


def _dyad(left: list[Term], tokens: Sequence[Token], at: int, lexicon: Lexicon, negated: bool) -> tuple[Clauses, int]:
    """`left`, and what stands right of the arrow at `at`. A dyad is excluded when both its sides fit."""
    arrow, at = tokens[at], at + 1
    follows = at < len(tokens) and tokens[at].kind in ("word", "quoted") and not _is_or(tokens[at])
    if follows and (not tokens[at].spaced or (arrow.spaced and left)):
        code, at = _value(tokens, at, "actor", lexicon.find_actor, lexicon.actor_words())
        left = [*left, Term("to", code)]
    if not left:
        raise UserError("> needs an actor on one side at least, as in: iran>russia, iran> or >russia.")
    if negated:
        return (tuple(Term(term.field, term.value, negated=True) for term in left),), at
    return tuple((term,) for term in left), at


# ── single terms ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _bare(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> tuple[Term, int]:
    """The actor, weapon or text that starts at `at`: the longest name that is known."""
    token = tokens[at]
    for words, end in _spans(tokens, at):
        if words in _WORDS_NOT_CODES:
            continue
        if code := lexicon.find_actor(words):
            return Term("actor", code), end
        if weapon := lexicon.find_weapon(words):
            return Term("weapon", weapon), end
    if token.kind == "word":
        _check_word(token.text)
    if not any(map(str.isalnum, token.text)):
        raise UserError(f"“{token.text}” holds no letter or digit to look for. Leave it out.")
    return Term("text", token.text if token.kind == "quoted" else token.text.strip(_TRAILING)), at + 1


def _check_word(word: str) -> None:
    """Catch what is meant as grammar but isn't."""
    if word in FIELDS:
        raise UserError(f'Write {word}: with its value, as in {word}:…, or "{word}" in quotes to look for the word.')
    if word in ("or", "Or"):
        raise UserError('Write OR in capitals between two terms, or "or" in quotes to look for the word.')
    if word in ("AND", "and"):
        raise UserError('All terms must hold anyway: leave "and" out, or put it in quotes to look for the word.')
    if word in ("NOT", "not"):
        raise UserError('To exclude something, put - right before it, as in: -drones. "not" in quotes is the word.')
    if word.startswith("(") or word.endswith(")"):
        raise UserError("Leave the brackets out. OR joins the two terms beside it: russia drones OR missiles.")


def _field(tokens: Sequence[Token], at: int, lexicon: Lexicon, time: Time) -> tuple[Term, int]:
    field = _field_name(tokens[at].text)
    at += 1
    if at == len(tokens) or tokens[at].spaced or tokens[at].kind == "arrow" or not tokens[at].text:
        raise UserError(f"{field}: has no value. Write it right after the colon, in quotes if it has spaces.")
    match field:
        case "by":
            value, at = _value(tokens, at, "actor", partial(_speaker, lexicon), lexicon.actor_words())
        case "from" | "to":
            value, at = _value(tokens, at, "actor", lexicon.find_actor, lexicon.actor_words())
        case "weapon":
            value, at = _value(tokens, at, "weapon", partial(_weapon, lexicon), lexicon.weapon_words())
        case "status":
            value, at = _value(tokens, at, "status", partial(_one_of, STATUSES), STATUSES)
        case "stance":
            value, at = _value(tokens, at, "stance", partial(_one_of, STANCES), STANCES)
        case "phase":
            value, at = _value(tokens, at, "phase", partial(_one_of, PHASES), PHASES)
        case "since" | "until":
            value, at = time(field, tokens[at].text), at + 1
        case _:
            value, at = tokens[at].text, at + 1
    return Term(field, value), at


def _field_name(written: str) -> Field:
    name = written.casefold()
    for field in FIELDS:
        if name == field:
            return field
    likely = _RIGHT_WORDS.get(name) or nearest(name, FIELDS)
    if likely:
        raise UserError(f"There is no {written}: here. Did you mean {likely}:?")
    known = ", ".join(f"{field}:" for field in FIELDS)
    raise UserError(f'There is no {written}: here. There are {known}; put a colon in "quotes" to look for it.')


def _value(tokens: Sequence[Token], at: int, what: str, find: Find, choices: Collection[str]) -> tuple[str, int]:
    """The longest value from `at` on that `find` knows, and where it ends; UserError with the nearest of `choices`."""
    tried = []
    for words, end in _spans(tokens, at):
        if value := find(words):
            return value, end
        tried.append(words)
    raise _unknown(what, tried[::-1], choices)


def _unknown(what: str, tried: Sequence[str], choices: Collection[str]) -> UserError:
    """`tried`: the word that is not known first, then with the words after it."""
    for words in tried:
        if likely := nearest(words, choices):
            return UserError(f"There is no {what} “{words}” that I know. Did you mean {likely}?")
    if len(choices) <= len(WEAPONS):
        return UserError(f"There is no {what} “{tried[0]}”. There are: {', '.join(choices)}.")
    return UserError(f"There is no {what} “{tried[0]}” that I know. Try another name for it, or a code such as IR.")


def _spans(tokens: Sequence[Token], at: int) -> list[tuple[str, int]]:
    """The words from `at` on that may be one name, with their end, longest first. Quoted words are one name."""
    if tokens[at].kind == "quoted":
        return [(tokens[at].text, at + 1)]
    end = at + 1
    while end < len(tokens) and end < at + _LONGEST_NAME and _continues(tokens[end]):
        end += 1
    joined = [(_bare_name(" ".join(token.text for token in tokens[at:stop])), stop) for stop in range(end, at, -1)]
    return [(words, stop) for words, stop in joined if words] or [(tokens[at].text, at + 1)]


def _bare_name(words: str) -> str:
    """Without what English hangs on a name: "Russia's", "Iran,"."""
    return words.strip(_TRAILING).removesuffix("'s").removesuffix("’s")


def _continues(token: Token) -> bool:
    return token.kind == "word" and token.spaced and not _is_or(token)


def _one_of(choices: Sequence[str], words: str) -> str | None:
    wanted = words.casefold()
    return wanted if wanted in choices else None


def _speaker(lexicon: Lexicon, words: str) -> str | None:
    return MEDIA if words.casefold() == "media" else lexicon.find_actor(words)


def _weapon(lexicon: Lexicon, words: str) -> str | None:
    return _one_of(WEAPONS, words) or lexicon.find_weapon(words)


def _check_times(query: Query) -> None:
    """Refuse a stretch of time that ends before it begins: nothing could match, and it is surely a slip."""
    alone = [clause[0] for clause in query.clauses if len(clause) == 1 and not clause[0].negated]
    since = [datetime.fromisoformat(term.value) for term in alone if term.field == "since"]
    until = [datetime.fromisoformat(term.value) for term in alone if term.field == "until"]
    if since and until and max(since) >= min(until):
        raise UserError("since: is later than until:, so nothing can match. Swap them.")
