"""The commands that look after a bot that runs: its status, a backup, what is too old, the alerts that it gave up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot import retention
from bot.app import keep_of, opened
from bot.cards_health import size
from bot.commands.health import health, health_as_data
from bot.config import Config
from bot.errors import UserError
from bot.log import redact
from bot.once import Say, check_database, plural, print_json, screen, written_time
from bot.store import dead_letters
from bot.store.backup import back_up
from bot.store.dead_letters import DeadLetter


async def status(config: Config, *, json: bool, plain: bool) -> None:
    """Print how feeds, alerts and database are. Raises StoreError where there is no database yet."""
    check_database(config)
    async with opened(config) as app:
        if json:
            print_json(await health_as_data(app.context))
        else:
            screen(plain).show(await health(app.context, ""))


def backup(config: Config, file: Path, say: Say, *, force: bool) -> None:
    """Copy the database into a file and say what the copy holds. Raises StoreError."""
    check_database(config)
    held = back_up(config.database, file, replace=force)
    counts = f"{plural(held.stories, 'story', 'stories')}, {plural(held.cases, 'case')}"
    say(f"{file}: {size(held.bytes)}, {counts}. It was opened and is whole.")


async def prune(config: Config, say: Say, *, dry_run: bool) -> None:
    """Remove what is too old to be kept, or with `dry_run` only count it, and say what that is."""
    check_database(config)
    async with opened(config) as app:
        keep = keep_of(config)
        if dry_run:
            removed = await retention.count(app.store, keep, app.clock())
            say(
                f"Would remove {_counted(removed)}. Nothing was changed." if removed.anything else "Nothing is too old."
            )
            return
        removed = await retention.prune(app.store, keep, app.clock())
        say(f"Removed {_counted(removed)}." if removed.anything else "Nothing is too old.")
        free = await retention.shrink(app.store)
    if free.bytes:
        say(
            f"{config.database} keeps its size: {size(free.bytes)} in it are free for what comes. To make it smaller, "
            "stop the bot and run SQLite's VACUUM."
        )


def _counted(removed: retention.Removed) -> str:
    parts = [
        (removed.stories, plural(removed.stories, "story", "stories") + " without a claim"),
        (removed.bodies, f"the text of {plural(removed.bodies, 'story', 'stories')}"),
        (removed.alerts, plural(removed.alerts, "alert")),
        (removed.places, f"what {plural(removed.places, 'channel')} wanted in servers that the bot has left"),
    ]
    *first, last = [text for number, text in parts if number]
    return f"{', '.join(first)} and {last}" if first else last


# ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def dead(config: Config, say: Say, *, json: bool) -> None:
    """Print the alerts that were given up, in the order in which they came to be owed."""
    check_database(config)
    async with opened(config) as app:
        found = await app.store.read(dead_letters.dead_letters)
    if json:
        for one in found:
            print_json(_row(one))
        return
    for one in found:
        what = one.kind if one.case_id is None else f"{one.kind} of case {one.case_id}"
        say(
            f"{one.id} {what} to {one.destination}\n"
            f"  {one.state} since {written_time(one.done_at)}, owed since {written_time(one.owed_at)}, "
            f"{plural(one.attempts, 'attempt')}\n"
            f"  {redact(one.error or 'no reason was given')}"
        )
    say(
        f"{plural(len(found), 'alert')} given up. `claimwatch alerts resend NUMBER` sends one again, `resend all` all."
        if found
        else "No alert was given up."
    )


def _row(one: DeadLetter) -> dict[str, Any]:
    row = asdict(one)
    times = {name: row[name].isoformat().replace("+00:00", "Z") for name in ("owed_at", "done_at")}
    return row | times | {"error": redact(one.error) if one.error else None}


async def resend(config: Config, numbers: Sequence[str], say: Say, complain: Say) -> bool:
    """Owe the alerts with these numbers again, or "all" of them; False when one of them was not given up.

    Raises UserError for what is no number.
    """
    wanted = _wanted(numbers)
    check_database(config)
    async with opened(config) as app:
        done = await app.store.write(dead_letters.resend, wanted, app.clock())
    say(f"{plural(done.owed, 'alert')} owed again." if done.owed or not done.unknown else "No alert is owed again.")
    for number in done.posted_since:
        say(f"Alert {number} is left as it is: its case was posted there since, or is owed there.")
    for number in done.unknown:
        complain(f"There is no dead letter {number}. `claimwatch alerts dead` lists them.")
    return not done.unknown


def _wanted(numbers: Sequence[str]) -> set[int] | None:
    if [one.lower() for one in numbers] == ["all"]:
        return None
    for one in numbers:
        if not (one.isascii() and one.isdecimal() and len(one) < 19):
            raise UserError(f"“{one}” is not the number of an alert. Write numbers as in `alerts dead`, or just `all`.")
    return {int(one) for one in numbers}
