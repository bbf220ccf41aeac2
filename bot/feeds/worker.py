"""The process that parses: `python -m bot.feeds.worker`, started and spoken to by `workers.py`.

It takes requests on standard input and answers on standard output, until its input ends; `protocol.py` says how. The
first answer, an empty one, says that it is ready.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from typing import BinaryIO

from bot.errors import FeedError
from bot.feeds.article import main_text
from bot.feeds.parse import parse
from bot.feeds.protocol import ANSWER, MEMORY, OUT_OF_MEMORY, REQUEST, Job, dump

_SHARE = 0.7
"""Of the time for a feed, after which no more of its entries are begun: those that were read have to be told, too."""


def main() -> None:
    """Serve until standard input ends, as it does when the parent ends, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it lets a poll end first
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    _limit_memory()
    gc.freeze()  # the libraries stay to the end: no need to look through them for garbage
    _answer(answers, b"", b"")
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        meta_size, memory_size, body_size = REQUEST.unpack(head)
        job, content_type, address, seconds = json.loads(requests.read(meta_size))
        memory, body = requests.read(memory_size), requests.read(body_size)
        _limit_time(2 * seconds + 1)
        try:
            answer = _done(job, body, content_type, address, memory, seconds)
        except FeedError as error:
            answer = json.dumps({"error": str(error)}).encode(), b""
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        _limit_time(0)
        _answer(answers, *answer)


def _done(job: Job, body: bytes, content_type: str, address: str, memory: bytes, seconds: float) -> tuple[bytes, bytes]:
    match job:
        case "feed":
            parsed = parse(body, content_type, address, memory, seconds * _SHARE)
            return dump(parsed), parsed.memory
        case "article":
            return json.dumps(main_text(body, content_type)).encode(), b""


def _answer(answers: BinaryIO, text: bytes, memory: bytes) -> None:
    answers.writelines([ANSWER.pack(len(text), len(memory)), text, memory])
    answers.flush()


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))


def _limit_time(seconds: float) -> None:
    """Let the kernel end this process after `seconds`, 0 for never.

    The parent ends it sooner. This is for a parent that was killed: a feed that hangs the parser holds the interpreter,
    so that nothing in this process would notice.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
