"""The command line, through `main`: what it prints, where, and how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot.cli import main
from tests.fakes import feed_server
from tests.fakes.discord_server import TOKEN
from tests.fakes.discord_server import discord_server as serve_discord
from tests.fakes.feed_server import item, page, rss

COMMANDS = (
    "demo",
    "run",
    "poll",
    "ask",
    "detect",
    "check",
    "feeds",
    "status",
    "alerts",
    "backup",
    "export",
    "slack-manifest",
)
SHELLS = item(
    "Ruritania denies sending shells to Freedonia",
    guid="1",
    text="The Ruritanian foreign ministry said no ammunition was supplied to Freedonia.",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def claimwatch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Run]:
    """Run a command line in an empty folder, in this process; the logs of the test run stay as they were."""
    monkeypatch.chdir(tmp_path)
    handlers, level = logging.root.handlers[:], logging.root.level

    def run(*arguments: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", ["claimwatch", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsysbinary.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, out.decode(), err.decode())

    yield run
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def write_config(text: str, *feeds: str) -> None:
    allowed = f"polling.allow_hosts = {list(feed_server.hosts(*feeds))}\n"
    Path("config.toml").write_text(allowed + text + "".join(f'\n[[feeds]]\nurl = "{feed}"' for feed in feeds))


# ── usage ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, claimwatch: Run) -> None:
    ended = claimwatch(command, "--help")
    assert ended.code == 0
    assert f"Example: claimwatch {command}" in ended.out


def test_help_lists_every_command(claimwatch: Run) -> None:
    out = claimwatch("--help").out
    assert all(f" {command} " in out for command in COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from bot.cli import cli; from typer.main import get_command; get_command(cli);"
        "print({'sqlalchemy', 'aiohttp', 'discord', 'feedparser', 'pydantic'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["ask"], ["poll", "--colour"], ["demo", "--json"]])
def test_wrong_usage_ends_with_2(arguments: list[str], claimwatch: Run) -> None:
    assert claimwatch(*arguments).code == 2


def test_the_version_is_told(claimwatch: Run) -> None:
    assert claimwatch("--version").out.startswith("claimwatch ")


# ── what is wrong is one sentence on standard error, and 1 ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["run", "poll", "check", "feeds"])
def test_a_typo_in_the_config_stops_every_command(command: str, claimwatch: Run) -> None:
    write_config("databse = 'x.db'")
    ended = claimwatch(command)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "config.toml: databse is not a key. Did you mean database?\n"


@pytest.mark.parametrize("command", ["run", "poll"])
def test_without_a_feed_there_is_nothing_to_poll(command: str, claimwatch: Run) -> None:
    ended = claimwatch(command)
    assert ended.code == 1
    assert ended.err.startswith("There is no feed to poll. Take the list that comes with Claimwatch")
    assert not list(Path().iterdir())


def test_a_folder_that_can_not_be_written_is_told(claimwatch: Run) -> None:
    write_config("database = '/proc/claimwatch.db'", "http://127.0.0.1:9/feed")
    ended = claimwatch("poll")
    assert ended.code == 1
    assert "The database /proc/claimwatch.db can't be written" in ended.err
    assert "Traceback" not in ended.err


def test_a_database_of_a_newer_version_is_left_alone(claimwatch: Run) -> None:
    with sqlite3.connect("claimwatch.db") as database:
        database.executescript(
            "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9999')"
        )
    write_config("", "http://127.0.0.1:9/feed")
    ended = claimwatch("poll")
    assert ended.code == 1
    assert "written by a newer version of Claimwatch" in ended.err
    with sqlite3.connect("claimwatch.db") as database:
        assert [row[0] for row in database.execute("SELECT name FROM sqlite_master")] == ["alembic_version"]


def test_a_subscription_nobody_can_understand_is_told(claimwatch: Run) -> None:
    write_config("[[subscriptions]]\nto = 'console'\nquery = 'form:iran'", "http://127.0.0.1:9/feed")
    ended = claimwatch("poll")
    assert ended.code == 1
    assert ended.err.startswith('subscriptions.1.query is "form:iran": ')
    assert "from:" in ended.err


def test_a_subscription_on_a_platform_that_is_off_is_told(claimwatch: Run) -> None:
    write_config("[[subscriptions]]\nto = 'discord:1'", "http://127.0.0.1:9/feed")
    ended = claimwatch("run")
    assert ended.code == 1
    assert "subscriptions.1.to is discord:1, but Discord is off: set discord.token_file" in ended.err


# ── poll, feeds, ask ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_poll_tells_what_each_feed_held_and_feeds_shows_its_state(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages["/good"] = page(rss(SHELLS))
        write_config("", server.url("/good"), server.url("/gone"))
        polled = await asyncio.to_thread(claimwatch, "poll")
        again = await asyncio.to_thread(claimwatch, "poll")
    assert polled.code == 0
    assert f"{server.url('/good')}: 1 story, 1 new" in polled.out
    assert f"{server.url('/gone')}: failed. " in polled.out
    assert "2 feeds polled, 1 failed: 1 new story, " in polled.out
    assert again.code == 0
    assert again.out.startswith("No feed is due before ")
    state = (await asyncio.to_thread(claimwatch, "feeds", "--plain")).out
    assert "The Freedonia Gazette" in state
    assert "  last error: none" in state
    assert "  last success: never" in state
    assert "404" in state


async def test_poll_ends_with_1_when_no_feed_could_be_read(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages["/page"] = page("<!doctype html><title>Hello</title>", "text/html")
        write_config("", server.url("/page"), "http://127.0.0.1:9/unreachable")
        ended = await asyncio.to_thread(claimwatch, "poll")
    assert ended.code == 1
    assert "2 feeds polled, 2 failed" in ended.out


async def test_a_token_in_a_feed_s_address_is_shown_nowhere(claimwatch: Run) -> None:
    write_config("", "http://127.0.0.1:9/feed?token=s3cret")
    shown = [
        await asyncio.to_thread(claimwatch, *words) for words in (["poll"], ["feeds"], ["feeds", "--plain"], ["check"])
    ]
    text = "".join(ended.out + ended.err for ended in shown)
    assert "127.0.0.1:9" in text
    assert "s3cret" not in text


async def test_a_feed_on_a_private_host_is_polled_as_soon_as_the_operator_allows_it(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages["/feed"] = page(rss(SHELLS))
        feed = f'[[feeds]]\nurl = "{server.url("/feed")}"\n'
        Path("config.toml").write_text(f"polling.allow_ports = [{server.port}]\n{feed}")
        ended = await asyncio.to_thread(claimwatch, "check")
        assert ended.code == 1
        hint = re.search(r"`(allow_hosts = .*?)` in \[polling\]", ended.out)
        assert hint
        assert server.requests == []
        Path("config.toml").write_text(f"polling.{hint[1]}\n{feed}")
        assert (await asyncio.to_thread(claimwatch, "check")).code == 0


@pytest.mark.parametrize("command", ["poll", "check", "run"])
def test_a_login_in_a_feed_s_address_is_refused_and_not_shown(command: str, claimwatch: Run) -> None:
    write_config("", "http://ann:hunter2@127.0.0.1:9/feed")
    ended = claimwatch(command)
    assert ended.code == 1
    assert "without a login" in ended.out + ended.err
    assert "hunter2" not in ended.out + ended.err


@pytest.mark.parametrize("command", [["ask", "!claims russia"], ["feeds"]])
def test_a_question_makes_no_database(command: list[str], claimwatch: Run) -> None:
    ended = claimwatch(*command)
    assert ended.code == 1
    assert ended.err.endswith("claimwatch.db does not exist yet. `claimwatch poll` or `run` makes it.\n")
    assert not Path("claimwatch.db").exists()


async def test_ask_answers_from_the_database(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages["/good"] = page(rss(item("Freedonia's parliament meets", guid="1")))
        write_config("", server.url("/good"))
        await asyncio.to_thread(claimwatch, "poll")
    answer = await asyncio.to_thread(claimwatch, "ask", "!claims", "russia", "--json")
    assert (answer.code, json.loads(answer.out)) == (0, {"ask": "!claims russia", "cases": []})
    mistake = await asyncio.to_thread(claimwatch, "ask", "!claims form:iran", "--plain")
    assert (mistake.code, mistake.out) == (1, "")
    assert "from:" in mistake.err
    told = await asyncio.to_thread(claimwatch, "ask", "!claims form:iran", "--json")
    assert told.code == 1
    assert json.loads(told.out)["cases"] == []
    assert "from:" in json.loads(told.out)["error"]


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_check_says_of_each_thing_whether_it_works(claimwatch: Run) -> None:
    async with feed_server.serve() as server, serve_discord() as discord:
        server.pages["/good"] = page(rss(SHELLS))
        write_config(f"[discord]\ntoken = '{TOKEN}'\napi_base = '{discord.api_base}'", server.url("/good"))
        ended = await asyncio.to_thread(claimwatch, "check")
    lines = ended.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "ok    rules", "ok    configuration", "ok    database", "ok    feed http", "ok    discord",
    ]  # fmt: skip
    assert "1 story" in lines[3]
    assert "oauth2/authorize?client_id=1000&scope=bot+applications.commands" in lines[4]
    assert ended.code == 0
    with sqlite3.connect("claimwatch.db") as database:
        assert database.execute("SELECT count(*) FROM stories").fetchone() == (0,)


async def test_check_tells_what_to_mend_and_ends_with_1(claimwatch: Run) -> None:
    Path("claimwatch.db").write_text("no database at all, but long enough to be read as the header of one" * 9)
    async with serve_discord() as discord:
        write_config(f"[discord]\ntoken = 'wrong'\napi_base = '{discord.api_base}'", "http://127.0.0.1:9/feed")
        ended = await asyncio.to_thread(claimwatch, "check")
    assert ended.code == 1
    assert [line.split(":")[0] for line in ended.out.splitlines() if line.startswith("MEND")] == [
        "MEND  database", "MEND  feed http", "MEND  discord",
    ]  # fmt: skip
    assert "Discord refuses the token" in ended.out


async def test_check_finds_a_row_that_refers_to_nothing(claimwatch: Run) -> None:
    async with feed_server.serve() as server:
        server.pages["/good"] = page(rss(SHELLS))
        write_config("", server.url("/good"))
        await asyncio.to_thread(claimwatch, "poll")
        with sqlite3.connect("claimwatch.db") as database:
            database.execute("DELETE FROM feeds")
        ended = await asyncio.to_thread(claimwatch, "check")
    assert ended.code == 1
    assert "MEND  database: " in ended.out
    assert "a row of stories refers to a missing row of feeds" in ended.out


# ── detect ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_detect_gives_a_line_for_each_story_in_their_order_with_the_id_as_it_came(claimwatch: Run) -> None:
    stories: list[dict[str, object]] = [
        {"id": "a", "title": "Iran denies sending drones to Russia", "summary": "", "outlet": "X", "published": None},
        {"id": 7, "title": "Rain in Freedonia", "summary": None, "published": "not a date"},
        {"id": {"deep": [1]}, "title": "\ud800 lone", "summary": "é"},
    ]
    ended = claimwatch("detect", stdin="\n\n".join(map(json.dumps, stories)).encode())
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert [row["id"] for row in rows] == ["a", 7, {"deep": [1]}]
    claim = next(claim for claim in rows[0]["claims"] if claim["stance"] == "denies")
    assert claim["words"] in "Iran denies sending drones to Russia"
    del claim["words"]
    assert claim == {
        "stance": "denies", "claimant": "IR", "supplier": "IR", "recipient": "RU", "weapons": ["drones"],
        "phase": "delivered",
    }  # fmt: skip
    assert rows[1]["claims"] == []


def test_detect_reports_bad_lines_by_number_and_goes_on(claimwatch: Run) -> None:
    bad = [b"{", b"[]", b'{"title": 5}', b"\xff", b"[" * 100_000]
    good = b'{"id": 1, "title": "x", "summary": ""}'
    ended = claimwatch("detect", stdin=b"\n".join([good, *bad, good]))
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 2
    told = ended.err.splitlines()
    assert [line.split(":")[0] for line in told] == [f"Line {number}" for number in range(2, 7)]
    assert told[2] == "Line 4: title is 5; it must be text."


def test_detect_answers_each_line_at_once_and_ends_quietly_with_its_reader(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "detect"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(b'{"id": 1, "title": "x"}\n')
    process.stdin.flush()
    assert process.stdout.readline() == b'{"id": 1, "claims": []}\n'
    process.stdout.close()
    process.stdin.write(b'{"id": 2, "title": "x"}\n')
    process.stdin.close()
    assert process.wait() == -signal.SIGPIPE
    assert process.stderr.read() == b""
    process.stderr.close()


def test_detect_explains_what_it_recognised_and_why_nothing_came_of_it(claimwatch: Run) -> None:
    lines = [
        b'{"id": 1, "title": "Iran denies sending drones to Russia"}',
        b"Rain in Freedonia \x1b[31m",
        b'{"title": 5}',
        b"\xff",
    ]
    ended = claimwatch("detect", "--explain", stdin=b"\n".join(lines))
    assert "Iran[IR] denies[deny] sending[verb send] drones[drones] to Russia[RU]" in ended.out
    assert "IR denies: IR → RU · drones · delivered · rules: send" in ended.out
    assert "no claim   It holds no word for arms that the rules know." in ended.out
    assert "\x1b" not in ended.out
    assert ended.err.splitlines() == [
        "Line 3: title is 5; it must be text.",
        "Line 4: it is not UTF-8 text (byte 0).",
    ]
    assert ended.code == 1
