"""The bot's metrics, by Prometheus' rules for names (https://prometheus.io/docs/practices/naming/).

No label has more than a handful of values: no feed, no channel and no person is named. What happens is counted where it
happens, in this process and since its start; what there is, is read from the database when somebody asks.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.feeds.recording import PollResult, Record
from bot.model import STATUSES, Alert, Feed, Outcome, Recorded, Story
from bot.store.measures import Measures

_FEEDS = ("ok", "never polled", "paused", "failing", "gone", "quiet")
_POLLS = ("changed", "unchanged", "failed", "put off")

# Seconds. A poll takes as long as a server likes, up to 15 minutes; an alert is late after seconds, or after an outage.
_POLL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_DELAY_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)
_LOOP_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """Counts what happens. Each has a registry of its own, so that two in a process don't mix."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        self._stock = _Stock()
        own.register(self._stock)
        ProcessCollector(registry=own)
        Info("claimwatch_build", "Which version runs, on which Python.", registry=own).info(
            {"version": _version(), "python": platform.python_version()}
        )
        self._polls = Counter("claimwatch_polls", "Polls of feeds, by how they went.", ["outcome"], registry=own)
        self._poll_seconds = Histogram(
            "claimwatch_poll_duration_seconds", "How long polls of feeds took.", buckets=_POLL_BUCKETS, registry=own
        )
        self._stories = Counter("claimwatch_stories_recorded", "Stories, new or edited.", ["change"], registry=own)
        self._claims = Counter("claimwatch_claims_recorded", "Claims in new and edited stories.", registry=own)
        self._cases = Counter("claimwatch_cases_changed", "Changes of a case by a story.", registry=own)
        self._made = Counter("claimwatch_alerts_made", "Alerts that stories made owed.", registry=own)
        self._deliveries = Counter(
            "claimwatch_deliveries", "Attempts to deliver an alert.", ["platform", "outcome"], registry=own
        )
        self._delays = Histogram(
            "claimwatch_delivery_delay_seconds",
            "From when an alert was owed until it was sent; digests, which wait on purpose, left out.",
            ["platform"],
            buckets=_DELAY_BUCKETS,
            registry=own,
        )
        self._commands = Counter(
            "claimwatch_commands", "Commands, by how they were answered.", ["command", "outcome"], registry=own
        )
        self._loop = Histogram(
            "claimwatch_event_loop_delay_seconds",
            "By how much later than asked for the event loop came back.",
            buckets=_LOOP_BUCKETS,
            registry=own,
        )
        for outcome in _POLLS:
            self._polls.labels(_label(outcome))
        for change in ("new", "edited"):
            self._stories.labels(change)

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    def polled(self, result: PollResult) -> None:
        """Count a poll."""
        self._polls.labels(_label(result.outcome)).inc()
        if result.outcome != "put off":
            self._poll_seconds.observe(result.seconds)

    def counting(self, record: Record) -> Record:
        """Return what records as `record` does, and counts it."""

        async def counted(feed: Feed, story: Story, may_alert: bool) -> Recorded:
            recorded = await record(feed, story, may_alert)
            if recorded.story != "unchanged":
                self._stories.labels(recorded.story).inc()
                self._claims.inc(recorded.claims)
                self._cases.inc(len(recorded.cases))
                self._made.inc(recorded.alerts)
            return recorded

        return counted

    def delivered(self, alert: Alert, outcome: Outcome, now: datetime) -> None:
        """Count an attempt to deliver an alert."""
        where = alert.destination.partition(":")[0]
        self._deliveries.labels(where, _label(outcome)).inc()
        if outcome == "sent" and alert.kind != "digest":
            self._delays.labels(where).observe(max((now - alert.owed_at).total_seconds(), 0))

    def answered(self, command: str, outcome: str) -> None:
        """Count a command."""
        self._commands.labels(command, outcome).inc()

    def came_back(self, late: float) -> None:
        """Count a wait of the event loop that took so many seconds more than asked for."""
        self._loop.observe(max(late, 0))

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────

    def expect(self, platforms: list[str]) -> None:
        """Show these platforms with 0 as long as nothing is owed on them, so that an alert rule sees them."""
        self._stock.platforms = platforms

    def page(self, found: Measures | None, now: datetime, accept: str) -> tuple[bytes, str]:
        """Return what Prometheus reads, in the format that it prefers, and that format's content type.

        `found`: what there is in the database; None where it can't be read.
        """
        self._stock.found, self._stock.now = found, now
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Stock(Collector):
    """What there is, as it was read last."""

    def __init__(self) -> None:
        self.found: Measures | None = None
        self.now: datetime | None = None
        self.platforms: list[str] = []

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that the registry does not ask for what was not read yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        found, now = self.found, self.now
        yield _gauge("claimwatch_database_up", "Whether the database can be read.", {(): found is not None})
        if found is None or now is None:
            return
        yield _gauge(
            "claimwatch_feeds",
            "Feeds on the list.",
            {(_label(state),): found.feeds.get(state, 0) for state in _FEEDS},
            "state",
        )
        yield _gauge("claimwatch_cases", "Cases.", {(one,): found.cases.get(one, 0) for one in STATUSES}, "status")
        nothing = dict.fromkeys(self.platforms, (0, now))
        owed = nothing | dict(found.owed)
        yield _gauge(
            "claimwatch_alerts_owed",
            "Alerts that are owed, without digests that wait for their hour.",
            {(name,): number for name, (number, _) in owed.items()},
            "platform",
        )
        yield _gauge(
            "claimwatch_alerts_oldest_owed_age_seconds",
            "For how long the oldest of them is owed.",
            {(name,): max((now - since).total_seconds(), 0) for name, (_, since) in owed.items()},
            "platform",
        )
        yield _gauge("claimwatch_dead_letters", "Alerts that were given up.", {(): found.dead_letters})
        yield _gauge("claimwatch_database_bytes", "The size of the database.", {(): found.database_bytes})
        yield _gauge("claimwatch_database_free_bytes", "What is free within it.", {(): found.free_bytes})


def _gauge(name: str, help_: str, values: dict[tuple[str, ...], float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _label(words: str) -> str:
    return words.replace(" ", "_")


def _version() -> str:
    try:
        return version("claimwatch")
    except PackageNotFoundError:
        return "unknown"
