"""`!forget me`: what is kept of a person is shown, and goes when the person says so; what others made stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.commands import Asker, Context, answer
from bot.errors import UserError
from bot.model import Button, Card
from bot.store import alerts as outbox
from bot.store import subscriptions
from bot.store.alerts import notice
from bot.store.subscriptions import subscriptions_at
from bot.store.tables import alerts, feeds, messages, mutes, prefs
from bot.store.tables import subscriptions as kept
from tests.commands.conftest import NOW

ANN = Asker("discord:user:1", "discord:9", "manager", keeps_place=True, guild="discord:guild:5")
BOB = Asker("discord:user:2", "discord:9", guild="discord:guild:5")


async def ask(context: Context, asker: Asker, text: str) -> Card:
    return await answer(context.asked_by(asker), text)


def said(card: Card) -> str:
    return "\n".join(
        [card.title, *("".join(run.text for run in line) for part in card.sections for line in part.lines)]
    )


async def rows(context: Context, *what: Any) -> list[Any]:
    return await context.store.read(lambda connection: [tuple(row) for row in connection.execute(select(*what))])


@pytest.fixture
async def lived(context: Context) -> Context:
    """A ledger in which Ann and Bob have left traces."""
    for asker in (ANN, BOB):
        await ask(context, asker, "subscribe sylvania me")
        await ask(context, asker, "prefs daily 09:00")
        await ask(context, asker, "mute 1 me")
        card = Card(f"To {asker.person}")
        await context.store.write(outbox.owe, [notice(asker.person, card, "x")], NOW)
    await ask(context, ANN, "subscribe ruritania here")
    await ask(context, ANN, "prefs here weekly")
    await context.store.write(lambda connection: connection.execute(update(feeds).values(added_by=ANN.person)))
    return context


async def test_first_it_is_said_what_is_kept_and_nothing_goes(lived: Context) -> None:
    card = await ask(lived, ANN, "forget me")
    assert said(card).splitlines()[:6] == [
        "This is kept of you",
        "1 subscription of your own",
        "when you want to be told",
        "1 muted case",
        "1 alert to you, sent or still owed",
        "2 things made for others, with your name: that stays, without it",
    ]
    assert card.buttons == (Button("Forget me", "forget me yes"),)
    assert len(await rows(lived, prefs.c.destination)) == 3


async def test_then_all_of_it_goes_and_what_was_made_for_others_stays_without_the_name(lived: Context) -> None:
    card = await ask(lived, ANN, "forget me yes")
    assert card.title == "You are forgotten"
    assert "your name on 2 things made for others" in said(card)
    assert sorted(await rows(lived, kept.c.destination, kept.c.query, kept.c.maker)) == [
        ("discord:9", "ruritania", None),
        ("discord:user:2", "sylvania", "discord:user:2"),
    ]
    assert await rows(lived, feeds.c.added_by) == [(None,)]
    for table in (prefs, mutes, alerts, messages):
        assert ANN.person not in [place for (place,) in await rows(lived, table.c.destination)]
    assert sorted(await rows(lived, prefs.c.destination)) == [("discord:9",), (BOB.person,)]
    assert said(await ask(lived, ANN, "forget me")) == said(await ask(lived, ANN, "forget me yes"))
    assert (await ask(lived, ANN, "forget me")).title == "Nothing is kept of you"


async def test_no_trace_of_the_person_is_left_anywhere_in_the_database(lived: Context) -> None:
    await ask(lived, ANN, "forget me yes")

    def everything(connection: Any) -> str:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
        return "\n".join(str(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in names)

    found = await lived.store.read(everything)
    assert BOB.person in found
    assert ANN.person not in found


async def test_many_alerts_go_too(lived: Context) -> None:
    notices = [notice(ANN.person, Card("Told"), str(number)) for number in range(350)]
    await lived.store.write(outbox.owe, notices, NOW + timedelta(days=1))
    assert "351 alerts to you" in said(await ask(lived, ANN, "forget me yes"))
    assert [place for (place,) in await rows(lived, alerts.c.destination)] == [BOB.person]


async def test_what_the_configuration_subscribes_stays_and_that_is_said(lived: Context) -> None:
    await lived.store.write(subscriptions.sync_configured, [(ANN.person, "drones")], NOW)
    assert "1 subscription. Ask them." in said(await ask(lived, ANN, "forget me yes"))
    (left,) = await lived.store.read(subscriptions_at, [ANN.person])
    assert (left.query, left.configured) == ("drones", True)
    assert "stays until they change it" in said(await ask(lived, ANN, "forget me"))


@pytest.mark.parametrize("text", ["forget", "forget bob", "forget me no", "forget <@2>"])
async def test_nobody_else_can_be_forgotten(lived: Context, text: str) -> None:
    with pytest.raises(UserError, match="write `forget me`"):
        await ask(lived, ANN, text)
