"""The limiter below discord.py, against a small Discord as strict as the documented limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from discord.ext import commands

from bot.errors import DeliveryError, RetryLater
from bot.model import Card, Section, Text
from bot.platforms import discord_limits
from bot.platforms.discord_app import DiscordApp
from tests.fakes.discord.limits import Limits
from tests.fakes.discord_server import CHANNEL_ID, TOKEN, DiscordServer, discord_server

CARD = Card("Freedonia → Sylvania", (Section(None, ((Text("Sylvania denies it"),),)),), status="contested")
CHANNELS = range(100_000, 100_075)


async def echo_cog(bot: commands.AutoShardedBot) -> None:
    @bot.hybrid_command()
    async def echo(context: commands.Context[commands.AutoShardedBot], *, text: str) -> None:
        """Say it again."""
        await context.send(text)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server(limits=Limits(), channels=CHANNELS) as running:
        yield running


@pytest.fixture
async def app(server: DiscordServer) -> AsyncIterator[DiscordApp]:
    running = DiscordApp(TOKEN, echo_cog, api_base=server.api_base)
    await running.start()
    yield running
    await running.stop()


async def post_all(app: DiscordApp) -> None:
    await asyncio.gather(*(app.post(f"discord:{number}", CARD, key=str(number)) for number in CHANNELS))


def limits_of(server: DiscordServer) -> Limits:
    assert server.limits is not None
    return server.limits


async def test_many_posts_at_once_never_make_discord_say_too_many(server: DiscordServer, app: DiscordApp) -> None:
    await post_all(app)
    assert all(len(server.messages[number]) == 1 for number in CHANNELS)
    assert limits_of(server).refused == 0
    assert limits_of(server).most_in_a_second <= 50


async def test_slow_and_uneven_answers_never_put_too_many_into_one_second(
    server: DiscordServer, app: DiscordApp
) -> None:
    server.rest.delay = 0.3  # half of it before the request is even counted as arrived by its route
    await post_all(app)
    assert limits_of(server).refused == 0


async def test_answers_of_commands_count_too(server: DiscordServer, app: DiscordApp) -> None:
    for number in CHANNELS[:40]:
        await server.say("!echo one", channel=number)
    await post_all(app)
    await asyncio.gather(*(server.wait_for_messages(2, number) for number in CHANNELS[:40]))
    assert limits_of(server).refused == 0


async def test_a_channel_s_own_limit_is_kept_by_the_headers(server: DiscordServer, app: DiscordApp) -> None:
    limits_of(server).channel_seconds = 1.0
    posts = (app.post(f"discord:{CHANNEL_ID}", CARD, key=str(number)) for number in range(7))
    await asyncio.gather(*posts)
    assert len(server.messages[CHANNEL_ID]) == 7
    assert limits_of(server).refused == 0


async def test_a_limit_for_the_whole_bot_holds_all_requests_back(server: DiscordServer, app: DiscordApp) -> None:
    server.fail_next(429, headers={"Via": "1.1 google", "X-RateLimit-Global": "true", "Retry-After": "40"})
    before = len(server.requests)
    for number in CHANNELS[:5]:
        with pytest.raises(RetryLater) as caught:
            await app.post(f"discord:{number}", CARD, key="k")
        assert caught.value.after
    assert len(server.requests) == before + 1


async def test_a_ban_by_the_proxy_is_not_prodded(server: DiscordServer, app: DiscordApp) -> None:
    limits_of(server).invalid = 1
    limits_of(server).note(403)
    for number in CHANNELS[:5]:
        with pytest.raises(RetryLater) as caught:
            await app.post(f"discord:{number}", CARD, key="k")
        assert caught.value.after
        assert caught.value.after > 3000
    assert limits_of(server).refused == 1


async def test_a_token_that_is_refused_again_and_again_is_not_tried_by_every_alert(
    server: DiscordServer, app: DiscordApp
) -> None:
    server.gateway.token = "another"
    before = len(server.requests)
    for number in CHANNELS[:40]:
        with pytest.raises(RetryLater, match="token"):
            await app.post(f"discord:{number}", CARD, key="k")
    assert len(server.requests) - before == 10


async def test_long_before_the_ban_nothing_more_is_asked(
    server: DiscordServer, app: DiscordApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_limits, "_INVALID_MOST", 20)  # 5,000 would take two minutes
    server.roles[5000] = server.roles[2000] = 0
    before = len(server.requests)
    for number in CHANNELS[:40]:
        with pytest.raises(DeliveryError):
            await app.post(f"discord:{number}", CARD, key="k")
    assert len(server.requests) - before == 20
    with pytest.raises(RetryLater, match="ban") as caught:
        await app.post(f"discord:{CHANNELS[0]}", CARD, key="k")
    assert caught.value.after
    assert 500 < caught.value.after <= 600
