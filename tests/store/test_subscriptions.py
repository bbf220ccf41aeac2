"""Subscriptions of the configuration."""

from __future__ import annotations

from sqlalchemy import insert

from bot.store import subscriptions, tables_alerts
from tests.alerts.newsroom import START, Newsroom


async def kept(newsroom: Newsroom) -> list[tuple[str, str]]:
    found = await newsroom.store.read(subscriptions.all_subscriptions)
    return [(one.destination, one.query) for one in found]


async def test_they_follow_the_configuration(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "russia"), ("console", "iran"))
    await newsroom.subscribe(("discord:1", "iran"), ("console", "iran"))
    assert await kept(newsroom) == [("console", "iran"), ("discord:1", "iran")]
    await newsroom.subscribe()
    assert await kept(newsroom) == []


async def test_one_that_stays_keeps_its_id(newsroom: Newsroom) -> None:
    await newsroom.subscribe(("console", "russia"))
    before = await newsroom.store.read(subscriptions.all_subscriptions)
    await newsroom.subscribe(("console", "russia"))
    assert await newsroom.store.read(subscriptions.all_subscriptions) == before


async def test_what_people_subscribed_to_by_command_is_left_alone(newsroom: Newsroom) -> None:
    by_command = {"destination": "discord:1", "query": "iran", "configured": False, "created_at": START}
    await newsroom.store.write(
        lambda connection: connection.execute(insert(tables_alerts.subscriptions).values(by_command))
    )
    await newsroom.subscribe(("discord:1", "iran"))
    await newsroom.subscribe()
    assert await kept(newsroom) == [("discord:1", "iran")]


async def test_their_version_is_another_one_after_a_change_and_only_then(newsroom: Newsroom) -> None:
    versions = [await newsroom.store.read(subscriptions.version)]
    for wanted in ([("console", "russia")], [("console", "russia")], [("console", "iran")], []):
        await newsroom.subscribe(*wanted)
        versions.append(await newsroom.store.read(subscriptions.version))
    first = versions[0]
    assert versions == [first, first + 1, first + 1, first + 2, first + 3]
