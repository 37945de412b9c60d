"""Whether a database can take back what it was told: "wholly or not at all" rests on it."""

from __future__ import annotations

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection

from dulae.accounts.tables import Tables
from dulae.errors import DatabaseError

_MYSQL = ("mysql", "mariadb")


def demand(connection: Connection, tables: Tables, place: str) -> None:
    """Raise DatabaseError where a table would keep half of a change: older ones of MariaDB and MySQL do."""
    if connection.dialect.name not in _MYSQL:
        return
    whole = "SELECT lower(ENGINE) FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES'"
    known = set(connection.execute(text(whole)).scalars())
    for table in (tables.users, *(table for _, table in tables.ends)):
        engine = _engine(table)
        if engine and engine.lower() not in known:
            remedy = f"Nothing was changed; after a backup: ALTER TABLE {table.name} ENGINE=InnoDB"
            raise DatabaseError(
                f"table {table.name} keeps no transactions ({engine})", place=place, remedy=remedy
            )


def _engine(table: Table) -> str:
    """Return what keeps a table's rows; nothing for a view."""
    return next(
        (str(table.kwargs[f"{name}_engine"]) for name in _MYSQL if f"{name}_engine" in table.kwargs), ""
    )
