"""`!why`: the words and rules behind a case's claims, and how a story is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.alerts.outbox import record
from bot.commands import Context, answer
from bot.detect.claims import read
from bot.model import Claim
from tests.commands.conftest import NOW, told
from tests.commands.test_commands import lines, refusal

TITLE = "Freedonia denies sending drones to Ruritania"


async def recorded(context: Context, page: str, *claims: Claim) -> None:
    story, _ = told(3, "The Sylvanian", TITLE, page=page)
    story = replace(story, key=page)
    found = claims or read(story, context.lexicon)
    await context.store.write(record, 1, story, found, now=NOW, alert=False, lexicon=context.lexicon)


async def test_a_case_is_explained_by_the_words_and_rules_of_its_claims_newest_first(context: Context) -> None:
    made = Claim(
        *("denies", "FREEDONIA", "FREEDONIA", "SYLVANIA", ("drones",), "proposed", "no such drones"),
        rules=("halt+weapons to", "denied report"),
    )
    await recorded(context, "new", made)
    card = await answer(context, "!why case #1")
    assert card.title == "Why case 1 is contested: Freedonia → Sylvania"
    assert [section.heading for section in card.sections] == [
        "Freedonia denies: Freedonia → Sylvania, drones, proposed",
        "Freedonia denies: Freedonia → Sylvania, drones, delivered",
        "Ruritania asserts: Freedonia → Sylvania, drones, delivered",
    ]
    assert lines(card)[:4] == [
        "Read from:",
        "“no such drones”",
        "Rules: deny (Freedonia), halt, weapons to (arms, and right behind them who they go to), denied report (what "
        "is denied as somebody's report was asserted by them)",
        "The Sylvanian · 2026-02-26",
    ]
    assert card.cases == (1,)


async def test_a_long_case_is_explained_a_page_at_a_time(context: Context) -> None:
    for number in range(5):
        claim = Claim("asserts", "MEDIA", "FREEDONIA", "SYLVANIA", ("drones",), "delivered", f"words {number}")
        await recorded(context, str(number), claim)
    first, second = await answer(context, "!why 1"), await answer(context, "!why 1", page=1)
    assert (len(first.sections), first.more) == (5, True)
    assert (len(second.sections), second.more) == (2, False)


async def test_a_story_is_read_anew_and_its_claims_explained(context: Context) -> None:
    await recorded(context, "denial")
    card = await answer(context, "!why https://example.org/denial")
    assert (card.title, card.url) == (TITLE, "https://example.org/denial")
    assert [section.heading for section in card.sections] == [
        "Freedonia denies: Freedonia → Ruritania, drones, delivered",
        "Recognised",
    ]
    assert lines(card) == [
        "Read from:",
        f"“{TITLE}”",
        "Rules: deny (Freedonia), send",
        "Actors: Freedonia (FREEDONIA), Ruritania (RURITANIA)",
        "Arms: drones (drones)",
        "Transfer: sending (verb send)",
        "Denying: denies (deny)",
    ]
    assert card.footer == "The Sylvanian · case 4"


async def test_a_story_that_was_passed_over_is_told_why(context: Context) -> None:
    card = await answer(context, "!why https://example.org/story")
    assert [section.heading for section in card.sections] == ["Passed over", "Recognised"]
    assert lines(card)[0] == "It speaks of arms (drones), but no word in it tells of a transfer."
    assert card.cases == ()


async def test_a_story_that_the_rules_read_otherwise_now_says_so(context: Context) -> None:
    card = await answer(context, "!why https://example.org/10")
    assert [section.heading for section in card.sections][:2] == ["Passed over", "In the ledger"]
    assert "When it was recorded it gave 1 claim, which the ledger keeps: the rules have changed since." in lines(card)


@pytest.mark.parametrize(
    "written",
    [
        "<https://example.org/story>",
        "<https://example.org/story|a headline>",
        "https://example.org/story#top",
        "https://example.org/story/",
        "https://EXAMPLE.org/story?utm_source=a",
    ],
)
async def test_a_link_is_found_as_people_and_platforms_write_it(context: Context, written: str) -> None:
    assert (await answer(context, f"!why {written}")).url == "https://example.org/story"


@pytest.mark.parametrize("added", ["?at=rss", "#rss", "/?at=rss"])
async def test_a_link_is_found_without_what_a_feed_adds(context: Context, added: str) -> None:
    await recorded(context, f"denial{added}")
    assert (await answer(context, "!why https://example.org/denial")).title == TITLE
    await refusal(context, "!why https://example.org/den")


async def test_a_query_that_tells_stories_apart_is_heeded(context: Context) -> None:
    await recorded(context, "page?id=1")
    await refusal(context, "!why https://example.org/page?id=2")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("!why", "Which case or story? Write a number, as in !why 1, or the link of a story."),
        ("!why 99", "There is no case 99. Try !claims to see which there are."),
        ("!why example.org/story", "“example.org/story” is neither a case's number nor a whole link."),
        ("!why ftp://example.org/story", "is neither a case's number nor a whole link."),
        ("!why ²", "is neither a case's number nor a whole link."),
        ("!why https://example.org/nothing", "No feed brought a story with this link."),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(context: Context, text: str, hint: str) -> None:
    assert hint in await refusal(context, text)
