"""An application's tables: identifiers quoted, values as parameters, types as the database has them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Select,
    Table,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoSuchTableError, SAWarning, SQLAlchemyError
from sqlalchemy.types import String

from dulae.accounts.databases import columns, fitting, hidden, refusals
from dulae.accounts.databases.columns import fitted, python_type
from dulae.accounts.profiles import listing
from dulae.accounts.profiles.profile import Profile
from dulae.accounts.profiles.shapes import Affix, Elsewhere, End, Scramble, Sign, Where
from dulae.errors import DatabaseError

_BATCH_ROWS = 5_000
# Where a table has the one through which its rows belong to a user.
BETWEEN = "between"
# Some databases take no more parameters than this in one statement; a list that is one parameter may be longer.
_MOST_KEYS, _LONGEST_LIST = 500, 10_000
_OWN = "write the right one, or null for what it lacks, under accounts in systems.yml"

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Tables:
    """The users' table of one application, what is read of each user, and the tables whose rows end with an account.

    ``read`` gives each column by the name under which its value stands in a row. ``absent`` are the kinds of things
    that this installation keeps nowhere in the database.
    """

    users: Table
    read: Mapping[str, ColumnElement[Any]]
    ends: tuple[tuple[End, Table], ...]
    absent: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> list[ColumnElement[Any]]:
        """Return what a statement selects to read users."""
        return [column.label(name) for name, column in self.read.items()]


class _Narrowed(Protocol):
    """What names another table's rows of a user: an attribute, a sign or an end."""

    @property
    def user(self) -> str | None: ...
    @property
    def of(self) -> str | None: ...
    @property
    def where(self) -> Where: ...


def tables(connection: Connection, profile: Profile) -> Tables:
    """Return the tables that a profile names; raise DatabaseError if one of its tables or columns is not there."""
    named = _Named(connection)
    users = named.table(profile.users.table, profile.users.in_schema)
    _demand(users, _own_columns(profile))
    columns.read_as_text(users, _texts(profile))
    fitting.demand_room(users, profile)
    ends, absent = [], []
    for end in profile.ends:
        try:
            table = named.ending(end)
        except DatabaseError:
            if not end.optional:
                raise
            absent.append(end.what)
            continue
        _demand(table, _end_columns(end))
        _demand(users, [end.of or profile.users.key])
        columns.read_as_text(table, end.where)
        columns.read_as_keys(table, end.user, users.c[end.of or profile.users.key])
        if end.restore and connection.dialect.name == "postgresql":
            columns.keep_exactly(table, end.used_at)
        ends.append((end, table))
    hidden.mark_moving(connection, users)
    hidden.demand_alone(connection, ends)
    read = dict(_read(named, profile, users))
    hidden.demand_seen(connection, named.all())
    return Tables(users, read, tuple(ends), tuple(absent))


class _Named:
    """The tables of one database, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[tuple[str | None, str], Table] = {}

    def table(self, name: str, schema: str | None) -> Table:
        """Return a table as the database describes it; raise DatabaseError if it is not there."""
        if (schema, name) not in self._found:
            self._found[schema, name] = _table(self._connection, name, schema)
        return self._found[schema, name]

    def all(self) -> list[Table]:
        """Return the tables that were looked up."""
        return list(self._found.values())

    def ending(self, end: End) -> Table:
        """Return the table of an end; the one between, if any, lies with it under ``BETWEEN``."""
        table = self.table(end.table, end.in_schema)
        if end.via:
            between = self.table(end.via.table, end.via.in_schema)
            _demand(between, [end.via.key, end.via.user, *end.via.where])
            table.info[BETWEEN] = between
        return table

    def rows(self, table: Table, sign: Sign) -> list[Any]:
        """Return what the column of a sign holds in the rows that are meant."""
        query = select(table.c[sign.column]).where(*narrowed(sign.where, table))
        return list(self._connection.execute(query).scalars())


def _own_columns(profile: Profile) -> Iterator[str]:
    """Yield the columns of the users' own table that a profile names."""
    users = profile.users
    yield from (users.key, users.login, *profile.written)
    yield from (part for part in users.attributes if isinstance(part, str))
    yield from (sign.column for sign in users.signs if not sign.table)
    yield from (end.of for end in profile.ends if end.of)
    yield from (sign.of for sign in users.signs if sign.listed and sign.of)


def _texts(profile: Profile) -> Iterator[str]:
    """Yield the columns of the users' own table that are text, however they are kept."""
    users = profile.users
    yield users.login
    yield from (part for part in (*users.name, users.citizen_id, users.unit) if isinstance(part, str))
    yield from (name for name, value in profile.written.items() if isinstance(value, str | Scramble))


def _end_columns(end: End) -> Iterator[str]:
    inside = [end.inside.column, end.inside.key, end.inside.until] if end.inside else []
    yield from (name for name in (end.user, *end.where, end.used_at, *inside) if name)


def _read(named: _Named, profile: Profile, users: Table) -> Iterator[tuple[str, ColumnElement[Any]]]:
    """Yield what is read of each user, by the name under which it stands in a row."""
    for name in _own_columns(profile):
        yield name, users.c[name]
    for part in profile.users.attributes:
        if isinstance(part, Elsewhere):
            yield part.label, _value_elsewhere(named, part, (users, profile.users.key))
    for sign in profile.users.signs:
        if sign.listed:
            yield sign.label, _sign_listed(named, sign, users.c[sign.of or profile.users.login])
        elif sign.table:
            yield sign.label, _sign_elsewhere(named, sign, (users, profile.users.key))


def _value_elsewhere(named: _Named, part: Elsewhere, owned: tuple[Table, str]) -> ColumnElement[Any]:
    """Return the one value that another table holds of a user; nothing where its rows disagree."""
    table = named.table(part.table, part.in_schema)
    _demand(table, [part.user, part.column, *part.where])
    columns.read_as_text(table, [part.column, *part.where])
    value = table.c[part.column]
    one = case((func.min(value) == func.max(value), func.min(value)))
    return select(one).where(_of_user(part, table, owned)).scalar_subquery()


def _sign_elsewhere(named: _Named, sign: Sign, owned: tuple[Table, str]) -> ColumnElement[Any]:
    table = named.table(sign.table or "", sign.in_schema)
    _demand(table, [sign.user or "", sign.column, *sign.where])
    columns.read_as_text(table, [sign.column, *sign.where])
    column = table.c[sign.column]
    if sign.contains is not None:
        holds = column.cast(String).contains(sign.contains, autoescape=True)
    else:
        holds = column == fitted(column, sign.equals)
    return exists().where(_of_user(sign, table, owned), holds)


def _sign_listed(named: _Named, sign: Sign, own: Column[Any]) -> ColumnElement[bool]:
    """Return whether a user is on the list that another table keeps; nobody is on one that is not there."""
    try:
        table = named.table(sign.table or "", sign.in_schema)
    except DatabaseError:
        if not sign.optional:
            raise
        return own.in_([])
    _demand(table, [sign.column, *sign.where])
    return own.in_(listing.members(named.rows(table, sign), sign.listed or "", table.name))


def _of_user(part: _Narrowed, table: Table, owned: tuple[Table, str]) -> ColumnElement[bool]:
    users, key = owned
    _demand(users, [part.of or key])
    theirs, own = table.c[part.user or ""], users.c[part.of or key]
    # Some tables keep numbers as text.
    is_text = python_type(theirs) is str and python_type(own) is not str
    return and_(theirs == (own.cast(String) if is_text else own), *narrowed(part.where, table))


def narrowed(where: Where, table: FromClause) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that narrow a shared table to the rows that are meant."""
    for name, value in where.items():
        column = table.c[name]
        if not isinstance(value, Affix):
            yield column == fitted(column, value)
            continue
        words = type_coerce(column, String())
        if value.begins:
            yield words.startswith(value.begins, autoescape=True)
        if value.ends:
            yield words.endswith(value.ends, autoescape=True)


def _table(connection: Connection, name: str, schema: str | None) -> Table:
    try:
        with warnings.catch_warnings():
            # A column of a type that SQLAlchemy does not know is read as the driver gives it.
            warnings.simplefilter("ignore", SAWarning)
            table = Table(name, MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
    except NoSuchTableError as error:
        remedy = "Write the right one, or its prefix, under accounts in systems.yml, and let dulae's account see it"
        raise DatabaseError(f"there is no table {name}", remedy=remedy) from error
    except SQLAlchemyError as error:
        refusals.about(error, name)
        raise
    columns.adapt(table, connection.dialect.name)
    return table


def _demand(table: Table, names: Iterable[str]) -> None:
    for name in names:
        if name not in table.c:
            known = ", ".join(column.name for column in table.columns)
            raise DatabaseError(f"table {table.name} has no column {name}", remedy=f"It has {known}: {_OWN}")


def users_rows(connection: Connection, found: Tables) -> Iterator[Row]:
    """Yield every users row with what the profile names, in a stream: memory stays small."""
    yield from _rows(connection, select(*found.columns).execution_options(yield_per=_BATCH_ROWS))


def users_by_key(
    connection: Connection, profile: Profile, found: Tables, keys: Iterable[Any], *, lock: bool = False
) -> dict[Any, Row]:
    """Return the rows of some primary keys; locked until the transaction ends, where asked and possible.

    Raise DatabaseError where one key names more than one row: then it is none.
    """
    key = found.users.c[profile.users.key]
    rows: dict[Any, Row] = {}
    for condition in among(connection, key, sorted(keys, key=str)):
        statement = select(*found.columns).where(condition).order_by(key)
        for row in _rows(connection, statement.with_for_update() if lock else statement):
            if row[key.name] in rows:
                what = f"column {key.name} of table {found.users.name} names more than one row"
                raise DatabaseError(what, remedy="Write the primary key's column as accounts.users.key")
            rows[row[key.name]] = row
    return rows


def _rows(connection: Connection, statement: Select[Any]) -> Iterator[Row]:
    """Yield rows as plain dicts: a mapping that looks each column up anew costs more than all else at a million."""
    answer = connection.execute(statement)
    names = tuple(answer.keys())
    for batch in answer.partitions(_BATCH_ROWS):
        yield from (dict(zip(names, row, strict=True)) for row in batch)


def among(
    connection: Connection, column: Column[Any], values: Sequence[Any]
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together hold where a column has one of some values; each fits into one statement."""
    whole = connection.dialect.name == "postgresql" and all(type(value) is int for value in values)
    longest = _LONGEST_LIST if whole else _MOST_KEYS
    for start in range(0, len(values), longest):
        some = values[start : start + longest]
        # A list of texts must not be cast to the column's type, for that would cut off what is longer.
        yield column == any_(literal(some, ARRAY(BigInteger))) if whole else column.in_(some)
