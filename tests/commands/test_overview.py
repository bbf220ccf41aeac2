"""`!latest`, `!about` and `!rule test`."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

import pytest

from bot.commands import Asker, Context, answer
from bot.commands.export import export
from tests.commands.test_commands import lines, refusal

# ── latest ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_newest_claims_come_first_each_with_its_words_and_its_case(context: Context) -> None:
    card = await answer(replace(context, page_size=5), "!latest")
    assert card.title == "The 4 newest claims"
    assert [section.heading for section in card.sections] == [
        "Media asserts: Ruritania → Freedonia, drones",
        "Sylvania asserts: Sylvania → Ruritania, drones",
        "Freedonia denies: Freedonia → Sylvania, drones",
        "Ruritania asserts: Freedonia → Sylvania, drones",
    ]
    assert lines(card)[1:3] == ["“crates for us”", "Case 3, alleged"]
    assert card.cases == (3, 2, 1)


async def test_they_come_a_page_at_a_time_and_no_more_than_were_asked_for(context: Context) -> None:
    first, second = [await answer(context, "!latest 3", page) for page in (0, 1)]
    assert (len(first.sections), first.more, first.footer) == (2, True, "Page 1 · more follow")
    assert (len(second.sections), second.more, second.footer) == (1, False, "Page 2")
    assert [len((await answer(context, f"!latest {n}")).sections) for n in (1, 2)] == [1, 2]
    assert not (await answer(context, "!latest 2")).more


@pytest.mark.parametrize("number", ["0", "26", "-3", "ten", "٣", "russia", "1.5", "999999999999"])
async def test_anything_but_a_number_from_1_to_25_is_refused(context: Context, number: str) -> None:
    assert "is not a number from 1 to 25. Write it as in !latest 5" in await refusal(context, f"!latest {number}")


async def test_an_empty_ledger_has_no_claims_yet(empty: Context) -> None:
    assert (await answer(empty, "!latest")).title == "No claims yet"


async def test_as_data_they_are_the_cases_of_those_claims(context: Context) -> None:
    found = await export(context, "!latest 2")
    assert [case["id"] for case in found["cases"]] == [3, 2]


# ── about ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_about_says_what_is_kept_and_since_when_with_version_and_licence(context: Context) -> None:
    card = await answer(context, "!about")
    assert card.title == f"Claimwatch {version('claimwatch')}"
    told = "\n".join(lines(card))
    assert "1 feed, 4 stories, 4 claims in 3 cases, since 20 Jan 2026" in told
    assert "it never rules on who is right" in told
    assert "MIT" in told
    assert "!forget me" in told


async def test_about_an_empty_ledger_says_that_nothing_was_read_yet(empty: Context) -> None:
    assert "0 feeds, 0 stories, 0 claims in 0 cases, nothing was read yet" in lines(await answer(empty, "!about"))


# ── rule test ────────────────────────────────────────────────────────────────────────────────────────────────────────

HEADLINE = "Sylvania says Freedonia sent drones to Ruritania"


@pytest.mark.parametrize(
    "text",
    [f'!rule test "{HEADLINE}"', f"!rule test {HEADLINE}", f"!RULE Test “{HEADLINE}”", f"rule test  «{HEADLINE}»"],
)
async def test_a_headline_is_read_as_the_reader_would(context: Context, text: str) -> None:
    card = await answer(context, text)
    assert card.title == f"1 claim: {HEADLINE}"
    assert card.sections[0].heading == "Sylvania asserts: Freedonia → Ruritania, drones, delivered"
    assert "Rules: say (Sylvania), send" in lines(card)
    assert "Arms: drones (drones)" in lines(card)


async def test_a_headline_without_a_claim_is_answered_with_why_it_is_passed_over(context: Context) -> None:
    card = await answer(context, '!rule test "Freedonia opens a new bakery"')
    assert card.title == "No claim: Freedonia opens a new bakery"
    assert card.sections[0].heading == "Passed over"
    assert lines(card)[0] == "It holds no word for arms that the rules know."


async def test_trying_a_headline_keeps_nothing(context: Context) -> None:
    before = (await answer(context, "!about")).sections
    await answer(context, f'!rule test "{HEADLINE}"')
    assert (await answer(context, "!about")).sections == before


@pytest.mark.parametrize(
    "text", ["!rule", "!rule test", '!rule test ""', "!rule try something", f"!rule test {'x' * 2001}"]
)
async def test_without_a_headline_or_with_too_much_one_is_told_how_to_write_it(context: Context, text: str) -> None:
    told = await refusal(context, text)
    assert "as in !rule test" in told or "at most 2,000 characters" in told


async def test_rule_is_for_managers(context: Context) -> None:
    ann = Asker("discord:user:1", "discord:7")
    assert "!rule is for whoever manages this server" in await refusal(context.asked_by(ann), "!rule test x")
