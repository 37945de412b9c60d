"""What a database does to rows unasked: policies hide them, keys take others along, moments are written anew."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection

from dulae.accounts.profiles.shapes import End
from dulae.errors import DatabaseError

# In ``info`` of a column that the database writes itself at each change of its row.
MOVES = "moves"

_HIDES = text(
    """
    WITH applying AS (
        SELECT * FROM pg_policy
        WHERE polrelid = to_regclass(:name) AND polcmd IN ('*', 'r') AND EXISTS (
            SELECT FROM unnest(polroles) given (role)
            WHERE role = 0 OR pg_has_role(current_user, role, 'usage')
        )
    )
    SELECT coalesce(row_security_active(to_regclass(:name)::oid), false) AND (
        EXISTS (SELECT FROM applying WHERE NOT polpermissive)
        OR NOT EXISTS (SELECT FROM applying WHERE pg_get_expr(polqual, polrelid) = 'true')
    )
    """
)
_MOVING = text(
    "SELECT column_name FROM information_schema.columns WHERE table_name = :name"
    " AND table_schema = coalesce(:owner, database()) AND extra LIKE '%on update%'"
)
# Asked of the catalogue, where a right on the other tables is not needed, or they are not seen. SQLite lets a key take
# rows along only where a connection asks for it.
_OF_MYSQL = text(
    "SELECT table_name FROM information_schema.referential_constraints WHERE referenced_table_name = :name"
    " AND unique_constraint_schema = coalesce(:owner, database())"
    " AND delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT') LIMIT 1"
)
_OF_POSTGRESQL = text(
    "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype IN ('c', 'n', 'd')"
    " AND confrelid = to_regclass(:whole) LIMIT 1"
)
_HANGING = {"mysql": _OF_MYSQL, "mariadb": _OF_MYSQL, "postgresql": _OF_POSTGRESQL}


def demand_seen(connection: Connection, tables: Iterable[Table]) -> None:
    """Raise DatabaseError where PostgreSQL may hide rows of a table from dulae's account."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        name = connection.dialect.identifier_preparer.format_table(table)
        if connection.execute(_HIDES, {"name": name}).scalar():
            what = f"row level security may hide rows of table {table.name} from dulae's account"
            remedy = "Give the account BYPASSRLS, or a policy for it with USING (true), and WITH CHECK (true) to change"
            raise DatabaseError(what, remedy=remedy)


def demand_alone(connection: Connection, ends: Iterable[tuple[End, Table]]) -> None:
    """Raise DatabaseError where rows that undo gives back would take others along, which it could not."""
    hanging = _HANGING.get(connection.dialect.name)
    if hanging is None:
        return
    for end, table in ends:
        name = connection.dialect.identifier_preparer.format_table(table)
        places = {"name": table.name, "owner": table.schema, "whole": name}
        child = connection.execute(hanging, places).scalar() if end.restore else None
        if child:
            what = f"rows of table {child} would change with those of {end.what}, and not come back"
            remedy = f"Leave {end.what} out of ends, or write restore: false for it and let them go"
            raise DatabaseError(what, place=f"table {end.table}", remedy=remedy)


def mark_moving(connection: Connection, table: Table) -> None:
    """Mark the columns of a table that MariaDB or MySQL would write itself (``ON UPDATE CURRENT_TIMESTAMP``)."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    for name in connection.execute(_MOVING, {"name": table.name, "owner": table.schema}).scalars():
        if name in table.c:
            table.c[name].info[MOVES] = True
