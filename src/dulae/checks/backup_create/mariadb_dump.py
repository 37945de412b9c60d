"""A dump of one MariaDB or MySQL database, with the rows and digest of each table in the same snapshot.

No snapshot of MariaDB can be named to a second connection. So the tables are held still for a moment, until both the
counting and the dump have begun their snapshots; tables that no snapshot shows (MyISAM, Aria) stay held to the end.
At the end the rows in the finished file must be those that were counted.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Iterable, Iterator, Mapping

from ..backup import mariadb_tables as tables
from ..backup.copies import shown
from ..backup.faults import Bad
from ..backup.kinds import mysql_sql, stream
from ..backup.kinds.table_key import bare
from ..backup.manifest import TableCount
from ..backup.mariadb import MariaDbSession, programs, quoted
from ..backup.mariadb_tables import Table
from ..backup.session import SessionError
from ..backup.tools import Tools
from ..finding import reason
from . import mariadb_dumping
from .dump import FAILED, NO_TABLES, REFUSED
from .made import Made
from .mariadb_dumping import Dumping
from .request import Request

RIGHTS = reason(
    "backup_create.rights_missing",
    "{source}: this user may not see every table, trigger and procedure, and a dump would leave the others out without"
    " a word; grant SELECT, LOCK TABLES, SHOW VIEW, TRIGGER and EVENT on all of it, and SELECT on mysql.proc"
    " (MySQL: SHOW_ROUTINE)",
)
NOT_HELD = reason(
    "backup_create.not_held_still",
    "{source}: its tables could not be held still for the moment in which a snapshot begins: {error};"
    " grant LOCK TABLES on all of it, or run at a quieter hour",
)
NO_HISTORY = reason(
    "backup_create.no_history",
    "{source}: the table {table} keeps its earlier rows (system versioning), and this mariadb-dump would leave them"
    " out; install that of MariaDB 10.11 or newer",
)
DIFFERENT = reason(
    "backup_create.other_rows",
    "{source}: the dump holds other rows than were counted in its snapshot, of {table} for one; nothing was kept,"
    " find out who changes the shape of tables meanwhile (ALTER, TRUNCATE) and run again",
)

SUFFIX = ".sql.gz"
# So long work waits for the tables, and the tables for work that goes on, at most.
_PATIENCE_S = 30
_DENIED = ("ERROR 1142 ", "ERROR 1044 ")
_UNSEEN = "insufficient privileges"
_TRIGGERS = re.compile(r"TRIGGER|ALL PRIVILEGES")
# "SHOW_ROUTINE" is MySQL's; the text of procedures lies in mysql.proc.
_ROUTINES = re.compile(r"EXECUTE|ROUTINE|ALL PRIVILEGES")
_ONE_ROUTINE = re.compile(r"(?:FUNCTION|PROCEDURE|PACKAGE|PACKAGE BODY) ")
_TEXTS = re.compile(r"\*\.\*|`MYSQL`\.(?:\*|`PROC`)")
_PROBE = "dulae asks whether it may read every table"


@dataclass(frozen=True)
class _Server:
    """The server of a request: its programs, and how they reach it."""

    request: Request
    tools: Tools

    def connect(self) -> MariaDbSession:
        """Open a connection to the database; raise SessionError at the first question if it is refused."""
        connection = self.request.connection
        way = (*connection.mariadb_options(), f"--database={self.request.source}")
        return MariaDbSession(self.tools, connection.mariadb_environment(), *way)


def write(request: Request, path: str, tools: Tools) -> Made:
    """Dump a database into a file; raise Bad if that cannot be done, CannotTell if a program is missing."""
    server = _Server(request, programs(tools))
    try:
        _demand_rights(server)
        with server.connect() as session:
            listed = tables.listed(session, request.source)
            if not listed:
                raise Bad(NO_TABLES, source=request.source)
            made = _snapshot(server, session, path, listed)
    except SessionError as error:
        raise Bad(REFUSED, source=request.source, error=str(error)) from error
    _same_rows(request, path, made.tables)
    return made


def _demand_rights(server: _Server) -> None:
    """Raise Bad if triggers, routines or tables are hidden: the server then denies even a table that is not there."""
    probe = f"{quoted(server.request.source)}.{quoted(_PROBE)}"
    with server.connect() as session:
        grants = session.ask("SHOW GRANTS")
        if not (_shows_triggers(grants) and _shows_routines(grants)):
            raise Bad(RIGHTS, source=server.request.source)
        try:
            session.ask(f"SELECT 1 FROM {probe}")  # noqa: S608 a quoted name
        except SessionError as error:
            if str(error).startswith(_DENIED):
                raise Bad(RIGHTS, source=server.request.source) from error


def _shows_triggers(grants: str) -> bool:
    """Say whether triggers may be seen somewhere; true also for roles, whose rights not every server tells here."""
    return any(not place or _TRIGGERS.search(rights) for rights, place in _granted(grants))


def _shows_routines(grants: str) -> bool:
    """Say whether procedures and functions may be seen; whoever sees their names only is told so by the dump."""
    return any(
        not place
        or (_ROUTINES.search(rights) and not _ONE_ROUTINE.match(place))
        or ("SELECT" in rights and _TEXTS.match(place))
        for rights, place in _granted(grants)
    )


def _granted(grants: str) -> Iterator[tuple[str, str]]:
    """Yield the rights of each grant and where they are given, in capitals; a role is given nowhere."""
    for line in grants.upper().split("\n"):
        rights, _, place = line.partition(" ON ")
        yield rights, place


def _snapshot(server: _Server, session: MariaDbSession, path: str, listed: list[Table]) -> Made:
    """Dump and count side by side, both from snapshots that began while nothing was written."""
    request, fixed = server.request, [table for table in listed if not table.in_snapshots]
    history = _history(server, listed)
    with _held(server, fixed), contextlib.ExitStack() as dumping:
        with _held(server, [table for table in listed if table.in_snapshots]):
            tables.begin(session)
            dump = dumping.enter_context(mariadb_dumping.beside(request, path, server.tools, history))
            if not dump.has_begun(_PATIENCE_S):
                raise _failed(request, dump)
        counted = tuple(tables.count(session, table, tables.DIGEST) for table in listed)
        source = tables.source(session)
        if not dump.succeeds():
            raise _failed(request, dump)
    version = server.tools.ask(["mariadb-dump", "--version"]).text.strip()
    return Made(source=source, tools={dump.tool: version}, digest=tables.DIGEST, tables=counted)


def _history(server: _Server, listed: Iterable[Table]) -> bool:
    """Say whether a table keeps its earlier rows; raise Bad if the program cannot dump them."""
    keeping = [table.name for table in listed if table.history]
    if keeping and not mariadb_dumping.knows_history(server.tools):
        raise Bad(NO_HISTORY, source=server.request.source, table=shown(keeping[0]))
    return bool(keeping)


def _failed(request: Request, dump: Dumping) -> Bad:
    """Return what it means that a dump did not succeed."""
    error = dump.error()
    if _UNSEEN in error:
        return Bad(RIGHTS, source=request.source)
    return Bad(FAILED, source=request.source, tool=dump.tool, error=error)


@contextlib.contextmanager
def _held(server: _Server, listed: Iterable[Table]) -> Iterator[None]:
    """Keep everybody from writing to some tables; raise Bad if that may not be, or takes too long to begin."""
    locks = ", ".join(f"{table.quoted} READ" for table in listed)
    if not locks:
        yield
        return
    with server.connect() as session:
        try:
            tables.prepare(session)
            session.ask(f"SET SESSION lock_wait_timeout = {_PATIENCE_S}")
            session.ask(f"LOCK TABLES {locks}")
        except SessionError as error:
            raise Bad(NOT_HELD, source=server.request.source, error=str(error)) from error
        yield
        # A connection that was lost meanwhile held nothing still.
        session.ask("UNLOCK TABLES")


def _same_rows(request: Request, path: str, counted: tuple[TableCount, ...]) -> None:
    """Raise Bad unless the finished file holds, of each table, the rows that were counted."""
    with stream.opened(path) as (source, _):
        dump = mysql_sql.scan(source)
    if not dump.complete:
        raise Bad(FAILED, source=request.source, tool="mariadb-dump", error="the dump has no end")
    stored = {bare(table): rows for table, rows in dump.tables.items()}
    different = _different(stored, {table.name: table.rows for table in counted})
    if different:
        raise Bad(DIFFERENT, source=request.source, table=shown(different))


def _different(stored: Mapping[str, int], counted: Mapping[str, int]) -> str:
    """Return a table that has other rows in the file than were counted; empty if there is none."""
    names = sorted({*stored, *counted})
    return next((name for name in names if stored.get(name, 0) != counted.get(name, 0)), "")
