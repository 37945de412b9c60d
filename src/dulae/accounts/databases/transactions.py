"""Whether a database can take back what it was told: "wholly or not at all" rests on it."""

from __future__ import annotations

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection

from dulae.accounts.databases.tables import Tables
from dulae.errors import DatabaseError

_MYSQL = ("mysql", "mariadb")
# A view's definition names whatever it reads in full.
_READ = text(
    "SELECT t.table_schema, t.table_name, t.engine FROM information_schema.views v JOIN information_schema.tables t"
    " ON locate(concat('`', t.table_schema, '`.`', t.table_name, '`'), v.view_definition) > 0"
    " WHERE v.table_schema = :schema AND v.table_name = :name"
)


def demand(connection: Connection, tables: Tables, place: str) -> None:
    """Raise DatabaseError where a table would keep half of a change: older ones of MariaDB and MySQL do."""
    for name, engine in lacking(connection, tables).items():
        remedy = f"Nothing was changed; after a backup: {remedy_of(name)}"
        raise DatabaseError(f"table {name} keeps no transactions ({engine})", place=place, remedy=remedy)


def lacking(connection: Connection, tables: Tables) -> dict[str, str]:
    """Return the tables that would keep half of a change, each with what keeps its rows."""
    if connection.dialect.name not in _MYSQL:
        return {}
    whole = "SELECT lower(ENGINE) FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES'"
    known = set(connection.execute(text(whole)).scalars())
    named: dict[str, str] = {}
    for table in (tables.users, *(table for _, table in tables.ends)):
        engine = _engine(table)
        named |= {table.name: engine} if engine else _below(connection, table)
    return {name: engine for name, engine in named.items() if engine and engine.lower() not in known}


def _below(connection: Connection, view: Table) -> dict[str, str]:
    """Return the tables that a view reads, through others too, each with what keeps its rows."""
    found: dict[str, str] = {}
    views = [(view.schema or connection.execute(text("SELECT database()")).scalar(), view.name)]
    for schema, name in views:
        for owner, read, engine in connection.execute(_READ, {"schema": schema, "name": name}):
            if engine:
                found[read] = engine
            elif (owner, read) not in views:
                views.append((owner, read))
    return found


def remedy_of(table: str) -> str:
    """Return the statement that lets a table keep transactions."""
    return f"ALTER TABLE {table} ENGINE=InnoDB"


def _engine(table: Table) -> str:
    """Return what keeps a table's rows; nothing for a view."""
    return next(
        (str(table.kwargs[f"{name}_engine"]) for name in _MYSQL if f"{name}_engine" in table.kwargs), ""
    )
