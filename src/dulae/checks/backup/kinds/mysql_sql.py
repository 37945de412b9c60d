"""Dumps of MariaDB and MySQL, read as they stream by: tables, their rows, and whether the end was reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO

from .inserts import Rows
from .plain_sql import Pieces, line_pieces
from .table_key import key

# "-- MariaDB dump 10.19  Distrib ...", "-- MySQL dump 10.13 ..."; "/*M!999999\- enable the sandbox mode */" may stand
# before it, and with --skip-comments or --compact nothing but statements.
HEADER = re.compile(rb"^-- (?:MariaDB|MySQL) dump ", re.MULTILINE)
_BARE = re.compile(
    rb"\s*(?:/\*M?!\d{5,6}|(?:CREATE|DROP|USE|SET|LOCK|INSERT|REPLACE) (?!.* (?:pg_catalog|public)\.))"
)
_COMPLETE = re.compile(rb"-- Dump completed")
_OF_DATABASE = re.compile(rb"-- Host: .*?\s+Database: (\S.*?)\s*$")
_SAVES = re.compile(rb"/\*!\d+ SET @OLD_SQL_NOTES=")
_RESTORES = re.compile(rb"/\*!\d+ SET SQL_NOTES=@OLD_SQL_NOTES")
# In backticks, in quotes (--compatible=ansi), or bare (--skip-quote-names).
_NAME = rb'(?:`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([\w$\x80-\xff]+))'
_USE = re.compile(rb"USE " + _NAME)
_TABLE = re.compile(rb"CREATE (?:OR REPLACE )?TABLE (?:IF NOT EXISTS )?" + _NAME)
_INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:IGNORE\s+|DELAYED\s+)*INTO\s+"
    + _NAME
    + rb"\s*(?:\((?:`(?:[^`]|``)*`|[^)`])*\)\s*)?VALUES"
)
_DELIMITER = re.compile(rb"DELIMITER (\S+)")


@dataclass
class MysqlDump:
    """What a dump holds; ``rows`` by "database table". ``complete`` if it reached its end, as far as it tells one."""

    tables: dict[str, int] = field(default_factory=dict)
    databases: set[str] = field(default_factory=set)
    complete: bool = False
    headed: bool = False
    saved: bool = False
    ended: bool = False
    closed: bool = False
    database: str = ""
    delimiter: bytes = b";"


def known(head: bytes) -> bool:
    """Say whether a dump begins so."""
    return bool(HEADER.search(head) or _BARE.match(head))


def scan(stream: BinaryIO) -> MysqlDump:
    """Read a dump to its end."""
    dump = MysqlDump()
    pieces = line_pieces(stream)
    for begins, piece in pieces:
        if not begins:
            dump.closed = piece.rstrip().endswith(b";")
        elif piece.startswith(b"--"):
            _comment(dump, piece)
        elif piece.strip():
            _statement(dump, piece, pieces)
    # A dump that says nothing of its end ends at least with a statement that is whole.
    dump.complete = dump.ended if dump.headed or dump.saved else dump.closed
    return dump


def _comment(dump: MysqlDump, line: bytes) -> None:
    """Note what a comment says of the dump's beginning, its end, or its database."""
    database = _OF_DATABASE.match(line)
    if HEADER.match(line):
        dump.headed, dump.ended = True, False
    elif _COMPLETE.match(line):
        dump.ended = True
    elif database:
        dump.database = database.group(1).decode("utf-8", "replace")
        dump.databases.add(dump.database)


def _statement(dump: MysqlDump, line: bytes, pieces: Pieces) -> None:
    """Note what a line begins; the rows of an INSERT are counted to its end. Bodies of triggers are passed over."""
    dump.closed = line.rstrip().endswith(b";")
    delimiter = _DELIMITER.match(line)
    if delimiter:
        dump.delimiter, dump.closed = delimiter.group(1), True
    if delimiter or dump.delimiter != b";":
        return
    insert = _INSERT.match(line)
    if insert:
        _rows(dump, insert, pieces)
    else:
        _definition(dump, line)


def _definition(dump: MysqlDump, line: bytes) -> None:
    """Note the database or table that a line names, and the marks of a dump without comments."""
    use, table = _USE.match(line), _TABLE.match(line)
    if use:
        dump.database = _named(use)
        dump.databases.add(dump.database)
    elif table:
        dump.tables.setdefault(_key(dump, table), 0)
    elif _SAVES.match(line):
        dump.saved = True
    if not dump.headed and _RESTORES.match(line):
        dump.ended = True


def _rows(dump: MysqlDump, insert: re.Match[bytes], pieces: Pieces) -> None:
    """Count the rows of an INSERT; it is not closed if the dump ends in it."""
    counting = Rows(escapes=True)
    counting.feed(insert.string[insert.end() :])
    for _, piece in pieces if not counting.ended else ():
        counting.feed(piece)
        if counting.ended:
            break
    table = _key(dump, insert)
    dump.tables[table] = dump.tables.get(table, 0) + counting.rows
    dump.closed = counting.ended


def _key(dump: MysqlDump, found: re.Match[bytes]) -> str:
    """Return how a table is known that a line names."""
    return key(dump.database, _named(found))


def _named(found: re.Match[bytes]) -> str:
    """Return a name as it is, without its quotes."""
    quoted, ansi, bare = found.group(1), found.group(2), found.group(3)
    name: bytes = (quoted or b"").replace(b"``", b"`") or (ansi or b"").replace(b'""', b'"') or bare
    return name.decode("utf-8", "replace")
