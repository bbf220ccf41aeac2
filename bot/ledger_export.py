"""Writes cases with their claims as CSV or JSON, for spreadsheets and for research. Pure.

What nobody has named or dated is `..`, as in SIPRI's arms transfers register; empty is what does not apply: the
claimant of a report's own voice, the address of a story without one, the corrections of what nobody corrected.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.model import UNKNOWN, Case, KeptClaim

Found = Iterable[tuple[Case, Sequence[KeptClaim]]]

COLUMNS = (
    *("case", "status", "supplier", "recipient", "case_weapons", "publishers", "first_at", "last_at"),
    *("claim", "stance", "claimant", "claim_supplier", "claim_recipient", "weapons", "phase", "words", "carrier"),
    *("title", "outlet", "url", "published", "corrected"),
)

# A spreadsheet takes a cell that begins so for a formula; headlines are anybody's text:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(found: Found) -> Iterator[str]:
    """Yield RFC 4180's lines, a row for each claim, below one with the names of the columns.

    Weapons stand with semicolons between them. What a spreadsheet would take for a formula has an apostrophe before it.
    """
    yield _line(COLUMNS)
    for case, claims in found:
        one = _case(case)
        about_case = [one[name] for name in ("case", "status", "supplier", "recipient", "weapons", "publishers")]
        about_case += [one["first_at"], one["last_at"]]
        for kept in claims:
            yield _line([_cell(value) for value in (*about_case, *_claim(kept).values())])


def as_json(found: Found) -> Iterator[str]:
    """Yield one JSON array in pieces: a line for each case, which has its claims in `claims`."""
    before = "[\n"
    for case, claims in found:
        row = _case(case) | {"claims": [_claim(kept) for kept in claims]}
        yield before + json.dumps(row, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "status": case.status,
        "supplier": case.supplier or UNKNOWN,
        "recipient": case.recipient or UNKNOWN,
        "weapons": list(case.weapons),
        "publishers": case.publishers,
        "first_at": _time(case.first_at),
        "last_at": _time(case.last_at),
    }


def _claim(kept: KeptClaim) -> dict[str, Any]:
    claim = kept.claim
    return {
        "claim": kept.id,
        "stance": claim.stance,
        "claimant": claim.claimant,
        "supplier": claim.supplier or UNKNOWN,
        "recipient": claim.recipient or UNKNOWN,
        "weapons": list(claim.weapons),
        "phase": claim.phase,
        "words": claim.words,
        "carrier": claim.carrier,
        "title": kept.title,
        "outlet": kept.outlet,
        "url": kept.url,
        "published": _time(kept.published),
        "corrected": list(kept.corrected),
    }


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else UNKNOWN


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
