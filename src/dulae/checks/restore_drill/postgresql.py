"""PostgreSQL, as drills know it."""

from __future__ import annotations

import re
from dataclasses import replace

from ..backup import tables
from ..backup.session import Session
from ..backup.tools import Tools
from . import amcheck, postgresql_texts, restoring, server
from .engine import Dumps, Engine, Queries, Scratch, Tables
from .work import Work

# A restored database is larger than its dump, by how much nobody knows without a manifest.
_GROWTH = 6
# A query that the server cannot read is whoever declared it's mistake, not the backup's.
_MISTAKEN = re.compile("syntax error|unterminated|cannot execute .* in a read-only transaction")


def _restore(work: Work, tools: Tools) -> None:
    """Restore a dump; raise Fault as ``Engine`` says."""
    restoring.restore(work.examination.newest.path, work.folder, tools)


def _connect(work: Work, tools: Tools) -> Session:
    """Open a connection to the restored database."""
    return Session(tools, server.environment(work.folder, work.database or restoring.DATABASE))


def _prepare(session: Session) -> None:
    """Let declared queries be written as the application's are; what is built in still comes first."""
    session.ask("SET search_path TO pg_catalog, public")


def _age(sql: str, now: str) -> str:
    """Return the question how many minutes before a moment the time lies that a query gives."""
    return f"SELECT floor(extract(epoch FROM timestamptz '{now}' - ({sql}\n)) / 60)"  # noqa: S608 declared in settings


def _rows(session: Session, sql: str, most: int) -> str:
    """Return the rows of a query as JSON."""
    tables.begin(session)
    _prepare(session)
    return session.ask(
        f"SELECT pg_catalog.row_to_json(dulae_row) FROM ({sql}\n) AS dulae_row LIMIT {most}"  # noqa: S608 declared in settings
    )


# What reading says of data that were damaged before they were copied, or on the way.
_SPOILED = re.compile(
    r"invalid page in block|page verification failed|could not read block|unexpected zero page"
    r"|could not open file \"(?:base|global|pg_tblspc)/|(?:missing|unexpected) chunk number|cache lookup failed"
    r"|compressed \S+ data is corrupt|invalid memory alloc request size|could not access status of transaction"
    r"|invalid byte sequence",
)


ENGINE = Engine(
    connect=_connect,
    tables=Tables(tables.comparable, tables.begin, tables.listed, tables.count, tables.partitions),
    queries=Queries(_prepare, _age, _rows, restoring.lacks, lambda error: bool(_MISTAKEN.search(error))),
    check_stage="amcheck",
    check=amcheck.prove,
    encoding=lambda session: session.ask("SELECT pg_catalog.current_setting('server_encoding')"),
    sampled=postgresql_texts.sampled,
)
DUMPS = Dumps(
    ENGINE,
    tools=lambda tools: tools,
    scratch=Scratch(
        version=server.version,
        make=lambda work, tools: server.make(work.folder, tools, work.template),
        running=server.running,
        restored_bytes=lambda size: _GROWTH * size,
        empty_bytes=100 << 20,
    ),
    restore=_restore,
)
# A physical copy brings its indexes with it.
CLUSTER = replace(ENGINE, check=amcheck.prove_copied, spoiled=lambda error: bool(_SPOILED.search(error)))
