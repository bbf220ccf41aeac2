"""Corrections and what is shown: each message is edited once, and none is posted or replied to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Concatenate

import pytest
from sqlalchemy import select

from bot.alerts import mending
from bot.alerts.mending import By, Mended
from bot.commands import Asker, Context, answer
from bot.corrections import Change
from bot.errors import UserError
from bot.model import Card
from bot.store import Connection, prefs
from bot.store.tables_alerts import alerts, messages
from tests.alerts.newsroom import ASSERTED, DENIED, START, Newsroom, said, story
from tests.alerts.test_deliver import Clock, Platform, deliver

BY = By("console", "the story says otherwise", START)
WAGNER = said("RURITANIA asserts FREEDONIA GRAUSTARK")
CONSOLE, HERE, THERE = "console", "discord:7", "discord:8"


@dataclass(slots=True)
class Wall(Platform):
    """Gives each message an id of its own: where it is, and the how manieth it is."""

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        # super() needs the class that dataclass(slots=True) has put in the place of the written one
        await Platform.post(self, destination, card, key=key, reply_to=reply_to, again=again)
        return f"{destination} {len(self.log)}"


class Show:
    """A newsroom whose messages are looked at."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.platform = Wall()

    async def told(self) -> list[tuple[str, str, str]]:
        """What goes out now: what, where or of which message, title."""
        before = len(self.platform.log)
        await deliver(self.newsroom, self.platform, Clock())
        return self.platform.log[before:]

    async def mend(self, what: Callable[Concatenate[Connection, ...], Mended], *wanted: Any) -> Mended:
        return await self.newsroom.store.write(what, *wanted, BY)


@pytest.fixture
async def show(newsroom: Newsroom) -> Show:
    """Every place is told of everything."""
    await newsroom.subscribe((CONSOLE, ""), (HERE, ""))
    return Show(newsroom)


async def test_a_dropped_denial_edits_each_message_once_and_replies_to_none(show: Show) -> None:
    await show.newsroom.record("Drones, denied", ASSERTED, DENIED)
    await show.told()
    await show.mend(mending.drop, 1, [2])
    assert (await show.newsroom.case()).status == "alleged"
    told = await show.told()
    assert sorted((what, place.split()[0]) for what, place, _ in told) == [("edit", CONSOLE), ("edit", HERE)]
    assert {title for _, _, title in told} == {"Alleged: Freedonia → Sylvania, drones"}
    assert await show.told() == []


async def test_the_next_poll_undoes_no_correction(show: Show) -> None:
    await show.newsroom.record(story("Drones, denied", key="a"), ASSERTED, DENIED)
    await show.told()
    await show.mend(mending.drop, 1, [2])
    await show.told()
    edited = await show.newsroom.record(story("Drones, denied (updated)", key="a"), ASSERTED, DENIED)
    assert (edited.claims, edited.alerts) == (1, 0)
    assert (await show.newsroom.case()).status == "alleged"
    assert await show.told() == []


async def test_the_same_text_in_another_outlet_is_corrected_likewise_and_undone_with_it(show: Show) -> None:
    headline = "Freedonia shipped 300 drones to Sylvania, Ruritania says"
    await show.newsroom.record(story(headline), ASSERTED)
    await show.told()
    await show.mend(mending.drop, 1, ())
    await show.told()
    copy = story(f"{headline} - Gazette", outlet="Gazette", day=1)
    assert (await show.newsroom.record(copy, ASSERTED, feed=2)).claims == 0
    assert await show.told() == []
    undone = await show.mend(mending.undo, 1)
    assert [(case.id, case.voices[0].claims, case.publishers) for case in undone.cases] == [(1, 2, 1)]
    assert {what for what, _, _ in await show.told()} == {"edit"}
    assert (await show.newsroom.record(story(headline, outlet="Courier", day=2), ASSERTED, feed=2)).claims == 1


async def test_an_edit_that_puts_a_corrected_claim_otherwise_keeps_the_correction(show: Show) -> None:
    await show.newsroom.record(story("Drones", key="a"), ASSERTED)
    await show.mend(mending.change, 1, [1], [Change("weapons", ("ships",))])
    await show.newsroom.record(story("Drones!", key="a"), replace(ASSERTED, phase="agreed", weapons=("missiles",)))
    case = await show.newsroom.case()
    assert (case.weapons, case.voices[0].phase) == (("ships",), "agreed")
    await show.mend(mending.undo, 1)
    assert (await show.newsroom.case()).weapons == ("missiles",)


async def test_a_claim_that_goes_to_another_case_edits_both_messages(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.newsroom.record("Night trains", WAGNER, said("MEDIA asserts FREEDONIA GRAUSTARK"))
    await show.told()
    await show.mend(mending.change, 2, [2], [Change("recipient", "SYLVANIA")])
    assert sorted(what for what, _, _ in await show.told()) == ["edit"] * 4
    assert [len((await show.newsroom.case(number)).voices) for number in (1, 2)] == [1, 1]


async def test_a_case_that_a_correction_made_is_posted_with_the_next_claim_and_once(show: Show) -> None:
    await show.newsroom.record("Drones", ASSERTED, said("MEDIA asserts FREEDONIA SYLVANIA"))
    await show.told()
    mended = await show.mend(mending.split, 1, [1])
    assert [case.id for case in mended.cases] == [1, 2]
    assert {what for what, _, _ in await show.told()} == {"edit"}
    await show.mend(mending.relabel, 2, [Change("recipient", "GRAUSTARK")])
    assert await show.told() == []
    await show.newsroom.record(story("More", day=1), said("FREEDONIA asserts FREEDONIA GRAUSTARK"))
    assert [what for what, _, _ in await show.told()] == ["post", "post"]


async def test_a_withdrawn_case_says_so_where_it_was_shown_and_is_not_found_any_more(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.told()
    await show.mend(mending.drop, 1, ())
    assert {title.partition(":")[0] for _, _, title in await show.told()} == {"Withdrawn"}
    context = Context(show.newsroom.store, show.newsroom.lexicon, lambda: START)
    assert (await answer(context, "!claims")).cases == ()
    await show.newsroom.record(story("Drones again", day=1), ASSERTED)
    assert {what for what, _, _ in await show.told()} == {"post"}
    await show.mend(mending.undo, 1)
    assert {title.partition(":")[0] for _, _, title in await show.told()} == {"Alleged"}
    assert [(await show.newsroom.case(number)).id for number in (1, 2)] == [1, 2]


async def test_a_post_that_was_owed_of_a_withdrawn_case_does_not_go_out(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.mend(mending.drop, 1, ())
    assert await show.told() == []


async def test_a_reply_about_a_change_that_was_none_does_not_go_out(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.told()
    await show.newsroom.record(story("Denied", day=1), DENIED)
    await show.mend(mending.drop, 1, [2])
    assert {what for what, _, _ in await show.told()} == {"edit"}


# ── merging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def merged(show: Show) -> None:
    """Cases 1 and 2, shown in both places, are one."""
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.newsroom.record(story("Night trains", day=1), WAGNER)
    assert len(await show.told()) == 4
    await show.mend(mending.merge, 2, 1)


async def test_the_message_of_a_merged_case_says_where_it_went(show: Show) -> None:
    await merged(show)
    assert sorted(title for what, _, title in await show.told() if what == "edit") == [
        *["Alleged: Freedonia → Sylvania, drones"] * 2,
        *["Now part of case 1: Freedonia → Graustark"] * 2,
    ]
    assert await show.told() == []


async def test_later_claims_of_either_dyad_go_to_the_case_that_stays_and_nothing_is_posted_twice(show: Show) -> None:
    await merged(show)
    await show.told()
    for day, claim in ((200, said("GRAUSTARK denies FREEDONIA GRAUSTARK")), (400, DENIED)):
        assert (await show.newsroom.record(story(f"Day {day}", day=day), claim)).cases == (1,)
        assert {what for what, _, _ in await show.told()} == {"edit", "reply"} if day == 200 else {"edit"}
    posts = await show.newsroom.rows(select(alerts.c.case_id, alerts.c.destination).where(alerts.c.kind == "post"))
    assert len(posts) == len(set(posts)) == 4


async def test_where_only_the_merged_case_was_shown_its_message_becomes_that_of_the_other(
    newsroom: Newsroom,
) -> None:
    await newsroom.subscribe((CONSOLE, "crates"), (HERE, "trains"))
    show = Show(newsroom)
    await merged_without_check(show)
    message, edit = [told for told in [show.platform.log[1], *await show.told()] if told[1].startswith(HERE)]
    assert (message[0], message[2]) == ("post", "Alleged: Freedonia → Graustark, drones")
    assert (edit[0], edit[2]) == ("edit", "Alleged: Freedonia → Sylvania, drones")
    await newsroom.record(story("More trains", day=2), said("GRAUSTARK asserts FREEDONIA GRAUSTARK"))
    assert [what for what, place, _ in await show.told() if HERE in place] == ["edit", "reply"]

    await show.mend(mending.undo, 1)
    (back,) = [title for _, place, title in await show.told() if HERE in place]
    assert back == "Acknowledged: Freedonia → Graustark, drones"
    shown = await newsroom.rows(select(messages.c.case_id, messages.c.destination))
    assert sorted(map(tuple, shown)) == [(1, CONSOLE), (2, HERE)]


async def merged_without_check(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    await show.newsroom.record(story("Night trains", day=1), WAGNER)
    await show.told()
    await show.mend(mending.merge, 1, 2)


async def test_a_post_that_is_owed_when_its_case_is_merged_shows_the_case_that_stays(newsroom: Newsroom) -> None:
    await newsroom.subscribe((CONSOLE, "crates"), (HERE, "trains"), (THERE, ""))
    show = Show(newsroom)
    await newsroom.record("Crates in a harbour", ASSERTED)
    await newsroom.record(story("Night trains", day=1), WAGNER)
    await show.mend(mending.merge, 1, 2)
    posts = [(place, title.lower()) for what, place, title in await show.told() if what == "post"]
    assert sorted(place for place, _ in posts) == [CONSOLE, HERE, THERE]
    assert all("sylvania" in title for _, title in posts)


async def test_who_muted_the_merged_case_hears_no_more_of_it(newsroom: Newsroom) -> None:
    await newsroom.subscribe((HERE, "trains"), (THERE, ""))
    show = Show(newsroom)
    await merged_without_check(show)
    await show.told()
    for place in (HERE, THERE):
        await newsroom.store.write(prefs.mute, place, 2, None)
    await newsroom.record(story("More trains", day=2), said("GRAUSTARK denies FREEDONIA GRAUSTARK"))
    assert {place.split()[0] for _, place, _ in await show.told()} == {THERE}  # which is shown case 1 as well


async def test_merged_thrice_and_undone_in_any_order_each_message_comes_back(show: Show) -> None:
    headlines = ("Crates in a harbour", "Trucks at the border", "Night trains")
    for headline, buyer in zip(headlines, ("SYLVANIA", "GRAUSTARK", "PARADOR"), strict=True):
        await show.newsroom.record(headline, said(f"MEDIA asserts FREEDONIA {buyer}"))
    await show.told()
    await show.mend(mending.merge, 3, 2)
    await show.mend(mending.merge, 2, 1)
    assert (await show.newsroom.case(1)).voices[0].claims == 3
    assert [(await show.newsroom.case(number)).into for number in (2, 3)] == [1, 1]
    await show.mend(mending.undo, 1)
    assert (await show.newsroom.case(3)).voices[0].claims == 1
    await show.mend(mending.undo, 2)
    assert [(await show.newsroom.case(number)).voices[0].claims for number in (1, 2, 3)] == [1, 1, 1]
    await show.told()
    assert len(await show.newsroom.rows(select(messages))) == 6


# ── what can't be ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_later_correction_rests_on_is_undone_after_it(show: Show) -> None:
    await show.newsroom.record("Drones, denied", ASSERTED, DENIED)
    await show.mend(mending.drop, 1, [2])
    await show.mend(mending.relabel, 1, [Change("supplier", "GRAUSTARK")])
    with pytest.raises(UserError, match="Correction 2 rests on it: !undo 2 first"):
        await show.mend(mending.undo, 1)
    await show.mend(mending.undo, 2)
    await show.mend(mending.undo, 1)
    assert (await show.newsroom.case()).status == "contested"
    with pytest.raises(UserError, match="undone already"):
        await show.mend(mending.undo, 1)


async def test_what_is_refused_leaves_no_trace(show: Show) -> None:
    await show.newsroom.record("Crates in a harbour", ASSERTED)
    for refused in (
        (mending.drop, 9, ()),
        (mending.drop, 1, [2]),
        (mending.split, 1, [1]),
        (mending.merge, 1, 1),
        (mending.merge, 1, 9),
        (mending.change, 1, [1], [Change("phase", "delivered")]),
        (mending.change, 1, [1], [Change("supplier", None), Change("recipient", None)]),
        (mending.relabel, 1, [Change("recipient", "SYLVANIA")]),
        (mending.undo, 1),
    ):
        with pytest.raises(UserError):
            await show.mend(*refused)
    assert (await show.newsroom.case()).corrected is False
    assert not await show.newsroom.rows(select(alerts.c.id).where(alerts.c.kind == "edit"))


async def test_what_came_later_to_a_split_off_case_goes_back_with_the_rest(show: Show) -> None:
    await show.newsroom.record(story("Crates in a harbour", day=0), ASSERTED)
    await show.newsroom.record(story("Night trains", day=300), DENIED)
    await show.mend(mending.split, 1, [2])
    assert (await show.newsroom.record(story("Trucks at the border", day=310), DENIED)).cases == (2,)
    await show.mend(mending.undo, 1)
    assert [voice.claims for voice in (await show.newsroom.case(1)).voices] == [2, 1]
    assert (await show.newsroom.case(2)).voices == ()


async def test_a_mute_of_a_merged_case_is_found_under_either_number(show: Show) -> None:
    await merged(show)
    context = Context(show.newsroom.store, show.newsroom.lexicon, lambda: START)
    here = context.asked_by(Asker("discord:user:1", HERE, keeps_place=True))
    assert "1" in (await answer(here, "!mute 2 here")).title
    assert await show.newsroom.store.read(prefs.muted, 1, START) == {HERE}
    await answer(here, "!unmute 2 here")
    assert await show.newsroom.store.read(prefs.muted, 1, START) == set()
