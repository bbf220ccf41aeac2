"""Logs: readable, a line an event, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.log import LogFormat, redact, set_up

# Of the right shape and of no account.
DISCORD = "MTAwMDAwMDAwMDAwMDAwMDAw.GAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SLACK = "-".join(["xoxb", "000000000000", "000000000000", "AAAAAAAAAAAAAAAAAAAAAAAA"])
SLACK_APP = "-".join(["xapp", "1", "A00000000", "0000000000000", "a" * 64])
SECRETS = [
    (DISCORD, f"Authorization: Bot {DISCORD}"),
    (SLACK, f"token={SLACK}"),
    (SLACK_APP, f"({SLACK_APP})"),
    ("s3cret", "https://discord.com/api/webhooks/123456789012345678/s3cret"),
    ("s3cret", "https://hooks.slack.com/services/T000/B000/s3cret"),
    ("hunter2", "GET https://ann:hunter2@news.example/feed failed"),
    ("p@ss", "http://ann:p@ss@news.example/feed"),
    ("s3cret", "https://news.example/feed?format=rss&token=s3cret#top"),
]


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.parametrize(("secret", "text"), SECRETS)
def test_a_secret_is_taken_out_of_any_text(secret: str, text: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/2022/12/23/north-korea-denies?utm_source=rss",
        "claims.russia.from-iran-since-thirty-days-and-more",
        "ann@news.example wrote to xox and xapp",
        "10:30 // a@b",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text("ab.-/:@?=&#% ", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("style", ["console", "logfmt", "json"])
def test_no_log_shows_a_secret_be_it_in_event_value_list_or_traceback(style: LogFormat) -> None:
    stream = io.StringIO()
    set_up("info", style, stream)
    log = structlog.get_logger("bot.test")
    log.info(f"event {DISCORD}", token=DISCORD, many=[SLACK], url="https://ann:hunter2@news.example/")
    try:
        local = DISCORD
        raise ValueError(f"refused {local}")
    except ValueError:
        log.exception("failed")
    logging.getLogger("discord.http").warning("said %s", DISCORD)
    written = stream.getvalue()
    assert "refused [token]" in written
    assert "said [token]" in written
    assert not any(secret in written for secret in (DISCORD, SLACK, "hunter2"))


def test_away_from_a_terminal_an_event_is_a_line_of_key_and_value() -> None:
    stream = io.StringIO()
    set_up("info", "auto", stream)
    structlog.get_logger("bot.test").info("polled", feed=1, reason="a b\nc")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(' level=info logger=bot.test event=polled feed=1 reason="a b\\nc"')


def test_json_is_an_object_a_line_for_libraries_too() -> None:
    stream = io.StringIO()
    set_up("info", "json", stream)
    logging.getLogger("discord.client").warning("reconnecting in %d s", 5)
    row = json.loads(stream.getvalue())
    assert (row["event"], row["level"], row["logger"]) == ("reconnecting in 5 s", "warning", "discord.client")


def test_the_scheduler_s_every_tick_is_told_only_at_debug() -> None:
    stream = io.StringIO()
    set_up("info", "logfmt", stream)
    logging.getLogger("apscheduler.executors.default").info("Running job")
    assert stream.getvalue() == ""
    set_up("debug", "logfmt", stream)
    logging.getLogger("apscheduler.executors.default").info("Running job")
    assert "Running job" in stream.getvalue()
