"""The commands about the list of feeds: each opens the database, does one thing, prints it and ends.

`claimwatch feeds test` is in `feeds_trial.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import opened
from bot.commands.feed_words import length
from bot.config import Config
from bot.errors import UserError
from bot.feeds import manage, opml
from bot.feeds.manage import Added, By, Imported, Wish
from bot.feeds.opml import Opml
from bot.feeds.state import in_trouble, state
from bot.log import redact
from bot.model import Feed
from bot.once import Say, check_database, name_of, plural, print_json, written_time
from bot.store import feed_list
from bot.syncing import sync_feeds

OPERATOR = By("console", everything=True)

_DONE = {
    "pause": (manage.pause, "Paused feed {}: {}. It is not polled until it is resumed."),
    "resume": (manage.resume, "Resumed feed {}: {}. It is due at once."),
    "remove": (manage.remove, "Removed feed {}: {}. Its stories and claims stay."),
}
_REASONS = 20  # of refused entries that are told


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def list_feeds(config: Config, *, errors: bool, json: bool, plain: bool) -> None:
    """Print the feeds on the list with their state, or with `errors` those in trouble only."""
    check_database(config)
    async with opened(config) as app:
        listed = await app.store.read(feed_list.listed)
    shown = [feed for feed in listed if in_trouble(feed)] if errors else listed
    console = Console(highlight=False, no_color=plain or None)
    if json:
        for feed in shown:
            print_json(_row(feed))
    elif not shown:
        console.print(
            "No feed is in trouble." if listed else "No feed is on the list. `claimwatch feeds add` adds one."
        )
    elif plain:
        for feed in shown:
            console.print(Text("\n".join(_plain(feed))), soft_wrap=True)
    else:
        console.print(_table(shown))


def _table(shown: Sequence[Feed]) -> Table:
    table = Table("No.", "Outlet and address", "State and last error", "Last success", "Next poll")
    for column in table.columns[1:3]:
        column.overflow = "fold"
    for feed in shown:
        cells = _cells(feed)
        style = "red" if in_trouble(feed) else "dim" if feed.paused else ""
        row = (
            str(feed.id),
            f"{name_of(feed)}\n{cells['address']}",
            cells["state"] if cells["last error"] == "none" else f"{cells['state']}\n{cells['last error']}",
            cells["last success"],
            f"{cells['next poll']}\nevery {cells['interval']}",
        )
        table.add_row(*(Text(text, style=style) for text in row))
    return table


def _plain(feed: Feed) -> list[str]:
    return [f"{feed.id} {name_of(feed)}", *(f"  {name}: {text}" for name, text in _cells(feed).items())]


def _cells(feed: Feed) -> dict[str, str]:
    error = f"{written_time(feed.last_error_at)}: {redact(feed.last_error)}" if feed.last_error else "none"
    polled = not (feed.paused or feed.gone_at)
    return {
        "address": redact(feed.url),
        "state": state(feed) + (" (config.toml)" if feed.configured else ""),
        "last success": written_time(feed.last_success_at) if feed.last_success_at else "never",
        "last error": error,
        "next poll": "never" if not polled else written_time(feed.next_poll_at) if feed.next_poll_at else "at once",
        "interval": length(feed.interval),
    }


def _row(feed: Feed) -> dict[str, Any]:
    times = ("last_success_at", "last_error_at", "next_poll_at", "last_new_at", "added_at", "gone_at")
    return {
        "number": feed.id,
        "outlet": name_of(feed),
        "address": redact(feed.url),
        "state": state(feed),
        "in_trouble": in_trouble(feed),
        "paused": feed.paused,
        "configured": feed.configured,
        "interval": feed.interval,
        "adaptive": feed.adaptive,
        "folder": feed.folder,
        "family": feed.family,
        "kind": feed.kind,
        "country": feed.country,
        "failures": feed.failures,
        "last_error": redact(feed.last_error) if feed.last_error else None,
        "added_by": feed.added_by,
        **{name: at.isoformat().replace("+00:00", "Z") if (at := getattr(feed, name)) else None for name in times},
    }


# ── add, pause, resume, remove ───────────────────────────────────────────────────────────────────────────────────────


async def add(config: Config, address: str, wish: Wish, say: Say) -> None:
    """Add the feed behind an address and say what was found. Raises UserError and FeedError."""
    async with opened(config) as app, app.desk() as desk:
        await sync_feeds(app.store, app.config, app.clock())
        result = await manage.add(app.store, desk, address, wish, OPERATOR, app.clock)
    for line in _added(result):
        say(line)


def _added(result: Added) -> list[str]:
    feed, found = result.feed, result.found
    if not result.new:
        return [f"On the list already, as feed {feed.id}: {name_of(feed)}, {redact(feed.url)} ({state(feed)})."]
    lines = [f"Added feed {feed.id}: {name_of(feed)}, {redact(feed.url)}"]
    if found and found.how:
        lines.append(f"  how it was found: {found.how}")
        lines += [f"  the page names also: {redact(other.address)} {other.title}".rstrip() for other in found.others]
    newest = f", newest {written_time(result.newest)}" if result.newest else ""
    lines.append(f"  {plural(result.entries, 'entry', 'entries')}{newest}")
    often = "then as often as it publishes" if feed.adaptive else f"then every {length(feed.interval)}"
    return [*lines, f"  polled at once, {often}"]


async def change(config: Config, what: str, subjects: Sequence[str], say: Say, complain: Say) -> bool:
    """Pause, resume or remove feeds and say so; False when one of them could not be."""
    check_database(config)
    do, sentence = _DONE[what]
    well = True
    async with opened(config) as app:
        for subject in subjects:
            try:
                feed = await do(app.store, subject, OPERATOR)
                say(sentence.format(feed.id, name_of(feed)))
            except UserError as error:
                complain(str(error))
                well = False
    return well


# ── import, export, starter ──────────────────────────────────────────────────────────────────────────────────────────


def read_list(file: str) -> Opml:
    """Return what an OPML file holds, or standard input for "-". Raises FeedError and UserError."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}.") from error
    return opml.read(data)


async def take(config: Config, taken: Opml, say: Say) -> None:
    """Put the feeds of a list on ours and say what became of them."""
    async with opened(config) as app:
        await sync_feeds(app.store, app.config, app.clock())
        result = await manage.take(app.store, taken, config.polling.interval, OPERATOR, app.clock())
    for line in _imported(result):
        say(line)


async def starter(config: Config, folders: Sequence[str], say: Say) -> None:
    """Show the shipped list; take what `folders` names of it, or "all". Raises FeedError for a folder it lacks."""
    shipped = opml.starter()
    if not folders:
        for line in _shown(shipped):
            say(line)
        return
    if "all" not in (folder.casefold() for folder in folders):
        feeds = dict.fromkeys(feed for folder in folders for feed in opml.in_folder(shipped, folder).feeds)
        shipped = Opml(tuple(feeds), ())
    await take(config, shipped, say)


def _shown(shipped: Opml) -> list[str]:
    lines = []
    folder = None
    for feed in shipped.feeds:
        if feed.folder != folder:
            folder = feed.folder
            lines.append(f"{folder}")
        lines.append(f"  {feed.outlet} ({feed.family}, {feed.kind}, {feed.country})")
        lines.append(f"    {feed.url}")
    return [
        *lines,
        "To take it: claimwatch feeds starter all, or name folders: claimwatch feeds starter World Research",
    ]


def _imported(result: Imported) -> list[str]:
    lines = [
        f"{plural(len(result.added), 'feed')} added, {result.already} already there, {len(result.refused)} refused."
    ]
    reasons = result.reasons()
    lines += [f"  {count} × {one}: {reason}" for reason, count, one in reasons[:_REASONS]]
    if len(reasons) > _REASONS:
        lines.append(f"  … and {len(reasons) - _REASONS} other reasons")
    return lines


async def export(config: Config) -> tuple[str, int]:
    """Return the list as OPML, and how many feeds it has."""
    check_database(config)
    async with opened(config) as app:
        listed = await app.store.read(feed_list.listed)
        return opml.write(listed, app.clock()), len(listed)


def write_list(file: Path | None, text: str) -> None:
    """Write a list to a file, or to standard output. Raises UserError where that can't be."""
    if file is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} can't be written: {error.strerror}.") from error
