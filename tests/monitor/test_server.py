"""What monitoring is told, over HTTP, while a bot starts, runs and stops."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.alerts.deliver import deliver_forever
from bot.app import now, run
from bot.config import Config, Discord, FeedKeys, Metrics, Polling, SubscriptionKeys
from bot.errors import ConfigError, DestinationGone, RetryLater
from bot.feeds.state import state
from bot.monitor.server import Monitor
from bot.store import Store
from bot.store.feed_list import listed
from bot.store.measures import measures
from tests.alerts.newsroom import ASSERTED, START, Newsroom
from tests.alerts.test_deliver import Platform, failing
from tests.fakes import feed_server
from tests.fakes.discord_server import CHANNEL_ID, TOKEN, discord_server
from tests.fakes.feed_server import item, page, rss

Get = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def get() -> AsyncIterator[Get]:
    """Asks a port of this machine; gives status, content type and body."""
    async with aiohttp.ClientSession() as session:

        async def asked(port: int | None, path: str, accept: str = "*/*") -> tuple[int, str, str]:
            async with session.get(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept}) as answer:
                return answer.status, answer.headers["Content-Type"], await answer.text()

        yield asked


def values(text: str) -> dict[str, float]:
    """Each sample's value by its name with its labels, as Prometheus' own parser reads them."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


# ── starting and stopping ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bot_is_ready_when_all_of_its_parts_have_started_and_until_it_stops(
    get: Get, newsroom: Newsroom
) -> None:
    async with Monitor("127.0.0.1:0", now) as monitor:
        assert (await get(monitor.port, "/healthz"))[0] == 200
        status, kind, text = await get(monitor.port, "/readyz")
        assert (status, kind) == (503, "application/json; charset=utf-8")
        assert text == '{"ready": false, "reasons": ["database is being opened", "schedule is still to be made"]}'
        monitor.opened(newsroom.store, ["discord"])
        monitor.done("schedule")
        assert '"discord is being started"' in (await get(monitor.port, "/readyz"))[2]
        monitor.done("discord")
        assert await get(monitor.port, "/readyz") == (200, kind, '{"ready": true, "reasons": []}')
        monitor.stopping()
        assert (await get(monitor.port, "/readyz"))[0] == 503


async def test_a_bot_whose_deliveries_have_ended_is_not_alive(get: Get) -> None:
    async with Monitor("127.0.0.1:0", now) as monitor:
        runs = True
        monitor.watch("delivery", lambda: runs)
        assert (await get(monitor.port, "/healthz"))[0] == 200
        runs = False
        assert (await get(monitor.port, "/healthz"))[2] == '{"alive": false, "reasons": ["delivery has ended"]}'


async def test_a_database_that_can_not_be_read_is_told_and_counts_are_shown_all_the_same(
    get: Get, newsroom: Newsroom
) -> None:
    path = newsroom.store.path
    await newsroom.store.close()
    path.write_bytes(b"no database at all " * 300)
    async with Monitor("127.0.0.1:0", now) as monitor, Store(path) as broken:
        monitor.opened(broken, [])
        monitor.done("schedule")
        status, _, text = await get(monitor.port, "/readyz")
        assert status == 503
        assert "database can't be read" in text
        found = values((await get(monitor.port, "/metrics"))[2])
        assert found["claimwatch_database_up"] == 0
        assert found["claimwatch_polls_total{outcome=failed}"] == 0
        assert "claimwatch_dead_letters" not in found


async def test_where_nothing_can_listen_the_start_ends_with_the_key_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config = Config(
            database=tmp_path / "x.db",
            feeds=(FeedKeys(url="http://127.0.0.1:9/feed"),),
            metrics=Metrics(listen=address),
        )
        with pytest.raises(ConfigError, match=f"metrics.listen is {address}, where nothing can listen"):
            await run(config)


@pytest.mark.parametrize(("address", "warned"), [("127.0.0.1:0", False), ("[::1]:0", False), ("0.0.0.0:0", True)])
async def test_an_address_that_others_reach_is_warned_of(address: str, warned: bool) -> None:
    with capture_logs() as logs:
        try:
            async with Monitor(address, now):
                pass
        except ConfigError:
            pytest.skip("no IPv6 here")
    assert any(entry["log_level"] == "warning" for entry in logs) == warned


# ── what is counted ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_running_bot_shows_what_it_does(get: Get, tmp_path: Path, unused_tcp_port: int) -> None:
    shells = item("Ukraine says Russia received shells from North Korea", guid="1")
    async with feed_server.serve() as server, discord_server() as discord:
        server.pages["/good"] = page(rss(shells))
        config = Config(
            database=tmp_path / "x.db",
            alert_on_first_poll="all",
            polling=Polling(allow_hosts=feed_server.hosts(server.url("/")), host_delay=0),
            feeds=(FeedKeys(url=server.url("/good")), FeedKeys(url=server.url("/gone"))),
            discord=Discord(token=SecretStr(TOKEN), api_base=discord.api_base),
            subscriptions=(SubscriptionKeys(to=f"discord:{CHANNEL_ID}"),),
            metrics=Metrics(listen=f"127.0.0.1:{unused_tcp_port}"),
        )
        bot = asyncio.create_task(run(config))
        try:
            await _until(bot, discord.wait_for_messages(1))
            await discord.say("!claims north korea")
            await discord.say("!case none")
            await _until(bot, discord.wait_for_messages(3))
            found: dict[str, float] = {}
            async with asyncio.timeout(20):  # what is counted last comes after the message
                last = {
                    "claimwatch_deliveries_total{outcome=sent,platform=discord}": 1,
                    "claimwatch_poll_duration_seconds_count": 2,
                    "claimwatch_feeds{state=ok}": 1,
                    "claimwatch_feeds{state=failing}": 1,
                }
                while not (last.items() <= found.items() and found["claimwatch_event_loop_delay_seconds_count"]):
                    text = (await get(unused_tcp_port, "/metrics"))[2]
                    found = values(text)
            assert (await get(unused_tcp_port, "/readyz"))[0] == (await get(unused_tcp_port, "/healthz"))[0] == 200
            open_format = await get(unused_tcp_port, "/metrics", "application/openmetrics-text;version=1.0.0")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await bot
    wanted = {
        "claimwatch_database_up": 1,
        "claimwatch_feeds{state=ok}": 1,
        "claimwatch_feeds{state=failing}": 1,
        "claimwatch_polls_total{outcome=changed}": 1,
        "claimwatch_polls_total{outcome=failed}": 1,
        "claimwatch_poll_duration_seconds_count": 2,
        "claimwatch_stories_recorded_total{change=new}": 1,
        "claimwatch_alerts_made_total": 1,
        "claimwatch_cases_changed_total": 1,
        "claimwatch_cases{status=alleged}": 1,
        "claimwatch_alerts_owed{platform=discord}": 0,
        "claimwatch_alerts_oldest_owed_age_seconds{platform=discord}": 0,
        "claimwatch_delivery_delay_seconds_count{platform=discord}": 1,
        "claimwatch_commands_total{command=claims,outcome=answered}": 1,
        "claimwatch_commands_total{command=case,outcome=mistaken}": 1,
        "claimwatch_dead_letters": 0,
    }
    assert {name: found.get(name) for name in wanted} == wanted
    assert found["claimwatch_claims_recorded_total"] >= 1
    assert found["claimwatch_database_bytes"] > found["claimwatch_database_free_bytes"] >= 0
    assert found["process_resident_memory_bytes"] > 0
    assert found["claimwatch_event_loop_delay_seconds_count"] > 0
    assert not [text for text in ("http:", f"discord:{CHANNEL_ID}", "north korea", TOKEN) if text in open_format[2]]
    assert open_format[1].startswith("application/openmetrics-text")
    assert open_format[2].endswith("# EOF\n")


async def test_every_metric_that_the_documents_name_is_shown_and_no_other(get: Get, newsroom: Newsroom) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bclaimwatch_(?!token)[a-z_]+\b", text))
    async with Monitor("127.0.0.1:0", now) as monitor:
        monitor.opened(newsroom.store, ["console"])
        shown = (await get(monitor.port, "/metrics"))[2]
    made = set(re.findall(r"^# TYPE (claimwatch_\S+)", shown, re.MULTILINE))
    assert named == {name for name in made if not name.endswith("_created")}


async def _until(bot: asyncio.Task[None], happens: Awaitable[Any]) -> None:
    async with asyncio.timeout(30):
        waiting = asyncio.ensure_future(happens)
        await asyncio.wait({waiting, bot}, return_when=asyncio.FIRST_COMPLETED)
        assert not bot.done(), bot.result()


async def test_each_attempt_to_deliver_is_counted_by_its_outcome(get: Get, newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", ""), ("discord:1", ""), ("discord:2", ""))
    await newsroom.record("Drones", ASSERTED)
    platforms = {
        "console": Platform(),
        "discord": Platform(failing(DestinationGone("No such channel."), RetryLater("Later.", 3600), at="discord")),
    }
    async with Monitor("127.0.0.1:0", lambda: START) as monitor:
        monitor.opened(newsroom.store, ["console", "discord", "slack"])
        clock = lambda: START + timedelta(seconds=42)  # noqa: E731
        delivery = asyncio.create_task(
            deliver_forever(
                newsroom.store,
                platforms,
                lambda: newsroom.lexicon,
                clock,
                asyncio.Event(),
                told=monitor.metrics.delivered,
            )
        )
        wanted = {
            "claimwatch_deliveries_total{outcome=sent,platform=console}": 1,
            "claimwatch_deliveries_total{outcome=gone,platform=discord}": 1,
            "claimwatch_deliveries_total{outcome=put_off,platform=discord}": 1,
            "claimwatch_delivery_delay_seconds_sum{platform=console}": 42,
            "claimwatch_alerts_owed{platform=discord}": 1,
            "claimwatch_alerts_owed{platform=slack}": 0,
            "claimwatch_dead_letters": 1,
        }
        found: dict[str, float | None] = {}
        async with asyncio.timeout(20):
            while found != wanted:
                shown = values((await get(monitor.port, "/metrics"))[2])
                found = {name: shown.get(name) for name in wanted}
        delivery.cancel()
        await asyncio.wait({delivery})


async def test_feeds_are_counted_in_the_words_that_people_read(newsroom: Newsroom) -> None:
    def make(connection: Any) -> None:
        connection.exec_driver_sql("DELETE FROM feeds")
        changes = (
            "", "last_success_at = 1", "paused = 1, failures = 2", "gone_at = 1, failures = 1", "failures = 3",
            "last_success_at = 1, told = 'quiet'", "last_success_at = 1, failures = 1, told = 'failing'",
            "last_success_at = 1, told = 'failing'", "enabled = 0",
        )  # fmt: skip
        for number, change in enumerate(changes):
            connection.exec_driver_sql(
                f"INSERT INTO feeds (id, url, interval, enabled) VALUES ({number}, 'f{number}', 60, 1)"
            )
            if change:
                connection.exec_driver_sql(f"UPDATE feeds SET {change} WHERE id = {number}")

    await newsroom.store.write(make)
    told = [state(feed) for feed in await newsroom.store.read(listed)]
    words = [word if word == "never polled" else word.split(" ", 1)[0] for word in told]
    assert (await newsroom.store.read(measures, START)).feeds == {word: words.count(word) for word in set(words)}
