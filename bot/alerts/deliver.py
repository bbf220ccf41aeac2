"""Delivers what is owed.

::

    lease ──▶ case as it is now ──▶ card ──▶ platform ──▶ sent, and where its message is
      ▲                                         │ asks to wait, fails: owed, tried again later; a day of that: dead
      └──────── due ◀───────────────────────────┘ the destination is gone: so is all that is owed to it

Within a destination alerts go out in order, one at a time; destinations don't wait for each other. Whatever is killed
in between is leased again, by the same bot as soon as it starts anew, by another once the lease has run out. It goes
out with the same key and marked as tried before, so that the platform finds the message that is there already.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bot import cards
from bot.alerts import holder
from bot.alerts.gone import close, refused
from bot.cards_corrections import closed
from bot.cards_digest import digest
from bot.detect.lexicon import Lexicon
from bot.errors import DeliveryError, DestinationGone, Refused, RetryLater, StoreError
from bot.log import redact
from bot.model import Alert, Card, Case, Outcome, Period
from bot.store import Connection, Store, alerts, corrections, digests, ledger

log = structlog.get_logger(__name__)

_AT_ONCE = 64  # deliveries under way on one platform; it holds up no other
_WORTH_A_LOOK = 16  # places that must be free: to look costs as much for many as for one
_ANSWER_WITHIN = 60.0  # seconds for one delivery, after which it counts as failed
LEASE = timedelta(seconds=2 * _ANSWER_WITHIN)
_NOTE_AGAIN = 2.0  # seconds until it is tried again to note that one went out
_GIVE_UP_AFTER = timedelta(days=1)
_FIRST_RETRY = 5.0  # seconds; doubled with each attempt
LONGEST_RETRY = 3600.0
_PULSE = 5.0  # seconds between two looks into the store, in which another process may owe something


Told = Callable[[Alert, Outcome, datetime], None]
"""Is told what came of an attempt to deliver an alert, and when."""


class Poster(Protocol):
    """Where cards go: what a platform does for alerts."""

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        """Post a card and return the platform's id of the message; the same key never makes two, where it can tell.

        `again`: it was tried before, and the message may be there already, which a platform without such keys has to
        look for. Raises RetryLater, or DestinationGone.
        """

    async def edit(self, destination: str, message: str, card: Card) -> None:
        """Put a card in the place of the one that a message shows. Raises RetryLater, or DestinationGone."""


@dataclass(slots=True)
class _Desk:
    """What deliveries share."""

    store: Store
    posters: Mapping[str, Poster]
    lexicon: Callable[[], Lexicon]  # as it is now: rules may be changed while the bot runs
    clock: Callable[[], datetime]
    operators: str | None = None  # the destination of those who run the bot
    told: Told = lambda *_: None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    running: dict[asyncio.Task[bool], str] = field(default_factory=dict)  # each with its platform
    under_way: set[int] = field(default_factory=set)  # the alerts of these
    sent: int = 0
    off: set[str] = field(default_factory=set)  # the platforms that were found to be switched off


async def deliver_due(
    store: Store,
    posters: Mapping[str, Poster],
    lexicon: Lexicon,
    clock: Callable[[], datetime],
    operators: str | None = None,
) -> int:
    """Deliver what is due, until nothing is, and return how many alerts went out.

    `posters` has a platform by the name that its destinations begin with; what is owed on others stays owed.
    `operators` is the destination of those who run the bot.
    """
    desk = _Desk(store, posters, lambda: lexicon, clock, operators)
    await holder.take_back(store, clock())
    async with _finishing(desk):
        while True:
            desk.wake.clear()
            await _begin(desk)
            if not desk.running and not desk.wake.is_set():  # set: places came free after the look
                return desk.sent
            await desk.wake.wait()


async def deliver_forever(
    store: Store,
    posters: Mapping[str, Poster],
    lexicon: Callable[[], Lexicon],
    clock: Callable[[], datetime],
    wake: asyncio.Event,
    operators: str | None = None,
    told: Told = lambda *_: None,
) -> None:
    """Deliver what is due whenever `wake` is set, and what comes due by itself, until cancelled.

    `lexicon` gives the one that is in use, `operators` is the destination of those who run the bot, `told` hears what
    came of each attempt. A delivery that is cut off by the end stays owed. Trouble with the store is logged, and does
    not end it.
    """
    desk = _Desk(store, posters, lexicon, clock, operators, told, wake)
    await holder.take_back(store, clock())
    async with _finishing(desk):
        while True:
            wake.clear()
            pause = _PULSE
            try:
                await _begin(desk)
                now = clock()
                due = await store.read(alerts.next_try, posters.keys(), now)
                if due is not None:
                    pause = min((due - now).total_seconds(), _PULSE)
            except StoreError as error:
                log.warning("outbox not readable", reason=str(error))
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await wake.wait()


@contextlib.asynccontextmanager
async def _finishing(desk: _Desk) -> AsyncIterator[None]:
    """Leave no delivery behind: on the way out those under way are cut off and hand their leases back."""
    try:
        yield
    finally:
        for task in desk.running:
            task.cancel()
        await asyncio.gather(*desk.running, return_exceptions=True)


async def _begin(desk: _Desk) -> None:
    """Lease what is due and begin to deliver it."""
    if not desk.running:
        await _warn_of_stranded(desk)
    busy = Counter(desk.running.values())
    room = {platform: _AT_ONCE - busy[platform] for platform in desk.posters}
    room = {platform: free for platform, free in room.items() if free >= _WORTH_A_LOOK}
    if not room:
        return
    now = desk.clock()
    for alert, case in await desk.store.write(_lease, room, now, now + LEASE):
        if alert.id in desk.under_way:  # the clock was set forth, and its lease seemed to have run out
            continue
        task = asyncio.create_task(_deliver(desk, alert, case))
        desk.running[task] = _platform(alert.destination)
        desk.under_way.add(alert.id)
        task.add_done_callback(partial(_ended, desk, alert.id))


def _lease(
    connection: Connection, room: Mapping[str, int], now: datetime, until: datetime
) -> list[tuple[Alert, Case | None]]:
    """Lease what is due on each platform, as far as it has room, and return it with the cases as they are now.

    All in one transaction: what changes a case later owes an edit, since the post has begun.
    """
    name = holder.this_process()
    due = [
        alert
        for platform, free in room.items()
        for alert in alerts.lease(connection, [platform], now, until, free, name)
    ]
    numbers = {alert.case_id for alert in due if alert.case_id is not None}
    cases = {case.id: case for case in ledger.cases_by_id(connection, sorted(numbers))}
    return [(alert, cases.get(alert.case_id) if alert.case_id else None) for alert in due]


async def _warn_of_stranded(desk: _Desk) -> None:
    """Say once of each platform that alerts are owed on it while it is switched off."""
    for destination in await desk.store.read(alerts.stranded, desk.posters.keys()):
        if (platform := _platform(destination)) not in desk.off:
            desk.off.add(platform)
            log.warning("platform switched off, its alerts stay owed", platform=platform)


def _ended(desk: _Desk, alert_id: int, task: asyncio.Task[bool]) -> None:
    del desk.running[task]
    desk.under_way.discard(alert_id)
    desk.wake.set()
    if task.cancelled():
        return
    if error := task.exception():  # the lease runs out, and the alert is tried again
        log.error("delivery not noted", reason=redact(str(error)))
    else:
        desk.sent += task.result()


async def _deliver(desk: _Desk, alert: Alert, case: Case | None) -> bool:
    """Deliver one alert; return whether it went out."""
    outcome = await _attempt(desk, alert, case)
    desk.told(alert, outcome, desk.clock())
    return outcome == "sent"


async def _attempt(desk: _Desk, alert: Alert, case: Case | None) -> Outcome:
    """Try to deliver one alert and note what became of it."""
    try:
        if alert.kind in ("edit", "reply") and alert.message is None:
            await desk.store.write(alerts.give_up, alert, "the case's message never went out", desk.clock())
            return "given up"
        async with asyncio.timeout(_ANSWER_WITHIN):
            message = await _hand_over(desk, alert, case)
        await _note_delivered(desk, alert, message)
    except asyncio.CancelledError:
        await desk.store.write(alerts.release, alert)
        raise
    except DestinationGone as error:
        dropped = await desk.store.write(close, alert.destination, _reason(error), desk.clock(), desk.operators)
        log.warning("destination gone", destination=alert.destination, reason=_reason(error), alerts=dropped)
        return "gone"
    except Exception as error:
        return await _failed(desk, alert, error)
    log.info("alert delivered", kind=alert.kind, destination=alert.destination, case=alert.case_id, key=alert.key)
    return "sent"


async def _note_delivered(desk: _Desk, alert: Alert, message: str | None) -> None:
    """Note that an alert went out, again and again while the disk is full or somebody holds the lock.

    Once the lease has run out it would go out a second time, and until then nothing else goes to that destination.
    """
    end = time.monotonic() + (LEASE.total_seconds() - _ANSWER_WITHIN)
    while True:
        try:
            await desk.store.write(alerts.delivered, alert, message, desk.clock())
        except StoreError as error:
            if time.monotonic() > end:
                raise
            log.warning("delivery not noted yet", key=alert.key, reason=str(error))
            await asyncio.sleep(_NOTE_AGAIN)
        else:
            return


async def _hand_over(desk: _Desk, alert: Alert, case: Case | None) -> str | None:
    """Give the platform the alert's own card, or the case's; return the id of a new message."""
    poster = desk.posters[_platform(alert.destination)]
    again = alert.attempts > 0
    if alert.card is not None:
        return await poster.post(alert.destination, alert.card, key=alert.key, again=again)
    if alert.period is not None:
        return await _hand_over_digest(desk, poster, alert, alert.period)
    if case is None:  # its last claim was withdrawn meanwhile, and the alert with it
        return None
    if not case.voices:  # closed by a correction: what shows it says so, and nothing more is said of it
        if alert.kind == "edit":
            log_of_case = await desk.store.read(corrections.of_case, case.id)
            await poster.edit(alert.destination, alert.message or "", closed(case, log_of_case, desk.lexicon()))
        return None
    if alert.kind == "edit":
        await poster.edit(alert.destination, alert.message or "", cards.alert(case, desk.lexicon()))
        return None
    if alert.kind == "reply":
        card = cards.status_change(case, alert.was or case.status, desk.lexicon())
    else:
        card = cards.alert(case, desk.lexicon())
    reply_to = alert.message if alert.kind == "reply" else None
    return await poster.post(
        alert.destination, replace(card, mention=alert.mention), key=alert.key, reply_to=reply_to, again=again
    )


async def _hand_over_digest(desk: _Desk, poster: Poster, alert: Alert, period: Period) -> str | None:
    items = await desk.store.read(digests.items, alert.id)
    if not items:  # the last claims of all its cases were withdrawn meanwhile
        return None
    return await poster.post(
        alert.destination, digest(items, period, desk.lexicon()), key=alert.key, again=alert.attempts > 0
    )


async def _failed(desk: _Desk, alert: Alert, error: Exception) -> Outcome:
    """Put an alert off, or give it up when it was tried for a day."""
    now = desk.clock()
    named = error.after if isinstance(error, RetryLater) else None
    retry_at = now + timedelta(seconds=_back_off(alert.attempts) if named is None else named)
    given_up = await desk.store.write(
        alerts.failed, alert, _reason(error), now=now, retry_at=retry_at, patience=_GIVE_UP_AFTER
    )
    if isinstance(error, Refused):
        await desk.store.write(refused, alert.destination, _reason(error), now, desk.operators)
    say = log.error if given_up else log.warning
    say(
        "alert given up" if given_up else "alert put off",
        kind=alert.kind,
        destination=alert.destination,
        case=alert.case_id,
        attempts=alert.attempts + 1,
        reason=_reason(error),
    )
    return "given up" if given_up else "put off"


def _back_off(attempts: int) -> float:
    """Seconds until the next try: doubled each time up to an hour, and spread so that many don't come at once."""
    longest = min(_FIRST_RETRY * 2.0 ** min(attempts, 20), LONGEST_RETRY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - a spread, no secret


def _reason(error: Exception) -> str:
    """An error's own sentence; of one that nobody here raised, its kind as well."""
    text = redact(str(error))
    return text if isinstance(error, DeliveryError) else f"{type(error).__name__}: {text}"


def _platform(destination: str) -> str:
    return destination.partition(":")[0]
