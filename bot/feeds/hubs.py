"""What a WebSub hub is asked for, and how it is known that what it sends is its own.

A subscription's secret is kept with its feed. It is made for one public address, hub and topic: with any of them
changed, a new one is made and the subscription is begun anew. The callback's last part and the key by which the hub
signs are derived from it, so that neither can be guessed, and neither tells the other.

Source for all of it: https://www.w3.org/TR/websub/.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

import aiohttp
from yarl import URL

from bot.errors import FeedError
from bot.feeds.fetch import Turn
from bot.feeds.fetch_errors import named, raised_error
from bot.feeds.guard import web_address
from bot.feeds.headers import retry_after
from bot.feeds.hosts import host_of

LEASE = 864_000
"""Seconds for which a hub is asked to push, and the most that is believed of what it grants: ten days, which is what
most hubs grant unasked."""

Mode = Literal["subscribe", "unsubscribe"]

_METHODS = ("sha1", "sha256", "sha384", "sha512")  # section 7.1
_REDIRECTS = 3
_MOVED = (301, 302, 307, 308)  # 5.1 names the last two; hubs that moved from http to https send the others as well
_MARK = 16  # characters of a secret that tell what it was made for


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one feed's hub is asked to push."""

    feed: int
    hub: str
    topic: str  # the name by which the hub knows the feed
    secret: str = field(repr=False)

    @property
    def token(self) -> str:
        """The last part of the callback's address: 64 characters that nobody can guess."""
        return _derived(self.secret, "callback")

    @property
    def key(self) -> str:
        """By which the hub signs what it pushes."""
        return _derived(self.secret, "signature")


def new_secret(public_url: str, hub: str, topic: str) -> str:
    """Return a secret for a subscription that hub pushes to this public address."""
    return f"{_mark(public_url, hub, topic)}.{secrets.token_urlsafe(32)}"


def made_for(secret: str, public_url: str, hub: str, topic: str) -> bool:
    """Return whether `secret` belongs to a subscription of just these."""
    return secret.startswith(f"{_mark(public_url, hub, topic)}.")


def _mark(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_MARK]


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def signed(key: str, body: bytes, signature: str) -> bool:
    """Return whether `signature`, the X-Hub-Signature header, was made of `body` by who knows the key."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    made = hmac.new(key.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(made.encode(), given.strip().lower().encode("utf-8", "surrogateescape"))


async def ask(
    session: aiohttp.ClientSession,
    subscription: Subscription,
    mode: Mode,
    callback: str,
    *,
    turn: Turn,
    timeout: float,  # noqa: ASYNC109  it becomes part of the error's sentence
) -> None:
    """Ask the hub to push the topic to `callback`, or to cease. It answers by a question of its own to the callback.

    `timeout` is in seconds for each request, of which redirects cause further ones. Raises FeedError when the hub can't
    be asked or says no, with the seconds that it wants to be left alone as `after`, and its `host` where it is the hub
    that fails, whatever the topic.
    """
    form = {
        "hub.mode": mode,
        "hub.topic": subscription.topic,
        "hub.callback": callback,
        "hub.verify": "async",  # PubSubHubbub 0.3 demands it, which old hubs speak; the others pass over it
    }
    if mode == "subscribe":
        # 5.1 would rather see it sent over https only. Over http it is no worse than the callback beside it, and it
        # still keeps out whoever learns the callback's address otherwise, as from a proxy's log.
        form |= {"hub.lease_seconds": str(LEASE), "hub.secret": subscription.key}
    try:
        address = web_address(subscription.hub)
        for _ in range(_REDIRECTS + 1):
            async with (
                turn(address),
                asyncio.timeout(timeout),
                session.post(address, data=form, allow_redirects=False) as response,
            ):
                if response.status in _MOVED and (location := response.headers.get("Location")):
                    address = web_address(str(response.url.join(URL(location))))
                    continue
                if not 200 <= response.status < 300:
                    what = f"{named(response.status)}: the hub does not take the request to {mode}."
                    fails = response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= 500
                    raise FeedError(what, after=retry_after(response.headers), host=address.host if fails else None)
                return
    except (aiohttp.ClientError, ValueError, OSError) as error:  # the time-out is an OSError
        reason = str(raised_error(error, "hub's answer", subscription.hub, timeout))
        raise FeedError(reason, host=host_of(subscription.hub)) from error
    raise FeedError(f"More than {_REDIRECTS} redirects from one place of the hub to the next.")
