"""Feeds that people add, pause and move; alerts that speak of no case.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FEEDS: tuple[sa.Column[Any], ...] = (
    sa.Column("adaptive", sa.Boolean(), server_default="1", nullable=False),
    sa.Column("configured", sa.Boolean(), server_default="1", nullable=False),  # until now only config.toml had any
    sa.Column("paused", sa.Boolean(), server_default="0", nullable=False),
    sa.Column("folder", sa.Text(), nullable=True),
    sa.Column("family", sa.Text(), nullable=True),
    sa.Column("kind", sa.Text(), nullable=True),
    sa.Column("country", sa.String(length=2), nullable=True),
    sa.Column("added_by", sa.Text(), nullable=True),
    sa.Column("added_at", sa.BigInteger(), nullable=True),
    sa.Column("gone_at", sa.BigInteger(), nullable=True),
    sa.Column("last_new_at", sa.BigInteger(), nullable=True),
    sa.Column("pace", sa.Integer(), nullable=True),
    sa.Column("least_wait", sa.Integer(), server_default="0", nullable=False),
    sa.Column("skip_hours", sa.Text(), server_default="", nullable=False),
    sa.Column("skip_days", sa.Text(), server_default="", nullable=False),
    sa.Column("moved_to", sa.Text(), nullable=True),
    sa.Column("moved_polls", sa.Integer(), server_default="0", nullable=False),
    sa.Column("told", sa.String(length=16), nullable=True),
    sa.Column("hub", sa.Text(), nullable=True),
    sa.Column("topic", sa.Text(), nullable=True),
    sa.Column("hub_secret", sa.Text(), nullable=True),
    sa.Column("hub_until", sa.BigInteger(), nullable=True),
    sa.Column("memory", sa.LargeBinary(), nullable=True),
)


def upgrade() -> None:
    """Add the columns. A table that others refer to is never made anew: that would take their rows with it."""
    for column in _FEEDS:
        op.add_column("feeds", column)
    with op.batch_alter_table("alerts") as alerts:
        alerts.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        alerts.add_column(sa.Column("card", sa.Text(), nullable=True))
