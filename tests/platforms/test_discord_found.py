"""What may have been posted before, longer ago than Discord knows a nonce, is found and not posted twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model import Card, Section, Text
from bot.platforms.discord_app import DiscordApp
from bot.platforms.discord_found import NONCE_SECONDS, Tried
from tests.fakes.discord.wire import READ_MESSAGE_HISTORY
from tests.fakes.discord_server import CHANNEL_ID, TOKEN, DiscordServer, discord_server
from tests.platforms.test_discord import add_cogs

HERE = f"discord:{CHANNEL_ID}"
POST = Card(
    "Alleged: Freedonia → Sylvania, drones",
    (Section(None, ((Text("The Fore: crates seen"),),)),),
    status="alleged",
    footer="Case 12 · at most 1 independent publisher · 2026-01-01",
    cases=(12,),
)
CHANGED = Card(
    "Contested: Freedonia → Sylvania, drones",
    (Section(None, ((Text("Freedonia denies it"),),)),),
    status="contested",
    footer="Case 12 · at most 2 independent publishers · 2026-01-01 to 2026-01-02",
    cases=(12,),
)
ANSWER = Card("Case 12, alleged: Freedonia → Sylvania, drones", status="alleged", footer=POST.footer, cases=(12,))
OTHER = Card(POST.title, POST.sections, "alleged", footer=POST.footer.replace("12", "121") if POST.footer else None)
NOTICE = Card("2 subscriptions are paused", (Section(None, ((Text("The channel is gone"),),)),))


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server() as running:
        yield running


@pytest.fixture
async def app(server: DiscordServer) -> AsyncIterator[DiscordApp]:
    """The bot that was started anew: it remembers nothing of what the one before it has tried."""
    running = DiscordApp(TOKEN, add_cogs, api_base=server.api_base, gateway=server.gateway_address)
    await running.start()
    yield running
    await running.stop()


async def posted_by_the_one_before(server: DiscordServer, app: DiscordApp, card: Card, reply_to: str | None) -> str:
    message = await app.post(HERE, card, key="before", reply_to=reply_to)
    server.nonces.clear()  # minutes have passed
    return message


@pytest.mark.parametrize("card", [POST, NOTICE])
async def test_a_message_that_is_there_is_not_posted_again(server: DiscordServer, app: DiscordApp, card: Card) -> None:
    first = await posted_by_the_one_before(server, app, card, None)
    assert await app.post(HERE, card, key="k", again=True) == first
    assert len(server.messages[CHANNEL_ID]) == 1


async def test_a_case_s_message_is_found_though_the_case_has_changed(server: DiscordServer, app: DiscordApp) -> None:
    first = await posted_by_the_one_before(server, app, POST, None)
    for number in range(120):  # people go on to talk
        await server.say(f"Well, {number}")
    assert await app.post(HERE, CHANGED, key="k", again=True) == first


async def test_a_reply_is_found_by_what_it_replies_to(server: DiscordServer, app: DiscordApp) -> None:
    case = await app.post(HERE, POST, key="case")
    other = await app.post(HERE, OTHER, key="other")
    reply = await posted_by_the_one_before(server, app, NOTICE, case)
    assert await app.post(HERE, NOTICE, key="k", reply_to=case, again=True) == reply
    assert await app.post(HERE, NOTICE, key="l", reply_to=other, again=True) != reply


@pytest.mark.parametrize("card", [ANSWER, OTHER, NOTICE])
async def test_what_looks_alike_is_not_taken_for_it(server: DiscordServer, app: DiscordApp, card: Card) -> None:
    await posted_by_the_one_before(server, app, card, None)
    await app.post(HERE, POST, key="k", again=True)
    assert len(server.messages[CHANNEL_ID]) == 2


async def test_where_the_history_is_closed_to_the_bot_it_is_posted_and_not_lost(
    server: DiscordServer, app: DiscordApp
) -> None:
    server.channels[CHANNEL_ID].refused = READ_MESSAGE_HISTORY
    await app.post(HERE, POST, key="k", again=True)
    assert len(server.messages[CHANNEL_ID]) == 1


async def test_within_the_nonce_s_memory_nothing_is_looked_for(server: DiscordServer, app: DiscordApp) -> None:
    server.lose_next()
    with pytest.raises(Exception, match="reached"):
        await app.post(HERE, POST, key="k")
    server.requests.clear()
    await app.post(HERE, POST, key="k", again=True)
    assert [method for method, _ in server.requests] == ["POST"]
    assert len(server.messages[CHANNEL_ID]) == 1


def test_a_nonce_is_trusted_for_a_minute_from_the_first_try() -> None:
    seconds = 0.0
    tried = Tried(lambda: seconds)
    assert tried.begin("of another process", again=True)
    assert not tried.begin("k", again=False)
    seconds = NONCE_SECONDS
    assert not tried.begin("k", again=True)
    seconds += 1
    assert tried.begin("k", again=True)
    tried.end("k")
    assert not tried.begin("k", again=False)
