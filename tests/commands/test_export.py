"""Answers as data."""

from __future__ import annotations

import json

import pytest

from bot.commands import Context
from bot.commands.export import export
from bot.errors import UserError


async def test_a_case_is_exported_with_codes_and_all_its_claims(context: Context) -> None:
    answer = await export(context, "!claims freedonia>sylvania")
    assert answer == {
        "ask": "!claims freedonia>sylvania",
        "cases": [
            {
                "id": 1,
                "supplier": "FREEDONIA",
                "recipient": "SYLVANIA",
                "status": "contested",
                "weapons": ["drones"],
                "claims": [
                    {
                        "stance": "asserts",
                        "claimant": "RURITANIA",
                        "phase": "delivered",
                        "words": "Freedonia sent drones",
                        "outlet": "Ruritanian Herald",
                        "url": "https://example.org/40",
                        "published": "2026-01-20T12:00:00Z",
                    },
                    {
                        "stance": "denies",
                        "claimant": "FREEDONIA",
                        "phase": "delivered",
                        "words": "a fairy tale",
                        "outlet": "Ruritanian Herald",
                        "url": "https://example.org/40",
                        "published": "2026-01-20T12:00:00Z",
                    },
                ],
                "publishers": 1,
            }
        ],
    }
    assert json.loads(json.dumps(answer)) == answer


async def test_all_cases_are_exported_not_a_page_of_them(context: Context) -> None:
    assert [case["id"] for case in (await export(context, "!claims"))["cases"]] == [3, 2, 1]


async def test_an_undated_story_has_no_date(context: Context) -> None:
    assert (await export(context, "!case 3"))["cases"][0]["claims"][0]["published"] is None


async def test_denials_are_exported_as_the_cases_they_deny(context: Context) -> None:
    assert [case["id"] for case in (await export(context, "!denials"))["cases"]] == [1]


async def test_help_finds_no_cases(context: Context) -> None:
    assert await export(context, "!help") == {"ask": "!help", "cases": []}


@pytest.mark.parametrize("text", ["!clams", "!claims form:freedonia", "!case 99", "!case x"])
async def test_a_mistake_is_a_user_error_as_in_the_command(context: Context, text: str) -> None:
    with pytest.raises(UserError):
        await export(context, text)


async def test_the_case_that_is_explained_is_exported(context: Context) -> None:
    (case,) = (await export(context, "!why 1"))["cases"]
    assert case == (await export(context, "!case 1"))["cases"][0]
