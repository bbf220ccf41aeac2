"""What is lost, told twice or left as it was, is noticed."""

from __future__ import annotations

import pytest

from tests.crash.news import OUTLETS, Affair
from tests.crash.shown import Json, compare, read

POST: Json = {
    "embeds": [
        {"title": "Alleged: Zanvoria → Belvoria, missiles", "footer": {"text": "at most 1 independent publisher"}}
    ]
}
EDITED: Json = {
    "embeds": [
        {"title": "Contested: Zanvoria → Belvoria, missiles", "footer": {"text": "at most 1 independent publisher"}}
    ]
}
REPLY: Json = {
    "message_reference": {"message_id": "1"},
    "embeds": [{"title": "Alleged → contested", "footer": {"text": "Case 1: Zanvoria → Belvoria"}}],
}


def affair(*, denied: bool) -> Affair:
    return Affair(0, "Zanvoria", "Belvoria", {OUTLETS[0]}, denied=denied, denied_when_shown=denied)


@pytest.mark.parametrize(
    ("denied", "messages", "lost", "doubled", "stale"),
    [
        (False, [POST], 0, 0, 0),
        (True, [EDITED, REPLY], 0, 0, 0),
        (False, [], 1, 0, 0),
        (False, [POST, POST], 0, 1, 0),
        (True, [EDITED], 1, 0, 0),
        (True, [EDITED, REPLY, REPLY], 0, 1, 0),
        (True, [POST, REPLY], 0, 0, 1),
        (False, [POST, REPLY], 0, 1, 0),
        (False, [POST, {"content": "Alleged: Nobody → Nowhere"}], 0, 1, 0),
    ],
)
def test_every_difference_is_noticed(denied: bool, messages: list[Json], lost: int, doubled: int, stale: int) -> None:
    verdict = compare([affair(denied=denied)], read(messages))
    assert (len(verdict.lost), len(verdict.doubled), len(verdict.stale)) == (lost, doubled, stale)
