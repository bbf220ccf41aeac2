"""Forms on Slack: a subscription and preferences are filled in, and what is wrong is said at its field."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.commands import Context
from bot.model import Prefs
from bot.platforms.slack_forms import prefs_form, subscribe_form, zone_options
from bot.store.prefs import prefs_of
from bot.store.subscriptions import all_subscriptions
from tests.fakes.slack_limits import beyond_view_limits
from tests.fakes.slack_people import click, fill_in, say, slash, type_into
from tests.fakes.slack_server import ANN, BEN, CEO, NEWS, SlackServer
from tests.platforms.slack_seen import home_with, post, shown, view_with, whisper

pytestmark = pytest.mark.usefixtures("slack_app")


@contextmanager
def busy(context: Context) -> Iterator[None]:
    """Another process writes, for as long as this lasts."""
    other = sqlite3.connect(context.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def fields(form: dict[str, Any]) -> list[str]:
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


async def subscriptions(context: Context) -> list[tuple[str, str, str | None]]:
    return [(one.destination, one.query, one.rhythm) for one in await context.store.read(all_subscriptions)]


# ── subscribe ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "text"), [("/subscribe", ""), ("/claimwatch", "subscribe"), ("/claimwatch", "!SUBSCRIBE")]
)
async def test_subscribe_by_itself_opens_a_form_which_says_what_was_understood(
    slack: SlackServer, context: Context, command: str, text: str
) -> None:
    await slack.acknowledged(await slash(slack, command, text, user=BEN))
    form = await view_with(slack, "What to be told of")
    assert fields(form) == ["query", "rhythm"]  # the channel is not Ben's to decide for
    await fill_in(slack, form, user=BEN, query="  from:elbonia   drones ", rhythm="weekly")
    told = shown(await view_with(slack, "You will be told weekly"))
    assert "Elbonia → Freedonia" in told  # the newest that fits
    assert await subscriptions(context) == [(f"slack:{BEN}", "from:elbonia drones", "weekly")]
    await home_with(slack, "from:elbonia drones", BEN)
    assert not slack.whispers


async def test_who_may_decide_for_the_channel_can_subscribe_it(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/subscribe", user=CEO)
    form = await view_with(slack, "What to be told of")
    assert fields(form) == ["query", "where", "rhythm"]
    await fill_in(slack, form, user=CEO, query="elbonia")
    await view_with(slack, "This channel will be told at once")
    await slash(slack, "/subscribe", user=CEO)
    await fill_in(slack, await view_with(slack, "What to be told of"), user=CEO, query="elbonia", where="me")
    await view_with(slack, "You will be told at once")
    assert await subscriptions(context) == [(f"slack:{NEWS}", "elbonia", None), (f"slack:{CEO}", "elbonia", None)]


async def test_a_query_that_cannot_be_read_is_told_at_its_field_and_can_be_mended(
    slack: SlackServer, context: Context
) -> None:
    await slash(slack, "/subscribe")
    form = await view_with(slack, "What to be told of")
    await fill_in(slack, form, query="weapon:cheese")
    assert "cheese" in form["errors"]["query"]
    assert await subscriptions(context) == []
    await fill_in(slack, form, query="weapon:drones")
    assert "errors" not in form
    await view_with(slack, "You will be told at once")


async def test_an_empty_query_is_everything(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/subscribe")
    await fill_in(slack, await view_with(slack, "What to be told of"))
    await view_with(slack, "You will be told")
    assert await subscriptions(context) == [(f"slack:{ANN}", "", None)]


async def test_with_words_subscribe_acts_at_once(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/subscribe", "elbonia me daily")
    assert "You will be told daily" in shown(await whisper(slack))
    assert not slack.views


async def test_where_slack_opens_no_form_the_answer_says_how_to_write_it(slack: SlackServer) -> None:
    slack.fail_next("views.open", "expired_trigger_id")
    await slash(slack, "/subscribe")
    assert "!subscribe QUERY" in shown(await whisper(slack))


async def test_where_slack_does_not_say_who_may_the_form_is_for_oneself(slack: SlackServer) -> None:
    slack.fail_next("users.info", status=503)
    await slash(slack, "/subscribe", user=CEO)
    assert "where" not in fields(await view_with(slack, "What to be told of"))


async def test_a_form_that_was_closed_meanwhile_counts_all_the_same(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/subscribe")
    form = await view_with(slack, "What to be told of")
    with busy(context):
        await fill_in(slack, form, query="elbonia")
        slack.views.clear()
    await home_with(slack, "[Unsubscribe]")
    assert await subscriptions(context) == [(f"slack:{ANN}", "elbonia", None)]


async def test_a_fault_of_ours_is_said_in_the_place_of_the_form(slack: SlackServer, context: Context) -> None:
    await context.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE prefs RENAME TO lost"))
    with capture_logs() as logs:
        await slash(slack, "/claimwatch", "prefs")
        await view_with(slack, "Something went wrong")
    assert "no such table: prefs" in str(next(log for log in logs if log["event"] == "command failed")["exc_info"])


# ── prefs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_form_for_preferences_holds_what_holds_and_keeps_what_is_changed(
    slack: SlackServer, context: Context
) -> None:
    await slash(slack, "/claimwatch", "prefs weekly tuesday 09:30")
    await slash(slack, "/claimwatch", "prefs zone Europe/Berlin")
    await whisper(slack, 2)
    await slash(slack, "/claimwatch", "prefs")
    form = await view_with(slack, "When a digest comes")
    assert fields(form) == ["rhythm", "at", "weekday", "quiet_from", "quiet_to", "zone"]
    await fill_in(slack, form, rhythm="daily", quiet_from="22:00", quiet_to="07:15")
    told = shown(await view_with(slack, "Your preferences"))
    assert "daily at 09:30 Europe/Berlin" in told
    assert "22:00 to 07:15" in told
    kept = (await context.store.read(prefs_of, [f"slack:{ANN}"]))[f"slack:{ANN}"]
    assert kept == Prefs("daily", 9 * 60 + 30, 1, (22 * 60, 7 * 60 + 15), "Europe/Berlin")
    await home_with(slack, "22:00 to 07:15")


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_to"),
        ({"quiet_to": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
    ],
)
async def test_hours_that_do_not_fit_together_are_told_at_their_field(
    slack: SlackServer, context: Context, filled: dict[str, str], field: str
) -> None:
    await slash(slack, "/claimwatch", "prefs")
    form = await view_with(slack, "When a digest comes")
    await fill_in(slack, form, **filled)
    assert list(form["errors"]) == [field]
    assert await context.store.read(prefs_of, [f"slack:{ANN}"]) == {}


async def test_quiet_hours_are_ended_by_emptying_them(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/claimwatch", "prefs quiet 22:00-07:00")
    await whisper(slack)
    await slash(slack, "/claimwatch", "prefs")
    await fill_in(slack, await view_with(slack, "When a digest comes"), quiet_from=None, quiet_to=None)
    await view_with(slack, "never")
    assert (await context.store.read(prefs_of, [f"slack:{ANN}"]))[f"slack:{ANN}"].quiet is None


async def test_time_zones_are_found_while_one_types(slack: SlackServer) -> None:
    await slash(slack, "/claimwatch", "prefs")
    form = await view_with(slack, "When a digest comes")
    assert await type_into(slack, form, "zone", "berlin") == ["Europe/Berlin"]
    assert "America/New_York" in await type_into(slack, form, "zone", "new york")
    assert "Europe/Berlin" in await type_into(slack, form, "zone", "berlni")
    assert await type_into(slack, form, "zone", "") != []
    await fill_in(slack, form, zone="America/New_York")
    await view_with(slack, "America/New_York")


def test_a_list_of_time_zones_is_as_long_as_slack_takes() -> None:
    assert 0 < len(zone_options("america")) <= 100


@pytest.mark.parametrize("here", [True, False])
def test_forms_keep_slack_s_limits(here: bool) -> None:
    assert beyond_view_limits(subscribe_form(NEWS, here=here)) is None
    assert beyond_view_limits(prefs_form("", Prefs(quiet=(1, 2)))) is None


# ── while the database is busy ───────────────────────────────────────────────────────────────────────────────────────


async def test_all_is_acknowledged_while_the_database_is_busy_and_answered_after(
    slack: SlackServer, context: Context
) -> None:
    await slash(slack, "/case", "6")
    case = await whisper(slack)
    await slash(slack, "/subscribe")
    form = await view_with(slack, "What to be told of")
    with busy(context):
        await slack.acknowledged(await slash(slack, "/subscribe", "elbonia me", user=BEN))
        await slack.acknowledged(await click(slack, case, "Follow"))
        for envelope in await say(slack, "!subscribe parador", user=CEO):
            await slack.acknowledged(envelope)
        await fill_in(slack, form, query="sylvania")
        await view_with(slack, "One moment")
        assert len(slack.whispers) == 1
        assert await subscriptions(context) == []
    await whisper(slack, 3)
    await post(slack)
    await view_with(slack, "You will be told")
    assert len(await subscriptions(context)) == 4


async def test_questions_are_answered_while_the_database_is_busy(slack: SlackServer, context: Context) -> None:
    with busy(context):
        await slash(slack, "/claims", "elbonia")
        assert "Elbonia → Freedonia" in shown(await whisper(slack))
