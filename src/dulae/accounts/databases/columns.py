"""Columns as dulae reads and writes them: what a database pads or packs is a plain value here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BINARY,
    CHAR,
    VARBINARY,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    type_coerce,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql import BIT, INTERVAL
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange, AbstractRange
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from dulae.accounts.profiles.shapes import Plain

# Where a column of SQLite has the type that it was declared with.
DECLARED = "declared"


class Padded(TypeDecorator[str]):
    """Text that PostgreSQL fills up with spaces, without them: they mean nothing to it either."""

    impl = CHAR
    cache_ok = True

    @property
    def python_type(self) -> type:
        """Return what a value is here."""
        return str

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the text as it was meant."""
        return value.rstrip(" ") if isinstance(value, str) else value


class _AsText(TypeDecorator[str]):
    """A type of PostgreSQL whose values have no exact form in Python (intervals, ranges), as its own text."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type:
        """Return what a value is here."""
        return str

    def __init__(self, stored: TypeEngine[Any] | None = None) -> None:
        super().__init__()
        self.stored = stored

    def column_expression(self, column: Any) -> Any:
        """Return what is read."""
        return cast(type_coerce(column, self.stored or Text()), Text())

    def bind_expression(self, bindparam: Any) -> Any:
        """Return what is written."""
        return cast(bindparam, self.stored or Text())


class _Utf8(TypeDecorator[str]):
    """Text that MariaDB or MySQL keeps as bytes; bytes that are none stay what they are."""

    impl = LargeBinary
    cache_ok = True

    @property
    def python_type(self) -> type:
        """Return what a value is here."""
        return str

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return the bytes as the database takes them."""
        return value.encode() if isinstance(value, str) else value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the text that the bytes are."""
        try:
            return value.decode() if isinstance(value, bytes) else value
        except UnicodeDecodeError:
            return value


class _OneBit(TypeDecorator[bool]):
    """PostgreSQL's ``bit(1)`` as true or false."""

    impl = BIT
    cache_ok = True

    @property
    def python_type(self) -> type:
        """Return what a value is here."""
        return bool

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return the bit as the database takes it."""
        return value if value is None else str(int(value))

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return whether the bit is set."""
        return value if value is None else str(value) == "1"


class _Span(TypeDecorator[Any]):
    """A span of time in MariaDB or MySQL: their driver writes those before midnight as others."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return the span as the database reads it."""
        if not isinstance(value, timedelta):
            return value
        whole = abs(value)
        minutes, seconds = divmod(whole.days * 86_400 + whole.seconds, 60)
        sign = "-" if value < timedelta() else ""
        return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{whole.microseconds:06}"

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the span as the driver gives it."""
        return value


class _Bits(TypeDecorator[int]):
    """The bits of MariaDB and MySQL as a whole number."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type:
        """Return what a value is here."""
        return int

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return the number as the database takes it."""
        return value if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the number that the bits are."""
        return int.from_bytes(value) if isinstance(value, bytes) else value


_INEXACT = (INTERVAL, AbstractRange, AbstractMultiRange)


def adapt(table: Table, dialect: str) -> None:
    """Have a table's columns give plain values."""
    for column in table.columns:
        if dialect == "sqlite":
            # SQLite keeps what it was given, whatever the column was declared as, but for numbers in text.
            column.info[DECLARED] = column.type
            column.type = NullType()
        elif dialect == "postgresql":
            column.type = _of_postgresql(column.type)
        else:
            column.type = _of_mysql(column.type)


def _of_postgresql(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    if type(kind) is CHAR:
        return Padded(kind.length)
    if isinstance(kind, BIT) and kind.length == 1:
        return _OneBit(1)
    return _AsText(kind) if isinstance(kind, _INEXACT) else kind


def _of_mysql(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(kind, mysql.BIT):
        return _Bits()
    if isinstance(kind, mysql.TIME):
        return _Span()
    return String() if isinstance(kind, mysql.SET) else kind


def keep_exactly(table: Table, *times: str | None) -> None:
    """Have a table of PostgreSQL give moments as text, for Python has none that never ends; but for some columns."""
    for column in table.columns:
        if isinstance(column.type, Date | DateTime) and column.key not in times:
            column.type = _AsText(column.type)


def read_as_text(table: Table, names: Iterable[str]) -> None:
    """Have some columns of a table give text where MariaDB or MySQL keeps it as bytes."""
    for name in names:
        if isinstance(table.c[name].type, BINARY | VARBINARY | mysql.TINYBLOB | mysql.BLOB):
            table.c[name].type = _Utf8()


def read_as_keys(table: Table, name: str | None, own: Column[Any]) -> None:
    """Have a column give text where it repeats the text of another table's column."""
    if name and name in table.c and python_type(own) is str:
        read_as_text(table, [name])


def fitted(column: ColumnElement[Any], value: Plain | datetime, zone: ZoneInfo | None = None) -> Any:
    """Return a value as the column takes it: ``false`` is 0 among whole numbers, a moment is told in ``zone``."""
    kind = python_type(column)
    if isinstance(value, datetime):
        return _moment(column, value, zone)
    return int(value) if isinstance(value, bool) and kind is int else value


def _moment(column: ColumnElement[Any], value: datetime, zone: ZoneInfo | None) -> Any:
    kind, local = python_type(column), value.astimezone(zone)
    if kind is int:
        return int(value.timestamp())
    if kind is date:
        return local.date()
    if getattr(column.type, "timezone", False):
        return value
    bare = local.replace(tzinfo=None)
    return bare if kind is datetime else bare.isoformat(" ")


def comparable(column: ColumnElement[Any], owner: Any) -> Any:
    """Return an owner's key as another table keeps it: some keep numbers as text."""
    return str(owner) if python_type(column) is str else owner


def python_type(column: ColumnElement[Any]) -> type:
    """Return what a column's values are in Python; ``object`` where nobody knows."""
    try:
        return column.type.python_type
    except NotImplementedError:
        return object
