"""`claimwatch feeds test`: what would be read of feeds, and why not, for people or as JSON."""

from __future__ import annotations

import calendar
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bot.app import desk_of, opened
from bot.commands.feed_cards import claim_in_words
from bot.config import Config
from bot.detect.lexicon import Lexicon
from bot.feeds import manage
from bot.feeds.entries import Hints
from bot.feeds.examine import Examined, ExaminedEntry, as_row, examine_all
from bot.log import redact
from bot.once import Say, check_database, plural, print_json
from bot.rules_watch import loaded

_PARSE_SECONDS = 4.0  # for one subject, which has 5 s in all


async def test(config: Config, subjects: Sequence[str], say: Say, *, json: bool) -> bool:
    """Print what would be read of each subject, in their order; False when one of them could not be read.

    It needs no database, unless a subject is the number of a feed.
    """
    lexicon = loaded(config.rules)
    numbers = {one for one in subjects if _is_number(one)}
    addresses = await _addresses(config, numbers) if numbers else {}
    well = True
    async with desk_of(config, workers=os.cpu_count() or 1, parse_seconds=_PARSE_SECONDS) as desk:
        async for examined in examine_all(desk, lexicon, [addresses.get(one, one) for one in subjects]):
            well &= not examined.reason
            if json:
                print_json(as_row(examined))
            else:
                say("\n".join(_examined(examined, lexicon)))
    return well


def _is_number(subject: str) -> bool:
    return subject.removeprefix("#").isdigit() and not Path(subject).exists()


async def _addresses(config: Config, numbers: Iterable[str]) -> dict[str, str]:
    """The addresses of the feeds with these numbers. Raises UserError where there is none."""
    check_database(config)
    async with opened(config) as app:
        return {number: (await manage.find(app.store, number)).url for number in numbers}


def _examined(examined: Examined, lexicon: Lexicon) -> list[str]:
    if examined.reason:
        return [f"{examined.subject}: failed. {examined.reason}"]
    count = plural(len(examined.entries), "entry", "entries")
    lines = [
        f"{examined.subject}: {examined.format or 'read'}, {count}, {examined.bytes:,} bytes, {examined.seconds:g} s"
    ]
    lines.append(f"  title: {examined.title or 'none'}")
    if examined.address and examined.address != examined.subject:
        lines.append(f"  redirected to: {redact(examined.address)}")
    if examined.etag or examined.last_modified:
        lines.append(f"  not sent again while unchanged: {examined.etag or ''} {examined.last_modified or ''}".rstrip())
    if examined.skipped:
        lines.append(f"  passed over: {plural(examined.skipped, 'entry', 'entries')} without any text")
    if examined.repeated:
        lines.append(f"  repeated: {plural(examined.repeated, 'entry', 'entries')} that say the same as another")
    if examined.left:
        lines.append(
            f"  left: {plural(examined.left, 'entry', 'entries')} for which there was no time; polls go on there"
        )
    lines += [f"  {line}" for line in _asks(examined.hints)]
    for entry in examined.entries:
        lines += _entry(entry, lexicon)
    return lines


def _asks(hints: Hints) -> Iterator[str]:
    if hints.least_wait:
        yield f"asks to be left alone for {hints.least_wait:,} s between polls"
    if hints.skip_hours:
        yield f"asks not to be polled at these hours (UTC): {', '.join(map(str, sorted(hints.skip_hours)))}"
    if hints.skip_days:
        yield f"asks not to be polled on: {', '.join(calendar.day_name[day] for day in sorted(hints.skip_days))}"
    if hints.hub:
        yield f"is pushed by {redact(hints.hub)}"


def _entry(entry: ExaminedEntry, lexicon: Lexicon) -> list[str]:
    date = f"{entry.date:%Y-%m-%d %H:%M}" if entry.date else "undated"
    lines = [f"  {'*' if entry.about_arms else ' '} {date:16}  {entry.title or 'untitled'}"]
    if entry.about_arms:
        lines.append(f"      {entry.link or 'no link'}")
        if entry.claims is None:
            lines.append("      not read for claims: the feed is too large for a test")
        elif not entry.claims:
            lines.append("      it holds a word for arms, but no claim would be read")
        lines += [f"      {claim_in_words(claim, lexicon)}: “{claim.words}”" for claim in entry.claims or ()]
    return lines
