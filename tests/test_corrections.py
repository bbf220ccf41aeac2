"""What corrections make of a claim, in which order they can be undone, and where merged cases lead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.corrections import (
    Change,
    Correction,
    Kind,
    Placed,
    Reading,
    Subject,
    hindrance,
    leads_to,
    placed,
    standing,
)
from tests.alerts.newsroom import ASSERTED, DENIED

DAY = datetime(2026, 3, 1, tzinfo=UTC)
READ = Reading(ASSERTED, 1)


def correction(
    number: int, kind: Kind, case: int = 1, other: int | None = None, *changes: Change, **more: Any
) -> Correction:
    about = () if kind == "merge" else (Subject(5, ASSERTED.key, "words"),)
    return Correction(number, kind, case, other, changes, about, "console", "so it is", DAY, **more)


def test_a_claim_that_nobody_corrected_stands_as_it_was_read() -> None:
    assert placed(5, READ, []) == Placed(ASSERTED, 1)


def test_a_correction_is_about_its_storys_claim_only() -> None:
    drop = correction(1, "drop")
    assert placed(5, READ, [drop]).dropped
    assert not placed(6, READ, [drop]).dropped
    assert not placed(5, Reading(DENIED, 1), [drop]).dropped


def test_corrections_take_effect_in_their_order() -> None:
    row = [
        correction(1, "set", 1, 2, Change("recipient", "GRAUSTARK")),
        correction(2, "merge", 1, 2),
        correction(3, "split", 1, 4),
        correction(4, "set", 4, None, Change("phase", "agreed")),
    ]
    found = placed(5, READ, row)
    assert (found.case_id, found.claim.recipient, found.claim.phase) == (4, "GRAUSTARK", "agreed")
    assert found.corrected == (1, 2, 3, 4)
    assert placed(5, READ, [one for one in row if one.id != 3]).case_id == 1


def test_a_cases_new_parties_are_those_of_the_claims_that_named_the_old_ones() -> None:
    new = correction(
        1, "parties", 1, 1, Change("supplier", "PARADOR", was="FREEDONIA"), Change("recipient", "X", was="Y")
    )
    claim = placed(5, READ, [new]).claim
    assert (claim.supplier, claim.recipient) == ("PARADOR", "SYLVANIA")


def test_of_two_claims_that_say_the_same_after_a_correction_the_one_that_reads_so_is_kept() -> None:
    by_itself = Placed(ASSERTED, 1)
    found = standing([by_itself, Placed(ASSERTED, 2, (7,)), Placed(DENIED, 1, (8,), dropped=True)])
    assert found == [by_itself]


def test_merged_cases_lead_to_the_last_of_them() -> None:
    row = [correction(1, "merge", 2, 3), correction(2, "merge", 1, 2), correction(3, "merge", 4, 9, undone_at=DAY)]
    assert dict(leads_to(row)) == {3: 1, 2: 1}


@pytest.mark.parametrize(
    ("wanted", "later", "blocked"),
    [
        (correction(1, "drop"), correction(2, "drop"), False),
        (correction(1, "merge", 1, 2), correction(2, "split", 1, 3), False),
        (correction(1, "drop"), correction(2, "parties", 1, 1), True),
        (correction(1, "split", 1, 3), correction(2, "parties", 3, 3), True),
        (correction(1, "parties", 1, 1), correction(2, "merge", 1, 2), True),
        (correction(1, "parties", 1, 1), correction(2, "merge", 3, 2), False),
        (correction(1, "parties", 1, 1), correction(2, "drop", undone_at=DAY), False),
        (correction(3, "parties", 1, 1), correction(2, "drop"), False),
    ],
)
def test_only_what_a_whole_case_is_about_has_to_be_undone_in_its_turn(
    wanted: Correction, later: Correction, blocked: bool
) -> None:
    assert (hindrance(wanted, [later, wanted]) is not None) == blocked
