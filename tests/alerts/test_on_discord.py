"""Alerts on Discord, from a subscription to the press of a button: all of it real but Discord itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.alerts.deliver import deliver_due
from bot.commands import Context
from bot.commands.failures import SORRY
from bot.platforms.discord_app import DiscordApp
from bot.store.tables_alerts import alerts
from cogs import adder
from tests.alerts.newsroom import ASSERTED, DENIED, START, Newsroom, said, story
from tests.fakes.discord.wire import custom_id
from tests.fakes.discord.world import Channel
from tests.fakes.discord_server import CHANNEL_ID, MEMBER_ID, PERSON_ID, TOKEN, DiscordServer, Json, discord_server

HERE = f"discord:{CHANNEL_ID}"
OPERATORS = 3001
DENIED_BY_TWO = said("SYLVANIA denies FREEDONIA SYLVANIA")
HOSTILE = (
    "@everyone <@&5000> <@4000> [ours](https://evil.example) https://evil.example `code` ```block``` ||spoiler|| "
    "# big\u200b \u202eturned **bold** <t:0> </claims:1> <:a:1>"
)


@dataclass(slots=True)
class Desk:
    """A newsroom whose alerts go to Discord."""

    newsroom: Newsroom
    discord: DiscordServer
    app: DiscordApp

    async def deliver(self) -> int:
        return await deliver_due(self.newsroom.store, {"discord": self.app}, self.newsroom.lexicon, lambda: START)

    def posted(self, channel: int = CHANNEL_ID) -> list[Json]:
        """The bot's messages in a channel that are seen by all."""
        return [one for one in self.discord.messages[channel] if one["author"].get("bot") and not one["flags"]]

    def direct(self, person: int) -> list[Json]:
        """The bot's messages to a person."""
        return [
            one for place in self.discord.channels.values() if place.person == person for one in self.posted(place.id)
        ]


async def started(newsroom: Newsroom, discord: DiscordServer) -> Desk:
    context = Context(newsroom.store, newsroom.lexicon, lambda: START, operators=f"discord:{OPERATORS}")
    app = DiscordApp(TOKEN, adder(context), api_base=discord.api_base)
    await app.start()
    return Desk(newsroom, discord, app)


@pytest.fixture
async def desk(newsroom: Newsroom) -> AsyncIterator[Desk]:
    async with discord_server(channels=[OPERATORS]) as discord:
        running = await started(newsroom, discord)
        yield running
        await running.app.stop()


def labels(message: Json) -> list[str]:
    return [button["label"] for row in message["components"] for button in row["components"]]


async def test_one_subscribes_a_story_comes_and_a_case_is_one_message_edited_and_replied_to(desk: Desk) -> None:
    await desk.discord.say("!subscribe drones here", person=PERSON_ID)
    (confirmed,) = await asyncio.wait_for(desk.discord.wait_for_messages(1), 10)
    assert confirmed["embeds"][0]["description"].startswith("This channel will be told at once")

    await desk.newsroom.record(story("Drones", day=0), ASSERTED)
    assert await desk.deliver() == 1
    _, alert = desk.posted()
    assert alert["embeds"][0]["title"].startswith("Alleged")
    assert labels(alert) == ["Sources", "Why", "Follow"]

    await desk.newsroom.record(story("More of them", outlet="The Gazette", day=1), ASSERTED)
    assert await desk.deliver() == 1
    assert len(desk.posted()) == 2
    assert alert["edited_timestamp"]
    assert "at most 2 independent publishers" in alert["embeds"][0]["footer"]["text"]
    assert labels(alert) == ["Sources", "Why", "Follow"]

    await desk.newsroom.record(story("A fairy tale, says Freedonia", day=2), DENIED)
    await desk.deliver()
    _, alert, reply = desk.posted()
    assert reply["message_reference"]["message_id"] == alert["id"]
    assert reply["embeds"][0]["title"].startswith("Alleged → contested")
    assert alert["embeds"][0]["title"].startswith("Contested")


async def test_a_member_who_may_not_decide_for_the_channel_subscribes_in_private_instead(desk: Desk) -> None:
    await desk.discord.say("!subscribe drones here", person=MEMBER_ID)
    (refused,) = await asyncio.wait_for(desk.discord.wait_for_messages(1), 10)
    assert "!subscribe drones me" in refused["content"]
    await desk.newsroom.record("Drones", ASSERTED)
    assert await desk.deliver() == 0


async def test_who_presses_follow_under_an_alert_is_told_in_private_from_then_on(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record(story("Drones", day=0), said("RURITANIA asserts RU IR"))
    await desk.deliver()
    (alert,) = desk.posted()
    pressed = await desk.discord.click(alert, custom_id(alert, "Follow"), person=MEMBER_ID)
    assert (await pressed.answer())["embeds"][0]["description"].startswith("You will be told at once")
    assert pressed.private
    await desk.newsroom.record(story("More drones", day=500), said("RURITANIA asserts RU IR"))
    await desk.deliver()
    (told,) = desk.direct(MEMBER_ID)
    assert labels(told) == ["Sources", "Why", "Follow"]


async def test_the_buttons_of_an_alert_work_after_a_restart(newsroom: Newsroom) -> None:
    async with discord_server(channels=[OPERATORS]) as discord:
        first = await started(newsroom, discord)
        await newsroom.subscribe((HERE, ""))
        await newsroom.record("Drones", ASSERTED)
        await first.deliver()
        await first.app.stop()
        second = await started(newsroom, discord)
        (alert,) = second.posted()
        pressed = await discord.click(alert, custom_id(alert, "Sources"), person=MEMBER_ID)
        assert "who reported it" in (await pressed.answer())["embeds"][0]["title"]
        await second.app.stop()


async def test_nothing_in_a_headline_has_effect(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record(story(HOSTILE), said("RURITANIA asserts FREEDONIA SYLVANIA", words=HOSTILE))
    await desk.deliver()
    (alert,) = desk.posted()
    assert alert["content"] == ""
    assert alert["allowed_mentions"] == {"parse": []}
    (embed,) = alert["embeds"]
    shown = "\n".join([embed["title"], embed["description"], *(one["value"] for one in embed["fields"])])
    for mark in ("@", "<", "[ours", "https://evil", "`", "||", "**bold", "**turned"):
        assert not re.search(rf"(?<!\\){re.escape(mark)}", shown), mark
    assert "\u200b" not in shown
    assert shown.count("\u202e") == shown.count("\u202c") == 2  # each turned back at its end


async def test_only_the_role_that_a_subscription_names_is_mentioned(desk: Desk) -> None:
    await desk.discord.say("!subscribe drones here <@&5001>", person=PERSON_ID)
    await asyncio.wait_for(desk.discord.wait_for_messages(1), 10)
    await desk.newsroom.record(story(HOSTILE), ASSERTED)
    await desk.deliver()
    alert = desk.posted()[-1]
    assert alert["content"] == "<@&5001>"
    assert alert["allowed_mentions"] == {"parse": [], "roles": [5001]}


async def test_a_channel_that_is_deleted_takes_its_alerts_with_it_and_nobody_else_s(desk: Desk) -> None:
    desk.discord.channels[3002], desk.discord.messages[3002] = Channel(3002), []
    await desk.newsroom.subscribe((HERE, ""), ("discord:3002", ""))
    await desk.newsroom.record("Drones", ASSERTED)
    await desk.discord.delete_channel(3002)
    assert await desk.deliver() == 1
    states = await desk.newsroom.rows(select(alerts.c.destination, alerts.c.state).where(alerts.c.kind == "post"))
    assert {(row.destination, row.state) for row in states} == {(HERE, "sent"), ("discord:3002", "gone")}


async def test_alerts_go_out_while_the_gateway_is_cut(desk: Desk) -> None:
    await desk.newsroom.subscribe((HERE, ""))
    await desk.newsroom.record("Drones", ASSERTED)
    desk.discord.gateway.drop()
    assert await desk.deliver() == 1


async def test_a_command_that_fails_is_an_apology_in_the_channel_and_a_card_to_the_operators(desk: Desk) -> None:
    await desk.newsroom.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost"))
    with capture_logs() as logs:
        for person in (MEMBER_ID, PERSON_ID):
            await desk.discord.say("!claims", person=person)
        answers = await asyncio.wait_for(desk.discord.wait_for_messages(2), 10)
    assert [log["event"] for log in logs] == ["command failed"] * 2
    assert [message["content"] for message in answers] == [SORRY, SORRY]
    await desk.newsroom.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE lost RENAME TO cases"))
    assert await desk.deliver() == 1
    (card,) = desk.posted(OPERATORS)
    assert card["embeds"][0]["title"] == "A command failed\\: claims"
    assert "OperationalError" in card["embeds"][0]["description"]
    assert "Traceback" not in str(card)
