"""Restoring a dump of MariaDB or MySQL strictly: its end must be there, and the first error ends it."""

from __future__ import annotations

import os
import re

from .. import command
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.kinds import mariadb_dump, mysql_sql, stream
from ..backup.kinds.mysql_sql import MysqlDump
from ..backup.mariadb import MariaDbSession, first_error, quoted, surroundings
from ..backup.session import SessionError
from ..backup.tools import Tools
from ..finding import reason
from . import mariadb_server, serving
from .restoring import LACKING, NOT_RESTORED
from .work import Work

REPLACES_ACCOUNTS = reason(
    "restore_drill.replaces_accounts",
    "{file}: holds the server's own database {database}, as dumps of all databases do, and a drill does not let a dump"
    " replace its own; dump the systems' databases by name (--databases)",
)

_DEFAULT_DATABASE = "drill"
_SERVERS_OWN = ("mysql", "sys", "information_schema", "performance_schema")
# Errors that speak of the scratch server or its machine, not of the backup. By number, for words are translated:
# 1020 to 1037 and 1114 to 1135 are disk, memory and threads; 1115, 1273, 1286, 1193 are what another version knows.
_LACKS = re.compile(
    r"^ERROR (?:1021|1026|1030|1037|1038|1041|1114|1135|1115|1193|1273|1286|1477|1507|1524|2002|2003|2006|2013|2026)\b"
    r"|No space left|[Cc]annot allocate memory|Out of memory|Too many open files|Input/output error|Got packet bigger"
    r"|gone away|Lost connection|Can't connect|ended without an answer|unknown (?:option|variable)|Can't create/write"
)
_RESTORING = (
    "--batch",
    # The client obeys no command of the dump but SQL, and reads no file for it.
    "--binary-mode",
    "--local-infile=0",
    "--skip-reconnect",
    "--max-allowed-packet=1G",
    "--default-character-set=utf8mb4",
    # What the head of a dump sets, for one that was made without it (--compact).
    "--init-command=SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO',"
    " time_zone = '+00:00'",
)


def restore(work: Work, tools: Tools) -> None:
    """Restore a dump into the scratch server, and note the database that declared queries are about.

    Raise Bad if the dump cannot be restored, CannotTell if this machine lacks what it needs.
    """
    path = work.examination.newest.path
    file = shown(os.path.basename(path))
    work.database = _database(work, _whole(path, file), file)
    way = mariadb_server.options(work.folder)
    _make_database(work, tools)
    argv = ["mariadb", *way, *_RESTORING, f"--database={work.database}"]
    with stream.opened(path) as (source, _):
        answer = tools.feed(argv, source, surroundings())
    if answer.status:
        raise _fault(file, answer.error)


def _whole(path: str, file: str) -> MysqlDump:
    """Return what a dump holds; raise Bad if it is none or its end is missing, which a client does not notice."""
    head, _ = stream.head_of(path)
    if not mysql_sql.known(head):
        raise stream.refuse(path, mariadb_dump.NAME, head)
    with stream.opened(path) as (source, _):
        dump = mysql_sql.scan(source)
    if not dump.complete:
        raise Bad(stream.CUT_OFF, file=file)
    return dump


def _database(work: Work, dump: MysqlDump, file: str) -> str:
    """Return the database to restore into: under its own name, so that views and queries that say it find it."""
    for name in _SERVERS_OWN:
        if name in dump.databases:
            raise CannotTell(REPLACES_ACCOUNTS, file=file, database=name)
    stated = str(work.manifest.source.get("database") or "") if work.manifest else ""
    names = [stated, work.drill.backup_set.database, *sorted(dump.databases)]
    return next((name for name in names if name and name not in _SERVERS_OWN), _DEFAULT_DATABASE)


def _make_database(work: Work, tools: Tools) -> None:
    """Make the database that is restored into; raise CannotTell if the scratch server refuses."""
    try:
        with MariaDbSession(tools, surroundings(), *mariadb_server.options(work.folder)) as session:
            session.ask(f"CREATE DATABASE {quoted(work.database)} CHARACTER SET utf8mb4")
    except SessionError as error:
        raise CannotTell(serving.NOT_STARTED, error=str(error)) from error


def lacks(error: str) -> bool:
    """Say whether an error speaks of the scratch server or its machine, not of what it was asked."""
    return command.lacks(error) or bool(_LACKS.search(error))


def _fault(file: str, said: str) -> Fault:
    """Return what the error of a restore means."""
    error = first_error(said)
    return (CannotTell if lacks(error) else Bad)(
        LACKING if lacks(error) else NOT_RESTORED, file=file, error=error
    )
