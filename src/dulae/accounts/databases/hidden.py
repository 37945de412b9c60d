"""What a database does to rows unasked: policies hide them, keys take others along, moments are written anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, inspect, text
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
_TAKES_ALONG = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


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
    kept = {(table.schema, table.name): end for end, table in ends if end.restore}
    # SQLite does so only where a connection asks for it.
    if not kept or connection.dialect.name == "sqlite":
        return
    looked = inspect(connection)
    default = looked.default_schema_name
    for schema in {schema for schema, _ in kept}:
        for (_, child), keys in looked.get_multi_foreign_keys(schema=schema).items():
            for key in keys:
                end = _met(kept, key, (schema, default))
                if end:
                    what = f"rows of table {child} would change with those of {end.what}, and not come back"
                    remedy = f"Leave {end.what} out of ends, or write restore: false for it and let them go"
                    raise DatabaseError(what, place=f"table {end.table}", remedy=remedy)


def _met(
    kept: dict[tuple[str | None, str], End], key: Any, schemas: tuple[str | None, str | None]
) -> End | None:
    schema, default = schemas
    referred = key["referred_schema"] or schema
    if not _TAKES_ALONG & {str(key["options"].get("ondelete") or "").upper()}:
        return None
    return kept.get((referred, key["referred_table"])) or (
        kept.get((None, key["referred_table"])) if referred == default else None
    )


def mark_moving(connection: Connection, table: Table) -> None:
    """Mark the columns of a table that MariaDB or MySQL would write itself (``ON UPDATE CURRENT_TIMESTAMP``)."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    for name in connection.execute(_MOVING, {"name": table.name, "owner": table.schema}).scalars():
        if name in table.c:
            table.c[name].info[MOVES] = True
