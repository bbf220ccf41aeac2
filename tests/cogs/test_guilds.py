"""Guilds that the bot leaves and comes back to, as the real discord.py tells of them, and what is kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.alerts import outbox
from bot.commands import Asker, Context, answer
from bot.model import Claim, Story
from bot.platforms.discord_app import DiscordApp
from bot.retention import AFTER_LEAVING, Keep, Removed, count, prune
from bot.store import places as kept_places
from bot.store.tables import alerts, messages, mutes, places, prefs, subscriptions
from cogs import adder
from tests.cogs.conftest import NOW
from tests.fakes.discord_server import CHANNEL_ID, GUILD_ID, TOKEN, DiscordServer, discord_server

GUILD, OTHER = f"discord:guild:{GUILD_ID}", 7000
HERE, PERSON = f"discord:{CHANNEL_ID}", "discord:user:4000"
THERE = "discord:7001"
EVERYTHING = Keep(None, None)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server() as running:
        running.guilds[OTHER] = "Sylvania"
        running.roles[OTHER] = running.roles[GUILD_ID]
        yield running


@pytest.fixture
async def app(server: DiscordServer, context: Context) -> AsyncIterator[DiscordApp]:
    """Connected, and done with looking which guilds there are."""
    await subscribe(context, HERE, None)  # from before it was noted to which guild a channel belongs
    running = app_of(server, context)
    await running.start()
    await until(context, lambda found: HERE in found)
    yield running
    await running.stop()


def app_of(server: DiscordServer, context: Context) -> DiscordApp:
    return DiscordApp(TOKEN, adder(context), api_base=server.api_base, gateway=server.gateway_address)


async def subscribe(context: Context, place: str, guild: str | None) -> None:
    asker = Asker(PERSON, place, keeps_place=True, guild=guild)
    for text in ("subscribe freedonia here", "prefs here zone Europe/Berlin", "mute 6 here"):
        await answer(context.asked_by(asker), text)


async def rows(context: Context, *what: Any) -> list[Any]:
    return await context.store.read(lambda connection: [tuple(row) for row in connection.execute(select(*what))])


async def until(context: Context, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until what is noted of places is so: destination → (guild, since when it is left)."""
    async with asyncio.timeout(20):
        while True:
            found = await rows(context, places.c.destination, places.c.guild, places.c.left_at)
            if holds({destination: (guild, left) for destination, guild, left in found}):
                return
            await asyncio.sleep(0.01)


async def news(context: Context) -> int:
    """Something more is said; how many alerts that makes owed."""
    at = NOW + timedelta(hours=1)
    story = Story("new", "Sylvania sends missiles to Freedonia", "", "The Fore", seen=at, published=at)
    claims = [Claim("asserts", "MEDIA", "SYLVANIA", "FREEDONIA", ("missiles",), "delivered", story.title)]
    recorded = await context.store.write(outbox.record, 1, story, claims, now=at, alert=True, lexicon=context.lexicon)
    return recorded.alerts


async def test_in_a_guild_that_the_bot_was_removed_from_nothing_is_told_any_more(
    server: DiscordServer, app: DiscordApp, context: Context
) -> None:
    assert await news(context) == 1
    await server.expel()
    await until(context, lambda found: found[HERE] == (GUILD, NOW))
    assert await rows(context, alerts.c.state) == [("gone",)]
    assert await rows(context, subscriptions.c.paused_why) == [(kept_places.NOT_THERE,)]
    assert await prune(context.store, EVERYTHING, NOW + AFTER_LEAVING) == Removed()


async def test_after_a_month_what_it_wanted_is_removed(
    server: DiscordServer, app: DiscordApp, context: Context
) -> None:
    await subscribe(context, PERSON, None)
    await server.expel()
    await until(context, lambda found: found[HERE] == (GUILD, NOW))
    later = NOW + AFTER_LEAVING + timedelta(seconds=1)
    assert await count(context.store, EVERYTHING, later) == Removed(places=1)
    assert await prune(context.store, EVERYTHING, later) == Removed(places=1)
    for table in (subscriptions, prefs, mutes):
        assert await rows(context, table.c.destination) == [(PERSON,)]
    for table in (alerts, messages, places):
        assert HERE not in [place for (place,) in await rows(context, table.c.destination)]


async def test_a_guild_that_invites_the_bot_again_goes_on_as_before(
    server: DiscordServer, app: DiscordApp, context: Context
) -> None:
    await server.expel()
    await until(context, lambda found: found[HERE] == (GUILD, NOW))
    await server.join(GUILD_ID, "Freedonia", [CHANNEL_ID])
    await until(context, lambda found: found[HERE] == (GUILD, None))
    assert await rows(context, subscriptions.c.paused_why) == [(None,)]
    assert await news(context) == 1


async def test_an_outage_is_no_leaving(server: DiscordServer, app: DiscordApp, context: Context) -> None:
    out = {"id": str(GUILD_ID), "unavailable": True}
    await server.gateway.dispatch("GUILD_DELETE", out, GUILD_ID)
    await server.join(8000, "Ruritania", [8001])
    await subscribe(context, "discord:8001", "discord:guild:8000")
    await server.expel(8000)  # the later event was taken in, and so was the one before
    await until(context, lambda found: found.get("discord:8001") == ("discord:guild:8000", NOW))
    await until(context, lambda found: found[HERE] == (GUILD, None))


async def test_what_happened_while_the_bot_was_away_is_noted_at_its_start(
    server: DiscordServer, app: DiscordApp, context: Context
) -> None:
    await subscribe(context, THERE, f"discord:guild:{OTHER}")
    await subscribe(context, "discord:9001", "discord:guild:9000")
    await context.store.write(kept_places.leave, "discord:guild:9000", NOW)
    await app.stop()
    del server.guilds[OTHER]
    server.guilds[9000], server.roles[9000] = "Parador", server.roles[GUILD_ID]
    again = app_of(server, context)
    await again.start()
    await until(context, lambda found: found[THERE] == (f"discord:guild:{OTHER}", NOW))
    await until(context, lambda found: found["discord:9001"] == ("discord:guild:9000", None))
    await until(context, lambda found: found[HERE] == (GUILD, None))
    await again.stop()


async def test_a_start_at_which_all_guilds_are_missing_takes_nothing_from_them(context: Context) -> None:
    for guild in ("1", "2"):
        await context.store.write(kept_places.note, {f"discord:{guild}": f"discord:guild:{guild}"})
    assert await context.store.write(kept_places.be_in, "discord", set(), NOW) == (0, 0)
    assert await context.store.write(kept_places.be_in, "discord", {"discord:guild:1"}, NOW) == (1, 0)
    assert await context.store.write(kept_places.be_in, "discord", set(), NOW) == (1, 0)  # the only one may well have
