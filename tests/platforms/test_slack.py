"""The Slack platform: the real slack-bolt and slack-sdk against a small Slack on loopback."""

from __future__ import annotations

import asyncio
import time

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.commands import Context
from bot.errors import ConfigError, DeliveryError, DestinationGone, Refused, RetryLater
from bot.model import Card, Section, Text
from bot.platforms.slack_app import SlackApp
from bot.platforms.slack_check import log_in
from tests.fakes.slack_people import say, slash
from tests.fakes.slack_server import ANN, APP_TOKEN, BEN, CEO, DESK, NEWS, TOKEN, Channel, SlackServer, slack_server
from tests.platforms.conftest import slack_app_of

HERE = f"slack:{NEWS}"
CARD = Card("Freedonia → Sylvania", (Section(None, ((Text("Sylvania denies it"),),)),), status="contested")
LATER = Card("Freedonia → Sylvania", (Section(None, ((Text("Two outlets"),),)),), status="contested")


# ── posting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_card_is_posted_with_a_text_for_notifications_and_its_key(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    ts = await slack_app.post(HERE, CARD, key="k1")
    (message,) = slack.posted()
    assert message["ts"] == ts
    assert message["blocks"][0]["text"]["text"] == "🟠 Contested: Freedonia → Sylvania"
    assert message["text"] == "Contested: Freedonia → Sylvania\nSylvania denies it"
    assert message["metadata"]["event_payload"] == {"key": "k1"}
    assert (message["unfurl_links"], message["unfurl_media"], message["parse"]) == (False, False, "none")


async def test_an_edit_changes_the_message_and_a_reply_stands_in_its_thread(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    ts = await slack_app.post(HERE, CARD, key="k1")
    await slack_app.edit(HERE, ts, LATER)
    await slack_app.post(HERE, CARD, key="k2", reply_to=ts)
    message, reply = slack.posted()
    assert "Two outlets" in message["text"]
    assert reply["thread_ts"] == ts


async def test_a_person_is_told_in_a_direct_message(slack: SlackServer, slack_app: SlackApp) -> None:
    for key in ("k1", "k2"):
        await slack_app.post(f"slack:{BEN}", CARD, key=key)
    assert len(slack.posted(slack.direct(BEN).id)) == 2
    assert len(slack.called("conversations.open")) == 1


async def test_a_deleted_message_is_left_deleted_and_a_reply_to_it_stands_alone(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    await slack_app.edit(HERE, "1.000001", LATER)
    await slack_app.post(HERE, CARD, key="k", reply_to="1.000001")
    assert [message.get("thread_ts") for message in slack.posted()] == [None]


async def test_messages_to_one_channel_are_a_second_apart_without_being_told(
    slack: SlackServer, context: Context
) -> None:
    slack.apart = 0.9
    app = SlackApp(TOKEN, APP_TOKEN, context, base_url=slack.base_url)
    await app.start()
    start = time.monotonic()
    await asyncio.gather(*(app.post(HERE, CARD, key=key) for key in "ab"), app.post(f"slack:{DESK}", CARD, key="c"))
    assert time.monotonic() - start >= 0.9
    assert len(slack.called("chat.postMessage")) == 3
    await app.stop()


# ── a second try ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_lost_answer_posts_nothing_twice(slack: SlackServer, slack_app: SlackApp, in_thread: bool) -> None:
    parent = await slack_app.post(HERE, CARD, key="parent") if in_thread else None
    slack.lose = 1
    with pytest.raises(RetryLater):
        await slack_app.post(HERE, CARD, key="k", reply_to=parent)
    for number in range(250):  # others write on
        slack.channels[NEWS].messages.append({"ts": slack.new_ts(), "text": str(number), "thread_ts": parent})
    ts = await slack_app.post(HERE, CARD, key="k", reply_to=parent, again=True)
    assert [one["ts"] for one in slack.posted() if one["metadata"]["event_payload"]["key"] == "k"] == [ts]


async def test_a_second_try_of_what_was_never_posted_posts_it(slack: SlackServer, slack_app: SlackApp) -> None:
    await slack_app.post(HERE, CARD, key="other")
    await slack_app.post(HERE, CARD, key="k", again=True)
    assert len(slack.posted()) == 2


async def test_a_second_try_of_a_reply_to_what_is_gone_looks_in_the_channel(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    ts = await slack_app.post(HERE, CARD, key="k")
    slack.fail_next("conversations.replies", "thread_not_found")
    assert await slack_app.post(HERE, CARD, key="k", reply_to="1.000001", again=True) == ts


async def test_an_app_that_may_not_look_posts_rather_than_not(slack: SlackServer, slack_app: SlackApp) -> None:
    slack.fail_next("conversations.history", "missing_scope")
    assert await slack_app.post(HERE, CARD, key="k", again=True)


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "restricted_action"])
async def test_a_channel_that_is_closed_to_the_bot_is_gone(slack: SlackServer, slack_app: SlackApp, code: str) -> None:
    slack.fail_next("chat.postMessage", code)
    with pytest.raises(DestinationGone, match=code):
        await slack_app.post(HERE, CARD, key="k")


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth", "internal_error"])
async def test_trouble_that_may_pass_asks_for_another_try(slack: SlackServer, slack_app: SlackApp, code: str) -> None:
    slack.fail_next("chat.postMessage", code)
    with pytest.raises(RetryLater, match=code):
        await slack_app.post(HERE, CARD, key="k")
    assert await slack_app.post(HERE, CARD, key="k")


async def test_a_proxy_s_error_asks_for_another_try(slack: SlackServer, slack_app: SlackApp) -> None:
    slack.fail_next("chat.postMessage", status=502)
    with pytest.raises(RetryLater, match="502"):
        await slack_app.post(HERE, CARD, key="k")


async def test_a_limit_names_the_seconds_to_wait_and_keeps_the_others_away(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=42)
    for _ in range(2):
        with pytest.raises(RetryLater) as caught:
            await slack_app.post(HERE, CARD, key="k")
        assert 41 < (caught.value.after or 0) <= 42
    assert len(slack.called("chat.postMessage")) == 1
    assert await slack_app.post(f"slack:{DESK}", CARD, key="k")


@pytest.mark.parametrize("code", ["msg_too_long", "msg_blocks_too_long", "invalid_blocks"])
async def test_what_slack_finds_too_long_is_said_shorter(slack: SlackServer, slack_app: SlackApp, code: str) -> None:
    long = Card("Freedonia → Sylvania", tuple(Section(None, ((Text("x" * 900),),)) for _ in range(10)))
    ts = await slack_app.post(HERE, long, key="k")
    slack.fail_next("chat.postMessage", code)
    slack.fail_next("chat.update", code)
    await slack_app.post(HERE, long, key="l")
    await slack_app.edit(HERE, ts, long)
    edited, short = slack.posted()
    assert len(slack.called("chat.postMessage")[0]["blocks"]) > len(short["blocks"]) == len(edited["blocks"])
    assert "shortened" in str(short["blocks"])


async def test_a_message_that_slack_refuses_says_why(slack: SlackServer, slack_app: SlackApp) -> None:
    slack.fail_next("chat.postMessage", "no_such_thing")
    with pytest.raises(DeliveryError, match="no_such_thing") as caught:
        await slack_app.post(HERE, CARD, key="k")
    assert not isinstance(caught.value, RetryLater | DestinationGone)


async def test_a_destination_that_is_none_of_slack_s_is_gone(slack: SlackServer, slack_app: SlackApp) -> None:
    for nowhere in ("slack:news", "slack:U0NOBODY1"):
        with pytest.raises(DestinationGone):
            await slack_app.post(nowhere, CARD, key="k")


# ── start, break, stop ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("token", "app_token", "told"),
    [("xoxb-wrong", APP_TOKEN, "`token`.*Bot User"), (TOKEN, "xapp-wrong", "`app_token`.*connections:write")],
)
async def test_a_wrong_token_is_an_error_of_the_configuration_that_does_not_show_it(
    slack: SlackServer, context: Context, token: str, app_token: str, told: str
) -> None:
    app = slack_app_of(slack, context, token, app_token)
    with pytest.raises(ConfigError, match=told) as caught:
        await app.start()
    assert "wrong" not in str(caught.value)
    await app.stop()


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_revoked_token_is_told_at_the_start(slack: SlackServer, context: Context, code: str) -> None:
    slack.refusal = code
    with pytest.raises(ConfigError, match=code):
        await slack_app_of(slack, context).start()


async def test_an_unreachable_slack_is_tried_again_until_it_answers(context: Context) -> None:
    async with slack_server() as server:
        app = slack_app_of(server, context)
    with capture_logs() as logs:
        await app.start()
        with pytest.raises(RetryLater, match="not connected"):
            await app.post(HERE, CARD, key="k")
        async with slack_server(port=URL(server.root).port or 0) as again:
            await again.until(lambda: again.sockets)
            assert await app.post(HERE, CARD, key="k")
            await app.stop()
    assert "can't be reached" in logs[0]["reason"]


async def test_alerts_go_out_though_the_websocket_is_not_to_be_had_yet(slack: SlackServer, context: Context) -> None:
    slack.fail_next("apps.connections.open", status=503)
    app = slack_app_of(slack, context)
    await app.start()
    assert await app.post(HERE, CARD, key="k")
    await slack.until(lambda: slack.sockets)
    await app.stop()


async def test_it_can_be_stopped_while_it_is_trying(context: Context) -> None:
    async with slack_server() as server:
        app = slack_app_of(server, context)
    await app.start()
    await app.stop()
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")


async def test_before_the_start_and_after_the_stop_posts_are_to_be_tried_later(
    slack: SlackServer, context: Context
) -> None:
    app = slack_app_of(slack, context)
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    await app.start()
    await app.stop()
    with pytest.raises(RetryLater):
        await app.post(HERE, CARD, key="k")
    await slack.until(lambda: not slack.sockets)


async def test_a_dropped_connection_is_opened_again(slack: SlackServer, context: Context) -> None:
    app = slack_app_of(slack, context, ping=0.5)
    await app.start()
    slack.drop_connections()
    slack.fail_next("apps.connections.open", status=503)
    await slack.until(lambda: slack.connections == 2 and slack.sockets)
    await say(slack, "!case 6")
    await slack.until(slack.posted)
    await app.stop()


async def test_slack_s_wish_to_reconnect_is_followed(slack: SlackServer, slack_app: SlackApp) -> None:
    await slack.ask_to_reconnect()
    await slack.until(lambda: slack.connections == 2 and len(slack.sockets) == 1)
    assert await slack.acknowledged(await slash(slack, "/claims")) < 3
    await slack.until(lambda: slack.whispers)


# ── who may what, and check ──────────────────────────────────────────────────────────────────────────────────────────


async def test_admins_a_channel_s_creator_and_the_admin_group_may_manage(slack: SlackServer, context: Context) -> None:
    slack.groups["S0GROUP01"] = [BEN]
    app = slack_app_of(slack, context)
    await app.start()
    assert [await app.may_manage(who, DESK) for who in (CEO, ANN, BEN)] == [True, True, False]
    assert [await app.may_manage(who, NEWS) for who in (ANN, BEN)] == [False, False]
    assert [await app.may_manage(who, slack.direct(who).id) for who in (CEO, BEN)] == [True, False]
    await app.stop()
    app = SlackApp(TOKEN, APP_TOKEN, context, base_url=slack.base_url, admin_group="S0GROUP01")
    await app.start()
    assert await app.may_manage(BEN, NEWS)
    await app.stop()


async def test_of_a_channel_that_the_app_may_not_look_at_nobody_but_an_admin_is_in_charge(
    slack: SlackServer, slack_app: SlackApp
) -> None:
    """A private channel without the bot, and a message to several people, of which another scope would tell."""
    slack.channels |= {
        "G0SECRET1": Channel("G0SECRET1", creator=ANN, kind="groups", has_bot=False),
        "C0MPIM001": Channel("C0MPIM001", creator=ANN, kind="mpim"),
    }
    for channel in ("G0SECRET1", "C0MPIM001"):
        assert [await slack_app.may_manage(who, channel) for who in (CEO, ANN)] == [True, False]


async def test_a_token_that_is_refused_says_nothing_of_who_may(slack: SlackServer, slack_app: SlackApp) -> None:
    slack.fail_next("conversations.info", "token_revoked")
    with pytest.raises(Refused, match="token_revoked"):
        await slack_app.may_manage(BEN, NEWS)


async def test_check_says_whose_the_tokens_are(slack: SlackServer) -> None:
    assert "claimwatch's in Freedonia Desk" in await log_in(TOKEN, APP_TOKEN, slack.base_url)
    assert not slack.connections


async def test_check_names_the_scopes_that_are_missing(slack: SlackServer) -> None:
    slack.scopes = slack.scopes.replace("im:write,", "").replace("app_mentions:read,", "")
    with pytest.raises(ConfigError, match=r"lacks the scopes app_mentions:read, im:write\. .*slack-manifest"):
        await log_in(TOKEN, APP_TOKEN, slack.base_url)


async def test_check_tries_the_app_s_token_too(slack: SlackServer) -> None:
    with pytest.raises(ConfigError, match="`app_token`"):
        await log_in(TOKEN, "xapp-wrong", slack.base_url)
