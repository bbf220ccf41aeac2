"""The whole bot, as `claimwatch run` starts and stops it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import opened, run
from bot.config import Config, Discord, FeedKeys, Polling, SubscriptionKeys, WebSub
from bot.demo.server import recorded_pages, serve
from bot.errors import ConfigError, StoreError
from tests.fakes import feed_server
from tests.fakes.discord_server import CHANNEL_ID, TOKEN, discord_server
from tests.fakes.hub import hub_server, offering

CHANNEL = SubscriptionKeys(to=f"discord:{CHANNEL_ID}", query="north korea")


def assert_all_closed() -> None:
    """No database connection is open: the thread of each has ended, or is just about to."""
    for thread in threading.enumerate():
        if "_connection_worker" in thread.name:
            thread.join(timeout=10)
            assert not thread.is_alive()


async def test_the_bot_polls_posts_to_the_console_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    """Also while a feed is silent: that poll is cut off, what the others brought is kept."""
    config = tmp_path / "config.toml"
    async with serve(recorded_pages()) as addresses, feed_server.serve() as other:
        other.pages["/slow"] = feed_server.silent
        feeds = [*addresses, other.url("/slow", host="localhost")]
        config.write_text(
            f'alert_on_first_poll = "all"\npolling.allow_hosts = {list(feed_server.hosts(*feeds))}\n'
            + "".join(f'[[feeds]]\nurl = "{feed}"\n' for feed in feeds)
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--config", str(config)), stdout=PIPE, stderr=PIPE
        )
        assert process.stdout
        while b"North Korea \xe2\x86\x92 Russia" not in (line := await process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        _out, err = await process.communicate()
    log = err.decode()
    assert process.returncode == 0, log
    assert "event=started feeds=4 platforms=console " in log
    assert log.splitlines()[-1].endswith("event=stopped")
    with sqlite3.connect(tmp_path / "claimwatch.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_the_bot_posts_to_discord_and_stops_on_sigterm(tmp_path: Path) -> None:
    async with serve(recorded_pages()) as addresses, discord_server() as discord:
        config = Config(
            database=tmp_path / "x.db",
            alert_on_first_poll="all",
            polling=Polling(allow_hosts=feed_server.hosts(*addresses)),
            feeds=(FeedKeys(url=addresses[0]),),
            discord=Discord(token=SecretStr(TOKEN), api_base=discord.api_base),
            subscriptions=(CHANNEL,),
        )
        bot = asyncio.create_task(run(config))
        while not discord.messages[CHANNEL_ID]:
            changed = asyncio.create_task(discord.changed.wait())
            await asyncio.wait({changed, bot}, return_when=asyncio.FIRST_COMPLETED)
            assert not bot.done(), bot.result()
            discord.changed.clear()
        os.kill(os.getpid(), signal.SIGTERM)
        await bot
    assert "North Korea" in str(discord.messages[CHANNEL_ID][0]["embeds"])
    assert_all_closed()


async def test_the_bot_with_a_public_address_asks_hubs_to_push(tmp_path: Path) -> None:
    async with feed_server.serve() as server, hub_server() as hub:
        server.pages["/f"] = feed_server.page(offering(hub.url, feed_server.item("A treaty", guid="1")))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            hub.bot = free.getsockname()[1]
        config = Config(
            database=tmp_path / "x.db",
            polling=Polling(allow_hosts=feed_server.hosts(server.url("/"), hub.url)),
            feeds=(FeedKeys(url=server.url("/f")),),
            websub=WebSub(public_url="https://claimwatch.freedonia.example", listen=f"127.0.0.1:{hub.bot}"),
        )
        async with opened(config) as app:  # polled before, so that the first look finds the hub
            await app.sync()
            async with app.poller() as poller:
                await poller.poll_due()
        bot = asyncio.create_task(run(config))
        asked = asyncio.create_task(hub.was_asked.wait())
        await asyncio.wait({asked, bot}, return_when=asyncio.FIRST_COMPLETED)
        assert not bot.done(), bot.result()
        assert await hub.verify() == (200, "yes?")
        os.kill(os.getpid(), signal.SIGTERM)
        await bot
    assert_all_closed()
    with sqlite3.connect(tmp_path / "x.db") as database:
        assert database.execute("SELECT count(hub_until) FROM feeds").fetchone() == (1,)


async def test_a_platform_that_can_not_start_ends_the_bot_with_everything_closed(tmp_path: Path) -> None:
    async with discord_server() as discord:
        config = Config(
            database=tmp_path / "x.db",
            feeds=(FeedKeys(url="http://127.0.0.1:9/feed"),),
            discord=Discord(token=SecretStr("wrong"), api_base=discord.api_base),
            subscriptions=(CHANNEL,),
        )
        with pytest.raises(ConfigError, match="token"):
            await run(config)
    assert_all_closed()


async def test_a_database_that_can_not_be_opened_ends_the_bot_before_it_starts_anything(tmp_path: Path) -> None:
    config = Config(database=tmp_path / "missing/x.db", feeds=(FeedKeys(url="http://127.0.0.1:9/feed"),))
    with pytest.raises(StoreError, match="can't be written"):
        await run(config)
    assert_all_closed()


async def test_the_signals_are_as_before_once_the_bot_has_ended(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(ConfigError, match="no feed"):
        await run(Config(database=tmp_path / "x.db"))
    config = Config(database=tmp_path / "missing/x.db", feeds=(FeedKeys(url="http://127.0.0.1:9/feed"),))
    with pytest.raises(StoreError):
        await run(config)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
