"""`claimwatch check`: tries configuration, rules, database, feeds and tokens for real, and says what to mend."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.app import check_destinations, check_feeds, now, opened
from bot.config import Config
from bot.detect.lexicon import Lexicon
from bot.errors import ClaimwatchError, ConfigError
from bot.feeds.recording import PollResult
from bot.log import redact
from bot.model import Feed, Recorded, Story
from bot.once import plural
from bot.rules_watch import loaded
from bot.store import Store
from bot.store.health import faults
from bot.syncing import check_queries, sync_feeds

_ROOM = 100 * 2**20  # bytes free below which the database is soon in trouble: about 100,000 stories


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing; `text` says what to mend where it is not well."""

    subject: str
    well: bool
    text: str


async def check(config: Config) -> AsyncIterator[Finding]:
    """Try each part in turn, without polling into the ledger or posting anything."""
    try:
        lexicon = loaded(config.rules)
    except ClaimwatchError as error:
        yield Finding("rules", False, str(error))
        return
    yield Finding("rules", True, str(config.rules or "built in"))
    yield _configuration(config, lexicon)
    yield await _database(config.database)
    async for finding in _feeds(config):
        yield finding
    if token := config.discord.token:
        yield await _discord(token.get_secret_value(), config.discord.api_base)
    slack = config.slack
    if slack.token and slack.app_token:
        yield await _slack(slack.token.get_secret_value(), slack.app_token.get_secret_value(), slack.base_url)


def _configuration(config: Config, lexicon: Lexicon) -> Finding:
    try:
        check_feeds(config)
        check_queries(config, lexicon, now())
        check_destinations(config)
    except ConfigError as error:
        return Finding("configuration", False, str(error))
    counted = f"{plural(len(config.feeds), 'feed')}, {plural(len(config.subscriptions), 'subscription')}"
    return Finding("configuration", True, counted)


async def _database(path: Path) -> Finding:
    try:
        async with await Store.open(path) as store:
            found = await store.read(faults)
    except ClaimwatchError as error:
        return Finding("database", False, str(error))
    if found:
        return Finding("database", False, f"{path} is damaged ({'; '.join(found)}). Restore a backup.")
    free = shutil.disk_usage(path.parent).free
    if free < _ROOM:
        return Finding("database", False, f"Only {free // 2**20} MiB are free beside {path}. Make room there.")
    return Finding("database", True, f"{path} is whole, {free // 2**20:,} MiB free")


async def _feeds(config: Config) -> AsyncIterator[Finding]:
    """Poll each feed for real, into a database that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="claimwatch-") as folder:
        async with opened(config.model_copy(update={"database": Path(folder, "check.db")})) as app:
            await sync_feeds(app.store, app.config, app.clock())
            async with app.poller(_keep_nothing) as poller:
                for result in await poller.poll_due():
                    yield _feed(result)


async def _keep_nothing(_feed: Feed, _story: Story, _may_alert: bool) -> Recorded:
    return Recorded("new")


def _feed(result: PollResult) -> Finding:
    subject = f"feed {redact(result.feed.url)}"
    if result.outcome == "failed":
        return Finding(subject, False, redact(result.error or "It could not be read."))
    if not result.entries:
        return Finding(subject, True, "it can be read, and is empty just now")
    return Finding(subject, True, plural(result.entries, "story", "stories"))


async def _discord(token: str, api_base: str) -> Finding:
    from bot.platforms.discord_check import log_in

    try:
        name, link = await log_in(token, api_base)
    except ClaimwatchError as error:
        return Finding("discord", False, str(error))
    return Finding("discord", True, f"the token is {name}'s; to invite it to a server: {link}")


async def _slack(token: str, app_token: str, base_url: str) -> Finding:
    from bot.platforms.slack_check import log_in

    try:
        return Finding("slack", True, await log_in(token, app_token, base_url))
    except ClaimwatchError as error:
        return Finding("slack", False, str(error))
