"""Counting and digesting the tables of a MariaDB or MySQL database, the same way at backup time and after a restore.

A table's digest is the sum of the first 64 bits of the SHA-256 of each row, a row being the SHA-256 of its columns one
after the other. It does not depend on the rows' order and sees a row that is there twice. Columns are hashed one by
one, for what is longer than max_allowed_packet becomes NULL when it is put together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Iterable

from .manifest import TableCount
from .mariadb import quoted
from .session import Session

DIGEST = "sum-sha256-64-columns"

# What decides how values look as text, as a dump sets it too; a connection that waits for a long dump is not ended.
_SETTINGS = """
SET SESSION sql_mode = '', time_zone = '+00:00', wait_timeout = 604800, net_write_timeout = 3600,
  /*M!100300 idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0, */
  /*M!100100 max_statement_time = 0, */ net_read_timeout = 3600
"""
_ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
_TABLES = """
SELECT JSON_OBJECT('schema', TABLE_SCHEMA, 'name', TABLE_NAME, 'engine', COALESCE(ENGINE, ''),
  'history', TABLE_TYPE = 'SYSTEM VERSIONED')
FROM information_schema.TABLES WHERE {where} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
  AND COALESCE(ENGINE, '') NOT IN ({elsewhere})
ORDER BY TABLE_SCHEMA, TABLE_NAME
"""
# Tables of these engines show rows that others keep; a dump holds none of them (mariadb-dump: --no-data-med).
_ELSEWHERE = "'MRG_MyISAM', 'MRG_ISAM', 'CONNECT', 'OQGRAPH', 'SPIDER', 'VP', 'FEDERATED'"
_OWN = "TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"
# A dump holds no data of columns that the server computes.
_COLUMNS = """
SELECT JSON_OBJECT('name', COLUMN_NAME) FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {name} AND COALESCE(GENERATION_EXPRESSION, '') = ''
ORDER BY ORDINAL_POSITION
"""
_ROWS = "SELECT COUNT(*) FROM {table}"
_COUNT = """
SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(SHA2(CONCAT({hashes}), 256), 16), 16, 10) AS UNSIGNED)), 0) FROM {table}
"""
_SOURCE = """
SELECT JSON_OBJECT('database', DATABASE(), 'server_version', VERSION(), 'encoding', @@character_set_database,
  'database_bytes', (SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED)
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()))
"""
_TRANSACTIONAL = "InnoDB"


@dataclass(frozen=True)
class Table:
    """A table's database and name, what keeps its data, and whether earlier rows are kept (system versioning)."""

    schema: str
    name: str
    engine: str = _TRANSACTIONAL
    history: int = 0

    @property
    def quoted(self) -> str:
        """Return the name as SQL writes it."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def in_snapshots(self) -> bool:
        """Say whether a snapshot shows the table as it was when it began."""
        return self.engine == _TRANSACTIONAL


def prepare(session: Session) -> None:
    """Set what decides how values look; raise SessionError if that is refused."""
    session.ask(_SETTINGS)
    session.ask(_ISOLATION)


def begin(session: Session) -> None:
    """Open the snapshot in which all later questions are answered; raise SessionError if that is refused."""
    prepare(session)
    session.ask(_BEGIN)


def source(session: Session) -> dict[str, str | int]:
    """Return the database's name, server_version, encoding and database_bytes."""
    about: dict[str, str | int] = json.loads(session.ask(_SOURCE))
    return about


def listed(session: Session, database: str = "") -> list[Table]:
    """Return the tables of a database, or of all but the server's own, by name."""
    where = f"TABLE_SCHEMA = {_text(database)}" if database else _OWN
    return [
        Table(**json.loads(line))
        for line in _lines(session.ask(_TABLES.format(where=where, elsewhere=_ELSEWHERE)))
    ]


def comparable(session: Session, name: str) -> str:
    """Return the name of a digest if it can be made here as it was made elsewhere, else nothing."""
    return name if name == DIGEST else ""


def count(session: Session, table: Table, name: str = "") -> TableCount:
    """Return the rows of a table with those of its history, and their digest of a name if one is asked for."""
    rows_of = f"{table.quoted} FOR SYSTEM_TIME ALL" if table.history else table.quoted
    if not name:
        return TableCount(table.schema, table.name, int(session.ask(_ROWS.format(table=rows_of))), "")
    asked = _COLUMNS.format(schema=_text(table.schema), name=_text(table.name))
    columns = [json.loads(line)["name"] for line in _lines(session.ask(asked))]
    rows, digest = session.ask(_COUNT.format(hashes=_hashes(columns), table=rows_of)).split("\t")
    return TableCount(table.schema, table.name, int(rows), digest)


def _hashes(columns: Iterable[str]) -> str:
    """Return what is hashed of a row; a NULL has no hash, and is told apart from every value."""
    return ", ".join(f"COALESCE(SHA2({quoted(column)}, 256), '-')" for column in columns) or "''"


def _text(value: str) -> str:
    """Return a text as SQL writes it, whatever sql_mode says about backslashes."""
    return f"CONVERT(0x{value.encode('utf-8', 'surrogateescape').hex() or '00'} USING utf8mb4)"


def _lines(answer: str) -> list[str]:
    """Return the rows of an answer."""
    return answer.split("\n") if answer else []
