"""MariaDB, as drills know it; it also restores most dumps of MySQL."""

from __future__ import annotations

import re

from ..backup import mariadb_tables
from ..backup.mariadb import MariaDbSession, programs, quoted, surroundings
from ..backup.session import Session
from ..backup.tools import Tools
from . import check_tables, mariadb_restoring, mariadb_server, mariadb_texts
from .engine import Dumps, Engine, Queries, Scratch, Tables
from .work import Work

# SQL that is packed holds about a tenth of what tables and indexes take.
_GROWTH = 10
# A query that the server cannot read, or that would write, is whoever declared it's mistake, not the backup's.
_MISTAKEN = re.compile(r"^ERROR (?:1064|1065|1792|1290|1149)\b|Unknown command")
# Columns of attachments that the query of a drill may give.
_ROW = ("path", "bytes", "sha256")
_BINARY_SHA256_BYTES = 32


def _connect(work: Work, tools: Tools) -> Session:
    """Open a connection to the restored database."""
    way = (*mariadb_server.options(work.folder), f"--database={work.database}")
    return MariaDbSession(tools, surroundings(), *way)


def _age(sql: str, now: str) -> str:
    """Return the question how many minutes before a moment the time lies that a query gives; times are UTC."""
    moment = now.partition("+")[0].replace("T", " ")
    return f"SELECT COALESCE(FLOOR(TIMESTAMPDIFF(SECOND, ({sql}\n), TIMESTAMP'{moment}') / 60), '')"


def _rows(session: Session, sql: str, most: int) -> str:
    """Return the rows of a query as JSON; which columns it has, only a table made of it tells."""
    mariadb_tables.prepare(session)
    session.ask(f"CREATE TEMPORARY TABLE dulae_columns AS SELECT * FROM ({sql}\n) AS dulae_row LIMIT 0")  # noqa: S608 declared in settings
    columns = [line.split("\t")[0] for line in session.ask("SHOW COLUMNS FROM dulae_columns").split("\n")]
    pairs = ", ".join(f"'{name}', {_value(name)}" for name in _ROW if name in columns)
    mariadb_tables.begin(session)
    return session.ask(f"SELECT JSON_OBJECT({pairs}) FROM ({sql}\n) AS dulae_row LIMIT {most}")  # noqa: S608 declared in settings


def _value(name: str) -> str:
    """Return a column as it stands in JSON; a SHA-256 may be kept as bytes."""
    column = quoted(name)
    return (
        f"IF(LENGTH({column}) = {_BINARY_SHA256_BYTES}, HEX({column}), {column})"
        if name == "sha256"
        else column
    )


ENGINE = Engine(
    connect=_connect,
    tables=Tables(
        mariadb_tables.comparable, mariadb_tables.begin, mariadb_tables.listed, mariadb_tables.count
    ),
    queries=Queries(
        lambda session: None,
        _age,
        _rows,
        mariadb_restoring.lacks,
        lambda error: bool(_MISTAKEN.search(error)),
    ),
    check_stage="check_tables",
    check=check_tables.prove,
    encoding=mariadb_texts.encoding,
    sampled=mariadb_texts.sampled,
)
DUMPS = Dumps(
    ENGINE,
    tools=programs,
    scratch=Scratch(
        version=mariadb_server.version,
        make=lambda work, tools: mariadb_server.make(work.folder, tools),
        running=mariadb_server.running,
        restored_bytes=lambda size: _GROWTH * size,
        empty_bytes=200 << 20,
    ),
    restore=mariadb_restoring.restore,
)
