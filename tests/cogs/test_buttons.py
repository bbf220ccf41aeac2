"""The buttons under answers: each gives a command as whoever pressed it, and answers that person alone."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.commands import Context
from bot.commands.failures import SORRY
from bot.model import Button, Card
from bot.platforms.discord_app import DiscordBot
from bot.platforms.discord_buttons import buttons_of
from bot.store.subscriptions import subscribe, subscriptions_at
from tests.cogs.conftest import NOW, SUPPLIERS, bot_of
from tests.cogs.test_commands import ann, channel, shown

__all__ = ["ann", "channel"]


@pytest.fixture
def ben(simcord_env: Any, channel: Any) -> Any:
    return simcord_env.guild.add_member(simcord_env.create_user("ben"))


def labels(message: Any) -> list[str]:
    return [one["label"] if isinstance(one, dict) else one.label for one in inside(message)]


def inside(message: Any) -> list[Any]:
    rows = message.components
    return [one for row in rows for one in (row["components"] if isinstance(row, dict) else row.children)]


async def post(bot: DiscordBot, channel: Any, button: Button, custom_id: str | None = None) -> None:
    """Let the bot post a card with one button, or one whose custom_id is that of another version."""
    view = buttons_of(Card("Look", buttons=(button,)))
    assert view is not None
    if custom_id:
        view.children[0].custom_id = custom_id  # type: ignore[attr-defined]
    await bot.get_partial_messageable(channel.id).send("Look:", view=view)


async def test_a_case_offers_its_timeline_its_sources_why_and_to_follow_it(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!case 6")
    assert labels(channel.last_message) == ["Timeline", "Sources", "Why", "Follow"]


@pytest.mark.parametrize(
    ("label", "told"),
    [("Timeline", "from first to last"), ("Sources", "who reported it"), ("Why", "Why case 6")],
)
async def test_a_press_is_answered_to_who_pressed_alone(
    ben: Any, ann: Any, channel: Any, label: str, told: str
) -> None:
    await ann.send(channel, "!case 6")
    asked = channel.last_message
    result = await ben.click(asked, label=label)
    assert told in shown(result.response)
    assert result.ephemeral
    assert shown(channel.last_message) == shown(asked)


async def test_who_presses_follow_is_the_one_that_is_told(ben: Any, ann: Any, channel: Any, context: Context) -> None:
    await ann.send(channel, "!case 6")
    await ben.click(channel.last_message, label="Follow")
    (kept,) = await context.store.read(subscriptions_at, [f"discord:user:{ben.id}"])
    assert kept.query == "from:elbonia to:freedonia"
    assert not await context.store.read(subscriptions_at, [f"discord:user:{ann.id}", f"discord:{channel.id}"])


async def test_buttons_work_after_a_restart(ann: Any, channel: Any, simcord_env: Any, context: Context) -> None:
    await ann.send(channel, "!case 6")
    await simcord_env.restart_bot(bot_of(context))
    assert "Why case 6" in shown((await ann.click(channel.last_message, label="Why")).response)


async def test_the_pages_of_an_answer_to_a_press_are_turned_in_place(
    ann: Any, ben: Any, channel: Any, simcord_bot: DiscordBot
) -> None:
    await post(simcord_bot, channel, Button("All", "claims"))
    first = (await ben.click(channel.last_message, label="All")).response
    assert SUPPLIERS[0].title() not in shown(first)
    turned = await ben.click(first, label="Next page")
    assert turned.response.id == first.id
    assert SUPPLIERS[0].title() in shown(turned.response)
    assert labels(turned.response) == ["Previous page"]


async def test_the_answer_to_a_press_has_its_own_buttons(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!case 6")
    sources = (await ann.click(channel.last_message, label="Sources")).response
    assert labels(sources) == ["Timeline", "Why", "Follow"]
    assert "Why case 6" in shown((await ann.click(sources, label="Why")).response)


async def test_what_one_is_told_of_is_not_turned_up_before_others(
    ann: Any, ben: Any, channel: Any, context: Context
) -> None:
    for number in range(30):
        ann_s = f"discord:user:{ann.id}"
        await context.store.write(subscribe, ann_s, f"w{number}", rhythm=None, maker=ann_s, mention=None, now=NOW)
    private = await ann.slash(channel, "subscriptions")
    assert private.ephemeral
    await ann.send(channel, "!subscriptions")
    asked = channel.last_message
    before = shown(asked)
    pressed = await ben.click(asked, label="Next page")
    assert pressed.ephemeral
    assert shown(channel.last_message) == before


async def test_a_button_may_not_do_what_its_presser_may_not(ann: Any, channel: Any, simcord_bot: DiscordBot) -> None:
    await post(simcord_bot, channel, Button("Pause", "feed pause 1"))
    result = await ann.click(channel.last_message, label="Pause")
    assert "is for whoever manages this server" in result.response.content
    assert result.ephemeral


@pytest.mark.parametrize("custom_id", ["page:gone:1:", "run:gone 1"])
async def test_a_button_of_a_command_that_is_gone_says_so(
    ann: Any, channel: Any, simcord_bot: DiscordBot, custom_id: str
) -> None:
    await post(simcord_bot, channel, Button("Old", "help"), custom_id)
    result = await ann.click(channel.last_message, label="Old")
    assert "too old" in result.response.content or "There is no command" in result.response.content


async def test_presses_have_a_limit_of_their_own(ann: Any, channel: Any, simcord_env: Any) -> None:
    await ann.send(channel, "!case 6")
    asked = channel.last_message
    for _ in range(10):
        assert (await ann.click(asked, label="Why")).response.embeds
    assert "Try again in" in (await ann.click(asked, label="Why")).response.content
    await simcord_env.advance_time(11)
    assert (await ann.click(asked, label="Why")).response.embeds


async def test_a_fault_at_a_press_is_an_apology_to_who_pressed(ann: Any, channel: Any, context: Context) -> None:
    await ann.send(channel, "!case 6")
    await context.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost"))
    with capture_logs() as logs:
        result = await ann.click(channel.last_message, label="Why")
    assert (result.response.content, result.ephemeral) == (SORRY, True)
    assert next(log for log in logs if log["event"] == "command failed")["command"] == "why"
