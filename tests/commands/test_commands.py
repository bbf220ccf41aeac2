"""Commands as people type them, and the cards they get."""

from __future__ import annotations

import pytest

from bot.commands import COMMANDS, Context, answer
from bot.errors import UserError
from bot.model import Card


def lines(card: Card) -> list[str]:
    return ["".join(text.text for text in line) for section in card.sections for line in section.lines]


async def refusal(context: Context, text: str) -> str:
    with pytest.raises(UserError) as caught:
        await answer(context, text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["!claims sylvania>", "claims Sylvania>", "/claims sylvanian>", "!CLAIMS from:SYLVANIA", " ! claims sylvania> "],
)
async def test_a_command_is_found_with_or_without_its_mark_in_any_case(context: Context, text: str) -> None:
    card = await answer(context, text)
    assert (card.title, card.cases) == ("Claims about Sylvania supplying arms", (2,))


async def test_without_a_query_the_newest_cases_come_a_page_at_a_time(context: Context) -> None:
    first, second = await answer(context, "!claims"), await answer(context, "!claims", page=1)
    assert (first.cases, first.more) == ((3, 2), True)
    assert (second.cases, second.more) == ((1,), False)


async def test_since_counts_from_the_contexts_clock(context: Context) -> None:
    assert (await answer(context, "!claims since:30d")).cases == (3, 2)


async def test_when_nothing_fits_the_nearest_actor_is_suggested(context: Context) -> None:
    card = await answer(context, "!claims fredonia")
    assert card.title == "No claims with “fredonia”"
    assert "“fredonia” was looked for as a word. If an actor was meant: !claims freedonia" in lines(card)


async def test_when_nothing_fits_fewer_conditions_are_suggested(context: Context) -> None:
    assert "All about Freedonia: !claims freedonia" in lines(await answer(context, "!claims from:freedonia missiles"))


async def test_an_empty_ledger_has_no_claims_and_points_to_help(empty: Context) -> None:
    card = await answer(empty, "!claims")
    assert (card.title, lines(card)) == ("No claims", ["How it works: !help"])


async def test_a_query_that_cant_be_read_is_refused_with_the_right_spelling(context: Context) -> None:
    assert "Did you mean from:?" in await refusal(context, "!claims form:freedonia")


@pytest.mark.parametrize("text", ["!case 1", "case #1", "!case case 1"])
async def test_a_case_shows_its_claims_in_time_order(context: Context, text: str) -> None:
    card = await answer(context, text)
    assert card.title == "Case 1, contested: Freedonia → Sylvania, drones"
    assert [section.heading for section in card.sections] == ["Ruritania asserts", "Freedonia denies"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("!case 99", "There is no case 99; the newest is 3."),
        ("!case", "Which case? Write its number"),
        ("!case one", "“one” is not the number of a case"),
        ("!case -1", "is not the number of a case"),
        (f"!case {10**30}", "No case has so high a number"),
        ("!clams russia", "There is no command “clams”. Did you mean !claims?"),
        ("!xyzzy", "Write !help to see what there is"),
        ("!", "Write a command"),
        ("", "Write a command"),
        ("!help clams", "Did you mean !claims?"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_write(context: Context, text: str, hint: str) -> None:
    assert hint in await refusal(context, text)


async def test_the_first_case_of_an_empty_ledger_is_missing_because_it_is_empty(empty: Context) -> None:
    assert "The ledger is empty" in await refusal(empty, "!case 1")


async def test_denials_come_with_what_they_answer(context: Context) -> None:
    card = await answer(context, "!denials by:freedonia")
    assert card.title == "Denials made by Freedonia"
    assert card.sections[0].heading == "Freedonia denies: Freedonia → Sylvania, drones"
    assert "Answers Ruritania · delivered · Ruritanian Herald · 20 Jan 2026" in lines(card)


async def test_no_denials_is_said_as_such(context: Context) -> None:
    assert (await answer(context, "!denials by:ruritania")).title == "No denials made by Ruritania"


async def test_help_shows_every_command_with_its_examples(context: Context) -> None:
    first, second = [await answer(context, "!help", page) for page in (0, 1)]
    assert (first.more, second.more) == (True, False)
    for command in COMMANDS.values():
        card = first if command.who == "everyone" else second
        assert command.usage in [section.heading for section in card.sections]
        assert set(command.examples) <= set(lines(card))


async def test_help_on_one_command_shows_that_one(context: Context) -> None:
    card = await answer(context, "!help !case")
    assert [section.heading for section in card.sections] == ["!case NUMBER"]


async def test_every_example_in_help_can_be_answered(context: Context) -> None:
    for command in COMMANDS.values():
        for example in command.examples:
            assert (await answer(context, example)).title
