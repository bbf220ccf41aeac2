"""Corrections: what people mended of what was read.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the log of corrections, what was read of the stories that they are about, and cases that are closed."""
    op.add_column("cases", sa.Column("closed", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("into_id", sa.Integer(), nullable=True))
    op.create_index("ix_cases_into", "cases", ["into_id"], unique=False, sqlite_where=sa.text("into_id IS NOT NULL"))
    op.add_column("claims", sa.Column("corrected", sa.Text(), server_default="", nullable=False))
    _create_corrections()
    _create_readings()


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_corrections_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_corrections_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_corrections_case", "corrections", ["case_id"], unique=False)
    op.create_index("ix_corrections_other", "corrections", ["other_id"], unique=False)
    op.create_table(
        "corrected_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        *_key(),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["corrections.id"],
            name=op.f("fk_corrected_claims_correction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_corrected_claims_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrected_claims")),
    )
    op.create_index("ix_corrected_claims_correction", "corrected_claims", ["correction_id"], unique=False)
    op.create_index("ix_corrected_claims_story", "corrected_claims", ["story_id"], unique=False)


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        *_key(),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("weapons", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_readings_case_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_readings_story_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_story", "readings", ["story_id"], unique=False)
    op.create_index("ix_readings_case", "readings", ["case_id"], unique=False)


def _key() -> list[sa.Column[str]]:
    return [
        sa.Column("stance", sa.String(length=8), nullable=False),
        sa.Column("claimant", sa.String(length=64), nullable=True),
        sa.Column("supplier", sa.String(length=64), nullable=True),
        sa.Column("recipient", sa.String(length=64), nullable=True),
    ]
