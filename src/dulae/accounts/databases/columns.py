"""Columns as dulae reads and writes them: what a database pads or packs is a plain value here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CHAR, BigInteger, ColumnElement, Enum, String, Table
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.types import NullType, TypeDecorator

from dulae.accounts.profiles.profile import Profile
from dulae.accounts.profiles.shapes import Plain, Scramble
from dulae.errors import DatabaseError


class _Padded(TypeDecorator[str]):
    """Text that PostgreSQL fills up with spaces, without them: they mean nothing to it either."""

    impl = CHAR
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the text as it was meant."""
        return value.rstrip(" ") if isinstance(value, str) else value


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


class _Bits(TypeDecorator[int]):
    """The bits of MariaDB and MySQL as a whole number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Return the number as the database takes it."""
        return value if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """Return the number that the bits are."""
        return int.from_bytes(value) if isinstance(value, bytes) else value


def adapt(table: Table, dialect: str) -> None:
    """Have a table's columns give plain values."""
    for column in table.columns:
        if dialect == "sqlite":
            # SQLite keeps what it was given, whatever the column was declared as.
            column.type = NullType()
        elif dialect == "postgresql" and type(column.type) is CHAR:
            column.type = _Padded(column.type.length)
        elif dialect == "postgresql" and isinstance(column.type, BIT) and column.type.length == 1:
            column.type = _OneBit(1)
        elif isinstance(column.type, mysql.BIT):
            column.type = _Bits()


def demand_room(users: Table, profile: Profile) -> None:
    """Raise DatabaseError where a column cannot hold what disabling would write there."""
    for name, value in profile.written.items():
        text = value.scramble if isinstance(value, Scramble) else value
        kind = users.c[name].type
        if not isinstance(text, str) or not isinstance(kind, String | _Padded):
            continue
        if isinstance(kind, Enum):
            _demand_one_of(users, name, (text, kind.enums))
        elif kind.length is not None and len(text) > kind.length:
            what = f"column {name} of table {users.name} holds {kind.length} characters, disabling writes {len(text)}"
            remedy = "Write under accounts in systems.yml what the application itself would take there"
            raise DatabaseError(what, remedy=remedy)


def _demand_one_of(users: Table, name: str, asked: tuple[str, list[str]]) -> None:
    text, known = asked
    if text not in known:
        what = f"column {name} of table {users.name} cannot hold {text!r}, which disabling writes"
        raise DatabaseError(what, remedy=f"It holds {', '.join(known)}: write one of them in systems.yml")


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
