"""What is kept, as SQLAlchemy Core tables. A change here needs a migration in `migrations/versions/`.

`cases` and the `case_*` tables are a summary of `claims`, made anew in the transaction that changes a case's claims, so
that a question costs the same at ten thousand claims as at a million: it walks `case_actors` newest first and reads
a handful of short rows for each case that it shows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970: exact, sortable, the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("outlet", Text),
    Column("title", Text),
    Column("interval", Integer, nullable=False),  # seconds
    Column("enabled", Boolean, nullable=False),
    Column("read_article", Boolean, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("next_poll_at", Instant),
    Column("last_poll_at", Instant),
    Column("last_success_at", Instant),
    Column("last_error_at", Instant),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("adaptive", Boolean, nullable=False, server_default="1"),  # the interval follows how often it publishes
    Column("configured", Boolean, nullable=False, server_default="1"),  # from config.toml, not by command
    Column("paused", Boolean, nullable=False, server_default="0"),  # by command
    Column("folder", Text),
    Column("family", Text),
    Column("kind", Text),
    Column("country", String(2)),
    Column("added_by", Text),
    Column("added_at", Instant),
    Column("gone_at", Instant),
    Column("last_new_at", Instant),
    Column("pace", Integer),  # seconds
    Column("least_wait", Integer, nullable=False, server_default="0"),  # seconds
    Column("skip_hours", Text, nullable=False, server_default=""),  # numbers, with commas between
    Column("skip_days", Text, nullable=False, server_default=""),  # numbers, with commas between; 0 is Monday
    Column("moved_to", Text),
    Column("moved_polls", Integer, nullable=False, server_default="0"),
    Column("told", String(16)),
    Column("hub", Text),
    Column("topic", Text),
    Column("hub_secret", Text),
    Column("hub_until", Instant),
    Column("memory", LargeBinary),  # last: SQLite reads a row from its start
    Index("ix_feeds_due", "enabled", "next_poll_at"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # of what was read: a change makes it an edited story
    Column("title", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("publisher", Text, nullable=False),  # the outlet's family: what corroboration counts
    Column("url", Text),
    Column("published", Instant),
    Column("seen", Instant, nullable=False),
    Column("at", Instant, nullable=False),  # published, else seen
    Column("copy_of", Integer, ForeignKey("stories.id", ondelete="SET NULL")),  # the story it repeats, from elsewhere
    Column("body_gone", Boolean, nullable=False, server_default="0"),  # it had a body, which was too old to be kept
    # The long ones last: SQLite reads a row from its start, and most questions need none of them.
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("feed_id", "key"),
    Index("ix_stories_url", "url"),
    Index("ix_stories_copy_of", "copy_of"),
    sqlite_autoincrement=True,  # an id is never given twice: story_text and the alerts' keys go by it
)

# What is left of a story without claims that was too old to be kept: enough to know it again in its feed.
past_stories = Table(
    "past_stories",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("mark", LargeBinary(16), primary_key=True),  # a digest of its key
    Column("hash", LargeBinary(32), nullable=False),
    Column("had_body", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# Full text of the stories that hold claims: FTS5, rowid = stories.id. Made by the first migration; Core has no word
# for virtual tables, so this is only what queries need of it.
story_text = Table(
    "story_text",
    MetaData(),
    Column("rowid", Integer, primary_key=True),
    Column("title", Text),
    Column("summary", Text),
    Column("story_text", Text),  # the column that MATCH takes for "any of them"
)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("supplier", String(64)),
    Column("recipient", String(64)),
    Column("status", String(16), nullable=False),
    Column("publishers", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("story_id", Integer, ForeignKey("stories.id", ondelete="SET NULL")),  # its newest story, for the headline
    Index("ix_cases_dyad", "supplier", "recipient", "last_at"),
    Index("ix_cases_last_at", "last_at"),
    Index("ix_cases_status", "status", "last_at"),
    Index("ix_cases_story", "story_id"),
    sqlite_autoincrement=True,  # people ask for a case by its id, long after it may have gone
)

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story_id", Integer, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE")),
    Column("stance", String(8), nullable=False),
    Column("claimant", String(64)),
    Column("supplier", String(64)),
    Column("recipient", String(64)),
    Column("phase", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("carrier", Text),
    Column("rules", Text, nullable=False),  # names, with commas between
    Column("at", Instant, nullable=False),  # the story's
    Index("ix_claims_case", "case_id", "stance", "claimant", "at"),
    Index("ix_claims_case_at", "case_id", "at"),
    Index("ix_claims_story", "story_id"),
    Index("ix_claims_stance", "stance", "at"),
    Index("ix_claims_at", "at"),
)

claim_weapons = Table(
    "claim_weapons",
    metadata,
    Column("claim_id", Integer, ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("weapon", String(16), primary_key=True),
    sqlite_with_rowid=False,
)

# `role` is "from", "to", "by", or "any" for whatever role: a claim or case has an "any" row for each of its actors.
claim_actors = Table(
    "claim_actors",
    metadata,
    Column("actor", String(64), primary_key=True),
    Column("role", String(4), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("claim_id", Integer, ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_claim_actors_claim", "claim_id"),
    sqlite_with_rowid=False,
)

case_actors = Table(
    "case_actors",
    metadata,
    Column("actor", String(64), primary_key=True),
    Column("role", String(4), primary_key=True),
    Column("last_at", Instant, primary_key=True),  # the case's
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_case_actors_case", "case_id", "actor", "role"),
    sqlite_with_rowid=False,
)

case_weapons = Table(
    "case_weapons",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("weapon", String(16), primary_key=True),
    sqlite_with_rowid=False,
)

case_voices = Table(
    "case_voices",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("stance", String(8), primary_key=True),
    Column("claimant", String(64), primary_key=True),  # "" for the reporter's own voice
    Column("claim_id", Integer, ForeignKey("claims.id", ondelete="CASCADE"), nullable=False),  # the newest
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("claims", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The stories that count for a case's publishers: those with a claim in it, less the copies of another's text there.
case_stories = Table(
    "case_stories",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("publisher", Text, primary_key=True),
    Column("story_id", Integer, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_case_stories_story", "story_id"),
    sqlite_with_rowid=False,
)

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
