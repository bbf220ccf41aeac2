"""Subscribing by command: what is kept, for whom, and what people are told of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.commands import Asker, Context, answer
from bot.errors import UserError
from bot.model import Card
from bot.store.subscriptions import all_subscriptions, pause, subscriptions_at, sync_configured
from tests.commands.conftest import NOW
from tests.commands.test_commands import lines, refusal

ANN = Asker("discord:user:1", "discord:7", guild="discord:guild:9")
KEEPER = Asker("discord:user:2", "discord:7", "manager", keeps_place=True, guild="discord:guild:9")


async def asked(context: Context, text: str, asker: Asker = KEEPER) -> Card:
    return await answer(context.asked_by(asker), text)


async def kept(context: Context) -> list[tuple[str, str, str | None]]:
    return [(one.destination, one.query, one.rhythm) for one in await context.store.read(all_subscriptions)]


async def test_what_was_understood_is_said_and_the_newest_case_shown(context: Context) -> None:
    card = await asked(context, "!subscribe from:sylvania daily")
    assert card.title == "Subscription 1: from:sylvania"
    assert lines(card)[0] == "This channel will be told daily at 08:00 UTC of claims about Sylvania supplying arms."
    assert card.cases == (2,)
    assert await kept(context) == [("discord:7", "from:sylvania", "daily")]


async def test_nothing_that_fits_yet_is_said(context: Context) -> None:
    card = await asked(context, "!subscribe from:freedonia missiles")
    assert card.sections[1].heading == "Nothing in the ledger fits yet"


@pytest.mark.parametrize(
    ("text", "destination", "query", "rhythm"),
    [
        ("!subscribe sylvania", "discord:7", "sylvania", None),
        ("!subscribe sylvania here", "discord:7", "sylvania", None),
        ("!subscribe sylvania me weekly", "discord:user:2", "sylvania", "weekly"),
        ("!subscribe sylvania weekly me", "discord:user:2", "sylvania", "weekly"),
        ("!subscribe  from:sylvania   drones NOW", "discord:7", "from:sylvania drones", "now"),
        ("!subscribe", "discord:7", "", None),
        ("!subscribe daily", "discord:7", "", "daily"),
    ],
)
async def test_for_whom_and_how_often_follow_the_query(
    context: Context, text: str, destination: str, query: str, rhythm: str | None
) -> None:
    await asked(context, text)
    assert await kept(context) == [(destination, query, rhythm)]


async def test_who_may_not_decide_for_the_channel_subscribes_for_themselves(context: Context) -> None:
    await asked(context, "!subscribe sylvania", ANN)
    assert await kept(context) == [("discord:user:1", "sylvania", None)]
    with pytest.raises(UserError, match="For yourself: !subscribe sylvania me"):
        await asked(context, "!subscribe sylvania here", ANN)


async def test_subscribing_again_changes_the_rhythm_and_ends_a_pause(context: Context) -> None:
    await asked(context, "!subscribe sylvania")
    await context.store.write(pause, "discord:7", "The channel is gone.", NOW)
    assert await kept(context) == []
    card = await asked(context, "!subscribe sylvania weekly")
    assert card.title == "Subscription 1 changed: sylvania"
    assert await kept(context) == [("discord:7", "sylvania", "weekly")]


async def test_a_role_may_be_mentioned_in_a_channel_only(context: Context) -> None:
    await asked(context, "!subscribe sylvania <@&55>")
    [one] = await context.store.read(subscriptions_at, ["discord:7"])
    assert (one.query, one.mention) == ("sylvania", "55")
    with pytest.raises(UserError, match="only be mentioned in a channel"):
        await asked(context, "!subscribe sylvania me <@&55>")


async def test_a_query_that_cant_be_read_is_not_kept(context: Context) -> None:
    with pytest.raises(UserError, match="Did you mean from:"):
        await asked(context, "!subscribe form:sylvania")
    assert await kept(context) == []


async def test_a_destination_has_only_so_many(context: Context) -> None:
    for number in range(50):
        await asked(context, f"!subscribe word{number}")
    with pytest.raises(UserError, match="50 subscriptions"):
        await asked(context, "!subscribe one more")
    await asked(context, "!subscribe word3 daily")  # a change is not one more


async def test_following_a_case_subscribes_to_its_two_sides(context: Context) -> None:
    await asked(context, "!follow 2", ANN)
    assert await kept(context) == [("discord:user:1", "from:sylvania to:ruritania", None)]
    assert "no case 99" in await refusal(context, "!follow 99")


async def test_a_list_says_what_the_channel_and_the_asker_are_told(context: Context) -> None:
    assert (await asked(context, "!subscriptions")).title == "No subscriptions here yet"
    await asked(context, "!subscribe sylvania")
    await asked(context, "!subscribe ruritania me weekly")
    card = await asked(context, "!subscriptions")
    assert [section.heading for section in card.sections] == ["This channel will be told of", "You will be told of"]
    assert lines(card) == ["1 · sylvania · at once", "2 · ruritania · weekly, Monday 08:00 UTC"]


async def test_what_is_paused_is_listed_with_the_reason_and_the_way_on(context: Context) -> None:
    await asked(context, "!subscribe sylvania me")
    await context.store.write(pause, "discord:user:2", "You take no messages.", NOW)
    assert "paused: You take no messages. Once that is mended: !subscribe sylvania" in lines(
        await asked(context, "!subscriptions")
    )


@pytest.mark.parametrize("wanted", ["1", "#1", "sylvania", "all"])
async def test_a_subscription_ends_by_its_number_or_its_query(context: Context, wanted: str) -> None:
    await asked(context, "!subscribe sylvania")
    assert "To have it again: !subscribe sylvania" in lines(await asked(context, f"!unsubscribe {wanted}"))
    assert await kept(context) == []


async def test_others_subscriptions_are_out_of_reach(context: Context) -> None:
    await asked(context, "!subscribe sylvania")
    await asked(context, "!subscribe ruritania me")
    with pytest.raises(UserError, match="who may manage it"):
        await asked(context, "!unsubscribe 1", ANN)
    with pytest.raises(UserError, match="no subscription “2” here"):
        await asked(context, "!unsubscribe 2", ANN)
    with pytest.raises(UserError, match="no subscription “all” here"):
        await asked(context, "!unsubscribe all", ANN)


async def test_what_stands_in_the_configuration_is_ended_there(context: Context) -> None:
    await context.store.write(sync_configured, [("discord:7", "sylvania")], NOW)
    with pytest.raises(UserError, match=r"config\.toml"):
        await asked(context, "!unsubscribe 1")


# ── preferences ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_preferences_are_shown_and_changed_one_at_a_time(context: Context) -> None:
    await asked(context, "!prefs zone europe/berlin", ANN)
    await asked(context, "!prefs quiet 22-7:30", ANN)
    card = await asked(context, "!prefs weekly fri 6 pm", ANN)
    assert card.title == "Your preferences"
    assert lines(card)[:4] == [
        "Told weekly, Friday 18:00 Europe/Berlin, where a subscription says nothing else",
        "Digests come at 18:00, weekly ones on Friday",
        "Quiet: 22:00 to 07:30",
        "Time zone: Europe/Berlin",
    ]
    assert lines(await asked(context, "!prefs", ANN)) == lines(card)


async def test_two_changes_at_once_are_both_kept(context: Context) -> None:
    await asyncio.gather(asked(context, "!prefs zone Europe/Berlin", ANN), asked(context, "!prefs daily 9", ANN))
    assert lines(await asked(context, "!prefs", ANN))[0].startswith("Told daily at 09:00 Europe/Berlin")


async def test_a_channels_preferences_are_its_keepers(context: Context) -> None:
    await asked(context, "!prefs here daily 9", KEEPER)
    assert (await asked(context, "!prefs here", KEEPER)).title == "Preferences of this channel"
    with pytest.raises(UserError, match="For yourself: !prefs daily 9"):
        await asked(context, "!prefs here daily 9", ANN)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("zone berlin", "Did you mean Europe/Berlin?"),
        ("zone", "Write one as in"),
        ("quiet always", "From when to when?"),
        ("quiet 7-7", "quiet all day or never"),
        ("daily 25:00", "no time of day"),
        ("often", "is not understood"),
    ],
)
async def test_what_is_not_understood_is_told_with_the_way_to_write_it(
    context: Context, wanted: str, sentence: str
) -> None:
    assert sentence in await refusal(context, f"!prefs {wanted}")


async def test_a_case_is_muted_for_a_while_and_told_of_again(context: Context) -> None:
    card = await asked(context, "!mute 2 7d here")
    assert lines(card)[0] == "This channel will be told nothing more of case 2 until 08 Mar 2026 12:00 UTC."
    assert (await asked(context, "!unmute 2 here")).title == "Case 2 is no longer muted"
    with pytest.raises(UserError, match="not muted for this channel"):
        await asked(context, "!unmute 2 here")
    with pytest.raises(UserError, match="no case 99"):
        await asked(context, "!mute 99")
