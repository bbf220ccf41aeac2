"""Reads what people write after `since:` and `until:`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.errors import UserError
from bot.model import Field

_FORMS = "30d, 2w, 6m, 1y, today, yesterday, 2022-12-23, 2022-12 or 2022"
_AGO = re.compile(r"([0-9]{1,5})([dwmy])")
_FROM_NOW = re.compile(r"today|yesterday|" + _AGO.pattern)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


@lru_cache(maxsize=1024)  # for one story, many subscriptions ask after the same few
def moment(field: Field, value: str, now: datetime) -> datetime:
    """The moment that a since: or until: term with this value is about."""
    return edge(field, value, now) if counts_from_now(value) else datetime.fromisoformat(value)


def edge(field: Field, written: str, now: datetime) -> datetime:
    """What `written` means after since:, its first moment, or after until:, the first after it. Raises UserError."""
    start, end = span(written, now)
    return start if field == "since" else end


def counts_from_now(written: str) -> bool:
    """Whether it means another time tomorrow: "30d" and "today" do, "2022-12" does not."""
    return bool(_FROM_NOW.fullmatch(written.casefold()))


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The stretch of time that `text` names: its first moment, and the first moment after it, both UTC.

    A day, month or year is that stretch. `30d` is the moment that long before `now`: both ends are the same. Months
    and years are the calendar's. Raises UserError, naming the forms, for anything else and for dates that don't exist.
    """
    wanted = text.casefold()
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if wanted in ("today", "yesterday"):
        start = today - timedelta(days=wanted == "yesterday")
        return start, start + timedelta(days=1)
    try:
        if ago := _AGO.fullmatch(wanted):
            moment = _before(now.astimezone(UTC), int(ago[1]), ago[2])
            return moment, moment
        if date := _DATE.fullmatch(wanted):
            return _calendar(int(date[1]), date[2], date[3])
    except (ValueError, OverflowError) as error:  # the 31st of June, year 0, 99999 years ago
        raise UserError(f"There is no such date: {text}. Write it as {_FORMS}.") from error
    raise UserError(f"“{text}” is not a date I can read. Write it as {_FORMS}.")


def _before(now: datetime, count: int, unit: str) -> datetime:
    if unit in "dw":
        return now - timedelta(days=count * (7 if unit == "w" else 1))
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    if year < 1:
        raise ValueError(year)
    return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))


def _calendar(year: int, month: str | None, day: str | None) -> tuple[datetime, datetime]:
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return start, start + timedelta(days=1)
    if month and start.month < 12:
        return start, start.replace(month=start.month + 1)
    return start, start.replace(year=year + 1, month=1)
