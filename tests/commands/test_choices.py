"""What is offered behind a command while its words are typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.outbox import record
from bot.commands import COMMANDS, Asker, Context, answer
from bot.commands.choices import PREFERENCES, choices
from bot.model import Story
from bot.store import Connection
from tests.commands.conftest import NOW, says

HERE = Asker("discord:user:1", "discord:9", keeps_place=True)


async def words(context: Context, command: str, typed: str) -> list[str]:
    return [choice.words for choice in await choices(context, command, typed)]


async def labels(context: Context, command: str, typed: str) -> list[str]:
    return [choice.label for choice in await choices(context, command, typed)]


@pytest.mark.parametrize("command", ["claims", "denials", "subscribe"])
async def test_a_query_is_completed_wherever_one_is_taken(context: Context, command: str) -> None:
    assert (await words(context, command, "drones from:freed"))[0] == "drones from:Freedonia"


async def test_behind_a_subscription_s_query_comes_for_whom_and_how_often(context: Context) -> None:
    assert await words(context, "subscribe", "freedonia da") == [
        "freedonia daily",
        *await words(context, "claims", "freedonia da"),
    ]
    assert "freedonia here" in await words(context, "subscribe", "freedonia here")
    assert "here" not in await words(context, "subscribe", "he")


async def test_cases_are_offered_newest_first_with_what_they_are_about(context: Context) -> None:
    assert await labels(context, "case", "") == [
        "3 · Ruritania → Freedonia, drones · alleged, 19 Feb 2026",
        "2 · Sylvania → Ruritania, drones · acknowledged, 9 Feb 2026",
        "1 · Freedonia → Sylvania, drones · contested, 20 Jan 2026",
    ]


@pytest.mark.parametrize("command", ["case", "why", "follow", "mute", "unmute"])
@pytest.mark.parametrize(
    ("typed", "found"), [("2", ["2"]), ("#2", ["2"]), ("from:freed", ["1"]), ("status:ack", ["2"])]
)
async def test_a_case_is_found_by_its_number_or_by_a_query(
    context: Context, command: str, typed: str, found: list[str]
) -> None:
    assert await words(context, command, typed) == found


async def test_a_short_number_is_offered_before_longer_ones_that_begin_with_it(empty: Context) -> None:
    def keep(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO feeds (id, url, interval, enabled) VALUES (1, 'http://a', 60, 1)")
        for number, claimant in enumerate(list(empty.lexicon.actors)[:12]):
            at = NOW - timedelta(days=number)
            story = Story(f"{number}", f"Story {number}", "", "The Herald", at, at)
            claim = says("RURITANIA", claimant, "SYLVANIA", "drones")
            record(connection, 1, story, [claim], now=NOW, alert=False, lexicon=empty.lexicon)

    await empty.store.write(keep)
    assert await words(empty, "case", "1") == ["1", "10", "11", "12"]


@pytest.mark.parametrize(
    ("command", "typed", "found"),
    [
        ("case", "1 ", ["1 sources", "1 timeline"]),
        ("case", "1 t", ["1 timeline"]),
        ("follow", "1 m", ["1 me"]),
        ("mute", "1 ", ["1 7d", "1 30d", "1 me", "1 here"]),
        ("why", "1 ", []),
        ("case", "9", []),
        ("case", "from:", []),
        ("why", "https://example.org/1", []),
        ("help", "sub", ["subscribe", "subscriptions"]),
        ("subscriptions", "", []),
        ("prefs", "q", ["quiet 22:00-07:00", "quiet off"]),
        ("prefs", "here q", ["here quiet 22:00-07:00", "here quiet off"]),
        ("prefs", "zone europe/berl", ["zone Europe/Berlin"]),
        ("prefs", "here zone new y", ["here zone America/New_York"]),
    ],
)
async def test_what_may_stand_behind_is_offered(context: Context, command: str, typed: str, found: list[str]) -> None:
    assert await words(context, command, typed) == found


async def test_one_s_own_subscriptions_and_the_channel_s_are_offered_to_be_ended(context: Context) -> None:
    ours = context.asked_by(HERE)
    assert await words(ours, "unsubscribe", "") == []
    await answer(ours, "!subscribe freedonia me")
    await answer(ours, "!subscribe from:sylvania here")
    await answer(context.asked_by(Asker("discord:user:2", "discord:9")), "!subscribe ruritania me")
    assert await labels(ours, "unsubscribe", "") == [
        "1 · freedonia · you",
        "2 · from:sylvania · this channel",
        "all of them",
    ]
    assert await words(ours, "unsubscribe", "sylv") == ["2"]


async def test_feeds_are_offered_to_who_may_manage_them_and_to_nobody_else(context: Context) -> None:
    manager = context.asked_by(replace(HERE, role="manager"))
    assert "pause" in await words(manager, "feed", "")
    assert await words(manager, "feed", "re") == ["resume", "remove"]
    assert await words(manager, "feed", "pause ") == ["pause 1"]
    assert await words(manager, "feed", "pause nowhere") == []
    assert await words(manager, "feed", "add ") == []
    assert await words(context.asked_by(HERE), "feed", "pause ") == []


async def test_help_offers_only_what_one_may_ask(context: Context) -> None:
    offered = await words(context.asked_by(HERE), "help", "")
    assert offered == [name for name, command in COMMANDS.items() if command.who == "everyone"]


@pytest.mark.parametrize("wish", PREFERENCES[1:])
async def test_what_is_offered_to_be_preferred_is_understood(context: Context, wish: str) -> None:
    assert (await answer(context.asked_by(HERE), f"!prefs {wish}")).title
