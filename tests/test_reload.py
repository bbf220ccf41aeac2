"""Rules that change while the bot runs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import app as app_module
from bot.app import App, opened, run
from bot.commands import answer
from bot.config import Config, FeedKeys, Polling, SubscriptionKeys
from bot.store import feeds
from tests.fakes import feed_server
from tests.fakes.feed_server import item, page, rss

PLACES = """
[[actor]]
code = "FREEDONIA"
name = "Freedonia"

[[actor]]
code = "SYLVANIA"
name = "Sylvania"
"""
WEAPON = '[[weapon]]\ncategory = "missiles"\nwords = ["thunderstick"]\n'


def rules_of(tmp_path: Path, **files: str) -> Path:
    """A rules folder with these files, each newer than it was however coarse the clock of the file system is."""
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        file = folder / f"{name}.toml"
        before = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(content, encoding="utf-8")
        os.utime(file, ns=(before + 1_000_000_000,) * 2)
    return folder


async def look(app: App) -> bool:
    """Let the app look at the rules; return whether it reads by others since."""
    before = app.lexicon
    await app.look_at_rules()
    return app.lexicon is not before


def config_of(tmp_path: Path, *urls: str, query: str = "missiles") -> Config:
    return Config(
        database=tmp_path / "x.db",
        rules=tmp_path / "rules",
        alert_on_first_poll="all",
        polling=Polling(allow_hosts=feed_server.hosts(*urls)),
        feeds=tuple(FeedKeys(url=url) for url in urls),
        subscriptions=(SubscriptionKeys(to="console", query=query),),
    )


async def test_a_running_bot_reads_by_a_rule_as_soon_as_it_is_there(tmp_path: Path) -> None:
    """Poll, ledger, alerts and commands, before and after the same words have become a weapon."""
    rules_of(tmp_path, actors=PLACES)
    async with feed_server.serve() as server:
        server.pages["/one"] = page(rss(item("Freedonia sent thundersticks to Sylvania", guid="1")))
        server.pages["/two"] = page(rss(item("Freedonia sold thundersticks to Sylvania", guid="2")))
        config = config_of(tmp_path, server.url("/one"), server.url("/two"))
        async with opened(config) as app, app.poller() as poller:
            await app.sync()
            one, two = await app.store.read(feeds.all_feeds)
            context = app.context  # as the platforms are given it, once
            before = await poller.poll(one)
            rules_of(tmp_path, weapons=WEAPON)
            assert await look(app)
            after = await poller.poll(two)
            assert [(result.new, result.claims, result.alerts) for result in (before, after)] == [(1, 0, 0), (1, 1, 1)]
            assert (await answer(context, "!claims weapon:thunderstick")).cases == (1,)


async def test_the_bot_itself_looks_for_changed_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "RULES_SECONDS", 0.02)
    rules_of(tmp_path, actors=PLACES)
    with capture_logs() as logs:
        bot = asyncio.create_task(run(config_of(tmp_path, "http://127.0.0.1:9/feed")))
        await told(logs, "started", bot)
        rules_of(tmp_path, weapons=WEAPON)
        await told(logs, "rules reloaded", bot)
        os.kill(os.getpid(), signal.SIGTERM)
        await bot
    assert logs[-1]["event"] == "stopped"


async def told(logs: Sequence[Mapping[str, Any]], event: str, bot: asyncio.Task[None]) -> None:
    """Return as soon as the log tells of `event`; the suite's own timeout ends a wait in vain."""
    while not any(log["event"] == event for log in logs):
        assert not bot.done(), bot.result()
        await asyncio.sleep(0.01)


async def test_unchanged_rules_are_left_alone(tmp_path: Path) -> None:
    rules_of(tmp_path, actors=PLACES)
    async with opened(config_of(tmp_path)) as app:
        lexicon = app.lexicon
        assert not await look(app)
        assert app.lexicon is lexicon


@pytest.mark.parametrize(
    ("weapons", "reason"),
    [
        ("[[weapon]\n", "weapons.toml is not valid TOML"),
        ('[[weapon]]\ncategory = "lasers"\nwords = ["x"]\n', "category is none of"),
    ],
)
async def test_a_bad_rule_is_told_once_and_the_former_rules_stay(tmp_path: Path, weapons: str, reason: str) -> None:
    rules_of(tmp_path, actors=PLACES)
    async with opened(config_of(tmp_path)) as app:
        rules_of(tmp_path, weapons=weapons)
        with capture_logs() as logs:
            assert not await look(app)
            assert not await look(app)
        (told,) = logs
        assert (told["event"], told["log_level"]) == ("rules not reloaded", "error")
        assert reason in told["reason"]
        assert app.lexicon.find_actor("freedonia") == "FREEDONIA"
        rules_of(tmp_path, weapons=WEAPON)
        assert await look(app)
        assert app.lexicon.find_weapon("thunderstick") == "missiles"


async def test_rules_without_the_actor_of_a_subscription_are_not_taken(tmp_path: Path) -> None:
    rules_of(tmp_path, actors=PLACES)
    async with opened(config_of(tmp_path, query="from:sylvania")) as app:
        (tmp_path / "rules" / "actors.toml").unlink()
        with capture_logs() as logs:
            assert not await look(app)
        assert 'subscriptions.1.query is "from:sylvania"' in logs[0]["reason"]
        assert app.lexicon.find_actor("sylvania") == "SYLVANIA"
