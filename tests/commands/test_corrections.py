"""Correcting by command: who may, what is understood, what is kept and shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.alerts.outbox import record
from bot.commands import Asker, Context, answer
from bot.errors import UserError
from bot.ledger_export import as_csv
from bot.model import Card
from bot.store import Connection, ledger
from bot.store.ask import cases_with_claims
from tests.commands.conftest import LEDGER, NOW
from tests.commands.test_commands import lines, refusal

DYAD = ("FREEDONIA", "SYLVANIA")
KEEPER = Asker("discord:user:2", "discord:7", "manager", keeps_place=True, guild="discord:guild:9")


async def ask(context: Context, *texts: str) -> Card:
    """The answer to the last of these."""
    for text in texts[:-1]:
        await answer(context, text)
    return await answer(context, texts[-1])


def headings(card: Card) -> list[str | None]:
    return [section.heading for section in card.sections]


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_servers_manager_reads_the_log_but_does_not_change_what_others_see(context: Context) -> None:
    here = context.asked_by(KEEPER)
    assert (await answer(here, "!correct 1")).cases == (1,)
    assert (await answer(here, "!corrections")).title == "No corrections here yet"
    for text in ("!correct 1 drop because x", "!merge 1 2 because x", "!split 1 claim 2 because x", "!undo 1"):
        refused = await refusal(here, text)
        assert 'ask them to add "discord:user:2" to `editors` in config.toml' in refused


async def test_who_does_not_manage_the_server_gets_none_of_it(context: Context) -> None:
    with pytest.raises(UserError, match="!corrections is for whoever manages this server"):
        await answer(context.asked_by(replace(KEEPER, role="everyone")), "!corrections")


@pytest.mark.parametrize("listed", ["discord:user:2", "discord:guild:9"])
async def test_an_editor_may_by_name_or_as_manager_of_a_listed_server(context: Context, listed: str) -> None:
    context.editors = frozenset({listed})
    card = await answer(context.asked_by(KEEPER), "!correct 1 claim 2 drop because it is none")
    assert card.title == "Correction 1: 1 claim of case 1 dropped"
    assert "discord:user:2 · 1 Mar 2026" in lines(await answer(context, "!corrections"))


async def test_the_manager_of_another_server_is_no_editor(context: Context) -> None:
    context.editors = frozenset({"discord:guild:10", "discord:user:3"})
    assert "`editors`" in await refusal(context.asked_by(KEEPER), "!undo 1")


# ── what is understood ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cases_claims_are_listed_with_numbers_that_corrections_leave_alone(context: Context) -> None:
    assert headings(await answer(context, "!correct case 1"))[:2] == [
        "2 · Freedonia denies: Freedonia → Sylvania, drones, delivered",
        "1 · Ruritania asserts: Freedonia → Sylvania, drones, delivered",
    ]
    card = await ask(context, "!correct 1 claim 1 drop because a", "!correct 1")
    assert headings(card)[1] == "1 · Ruritania asserts: Freedonia → Sylvania, drones, delivered"
    assert "dropped (correction 1)" in lines(card)
    assert (await ask(context, "!correct 1 claim 2 phase:agreed because b")).title.startswith("Correction 2")


@pytest.mark.parametrize(
    ("words", "claim"),
    [
        ("stance:denies", ("denies", "RURITANIA", "FREEDONIA", "SYLVANIA", ("drones",), "delivered")),
        ("by:sylvania", ("asserts", "SYLVANIA", "FREEDONIA", "SYLVANIA", ("drones",), "delivered")),
        ("by:nobody", ("asserts", None, "FREEDONIA", "SYLVANIA", ("drones",), "delivered")),
        ("weapon:missiles weapon:tanks", ("asserts", "RURITANIA", *DYAD, ("missiles", "armour"), "delivered")),
        ("phase:agreed from:..", ("asserts", "RURITANIA", None, "SYLVANIA", ("drones",), "agreed")),
        ("ruritania>freedonia", ("asserts", "RURITANIA", "RURITANIA", "FREEDONIA", ("drones",), "delivered")),
        ("to:Fredville from:Sylvania's", ("asserts", "RURITANIA", "SYLVANIA", "FREEDONIA", ("drones",), "delivered")),
    ],
)  # fmt: skip
async def test_what_a_claim_says_is_set_in_the_words_of_queries(
    context: Context, words: str, claim: tuple[object, ...]
) -> None:
    await answer(context, f"!correct 1 claim 1 {words} because it says so")
    kept = [one for case in (1, 3, 4) for one in await context.store.read(ledger.claims_of_case, case)]
    found = [one.claim for one in kept if one.corrected]
    assert [(c.stance, c.claimant, c.supplier, c.recipient, c.weapons, c.phase) for c in found] == [claim]


async def test_a_case_is_about_others_and_its_claims_that_said_so_too(context: Context) -> None:
    card = await ask(context, "!correct 1 from:ruritania because the plane was theirs", "!case 1")
    assert card.title == "Case 1, contested: Ruritania → Sylvania, drones"
    assert {kept.claim.supplier for kept in await context.store.read(ledger.claims_of_case, 1)} == {"RURITANIA"}
    assert (await answer(context, "!claims from:ruritania to:sylvania")).cases == (1,)
    assert (await answer(context, "!claims from:freedonia")).cases == ()


async def test_a_correction_is_marked_told_and_exported(context: Context) -> None:
    await ask(
        context, "!correct 1 claim 1 weapon:missiles because of the picture", "!correct 1 claim 2 drop because no"
    )
    case = await answer(context, "!case 1")
    assert headings(case) == ["Ruritania asserts (corrected)"]
    assert (case.footer or "").endswith(" · corrected")
    told = lines(await answer(context, "!why 1"))
    assert "Corrected by a person (1, 1 Mar 2026): 1 claim of case 1: weapons missiles: “of the picture”" in told
    assert "Corrected by a person (2, 1 Mar 2026): 1 claim of case 1 dropped: “no”" in told
    assert (
        len([line for line in lines(await answer(context, "!why https://example.org/40")) if "by a person" in line])
        == 2
    )
    exported = await context.store.read(lambda c: list(as_csv(cases_with_claims(c, [1, 2]))))
    assert [line.strip().rpartition(",")[2] for line in exported] == ["corrected", "1", ""]


async def test_two_cases_are_merged_and_the_other_number_leads_to_it(context: Context) -> None:
    card = await ask(context, "!merge #3 with 1 because one ship", "!case 3")
    assert card.title.startswith("Case 1, contested")
    assert lines(card)[0] == "Case 3 was merged into this one."
    assert (await answer(context, "!claims from:ruritania to:freedonia")).cases == (1,)
    assert (await answer(context, "!why 3")).title.startswith("Why case 1")
    assert "was merged into case 1. Correct that one." in await refusal(context, "!correct 3 drop because x")
    undone = await ask(context, "!undo 1 because they are two", "!case 3")
    assert undone.title.startswith("Case 3, alleged")
    assert "Undone by console · 1 Mar 2026: “they are two”" in lines(await answer(context, "!corrections 3"))


async def test_a_claim_that_went_elsewhere_is_corrected_there(context: Context) -> None:
    await answer(context, "!correct 1 claim 1 from:ruritania to:freedonia because it is the other way round")
    assert "corrected, now in case 3 (correction 1)" in lines(await answer(context, "!correct 1"))
    assert "Claim 1 is in case 3 now. !correct 3 lists it." in await refusal(
        context, "!correct 1 claim 1 drop because x"
    )
    await answer(context, "!correct 3 claim 1 drop because it is none either way")
    assert "Claim 1 was dropped already." in await refusal(context, "!correct 3 claim 1 drop because x")


async def test_claims_that_would_part_are_corrected_one_by_one(context: Context) -> None:
    await answer(context, "!merge 1 3 because one ship")
    refused = await refusal(context, "!correct 1 claim 1,3 from:sylvania because x")
    assert refused == "These claims would be about different transfers. Correct them one by one."


async def test_what_a_claim_of_a_merged_case_says_is_set_where_it_is(context: Context) -> None:
    card = await ask(context, "!merge 1 3 because one ship", "!correct 1 claim 3 weapon:ships because of the picture")
    assert (card.title, card.cases) == ("Correction 2: 1 claim of case 1: weapons ships", (1,))


async def test_claims_are_split_off_and_come_back(context: Context) -> None:
    card = await answer(context, "!split 1 claims 2 because it denies another")
    assert (card.title, card.cases) == ("Correction 1: 1 claim of case 1 split off as case 4", (1, 4))
    assert (await answer(context, "!case 4")).title == "Case 4, denied: Freedonia → Sylvania, drones"
    await answer(context, "!undo #1")
    assert (await answer(context, "!case 4")).title == "Now part of case 1: Freedonia → Sylvania"
    assert (await answer(context, "!case 1")).title.startswith("Case 1, contested")


async def test_a_withdrawn_case_is_still_there_to_be_asked_for(context: Context) -> None:
    card = await ask(context, "!correct 2 drop because it is a film", "!case 2")
    assert (card.title, lines(card)) == ("Withdrawn: Sylvania → Ruritania", ["Because “it is a film”"])
    assert (await answer(context, "!why 2")).title == card.title
    listed = await answer(context, "!correct 2")
    assert (listed.status, lines(listed)[-1]) == (None, "!corrections 2")
    assert "Case 2 holds no claim any more. !corrections 2 says why." in await refusal(context, "!merge 1 2 because x")


async def test_the_log_is_paged_newest_first(context: Context) -> None:
    for number in range(9):
        await answer(context, f"!correct 2 claim 1 phase:{('agreed', 'stopped')[number % 2]} because of {number}")
    first, second = await answer(context, "!corrections"), await answer(context, "!corrections", page=1)
    assert (len(first.sections), first.more, len(second.sections), second.more) == (8, True, 1, False)
    assert (first.sections[0].heading or "").startswith("9 · ")


async def test_a_long_case_is_listed_a_page_at_a_time(context: Context) -> None:
    def more(connection: Connection) -> None:
        story, claims = LEDGER[0]
        for number in range(8):
            record(
                connection,
                1,
                replace(story, key=str(number)),
                claims[:1],
                now=NOW,
                alert=False,
                lexicon=context.lexicon,
            )

    await context.store.write(more)
    first, second = await answer(context, "!correct 1"), await answer(context, "!correct 1", page=1)
    assert (len(first.sections), first.more, len(second.sections), second.more) == (9, True, 3, False)
    assert (first.sections[0].heading or "").startswith("10 · ")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("!correct", "Which case? Write its number"),
        ("!correct 9", "There is no case 9."),
        ("!correct 1 claim 1 drop", "Why? The reason is kept and shown: !correct 1 claim 1 drop because …"),
        ("!correct 1 drop because", "Why? The reason is kept"),
        ("!correct 1 because x", "What is wrong? Write `drop`, or what it should say"),
        ("!correct 1 claim 1 because x", "What is wrong? Write `drop`"),
        ("!correct 1 claim 7 drop because x", "Case 1 has no claim 7. !correct 1 lists them"),
        ("!correct 1 claim 1 form:freedonia because x", "Did you mean from:?"),
        ("!correct 1 claim 1 from:fredonia because x", "Did you mean freedonia?"),
        ("!correct 1 claim 1 freedonia because x", "“freedonia” can't be set."),
        ("!correct 1 claim 1 -from:freedonia because x", "can't be set."),
        ("!correct 1 claim 1 from:freedonia from:sylvania because x", "The supplier is given twice."),
        ("!correct 1 claim 1 from:.. to:.. because x", "has a supplier or a recipient at least"),
        ("!correct 1 claim 1 status:denied because x", "A case's status follows from its claims and is never set"),
        ("!correct 1 phase:agreed because x", "A case has no phase, its claims have. !correct 1 lists them"),
        ("!correct 1 to:sylvania because x", "Case 1 is about these already."),
        ("!correct 1 claim 1 to:sylvania because x", "That is what it says already."),
        (f"!correct 1 drop because {'x' * 301}", "The reason has 301 characters; 300 can be kept."),
        ("!merge 1", "Which two cases?"),
        ("!merge 1 1 because x", "Name two cases"),
        ("!merge 1 9 because x", "There is no case 9."),
        ("!split 1 because x", "Which claims?"),
        ("!split 1 claim 1,2 because x", "These are all the claims of case 1."),
        ("!undo", "Which correction?"),
        ("!undo 7", "There is no correction 7. !corrections lists them."),
        ("!undo 999999999999999999999", "Which correction?"),
    ],
)  # fmt: skip
async def test_a_mistake_is_answered_with_what_to_write(context: Context, text: str, hint: str) -> None:
    assert hint in await refusal(context, text)
    assert (await answer(context, "!corrections")).title == "No corrections here yet"
