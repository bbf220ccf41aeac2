"""The command line when Ctrl-C ends it."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.fakes import feed_server
from tests.fakes.feed_server import page, rss, silent
from tests.interrupts import heed_interrupts
from tests.test_cli import SHELLS


async def test_ctrl_c_during_a_poll_keeps_what_was_read(tmp_path: Path) -> None:
    async with feed_server.serve() as server:
        server.pages["/good"] = page(rss(SHELLS))
        server.pages["/slow"] = silent
        config = tmp_path / "config.toml"
        feeds = [server.url("/good"), server.url("/slow", host="localhost")]
        config.write_text(
            f"polling.allow_hosts = {list(feed_server.hosts(*feeds))}\n"
            + "".join(f'[[feeds]]\nurl = "{feed}"\n' for feed in feeds)
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "poll", "--config", str(config),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed_interrupts,
        )  # fmt: skip
        assert process.stdout
        first = await process.stdout.readline()
        assert b"/good: 1 story, 1 new" in first
        process.send_signal(signal.SIGINT)
        _out, err = await process.communicate()
    assert process.returncode == 130
    assert err.decode() == "Interrupted after 1 of 2 feeds. What was read is kept; poll again for more.\n"
    with sqlite3.connect(tmp_path / "claimwatch.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM stories").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM feeds WHERE last_success_at IS NOT NULL").fetchone() == (1,)
