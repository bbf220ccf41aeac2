"""An address as people write it → as it is kept; and which two are the same feed. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.errors import FeedError
from bot.feeds.text import cut
from bot.log import redact

_LONGEST = 2_000  # characters: what browsers and servers agree on
_FEED_SCHEME = re.compile(r"\Afeed:(?://)?(?=https?://)|\Afeed:(?=//)", re.IGNORECASE)  # feed:https://…, feed://…
_SCHEME = re.compile(r"\A[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # not the colon of host:8000
_NOT_PROPER = "is not a proper address. Check it for a typing error."
_NOT_ALLOWED = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\\^`{|}\u2028\u2029\ud800-\udfff]")


def web_address(written: str) -> str:
    """Return the http or https address that is meant by "example.org/feed", "feed://…" or "<https://…>".

    The fragment goes, since no server sees it. Raises FeedError for what is none, and for one with a login: it would
    be shown to whoever sees the list of feeds.
    """
    address, fault = meant(written)
    if fault:
        raise FeedError(f"“{cut(redact(address[:_LONGEST]), 80)}” {fault}")
    return address


def meant(written: str) -> tuple[str, str | None]:
    """Return the address that is meant, and what is wrong with it, as the end of a sentence; None: it is well."""
    text = _FEED_SCHEME.sub("", written.strip().strip("<>").strip())
    if text.startswith("//"):
        text = f"https:{text}"
    elif not _SCHEME.match(text):
        text = f"https://{text}"
    if len(text) > _LONGEST:
        return text, f"is longer than {_LONGEST:,} characters, which no feed's address is."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # raises ValueError where it is no number, or too high a one
    except ValueError:
        return text, _NOT_PROPER
    if parts.scheme not in ("http", "https"):
        return text, "is not an address of the web. It has to begin with http:// or https://."
    if not host or _NOT_ALLOWED.search(text):
        return text, _NOT_PROPER
    if "." not in host and ":" not in host and host != "localhost":
        return text, "names no host on the web. Write the whole address, as in https://example.org/feed."
    if parts.username is not None or parts.password is not None:
        return text, "holds a login, which others would see. Write the address without it."
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/", fragment="").geturl(), None


def sameness(address: str) -> str:
    """What two addresses of one feed have in common: http and https, and a slash at the end, make no difference."""
    return re.sub(r"\Ahttps?://(?:www\.)?", "", address.partition("#")[0].lower()).rstrip("/")
