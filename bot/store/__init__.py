"""The database: SQLite through SQLAlchemy Core. The only place with SQL.

`database.py` opens it and gives transactions; `tables.py` says what is kept; each other file has the functions for one
family of tables. Those take a connection first and do their part of whatever transaction the caller opened.
"""

from sqlalchemy import Connection

from bot.store.database import Store

__all__ = ["Connection", "Store"]  # Connection: for functions elsewhere that pass one through
