"""The drill of a physical copy of a PostgreSQL cluster: copy it, verify the copy, let it recover, prove.

The cluster starts with settings of its own, recovers from the log that came with it and from nowhere else, and is asked
by a superuser that the drill makes in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from typing import Callable

from .. import command
from ..backup import steps
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.kinds.contents import Asked
from ..backup.session import Session, SessionError
from ..backup.tools import KILLED, Tools, first_error
from ..finding import reason
from . import cluster_checksums, cluster_copy, cluster_settings, database, server, serving
from .cluster_copy import DATA
from .cluster_source import Source
from .engine import Restored
from .postgresql import CLUSTER
from .restoring import LACKING, NOT_RESTORED
from .work import Work, demand_space

OTHER_VERSION = reason(
    "restore_drill.other_version",
    "{file}: is of PostgreSQL {copy_version}, and the programs here are of {server_version}; install those of"
    " {copy_version}, and name their folder in bin_dir",
)
TABLESPACE_MADE = reason(
    "restore_drill.tablespace_made",
    "{file}: a tablespace was made while it was copied, and restoring it would write to where that lay;"
    " make a new copy, and drill that",
)
WHICH = reason(
    "restore_drill.which_database",
    "{file}: holds {databases} databases ({names}), and nobody says which one is asked; name it in drill_database",
)
NO_DATABASE = reason(
    "restore_drill.no_database",
    "{file}: restored, but holds no database {database}; see which cluster is backed up, or correct drill_database",
)

_EMPTY_BYTES = 200 << 20
_OWN_DATABASES = ("template1", "postgres")
_VERSION = re.compile(r"\d+(?:\.\d+)?")
_ONE_NUMBER_SINCE = 10
_START = re.compile(r"^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) \(file ([0-9A-F]{8})", re.MULTILINE)
_SEGMENT = re.compile(r"^Bytes per WAL segment:\s+(\d+)", re.MULTILINE)
_LOG_FILE = re.compile(r"[0-9A-F]{24}")
# Files of the log are numbered within parts of so many bytes.
_LOG_BYTES = 1 << 32
_MAKES_TABLESPACE = re.compile(r"\bdesc: CREATE\b")
# Errors of a recovery that speak of this machine, not of the copy.
_LACKS = re.compile(
    r"No space left|[Cc]annot allocate memory|out of (?:shared )?memory|Too many open files|Input/output error"
    r"|could not (?:fork|load library|resize|extend|create shared memory)|could not access file"
    r"|incompatible with (?:server|operating system)|not support|resource manager with ID \d+ not registered"
    r"|unrecognized configuration parameter|insufficient parameter settings|prepared transactions reached"
    r"|invalid value for parameter|must be at least|lock file"
)
# Settings of databases and roles would reach into the drill's sessions, libraries to be loaded among them.
_TAKE_OVER = (
    "DELETE FROM pg_catalog.pg_db_role_setting",
    "UPDATE pg_catalog.pg_database SET datallowconn = true, datconnlimit = -1 WHERE datconnlimit <> -2",
    f"CREATE ROLE {server.USER}",
    f"ALTER ROLE {server.USER} SUPERUSER LOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity'",
)
_DATABASES = """
SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_catalog.pg_database
WHERE NOT datistemplate AND datconnlimit <> -2
"""
_NAMES_TOLD = 5


def drill_of(opened: Callable[[Asked], Source]) -> Callable[[Work, Tools], None]:
    """Return the drill of physical copies that come from such a source."""
    return lambda work, tools: _hold(work, tools, opened)


def _hold(work: Work, tools: Tools, opened: Callable[[Asked], Source]) -> None:
    """Restore a physical copy into the scratch folder and prove it; raise Fault with what was seen."""
    with work.stage("prepare"):
        source = opened(work.examination.asked())
        version = _same_version(work, source.version, tools)
        demand_space(work.folder, _EMPTY_BYTES + source.needed())
        identity = serving.settle(work.folder, server.SOCKET)
    with work.stage("copy"):
        source.bring(work.folder)
        work.measured["folders_made"] = cluster_settings.make_folders(work.folder)
    with work.stage("verify"):
        _verify(work, tools, source)
    with work.stage("recover"):
        cluster_settings.replace(work.folder)
        options = cluster_settings.options(work.folder, version, tools)
        cluster_copy.give(work.folder, identity)
        maker = server.Maker(work.folder, tools, identity, options)
        _recover(work, maker)
    with work.stage("checksums"):
        cluster_checksums.prove(work, tools)
    with contextlib.ExitStack() as stack:
        with work.stage("start"):
            stack.enter_context(server.running(work.folder, tools, identity, options))
            _choose(work, tools)
        database.prove(Restored(work, tools, CLUSTER))


def _same_version(work: Work, told: Callable[[], str], tools: Tools) -> str:
    """Return the version of a cluster; raise CannotTell if the programs here are of another, Bad if it tells none."""
    work.measured["server_version"] = here = server.version(tools)
    try:
        version = shown(told().strip())
    except FileNotFoundError as error:
        raise Bad(NOT_RESTORED, error="PG_VERSION: No such file or directory") from error
    if not _VERSION.fullmatch(version):
        raise Bad(NOT_RESTORED, error=f'PG_VERSION: "{version}"')
    if version != _major(here):
        raise CannotTell(OTHER_VERSION, copy_version=version)
    return version


def _major(version: str) -> str:
    """Return what of a server's version its data folders tell."""
    found = _VERSION.match(version)
    numbers = found.group() if found else ""
    first = numbers.partition(".")[0]
    return first if first and int(first) >= _ONE_NUMBER_SINCE else numbers


def _verify(work: Work, tools: Tools, source: Source) -> None:
    """Demand that what was copied is what was backed up; raise Bad where it is not."""
    data = os.path.join(work.folder, DATA)
    try:
        work.compared = source.verify(data, tools)
    except Fault as fault:
        fault.numbers["file"] = work.examination.newest.name
        raise
    if work.manifest and work.manifest.files:
        steps.same_bytes(work.examination, work.manifest)
    if source.online:
        _no_tablespace_made(data, tools)


def _no_tablespace_made(data: str, tools: Tools) -> None:
    """Raise CannotTell if replaying the log would make a tablespace at its original place, Bad without a label."""
    try:
        with open(os.path.join(data, "backup_label"), encoding="utf-8", errors="replace") as stored:
            start = _START.search(stored.read())
    except FileNotFoundError as error:
        raise Bad(NOT_RESTORED, error="backup_label: No such file or directory") from error
    if not start:
        raise Bad(NOT_RESTORED, error="backup_label: START WAL LOCATION")
    where = [
        "--start",
        start.group(1),
        "--timeline",
        str(int(start.group(2), 16)),
        "--end",
        _log_end(data, tools),
    ]
    told = tools.ask(["pg_waldump", "--rmgr=Tablespace", "--path", os.path.join(data, "pg_wal"), *where])
    if _MAKES_TABLESPACE.search(told.text):
        raise CannotTell(TABLESPACE_MADE)


def _log_end(data: str, tools: Tools) -> str:
    """Return where the last file of the log ends, lest the next one be waited for; raise Bad if there is no file."""
    folder = os.path.join(data, "pg_wal")
    name = max(filter(_LOG_FILE.fullmatch, os.listdir(folder)), default="")
    found = _SEGMENT.search(tools.ask(["pg_controldata", "-D", data]).text)
    size = int(found.group(1)) if found else 0
    if not name or not size:
        raise Bad(NOT_RESTORED, error="pg_wal: No such file or directory")
    number = int(name[8:16], 16) * (_LOG_BYTES // size) + int(name[16:], 16)
    return "{:X}/{:X}".format(*divmod((number + 1) * size, _LOG_BYTES))


def _recover(work: Work, maker: server.Maker) -> None:
    """Let the cluster recover and take it over; raise Bad if it cannot, CannotTell where that is this machine's fault.

    A server for one user does each and ends, before any other can connect.
    """
    _alone(work, maker)
    work.measured["prepared_transactions"] = cluster_settings.forget_prepared(work.folder)
    _alone(work, maker, *_TAKE_OVER)


def _alone(work: Work, maker: server.Maker, *statements: str) -> None:
    """Let a server for one user recover what is to be recovered and run statements; raise Fault as ``_recover``."""
    for work.database in _OWN_DATABASES:
        answer = maker.single(work.database, "\n".join((*statements, "")))
        if f'database "{work.database}" does not exist' not in answer.error:
            break
    if answer.status == 0:
        return
    if -answer.status in server.KILLS:
        raise CannotTell(KILLED, tool="postgres", signal=-answer.status)
    error = first_error(answer.error)
    lacking = command.lacks(answer.error) or _LACKS.search(answer.error)
    raise CannotTell(LACKING, error=error) if lacking else Bad(NOT_RESTORED, error=error)


def _choose(work: Work, tools: Tools) -> None:
    """Note which database is asked: the declared one, the manifest's, or the only one; raise Fault if none is clear."""
    try:
        with Session(tools, server.environment(work.folder, work.database)) as session:
            names = [str(name) for name in json.loads(session.ask(_DATABASES))]
    except SessionError as error:
        raise CannotTell(serving.NOT_STARTED, error=str(error)) from error
    stated = str(work.manifest.source.get("database") or "") if work.manifest and work.manifest.tables else ""
    wanted = work.drill.database or stated
    users = [name for name in names if name != "postgres"] or names
    work.measured.update(databases=len(names))
    if wanted and wanted not in names:
        raise Bad(NO_DATABASE, database=shown(wanted))
    if not wanted and len(users) != 1:
        told = ", ".join(shown(name) for name in users[:_NAMES_TOLD])
        raise CannotTell(WHICH, names=told or "-")
    work.database = wanted or users[0]
    work.measured.update(database=shown(work.database))
    _enter(work, tools)


def _enter(work: Work, tools: Tools) -> None:
    """Raise CannotTell if this machine cannot let anybody into the database that is asked."""
    try:
        with Session(tools, server.environment(work.folder, work.database)) as session:
            session.ask("SELECT 1")
    except SessionError as error:
        if _LACKS.search(str(error)):
            raise CannotTell(LACKING, error=str(error)) from error
