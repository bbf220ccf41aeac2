"""`claimwatch demo`: what a newcomer sees, and the ledger that the recorded stories must give."""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import pytest

from bot.demo.server import recorded_items, recorded_pages, serve
from tests.interrupts import heed_interrupts

ROOT = Path(__file__).parent.parent
ASKED = ["!claims", "!claims russia from:iran", "!denials", "!case 1", "!help", "!claims form:iran"]


def demo(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", *arguments], cwd=ROOT, stdin=stdin, capture_output=True, text=True
    )


def asks(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in ("--ask", text)]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """One run with --json: each answer by its question."""
    ended = demo("--json", *asks(ASKED))
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [row["ask"] for row in rows] == ASKED
    return {row["ask"]: row for row in rows}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """One run with --plain that keeps its database."""
    database = tmp_path_factory.mktemp("demo") / "kept.db"
    return demo("--plain", "--keep", str(database), *asks(["!claims russia from:iran", "!help"])), database


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────────────────

LEDGER = {
    ("KP", "RU"): "contested",
    ("KP", "WAGNER"): "contested",
    ("IR", "RU"): "contested",
    ("RS", "UA"): "contested",
    ("EG", "RU"): "contested",
    ("AE", "RSF"): "contested",
    ("NL", "UA"): "acknowledged",
    ("DK", "UA"): "acknowledged",
    ("US", "IL"): "stopped",
    ("ZA", "RU"): "contested",
}


@pytest.mark.parametrize("dyad", LEDGER, ids=lambda dyad: f"{dyad[0]}-{dyad[1]}")
def test_each_event_of_the_recorded_stories_comes_out_with_its_status(
    dyad: tuple[str, str], answers: dict[str, dict[str, Any]]
) -> None:
    """The Emirates' two, of 2023 and of 2025, are two cases."""
    cases = answers["!claims"]["cases"]
    found = [case["status"] for case in cases if (case["supplier"], case["recipient"]) == dyad]
    assert found == [LEDGER[dyad]] * (2 if dyad == ("AE", "RSF") else 1)


def test_no_claim_comes_from_a_story_about_something_else(answers: dict[str, dict[str, Any]]) -> None:
    cases = answers["!claims"]["cases"]
    outlets = {claim["outlet"] for case in cases for claim in case["claims"]}
    assert not outlets & {"The Hindu", "Daily Brief", "WION"}  # the missile test, the House report, the football
    assert not any("TikTok" in claim["words"] for case in cases for claim in case["claims"])


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_as_json_has_exactly_the_promised_keys(answers: dict[str, dict[str, Any]]) -> None:
    (case,) = answers["!claims russia from:iran"]["cases"]
    assert list(case) == ["id", "supplier", "recipient", "status", "weapons", "claims", "publishers"]
    assert (case["supplier"], case["recipient"]) == ("IR", "RU")
    assert "drones" in case["weapons"]
    keys = ["stance", "claimant", "phase", "words", "outlet", "url", "published"]
    assert all(list(claim) == keys for claim in case["claims"])
    assert {"2022-10-17T09:22:00Z", "2023-03-03T20:00:00Z"} <= {claim["published"] for claim in case["claims"]}


def test_a_mistake_as_json_tells_the_error_and_finds_nothing(answers: dict[str, dict[str, Any]]) -> None:
    row = answers["!claims form:iran"]
    assert "from:" in row["error"]
    assert row["cases"] == []


def test_every_denial_is_found_with_its_case(answers: dict[str, dict[str, Any]]) -> None:
    denied = answers["!denials"]["cases"]
    assert all(any(claim["stance"] == "denies" for claim in case["claims"]) for case in denied)
    assert {("KP", "RU"), ("ZA", "RU")} <= {(case["supplier"], case["recipient"]) for case in denied}


# ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_plain_shows_polls_alerts_and_answers_without_colour_or_boxes(
    kept: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ended, _ = kept
    out = ended.stdout
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Europe and Asia: 12 stories, 12 new, " in out
    assert "Contested: North Korea → Russia" in out
    assert "> !claims russia from:iran" in out
    assert not set(out) & set("\x1b╭│─█━")


def test_the_second_poll_reads_and_alerts_nothing_twice(
    kept: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ended, database = kept
    told = "3 feeds unchanged, so nothing was read or alerted twice: 0 new stories, 0 alerts."
    assert told in ended.stdout.splitlines()
    with sqlite3.connect(database) as kept_database:
        (stories,) = kept_database.execute("SELECT count(*) FROM stories").fetchone()
        states = kept_database.execute("SELECT DISTINCT state FROM alerts").fetchall()
    assert (stories, states) == (27, [("sent",)])


def test_the_kept_database_can_be_asked_afterwards(
    kept: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"database = '{kept[1]}'")
    command = [sys.executable, "-m", "bot", "ask", "!claims russia from:iran", "--json", "--config", str(config)]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert [case["supplier"] for case in json.loads(asked.stdout)["cases"]] == ["IR"]


def test_a_database_that_is_there_already_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "there.db"
    file.write_text("mine")
    ended = demo("--keep", str(file))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{file} exists already. Name a new file: the demo starts from an empty ledger.\n"
    assert file.read_text() == "mine"


def test_on_a_terminal_a_prompt_answers_until_it_is_left() -> None:
    """By `exit`, Ctrl-D or Ctrl-C; the three run side by side."""
    terminals = {leave: _on_a_terminal("demo", "--plain") for leave in ("exit", "ctrl-d", "ctrl-c")}
    for leave, (process, terminal) in terminals.items():
        assert b"To leave: exit" in _read_until(terminal, b"\n> ")
        os.write(terminal, b"!claims form:iran\n")
        assert b"from:" in _read_until(terminal, b"\n> ").replace(b"!claims form:iran", b"")
        if leave == "ctrl-c":
            # Python's readline misses a signal that comes just before it waits for a key, until the next line ends.
            process.send_signal(signal.SIGINT)
        os.write(terminal, {"exit": b"exit\n", "ctrl-d": b"\x04", "ctrl-c": b"\n"}[leave])
        assert process.wait() == 0
        os.close(terminal)


def _on_a_terminal(*words: str) -> tuple[subprocess.Popen[bytes], int]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", *words]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509  no thread runs here
    )  # fmt: skip
    os.close(theirs)
    return process, ours


def _read_until(terminal: int, end: bytes) -> bytes:
    seen = b""
    while not seen.replace(b"\r", b"").endswith(end):
        seen += os.read(terminal, 65_536)
    return seen


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_three_feeds_are_three_formats_that_a_real_parser_reads_whole() -> None:
    feeds = [feedparser.parse(io.BytesIO(page.body)) for page in recorded_pages()]
    assert [feed.version for feed in feeds] == ["rss20", "atom10", "rss10"]
    assert not any(feed.bozo for feed in feeds)
    assert sum(len(feed.entries) for feed in feeds) == len(recorded_items()) == 27


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
async def test_an_unchanged_feed_is_answered_with_304(validator: str) -> None:
    condition = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    async with serve(recorded_pages()) as addresses, aiohttp.ClientSession() as session:
        for address in addresses:
            async with session.get(address) as first:
                headers = {condition: first.headers[validator]}
            async with session.get(address, headers=headers) as second:
                assert (second.status, await second.read()) == (304, b"")


async def test_another_etag_goes_before_an_equal_date_and_gets_the_body_packed() -> None:
    async with serve(recorded_pages()) as addresses, aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(addresses[0]) as first:
            headers = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}
        async with session.get(addresses[0], headers=headers) as second:
            assert second.status == 200
            assert gzip.decompress(await second.read()) == recorded_pages()[0].body
