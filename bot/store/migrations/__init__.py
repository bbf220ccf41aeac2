"""Alembic's folder: append-only, one file a change, each applied inside the transaction that opens the database."""
