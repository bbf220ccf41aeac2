"""Subscriptions with a rhythm, what people prefer, mutes and digests.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SUBSCRIPTIONS: tuple[sa.Column[Any], ...] = (
    sa.Column("rhythm", sa.String(length=8), nullable=True),
    sa.Column("maker", sa.Text(), nullable=True),
    sa.Column("mention", sa.Text(), nullable=True),
    sa.Column("paused_at", sa.BigInteger(), nullable=True),
    sa.Column("paused_why", sa.Text(), nullable=True),
)


def upgrade() -> None:
    """Add what a rhythm needs."""
    for column in _SUBSCRIPTIONS:
        op.add_column("subscriptions", column)
    op.add_column("alerts", sa.Column("mention", sa.Text(), nullable=True))
    op.add_column("alerts", sa.Column("period", sa.String(length=8), nullable=True))
    op.create_index("ix_alerts_owed_at", "alerts", ["kind", "owed_at"], unique=False)
    op.create_table(
        "prefs",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=True),
        sa.Column("at", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_prefs")),
    )
    op.create_table(
        "mutes",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mutes_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "destination", name=op.f("pk_mutes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "digest_items",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_digest_items_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_digest_items_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "case_id", name=op.f("pk_digest_items")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_digest_items_case", "digest_items", ["case_id"], unique=False)
