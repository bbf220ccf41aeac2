"""What a feed says of when and how to ask for it, from its own words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.feeds.entries import Hints
from bot.feeds.headers import linked
from bot.feeds.normal import web_link

NAMES = frozenset({"ttl", "updateperiod", "updatefrequency", "hour", "day"})
"""The elements, in lower case, whose texts are wanted."""

_LONGEST = 86_400  # seconds. "monthly" stands in feeds that publish hourly, and news of yesterday is none
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_HOURS = {str(hour) for hour in range(25)} | {f"0{hour}" for hour in range(10)}  # RSS 0.91 counts 1 to 24
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hints(texts: Mapping[str, Sequence[str]], links: Iterable[tuple[str, str]], address: str) -> Hints:
    """Return what the feed's elements ask for; nonsense asks for nothing.

    `texts` has the texts of the elements in NAMES, `links` pairs of rel and href. Sources: RSS 2.0 for ttl (minutes),
    skipHours and skipDays (GMT); RSS 1.0's module syndication; WebSub, section 4, for the links.
    """
    ttl = _number(texts, "ttl") * 60
    frequency = _number(texts, "updatefrequency") or 1
    period = _PERIODS.get(next(iter(texts.get("updateperiod", ())), "").strip().lower(), 0) // frequency
    hours = {int(text) % 24 for each in texts.get("hour", ()) if (text := each.strip()) in _HOURS}
    days = {_DAYS.index(day) for each in texts.get("day", ()) if (day := each.strip().lower()[:3]) in _DAYS}
    found = {rel: link for rel, href in reversed([*links]) if (link := web_link(href, address))}
    return Hints(
        least_wait=min(max(ttl, period), _LONGEST),
        skip_hours=frozenset(hours if len(hours) < 24 else ()),
        skip_days=frozenset(days if len(days) < 7 else ()),
        hub=found.get("hub"),
        topic=found.get("self"),
    )


def with_headers(found: Hints, links: Sequence[str], address: str) -> Hints:
    """Return the hints with the hub and topic of the Link headers, which go before the feed's own (WebSub, section 4).

    Of several hubs the first is taken: each pushes all there is.
    """
    if not links:
        return found
    named = ((kind, one["href"]) for one in linked(links) for kind in one.get("rel", "").lower().split())
    of_headers = hints({}, named, address)
    return replace(found, hub=of_headers.hub or found.hub, topic=of_headers.topic or found.topic)


def _number(texts: Mapping[str, Sequence[str]], name: str) -> int:
    text = next(iter(texts.get(name, ())), "").strip()
    return int(text) if text.isdecimal() and len(text) <= 9 else 0
