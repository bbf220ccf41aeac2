"""The commands that do one thing, print it and end: poll and ask; those about feeds are in `feeds_once.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from rich.console import Console

from bot.app import App, check_feeds, opened
from bot.commands import Context, answer
from bot.commands.export import export
from bot.config import Config
from bot.errors import StoreError, UserError
from bot.feeds.recording import PollResult
from bot.jsonl import dump
from bot.log import redact
from bot.model import Feed
from bot.platforms.console_app import ConsoleApp
from bot.store import feeds

Say = Callable[[str], None]


# ── poll ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def poll(config: Config, say: Say, complain: Say) -> bool:
    """Poll what is due and say what each feed held; False when none of them could be read.

    Interrupted, it brings what it is recording to its end and complains of what was left out.
    """
    check_feeds(config)
    results: list[PollResult] = []

    def tell(result: PollResult) -> None:
        results.append(result)
        say(polled(result))

    async with opened(config) as app:
        await app.sync()
        await app.check_feeds()
        due = await app.store.read(feeds.due, app.clock())
        if not due:
            say(await _next_due(app))
            return True
        try:
            async with app.poller() as poller:
                await poller.poll_due(tell)
        except asyncio.CancelledError:
            complain(
                f"Interrupted after {len(results)} of {len(due)} feeds. What was read is kept; poll again for more."
            )
            raise
    say(total(results))
    return any(result.outcome in ("changed", "unchanged") for result in results)


async def _next_due(app: App) -> str:
    times = [feed.next_poll_at for feed in await app.store.read(feeds.all_feeds) if feed.enabled and feed.next_poll_at]
    return f"No feed is due before {written_time(min(times))}." if times else "No feed is due."


def polled(result: PollResult) -> str:
    """What one feed held, as a line."""
    name = name_of(result.feed)
    match result.outcome:
        case "failed":
            return f"{name}: failed. {redact(result.error or '')}".rstrip()
        case "unchanged":
            return f"{name}: unchanged"
        case "put off":
            return f"{name}: put off, since its host asks to be left alone"
    parts = [f"{plural(result.entries, 'story', 'stories')}, {result.new} new"]
    if result.edited:
        parts.append(f"{result.edited} edited")
    if result.skipped:
        parts.append(f"{result.skipped} empty ones passed over")
    parts += [plural(result.claims, "claim"), f"{plural(result.alerts, 'alert')} owed"]
    return f"{name}: {', '.join(parts)}"


def total(results: Sequence[PollResult]) -> str:
    """What all feeds held together, as a line."""
    failed = sum(result.outcome == "failed" for result in results)
    new = sum(result.new for result in results)
    claims = sum(result.claims for result in results)
    alerts = sum(result.alerts for result in results)
    line = f"{plural(len(results), 'feed')} polled"
    if failed:
        line += f", {failed} failed"
    return (
        f"{line}: {plural(new, 'new story', 'new stories')}, {plural(claims, 'claim')}, {plural(alerts, 'alert')} owed."
    )


# ── ask ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask(config: Config, text: str, *, json: bool, plain: bool) -> None:
    """Print the answer to one command; raises UserError where there is none, with `json` printing that as well."""
    check_database(config)
    async with opened(config) as app, app.desk() as desk:
        app.context.desk = desk
        if not json:
            screen(plain).show(await answer(app.context, text))
            return
        row = await as_json(app.context, text)
        print_json(row)
        if "error" in row:
            raise UserError(row["error"])


async def as_json(context: Context, text: str) -> dict[str, object]:
    """The answer to a command as data; a mistake in it as {"ask": …, "error": …, "cases": []}."""
    try:
        return await export(context, text)
    except UserError as error:
        return {"ask": text, "error": str(error), "cases": []}


def print_json(row: dict[str, object]) -> None:
    """Print one object as one line on standard output."""
    sys.stdout.buffer.write(dump(row))
    sys.stdout.buffer.flush()


def screen(plain: bool) -> ConsoleApp:
    """Standard output as a platform."""
    return ConsoleApp(Console(highlight=False, no_color=plain or None), plain)


def check_database(config: Config) -> None:
    """Raise StoreError when there is no database yet."""
    if not config.database.exists():
        raise StoreError(f"The database {config.database} does not exist yet. `claimwatch poll` or `run` makes it.")


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 claim, 2 claims, 0 stories."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def name_of(feed: Feed) -> str:
    """How a feed is called: its outlet, else its own title, else its address."""
    return feed.outlet or feed.title or redact(feed.url)


def written_time(time: datetime | None) -> str:
    """2026-02-18 12:00 UTC, or "unknown"."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "unknown"
