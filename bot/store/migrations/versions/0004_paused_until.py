"""Subscriptions that a manager has paused.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add until when a subscription is paused."""
    op.add_column("subscriptions", sa.Column("paused_until", sa.BigInteger(), nullable=True))
