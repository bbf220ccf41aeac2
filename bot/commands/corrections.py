"""`!correct`, `!merge`, `!split`, `!corrections` and `!undo`: mending what was read wrong, with who and why.

What they change everybody sees whom the bot serves, so a server's manager alone may not: `editors` in config.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import cards, cards_corrections
from bot.alerts import mending
from bot.alerts.mending import By
from bot.alerts.numbered import numbered
from bot.commands.case import case_number
from bot.commands.context import Asker, Context
from bot.corrections import Change, ChangedField
from bot.errors import UserError
from bot.model import Card, Field
from bot.queries.language import parse
from bot.store import corrections as kept
from bot.store import ledger

_A_PAGE = 8
_LONGEST = 300  # characters of a reason, which has to fit into a card with others
_BECAUSE = re.compile(r"(?:^|\s)because(?:\s+|$)", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(?:case\s*)?#?(\d{1,18})(?!\S)(.*)", re.IGNORECASE | re.DOTALL)
_CLAIMS = re.compile(r"\s*claims?\s+((?:\d{1,6}(?:\s*,\s*|\s+and\s+|\s+|$))+)(.*)", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"\s*#?(\d{1,18})(?:\s+(?:and|with|into)\s+|\s*,\s*|\s+)#?(\d{1,18})\s*", re.IGNORECASE)
# What nobody named, as cards show it or in a word; the outlet's own voice has no name either.
_NOBODY = re.compile(r"""(?<!\S)(from|to|by):(?:"(?:own report|unknown)"|\.\.|unknown|nobody)(?!\S)""", re.IGNORECASE)
_FIELDS: dict[Field, ChangedField] = {
    "from": "supplier",
    "to": "recipient",
    "by": "claimant",
    "stance": "stance",
    "phase": "phase",
    "weapon": "weapons",
}
_WHAT = "Write `drop`, or what it should say: from:, to:, by:, stance:, phase: or weapon:"


async def correct(context: Context, arguments: str, page: int = 0) -> Card:
    """List a case's claims with their numbers, or drop or change some, or a whole case's parties.

    Raises UserError for what is not understood or can't be, and when the ledger is not the asker's to correct.
    """
    said, why = _reason(arguments)
    number, rest = _case_of(said)
    if not rest and why is None:
        return await _listed(context, number, page)
    by = _by(context, why, f"!correct {' '.join(said.split())}")
    claims, wanted = _claims_of(rest)
    if wanted.casefold() == "drop":
        done = await context.store.write(mending.drop, number, claims, by)
    else:
        changes = _changes(context, wanted)
        if claims:
            done = await context.store.write(mending.change, number, claims, changes, by)
        else:
            _check_parties(changes, number)
            done = await context.store.write(mending.relabel, number, changes, by)
    return cards_corrections.corrected(done.correction, done.cases, context.lexicon)


async def merge(context: Context, arguments: str, page: int = 0) -> Card:
    """Let two cases be one. Raises UserError as `correct` does."""
    said, why = _reason(arguments)
    pair = _PAIR.fullmatch(said)
    if pair is None:
        raise UserError("Which two cases? Write their numbers and why, as in !merge 12 13 because both are one train.")
    by = _by(context, why, f"!merge {pair[1]} {pair[2]}")
    done = await context.store.write(mending.merge, int(pair[1]), int(pair[2]), by)
    return cards_corrections.corrected(done.correction, done.cases, context.lexicon)


async def split(context: Context, arguments: str, page: int = 0) -> Card:
    """Let some claims of a case be a case of their own. Raises UserError as `correct` does."""
    said, why = _reason(arguments)
    number, rest = _case_of(said)
    claims, more = _claims_of(rest)
    if not claims or more:
        raise UserError(
            f"Which claims? Write their numbers from !correct {number} and why, as in !split {number} claim 3,4 "
            "because they tell of another ship."
        )
    by = _by(context, why, f"!split {number} claim {','.join(map(str, claims))}")
    done = await context.store.write(mending.split, number, claims, by)
    return cards_corrections.corrected(done.correction, done.cases, context.lexicon)


async def undo(context: Context, arguments: str, page: int = 0) -> Card:
    """Take a correction back. Raises UserError as `correct` does, and when a later one rests on it."""
    said, why = _reason(arguments)
    written = said.strip().removeprefix("#")
    if not (written.isascii() and written.isdigit() and len(written) <= 18):
        raise UserError("Which correction? Write its number from !corrections, as in !undo 7.")
    by = By(_editor(context), why or "", context.clock())
    done = await context.store.write(mending.undo, int(written), by)
    return cards_corrections.undone(done.correction, done.cases, context.lexicon)


async def corrections(context: Context, arguments: str, page: int = 0) -> Card:
    """A page of the log, newest first, or of what was corrected about one case."""
    number = case_number(arguments) if arguments.strip() else None
    found, more = await context.store.read(kept.log, number, limit=_A_PAGE, offset=page * _A_PAGE)
    return cards_corrections.log(found, context.lexicon, of=number, page=page, more=more)


async def _listed(context: Context, number: int, page: int) -> Card:
    number = await context.store.read(ledger.lead, number)
    case = await context.store.read(ledger.case, number)
    if case is None:
        raise UserError(f"There is no case {number}. !claims shows the newest.")
    every = (await context.store.read(numbered, number))[::-1]
    shown = every[page * _A_PAGE : (page + 1) * _A_PAGE]
    rows = [(one.number, one.placed, one.outlet, one.url, one.at) for one in shown]
    more = len(every) > (page + 1) * _A_PAGE
    return cards_corrections.numbered(case, rows, context.lexicon, page=page, more=more)


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _editor(context: Context) -> str:
    """The asker, who may correct the ledger; UserError for others, with how to be allowed to."""
    asker = context.asker
    if asker.role != "owner" and not context.editors & _names(asker):
        raise UserError(
            "A correction changes what everybody sees whom this bot serves, so it is for whoever runs the bot, and "
            f'for those listed there: ask them to add "{asker.person}" to `editors` in config.toml.'
        )
    return asker.person


def _names(asker: Asker) -> set[str]:
    """Who the asker is: the person, and one of the managers of a server."""
    return {asker.person} | ({asker.guild} if asker.guild and asker.role == "manager" else set())


def _by(context: Context, why: str | None, command: str) -> By:
    who = _editor(context)
    if not why:
        raise UserError(f"Why? The reason is kept and shown: {cards.shorten(command, 100)} because …")
    return By(who, why, context.clock())


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def _reason(arguments: str) -> tuple[str, str | None]:
    """What stands before "because", and the reason behind it; None where there is no such word."""
    parts = _BECAUSE.split(arguments, maxsplit=1)
    if len(parts) == 1:
        return arguments, None
    why = " ".join(parts[1].split())
    if len(why) > _LONGEST:
        raise UserError(f"The reason has {len(why)} characters; {_LONGEST} can be kept. Shorten it.")
    return parts[0], why


def _case_of(said: str) -> tuple[int, str]:
    """The case's number, and the words behind it."""
    found = _NUMBERED.fullmatch(said)
    return (int(found[1]), found[2].strip()) if found else (case_number(said), "")


def _claims_of(words: str) -> tuple[list[int], str]:
    """The claims that are named, and the words behind them."""
    found = _CLAIMS.fullmatch(words)
    return ([int(one) for one in re.findall(r"\d+", found[1])], found[2].strip()) if found else ([], words)


def _changes(context: Context, wanted: str) -> list[Change]:
    """What `from:iran weapon:drones` sets, in the words of queries; UserError for what sets nothing."""
    changes = {_FIELDS[_field(found[1])]: None for found in _NOBODY.finditer(wanted)}
    values: dict[ChangedField, list[str]] = {}
    for field, value in _terms(context, _NOBODY.sub(" ", wanted)):
        values.setdefault(field, []).append(value)
    for field, given in values.items():
        if field in changes or (field != "weapons" and len(given) > 1):
            raise UserError(f"The {field} is given twice. Write it once.")
    if not changes and not values:
        raise UserError(f"What is wrong? {_WHAT}.")
    nothing = [Change(field, None) for field in changes]
    return nothing + [
        Change(field, tuple(given) if field == "weapons" else given[0]) for field, given in values.items()
    ]


def _terms(context: Context, wanted: str) -> Iterator[tuple[ChangedField, str]]:
    for clause in parse(wanted, context.lexicon, context.clock()).clauses:
        term = clause[0]
        if term.field == "status":
            raise UserError("A case's status follows from its claims and is never set: correct the claims.")
        if len(clause) > 1 or term.negated or term.field not in _FIELDS:
            raise UserError(f"“{cards.shorten(wanted.strip(), 60)}” can't be set. {_WHAT}.")
        yield _FIELDS[term.field], term.value


def _field(written: str) -> Field:
    return next(field for field in _FIELDS if field == written.casefold())


def _check_parties(changes: list[Change], number: int) -> None:
    """A case as a whole has a supplier and a recipient; the rest is what its claims say."""
    for one in changes:
        if one.field not in ("supplier", "recipient"):
            raise UserError(
                f"A case has no {one.field}, its claims have. !correct {number} lists them; then say which, as in "
                f"!correct {number} claim 1 …"
            )
