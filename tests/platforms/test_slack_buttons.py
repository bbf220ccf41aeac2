"""Buttons under alerts and answers on Slack: a press gives the command, and the answer is the presser's alone."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import cards
from bot.commands import Context
from bot.commands.failures import SORRY
from bot.model import Button, Card
from bot.platforms.slack_answers import SHARE
from bot.platforms.slack_app import SlackApp
from bot.store import ledger
from bot.store.subscriptions import all_subscriptions
from tests.fakes.slack_people import buttons_of, click, event_of, open_home, say, slash, use_shortcut
from tests.fakes.slack_server import ANN, BEN, NEWS, SlackServer
from tests.platforms.conftest import slack_app_of
from tests.platforms.slack_seen import home_with, post, shown, view_with, whisper

HERE = f"slack:{NEWS}"


async def alert(slack_app: SlackApp, context: Context, number: int = 6, reply_to: str | None = None) -> str:
    """Post the alert of a case, and return its `ts`."""
    case = await context.store.read(ledger.case, number)
    assert case
    return await slack_app.post(HERE, cards.alert(case, context.lexicon), key=f"k{number}", reply_to=reply_to)


async def test_a_button_under_an_alert_is_acknowledged_at_once_and_answered_to_the_presser_only(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await alert(slack_app, context)
    envelope = await click(slack, await post(slack), "Why", user=BEN)
    await slack.acknowledged(envelope)
    told = await whisper(slack)
    assert slack.order == [envelope, "answer"]
    assert "Why case 6 is contested" in shown(told)
    assert told["user"] == BEN
    assert len(slack.posted()) == 1


async def test_what_a_button_answered_can_be_shared_with_the_channel(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await alert(slack_app, context)
    await click(slack, await post(slack), "Why")
    await click(slack, await whisper(slack), SHARE)
    assert "shared by ann: !why 6" in shown(await post(slack, 2))


async def test_an_edit_keeps_the_buttons(slack: SlackServer, slack_app: SlackApp, context: Context) -> None:
    ts = await alert(slack_app, context)
    case = await context.store.read(ledger.case, 6)
    assert case
    await slack_app.edit(HERE, ts, cards.alert(case, context.lexicon))
    (message,) = slack.posted()
    assert message["edited"]
    assert [one["value"] for one in buttons_of(message)] == ["case 6 sources", "why 6", "follow 6 me"]


async def test_a_button_goes_on_working_after_a_restart(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await alert(slack_app, context)
    await slack_app.stop()
    again = slack_app_of(slack, context)
    await again.start()
    await click(slack, await post(slack), "Why")
    assert "Why case 6" in shown(await whisper(slack))
    await again.stop()


async def test_in_a_thread_the_answer_stands_in_the_thread(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    parent = await alert(slack_app, context, 5)
    await alert(slack_app, context, 6, reply_to=parent)
    await click(slack, await post(slack, 2), "Why")
    assert (await whisper(slack))["thread_ts"] == parent


async def test_follow_is_for_the_presser_and_shows_on_their_home_tab(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await alert(slack_app, context)
    await click(slack, await post(slack), "Follow", user=BEN)
    assert "You will be told at once" in shown(await whisper(slack))
    (one,) = await context.store.read(all_subscriptions)
    assert one.destination == f"slack:{BEN}"
    assert "from:elbonia to:freedonia" in shown(await home_with(slack, "[Unsubscribe]", BEN))


@pytest.mark.usefixtures("slack_app")
async def test_an_answer_has_its_buttons_beside_those_of_its_pages(slack: SlackServer) -> None:
    await slash(slack, "/case", "6")
    told = await whisper(slack)
    assert [one["text"]["text"] for one in buttons_of(told)] == [
        "Timeline",
        "Sources",
        "Why",
        "Follow",
        "Share to channel",
    ]
    await click(slack, told, "Why")
    assert "Why case 6" in shown(await whisper(slack, 2))
    assert "Case 6, contested" in shown(told)  # it stands as it stood


async def test_a_button_whose_command_is_no_more_says_so(slack: SlackServer, slack_app: SlackApp) -> None:
    await slack_app.post(HERE, Card("x", buttons=(Button("Old", "claimz 1"),)), key="k")
    await click(slack, await post(slack), "Old")
    assert "Did you mean !claims?" in shown(await whisper(slack))


async def test_managing_by_a_button_is_for_who_may(slack: SlackServer, slack_app: SlackApp) -> None:
    await slack_app.post(HERE, Card("x", buttons=(Button("Feeds", "feed list"),)), key="k")
    await click(slack, await post(slack), "Feeds", user=BEN)
    assert "!feed is for whoever manages" in shown(await whisper(slack))


async def test_where_slack_does_not_say_who_may_the_person_is_told_to_try_again(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await alert(slack_app, context)
    slack.fail_next("users.info", status=503)
    await click(slack, await post(slack), "Follow")
    assert "Try again in a minute" in shown(await whisper(slack))


# ── a fault of ours outside a command ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("slack_app")
async def test_a_fault_at_a_shortcut_is_noted_and_apologised_for(slack: SlackServer) -> None:
    message: Any = ["no", "message"]
    with capture_logs() as logs:
        await slack.acknowledged(await use_shortcut(slack, message))
        assert shown(await whisper(slack)) == SORRY
    assert any(isinstance(log.get("exc_info"), Exception) for log in logs)


@pytest.mark.usefixtures("slack_app")
async def test_a_fault_at_an_event_is_noted_and_apologised_for(slack: SlackServer) -> None:
    event = {"type": "message", "user": ANN, "text": "!case 6", "channel": NEWS, "channel_type": "channel"}  # no ts
    with capture_logs() as logs:
        await slack.send("events_api", event_of(slack, event))
        assert shown(await whisper(slack)) == SORRY
    assert [log["command"] for log in logs if log["event"] == "command failed"] == ["a listener"]
    await say(slack, "!case 6")
    assert "Case 6" in shown(await post(slack))


@pytest.mark.usefixtures("slack_app")
async def test_a_fault_at_a_button_of_a_view_is_apologised_for_in_a_view(slack: SlackServer) -> None:
    await open_home(slack)
    await click(slack, await home_with(slack, "[Open]"), "Open")
    view = await view_with(slack, "Case 6, contested")
    del buttons_of(view)[0]["value"]
    await click(slack, view, "Timeline")
    await slack.until(lambda: shown(view) == SORRY)
