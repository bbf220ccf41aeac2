"""Commands on Discord, as a person gives them and as the answers look; discord.py is real, Discord is simulated."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from structlog.testing import capture_logs

from bot.commands import Context
from bot.commands.failures import SORRY
from tests.cogs.conftest import SUPPLIERS, bot_of

failing = pytest.mark.simcord(check_errors=False)  # the command is to fail; simcord is not to fail the test for it


@pytest.fixture
def channel(simcord_env: Any) -> Any:
    return simcord_env.create_guild().create_text_channel("news")


@pytest.fixture
def ann(simcord_env: Any, channel: Any) -> Any:
    return simcord_env.guild.add_member(simcord_env.create_user("ann"))


def shown(message: Any) -> str:
    (embed,) = message.embeds
    return "\n".join([embed.title, embed.description or "", *(f"{f.name}\n{f.value}" for f in embed.fields)])


async def test_claims_are_answered_by_prefix(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!claims elbonia")
    assert "Elbonia → Freedonia" in shown(channel.last_message)


async def test_claims_are_answered_in_capitals_and_after_a_blank(ann: Any, channel: Any) -> None:
    await ann.send(channel, "! CLAIMS elbonia")
    assert "Elbonia → Freedonia" in shown(channel.last_message)


async def test_claims_are_answered_as_a_slash_command(ann: Any, channel: Any) -> None:
    result = await ann.slash(channel, "claims", query="elbonia")
    assert "Elbonia → Freedonia" in shown(result.response)
    assert not result.ephemeral


async def test_claims_are_answered_when_the_bot_is_mentioned(ann: Any, channel: Any, simcord_env: Any) -> None:
    await ann.send(channel, f"{simcord_env.bot.user.mention} claims elbonia")
    assert "Elbonia → Freedonia" in shown(channel.last_message)


@pytest.mark.parametrize(
    ("command", "options"),
    [("case", {"number": "6"}), ("denials", {}), ("why", {"about": "6"}), ("help", {})],
)
async def test_the_other_commands_are_answered_too(
    ann: Any, channel: Any, command: str, options: dict[str, str]
) -> None:
    await ann.send(channel, f"!{command} {' '.join(options.values())}")
    typed = shown(channel.last_message)
    result = await ann.slash(channel, command, **options)
    assert shown(result.response) == typed


async def test_a_headline_brings_no_markup_with_it(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!claims elbonia")
    assert "(drones)(http\\://example.net) to Freedonia](https://example.org/story)" in shown(channel.last_message)


async def test_a_long_answer_is_paged_by_buttons(ann: Any, channel: Any, simcord_env: Any) -> None:
    await ann.send(channel, "!claims")
    first = channel.last_message
    assert SUPPLIERS[0].title() not in shown(first)
    await ann.click(first, label="Next page")
    assert SUPPLIERS[0].title() in shown(channel.last_message)
    await ann.click(channel.last_message, label="Previous page")
    assert SUPPLIERS[-1].title() in shown(channel.last_message)


async def test_a_button_goes_on_working_after_a_restart(
    ann: Any, channel: Any, simcord_env: Any, context: Context
) -> None:
    await ann.send(channel, "!claims")
    await simcord_env.restart_bot(bot_of(context))
    await ann.click(channel.last_message, label="Next page")
    assert SUPPLIERS[0].title() in shown(channel.last_message)


async def test_a_query_too_long_for_a_button_has_none(ann: Any, channel: Any) -> None:
    await ann.send(channel, f"!claims {' OR '.join(['freedonia'] * 12)}")
    assert "Elbonia" in shown(channel.last_message)
    assert not channel.last_message.components


async def test_a_fault_at_a_click_is_an_apology_to_who_clicked(ann: Any, channel: Any, context: Context) -> None:
    await ann.send(channel, "!claims")
    await context.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost"))
    with capture_logs() as logs:
        result = await ann.click(channel.last_message, label="Next page")
    assert (result.response.content, result.ephemeral) == (SORRY, True)
    assert logs[-1]["event"] == "command failed"


@failing
async def test_a_mistake_in_a_query_is_answered_in_one_sentence(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!claims form:iran")
    assert "from\\:" in channel.last_message.content


@failing
async def test_a_mistake_in_a_slash_command_is_told_to_that_person_only(ann: Any, channel: Any) -> None:
    result = await ann.slash(channel, "claims", query="form:iran")
    assert result.ephemeral
    assert "from\\:" in result.response.content


@failing
async def test_what_a_person_typed_is_not_given_back_as_a_mention(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!help @everyone")
    assert "\\@everyone" in channel.last_message.content
    assert not channel.last_message.mention_everyone


@failing
async def test_a_mistyped_command_gets_the_nearest_one(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!clams russia")
    assert "!claims" in channel.last_message.content


@failing
async def test_another_bot_s_command_is_left_to_it(ann: Any, channel: Any) -> None:
    await ann.send(channel, "!weather tomorrow")
    assert channel.last_message.content == "!weather tomorrow"


@failing
async def test_an_unknown_command_to_the_bot_itself_is_answered(ann: Any, channel: Any, simcord_env: Any) -> None:
    await ann.send(channel, f"{simcord_env.bot.user.mention} weather")
    assert "help" in channel.last_message.content


@failing
async def test_too_many_commands_are_put_off_until_time_has_passed(ann: Any, channel: Any, simcord_env: Any) -> None:
    for _ in range(6):
        await ann.send(channel, "!case 6")
    assert "Try again in" in channel.last_message.content
    await simcord_env.advance_time(11)
    await ann.send(channel, "!case 6")
    assert "Case 6" in shown(channel.last_message)


@failing
async def test_who_goes_on_asking_too_much_is_told_once_and_then_no_more(ann: Any, channel: Any) -> None:
    for _ in range(8):
        await ann.send(channel, "!case 6")
    told = [message.content for message in channel.history() if "Try again in" in message.content]
    assert len(told) == 1
    result = await ann.slash(channel, "case", number="6")
    assert "Try again in" in result.response.content  # Discord would say that nobody answers


@failing
async def test_what_is_no_command_counts_as_one(ann: Any, channel: Any) -> None:
    for _ in range(9):
        await ann.send(channel, "!clams russia")
    told = [message.content for message in channel.history() if message.author.bot]
    assert ["Try again in" in text for text in told] == [False] * 5 + [True]


@failing
async def test_many_people_can_not_flood_a_channel_and_leave_others_alone(channel: Any, simcord_env: Any) -> None:
    people = [simcord_env.guild.add_member(simcord_env.create_user(f"p{number}")) for number in range(13)]
    for person in people[:12]:
        await person.send(channel, "!case 6")
    messages = channel.history()
    assert sum(bool(message.embeds) for message in messages) == 10
    assert [m.content for m in messages if "Much is asked in this channel" in m.content] == [messages[-2].content]
    elsewhere = simcord_env.guild.create_text_channel("elsewhere")
    await people[12].send(elsewhere, "!case 6")
    assert "Case 6" in shown(elsewhere.last_message)


@failing
async def test_a_fault_of_ours_is_an_apology_to_the_person_and_a_traceback_in_the_log(
    ann: Any, channel: Any, context: Context
) -> None:
    await context.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost"))
    with capture_logs() as logs:
        await ann.send(channel, "!claims elbonia")
    assert channel.last_message.content == SORRY
    assert logs[-1]["event"] == "command failed"
    assert "no such table: cases" in str(logs[-1]["exc_info"])


@failing
async def test_where_the_bot_may_not_write_it_stays_silent(ann: Any, simcord_env: Any) -> None:
    closed = {simcord_env.guild.me: discord.PermissionOverwrite(send_messages=False)}
    channel = simcord_env.guild.create_text_channel("closed", overwrites=closed)
    with capture_logs() as logs:
        await ann.send(channel, "!claims elbonia")
    assert channel.last_message.content == "!claims elbonia"
    assert [log["event"] for log in logs] == ["may not answer in a channel"]


@failing
async def test_where_the_bot_may_not_show_cards_it_says_what_it_lacks(ann: Any, channel: Any, simcord_env: Any) -> None:
    simcord_env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await ann.send(channel, "!claims elbonia")
    assert "Embed Links" in channel.last_message.content
