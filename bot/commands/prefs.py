"""`!prefs`: when somebody, or a channel, wants to be told. `!mute` and `!unmute`: of which case nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import available_timezones

from rapidfuzz import process, utils

from bot import cards, cards_subscriptions
from bot.alerts.rhythm import due
from bot.commands.case import case_number
from bot.commands.context import Context
from bot.commands.destinations import chosen, named, note_guild
from bot.commands.lengths import length_of
from bot.errors import UserError
from bot.model import Card, Prefs
from bot.store import digests, ledger
from bot.store.prefs import mute as keep_mute
from bot.store.prefs import prefer, prefs_of
from bot.store.prefs import unmute as drop_mute

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?", re.IGNORECASE)
_QUIET = re.compile(r"(\S+?)\s*(?:-|–|to)\s*(\S+)", re.IGNORECASE)
_HOW = "Write `zone Europe/Berlin`, `quiet 22:00-07:00`, `quiet off`, `now`, `daily 08:30` or `weekly monday 08:30`."


async def prefs(context: Context, arguments: str, page: int = 0) -> Card:
    """Show or change when the asker is told, or with `here` the channel; UserError for what is not understood."""
    words = arguments.split()
    here = words[:1] == ["here"]
    wanted = " ".join(words[1:] if here else words)
    destination = chosen(context.asker, "here" if here else "me", instead=f"!prefs {wanted}".rstrip())
    before = (await context.store.read(prefs_of, [destination])).get(destination, Prefs())
    after = changed(before, wanted) if wanted else before
    if after != before:
        await context.store.write(prefer, destination, after)
        await note_guild(context, destination)
        for rhythm in ("daily", "weekly"):
            if gathering := due(rhythm, after, context.clock()):
                await context.store.write(digests.reschedule, destination, *gathering)
    return cards_subscriptions.preferred(after, named(context.asker, destination))


def changed(prefs: Prefs, wanted: str) -> Prefs:
    """Return the preferences with what `wanted` says: "zone Europe/Berlin", "quiet off", "weekly monday 08:30".

    Raises UserError when that says nothing known.
    """
    what, _, rest = wanted.partition(" ")
    match what.casefold():
        case "zone":
            return replace(prefs, zone=_zone(rest.strip()))
        case "quiet":
            return replace(prefs, quiet=_quiet(rest.strip()))
        case "now":
            return replace(prefs, rhythm="now")
        case "daily":
            return replace(prefs, rhythm="daily", at=_minutes(rest) if rest else prefs.at)
        case "weekly":
            return _weekly(prefs, rest.split())
    raise UserError(f"“{cards.shorten(wanted, 40)}” is not understood. {_HOW}")


def _weekly(prefs: Prefs, words: list[str]) -> Prefs:
    day = next(
        (n for n, name in enumerate(_WEEKDAYS) if words and len(words[0]) > 2 and name.startswith(words[0].casefold())),
        None,
    )
    if day is not None:
        words = words[1:]
    at = _minutes(" ".join(words)) if words else prefs.at
    return replace(prefs, rhythm="weekly", at=at, weekday=prefs.weekday if day is None else day)


def _zone(wanted: str) -> str:
    known = available_timezones()
    by_small = {zone.casefold(): zone for zone in known}
    if found := by_small.get(wanted.replace(" ", "_").casefold()):
        return found
    likely = (
        process.extractOne(wanted, sorted(known), processor=utils.default_process, score_cutoff=60) if wanted else None
    )
    hint = f"Did you mean {likely[0]}?" if likely else "Write one as in Europe/Berlin or America/New_York."
    raise UserError(f"There is no time zone “{cards.shorten(wanted, 40)}”. {hint}")


def _quiet(wanted: str) -> tuple[int, int] | None:
    if wanted.casefold() in ("off", "never", "none"):
        return None
    span = _QUIET.fullmatch(wanted)
    if span is None:
        raise UserError("From when to when? Write `quiet 22:00-07:00`, or `quiet off`.")
    start, end = _minutes(span[1]), _minutes(span[2])
    if start == end:
        raise UserError("That would be quiet all day or never. For all day, take `daily` or unsubscribe.")
    return start, end


def _minutes(clock: str) -> int:
    """Minutes after midnight of "8", "08:30", "8 pm"."""
    found = _CLOCK.fullmatch(clock.strip())
    if found:
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[3] and 1 <= hour <= 12:
            hour = hour % 12 + 12 * (found[3].casefold() == "pm")
        if hour < 24 and minute < 60:
            return hour * 60 + minute
    raise UserError(f"“{cards.shorten(clock, 20)}” is no time of day. Write it as in 08:30 or 22:00.")


# ── mute ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def mute(context: Context, arguments: str, page: int = 0) -> Card:
    """Tell the channel (`here`) or the asker nothing more of a case, for a while as in `7d`, or for good."""
    words = arguments.split()
    place = words.pop() if words and words[-1] in ("here", "me") else None
    length = length_of(words[-1]) if len(words) > 1 else None
    until = context.clock() + length if length else None
    words = words[:-1] if length else words
    number = await _case(context, " ".join(words))
    destination = chosen(context.asker, place, instead=f"!mute {number} me")
    await context.store.write(keep_mute, destination, number, until)
    await note_guild(context, destination)
    return cards_subscriptions.muted(number, until, named(context.asker, destination))


async def unmute(context: Context, arguments: str, page: int = 0) -> Card:
    """Tell the channel or the asker of a case again; UserError when it was not muted."""
    words = arguments.split()
    place = words.pop() if words and words[-1] in ("here", "me") else None
    number = await _case(context, " ".join(words))
    destination = chosen(context.asker, place, instead=f"!unmute {number} me")
    if not await context.store.write(drop_mute, destination, number):
        raise UserError(f"Case {number} is not muted for {named(context.asker, destination)}.")
    return cards_subscriptions.unmuted(number, named(context.asker, destination))


async def _case(context: Context, words: str) -> int:
    number = case_number(words)
    if await context.store.read(ledger.case, number) is None:
        raise UserError(f"There is no case {number}. !claims shows the newest.")
    return number
