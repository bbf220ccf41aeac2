"""Stories about invented states, recorded as the poller would record them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert

from bot.alerts import outbox
from bot.detect.lexicon import Lexicon
from bot.model import Case, Claim, Recorded, Story
from bot.store import Store, ledger, subscriptions
from bot.store.tables import feeds

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def said(what: str, **changes: Any) -> Claim:
    """The claim of a line like `RURITANIA asserts FREEDONIA SYLVANIA`; `-` stands for nobody named."""
    claimant, stance, supplier, recipient = (None if word == "-" else word for word in what.split())
    fields = {"weapons": ("drones",), "phase": "delivered", "words": what, **changes}
    return Claim(stance, claimant, supplier, recipient, **fields)  # type: ignore[arg-type]


ASSERTED = said("RURITANIA asserts FREEDONIA SYLVANIA")
DENIED = said("FREEDONIA denies FREEDONIA SYLVANIA")


def story(title: str, *, key: str | None = None, outlet: str = "The Herald", day: float = 0, body: str = "") -> Story:
    """A story of some day, whose key is its title unless told."""
    at = START + day * DAY
    return Story(key=key or title, title=title, summary="", outlet=outlet, seen=at, published=at, body=body)


def add_feeds(connection: Connection) -> None:
    """Two feeds, 1 and 2."""
    rows = [{"id": number, "url": f"http://feed{number}", "interval": 60, "enabled": True} for number in (1, 2)]
    connection.execute(insert(feeds), rows)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A store with two feeds, into which stories are recorded."""

    store: Store
    lexicon: Lexicon

    async def subscribe(self, *wanted: tuple[str, str]) -> None:
        """Make these (destination, query) the subscriptions."""
        await self.store.write(subscriptions.sync_configured, wanted, START)

    async def record(
        self, told: Story | str, *claims: Claim, feed: int = 1, alert: bool = True, now: datetime = START
    ) -> Recorded:
        """Record a story, or one with just this title."""
        told = story(told) if isinstance(told, str) else told
        return await self.store.write(outbox.record, feed, told, claims, now=now, alert=alert, lexicon=self.lexicon)

    async def case(self, case_id: int = 1) -> Case:
        """A case that is there."""
        found = await self.store.read(ledger.case, case_id)
        assert found is not None
        return found

    async def rows(self, query: Select[Any]) -> Sequence[Any]:
        """What a question to the tables gives."""
        return await self.store.read(lambda connection: connection.execute(query).all())
