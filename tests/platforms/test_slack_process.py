"""`claimwatch run` with Slack, each in a process of its own, as a crash harness has them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo.server import recorded_pages, serve
from tests.fakes.feed_server import hosts
from tests.fakes.slack_server import ANN, APP_TOKEN, NEWS, TOKEN


async def state_of(session: aiohttp.ClientSession, root: str, name: str) -> Any:
    async with session.get(f"{root}/control/state") as answer:
        return (await answer.json())[name]


async def test_the_bot_posts_to_slack_answers_there_and_stops_on_sigterm(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    slack = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fakes.slack_server", stdout=PIPE)
    assert slack.stdout
    base_url = (await slack.stdout.readline()).decode().strip()
    root = base_url.removesuffix("/api/")
    async with serve(recorded_pages()) as addresses, aiohttp.ClientSession() as session:
        config.write_text(
            f'alert_on_first_poll = "all"\npolling.allow_hosts = {list(hosts(addresses[0]))}\n'
            f'[[feeds]]\nurl = "{addresses[0]}"\n'
            f'[slack]\ntoken = "{TOKEN}"\napp_token = "{APP_TOKEN}"\nbase_url = "{base_url}"\n'
            f'[[subscriptions]]\nto = "slack:{NEWS}"\nquery = "north korea"\n'
        )
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(config), stderr=PIPE
        )
        assert "North Korea → Russia" in (await slack.stdout.readline()).decode()
        await session.post(f"{root}/control/slash", data=json.dumps({"command": "/claims", "text": "russia"}))
        while f"to {ANN} only" not in (await slack.stdout.readline()).decode():
            pass
        whispers = await state_of(session, root, "whispers")
        bot.send_signal(signal.SIGTERM)
        _, log = await bot.communicate()
        posted = (await state_of(session, root, "channels"))[NEWS]
    slack.kill()
    await slack.wait()
    assert bot.returncode == 0, log.decode()
    assert "North Korea → Russia" in whispers[0]["text"]
    assert len({message["metadata"]["event_payload"]["key"] for message in posted}) == len(posted)
    assert "event=started feeds=1 platforms=slack " in log.decode()
    assert "xoxb" not in log.decode()
    assert "xapp" not in log.decode()
