"""Lets hubs push feeds (WebSub), where a feed names a hub and the bot has a public address.

::

    look ── feeds with a hub ── a new one, or four fifths of the lease are over ── POST subscribe ──▶ hub
      └──── paused, removed, gone, another hub ─────────────────────────────────── POST unsubscribe ▶ hub
                                                                                                       │
    callback ◀── GET: is that meant? ── yes, for just what is wanted; else 404 ◀───────────────────────┤
             ◀── GET: denied ────────── told in the log, asked again in a day ◀────────────────────────┤
             ◀── POST: the feed ─────── 202; read as if polled, if the signature is right ◀────────────┘

While a lease runs the feed is polled at the longest interval only, as a safety net (`pace.py`). So nothing is lost with
a hub that fails: it is told in the log and asked again, later and later, while polling goes on.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import structlog
from aiohttp import web
from multidict import MultiMapping

from bot.errors import ConfigError, FeedError, StoreError
from bot.feeds.fetch import open_session
from bot.feeds.hosts import Hosts, host_of
from bot.feeds.hubs import LEASE, Mode, Subscription, ask, made_for, new_secret, signed
from bot.feeds.poller import Poller, Polling
from bot.log import redact
from bot.store import Store
from bot.store.feeds import Hubbed, hubbed, in_use, keep_hub_secrets, keep_hub_until

log = structlog.get_logger(__name__)

_RENEW_AFTER = 0.8  # of a lease
_LEAST_WAIT = timedelta(minutes=5)  # between two renewals, however short a lease the hub grants
_BATCH = 500  # feeds read from the store at once: more would hold up the event loop
_ASKED_AT_ONCE = 20  # of one hub's subscriptions at a look, a second apart: some hubs push thousands of feeds
_FIRST_WAIT, _LONGEST_WAIT = 600.0, 86_400.0  # seconds before a hub is asked again
_BODY_SECONDS = 30.0  # for a push to arrive
_PUSHES = 50  # that wait to be read; a hub that gets a 503 comes again


@dataclass(slots=True)
class _Held:
    """A subscription that is wanted, and how it stands."""

    subscription: Subscription
    token: str
    until: datetime | None  # when its lease ends; None: the hub has granted none
    due: datetime  # when the hub is asked next
    tries: int = 0  # since the hub last granted it


class WebSub:
    """Subscribes at hubs and takes what they push; open it with `async with`, since it listens."""

    def __init__(
        self, store: Store, poller: Poller, settings: Polling, clock: Callable[[], datetime], *, public_url: str
    ) -> None:
        """`public_url` is where hubs reach this; nobody is asked anything before `look`."""
        self._store = store
        self._poller = poller
        self._settings = settings
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._hosts = Hosts(settings.host_delay)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._held: dict[int, _Held] = {}
        self._by_token: dict[str, _Held] = {}
        self._to_leave: list[Subscription] = []
        self._leaving: dict[str, Subscription] = {}
        self._pushes: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._refresh()  # before anybody calls: a hub that is told 404 or 410 gives up
        self._session = open_session(self._settings.user_agent, self._settings.guard)
        app = web.Application(client_max_size=self._settings.max_bytes)
        app.router.add_get("/{path:.*}", self._asked)
        app.router.add_post("/{path:.*}", self._pushed)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)  # callbacks' addresses are secrets
        await self._runner.setup()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        for push in self._pushes:
            push.cancel()
        await asyncio.gather(*self._pushes, return_exceptions=True)
        await self._session.close()

    async def listen(self, address: str) -> int:
        """Take what hubs send at `address` (127.0.0.1:8480) and return the port. Raises ConfigError where it can't."""
        host, _, port = address.rpartition(":")
        try:
            await web.TCPSite(self._runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            reason = error.strerror or "there is no such address"
            raise ConfigError(f"websub.listen is {address}, where nothing can listen: {reason}.") from error
        log.info("hubs may push", public_url=self._public_url, listen=address)
        return int(self._runner.addresses[-1][1])

    # ── asking hubs ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def look(self) -> None:
        """Ask hubs for what is due: subscriptions that are new or run out, and the end of those not wanted any more."""
        try:
            await self._refresh()
        except StoreError as error:
            log.error("hubs not asked", error=str(error))  # noqa: TRY400  the sentence says it all
            return
        now, leave = self._clock(), self._to_leave
        self._to_leave = []
        hubs: defaultdict[str, tuple[list[Subscription], list[_Held]]] = defaultdict(lambda: ([], []))
        for subscription in leave:
            ended = hubs[host_of(subscription.hub)][0]
            (ended if len(ended) < _ASKED_AT_ONCE else self._to_leave).append(subscription)
        for held in self._held.values():
            if held.due <= now:
                hubs[host_of(held.subscription.hub)][1].append(held)
        await asyncio.gather(*(self._ask_one_hub(ended, due) for ended, due in hubs.values()))

    async def _ask_one_hub(self, ended: list[Subscription], due: list[_Held]) -> None:
        """One after the other; where it is the hub that fails, and no single topic, the others are put off as well."""
        for subscription in ended:
            error = await self._ask(subscription, "unsubscribe")
            if error and error.host:
                break  # the others are told 410 when they push, as all are that are ended
        for number, held in enumerate(due[:_ASKED_AT_ONCE]):
            self._put_off(held)  # before: the hub may grant it while it is being asked
            error = await self._ask(held.subscription, "subscribe")
            if error and error.after:
                held.due = max(held.due, self._clock() + timedelta(seconds=min(error.after, _LONGEST_WAIT)))
            if error and error.host:
                for other in due[number + 1 :]:
                    self._put_off(other)
                    other.due = max(other.due, held.due)
                return

    async def _ask(self, subscription: Subscription, mode: Mode) -> FeedError | None:
        hub, callback = redact(subscription.hub), f"{self._public_url}/websub/{subscription.token}"
        try:
            async with self._slots:
                turn, timeout = self._hosts.turn, self._settings.timeout
                await ask(self._session, subscription, mode, callback, turn=turn, timeout=timeout)
        except FeedError as error:
            log.warning("hub failed", feed=subscription.feed, hub=hub, asked=mode, error=str(error))
            return error
        log.info("hub asked", feed=subscription.feed, hub=hub, asked=mode)
        return None

    def _put_off(self, held: _Held) -> None:
        seconds = min(_FIRST_WAIT * 2 ** min(held.tries, 16), _LONGEST_WAIT)
        held.tries += 1
        held.due = self._clock() + timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311  it spreads load

    # ── which are wanted ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _refresh(self) -> None:
        """Bring what is held in step with the feeds as they are now."""
        wanted: set[int] = set()
        last = 0
        while feeds := await self._store.read(hubbed, last, _BATCH):
            last = feeds[-1].id
            with_hub = [(feed, feed.hub) for feed in feeds if feed.hub and feed.in_use]
            wanted |= {feed.id for feed, _ in with_hub}
            fresh = {
                feed.id: new_secret(self._public_url, hub, feed.topic)
                for feed, hub in with_hub
                if not feed.secret or not made_for(feed.secret, self._public_url, hub, feed.topic)
            }
            if fresh:
                await self._store.write(keep_hub_secrets, fresh)
            for feed, hub in with_hub:
                secret = fresh.get(feed.id) or feed.secret or ""
                self._hold(Subscription(feed.id, hub, feed.topic, secret), None if feed.id in fresh else feed.until)
            for feed in feeds:
                if feed.until and feed.id not in wanted:
                    await self._let_go(feed)
        for feed_id in self._held.keys() - wanted:
            self._end(self._held[feed_id])

    def _hold(self, subscription: Subscription, until: datetime | None) -> None:
        held = self._held.get(subscription.feed)
        if held and held.subscription == subscription:
            return
        if held:
            self._end(held)
        now = self._clock()
        due = now if until is None or until <= now else now + _RENEW_AFTER * (until - now)
        new = _Held(subscription, subscription.token, until, due)
        self._held[subscription.feed] = self._by_token[new.token] = new
        self._leaving.pop(new.token, None)

    async def _let_go(self, feed: Hubbed) -> None:
        """End what a feed that is not wanted any more still has; also after a restart, when it is not held."""
        await self._store.write(keep_hub_until, feed.id, feed.secret, None)
        if feed.id in self._held or not feed.hub or not feed.secret or not feed.until or feed.until <= self._clock():
            return
        if made_for(feed.secret, self._public_url, feed.hub, feed.topic):
            self._leave(Subscription(feed.id, feed.hub, feed.topic, feed.secret))

    def _end(self, held: _Held) -> None:
        del self._held[held.subscription.feed], self._by_token[held.token]
        if held.until and held.until > self._clock():
            self._leave(held.subscription)

    def _leave(self, subscription: Subscription) -> None:
        self._leaving[subscription.token] = subscription
        self._to_leave.append(subscription)

    # ── what hubs send ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _asked(self, request: web.Request) -> web.Response:
        """Answer a hub's question whether a request was meant (section 5.3), or hear that it says no (5.2)."""
        token, asked = _token(request), request.query
        mode, topic = asked.get("hub.mode"), asked.get("hub.topic")
        held = self._by_token.get(token)
        if held and topic == held.subscription.topic:
            if mode == "denied":
                await self._denied(held, asked.get("hub.reason", ""))
                return web.Response()
            if mode == "subscribe" and "hub.challenge" in asked:
                await self._granted(held, asked)
                return _echo(asked["hub.challenge"])
        ended = self._leaving.get(token)
        if ended and topic == ended.topic and mode == "unsubscribe" and "hub.challenge" in asked:
            del self._leaving[token]
            return _echo(asked["hub.challenge"])
        return web.Response(status=404)

    async def _granted(self, held: _Held, asked: MultiMapping[str]) -> None:
        lease = asked.get("hub.lease_seconds", "")
        seconds = int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 10 else LEASE
        lasts = timedelta(seconds=min(seconds, LEASE))
        now = self._clock()
        await self._until(held, now + lasts)
        held.due, held.tries = now + max(_RENEW_AFTER * lasts, _LEAST_WAIT), 0
        log.info("hub pushes", feed=held.subscription.feed, hub=redact(held.subscription.hub), until=str(held.until))

    async def _denied(self, held: _Held, reason: str) -> None:
        await self._until(held, None)
        held.due = self._clock() + timedelta(seconds=_LONGEST_WAIT)
        hub = redact(held.subscription.hub)
        log.warning("hub denies", feed=held.subscription.feed, hub=hub, reason=" ".join(reason[:200].split()))

    async def _until(self, held: _Held, until: datetime | None) -> None:
        try:
            await self._store.write(keep_hub_until, held.subscription.feed, held.subscription.secret, until)
        except StoreError as error:
            log.error("hub's answer not kept", feed=held.subscription.feed, error=str(error))  # noqa: TRY400
            raise web.HTTPServiceUnavailable from error
        held.until = until

    async def _pushed(self, request: web.Request) -> web.Response:
        """Take what a hub pushes. One without the right signature is answered alike and dropped (section 7.1)."""
        held = self._by_token.get(_token(request))
        if held is None:
            return web.Response(status=410)  # by which a hub may know that this is over (section 7)
        if len(self._pushes) >= _PUSHES:
            return web.Response(status=503, headers={"Retry-After": "60"})
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        if signed(held.subscription.key, body, request.headers.get("X-Hub-Signature", "")):
            push = asyncio.create_task(self._read(held, body, request.headers.get("Content-Type", "")))
            self._pushes.add(push)
            push.add_done_callback(self._pushes.discard)
        else:
            log.warning("push without the right signature", feed=held.subscription.feed)
        return web.Response(status=202)

    async def _read(self, held: _Held, body: bytes, content_type: str) -> None:
        try:
            feed = await self._store.read(in_use, held.subscription.feed)
            if feed:
                await self._poller.push(feed, body, content_type)
        except StoreError as error:
            log.error("push not read", feed=held.subscription.feed, error=str(error))  # noqa: TRY400
        except Exception:  # one push's surprise must not go unseen; the next poll brings what it held
            log.exception("internal error in a push", feed=held.subscription.feed)


def _token(request: web.Request) -> str:
    """Whatever stands before it: a proxy may leave out the path of the public address or not."""
    return request.path.rpartition("/")[2]


def _echo(challenge: str) -> web.Response:
    return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})
