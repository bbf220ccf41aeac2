"""The buttons under a card: within Discord's limits whatever the card holds, and nothing kept of them in memory."""

from __future__ import annotations

from typing import Any

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Button, Card
from bot.platforms.discord_app import DiscordApp
from bot.platforms.discord_buttons import Shown, buttons_of
from tests.fakes.discord_server import CHANNEL_ID, TOKEN, beyond_limits, discord_server, units
from tests.platforms.test_discord import add_cogs
from tests.platforms.test_discord_card import long_texts, texts

buttons = st.lists(st.builds(Button, texts | long_texts, texts | long_texts), max_size=30).map(tuple)
shown = st.none() | st.builds(Shown, st.sampled_from(("claims", "case")), texts | long_texts, st.integers(0, 10**6))


def drawn(card: Card, answered: Shown | None = None) -> list[dict[str, Any]]:
    view = buttons_of(card, answered)
    return [] if view is None else view.to_components()


def labels(card: Card, answered: Shown | None = None) -> list[list[str]]:
    return [[button["label"] for button in row["components"]] for row in drawn(card, answered)]


@given(buttons, st.booleans(), shown)
def test_any_buttons_are_such_that_discord_takes_them(
    some: tuple[Button, ...], more: bool, answered: Shown | None
) -> None:
    """Beside any embed: `test_discord_card.py` draws those, and a message's components have limits of their own."""
    rows = drawn(Card("x", buttons=some, more=more), answered)
    assert beyond_limits({"components": rows}) is None
    assert len(rows) <= 5
    for row in rows:
        assert 1 <= len(row["components"]) <= 5
        assert all(button["label"].strip() and units(button["custom_id"]) <= 100 for button in row["components"])


def test_the_buttons_that_turn_pages_stand_above_those_that_give_commands() -> None:
    card = Card("x", more=True, buttons=(Button("Why", "why 1"), Button("Follow", "follow 1 me")))
    assert labels(card, Shown("case", "1", 2)) == [["Previous page", "Next page"], ["Why", "Follow"]]
    assert labels(card, Shown("case", "1")) == [["Next page"], ["Why", "Follow"]]
    assert labels(card) == [["Why", "Follow"]]
    assert buttons_of(Card("x", more=True)) is None


def test_a_command_too_long_for_a_button_has_none_and_none_is_there_twice() -> None:
    card = Card("x", buttons=(Button("Long", "claims " + "x" * 100), Button("Why", "why 1"), Button("Why", "why 1")))
    assert labels(card) == [["Why"]]


async def test_the_buttons_of_alerts_are_not_kept_in_memory() -> None:
    card = Card("x", buttons=(Button("Why", "why 1"),))
    async with discord_server() as server:
        app = DiscordApp(TOKEN, add_cogs, api_base=server.api_base)
        await app.start()
        assert app._bot is not None
        posted = await app.post(f"discord:{CHANNEL_ID}", card, key="a")
        await app.edit(f"discord:{CHANNEL_ID}", posted, card)
        assert not app._bot.persistent_views
        assert not app._bot._connection._view_store._views
        await app.stop()
    assert isinstance(buttons_of(card), discord.ui.View)
