"""An application's tables: identifiers quoted, values as parameters, types as the database has them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoSuchTableError, SAWarning
from sqlalchemy.types import NullType

from dulae.accounts.profile import End, Plain, Profile
from dulae.errors import DatabaseError

_BATCH_ROWS = 5_000
# Some databases take no more parameters than this in one statement.
MOST_KEYS = 500

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Tables:
    """The users' table of one application, and those whose rows end with an account."""

    users: Table
    ends: tuple[tuple[End, Table], ...]


def tables(connection: Connection, profile: Profile) -> Tables:
    """Return the tables that a profile names; raise DatabaseError if one of its tables or columns is not there."""
    users = _table(connection, profile.users.table, profile.users.in_schema)
    _demand(users, _users_columns(profile))
    ends = tuple((end, _table(connection, end.table, end.in_schema)) for end in profile.ends)
    for end, table in ends:
        _demand(table, [end.user, *end.where, *([end.used_at] if end.used_at else [])])
        _demand(users, [end.of or profile.users.key])
    return Tables(users, ends)


def _users_columns(profile: Profile) -> list[str]:
    users = profile.users
    wanted = [users.key, users.login, *users.name, users.citizen_id, users.unit, users.last_login_at]
    wanted += [users.privileged.column] if users.privileged else []
    wanted += [*profile.written, *(end.of for end in profile.ends)]
    return list(dict.fromkeys(name for name in wanted if name))


def _table(connection: Connection, name: str, schema: str | None) -> Table:
    try:
        with warnings.catch_warnings():
            # A column of a type that SQLAlchemy does not know is read as the driver gives it.
            warnings.simplefilter("ignore", SAWarning)
            table = Table(name, MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
    except NoSuchTableError as error:
        remedy = "Write accounts.users.table or accounts.ends in systems.yml as the application has it"
        raise DatabaseError(f"there is no table {name}", remedy=remedy) from error
    if connection.dialect.name == "sqlite":
        # SQLite keeps what it was given, whatever the column was declared as.
        for column in table.columns:
            column.type = NullType()
    return table


def _demand(table: Table, names: Iterable[str]) -> None:
    for name in names:
        if name not in table.c:
            known = ", ".join(column.name for column in table.columns)
            remedy = f"It has {known}: write the right one, or null for what it lacks, under accounts in systems.yml"
            raise DatabaseError(f"table {table.name} has no column {name}", remedy=remedy)


def users_rows(connection: Connection, profile: Profile, users: Table) -> Iterator[Row]:
    """Yield every users row with the columns that the profile names, in a stream: memory stays small."""
    columns = [users.c[name] for name in _users_columns(profile)]
    streaming = connection.execution_options(stream_results=True, yield_per=_BATCH_ROWS)
    yield from streaming.execute(select(*columns)).mappings()


def users_by_key(
    connection: Connection, profile: Profile, users: Table, keys: Sequence[Any], *, lock: bool = False
) -> dict[Any, Row]:
    """Return the rows of some primary keys; locked until the transaction ends, where asked and possible."""
    columns = [users.c[name] for name in _users_columns(profile)]
    key = users.c[profile.users.key]
    found: dict[Any, Row] = {}
    for some in parts(sorted(keys, key=str)):
        statement = select(*columns).where(key.in_(some)).order_by(key)
        statement = statement.with_for_update() if lock else statement
        found.update((row[key.name], row) for row in connection.execute(statement).mappings())
    return found


def parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield a long list in pieces that one statement takes."""
    for start in range(0, len(keys), MOST_KEYS):
        yield keys[start : start + MOST_KEYS]


def belonging(end: End, table: Table, owners: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition for the rows of another table that belong to some accounts."""
    fixed = [table.c[name] == fitted(table.c[name], value) for name, value in end.where.items()]
    return and_(table.c[end.user].in_([_comparable(table.c[end.user], owner) for owner in owners]), *fixed)


def fitted(column: Column[Any], value: Plain) -> Any:
    """Return a value of the settings as the column takes it: ``false`` is 0 in a column of whole numbers."""
    if isinstance(value, bool) and _python_type(column) is int:
        return int(value)
    return value


def _comparable(column: Column[Any], owner: Any) -> Any:
    """Return an owner's key as another table keeps it: some keep numbers as text."""
    return str(owner) if _python_type(column) is str else owner


def _python_type(column: Column[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:
        return object
