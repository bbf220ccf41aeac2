"""What a server's headers ask of whoever comes again: what to send back, when to come, how long to stay away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

_MOST = 2**31  # seconds; a greater number means no more than this (RFC 9111, 1.2.2)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')  # one that is not closed goes to the end, lest it is tried again
# RFC 8288, 3: <address>; rel="alternate"; type="application/rss+xml", <…>
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]{0,1000})")
_PARAMETER = re.compile(r"""([\w!#$&+.^`|~-]+)\*?\s*=\s*(?:"([^"]*)"|([^\s";,]+))""")

Headers = CIMultiDictProxy[str]


def validator(value: str | None) -> str | None:
    """Return an ETag or a date as it came, to be sent back; None where it can't be, byte for byte.

    aiohttp reads and sends headers in UTF-8, and what is no UTF-8 as lone surrogates.
    """
    if not value or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value):
        return None
    return value


def fresh_for(headers: Headers) -> float:
    """Return for how many seconds the server says that its answer stays as it is; 0 where it does not (RFC 9111, 4.2).

    `s-maxage` is for caches that many share. A heuristic freshness (4.2.2) is left to the schedule, which knows more.
    """
    if "Cache-Control" not in headers and "Expires" not in headers:
        return 0.0
    directives: dict[str, str] = {}
    joined = ",".join(headers.getall("Cache-Control", ()))
    for directive in _QUOTED.sub(lambda quoted: quoted[0].replace(",", " "), joined).split(","):
        name, _, value = directive.partition("=")
        directives.setdefault(name.strip().lower(), value.strip(' \t"'))
    if "no-cache" in directives or "no-store" in directives:
        return 0.0
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"]) or 0.0
    else:
        lifetime = _until(headers.get("Expires", ""), headers) or 0.0
    return max(lifetime - (_seconds(headers.get("Age", "")) or 0.0), 0.0)


def retry_after(headers: Headers) -> float | None:
    """Return the seconds to stay away, from Retry-After as a number or a date (RFC 9110, 10.2.3); None without it."""
    value = headers.get("Retry-After", "")
    seconds = _seconds(value)
    return _until(value, headers) if seconds is None else seconds


def linked(links: Sequence[str]) -> Iterator[dict[str, str]]:
    """Return what Link headers name: the parameters of each, in lower case, with its address as "href"."""
    for header in links:
        for address, rest in _LINK.findall(header[:10_000]):
            parameters = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
            yield parameters | {"href": address}


def _seconds(value: str) -> float | None:
    value = value.strip()
    return min(float(value[:20]), _MOST) if value.isascii() and value.isdigit() else None


def _until(date: str, headers: Headers) -> float | None:
    """Seconds until then; the server's own clock tells how far away it is."""
    try:
        then = parsedate_to_datetime(date)
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max((_aware(then) - _aware(now)).total_seconds(), 0.0)
    except (ValueError, OverflowError):
        return None


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
