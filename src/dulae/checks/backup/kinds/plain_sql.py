"""Plain SQL dumps, read line by line: which tables, how many rows, and whether the dump reached its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator

HEADER = re.compile(rb"^-- PostgreSQL database (?:cluster )?dump\s*$", re.MULTILINE)
_COMPLETE = re.compile(rb"-- PostgreSQL database (?:cluster )?dump complete\s*$")
_NAME = rb'((?:"(?:[^"]|"")+"|[^\s."(]+)(?:\.(?:"(?:[^"]|"")+"|[^\s."(]+))?)'
_TABLE = re.compile(rb"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?" + _NAME)
_COPY = re.compile(rb"COPY " + _NAME + rb".* FROM stdin;\s*$")
_INSERT = re.compile(rb"INSERT INTO " + _NAME)
_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')
END_OF_DATA = b"\\."
# A line longer than this is read in pieces, so that one huge value does not fill the memory.
_LINE_BYTES = 1 << 16


@dataclass
class PlainDump:
    """What a plain dump holds; ``complete`` if nothing but comments follows its completion mark."""

    tables: set[str] = field(default_factory=set)
    with_data: set[str] = field(default_factory=set)
    rows: int = 0
    complete: bool = False


def scan(stream: BinaryIO) -> PlainDump:
    """Read a dump to its end."""
    dump = PlainDump()
    lines = _beginnings(stream)
    for line in lines:
        if _COMPLETE.match(line):
            dump.complete = True
        elif line.strip() and not line.startswith((b"--", b"\\")):
            dump.complete = False
            _statement(dump, line, lines)
    return dump


def _statement(dump: PlainDump, line: bytes, lines: Iterator[bytes]) -> None:
    """Note the table that a line makes or fills; the rows of a COPY are counted and passed over."""
    copy = _COPY.match(line)
    insert = None if copy else _INSERT.match(line)
    table = None if copy or insert else _TABLE.match(line)
    if table:
        dump.tables.add(key(table.group(1)))
    elif insert:
        dump.with_data.add(key(insert.group(1)))
        dump.rows += 1
    elif copy:
        dump.with_data.add(key(copy.group(1)))
        dump.rows += sum(1 for _ in _rows(lines))


def _rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the rows of a COPY up to its end."""
    for line in lines:
        if line.rstrip(b"\r\n") == END_OF_DATA:
            return
        yield line


def _beginnings(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the beginning of each line; the rest of a very long line is read and dropped."""
    whole = True
    while True:
        piece = stream.readline(_LINE_BYTES)
        if not piece:
            return
        if whole:
            yield piece
        whole = piece.endswith(b"\n")


def key(name: bytes) -> str:
    """Return "schema name" for a name as SQL writes it."""
    parts = _PART.findall(name.decode("utf-8", "replace"))
    return " ".join(quoted.replace('""', '"') or bare for quoted, bare in parts)
