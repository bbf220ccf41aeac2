"""The processes that parse: limits, crashes, and their end."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from bot.errors import FeedError
from bot.feeds.protocol import ANSWER, OUT_OF_MEMORY, REQUEST
from bot.feeds.workers import Workers
from tests.fakes.feed_server import item, rss

GOOD = rss(item("A treaty")).encode()
# Measured: the pattern that splits an author's name from the address takes quadratic time, 51 s for 100 KB.
# In a well-formed feed an author is cut out before; this one has no end.
HANGING = rss(item("A treaty", more=f"<author>{'a' * 200_000}</author>")).removesuffix("</channel></rss>").encode()


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(seconds=1, size=1)
    yield workers
    await workers.close()


async def titles(workers: Workers, body: bytes) -> list[str]:
    return [entry.title for _, entry in (await workers.parse(body, "", "https://gazette.example/")).keyed]


async def test_a_feed_is_parsed(workers: Workers) -> None:
    assert await titles(workers, GOOD) == ["A treaty"]
    assert await titles(workers, rss(item("Another")).encode()) == ["Another"]


async def test_what_can_not_be_read_is_told_and_the_worker_goes_on(workers: Workers) -> None:
    with pytest.raises(FeedError, match="begins with “hello”"):
        await titles(workers, b"hello")
    assert await titles(workers, GOOD) == ["A treaty"]


@pytest.mark.parametrize(
    "body",
    [HANGING, b"<rss><item>" + b"".join(b"<category>%d</category>" % n for n in range(30_000))],
    ids=["long author", "30,000 categories"],
)
async def test_a_feed_that_hangs_the_parser_is_stopped_and_the_next_one_is_read(workers: Workers, body: bytes) -> None:
    with pytest.raises(FeedError, match="took more than 1 s"):
        await titles(workers, body)
    assert await titles(workers, GOOD) == ["A treaty"]


async def test_the_event_loop_runs_while_a_parse_hangs(workers: Workers) -> None:
    hanging = asyncio.create_task(titles(workers, HANGING))
    turns = 0
    while not hanging.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 5
    assert isinstance(hanging.exception(), FeedError)


async def test_a_cancelled_parse_leaves_no_half_answer_behind(workers: Workers) -> None:
    await titles(workers, GOOD)
    parse = asyncio.create_task(titles(workers, HANGING))
    await asyncio.sleep(0.05)
    parse.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parse
    assert await titles(workers, GOOD) == ["A treaty"]


async def test_a_feed_of_100_000_entries_ends_in_time_and_says_how_many_are_left(workers: Workers) -> None:
    body = rss(*(f"<item><title>Treaty {n}</title></item>" for n in range(100_000))).encode()
    try:
        parsed = await workers.parse(body, "", "https://gazette.example/")
    except FeedError as error:
        assert "took more than 1 s" in str(error)
    else:
        assert len(parsed.keyed) + parsed.left == 100_000


async def test_what_was_remembered_comes_and_goes_with_a_parse(workers: Workers) -> None:
    first = await workers.parse(GOOD, "", "https://gazette.example/")
    again = await workers.parse(GOOD, "", "https://gazette.example/", first.memory)
    assert (len(first.keyed), again.keyed, again.known, again.memory) == (1, (), 1, first.memory)


async def test_a_large_feed_is_read_within_the_memory_and_by_a_worker_of_its_own() -> None:
    workers = Workers(seconds=60, size=1)
    large = rss(*(item(f"Договор {n}", guid=str(n), text="слово " * 900) for n in range(950))).encode()
    assert 9 << 20 < len(large) < 10 << 20
    assert len(await titles(workers, large)) == 950
    assert not workers._idle
    await workers.close()


# ── the process itself ───────────────────────────────────────────────────────────────────────────────────────────────


def start(*before: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "bot.feeds.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.read(ANSWER.size) == ANSWER.pack(0, 0)
    return process


def ask(process: subprocess.Popen[bytes], body: bytes, seconds: float) -> None:
    meta = json.dumps(["feed", "", "https://gazette.example/", seconds]).encode()
    assert process.stdin
    process.stdin.write(REQUEST.pack(len(meta), 0, len(body)) + meta + body)
    process.stdin.flush()


def test_a_worker_ends_when_its_parent_does() -> None:
    with start() as process:
        process.send_signal(signal.SIGINT)  # Ctrl-C is not for it
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_worker_that_hangs_ends_itself_when_nobody_else_does() -> None:
    with start() as process:
        ask(process, HANGING, seconds=0.1)
        assert process.wait(60) == -signal.SIGALRM


def test_a_worker_that_would_take_too_much_memory_says_so_by_its_exit_code() -> None:
    with start("sh", "-c", 'ulimit -v 150000 && exec "$@"', "sh") as process:  # KiB
        ask(process, b"[" + b"[]," * 3_000_000 + b"[]]", seconds=30)
        assert process.wait(60) == OUT_OF_MEMORY
