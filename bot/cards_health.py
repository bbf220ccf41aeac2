"""The card that says how reading and delivering go. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.cards import shorten
from bot.log import redact
from bot.model import Card, Feed, Health, Line, Section, Text, Undelivered

_ERRORS = 5  # of feeds, and of deliveries, that are shown
_LATE = timedelta(minutes=15)  # a backlog that is older than this needs a look
_TROUBLE = ("failing", "gone", "quiet")
_BECAME = {"owed": "to be tried again {}", "dead": "given up {}", "gone": "gone {}"}


def health(found: Health, states: Mapping[str, Sequence[Feed]], *, everything: bool) -> Card:
    """What goes well, and what does not; `states` has the feeds by the word for how they are.

    Without `everything` destinations are named by their platform alone: a server's manager has no business with the
    channels of others.
    """
    sections = [
        Section("Feeds", _lines(_feeds(found, states))),
        Section("Alerts", _lines(*_alerts(found))),
        Section("Ledger", _lines(*_ledger(found))),
    ]
    if errors := feed_errors(found.feeds)[:_ERRORS]:
        sections.append(Section("Last errors of feeds", tuple(_feed_error(feed, error) for feed, error in errors)))
    if found.undelivered:
        told = tuple(_undelivered(one, everything=everything) for one in found.undelivered[:_ERRORS])
        sections.append(Section("Last errors of deliveries", told))
    wrong = list(_wrong(found, states))
    return Card(f"Health: {', '.join(wrong) or 'all well'}", tuple(sections), footer=_minute(found.at))


def feed_errors(feeds: Iterable[Feed]) -> list[tuple[Feed, str]]:
    """The feeds whose last poll failed, the latest first, each with why."""
    failed = [(feed, feed.last_error) for feed in feeds if feed.last_error]
    return sorted(failed, key=lambda one: one[0].last_error_at or datetime.min.replace(tzinfo=UTC), reverse=True)


def _wrong(found: Health, states: Mapping[str, Sequence[Feed]]) -> Iterable[str]:
    if troubled := sum(len(states.get(word, ())) for word in _TROUBLE):
        yield f"{_count(troubled, 'feed')} in trouble"
    if found.oldest_owed and found.at - found.oldest_owed > _LATE:
        yield f"alerts owed for {_length(found.at - found.oldest_owed)}"
    if given_up := found.dead + found.gone:
        yield f"{_count(given_up, 'alert')} given up"


def _feeds(found: Health, states: Mapping[str, Sequence[Feed]]) -> str:
    if not found.feeds:
        return "No feed is on the list."
    told = ", ".join(f"{len(feeds):,} {word}" for word, feeds in states.items() if feeds)
    return f"{len(found.feeds):,} on the list: {told}"


def _alerts(found: Health) -> Iterable[str]:
    if found.oldest_owed:
        platforms = ", ".join(f"{count:,} on {platform}" for platform, count in found.owed)
        yield f"Owed: {platforms}; the oldest for {_length(found.at - found.oldest_owed)}"
    else:
        yield "Owed: none"
    if found.waiting:
        yield f"{_count(found.waiting, 'digest')} waiting for {'its' if found.waiting == 1 else 'their'} hour"
    yield f"Last 24 hours: {found.sent:,} sent, {found.dead:,} given up, {found.gone:,} to destinations that are gone"
    if found.dead_letters:
        yield f"Dead letters: {found.dead_letters:,}; `claimwatch alerts dead` lists them on the bot's machine"


def _ledger(found: Health) -> Iterable[str]:
    if found.newest_story:
        title, outlet, seen = found.newest_story
        yield f"Newest story, {_minute(seen)}: {shorten(title, 100)} ({outlet})"
    else:
        yield "No story was read yet."
    yield f"Database: {size(found.database_bytes)}"


def _feed_error(feed: Feed, error: str) -> Line:
    name = feed.outlet or feed.title or redact(feed.url)
    since = f"{_minute(feed.last_error_at)} · " if feed.last_error_at else ""
    return (Text(f"{since}{feed.id} · {name}: "), Text(shorten(redact(error), 200), "quote"))


def _undelivered(one: Undelivered, *, everything: bool) -> Line:
    where = one.destination if everything else one.destination.partition(":")[0]
    if one.destinations > 1:
        others = _count(one.destinations - 1, "other")
        where = f"{where} and {others}" if everything else f"{where}, {one.destinations:,} destinations"
    became = _BECAME[one.state].format(_minute(one.at))
    return (
        Text(f"{where} · {_count(one.alerts, 'alert')} {became}: "),
        Text(shorten(redact(one.reason), 200), "quote"),
    )


def size(count: int) -> str:
    """So many bytes in the unit that fits: "812 KiB", "3.4 GiB"."""
    for unit, power in (("GiB", 30), ("MiB", 20)):
        if count >= 1 << power:
            return f"{count / (1 << power):,.1f} {unit}"
    return f"{-(-count // 1024):,} KiB"


def _length(time: timedelta) -> str:
    minutes = max(int(time.total_seconds()), 0) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return _count(minutes, "minute")
    return _count(minutes // 60, "hour") if minutes < 2 * 24 * 60 else _count(minutes // (24 * 60), "day")


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _lines(*texts: str) -> tuple[Line, ...]:
    return tuple((Text(text),) for text in texts)
