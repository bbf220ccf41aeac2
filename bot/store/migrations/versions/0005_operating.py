"""What operating for years needs: places and their guilds, past stories, who holds a lease, indexes to remove by.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INDEXES = (
    ("ix_cases_story", "cases", ["story_id"]),
    ("ix_mutes_destination", "mutes", ["destination"]),
    ("ix_alerts_done_at", "alerts", ["done_at", "state"]),
    ("ix_messages_destination", "messages", ["destination"]),
)


def upgrade() -> None:
    """Add them."""
    op.add_column("alerts", sa.Column("leased_by", sa.Text(), nullable=True))
    op.add_column("stories", sa.Column("body_gone", sa.Boolean(), server_default="0", nullable=False))
    op.create_table(
        "past_stories",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("had_body", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_past_stories_feed_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "mark", name=op.f("pk_past_stories")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "places",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("guild", sa.Text(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_places")),
    )
    op.create_index("ix_places_guild", "places", ["guild"], unique=False)
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns, unique=False)
