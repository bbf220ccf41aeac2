"""When somebody is to be told: at once, after quiet hours, or with the next digest. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import Period, Prefs, Rhythm

BURST = 5
"""Messages about new cases that a destination gets within `BURST_SPAN`; further ones become one card."""

BURST_SPAN = timedelta(minutes=10)

BURST_WAIT = timedelta(minutes=5)
"""How long that card waits for more."""

_DAY = timedelta(days=1)


def due(rhythm: Rhythm, prefs: Prefs, now: datetime) -> tuple[Period, datetime] | None:
    """Return what gathers the news for now and until when, UTC; None: tell at once.

    Times are the reader's own clock's, through changes to and from summer time: an hour that is left out comes with
    the one after it, of an hour that comes twice the first is meant (PEP 495, fold 0).
    """
    local = now.astimezone(ZoneInfo(prefs.zone))
    match rhythm:
        case "daily":
            return "daily", _next(prefs.at, local, prefs.zone)
        case "weekly":
            return "weekly", _next(prefs.at, local, prefs.zone, prefs.weekday)
        case "now":
            if prefs.quiet is None or not _within(prefs.quiet, local):
                return None
            return "quiet", _next(prefs.quiet[1], local, prefs.zone)


def _within(quiet: tuple[int, int], local: datetime) -> bool:
    start, end = quiet
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start <= end else minute >= start or minute < end


def _next(minutes: int, local: datetime, zone: str, weekday: int | None = None) -> datetime:
    """When the reader's clock next shows these minutes after midnight, on that day of the week if one is told."""
    day = local.date()
    while (weekday is not None and day.weekday() != weekday) or (then := _at(day, minutes, zone)) <= local:
        day += _DAY
    return then


def _at(day: date, minutes: int, zone: str) -> datetime:
    naive = datetime.combine(day, time(minutes // 60, minutes % 60))
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
