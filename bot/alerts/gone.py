"""What follows when a destination is gone: nothing more is sent there, and whoever subscribed it is told, once.

And what follows when a whole platform refuses the bot: all stays owed, and the operators are told, once a day.
"""

from __future__ import annotations

from datetime import datetime

from bot import cards_subscriptions
from bot.model import Card, Section, Subscription, Text
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


def refused(connection: Connection, destination: str, reason: str, now: datetime, operators: str | None) -> None:
    """Owe the operators a notice that the platform of `destination` refuses the bot.

    It is owed once a day, and not where the operators are told on that very platform.
    """
    platform = destination.partition(":")[0]
    if not operators or operators.partition(":")[0] == platform:
        return
    stays = Text("What is owed there stays owed for a day, and goes out once that is mended.")
    card = Card(f"{platform.capitalize()} refuses the bot", (Section(None, ((Text(reason),), (stays,))),))
    alerts.owe(connection, [alerts.notice(operators, card, f"refused {platform} {now:%Y-%m-%d}")], now)
