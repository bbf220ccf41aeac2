"""Has feeds and articles parsed in processes of their own, each parse with a time and a memory limit.

feedparser can hang for minutes on a small hostile feed and holds the interpreter's lock meanwhile, so that a thread
would stall the whole bot; trafilatura took 14 s for a page of 1.6 MB. A process can be killed, and the next parse has a
new one 0.3 s later.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import replace

from bot.errors import FeedError
from bot.feeds.entries import Parsed
from bot.feeds.protocol import ANSWER, MEMORY, OUT_OF_MEMORY, REQUEST, Job, load_entries, load_feed
from bot.log import redact

_LARGE = 2 << 20  # bytes of a body, after which a worker is replaced: it would keep much of the memory that it took
_START_SECONDS = 60  # a start takes 0.3 s; on a machine that is busy or swaps, many times that


class Workers:
    """At most `size` worker processes, started when they are needed; close it with `await close()`."""

    def __init__(self, seconds: float, size: int | None = None) -> None:
        self._seconds = seconds
        self._slots = asyncio.Semaphore(size or min(os.cpu_count() or 1, 4))
        self._idle: list[Process] = []

    async def parse(self, body: bytes, content_type: str, address: str, memory: bytes = b"") -> Parsed:
        """Return what is new or changed in the feed in `body` since the parse that returned `memory`.

        Raises FeedError when it is no feed, or reading it takes more than the time or the memory that it may.
        """
        text, memory = await self._do("feed", body, content_type, address, memory)
        head, *lines = text.split(b"\n")
        keyed = []
        for line in lines:
            keyed += load_entries(line)
            await asyncio.sleep(0)  # 100,000 entries take a second; other tasks need not wait for it
        return replace(load_feed(head, memory), keyed=tuple(keyed))

    async def main_text(self, body: bytes, content_type: str, address: str) -> str:
        """Return the text of the article that the web page in `body` shows, a line for each paragraph.

        Raises FeedError when it has none, or reading it takes more than the time or the memory that it may.
        """
        answer, _ = await self._do("article", body, content_type, address)
        text: str = json.loads(answer)
        return text

    async def close(self) -> None:
        """End all workers; those in the middle of a parse end with it."""
        while self._idle:
            await _kill(self._idle.pop())

    async def _do(
        self, job: Job, body: bytes, content_type: str, address: str, memory: bytes = b""
    ) -> tuple[bytes, bytes]:
        meta = json.dumps([job, content_type, address, self._seconds]).encode()
        request = [REQUEST.pack(len(meta), len(memory), len(body)), meta, memory, body]
        async with self._slots:
            process = self._idle.pop() if self._idle else await _start()
            try:
                text, memory = await self._ask(process, job, request)
            except BaseException:
                await _kill(process)
                raise
            if len(body) < _LARGE:
                self._idle.append(process)
            else:
                await _kill(process)
        if text.startswith(b"{"):
            raise FeedError(redact(json.loads(text)["error"]))
        return text, memory

    async def _ask(self, process: Process, job: Job, request: list[bytes]) -> tuple[bytes, bytes]:
        assert process.stdin is not None  # noqa: S101  it is a PIPE
        try:
            async with asyncio.timeout(self._seconds):
                process.stdin.writelines(request)
                await process.stdin.drain()
                return await _answer(process)
        except TimeoutError as error:
            raise FeedError(
                f"Reading this {job} took more than {self._seconds:g} s and was stopped. If it is only a large one, "
                "raise `parse_seconds` in the configuration."
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise FeedError(_why(job, await process.wait())) from error


async def _start() -> Process:
    # It imports what this process would; it reads what strangers wrote, so it gets no token from the environment. A
    # session of its own keeps the terminal's Ctrl-C away from it.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("CLAIMWATCH_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.feeds.worker"),
        stdin=PIPE,
        stdout=PIPE,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            await _answer(process)
    except BaseException:
        await _kill(process)
        raise
    return process


async def _answer(process: Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None  # noqa: S101  it is a PIPE
    text_size, memory_size = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
    return await process.stdout.readexactly(text_size), await process.stdout.readexactly(memory_size)


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()  # to the end of its pipes, so that nothing of it outlives the event loop


def _why(job: Job, code: int) -> str:
    if code == OUT_OF_MEMORY:
        return f"Reading this {job} took more than {MEMORY >> 20} MiB of memory. The outlet has to mend it."
    how = signal.strsignal(-code) if code < 0 else f"exit code {code}"
    return f"Reading this {job} made the parser crash ({how}). The log may say more; the other feeds are not affected."
