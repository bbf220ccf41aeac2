"""Digests, quiet hours, bursts and mutes: what is told, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.alerts.deliver import deliver_due
from bot.commands import Asker, Context, answer
from bot.model import Card, Claim, Prefs, Rhythm
from bot.store import prefs, subscriptions
from tests.alerts.newsroom import ASSERTED, DENIED, START, Newsroom, said, story

HOUR = timedelta(hours=1)
PLACE = "discord:7"
TOLD = (
    *("Crates in a harbour", "Trucks at the border", "A minister speaks", "Night trains", "The general's cellar"),
    *("Welders on strike", "Old barrels", "Ferry delayed", "Parade rehearsed", "Tarpaulins sold", "Ice on the river"),
    "Chimneys smoke again",
)


@dataclass(slots=True)
class Desk:
    """A newsroom with one reader, whose messages are kept."""

    newsroom: Newsroom
    now: datetime = START  # midnight, a Thursday
    posted: list[Card] = field(default_factory=list)
    edited: list[Card] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def subscribe(self, query: str = "", rhythm: Rhythm | None = None, mention: str | None = None) -> None:
        await self.newsroom.store.write(
            subscriptions.subscribe, PLACE, query, rhythm=rhythm, maker=PLACE, mention=mention, now=START
        )

    async def record(self, title: str, *claims: Claim, outlet: str = "The Herald") -> None:
        day = (self.now - START) / timedelta(days=1)
        await self.newsroom.record(story(title, outlet=outlet, day=day), *claims, now=self.now)

    async def at(self, hours: float) -> list[str]:
        """The titles of what comes until so many hours after the start."""
        self.now = START + hours * HOUR
        before = len(self.posted)
        await deliver_due(self.newsroom.store, {"discord": self}, self.newsroom.lexicon, lambda: self.now)
        return [card.title for card in self.posted[before:]]

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        self.posted.append(card)
        self.keys.append(key)
        return f"message {len(self.posted)}"

    async def edit(self, destination: str, message: str, card: Card) -> None:
        self.edited.append(card)


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    return Desk(newsroom)


def headings(card: Card) -> Sequence[str | None]:
    return [section.heading for section in card.sections]


def other(number: int) -> Claim:
    """A claim of a case of its own."""
    return said(f"RURITANIA asserts FREEDONIA STATE{number}")


async def test_a_daily_digest_gathers_until_its_hour_and_is_one_message(desk: Desk) -> None:
    await desk.subscribe(rhythm="daily")
    await desk.record("Drones", ASSERTED)
    await desk.record("Crates", other(1))
    assert await desk.at(7.9) == []
    assert await desk.at(8) == ["Today: 2 new"]
    assert await desk.at(40) == []


async def test_a_digest_shows_cases_as_they_are_when_it_goes_out(desk: Desk) -> None:
    await desk.subscribe(rhythm="daily")
    await desk.record("Drones", ASSERTED)
    await desk.record("No drones", DENIED)
    await desk.at(8)
    assert "contested" in str(headings(desk.posted[0])[0])


async def test_a_change_of_status_comes_first_with_the_words_that_changed_it(desk: Desk) -> None:
    await desk.subscribe(rhythm="weekly")
    await desk.record("Drones", ASSERTED)
    assert await desk.at(200) == ["What changed this week: 1 new"]
    await desk.record("Crates", other(1))
    await desk.record("No drones", DENIED)
    assert await desk.at(400) == ["What changed this week: 1 changed status, 1 new"]
    card = desk.posted[-1]
    assert str(headings(card)[0]).startswith("1 · alleged → contested · ")
    assert f"“{DENIED.words}”" in str(card.sections[0].lines)


async def test_what_only_more_outlets_report_is_named_in_a_line(desk: Desk) -> None:
    await desk.subscribe(rhythm="daily")
    await desk.record("Drones", ASSERTED)
    await desk.at(8)
    await desk.record("Drones again, says a second paper", ASSERTED, outlet="The Gazette")
    assert await desk.at(32) == ["Today: 1 with more reports"]


async def test_quiet_hours_hold_back_and_are_summed_up_at_their_end(desk: Desk) -> None:
    await desk.newsroom.store.write(prefs.prefer, PLACE, Prefs(quiet=(22 * 60, 7 * 60)))
    await desk.subscribe()
    await desk.record("Drones", ASSERTED)
    await desk.record("Crates", other(1))
    assert await desk.at(6) == []
    assert await desk.at(7) == ["While it was quiet: 2 new"]
    desk.now = START + 12 * HOUR
    await desk.record("Missiles", other(2))
    assert len(await desk.at(12)) == 1


async def test_in_quiet_hours_a_message_is_edited_but_no_reply_rings(desk: Desk) -> None:
    await desk.newsroom.store.write(prefs.prefer, PLACE, Prefs(quiet=(22 * 60, 7 * 60)))
    await desk.subscribe()
    desk.now = START + 12 * HOUR
    await desk.record("Drones", ASSERTED)
    await desk.at(12)
    desk.now = START + 23 * HOUR
    await desk.record("No drones", DENIED)
    assert await desk.at(23) == []
    assert [card.status for card in desk.edited] == ["contested"]
    assert await desk.at(31) == ["While it was quiet: 1 changed status"]


async def test_much_at_once_becomes_one_card(desk: Desk) -> None:
    await desk.subscribe()
    for number in range(12):
        await desk.record(TOLD[number], other(number))
    assert len(await desk.at(0)) == 5
    assert await desk.at(0.1) == ["Much at once: 7 new"]
    assert await desk.at(9) == []


async def test_a_case_told_of_in_a_digest_is_posted_when_its_status_changes_and_not_before(desk: Desk) -> None:
    await desk.subscribe()
    for number in range(6):
        await desk.record(TOLD[number], other(number))
    await desk.at(1)
    await desk.record(f"{TOLD[5]}, says a second paper", other(5), outlet="The Gazette")
    assert await desk.at(1) == []
    await desk.record("No crates", said("FREEDONIA denies FREEDONIA STATE5"))
    assert [title.split(":")[0] for title in await desk.at(1)] == ["Contested"]


async def test_the_more_eager_of_two_subscriptions_decides(desk: Desk) -> None:
    await desk.subscribe("sylvania", "weekly")
    await desk.subscribe("freedonia", "now")
    await desk.record("Drones", ASSERTED)
    assert len(await desk.at(0)) == 1


async def test_a_digest_that_waits_holds_nothing_up(desk: Desk) -> None:
    await desk.subscribe("crates", "weekly")
    await desk.subscribe("harbour", "now")
    await desk.record("Crates", ASSERTED)
    await desk.record("A harbour", said("SYLVANIA asserts RURITANIA SYLVANIA"))
    assert len(await desk.at(0)) == 1


async def test_a_muted_case_is_silent_until_its_time_is_over(desk: Desk) -> None:
    await desk.subscribe()
    await desk.record("Drones", ASSERTED)
    await desk.at(0)
    await desk.newsroom.store.write(prefs.mute, PLACE, 1, START + 5 * HOUR)
    desk.now = START + HOUR
    await desk.record("No drones", DENIED)
    assert await desk.at(1) == []
    assert desk.edited == []
    desk.now = START + 6 * HOUR
    await desk.record("Drones after all", said("FREEDONIA asserts FREEDONIA SYLVANIA"))
    assert len(await desk.at(6)) == 1


async def test_a_role_is_mentioned_at_a_post_and_a_reply_and_never_at_an_edit(desk: Desk) -> None:
    await desk.subscribe(mention="55")
    await desk.record("Drones", ASSERTED)
    await desk.at(0)
    await desk.record("No drones", DENIED)
    await desk.at(1)
    assert [card.mention for card in desk.posted] == ["55", "55"]
    assert [card.mention for card in desk.edited] == [None]


async def test_another_hour_moves_the_digest_that_is_open(desk: Desk) -> None:
    await desk.subscribe(rhythm="daily")
    await desk.record("Drones", ASSERTED)
    context = Context(desk.newsroom.store, desk.newsroom.lexicon, lambda: desk.now)
    await answer(context.asked_by(Asker(PLACE, PLACE)), "!prefs daily 03:00")
    assert await desk.at(3) == ["Today: 1 new"]
