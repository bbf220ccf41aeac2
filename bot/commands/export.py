"""The answer to a command as data, for `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.commands.case import case_number
from bot.commands.context import Context
from bot.commands.dispatch import command_of
from bot.commands.latest import how_many
from bot.commands.why import why
from bot.errors import UserError
from bot.model import Case, KeptClaim
from bot.queries.language import parse
from bot.store.ask import cases_denied, cases_found, cases_with_claims
from bot.store.overview import newest_claims

_MOST = 1_000  # cases: an answer is held in memory whole


async def export(context: Context, text: str) -> dict[str, Any]:
    """`{"ask": text, "cases": […]}`: all cases that a command finds, newest first, at most 1,000, with their claims.

    Actors are codes; `published` is ISO 8601 in UTC, or null for an undated story. The cases of `denials` are those
    with a denial that fits, those of `latest` the cases of the newest claims, those of `why` the case, or the cases of
    the story's claims. `help` finds none. Raises UserError as the command itself does.
    """
    command, arguments = command_of(text)
    store = context.store
    match command.name:
        case "claims" | "denials":
            query = parse(arguments, context.lexicon, context.clock())
            find = cases_found if command.name == "claims" else cases_denied
            found = await store.read(find, query, limit=_MOST)
        case "case":
            found = await store.read(cases_with_claims, [case_number(arguments)])
            if not found:
                raise UserError(f"There is no case {case_number(arguments)}. Try !claims to see which there are.")
        case "latest":
            newest = await store.read(newest_claims, limit=how_many(arguments))
            found = await store.read(cases_with_claims, list(dict.fromkeys(case.id for _, case in newest if case)))
        case "why":
            found = await store.read(cases_with_claims, (await why(context, arguments)).cases)
        case _:
            found = []
    return {"ask": text, "cases": [_case(one, claims) for one, claims in found]}


def _case(case: Case, claims: Sequence[KeptClaim]) -> dict[str, Any]:
    return {
        "id": case.id,
        "supplier": case.supplier,
        "recipient": case.recipient,
        "status": case.status,
        "weapons": list(case.weapons),
        "claims": [_claim(kept) for kept in claims],
        "publishers": case.publishers,
    }


def _claim(kept: KeptClaim) -> dict[str, Any]:
    claim = kept.claim
    return {
        "stance": claim.stance,
        "claimant": claim.claimant,
        "phase": claim.phase,
        "words": claim.words,
        "outlet": kept.outlet,
        "url": kept.url,
        "published": _time(kept.published),
    }


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
