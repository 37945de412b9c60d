"""Plain SQL dumps, read line by line: which tables, how many rows, and whether the dump reached its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator, Tuple

from .inserts import Rows
from .table_key import as_listed, key

HEADER = re.compile(rb"^-- PostgreSQL database (?:cluster )?dump\s*$", re.MULTILINE)
_COMPLETE = re.compile(rb"-- PostgreSQL database (?:cluster )?dump complete\s*$")
_NAME = rb'((?:"(?:[^"]|"")+"|[^\s."(]+)(?:\.(?:"(?:[^"]|"")+"|[^\s."(]+))?)'
_TABLE = re.compile(rb"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?" + _NAME)
_COPY = re.compile(rb"COPY " + _NAME + rb".* FROM stdin;\s*$", re.DOTALL)
# Of which partition the rows are that follow, though they are given to the table that it is a part of.
_DATA_OF = re.compile(rb"-- Data for Name: (.+); Type: TABLE DATA; Schema: (.+); Owner: ")
_VIA_ROOT = b"-- load via partition root "
_INSERT = re.compile(
    rb"INSERT INTO "
    + _NAME
    + rb" (?:\((?:\"(?:[^\"]|\"\")*\"|[^)\"])*\) )?(?:OVERRIDING \w+ VALUE )?(DEFAULT )?VALUES"
)
_CONNECT = re.compile(
    rb'\\connect (?:-reuse-previous=on )?(?:"dbname=\'(.+)\'"|"((?:[^"]|"")+)"|([^\s"]+))\s*$'
)
_BODY = re.compile(rb"\bAS (\$\w*\$)")
_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')
END_OF_DATA = b"\\."
# A line longer than this is read in pieces, so that one huge value does not fill the memory.
_LINE_BYTES = 1 << 16
Pieces = Iterator[Tuple[bool, bytes]]


@dataclass
class PlainDump:
    """What a plain dump holds; ``complete`` if nothing but comments follows its completion mark."""

    tables: set[str] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)
    databases: set[str] = field(default_factory=set)
    complete: bool = False
    _data_of: str = ""
    _partition: str = ""

    @property
    def with_data(self) -> set[str]:
        """Return the tables for which the dump has data, be it none."""
        return set(self.counted)

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(self.counted.values())

    def add(self, table: str, rows: int) -> None:
        """Note rows of a table, or of the partition of it that was said."""
        table = self._partition or table
        self.counted[table] = self.counted.get(table, 0) + rows

    def remark(self, line: bytes) -> None:
        """Note of which table the following rows are, where a comment tells it."""
        data_of = _DATA_OF.match(line)
        if data_of:
            name, schema = (told.decode("utf-8", "replace") for told in data_of.groups())
            self._data_of, self._partition = key(schema, name), ""
        elif line.startswith(b"-- Name: "):
            self._data_of = self._partition = ""
        elif line.startswith(_VIA_ROOT):
            # The comment has a space where the name has a line break.
            known = (table for table in self.tables if as_listed(table) == as_listed(self._data_of))
            self._partition = next(known, self._data_of)


def scan(stream: BinaryIO) -> PlainDump:
    """Read a dump to its end."""
    dump = PlainDump()
    pieces = line_pieces(stream)
    for begins, line in pieces:
        if not begins:
            continue
        if _COMPLETE.match(line):
            dump.complete = True
        elif line.startswith(b"--"):
            dump.remark(line)
        elif line.startswith(b"\\connect "):
            _connect(dump, line)
        elif line.strip() and not line.startswith(b"\\"):
            dump.complete = False
            _statement(dump, line, pieces)
    return dump


def _connect(dump: PlainDump, line: bytes) -> None:
    """Note the database whose data follow, as pg_dump -C and pg_dumpall tell it."""
    found = _CONNECT.match(line)
    if found:
        dump.databases.add(next(name for name in found.groups() if name).decode("utf-8", "replace"))


def _statement(dump: PlainDump, line: bytes, pieces: Pieces) -> None:
    """Note the table that a line makes or fills; rows are counted and passed over, as are bodies of functions."""
    while line.startswith((b"COPY ", b"CREATE TABLE ")) and line.count(b'"') % 2:
        line += next(pieces, (True, b'"'))[1]
    copy, insert, table = _COPY.match(line), _INSERT.match(line), _TABLE.match(line)
    body = _BODY.search(line)
    if table:
        dump.tables.add(_known(table.group(1)))
    elif insert:
        dump.add(_known(insert.group(1)), 1 if insert.group(2) else _inserted(insert, pieces))
    elif copy:
        dump.add(_known(copy.group(1)), sum(1 for _ in _rows(pieces)))
    elif body and line.count(body.group(1)) % 2:
        any(body.group(1) in piece for _, piece in pieces)


def _inserted(insert: re.Match[bytes], pieces: Pieces) -> int:
    """Return the rows of an INSERT, read to its end."""
    counting = Rows(escapes=False)
    counting.feed(insert.string[insert.end() :])
    while not counting.ended:
        _, piece = next(pieces, (True, b""))
        if not piece:
            break
        counting.feed(piece)
    return counting.rows


def _rows(pieces: Pieces) -> Iterator[bytes]:
    """Yield the beginnings of the rows of a COPY up to its end."""
    for begins, line in pieces:
        if begins and line.rstrip(b"\r\n") == END_OF_DATA:
            return
        if begins:
            yield line


def line_pieces(stream: BinaryIO) -> Pieces:
    """Yield the stream in pieces, each with whether a line begins with it."""
    begins = True
    while True:
        piece = stream.readline(_LINE_BYTES)
        if not piece:
            return
        yield begins, piece
        begins = piece.endswith(b"\n")


def _known(name: bytes) -> str:
    """Return how a table is known whose name stands so in SQL."""
    parts = _PART.findall(name.decode("utf-8", "replace"))
    *schema, table = [quoted.replace('""', '"') or bare for quoted, bare in parts]
    return key(".".join(schema), table)
