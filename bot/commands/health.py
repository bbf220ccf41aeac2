"""`!health`: how reading and delivering go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import cards_health
from bot.commands.context import Context
from bot.feeds.state import in_trouble, state
from bot.log import redact
from bot.model import Card, Feed, Health
from bot.store.health import health as look


async def health(context: Context, arguments: str, page: int = 0) -> Card:
    """How the feeds, what is owed, and the database are; where alerts could not go, only the owner is told in full."""
    found = await context.store.read(look, context.clock())
    return cards_health.health(found, states(found), everything=context.asker.role == "owner")


def states(found: Health) -> dict[str, list[Feed]]:
    """The feeds by the word for how they are: "ok", "never polled", "paused", "failing", "gone", "quiet"."""
    by_state: dict[str, list[Feed]] = {
        word: [] for word in ("ok", "never polled", "paused", "failing", "gone", "quiet")
    }
    for feed in found.feeds:
        word = state(feed)
        by_state[word if word in by_state else word.split(" ", 1)[0]].append(feed)
    return by_state


async def health_as_data(context: Context) -> dict[str, Any]:
    """What `!health` tells, and more exactly, for `--json`; times are ISO 8601 in UTC."""
    found = await context.store.read(look, context.clock())
    newest = found.newest_story
    return {
        "at": _time(found.at),
        "feeds": {
            "listed": len(found.feeds),
            "in_trouble": sum(map(in_trouble, found.feeds)),
            **{word.replace(" ", "_"): len(feeds) for word, feeds in states(found).items()},
        },
        "owed": {"alerts": sum(count for _, count in found.owed), "by_platform": dict(found.owed)},
        "oldest_owed_at": _time(found.oldest_owed),
        "oldest_owed_seconds": found.oldest_owed and round((found.at - found.oldest_owed).total_seconds()),
        "digests_waiting": found.waiting,
        "last_24_hours": {"sent": found.sent, "dead": found.dead, "gone": found.gone},
        "dead_letters": found.dead_letters,
        "feed_errors": [
            {"feed": feed.id, "address": redact(feed.url), "at": _time(feed.last_error_at), "error": redact(error)}
            for feed, error in cards_health.feed_errors(found.feeds)
        ],
        "delivery_errors": [
            {
                "destination": one.destination,
                "destinations": one.destinations,
                "state": one.state,
                "alerts": one.alerts,
                "at": _time(one.at),
                "error": redact(one.reason),
            }
            for one in found.undelivered
        ],
        "newest_story": newest and {"title": newest[0], "outlet": newest[1], "seen": _time(newest[2])},
        "database_bytes": found.database_bytes,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
