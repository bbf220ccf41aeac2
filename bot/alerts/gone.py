"""What follows when a destination is gone: nothing more is sent there, and whoever subscribed it is told, once."""

from __future__ import annotations

from datetime import datetime

from bot import cards_subscriptions
from bot.model import Subscription
from bot.store import Connection, alerts, subscriptions


def close(connection: Connection, destination: str, reason: str, now: datetime, operators: str | None) -> int:
    """Give up what is owed to a destination, pause its subscriptions and owe their makers a notice.

    What config.toml subscribed is told to the `operators`, where they have a destination. Returns how many alerts were
    given up.
    """
    dropped = alerts.gone(connection, destination, reason, now)
    by_maker: dict[str, list[Subscription]] = {}
    for one in subscriptions.pause(connection, destination, reason, now):
        if (maker := one.maker or operators) and maker != destination:
            by_maker.setdefault(maker, []).append(one)
    notices = [
        alerts.notice(maker, cards_subscriptions.paused(paused, reason), f"gone {destination} {now.isoformat()}")
        for maker, paused in by_maker.items()
    ]
    alerts.owe(connection, notices, now)
    return dropped
