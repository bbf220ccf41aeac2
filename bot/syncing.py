"""Brings the database's feeds and subscriptions in step with the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.config import Config
from bot.detect.lexicon import Lexicon
from bot.errors import ConfigError, UserError
from bot.log import redact
from bot.queries import language
from bot.store import Connection, Store, feed_list, feeds, subscriptions
from bot.store.feeds import FeedWanted

EVERYTHING = ("console", "")
"""The subscription of a bot that was told of no other: destination and query."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What was not as the configuration has it, and is now."""

    feeds_added: tuple[str, ...] = ()  # addresses
    feeds_left: tuple[str, ...] = ()
    subscriptions_added: tuple[tuple[str, str], ...] = ()  # destination and query
    subscriptions_ended: tuple[tuple[str, str], ...] = ()


def check_queries(config: Config, lexicon: Lexicon, time: datetime) -> None:
    """Raise ConfigError when a subscription's query says nothing sensible."""
    for number, wanted in enumerate(config.subscriptions, start=1):
        try:
            language.parse(wanted.query, lexicon, time)
        except UserError as error:
            raise ConfigError(f'subscriptions.{number}.query is "{wanted.query}": {error}') from error


async def sync(store: Store, config: Config, lexicon: Lexicon, time: datetime) -> Synced:
    """Bring feeds and subscriptions in step with the configuration, and return what that changed.

    Raises ConfigError for a subscription whose query says nothing sensible.
    """
    check_queries(config, lexicon, time)
    return await store.write(_sync, config, time)


async def sync_feeds(store: Store, config: Config, time: datetime) -> None:
    """Bring the feeds alone in step with the configuration."""
    await store.write(feeds.sync_configured, _wanted_feeds(config), time)


def wanted_subscriptions(config: Config) -> list[tuple[str, str]]:
    """The subscriptions that the configuration asks for: destination and query."""
    wanted = [(subscription.to, subscription.query) for subscription in config.subscriptions]
    return wanted or ([] if config.discord.token or config.slack.token else [EVERYTHING])


def _sync(connection: Connection, config: Config, time: datetime) -> Synced:
    feeds_before, wishes_before = _configured(connection)
    feeds.sync_configured(connection, _wanted_feeds(config), time)
    subscriptions.sync_configured(connection, wanted_subscriptions(config), time)
    feeds_after, wishes_after = _configured(connection)
    return Synced(
        tuple(sorted(redact(url) for url in feeds_after - feeds_before)),
        tuple(sorted(redact(url) for url in feeds_before - feeds_after)),
        tuple(sorted(wishes_after - wishes_before)),
        tuple(sorted(wishes_before - wishes_after)),
    )


def _configured(connection: Connection) -> tuple[set[str], set[tuple[str, str]]]:
    """The addresses of the feeds, and the subscriptions, that are kept because the configuration asks for them."""
    addresses = {feed.url for feed in feed_list.listed(connection) if feed.configured}
    wishes = {(one.destination, one.query) for one in subscriptions.configured(connection)}
    return addresses, wishes


def _wanted_feeds(config: Config) -> list[FeedWanted]:
    return [
        FeedWanted(
            feed.url,
            feed.outlet,
            feed.interval or config.polling.interval,
            feed.read_article,
            adaptive=feed.interval is None,
        )
        for feed in config.feeds
    ]
