"""`!setup`: from an empty bot to a working channel, one button after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.commands import Asker, Context, answer
from bot.feeds import opml
from bot.model import Card
from bot.store import feed_list
from bot.store.subscriptions import subscriptions_at
from tests.commands.test_commands import lines, refusal

HERE = "discord:7"
MIA = Asker("discord:user:2", HERE, "manager", keeps_place=True, lacks=(), guild="discord:guild:9")
ANN = Asker("discord:user:1", HERE, guild="discord:guild:9")


async def asked(context: Context, text: str, asker: Asker = MIA) -> Card:
    return await answer(context.asked_by(asker), text)


async def press(context: Context, card: Card, label: str) -> Card:
    """Press a button of a card, which gives its command."""
    (command,) = (button.command for button in card.buttons if button.label == label)
    return await asked(context, command)


async def kept(context: Context) -> list[tuple[str, str | None]]:
    return [(one.query, one.rhythm) for one in await context.store.read(subscriptions_at, [HERE])]


async def test_two_presses_lead_from_nothing_to_a_working_channel(empty: Context) -> None:
    shipped = len(opml.starter().feeds)
    card = await asked(empty, "!setup")
    assert card.title == "Setup for this channel: 1 of 3 done"
    assert [button.label for button in card.buttons] == [
        f"Take the {shipped} feeds", "Everything", "Russia", "Ukraine", "Iran",
    ]  # fmt: skip
    card = await press(empty, card, f"Take the {shipped} feeds")
    assert card.title == "Setup for this channel: 2 of 3 done"
    assert await empty.store.read(feed_list.count) == shipped
    card = await press(empty, card, "Ukraine")
    assert card.title == "Setup for this channel: ready"
    assert "No case fits yet" in [section.heading for section in card.sections]
    assert [button.label for button in card.buttons] == ["Send a test alert", "Daily", "Weekly", "Subscriptions"]
    assert await kept(empty) == [("ukraine", None)]


async def test_once_all_is_done_the_newest_case_that_fits_is_shown_as_an_alert(context: Context) -> None:
    card = await asked(context, "!setup sylvania")
    assert (card.title, card.cases) == ("Setup for this channel: ready", (2,))
    headings = [section.heading for section in card.sections]
    assert headings[-3:] == ["An alert will look like this", "Who says so", None]
    assert "Acknowledged: Sylvania → Ruritania, drones" in lines(card)


async def test_the_case_shown_is_one_that_fits_what_was_just_asked_for(context: Context) -> None:
    await asked(context, "!setup everything")
    assert (await asked(context, "!setup")).cases == (3,)
    assert (await asked(context, "!setup from:sylvania")).cases == (2,)


async def test_where_the_platform_cant_say_whether_the_bot_may_post_a_test_shows_it(context: Context) -> None:
    card = await asked(context, "!setup sylvania", replace(MIA, lacks=None))
    assert card.title == "Setup for this channel: ready"
    assert "Whether the bot may post here shows in a test. !alerts test sends an alert here." in lines(card)


async def test_those_of_whom_most_was_told_lately_are_offered(context: Context) -> None:
    card = await asked(context, "!setup")
    assert [button.command for button in card.buttons] == [
        "setup everything", "setup freedonia", "setup ruritania", "setup sylvania",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "query", "rhythm"),
    [
        ("sylvania", "sylvania", None),
        ("everything", "", None),
        ("all weekly", "", "weekly"),
        ("freedonia>sylvania daily", "freedonia>sylvania", "daily"),
    ],
)
async def test_every_step_may_be_taken_again(context: Context, wish: str, query: str, rhythm: str | None) -> None:
    first, second = [await asked(context, f"!setup {wish}") for _ in range(2)]
    assert first == second
    assert await kept(context) == [(query, rhythm)]


async def test_taking_the_feeds_again_adds_none(context: Context) -> None:
    await asked(context, "!setup feeds")
    before = await context.store.read(feed_list.count)
    await asked(context, "!setup feeds")
    assert await context.store.read(feed_list.count) == before


async def test_a_rhythm_that_was_chosen_is_kept_when_the_topic_is_taken_again(context: Context) -> None:
    await asked(context, "!setup sylvania daily")
    await asked(context, "!setup sylvania")
    assert await kept(context) == [("sylvania", "daily")]


async def test_the_rhythm_of_the_channel_is_chosen_by_a_button(context: Context) -> None:
    card = await press(context, await asked(context, "!setup sylvania"), "Daily")
    assert "1 · sylvania · daily at 08:00 UTC" in lines(card)
    assert "At once" in [button.label for button in card.buttons]
    assert (await asked(context, "!prefs here")).sections[0].lines[0][1].text == "daily at 08:00 UTC"


async def test_rights_that_the_bot_lacks_are_a_step_of_their_own(context: Context) -> None:
    lacking = replace(MIA, lacks=("Send Messages", "Embed Links"))
    card = await asked(context, "!setup sylvania", lacking)
    assert card.title == "Setup for this channel: 2 of 3 done"
    assert "The bot can't post here. It lacks Send Messages, Embed Links." in lines(card)
    assert "Send a test alert" not in [button.label for button in card.buttons]


async def test_what_is_paused_is_shown_so(context: Context) -> None:
    await asked(context, "!setup sylvania")
    await asked(context, "!alerts pause 1")
    assert "1 · sylvania · paused by a manager" in lines(await asked(context, "!setup"))


async def test_setup_is_for_managers_and_for_the_channel(context: Context) -> None:
    assert "!setup is for whoever manages this server" in await refusal(context.asked_by(ANN), "!setup")
    assert "For yourself: !subscribe sylvania me" in await refusal(context.asked_by(MIA), "!setup sylvania me")


async def test_a_query_that_cant_be_read_is_refused_and_nothing_kept(context: Context) -> None:
    assert "Did you mean from:?" in await refusal(context.asked_by(MIA), "!setup form:sylvania")
    assert await kept(context) == []
