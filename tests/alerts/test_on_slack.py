"""Alerts on Slack, from the ledger to the channel: the real store, delivery and slack_sdk, and a small Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import select

from bot.alerts.deliver import deliver_due
from bot.commands import Context
from bot.platforms.console_app import ConsoleApp
from bot.platforms.discord_app import DiscordApp
from bot.platforms.slack_app import SlackApp
from bot.store.tables_alerts import alerts
from cogs import adder
from tests.alerts.newsroom import ASSERTED, DENIED, START, Newsroom, story
from tests.fakes.discord_server import CHANNEL_ID, discord_server
from tests.fakes.discord_server import TOKEN as DISCORD_TOKEN
from tests.fakes.slack_methods import post_message
from tests.fakes.slack_people import buttons_of, click, slash
from tests.fakes.slack_server import APP_TOKEN, BEN, CEO, DESK, NEWS, TOKEN, SlackServer, slack_server

HERE = f"slack:{NEWS}"


@dataclass(slots=True)
class Desk:
    """A newsroom whose alerts go to Slack, at the time `now`."""

    newsroom: Newsroom
    slack: SlackServer
    app: SlackApp
    now: datetime = START
    others: dict[str, Any] = field(default_factory=dict)
    operators: str | None = None

    async def deliver(self, *, after: float = 0) -> int:
        """Deliver what is due so many seconds later."""
        self.now += timedelta(seconds=after)
        platforms = {"slack": self.app, **self.others}
        return await deliver_due(
            self.newsroom.store, platforms, self.newsroom.lexicon, lambda: self.now, self.operators
        )

    async def states(self) -> list[str]:
        return [row.state for row in await self.newsroom.rows(select(alerts.c.state).order_by(alerts.c.id))]


def app_of(slack: SlackServer, newsroom: Newsroom) -> SlackApp:
    context = Context(newsroom.store, newsroom.lexicon, lambda: START)
    return SlackApp(TOKEN, APP_TOKEN, context, base_url=slack.base_url, apart=0, ping=0.5)


@pytest.fixture
async def desk(newsroom: Newsroom) -> AsyncIterator[Desk]:
    async with slack_server() as slack:
        app = app_of(slack, newsroom)
        await app.start()
        yield Desk(newsroom, slack, app)
        await app.stop()


async def test_a_case_has_one_message_which_is_edited_and_a_reply_at_a_change_of_status(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record("Drones", ASSERTED)
    assert await desk.deliver() == 1
    await desk.newsroom.record(story("More drones", outlet="The Gazette", day=1), ASSERTED)
    await desk.newsroom.record(story("No drones", day=2), DENIED)
    await desk.deliver()
    message, reply = desk.slack.posted()
    assert message["text"].startswith("Contested: ")
    assert "2 independent publishers" in message["text"]
    assert message["edited"]
    assert reply["thread_ts"] == message["ts"]
    assert reply["text"].startswith("Alleged → contested")


async def test_a_person_is_told_in_a_direct_message(desk: Desk) -> None:
    await desk.newsroom.subscribe((f"slack:{BEN}", ""))
    await desk.newsroom.record("Drones", ASSERTED)
    await desk.deliver()
    await desk.newsroom.record(story("No drones", day=1), DENIED)
    await desk.deliver()
    assert len(desk.slack.posted(desk.slack.direct(BEN).id)) == 2


async def test_an_answer_that_got_lost_makes_no_second_message(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record("Drones", ASSERTED)
    desk.slack.lose = 1
    assert await desk.deliver() == 0
    assert await desk.deliver(after=60) == 1
    await desk.newsroom.record(story("No drones", day=1), DENIED)
    desk.slack.lose = 1
    await desk.deliver()
    await desk.deliver(after=60)
    message, reply = desk.slack.posted()
    assert message["edited"]
    assert reply["thread_ts"] == message["ts"]
    assert await desk.states() == ["sent"] * 3


async def test_one_killed_between_post_and_note_finds_its_message_when_it_is_back(desk: Desk) -> None:
    """The outbox of the one that was killed: leased, the message made, nothing noted."""
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record("Drones", ASSERTED)
    await desk.newsroom.store.write(lambda connection: connection.execute(alerts.update().values(attempts=1)))
    (row,) = await desk.newsroom.rows(select(alerts.c.key))
    posted = {
        "channel": NEWS,
        "text": "x",
        "metadata": {"event_type": "claimwatch_alert", "event_payload": {"key": row.key}},
    }
    post_message(desk.slack, posted)
    assert await desk.deliver() == 1
    assert len(desk.slack.posted()) == 1


async def test_a_limit_puts_an_alert_off_for_as_long_as_slack_says(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record("Drones", ASSERTED)
    desk.slack.fail_next("chat.postMessage", "ratelimited", retry_after=0.5)
    assert await desk.deliver() == 0
    assert await desk.deliver(after=0.4) == 0
    assert await desk.deliver(after=0.1) == 1
    assert len(desk.slack.posted()) == 1


async def test_an_archived_channel_takes_what_it_was_owed_and_no_other_is_hurt(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""), (f"slack:{DESK}", ""))
    await desk.newsroom.record("Drones", ASSERTED)
    desk.slack.channels[NEWS].archived = True
    assert await desk.deliver() == 1
    assert sorted(await desk.states()) == ["gone", "sent"]
    assert len(desk.slack.posted(DESK)) == 1


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_whoever_subscribed_a_channel_that_is_closed_is_told_in_a_direct_message(desk: Desk, code: str) -> None:
    await slash(desk.slack, "/subscribe", "drones here", user=CEO)
    await desk.slack.until(lambda: desk.slack.whispers)
    await desk.newsroom.record("Drones", ASSERTED)
    desk.slack.fail_next("chat.postMessage", code)
    await desk.deliver()
    (told,) = desk.slack.posted(desk.slack.direct(CEO).id)
    assert told["text"].startswith("A subscription is paused")
    assert code in told["text"]
    await desk.newsroom.record(story("Other drones", day=400), ASSERTED)
    assert await desk.deliver() == 0
    await slash(desk.slack, "/subscribe", "drones here", user=CEO)  # mended
    await desk.slack.until(lambda: len(desk.slack.whispers) == 2)
    await desk.newsroom.record(story("More drones", day=800), ASSERTED)
    assert await desk.deliver() == 1


async def test_a_subscription_by_command_is_told_once_edited_and_replied_to_in_its_thread(desk: Desk) -> None:
    """The way of a story, from a slash command to a press of the alert's button, with the socket lost in between."""
    await slash(desk.slack, "/subscribe", "drones here", user=CEO)
    await desk.slack.until(lambda: desk.slack.whispers)
    await desk.newsroom.record("Drones", ASSERTED)
    await desk.deliver()
    desk.slack.drop_connections()
    await desk.newsroom.record(story("More drones", outlet="The Gazette", day=1), ASSERTED)
    await desk.newsroom.record(story("No drones", day=2), DENIED)
    await desk.deliver()
    message, reply = desk.slack.posted()
    assert [one["value"] for one in buttons_of(message)] == ["case 1 sources", "why 1", "follow 1 me"]
    assert reply["thread_ts"] == message["ts"]
    await desk.slack.until(lambda: desk.slack.connections == 2 and desk.slack.sockets)
    await click(desk.slack, message, "Why", user=BEN)
    await desk.slack.until(lambda: len(desk.slack.whispers) == 2)
    assert "Why case 1 is contested" in desk.slack.whispers[1]["text"]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_revoked_token_keeps_alerts_owed_until_it_is_mended_and_the_operators_are_told_once(
    desk: Desk, code: str
) -> None:
    screen = Console(file=StringIO(), width=200)
    desk.operators, desk.others["console"] = "console", ConsoleApp(screen, plain=True)
    await desk.newsroom.subscribe((HERE, ""), (f"slack:{DESK}", ""))
    await desk.newsroom.record("Drones", ASSERTED)
    desk.slack.refusal = code
    assert await desk.deliver() == 1  # the operators' notice
    rows = await desk.newsroom.rows(select(alerts.c.state).where(alerts.c.kind == "post"))
    assert [row.state for row in rows] == ["owed", "owed"]
    assert await desk.deliver(after=60) == 0
    told = screen.file.getvalue()  # type: ignore[attr-defined]
    assert told.count("Slack refuses the bot") == 1
    assert code in told
    desk.slack.refusal = None
    assert await desk.deliver(after=60) == 2


async def test_discord_and_slack_show_the_same_case_under_the_same_number(desk: Desk) -> None:
    async with discord_server() as discord:
        app = DiscordApp(DISCORD_TOKEN, adder(desk.app.answers.context), api_base=discord.api_base)
        await app.start()
        desk.others["discord"] = app
        await desk.newsroom.subscribe((HERE, ""), (f"discord:{CHANNEL_ID}", ""))
        await desk.newsroom.record(story("Other drones", day=-900), ASSERTED, alert=False)
        await desk.newsroom.record(story("Drones", day=0), ASSERTED)
        assert await desk.deliver() == 2
        (there,) = discord.messages[CHANNEL_ID]
        (here,) = desk.slack.posted()
        await app.stop()
    footer = there["embeds"][0]["footer"]["text"]
    assert footer.split(" · ")[0] == "Case 2"
    assert footer in here["text"]
    assert there["embeds"][0]["title"].replace("\\", "") == here["blocks"][0]["text"]["text"].removeprefix("🟡 ")
