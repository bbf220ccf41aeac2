"""A whole poll, killed with SIGKILL in its middle, leaves a whole database, and the next poll takes up the rest."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

from tests.alerts.test_kill import BROKEN
from tests.fakes import feed_server
from tests.fakes.feed_server import page

STORIES = 40
SETTINGS = """
alert_on_first_poll = "all"
[polling]
allow_hosts = ["127.0.0.1:{port}"]
[[feeds]]
url = "http://127.0.0.1:{port}/feed"
outlet = "The Strelsau Herald"
[[subscriptions]]
to = "console"
"""


def feed() -> str:
    """An RSS feed whose entries tell the same denial, as many outlets told it in December 2022."""
    item = (
        "<item><guid>{n}</guid><title>North Korea denies selling weapons to Russia</title><link>https://example.org/{n}"
        "</link><description>U.S. officials said the North sold shells to Russia.</description></item>"
    )
    items = "".join(item.format(n=n) for n in range(STORIES))
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"


async def poll(config: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "poll", "--config", str(config))


def count(database: Path) -> int:
    if not database.exists():
        return 0
    with sqlite3.connect(database) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'stories'").fetchone()
        return int(connection.execute("SELECT count(*) FROM stories").fetchone()[0]) if made else 0


async def test_a_poll_that_is_killed_in_its_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    database, config = tmp_path / "claimwatch.db", tmp_path / "config.toml"
    async with feed_server.serve() as server:
        server.pages["/feed"] = page(feed())
        config.write_text(SETTINGS.format(port=server.port), encoding="utf-8")
        killed = 0
        for wanted in (3, 17):
            process = await poll(config)
            while process.returncode is None and count(database) < wanted:  # noqa: ASYNC110  only the database tells
                await asyncio.sleep(0)
            if process.returncode is None:
                process.kill()
                killed += 1
            await process.wait()
            check(database)
        assert killed == 2
        assert wanted <= count(database) < STORIES
        assert await (await poll(config)).wait() == 0
    check(database)
    assert count(database) == STORIES
    with sqlite3.connect(database) as connection:
        posts = connection.execute("SELECT count(*) FROM alerts WHERE kind = 'post'").fetchone()
        assert posts == connection.execute("SELECT count(*) FROM cases").fetchone()


def check(database: Path) -> None:
    """What one transaction keeps together is together."""
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert [what for what, query in BROKEN.items() if connection.execute(query).fetchone()] == []
