"""What went wrong with a fetch, in a sentence: a status that is no success, and whatever aiohttp raises."""

from __future__ import annotations

import os
from http import HTTPStatus

import aiohttp

from bot.errors import FeedError
from bot.feeds import body
from bot.feeds.headers import retry_after
from bot.feeds.text import cut
from bot.log import redact

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0

_WHAT_TO_DO = {
    401: "the feed needs a login, and none is ever sent. Look for a public address of it on the outlet's site.",
    403: "the server refuses this reader. Check whether the feed needs a login or the site blocks the `user_agent`.",
    404: "the address has no feed (any more). Check the address, or look for the feed's new one on the outlet's site.",
    410: "the outlet has withdrawn this feed for good. Take it out of the configuration.",
    429: "the server is asked too often. It gets the pause it asks for; a longer `interval` helps.",
    451: "the server may not show this feed here, for legal reasons. Take it out of the configuration.",
}
_OF_THE_HOST = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def status_error(response: aiohttp.ClientResponse, noun: str, *, for_good: bool) -> FeedError:
    """Return the error for a status; `for_good` says that the feed's own address has it, or one it has moved to."""
    status = response.status
    if noun != "feed":
        what = f"the server does not give the {noun}."
    elif known := _WHAT_TO_DO.get(status):
        what = known
    elif status >= 500:
        what = "the server has a fault of its own. Nothing to mend here; it is tried again later."
    elif status == HTTPStatus.NOT_MODIFIED:
        what = "the server says “not changed” though it was not asked that. The outlet has to mend it."
    else:
        what = "the server sent no feed. Check the address."
    after = retry_after(response.headers)
    return FeedError(
        f"{named(status)}: {what}",
        after=after,
        gone=status == HTTPStatus.GONE and for_good,
        host=response.url.host if after is not None and status in _OF_THE_HOST else None,
    )


def named(status: int) -> str:
    """404 Not Found."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def raised_error(error: Exception, noun: str, url: str, timeout: float) -> FeedError:
    """Return the error for what aiohttp raised; `timeout` is the seconds that there were for all of it."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return FeedError(
                f"No connection could be made within {CONNECT_SECONDS:g} s. Check the address; if it is right, the "
                "server is down and is tried again later."
            )
        case aiohttp.ServerTimeoutError():
            return FeedError(f"The server was silent for {SILENCE_SECONDS:g} s. It is tried again later.")
        case TimeoutError():
            return FeedError(
                f"The server did not deliver the {noun} within {timeout:g} s. It is tried again later; if it is "
                "always slow, raise `timeout` in the configuration."
            )
        case aiohttp.ClientConnectorError():
            return _no_connection(error)
        case aiohttp.ClientResponseError():
            what = cut(" ".join(error.message.split()), 100)
            return FeedError(f"The server's answer is not proper HTTP ({what}). Check the address.")
        case aiohttp.ClientPayloadError():
            return body.broken()
        case aiohttp.InvalidURL() | UnicodeError():
            return FeedError(f"{redact(url)} is not a proper address, or leads to one that is not. Check it.")
        case _:
            return FeedError("The server closed the connection before it had answered. It is tried again later.")


def _no_connection(error: aiohttp.ClientConnectorError) -> FeedError:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return FeedError(
                f"There is no host {error.host}, or its name can't be looked up. Check the address for a typing error, "
                "then this machine's network."
            )
        case aiohttp.ClientConnectorCertificateError():
            reason = getattr(error.certificate_error, "verify_message", "") or "not valid"
            return FeedError(
                f"The certificate of {error.host} can't be trusted ({reason}). Check the address and this machine's "
                "clock; else the outlet has to mend it."
            )
        case aiohttp.ClientConnectorSSLError():
            return FeedError(
                "No encrypted connection (TLS) could be made. Check whether the address begins with https:// or http://."
            )
        case _:
            reason = os.strerror(error.errno) if error.errno else error.strerror
            return FeedError(
                f"{error.host} port {error.port} can't be reached ({reason}). Check the address; if it is right, the "
                "server is down and is tried again later."
            )
