"""One case: who reported it, and how it came to stand as it does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.alerts.outbox import record
from bot.commands import Context, answer
from bot.commands.export import export
from bot.errors import UserError
from bot.model import Card, Claim, Phase, Stance, Story
from bot.store import Connection, feeds
from bot.store.feeds import FeedWanted
from tests.commands.conftest import NOW


def lines(card: Card) -> list[str]:
    """A card's text, line by line; a heading has a colon behind it."""
    found = []
    for section in card.sections:
        found += [f"{section.heading}:"] if section.heading else []
        found += ["".join(run.text for run in line) for line in section.lines]
    return found


def claim(claimant: str | None, stance: Stance = "asserts", phase: Phase = "delivered") -> Claim:
    return Claim(stance, claimant, "FREEDONIA", "SYLVANIA", ("drones",), phase, "drones for Sylvania")


async def tell(context: Context, *told: tuple[str, str, Claim], feed: int = 1) -> None:
    """Record stories, a day apart: each an outlet, a headline and a claim."""

    def keep(connection: Connection) -> None:
        feeds.sync_configured(connection, [FeedWanted(f"http://127.0.0.1/{n}", None, 300) for n in range(4)], NOW)
        for number, (outlet, title, said) in enumerate(told):
            at = NOW - timedelta(days=20 - number)
            story = Story(f"{outlet} {title} {number}", title, "", outlet, at, at, f"https://example.org/{number}")
            record(connection, 1 + number % 4, story, [said], now=NOW, alert=False, lexicon=context.lexicon)

    await context.store.write(keep)


STATUSES = (
    ("The Herald", "Ruritania says that Freedonia armed Sylvania", claim("RURITANIA", phase="agreed")),
    ("The Gazette", "Ruritania repeats what it said of Sylvania", claim("RURITANIA", phase="agreed")),
    ("The Herald", "Sylvania has its drones, says Ruritania", claim("RURITANIA")),
    ("Freedonia Today", "Freedonia: a fairy tale", claim("FREEDONIA", "denies")),
    ("Freedonia Today", "Freedonia admits it after all", claim("FREEDONIA")),
)


async def test_a_timeline_has_a_line_for_what_was_new_and_says_where_the_status_changed(empty: Context) -> None:
    await tell(empty, *STATUSES)
    card = await answer(empty, "!case 1 timeline")
    assert lines(card) == [
        "9 Feb 2026 · Ruritania asserts: drones, agreed · The Herald · alleged",
        "and 1 claim that says nothing new",
        "11 Feb 2026 · Ruritania asserts: drones, delivered · The Herald",
        "12 Feb 2026 · Freedonia denies: drones, delivered · Freedonia Today · alleged → contested",
        "13 Feb 2026 · Freedonia asserts: drones, delivered · Freedonia Today · contested → acknowledged",
    ]
    assert card.status == "acknowledged"


async def test_the_sources_stand_under_who_published_them_and_copies_say_whose_text_they_are(empty: Context) -> None:
    headline = "Freedonia sent a shipload of drones to Sylvania last night"
    await tell(
        empty,
        ("Reuters", headline, claim("MEDIA")),
        ("The Herald", headline, claim("MEDIA")),
        ("The Gazette", "Drones for Sylvania, says a minister", claim("MEDIA")),
        ("Reuters via The Fore", "Reuters looks at it again", claim("MEDIA")),
    )
    card = await answer(empty, "!case 1 sources")
    assert lines(card) == [
        "Reuters:",
        f"9 Feb 2026 · {headline}",
        "12 Feb 2026 · Reuters looks at it again · Reuters via The Fore",
        "The Herald:",
        f"10 Feb 2026 · {headline} · repeats Reuters",
        "The Gazette:",
        "11 Feb 2026 · Drones for Sylvania, says a minister",
    ]
    assert "at most 2 independent publishers" in (card.footer or "")
    assert "4 stories" in (card.footer or "")
    assert [button.command for button in card.buttons] == ["case 1 timeline", "why 1", "follow 1 me"]


async def test_an_undated_story_is_never_given_a_date_of_its_own(context: Context) -> None:
    assert "undated, seen 19 Feb 2026 · Crates" in lines(await answer(context, "!case 3 sources"))


async def test_long_ones_have_pages_that_leave_nothing_out(empty: Context) -> None:
    speakers = list(empty.lexicon.actors)[:20]
    await tell(empty, *((f"Outlet {n}", f"News of day {n}", claim(speakers[n])) for n in range(20)))
    for part, each in (("sources", "News of day"), ("timeline", "asserts")):
        pages = [await answer(empty, f"!case 1 {part}", page) for page in (0, 1)]
        assert [page.more for page in pages] == [True, False]
        assert [sum(each in line for line in lines(page)) for page in pages] == [15, 5]


async def test_the_whole_case_is_exported_whichever_part_is_asked_for(context: Context) -> None:
    whole = await export(context, "!case 1")
    assert (await export(context, "!case 1 timeline"))["cases"] == whole["cases"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("!case sources", "Which case?"),
        ("!case 9 sources", "There is no case 9; the newest is 3."),
        ("!case 9 timeline", "There is no case 9; the newest is 3."),
        ("!case 1 stories", "“1 stories” is not the number of a case"),
    ],
)
async def test_what_can_not_be_answered_is_one_sentence(context: Context, asked: str, told: str) -> None:
    with pytest.raises(UserError, match=told.replace("?", r"\?")):
        await answer(context, asked)
