"""What belongs to accounts in other tables: sessions, tokens, roles. Counted, kept for undo, ended.

Most tables name the account in a column. Some applications pack its number into a text (Django's sessions): there
every row is read and unpacked.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Insert, Table, and_, delete, func, null, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import NullType

from dulae.accounts.databases.columns import comparable
from dulae.accounts.databases.tables import BETWEEN, Row, among, narrowed
from dulae.accounts.profiles.shapes import End, Inside
from dulae.errors import DatabaseError

Source = tuple[End, Table]
_BATCH_ROWS = 5_000
# A session is some hundred bytes; one that unpacks to more than this is none.
_LARGEST = 1 << 20
_OWNER = "_auth_user_id"
_UUID_DIGITS = 32
_HEXADECIMAL = set("0123456789abcdef")


def owned(connection: Connection, source: Source, owners: Iterable[Any]) -> Iterator[tuple[str, int, Any]]:
    """Yield whose rows a table holds: the owner as text, how many rows, and the last use as it is stored."""
    end, table = source
    if end.inside:
        yield from _unpacked_counts(connection, source, owners)
        return
    (owner, whole), asked = _with_owner(source), list(owners)
    used_at, known = func.max(table.c[end.used_at]) if end.used_at else null(), _Known(asked, table.name)
    for theirs in _theirs(connection, source, asked):
        query = select(owner, func.count(), used_at).select_from(whole).where(theirs).group_by(owner)
        for name, count, last in connection.execute(query):
            yield known.asked(name), count, last


def rows(connection: Connection, source: Source, owners: Iterable[Any]) -> Iterator[tuple[str, Row]]:
    """Yield the rows that a table holds of some accounts, each with its owner as text."""
    end, table = source
    if end.inside:
        yield from _unpacked(connection, source, owners, list(table.columns))
        return
    asked = list(owners)
    known = _Known(asked, table.name)
    for theirs in _theirs(connection, source, asked):
        for row in connection.execute(select(table).where(theirs)).mappings():
            yield known.asked(row[end.user or ""]), dict(row)


def end_all(connection: Connection, source: Source, owners: Iterable[Any]) -> None:
    """Delete the rows that a table holds of some accounts."""
    end, table = source
    if end.inside:
        key = table.c[end.inside.key]
        found = [row[key.name] for _, row in _unpacked(connection, source, owners, [key])]
        conditions = among(connection, key, found)
    else:
        conditions = _theirs(connection, source, owners)
    for theirs in conditions:
        connection.execute(delete(table).where(theirs))


class _Again(Insert):
    """An insert of rows as they were, with the numbers that the database would always make itself."""

    inherit_cache = True


@compiles(_Again, "postgresql")
def _with_its_numbers(statement: _Again, compiler: Any, **more: Any) -> str:
    made: str = compiler.visit_insert(statement, **more)
    return made.replace(") VALUES ", ") OVERRIDING SYSTEM VALUE VALUES ", 1)


def put_back(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows that were deleted, as they were; what the database computes of them it computes again."""
    own = [column.key for column in table.columns if column.computed is None]
    kept = [{name: row[name] for name in own if name in row} for row in rows]
    if kept:
        connection.execute(_Again(table), kept)


class _Known:
    """Owners as they were asked for: a database that takes capitals and small letters for the same gives its own."""

    def __init__(self, owners: Iterable[Any], table: str) -> None:
        self._table = table
        self._exact = {str(owner) for owner in owners}
        self._folded = {_folded(owner): owner for owner in self._exact}

    def asked(self, stored: Any) -> str:
        """Return the owner that a stored one was found for, as text."""
        name = str(stored)
        if name in self._exact:
            return name
        found = self._folded.get(_folded(name))
        if found is None:
            what = "a row names an account in a spelling that only the database takes for the account's"
            remedy = f"Look in {self._table} for accounts whose names differ by marks or spaces alone"
            raise DatabaseError(what, place=f"table {self._table}", remedy=remedy)
        return found


def _folded(name: str) -> str:
    # A number with a fraction of noughts is the whole one.
    whole, point, fraction = name.partition(".")
    plain = whole if point and not fraction.strip("0") and whole.lstrip("-").isdecimal() else name
    # Not without its marks: two accounts may differ by a tone mark alone, and a row of the other one is not this one's.
    return plain.casefold().rstrip()


def _theirs(connection: Connection, source: Source, owners: Iterable[Any]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that together hold for the rows of some accounts."""
    end, table = source
    between = table.info[BETWEEN].alias() if end.via else None
    column = table.c[end.user or ""] if between is None or not end.via else between.c[end.via.user]
    for theirs in among(connection, column, [comparable(column, owner) for owner in owners]):
        own = theirs
        if end.via and between is not None:
            named = select(between.c[end.via.key]).where(theirs, *narrowed(end.via.where, between))
            own = table.c[end.user or ""].in_(named)
        yield and_(own, *narrowed(end.where, table))


def _with_owner(source: Source) -> tuple[ColumnElement[Any], FromClause]:
    """Return the column that names the account, and where it stands: in the table, or in the one between."""
    end, table = source
    if not end.via:
        return table.c[end.user or ""], table
    between = table.info[BETWEEN]
    return between.c[end.via.user], table.join(between, table.c[end.user or ""] == between.c[end.via.key])


def _unpacked_counts(
    connection: Connection, source: Source, owners: Iterable[Any]
) -> Iterator[tuple[str, int, Any]]:
    end, table = source
    used_at = [table.c[end.used_at]] if end.used_at else []
    counted: dict[str, tuple[int, Any]] = {}
    for owner, row in _unpacked(connection, source, owners, used_at):
        count, last = counted.get(owner, (0, None))
        used = row[end.used_at] if end.used_at else None
        counted[owner] = (count + 1, max(filter(None, (last, used)), default=None))
    yield from ((owner, count, last) for owner, (count, last) in counted.items())


def _unpacked(
    connection: Connection, source: Source, owners: Iterable[Any], columns: Iterable[ColumnElement[Any]]
) -> Iterator[tuple[str, Row]]:
    """Yield the rows whose packed text names one of some accounts, with the columns that are asked for."""
    end, table = source
    inside, known = end.inside, {_one_spelling(str(owner)): str(owner) for owner in owners}
    if inside is None or not known:
        return
    wanted = {column.key: column for column in (table.c[inside.column], *columns)}
    query = select(*wanted.values()).where(*narrowed(end.where, table), *_not_over(inside, table))
    streamed = connection.execute(query, execution_options={"yield_per": _BATCH_ROWS}).mappings()
    packed = ((known.get(_one_spelling(_OPENED[inside.form](row[inside.column]))), row) for row in streamed)
    # All of it is read before anything else is asked on this connection.
    yield from [(owner, dict(row)) for owner, row in packed if owner is not None]


def _one_spelling(owner: str) -> str:
    """Return a UUID without its hyphens, as some databases keep it; anything else as it is."""
    bare = owner.replace("-", "").lower()
    return bare if len(bare) == _UUID_DIGITS and set(bare) <= _HEXADECIMAL else owner


def _not_over(inside: Inside, table: Table) -> Iterator[ColumnElement[bool]]:
    """Yield that a row still counts: rows past their time let nobody in."""
    if inside.until:
        until, now = table.c[inside.until], datetime.now(UTC)
        bare = now.replace(tzinfo=None)
        # SQLite keeps times as text.
        plain = bare.isoformat(" ") if isinstance(until.type, NullType) else bare
        yield or_(until > (now if getattr(until.type, "timezone", False) else plain), until.is_(None))


def django_session(stored: object) -> str:
    """Return the user's number in a Django session's data; empty for one that nobody is logged in with.

    Django signs it (``data:time:signature``, a leading dot: deflated); before 3.1 it was base64 of ``hash:data``.
    """
    text = stored.decode("ascii", "replace") if isinstance(stored, bytes) else str(stored or "")
    try:
        packed, signed, _ = text.partition(":")
        content: Mapping[str, Any] = json.loads(_signed(packed) if signed else _old(packed))
        return str(content.get(_OWNER) or "")
    except (ValueError, AttributeError, zlib.error, binascii.Error):
        return ""


def _signed(packed: str) -> bytes:
    is_deflated = packed.startswith(".")
    data = packed.removeprefix(".")
    plain = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
    return zlib.decompressobj().decompress(plain, _LARGEST) if is_deflated else plain


def _old(packed: str) -> bytes:
    return base64.b64decode(packed).partition(b":")[2]


_OPENED = {"django_session": django_session}
