"""The tables of who is told what, and when: subscriptions, preferences, and the outbox. See tables.py."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.store.tables import Instant, metadata

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("destination", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("configured", Boolean, nullable=False),  # from config.toml, not by command
    Column("created_at", Instant, nullable=False),
    Column("rhythm", String(8)),  # none: as the destination prefers
    Column("maker", Text),  # the destination of the person who made it; none: the configuration
    Column("mention", Text),  # a role to be mentioned in its alerts, as the platform numbers it
    Column("paused_at", Instant),  # since when its destination is gone
    Column("paused_why", Text),
    Column("paused_until", Instant),  # by command, whatever its destination is; none: not paused so
    UniqueConstraint("destination", "query"),
)

# To which guild a destination belongs that is told something there.
places = Table(
    "places",
    metadata,
    Column("destination", Text, primary_key=True),
    Column("guild", Text, nullable=False),  # "discord:guild:9"
    Column("left_at", Instant),  # since when the bot is no longer in that guild
    Index("ix_places_guild", "guild"),
)

# What people and channels prefer; a column is empty where nothing was said.
prefs = Table(
    "prefs",
    metadata,
    Column("destination", Text, primary_key=True),
    Column("rhythm", String(8)),
    Column("at", Integer),  # minutes after midnight, of a digest
    Column("weekday", Integer),  # of a weekly digest, 0 for Monday
    Column("quiet_from", Integer),  # minutes after midnight
    Column("quiet_to", Integer),
    Column("zone", Text),  # by the IANA's name
)

mutes = Table(
    "mutes",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("until", Instant),  # none: for good
    Index("ix_mutes_destination", "destination"),
    sqlite_with_rowid=False,
)

# The outbox: one row for each event and destination.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(25), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("destination", Text, nullable=False),
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE")),  # none: a notice
    Column("was", String(16)),
    Column("now", String(16)),
    Column("owed_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),  # owed, sent, dead, gone
    Column("next_try_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("leased_by", Text),  # the process that delivers it
    Column("attempts", Integer, nullable=False, server_default="0"),  # begun, whatever came of them
    Column("first_try_at", Instant),
    Column("done_at", Instant),
    Column("error", Text),
    Column("card", Text),  # what a notice says, as JSON
    Column("mention", Text),
    Column("period", String(8)),  # what a digest gathers: a day, a week, a burst, quiet hours
    Index("ix_alerts_owed_at", "kind", "owed_at"),
    Index("ix_alerts_due", "state", "next_try_at"),
    Index("ix_alerts_queue", "state", "destination", "id"),
    Index("ix_alerts_case", "case_id", "destination"),
    Index("ix_alerts_done_at", "done_at", "state"),
)

# The message that shows a case at a destination, to be edited and replied to.
messages = Table(
    "messages",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Index("ix_messages_destination", "destination"),
    sqlite_with_rowid=False,
)

# The cases that a digest tells of.
digest_items = Table(
    "digest_items",
    metadata,
    Column("alert_id", Integer, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("was", String(16)),  # the case's status before; none: the case was new there
    Index("ix_digest_items_case", "case_id"),
    sqlite_with_rowid=False,
)
