"""The dataclasses that the steps hand each other. No I/O; imports nothing of the project.

Actors are codes (`KP`, `WAGNER`), weapons are categories from `WEAPONS`, times are UTC and aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

Stance = Literal["asserts", "denies"]
Phase = Literal["proposed", "agreed", "delivered", "stopped"]
Status = Literal["alleged", "acknowledged", "contested", "denied", "stopped"]
Weapon = Literal[
    "aircraft",
    "drones",
    "air-defence",
    "missiles",
    "artillery",
    "ammunition",
    "armour",
    "ships",
    "small-arms",
    "sensors",
    "components",
    "unspecified",
]

STANCES: tuple[Stance, ...] = get_args(Stance)
PHASES: tuple[Phase, ...] = get_args(Phase)
STATUSES: tuple[Status, ...] = get_args(Status)
WEAPONS: tuple[Weapon, ...] = get_args(Weapon)

UNKNOWN = ".."
"""How an actor that nobody named is shown, as SIPRI's arms transfers register shows it."""


# ── feeds and stories ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as the store keeps it: what is configured, and how its last polls went."""

    id: int
    url: str
    outlet: str | None  # configured name; None: the name that the feed gives itself
    title: str | None  # the name that the feed gives itself, once it was read
    interval: int  # seconds between polls
    enabled: bool
    read_article: bool = False  # its stories' pages are read too
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_poll_at: datetime | None = None  # None: at once
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = None  # None: the last poll went well
    failures: int = 0  # failed polls in a row
    adaptive: bool = True  # the interval follows how often it publishes
    configured: bool = True  # by config.toml; else by command
    paused: bool = False  # by command
    folder: str | None = None  # where a list of feeds (OPML) has it
    family: str | None = None  # who owns the outlet
    kind: str | None = None  # of outlet: "wire", "newspaper", "state", "trade", "think tank" …
    country: str | None = None  # of the outlet, ISO 3166-1 alpha-2
    added_by: str | None = None  # the destination of whoever added it by command: "discord:user:42"
    added_at: datetime | None = None
    gone_at: datetime | None = None  # the server said that it is gone for good (410)
    last_new_at: datetime | None = None  # when it last had a new story
    pace: int | None = None  # seconds between its stories, as seen lately; None: not known yet
    least_wait: int = 0  # seconds that it asks to be left alone between polls
    skip_hours: frozenset[int] = frozenset()  # of the day, UTC, at which it asks not to be polled
    skip_days: frozenset[int] = frozenset()  # of the week, 0 for Monday, UTC
    moved_to: str | None = None  # the address to which it redirects for good, until that is believed
    moved_polls: int = 0  # polls in a row in which it did
    told: str | None = None  # the trouble that its manager was told of last: "failing", "quiet" or "gone"
    hub: str | None = None  # where a WebSub hub pushes it
    topic: str | None = None  # the name by which that hub knows it
    hub_secret: str | None = None
    hub_until: datetime | None = None  # when the hub's subscription ends
    memory: bytes | None = None  # what the parser wants to be given back at the next poll


@dataclass(frozen=True, slots=True)
class Story:
    """One feed entry as plain text."""

    key: str  # its identity within the feed: guid, else link, else title and date
    title: str
    summary: str
    outlet: str
    seen: datetime  # when we first saw it
    published: datetime | None = None  # None: undated, or dated in the future
    url: str | None = None
    body: str = ""  # the whole text, where it is at hand

    @property
    def at(self) -> datetime:
        """When it was published, as far as is known; else when it was first seen."""
        return self.published or self.seen


# ── claims and cases ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Claim:
    """One actor's statement about one transfer, as read from one story."""

    stance: Stance
    claimant: str | None  # None: the reporter's own voice
    supplier: str | None
    recipient: str | None
    weapons: tuple[Weapon, ...]
    phase: Phase
    words: str  # the words it was read from, a span of the story's text
    carrier: str | None = None  # the outlet that the speaker spoke through: KCNA, TASS
    rules: tuple[str, ...] = ()  # names of the rules that made it

    @property
    def key(self) -> tuple[str, str | None, str | None, str | None]:
        """What makes it a different claim from another in the same story."""
        return (self.stance, self.claimant, self.supplier, self.recipient)


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim in the ledger, with the story it was read from."""

    id: int
    case_id: int | None  # None: neither supplier nor recipient is known, so there is no case
    claim: Claim
    title: str
    outlet: str
    url: str | None
    published: datetime | None
    at: datetime  # published, else first seen


@dataclass(frozen=True, slots=True)
class Voice:
    """What one claimant has said of a case with one stance: the newest words, and since when."""

    stance: Stance
    claimant: str | None
    phase: Phase
    words: str
    carrier: str | None
    outlet: str
    url: str | None
    first_at: datetime
    last_at: datetime
    claims: int  # how many claims stand behind it


@dataclass(frozen=True, slots=True)
class Case:
    """One alleged transfer and what is said about it. `status` follows from the voices by `bot.cases.status`."""

    id: int
    supplier: str | None
    recipient: str | None
    status: Status
    weapons: tuple[Weapon, ...]
    voices: tuple[Voice, ...]  # newest first
    publishers: int  # at most this many independent publishers
    first_at: datetime
    last_at: datetime
    headline: str  # of its newest story
    url: str | None
    outlet: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a story that was recorded."""

    story: Literal["new", "edited", "unchanged"]
    claims: int = 0  # that it holds now
    cases: tuple[int, ...] = ()  # whose claims it changed
    alerts: int = 0  # owed because of it


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────────

Field = Literal["actor", "from", "to", "by", "weapon", "status", "stance", "phase", "outlet", "since", "until", "text"]


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a query. `value` is a code, a category, a word, or for since and until an ISO time.

    In a subscription's query a time told from now stays as it was written: "30d", "today".
    """

    field: Field
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All clauses must hold; of a clause's terms, one must."""

    clauses: tuple[tuple[Term, ...], ...] = ()


# ── what is said to people ───────────────────────────────────────────────────────────────────────────────────────────

Style = Literal["plain", "strong", "dim", "quote", "code"]


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters. It is data, never markup: each platform escapes it and draws style and link its own way."""

    text: str
    style: Style = "plain"
    url: str | None = None


Line = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading, or under none. `compact` sections may stand side by side."""

    heading: str | None
    lines: tuple[Line, ...]
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a card."""

    name: str  # "feeds.opml"
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A command that somebody gives by a press; the answer is for them alone. The label has at most 75 characters."""

    label: str  # "Why"
    command: str  # as it would be typed, without the mark: "why 12"


@dataclass(frozen=True, slots=True)
class Card:
    """An alert or an answer, for every platform alike."""

    title: str
    sections: tuple[Section, ...] = ()
    status: Status | None = None  # gives the card its colour, and its word where the title does not hold it
    url: str | None = None
    footer: str | None = None
    cases: tuple[int, ...] = ()  # the cases it speaks of, in their order
    more: bool = False  # there is a next page
    attachment: Attachment | None = None
    mention: str | None = None  # a role to be mentioned with it, as the platform numbers it
    buttons: tuple[Button, ...] = ()  # at most five, beside those that turn its pages


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

AlertKind = Literal["post", "edit", "reply", "notice", "digest"]
Outcome = Literal["sent", "put off", "given up", "gone"]  # of an attempt to deliver one
Rhythm = Literal["now", "daily", "weekly"]
Period = Literal["daily", "weekly", "quiet", "burst"]

RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A query kept for a destination."""

    id: int
    destination: str  # "console", "discord:CHANNEL_ID", "discord:user:USER_ID", "slack:CHANNEL_ID"
    query: str  # as it was written
    configured: bool = True  # by config.toml; else by command
    rhythm: Rhythm | None = None  # None: as the destination prefers
    maker: str | None = None  # the destination of the person who made it
    mention: str | None = None  # a role to be mentioned in its alerts, as the platform numbers it
    paused_why: str | None = None  # why nothing can be delivered there
    paused_until: datetime | None = None  # by command; `UNTIL_RESUMED` where no end was named


UNTIL_RESUMED = datetime.max.replace(tzinfo=UTC)
"""The end of a pause that has none."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Who wants to be told of what fits a query, and how."""

    destination: str
    rhythm: Rhythm | None = None  # None: as the destination prefers
    mention: str | None = None


@dataclass(frozen=True, slots=True)
class Prefs:
    """When a person or a channel wants to be told."""

    rhythm: Rhythm = "now"  # where a subscription names none
    at: int = 8 * 60  # when a digest comes, in minutes after midnight
    weekday: int = 0  # on which day a weekly one comes, 0 for Monday
    quiet: tuple[int, int] | None = None  # from when to when it is to be quiet, in minutes after midnight
    zone: str = "UTC"  # the IANA's name of the time zone in which all that is meant


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A case that a digest tells of."""

    case: Case  # as it is now
    was: Status | None  # its status before; None: the case was new there


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing owed to one destination, leased to whoever delivers it."""

    id: int
    key: str  # unique for event and destination; at most 25 characters, so that it serves as Discord's nonce
    kind: AlertKind  # a case's message, its edit, a reply under it at a change of status; a ready card
    destination: str
    case_id: int | None  # None: a notice
    message: str | None  # the platform's id of the case's message there, once it was posted
    was: Status | None  # for a reply: the status before
    now: Status | None  # for a reply: the status after
    attempts: int  # how often it was tried before
    owed_at: datetime
    card: Card | None = None  # what a notice says
    period: Period | None = None  # what a digest gathers
    mention: str | None = None  # a role to be mentioned with it


# ── how the bot is ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Alerts that could not be delivered on one platform for one reason."""

    destination: str  # the first of them, by name
    destinations: int  # how many there are
    state: str  # "owed" while they are tried again, "dead" when they were given up, "gone" when the destination is
    reason: str
    alerts: int
    at: datetime  # of the newest: when it was given up, or when it is tried next


@dataclass(frozen=True, slots=True)
class Health:
    """How reading and delivering go, at one moment."""

    at: datetime
    feeds: tuple[Feed, ...]  # on the list, paused ones too
    owed: tuple[tuple[str, int], ...]  # by platform, without what waits for its hour
    oldest_owed: datetime | None  # since when the oldest of these is owed
    waiting: int  # digests that wait for their hour
    sent: int  # in the last 24 hours, as are the next two
    dead: int
    gone: int
    dead_letters: int  # alerts that were given up, dead or gone, ever
    undelivered: tuple[Undelivered, ...]  # the last ones
    newest_story: tuple[str, str, datetime] | None  # title, outlet, when it was first seen
    database_bytes: int


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is kept of a person, or was."""

    subscriptions: int = 0  # their own
    alerts: int = 0  # to them, with the messages that show them
    prefs: int = 0
    mutes: int = 0
    names: int = 0  # of theirs, with what they made for others
    configured: int = 0  # subscriptions of theirs that config.toml makes, which stay

    @property
    def anything(self) -> bool:
        """Whether it is more than nothing that can go."""
        return bool(self.subscriptions or self.alerts or self.prefs or self.mutes or self.names)
