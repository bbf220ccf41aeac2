"""`!alerts`: what managers see and change of the subscriptions of their place, and the test of the whole way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.alerts.deliver import deliver_due
from bot.alerts.outbox import record
from bot.cards_alerts import A_PAGE
from bot.commands import Asker, Context, answer
from bot.errors import RetryLater, UserError
from bot.model import Card
from bot.store.subscriptions import pause, subscriptions_at, sync_configured
from tests.commands.conftest import NOW, says, told
from tests.commands.test_commands import lines, refusal

HERE = "discord:7"
MIA = Asker("discord:user:2", HERE, "manager", keeps_place=True, guild="discord:guild:9")
ELSEWHERE = Asker("discord:user:3", "discord:8", "manager", keeps_place=True, guild="discord:guild:10")
ANN = Asker("discord:user:1", HERE, guild="discord:guild:9")
FREEDONIA_ARMS = says("RURITANIA", "FREEDONIA", "SYLVANIA", "Freedonia sent drones")


async def asked(context: Context, text: str, asker: Asker = MIA) -> Card:
    return await answer(context.asked_by(asker), text)


async def refused(context: Context, text: str, asker: Asker = MIA) -> str:
    return await refusal(context.asked_by(asker), text)


async def happens(context: Context, title: str, *, days: float = 0) -> int:
    """Let a feed bring a story of Freedonia's arms so many days from now, and return how many alerts it makes owed."""
    story, claims = told(0, "The Herald", title, FREEDONIA_ARMS, page=title)
    now = NOW + timedelta(days=days)
    story = replace(story, seen=now, published=now)
    recorded = await context.store.write(record, 1, story, claims, now=now, alert=True, lexicon=context.lexicon)
    return recorded.alerts


@dataclass(slots=True)
class Channel:
    """Keeps what it was given, unless it fails."""

    fails: Exception | None = None
    posted: list[Card] = field(default_factory=list)

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        if self.fails:
            raise self.fails
        self.posted.append(card)
        return str(len(self.posted))

    async def edit(self, destination: str, message: str, card: Card) -> None:
        self.posted.append(card)


async def deliver(context: Context, *, fails: Exception | None = None) -> list[Card]:
    """Deliver what is due, and return what came to the channel."""
    channel = Channel(fails)
    await deliver_due(context.store, {"discord": channel}, context.lexicon, context.clock)
    return channel.posted


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_says_of_each_subscription_what_it_is_and_how_many_alerts_it_made(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    await asked(context, "!subscribe from:sylvania weekly <@&55>")
    assert await happens(context, "Drones again") == 1
    await deliver(context)
    card = await asked(context, "!alerts list")
    assert card.title == "2 subscriptions for this channel, 1 alert in the last 7 days"
    assert [section.heading for section in card.sections] == ["1 · from:freedonia", "2 · from:sylvania"]
    assert lines(card) == [
        "Claims about Freedonia supplying arms",
        "at once · 1 alert in 7 days",
        "Claims about Sylvania supplying arms",
        "weekly, Monday 08:00 UTC · 0 alerts in 7 days · mentions role 55",
    ]
    assert [button.command for button in card.buttons] == ["alerts test", "setup"]


async def test_without_a_word_they_are_listed_too_and_an_empty_place_is_led_to_setup(context: Context) -> None:
    card = await asked(context, "!alerts")
    assert card.title == "No subscription for this channel yet"
    assert card.buttons[0].command == "setup"


async def test_a_long_list_is_paged(context: Context) -> None:
    for number in range(A_PAGE + 1):
        await asked(context, f"!subscribe word{number}")
    first, second = [await answer(context.asked_by(MIA), "!alerts list", page) for page in (0, 1)]
    assert [(len(card.sections), card.more) for card in (first, second)] == [(A_PAGE, True), (1, False)]


async def test_alerts_older_than_a_week_are_not_counted(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    await happens(context, "Drones again")
    await deliver(context)
    later = replace(context, clock=lambda: NOW + timedelta(days=8))
    assert "0 alerts in the last 7 days" in (await asked(later, "!alerts")).title


async def test_what_the_rules_of_now_cant_read_is_said(context: Context) -> None:
    await context.store.write(sync_configured, [(HERE, "from:atlantis")], NOW)
    (what, rest) = lines(await asked(context, "!alerts"))
    assert what.startswith("Can't be read: There is no actor “atlantis”")
    assert "from config.toml" in rest


# ── whose they are ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_does_not_manage_the_place_is_refused(context: Context) -> None:
    assert "!alerts is for whoever manages this server" in await refused(context, "!alerts list", ANN)


@pytest.mark.parametrize("wish", ["edit 1 ruritania", "pause 1", "resume 1", "test 1"])
async def test_a_manager_of_one_server_never_touches_another_s(context: Context, wish: str) -> None:
    await asked(context, "!subscribe sylvania")
    assert "“1” is no subscription of this channel" in await refused(context, f"!alerts {wish}", ELSEWHERE)
    assert (await asked(context, "!alerts", ELSEWHERE)).title == "No subscription for this channel yet"
    [one] = await context.store.read(subscriptions_at, [HERE])
    assert (one.query, one.paused_until) == ("sylvania", None)


async def test_nor_does_one_touch_what_somebody_has_for_themselves(context: Context) -> None:
    await asked(context, "!subscribe sylvania me", ANN)
    assert "is no subscription of this channel" in await refused(context, "!alerts pause 1")


# ── edit ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wish", "query", "rhythm", "mention"),
    [
        ("daily", "sylvania", "daily", "55"),
        ("from:ruritania", "from:ruritania", "weekly", "55"),
        ("ruritania>sylvania now", "ruritania>sylvania", "now", "55"),
        ("everything", "", "weekly", "55"),
        ("<@&66>", "sylvania", "weekly", "66"),
        ("nobody", "sylvania", "weekly", None),
        ("daily nobody", "sylvania", "daily", None),
        ("nobody daily", "sylvania", "daily", None),
    ],
)
async def test_an_edit_changes_what_it_names_and_nothing_else(
    context: Context, wish: str, query: str, rhythm: str, mention: str | None
) -> None:
    await asked(context, "!subscribe sylvania weekly <@&55>")
    card = await asked(context, f"!alerts edit 1 {wish}")
    assert card.title == f"Subscription 1 changed: {query or 'everything'}"
    [one] = await context.store.read(subscriptions_at, [HERE])
    assert (one.query, one.rhythm, one.mention) == (query, rhythm, mention)


async def test_an_edited_query_is_what_alerts_go_by_at_once(context: Context) -> None:
    await asked(context, "!subscribe ruritania>freedonia")
    assert await happens(context, "One") == 0
    await asked(context, "!alerts edit 1 freedonia>sylvania")
    assert await happens(context, "Two") == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("!alerts edit 1", "What is to change? Write a query, a rhythm or a role, as in !alerts edit 1 daily."),
        ("!alerts edit", "Which one? Write its number"),
        ("!alerts edit 9 daily", "“9” is no subscription of this channel"),
        ("!alerts edit 1 form:sylvania", "Did you mean from:?"),
        ("!alerts edit 1 ruritania", "There is another subscription to “ruritania” here"),
        ("!alerts edit 1 ruritania me", "A subscription stays where it is"),
        ("!alerts edit 1 <@&5> nobody", "a role to be mentioned, or nobody"),
        (f"!alerts edit 1 {'x' * 501}", "a query may have 500. Shorten it."),
        ("!alerts pause 1 soon", "For how long? Write it as in !alerts pause 1 7d"),
        ("!alerts lst", "Did you mean !alerts list?"),
        ("!alerts xyzzy", "There are list, edit, pause, resume, test."),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(context: Context, text: str, hint: str) -> None:
    await asked(context, "!subscribe sylvania")
    await asked(context, "!subscribe ruritania")
    assert hint in await refused(context, text)


async def test_what_stands_in_the_configuration_is_changed_there_but_may_be_paused(context: Context) -> None:
    await context.store.write(sync_configured, [(HERE, "from:freedonia")], NOW)
    assert "it has to be changed there" in await refused(context, "!alerts edit 1 daily")
    await asked(context, "!alerts pause 1")
    await context.store.write(sync_configured, [(HERE, "from:freedonia")], NOW)  # as at a restart
    assert await happens(context, "Drones again") == 0


# ── pause and resume ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_paused_subscription_is_not_told_until_it_is_resumed(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    card = await asked(context, "!alerts pause 1")
    assert card.title == "Subscription 1 paused: from:freedonia"
    assert card.buttons[0].command == "alerts resume 1"
    assert await happens(context, "One") == 0
    assert "Paused by a manager. To go on: !alerts resume 1" in lines(await asked(context, "!alerts"))
    assert "paused by a manager" in lines(await asked(context, "!subscriptions"))
    assert (await asked(context, "!alerts resume #1")).title == "Subscription 1 goes on: from:freedonia"
    assert await happens(context, "Two") == 1


async def test_a_pause_for_a_while_ends_by_itself(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    await asked(context, "!alerts pause 1 7d")
    assert "Paused by a manager until 08 Mar 2026 12:00 UTC. To go on: !alerts resume 1" in lines(
        await asked(context, "!alerts")
    )
    assert await happens(context, "One") == 0
    assert await happens(context, "Two", days=6.9) == 0
    later = replace(context, clock=lambda: NOW + timedelta(days=7))
    assert not any("aused" in line for line in lines(await asked(later, "!alerts")))
    assert await happens(context, "Three", days=7) == 1


async def test_a_manager_s_pause_outlasts_that_of_a_destination_that_was_gone(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    await asked(context, "!alerts pause 1")
    await context.store.write(pause, HERE, "The channel is gone.", NOW)
    assert "Paused, since nothing can be delivered there (The channel is gone). Once that is mended: " in (
        " ".join(lines(await asked(context, "!alerts")))
    )
    await asked(context, "!alerts resume 1")
    assert await happens(context, "Drones again") == 1


async def test_what_was_not_paused_is_said_to_be_so(context: Context) -> None:
    await asked(context, "!subscribe sylvania")
    assert (await asked(context, "!alerts resume 1")).title == "Subscription 1 was not paused: sylvania"


# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_test_alert_goes_the_whole_way_and_is_plainly_marked(context: Context) -> None:
    await asked(context, "!subscribe from:sylvania <@&55>")
    card = await asked(context, "!alerts test")
    assert card.title == "A test alert is on its way"
    assert "Real ones mention the role 55; a test mentions nobody." in lines(card)
    [posted] = await deliver(context)
    assert posted.title == "Test: Acknowledged: Sylvania → Ruritania, drones"
    assert lines(posted)[0] == "This is a test that a manager asked for. Nothing new has happened."
    assert [button.label for button in posted.buttons] == ["Sources", "Why", "Follow"]
    assert posted.mention is None


async def test_the_newest_case_that_fits_any_subscription_is_shown_or_that_of_the_one_named(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia daily")
    await asked(context, "!subscribe from:ruritania")
    assert "It shows case 3 and comes to this channel" in lines(await asked(context, "!alerts test"))[0]
    card = await asked(context, "!alerts test 1")
    assert "It shows case 1 and" in lines(card)[0]
    assert "Real ones come daily at 08:00 UTC, gathered in one." in lines(card)


async def test_where_nothing_fits_the_newest_case_of_all_is_shown(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia missiles")
    assert "No case fits yet, so it shows the newest of all." in lines(await asked(context, "!alerts test"))
    assert len(await deliver(context)) == 1


async def test_the_delivery_is_woken_for_it(context: Context) -> None:
    woken: list[str] = []
    assert context.controls
    context.controls = replace(context.controls, wake=lambda: woken.append("now"))
    await asked(context, "!subscribe sylvania")
    await asked(context, "!alerts test")
    assert woken == ["now"]


async def test_what_is_in_the_way_is_said_instead(context: Context) -> None:
    assert "This channel has no subscription, so nothing would be told here" in await refused(context, "!alerts test")
    await asked(context, "!subscribe from:freedonia")
    lacking = replace(MIA, lacks=("Embed Links",))
    assert "The bot can't post in this channel. It lacks Embed Links." in await refused(
        context, "!alerts test", lacking
    )
    await asked(context, "!alerts pause 1")
    assert "Subscription 1 is paused by a manager" in await refused(context, "!alerts test")
    assert await deliver(context) == []


async def test_a_test_does_not_queue_up_behind_what_cant_be_delivered(context: Context) -> None:
    await asked(context, "!subscribe from:freedonia")
    await happens(context, "Drones again")
    await deliver(context, fails=RetryLater("Discord is not connected.", 600))
    told = await refused(context, "!alerts test")
    assert "An alert to this channel could not be delivered so far" in told
    assert "Discord is not connected. The next try is at 12:10 UTC." in told


async def test_an_empty_ledger_has_nothing_to_show(empty: Context) -> None:
    await asked(empty, "!subscribe sylvania")
    with pytest.raises(UserError, match="the ledger holds no case"):
        await asked(empty, "!alerts test")
