"""A command that fails through no fault of the person's: what the log says, and what the operators are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.commands import Context
from bot.commands.failures import SORRY, failed
from bot.model import Alert, Card
from bot.store import alerts
from tests.commands.conftest import NOW

OPERATORS = "discord:777"
TOKEN = (
    "MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"  # no real one: its shape is what counts
)


class Trouble(Exception):
    """Something that nobody foresaw."""


def trouble(text: str = "the end is near") -> Trouble:
    """One that was raised, so that it has a traceback."""
    try:
        raise Trouble(text)
    except Trouble as error:
        return error


async def owed(context: Context) -> Sequence[Alert]:
    later = NOW + timedelta(days=1)
    found: list[Alert] = []
    while batch := await context.store.write(
        alerts.lease, ["discord", "console"], later, later + timedelta(hours=1), 99
    ):
        found += batch
        for one in batch:
            await context.store.write(alerts.delivered, one, "1", later)
    return found


def text(card: Card | None) -> str:
    assert card is not None
    return "\n".join([card.title, *("".join(run.text for run in line) for one in card.sections for line in one.lines)])


async def test_the_person_gets_an_apology_and_the_log_the_traceback(context: Context) -> None:
    error = trouble()
    with capture_logs() as logs:
        assert await failed(context, "claims", error) == SORRY
    assert (logs[0]["event"], logs[0]["command"], logs[0]["exc_info"]) == ("command failed", "claims", error)
    assert not await owed(context)


async def test_the_operators_are_told_which_command_which_error_and_where(context: Context) -> None:
    await failed(replace(context, operators=OPERATORS), "claims", trouble(f"token {TOKEN} of Ann"))
    (told,) = await owed(context)
    assert (told.destination, told.kind) == (OPERATORS, "notice")
    assert "A command failed: claims" in text(told.card)
    assert "Trouble at tests/commands/test_failures.py:" in text(told.card)
    assert "Ann" not in text(told.card)
    assert "Traceback" not in text(told.card)


async def test_only_the_console_is_shown_the_traceback_and_no_secret_in_it(context: Context) -> None:
    await failed(replace(context, operators="console"), "claims", trouble(f"token {TOKEN} of Ann"))
    (told,) = await owed(context)
    assert "Traceback (most recent call last)" in text(told.card)
    assert "token [token] of Ann" in text(told.card)


async def test_the_same_trouble_is_told_once_an_hour_and_another_at_once(context: Context) -> None:
    time = [NOW]
    watched = replace(context, operators=OPERATORS, clock=lambda: time[0])
    for _ in range(3):
        await failed(watched, "claims", trouble())
    await failed(watched, "case", trouble())
    assert len(await owed(context)) == 2
    time[0] += timedelta(hours=1)
    await failed(watched, "claims", trouble())
    assert len(await owed(context)) == 1


@pytest.mark.parametrize("broken", ["DROP TABLE alerts", "ALTER TABLE alerts RENAME TO lost"])
async def test_a_broken_store_is_no_reason_not_to_apologise(context: Context, broken: str) -> None:
    await context.store.write(lambda connection: connection.exec_driver_sql(broken))
    with capture_logs() as logs:
        assert await failed(replace(context, operators=OPERATORS), "claims", trouble()) == SORRY
    assert [log["event"] for log in logs] == ["command failed", "operators not told"]
