"""Recording: a story, its claims, cases and the alerts owed, in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.detect.lexicon import build
from bot.detect.rules import read_rules
from bot.model import Claim, Recorded
from bot.store import Store, ledger, stories, subscriptions
from bot.store import alerts as queue
from bot.store.alerts import key_of
from bot.store.tables import alerts, cases, claims, story_text
from tests.alerts.newsroom import ASSERTED, DAY, DENIED, START, Newsroom, said, story

CONSOLE = ("console", "sylvania")
CARRIED = "Freedonia shipped 300 drones to Sylvania, Ruritania says"


async def owed(newsroom: Newsroom) -> list[tuple[str, str]]:
    """Kind and destination of all that was ever owed, in order."""
    return [
        tuple(row) for row in await newsroom.rows(select(alerts.c.kind, alerts.c.destination).order_by(alerts.c.id))
    ]


async def begin(newsroom: Newsroom, *, message: str | None = "m1") -> None:
    """Deliver what is owed, as far as the outbox can tell; without a message: be in the middle of it."""
    later = START + DAY
    leased = await newsroom.store.write(queue.lease, ["console", "discord"], later, later + DAY, 100)
    for alert in leased if message else []:
        await newsroom.store.write(queue.delivered, alert, message, later)


# ── stories ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_story_that_was_recorded_before_changes_nothing(newsroom: Newsroom) -> None:
    await newsroom.subscribe(CONSOLE)
    first = await newsroom.record("Drones", ASSERTED)
    assert first == Recorded("new", claims=1, cases=(1,), alerts=1)
    assert await newsroom.record("Drones", ASSERTED) == Recorded("unchanged")
    assert len(await newsroom.rows(select(claims))) == 1


async def test_a_story_without_claims_is_known_afterwards_and_makes_no_case(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    assert await newsroom.record("Football") == Recorded("new")
    told = story("Football")
    assert await newsroom.store.read(stories.known, 1, [told.key, "other"]) == {
        told.key: stories.Known(stories.hash_of(told))
    }
    assert await newsroom.rows(select(cases)) == []
    assert await newsroom.rows(select(story_text.c.rowid)) == []


async def test_a_feed_of_a_thousand_entries_is_compared_at_once(newsroom: Newsroom) -> None:
    await newsroom.record("Football")
    keys = [f"entry {number}" for number in range(1000)]
    assert list(await newsroom.store.read(stories.known, 1, [*keys, "Football"])) == ["Football"]


async def test_the_same_key_in_another_feed_is_another_story(newsroom: Newsroom) -> None:
    await newsroom.record("Drones", ASSERTED, feed=1)
    assert (await newsroom.record("Drones", ASSERTED, feed=2)).story == "new"
    assert len(await newsroom.store.read(ledger.claims_of_case, 1)) == 2


async def test_an_edited_story_keeps_the_ids_of_the_claims_it_still_makes(newsroom: Newsroom) -> None:
    await newsroom.record(story("Drones", key="a"), ASSERTED, DENIED)
    before = await newsroom.store.read(ledger.claims_of_case, 1)
    edited = replace(ASSERTED, weapons=("missiles",), phase="agreed", words="as it is put now")
    assert (await newsroom.record(story("Missiles", key="a"), edited)).story == "edited"
    (after,) = await newsroom.store.read(ledger.claims_of_case, 1)
    assert (after.id, after.claim, after.title) == (before[0].id, edited, "Missiles")
    case = await newsroom.case()
    assert (case.status, case.weapons, case.headline) == ("alleged", ("missiles",), "Missiles")


async def test_a_case_that_lost_its_last_claim_is_gone_and_its_number_is_not_given_again(newsroom: Newsroom) -> None:
    await newsroom.record(story("Drones", key="a"), ASSERTED)
    await newsroom.record(story("Correction", key="a"))
    assert await newsroom.store.read(ledger.case, 1) is None
    assert (await newsroom.record("Again", ASSERTED)).cases == (2,)


async def test_an_edit_that_leaves_the_claims_alone_owes_nothing(newsroom: Newsroom) -> None:
    await newsroom.subscribe(CONSOLE)
    await newsroom.record(story("Dornes", key="a"), ASSERTED)
    await begin(newsroom)
    fixed = await newsroom.record(story("Drones", key="a"), replace(ASSERTED, words="in other words"))
    assert fixed == Recorded("edited", claims=1)
    assert (await newsroom.case()).headline == "Drones"


async def test_an_undated_story_keeps_the_time_it_was_first_seen(newsroom: Newsroom) -> None:
    await newsroom.record(replace(story("Drones", key="a"), published=None), ASSERTED)
    await newsroom.record(replace(story("Drones!", key="a", day=9), published=None), ASSERTED)
    (kept,) = await newsroom.store.read(ledger.claims_of_case, 1)
    assert (kept.published, kept.at) == (None, START)


async def test_a_story_dated_anew_takes_its_claim_along_in_time(newsroom: Newsroom) -> None:
    await newsroom.record(story("Old", key="a"), ASSERTED)
    await newsroom.record(story("Drones", key="b", day=10), DENIED)
    await newsroom.record(story("Old, rightly dated", key="b", day=-900), DENIED)
    assert (await newsroom.case(1)).status == "alleged"
    assert (await newsroom.case(2)).status == "denied"


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_assertion_and_denial_of_two_outlets_are_one_contested_case(newsroom: Newsroom) -> None:
    await newsroom.record(story("Drones", day=0), ASSERTED)
    await newsroom.record(story("Freedonia: no drones", outlet="Gazette", day=2), DENIED, feed=2)
    case = await newsroom.case()
    assert (case.status, case.publishers, case.headline) == ("contested", 2, "Freedonia: no drones")
    assert [(voice.claimant, voice.stance) for voice in case.voices] == [
        ("FREEDONIA", "denies"),
        ("RURITANIA", "asserts"),
    ]
    assert (case.first_at, case.last_at) == (START, START + 2 * DAY)


async def test_a_voice_shows_its_newest_words_and_how_many_claims_stand_behind_it(newsroom: Newsroom) -> None:
    await newsroom.record(story("New", day=5), replace(ASSERTED, words="new", phase="delivered"))
    await newsroom.record(story("Old", day=1), replace(ASSERTED, words="old", phase="proposed"))
    (voice,) = (await newsroom.case()).voices
    assert (voice.words, voice.phase, voice.claims) == ("new", "delivered", 2)
    assert (voice.first_at, voice.last_at) == (START + DAY, START + 5 * DAY)


async def test_a_year_later_a_new_case_begins(newsroom: Newsroom) -> None:
    assert (await newsroom.record(story("Then", day=0), ASSERTED)).cases == (1,)
    assert (await newsroom.record(story("Within", day=365), ASSERTED)).cases == (1,)
    assert (await newsroom.record(story("Long after", day=731), ASSERTED)).cases == (2,)


async def test_an_open_claim_is_placed_by_the_denial_beside_it_and_keeps_its_gap(newsroom: Newsroom) -> None:
    found = said("RURITANIA asserts FREEDONIA -")
    await newsroom.record("Rifles on a plane", found, DENIED)
    kept = await newsroom.store.read(ledger.claims_of_case, 1)
    assert {one.claim for one in kept} == {found, DENIED}
    case = await newsroom.case()
    assert (case.supplier, case.recipient, case.status) == ("FREEDONIA", "SYLVANIA", "contested")


async def test_a_claim_that_names_no_party_is_kept_without_case_or_alert(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    assert await newsroom.record("Rockets", said("MEDIA asserts - -")) == Recorded("new", claims=1)
    assert [row.case_id for row in await newsroom.rows(select(claims))] == [None]


async def test_a_claim_told_twice_in_a_story_is_kept_once(newsroom: Newsroom) -> None:
    assert (await newsroom.record("Drones", ASSERTED, ASSERTED)).claims == 1


# ── publishers ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_copy_of_anothers_text_is_no_second_publisher(newsroom: Newsroom) -> None:
    await newsroom.record(story(CARRIED, outlet="The Herald"), ASSERTED)
    await newsroom.record(story(f"{CARRIED} - Gazette", outlet="Gazette", day=1), ASSERTED, feed=2)
    await newsroom.record(story(CARRIED.upper(), outlet="Courier", day=2), ASSERTED, feed=2)
    assert (await newsroom.case()).publishers == 1


async def test_headlines_of_ones_own_are_publishers_of_their_own(newsroom: Newsroom) -> None:
    await newsroom.record(story(CARRIED, outlet="The Herald"), ASSERTED)
    await newsroom.record(story(CARRIED.replace("300", "400"), outlet="Gazette"), ASSERTED, feed=2)
    assert (await newsroom.case()).publishers == 2


async def test_a_week_later_the_same_headline_is_no_copy(newsroom: Newsroom) -> None:
    await newsroom.record(story(CARRIED, outlet="The Herald"), ASSERTED)
    await newsroom.record(story(CARRIED, outlet="Gazette", day=8), ASSERTED, feed=2)
    assert (await newsroom.case()).publishers == 2


async def test_two_outlets_of_one_agency_are_one_publisher(newsroom: Newsroom) -> None:
    await newsroom.record(story("Drones seen", outlet="Reuters"), ASSERTED)
    await newsroom.record(story("More drones seen", outlet="Reuters via The Fore"), ASSERTED, feed=2)
    assert (await newsroom.case()).publishers == 1


async def test_a_copy_counts_in_a_case_that_its_original_says_nothing_of(newsroom: Newsroom) -> None:
    await newsroom.record(story(CARRIED, outlet="The Herald"), ASSERTED)
    more = said("RURITANIA asserts FREEDONIA GRAUSTARK")
    await newsroom.record(story(CARRIED, outlet="Gazette", day=1), ASSERTED, more, feed=2)
    assert [(await newsroom.case(number)).publishers for number in (1, 2)] == [1, 1]


async def test_a_copy_counts_for_itself_once_its_original_says_something_else(newsroom: Newsroom) -> None:
    await newsroom.record(story(CARRIED, key="a", outlet="The Herald"), ASSERTED)
    await newsroom.record(story(CARRIED, outlet="Gazette", day=1), ASSERTED, feed=2)
    await newsroom.record(story("Freedonia's drones are toys, it turns out", key="a", outlet="The Herald"), ASSERTED)
    assert (await newsroom.case()).publishers == 2


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_subscription_nothing_is_owed(newsroom: Newsroom) -> None:
    assert (await newsroom.record("Drones", ASSERTED)).alerts == 0


async def test_a_subscription_gets_only_what_fits_it(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "from:russia"), ("discord:1", "weapon:drones"), ("discord:2", "stance:denies"))
    await newsroom.record("Drones", ASSERTED)
    assert await owed(newsroom) == [("post", "discord:1")]


async def test_a_destination_with_two_subscriptions_that_fit_gets_one_post(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "weapon:drones"), ("console", ""))
    await newsroom.record("Drones", ASSERTED)
    assert await owed(newsroom) == [("post", "console")]


async def test_a_subscription_nobody_can_read_does_not_stop_the_ledger(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("discord:1", "form:iran"), ("console", ""))
    assert (await newsroom.record("Drones", ASSERTED)).alerts == 1


async def test_a_subscription_nobody_can_read_is_logged_once(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("discord:1", "form:iran"), ("discord:2", "form:iran"))
    with capture_logs() as logs:
        for title in ("Drones", "More drones"):
            await newsroom.record(title, ASSERTED)
        await newsroom.subscribe(("discord:1", "form:iran"), ("console", ""))
        await newsroom.record("Yet more drones", ASSERTED)
    assert [log["destinations"] for log in logs] == [["discord:1", "discord:2"]]
    assert await owed(newsroom) == [("post", "console")]


async def test_what_another_process_subscribes_counts_from_the_next_story_on(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "from:russia"))
    await newsroom.record("Drones", ASSERTED)
    async with await Store.open(newsroom.store.path) as other:
        await other.write(subscriptions.sync_configured, [("discord:1", "weapon:drones")], START)
        await newsroom.record("More drones", ASSERTED)
        await other.write(subscriptions.sync_configured, [], START)
    await newsroom.record("Missiles", said("RURITANIA asserts FREEDONIA GRAUSTARK"))
    assert await owed(newsroom) == [("post", "discord:1")]


async def test_new_rules_count_from_the_next_story_on(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "by:ruritania"))
    await newsroom.record("Drones", ASSERTED)
    changed = read_rules(None)
    changed["actors"]["actor"].append({"code": "RURITANIA", "name": "Ruritania"})
    await replace(newsroom, lexicon=build(changed)).record("More drones", ASSERTED)
    assert await owed(newsroom) == [("post", "console")]


async def test_a_story_older_than_a_subscription_asks_for_owes_nothing(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "since:30d"))
    await newsroom.record("Drones", ASSERTED, now=START + 31 * DAY)
    await newsroom.record(story("More drones", day=40), ASSERTED, now=START + 71 * DAY)
    assert await owed(newsroom) == []
    await newsroom.record(story("Yet more drones", day=41), ASSERTED, now=START + 71 * DAY)
    assert await owed(newsroom) == [("post", "console")]


async def test_a_case_recorded_silently_is_posted_when_something_more_is_said(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    assert (await newsroom.record("Drones", ASSERTED, alert=False)).alerts == 0
    await newsroom.record(story("More drones", outlet="Gazette"), ASSERTED)
    assert await owed(newsroom) == [("post", "console")]


async def test_until_its_post_goes_out_a_case_owes_nothing_more(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await newsroom.record(story("No drones", outlet="Gazette"), DENIED)
    assert await owed(newsroom) == [("post", "console")]


@pytest.mark.parametrize("message", ["m1", None], ids=["posted", "being posted"])
async def test_another_outlet_edits_the_message_and_a_new_status_replies(
    newsroom: Newsroom, message: str | None
) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await begin(newsroom, message=message)
    await newsroom.record(story("Drones seen", outlet="Gazette"), ASSERTED)
    assert await owed(newsroom) == [("post", "console"), ("edit", "console")]
    await newsroom.record(story("No drones", outlet="Courier"), DENIED)
    assert await owed(newsroom) == [("post", "console"), ("edit", "console"), ("reply", "console")]
    (reply,) = await newsroom.rows(select(alerts.c.was, alerts.c.now).where(alerts.c.kind == "reply"))
    assert tuple(reply) == ("alleged", "contested")


async def test_once_an_edit_is_under_way_the_next_change_owes_another(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await begin(newsroom)
    await newsroom.record(story("Drones seen", outlet="Gazette"), ASSERTED)
    await begin(newsroom, message=None)
    await newsroom.record(story("Drones heard", outlet="Courier"), ASSERTED)
    assert await owed(newsroom) == [("post", "console"), ("edit", "console"), ("edit", "console")]


async def test_what_changes_nothing_to_see_owes_no_edit(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await begin(newsroom)
    assert (await newsroom.record("More of the same", ASSERTED)).alerts == 0


async def test_a_denial_edits_the_message_of_one_who_asked_for_assertions_only(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "stance:asserts"))
    await newsroom.record("Drones", ASSERTED)
    await begin(newsroom)
    await newsroom.record("No drones", DENIED)
    assert await owed(newsroom) == [("post", "console"), ("edit", "console"), ("reply", "console")]


async def test_who_unsubscribed_gets_no_more_edits(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record("Drones", ASSERTED)
    await begin(newsroom)
    await newsroom.subscribe(("console", "from:russia"))
    assert (await newsroom.record("No drones", DENIED)).alerts == 0


async def test_an_edited_story_that_withdraws_a_denial_edits_and_replies(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    await newsroom.record(story("Drones, denied", key="a"), ASSERTED, DENIED)
    await begin(newsroom)
    withdrawn = await newsroom.record(story("Drones", key="a"), ASSERTED)
    assert (withdrawn.cases, withdrawn.alerts) == ((1,), 2)


async def test_going_back_and_forth_is_an_event_each_time(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    with_denial, without = story("Drones, denied", key="a"), story("Drones", key="a")
    await newsroom.record(with_denial, ASSERTED, DENIED)
    for minute, told, made in (
        (1, without, [ASSERTED]),
        (2, with_denial, [ASSERTED, DENIED]),
        (3, without, [ASSERTED]),
    ):
        for _ in range(3):
            await begin(newsroom)
        found = await newsroom.record(told, *made, now=START + minute * DAY / 1440)
        assert found.alerts == 2


async def test_a_change_of_position_gets_a_reply_though_the_status_stays(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""))
    both_deny = (DENIED, said("SYLVANIA denies FREEDONIA SYLVANIA"))
    await newsroom.record("Drones", ASSERTED, *both_deny)
    await begin(newsroom)
    await newsroom.record(story("Drones after all", day=1), said("FREEDONIA asserts FREEDONIA SYLVANIA"))
    assert (await newsroom.case()).status == "contested"
    assert await owed(newsroom) == [("post", "console"), ("edit", "console"), ("reply", "console")]


def test_an_alerts_key_fits_discords_nonce_and_tells_events_apart() -> None:
    keys = {
        key_of(kind, place, case, event)
        for kind in ("post", "edit")
        for place in "ab"
        for case in (1, 2)
        for event in "xy"
    }
    assert len(keys) == 16
    assert max(map(len, keys)) <= 25
    assert key_of("post", "a", 1, "x") in keys


async def test_what_fails_half_way_leaves_no_trace(newsroom: Newsroom) -> None:
    impossible = Claim("asserts", None, "FREEDONIA", "SYLVANIA", ("drones",), None, "…")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="phase"):
        await newsroom.record("Drones", impossible)
    assert await newsroom.store.read(stories.known, 1, ["Drones"]) == {}
    assert await newsroom.rows(select(cases)) == []
