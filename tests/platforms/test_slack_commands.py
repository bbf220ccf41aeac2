"""Commands on Slack, as people give them: the real slack-bolt, connected to a small Slack on loopback."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from structlog.testing import capture_logs

from bot.commands import COMMANDS, Context, answer
from bot.commands.failures import SORRY
from bot.errors import UserError
from bot.platforms.slack_answers import NEXT, PREVIOUS, SHARE
from bot.platforms.slack_app import SlackApp
from bot.platforms.slack_card import draw, draw_text
from bot.store.subscriptions import all_subscriptions
from tests.fakes.slack_people import click, event_of, open_home, say, slash, use_shortcut
from tests.fakes.slack_server import ANN, BEN, BOT_USER, CEO, NEWS, Channel, SlackServer
from tests.platforms.conftest import SUPPLIERS, slack_app_of
from tests.platforms.slack_seen import post, shown, whisper

pytestmark = pytest.mark.usefixtures("slack_app")
MENTION = f"<@{BOT_USER}>"


# ── ways to ask ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_slash_command_is_acknowledged_at_once_and_answered_to_that_person_only(slack: SlackServer) -> None:
    envelope = await slash(slack, "/claims", "elbonia", user=BEN)
    assert await slack.acknowledged(envelope) < 3
    told = await whisper(slack)
    assert slack.order == [envelope, "answer"]
    assert "Elbonia → Freedonia" in shown(told)
    assert (told["user"], told["response_type"]) == (BEN, "ephemeral")
    assert not slack.posted()


ASKING = ("claims", "case", "denials", "why", "sources", "help")  # the others change something


@pytest.mark.parametrize("example", [example for name in ASKING for example in COMMANDS[name].examples])
async def test_every_command_says_on_slack_what_it_says_elsewhere(
    slack: SlackServer, context: Context, example: str
) -> None:
    await slash(slack, "/claimwatch", example)
    told = await whisper(slack)
    try:
        card = await answer(context, example)
    except UserError as error:
        assert told["text"] == draw_text(str(error))
    else:
        assert told["text"] == draw(card)["text"]
        assert told["blocks"][: len(draw(card)["blocks"])] == draw(card)["blocks"]


async def test_who_may_not_manage_the_channel_subscribes_for_themselves(slack: SlackServer, context: Context) -> None:
    await slash(slack, "/subscribe", "elbonia", user=BEN)
    assert "You will be told at once" in shown(await whisper(slack))
    await slash(slack, "/subscribe", "elbonia here", user=BEN)
    assert "who may manage it. For yourself: !subscribe elbonia me" in shown(await whisper(slack, 2))
    assert [one.destination for one in await context.store.read(all_subscriptions)] == [f"slack:{BEN}"]


async def test_managing_feeds_is_not_for_everybody(slack: SlackServer) -> None:
    await slash(slack, "/claimwatch", "feed list", user=BEN)
    assert "!feed is for whoever manages this server" in shown(await whisper(slack))


async def test_setup_says_where_the_bot_has_to_be_invited_first(slack: SlackServer) -> None:
    slack.channels[NEWS].has_bot = False
    await slash(slack, "/claimwatch", "setup elbonia", user=CEO)
    assert "The bot can't post here. It lacks membership in the channel: /invite it." in shown(await whisper(slack))
    slack.channels[NEWS].has_bot = True
    await slash(slack, "/claimwatch", "setup elbonia", user=CEO)
    assert "Setup for this channel: ready" in shown(await whisper(slack, 2))


@pytest.mark.parametrize(("command", "text"), [("/case", "6"), ("/denials", ""), ("/claimwatch", "why 6")])
async def test_the_other_slash_commands_are_answered_too(slack: SlackServer, command: str, text: str) -> None:
    await slash(slack, command, text)
    assert "Elbonia" in shown(await whisper(slack))


async def test_the_bare_command_of_the_bot_says_what_can_be_asked(slack: SlackServer) -> None:
    await slash(slack, "/claimwatch")
    told = shown(await whisper(slack))
    everybody_s = [command for command in COMMANDS.values() if command.who == "everyone"]
    assert all(command.usage.replace("&", "&amp;") in told for command in everybody_s)


async def test_a_mention_is_answered_in_the_channel_once_though_it_comes_as_two_events(slack: SlackServer) -> None:
    for envelope in await say(slack, f"{MENTION} claims elbonia"):
        await slack.acknowledged(envelope)
    assert "Elbonia → Freedonia" in shown(await post(slack, 1))
    await say(slack, f"{MENTION} case 6")
    assert "Case 6" in shown(await post(slack, 2))
    assert len(slack.posted()) == 2


async def test_in_a_thread_the_answer_stands_in_the_thread(slack: SlackServer) -> None:
    await say(slack, "Look at this")
    start = slack.channels[NEWS].messages[0]["ts"]
    await say(slack, f"{MENTION} claims elbonia", thread=start)
    assert (await post(slack))["thread_ts"] == start


@pytest.mark.parametrize(
    "text", ["!claims elbonia", "!CLAIMS elbonia", "! claims  elbonia", "!claims elbonia&gt;freedonia"]
)
async def test_a_prefix_in_a_channel_is_answered(slack: SlackServer, text: str) -> None:
    await say(slack, text)
    assert "Elbonia → Freedonia" in shown(await post(slack))


async def test_what_slack_made_a_link_of_is_read_as_it_was_typed(slack: SlackServer) -> None:
    await say(slack, "!why <https://example.org/elbonia>")
    assert "Recognised" in shown(await post(slack))


@pytest.mark.parametrize("text", ["claims elbonia", "!claims elbonia", f"{MENTION} claims elbonia"])
async def test_a_direct_message_needs_no_prefix(slack: SlackServer, text: str) -> None:
    here = slack.direct(ANN).id
    await say(slack, text, channel=here)
    assert "Elbonia → Freedonia" in shown(await post(slack, channel=here))


@pytest.mark.parametrize("kind", ["groups", "mpim"])
async def test_private_channels_and_messages_to_several_people_are_answered_too(
    slack: SlackServer, kind: Literal["groups", "mpim"]
) -> None:
    slack.channels["G0FEW0001"] = Channel("G0FEW0001", kind=kind)
    await say(slack, "!claims elbonia", channel="G0FEW0001")
    assert "Elbonia → Freedonia" in shown(await post(slack, channel="G0FEW0001"))


async def test_in_a_direct_message_nobody_manages_feeds_by_that_alone(slack: SlackServer) -> None:
    await say(slack, "feed list", channel=slack.direct(BEN).id, user=BEN)
    assert "!feed is for whoever manages" in shown(await post(slack, channel=slack.direct(BEN).id))
    await say(slack, "subscribe elbonia here", channel=slack.direct(BEN).id, user=BEN)
    assert "You will be told" in shown(await post(slack, 2, channel=slack.direct(BEN).id))


async def test_what_is_not_meant_for_the_bot_gets_no_answer_but_is_acknowledged(slack: SlackServer) -> None:
    envelopes = [
        *await say(slack, "claims elbonia"),
        *await say(slack, "!weather tomorrow"),
        *await say(slack, "!"),
        *await say(slack, f"thanks, {MENTION}"),
        *await say(slack, "!claims elbonia", subtype="message_changed"),
        *await say(slack, "!claims elbonia", bot_id="B0OTHER01"),
        await slack.send("events_api", event_of(slack, {"type": "reaction_added", "user": ANN})),
        await slack.send(
            "interactive",
            {"type": "view_submission", "user": {"id": ANN}, "view": {"type": "modal", "callback_id": "x"}},
        ),
        await slack.send("interactive", {"type": "shortcut", "user": {"id": ANN}, "callback_id": "unknown"}),
        await slack.send(
            "interactive",
            {"type": "block_actions", "user": {"id": ANN}, "actions": [{"type": "button", "action_id": "x"}]},
        ),
    ]
    for envelope in envelopes:
        assert await slack.acknowledged(envelope) < 3
    await say(slack, "!case 6")
    assert "Case 6" in shown(await post(slack))
    assert len([one for one in slack.posted() if one["user"] == BOT_USER]) == 1
    assert not slack.whispers


async def test_an_event_that_is_delivered_twice_is_answered_once(slack: SlackServer) -> None:
    event = {"type": "message", "user": ANN, "text": "!case 6", "ts": "1.1", "channel": NEWS, "channel_type": "channel"}
    payload = event_of(slack, event)
    await slack.acknowledged(await slack.send("events_api", payload))
    await slack.acknowledged(await slack.send("events_api", payload, retry=1))
    await post(slack, 1)
    await say(slack, "!case 5")
    await post(slack, 2)
    assert ["Case 6" in shown(one) for one in slack.posted()] == [True, False]


# ── pages, shortcut ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_long_answer_is_paged_by_buttons(slack: SlackServer) -> None:
    await say(slack, "!claims")
    message = await post(slack)
    assert SUPPLIERS[0].title() not in shown(message)
    assert await slack.acknowledged(await click(slack, message, NEXT)) < 3
    await slack.until(lambda: SUPPLIERS[0].title() in shown(message))
    await click(slack, message, PREVIOUS)
    await slack.until(lambda: SUPPLIERS[-1].title() in shown(message))
    assert "Share" not in shown(message)


async def test_a_button_goes_on_working_after_a_restart(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await slash(slack, "/claims")
    told = await whisper(slack)
    await slack_app.stop()
    again = slack_app_of(slack, context)
    await again.start()
    await click(slack, told, NEXT)
    await slack.until(lambda: SUPPLIERS[0].title() in shown(told))
    assert "[Previous page]\n[Share to channel]" in shown(told)
    await again.stop()


async def test_an_answer_can_be_shared_with_the_channel(slack: SlackServer) -> None:
    await slash(slack, "/claims", "elbonia")
    await click(slack, await whisper(slack), SHARE)
    message = await post(slack)
    assert "Elbonia → Freedonia" in shown(message)
    assert "shared by ann: !claims elbonia" in shown(message)
    assert "Share to channel" not in shown(message)
    await slack.until(lambda: not slack.whispers)


@pytest.mark.parametrize("words", ["subscribe elbonia me", "feed list"])
async def test_what_changes_something_can_not_be_shared_since_that_would_give_it_again(
    slack: SlackServer, words: str
) -> None:
    await slash(slack, "/claimwatch", words, user=CEO)
    told = await whisper(slack)
    assert "Share to channel" not in shown(told)
    assert told["blocks"]


async def test_a_button_of_another_version_says_so(slack: SlackServer) -> None:
    await slash(slack, "/claims")
    told = await whisper(slack)
    told["blocks"][-1]["elements"][0]["value"] = "strange"
    await click(slack, told, NEXT)
    assert "Ask again" in shown(await whisper(slack, 2))
    assert "Elbonia" in shown(told)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"text": "See <https://example.org/elbonia?utm_source=slack>"}, "Case 6"),
        ({"text": "Elbonia delivered drones to Freedonia, the Herald says"}, "Elbonia → Freedonia"),
        ({"text": "What about Parador?"}, "Parador → Freedonia"),
        ({"text": "x", "attachments": [{"title": "Parador again", "title_link": "https://example.net/"}]}, "Parador"),
        ({"text": "Lunch?"}, "is named there"),
    ],
)
async def test_the_shortcut_finds_what_is_known_about_a_message(
    slack: SlackServer, message: dict[str, Any], found: str
) -> None:
    assert await slack.acknowledged(await use_shortcut(slack, message)) < 3
    told = await whisper(slack)
    assert found in shown(told)
    assert told["response_type"] == "ephemeral"


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mistake_is_told_to_that_person_only(slack: SlackServer) -> None:
    await say(slack, "!clams russia")
    told = await whisper(slack)
    assert "!claims" in shown(told)
    assert told["user"] == ANN
    assert not slack.posted()


async def test_what_a_person_typed_is_not_given_back_as_a_mention(slack: SlackServer) -> None:
    await slash(slack, "/claimwatch", "<!channel> &lt;!here&gt; <@U0BEN0001|ben>")
    assert "<" not in shown(await whisper(slack))


async def test_nothing_in_a_headline_acts_as_markup(slack: SlackServer) -> None:
    await say(slack, "!claims elbonia")
    message = await post(slack)
    assert "drones &amp; &lt;!channel&gt; to Freedonia" in shown(message)
    assert "<!" not in json.dumps(message)
    assert message["parse"] == "none"
    assert not message["link_names"]
    assert not message["unfurl_links"]


async def test_too_many_commands_are_put_off_until_time_has_passed(slack: SlackServer, slack_app: SlackApp) -> None:
    now = 1000.0
    slack_app.answers.clock = lambda: now
    for _ in range(5):
        await slash(slack, "/case", "6")
    await whisper(slack, 5)
    await slash(slack, "/case", "6")
    assert "Try again in 10 s" in shown(await whisper(slack, 6))
    now += 11
    await slash(slack, "/case", "6")
    assert "Case 6" in shown(await whisper(slack, 7))


async def test_a_fault_of_ours_is_an_apology_to_the_person_and_a_traceback_in_the_log(
    slack: SlackServer, context: Context
) -> None:
    await context.store.write(lambda connection: connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost"))
    with capture_logs() as logs:
        await slash(slack, "/claims", "elbonia")
        assert shown(await whisper(slack)) == SORRY
        await open_home(slack)
        assert shown(await slack.until(lambda: slack.homes.get(ANN))) == SORRY
    assert "no such table: cases" in str(next(log for log in logs if log["event"] == "command failed")["exc_info"])


async def test_an_answer_waits_where_slack_asks_it_to(slack: SlackServer) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=0.05)
    await say(slack, "!case 6")
    assert "Case 6" in shown(await post(slack))


async def test_where_the_bot_may_not_write_the_log_says_so(slack: SlackServer) -> None:
    slack.fail_next("chat.postMessage", "restricted_action")
    with capture_logs() as logs:
        await say(slack, "!case 6")
        await say(slack, "!case 5")
        await post(slack)
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["answer not posted"]
