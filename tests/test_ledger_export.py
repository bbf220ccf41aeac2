"""`claimwatch export`, through `main`, and the forms that it writes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger_export import as_csv, as_json
from bot.model import Case, Claim, KeptClaim
from tests.commands.conftest import PLACES, ledger, lexicon
from tests.test_cli import Run, claimwatch

__all__ = ["claimwatch", "ledger", "lexicon"]


@pytest.fixture
def kept(ledger: Path, claimwatch: Run) -> None:
    """A database with three cases, and the rules that know their places."""
    shutil.copy(ledger, "claimwatch.db")
    Path("rules").mkdir()
    Path("rules/actors.toml").write_text(PLACES)
    Path("config.toml").write_text("rules = 'rules'")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_ledger_goes_out_as_csv_with_a_row_for_each_claim(kept: None, claimwatch: Run) -> None:
    ended = claimwatch("export", "cases.csv")
    rows = rows_of(Path("cases.csv").read_text(encoding="utf-8"))
    assert (ended.code, ended.out) == (0, "3 cases written to cases.csv.\n")
    assert [row["case"] for row in rows] == ["3", "2", "1", "1"]
    denial = next(row for row in rows if row["stance"] == "denies")
    assert (denial["supplier"], denial["recipient"], denial["status"]) == ("FREEDONIA", "SYLVANIA", "contested")
    assert (denial["words"], denial["weapons"], denial["published"]) == (
        "a fairy tale",
        "drones",
        "2026-01-20T12:00:00Z",
    )
    assert rows[0]["published"] == ".."  # a story without a date


def test_a_query_narrows_it_down_and_json_holds_the_claims_of_each_case(kept: None, claimwatch: Run) -> None:
    ended = claimwatch("export", "--format", "json", "--query", "from:freedonia", "-")
    (case,) = json.loads(ended.out)
    assert (case["case"], case["supplier"], case["weapons"]) == (1, "FREEDONIA", ["drones"])
    assert [claim["stance"] for claim in case["claims"]] == ["asserts", "denies"]
    assert json.loads(claimwatch("export", "-", "--query", "nowhere", "--format", "json").out) == []
    assert claimwatch("export", "all.JSON").code == 0
    assert len(json.loads(Path("all.JSON").read_text(encoding="utf-8"))) == 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["none/cases.csv"], "none/cases.csv can't be written: No such file or directory."),
        (["rules"], "rules can't be written: Is a directory."),
        (["cases.csv", "--query", "form:iran"], "from:"),
    ],
)
def test_what_cant_be_written_is_told_and_leaves_nothing(
    arguments: list[str], reason: str, kept: None, claimwatch: Run
) -> None:
    before = set(Path().rglob("*"))
    ended = claimwatch("export", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert reason in ended.err
    assert set(Path().rglob("*")) == before


def test_an_unknown_format_is_wrong_usage(claimwatch: Run) -> None:
    assert claimwatch("export", "-", "--format", "xml").code == 2


# ── the forms ────────────────────────────────────────────────────────────────────────────────────────────────────────

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def found(words: str = "words", **changes: Any) -> list[tuple[Case, list[KeptClaim]]]:
    claim = Claim("asserts", None, None, "FREEDONIA", ("drones", "missiles"), "delivered", words)
    case = Case(1, None, "FREEDONIA", "alleged", ("drones",), (), 1, DAY, DAY, "Headline", None, "Herald")
    return [(case, [KeptClaim(7, 1, claim, changes.get("title", "Title"), "Herald", None, None, DAY)])]


def test_what_nobody_named_or_dated_is_two_dots_and_what_does_not_apply_is_empty() -> None:
    (row,) = rows_of("".join(as_csv(found())))
    (case,) = json.loads("".join(as_json(found())))
    assert (row["supplier"], row["claim_supplier"], row["published"]) == ("..", "..", "..")
    assert (row["claimant"], row["url"], row["weapons"]) == ("", "", "drones;missiles")
    assert (case["supplier"], case["claims"][0]["published"], case["claims"][0]["claimant"]) == ("..", "..", None)


@given(words=st.text(), title=st.text())
def test_any_text_comes_back_whole_and_is_never_a_formula(words: str, title: str) -> None:
    written = found(words, title=title)
    (row,) = rows_of("".join(as_csv(written)))
    for name, text in (("words", words), ("title", title)):
        assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert row[name] in (text, f"'{text}")
    assert json.loads("".join(as_json(written)))[0]["claims"][0]["words"] == words
