"""The app's Home tab on Slack: one's subscriptions and preferences, the newest cases, and their buttons."""

from __future__ import annotations

import pytest

from bot.commands import Context
from bot.platforms.slack_app import SlackApp
from bot.store import Store
from bot.store.subscriptions import all_subscriptions, subscribe, sync_configured
from tests.fakes.slack_people import buttons_of, click, fill_in, open_home, slash
from tests.fakes.slack_server import ANN, BEN, NEWS, SlackServer
from tests.platforms.conftest import NOW, slack_app_of
from tests.platforms.slack_seen import home_with, shown, view_with, whisper

pytestmark = pytest.mark.usefixtures("slack_app")


async def subscribe_to(store: Store, destination: str, *queries: str) -> None:
    for query in queries:
        await store.write(subscribe, destination, query, rhythm=None, maker=destination, mention=None, now=NOW)


async def test_the_home_tab_shows_the_newest_cases_and_how_to_ask(slack: SlackServer) -> None:
    await slack.acknowledged(await open_home(slack, user=BEN, tab="messages"))
    await slack.acknowledged(await open_home(slack, user=ANN))
    view = await home_with(slack, "The newest cases")
    told = shown(view)
    assert "None yet: what you are told of" in told
    assert "Elbonia → Freedonia" in told
    assert "!claims russia" in told
    assert told.count("[Open]") == 5
    assert BEN not in slack.homes


async def test_one_sees_one_s_own_subscriptions_only(slack: SlackServer, context: Context) -> None:
    await subscribe_to(context.store, f"slack:{ANN}", "elbonia")
    await subscribe_to(context.store, f"slack:{BEN}", "parador")
    await subscribe_to(context.store, f"slack:{NEWS}", "graustark")
    await open_home(slack)
    told = shown(await home_with(slack, "The newest cases"))
    assert ["*elbonia*" in told, "*parador*" in told, "*graustark*" in told] == [True, False, False]
    assert told.count("[Unsubscribe]") == 1


async def test_unsubscribing_there_says_so_and_takes_the_line_away(slack: SlackServer, context: Context) -> None:
    await subscribe_to(context.store, f"slack:{ANN}", "elbonia", "parador")
    await open_home(slack)
    await slack.acknowledged(await click(slack, await home_with(slack, "[Unsubscribe]"), "Unsubscribe"))
    await view_with(slack, "Subscription ended")
    await slack.until(lambda: shown(slack.homes[ANN]).count("[Unsubscribe]") == 1)
    assert [one.query for one in await context.store.read(all_subscriptions)] == ["parador"]


async def test_what_config_toml_subscribes_has_no_button(slack: SlackServer, context: Context) -> None:
    await context.store.write(sync_configured, [(f"slack:{ANN}", "elbonia")], NOW)
    await open_home(slack)
    assert "[Unsubscribe]" not in shown(await home_with(slack, "from config.toml"))


async def test_very_many_subscriptions_leave_room_for_the_rest(slack: SlackServer, context: Context) -> None:
    await subscribe_to(context.store, f"slack:{ANN}", *(f"elbonia {number}" for number in range(50)))
    await open_home(slack)
    told = shown(await home_with(slack, "and 25 more"))
    assert told.count("[Unsubscribe]") == 25
    assert "The newest cases" in told
    assert "!help [COMMAND]" in told


async def test_subscribing_there_is_for_oneself(slack: SlackServer, context: Context) -> None:
    await open_home(slack)
    await click(slack, await home_with(slack, "[Subscribe…]"), "Subscribe…")
    form = await view_with(slack, "What to be told of")
    assert "where" not in str(form["blocks"])
    await fill_in(slack, form, query="elbonia", rhythm="daily")
    await view_with(slack, "You will be told daily")
    await home_with(slack, "[Unsubscribe]")
    assert [one.destination for one in await context.store.read(all_subscriptions)] == [f"slack:{ANN}"]


async def test_preferences_are_changed_there(slack: SlackServer) -> None:
    await open_home(slack)
    await click(slack, await home_with(slack, "Told *at once*"), "Change…")
    await fill_in(slack, await view_with(slack, "When a digest comes"), rhythm="daily", at="09:00")
    await home_with(slack, "Told *daily at 09:00 UTC*")


async def test_a_case_opens_in_front_of_it_and_its_buttons_go_on_there(slack: SlackServer) -> None:
    await open_home(slack)
    await click(slack, await home_with(slack, "[Open]"), "Open")
    view = await view_with(slack, "Case 6, contested")
    assert "Share to channel" not in shown(view)
    await click(slack, view, "Why")
    await slack.until(lambda: "Why case 6" in shown(view))
    assert len(slack.views) == 1


async def test_pages_are_turned_there_too(slack: SlackServer, slack_app: SlackApp, context: Context) -> None:
    await subscribe_to(context.store, f"slack:{ANN}", *(f"elbonia {number}" for number in range(20)))
    await open_home(slack)
    home = await home_with(slack, "[Open]")
    opens = next(one for one in buttons_of(home) if one["text"]["text"] == "Open")
    opens["value"] = "subscriptions"
    await click(slack, home, "Open")
    view = await view_with(slack, "20 subscriptions")
    await click(slack, view, "Next page")
    await slack.until(lambda: "elbonia 19" in shown(view))
    await click(slack, view, "Previous page")
    await slack.until(lambda: "elbonia 19" not in shown(view))


async def test_a_change_by_a_command_shows_on_the_home_tab(slack: SlackServer) -> None:
    await slash(slack, "/subscribe", "elbonia me")
    await home_with(slack, "[Unsubscribe]")
    await slash(slack, "/claimwatch", "unsubscribe elbonia")
    await whisper(slack, 2)
    await home_with(slack, "None yet: what you are told of")


async def test_its_buttons_go_on_working_after_a_restart(
    slack: SlackServer, slack_app: SlackApp, context: Context
) -> None:
    await open_home(slack)
    home = await home_with(slack, "[Open]")
    await slack_app.stop()
    again = slack_app_of(slack, context)
    await again.start()
    await click(slack, home, "Open")
    await view_with(slack, "Case 6, contested")
    await again.stop()


async def test_where_slack_opens_nothing_the_command_is_given_all_the_same(
    slack: SlackServer, context: Context
) -> None:
    await subscribe_to(context.store, f"slack:{ANN}", "elbonia")
    await open_home(slack)
    slack.fail_next("views.open", "expired_trigger_id")
    await click(slack, await home_with(slack, "[Unsubscribe]"), "Unsubscribe")
    await home_with(slack, "None yet: what you are told of")
