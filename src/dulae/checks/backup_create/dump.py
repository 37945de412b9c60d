"""A dump of one PostgreSQL database, with the rows and digest of each table in the same snapshot."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from typing import Callable, Iterator

from ..backup import tables
from ..backup.faults import Bad
from ..backup.session import Session, SessionError
from ..backup.tools import Tools, first_error
from ..command import beside, text_of
from ..finding import reason
from .made import Made
from .request import Request

REFUSED = reason(
    "backup_create.database_refused",
    "{source}: the database could not be read: {error}; see that it runs, and that this user may read all of it",
)
FAILED = reason(
    "backup_create.dump_failed",
    "{source}: {tool} failed: {error}; nothing was kept, correct this and run again",
)
OLDER_PROGRAMS = reason(
    "backup_create.older_programs",
    "{source}: pg_dump is older than the server ({error}); install programs of its version, and name their folder"
    " in bin_dir (postgres_bin of site.yml)",
)
NO_TABLES = reason(
    "backup_create.no_tables",
    "{source}: the database has no table; correct the database's name in the settings",
)

SUFFIX = ".dump"

_Finish = Callable[[], None]
# How pg_dump tells that it does not know the server.
_VERSIONS = re.compile(r"server version: \S+[^;\n]*; pg_dump version: \S+")


def write(request: Request, path: str, tools: Tools) -> Made:
    """Dump a database into a file; raise Bad if that cannot be done, CannotTell if a program is missing."""
    environment = request.connection.environment(request.source)
    try:
        with Session(tools, environment) as session:
            return _snapshot(session, request, path, tools)
    except SessionError as error:
        raise Bad(REFUSED, source=request.source, error=str(error)) from error


def _snapshot(session: Session, request: Request, path: str, tools: Tools) -> Made:
    """Dump and count side by side in one snapshot."""
    tables.begin(session)
    listed = tables.listed(session)
    if not listed:
        raise Bad(NO_TABLES, source=request.source)
    argv = [tools.path("pg_dump"), "-Fc", "-w", f"--snapshot={tables.export(session)}", "-f", path]
    digest = tables.digest(session)
    with _beside(argv, request, tools) as finish:
        counted = tuple(tables.count(session, table, digest) for table in listed)
        source = tables.source(session)
        finish()
    version = tools.ask(["pg_dump", "--version"]).text.strip()
    return Made(source=source, tools={"pg_dump": version}, digest=digest, tables=counted)


def _refused(source: str, said: str) -> Bad:
    """Return what the error of pg_dump means."""
    versions = _VERSIONS.search(said)
    if versions:
        return Bad(OLDER_PROGRAMS, source=source, error=versions.group())
    return Bad(FAILED, source=source, tool="pg_dump", error=first_error(said))


@contextlib.contextmanager
def _beside(argv: list[str], request: Request, tools: Tools) -> Iterator[_Finish]:
    """Run pg_dump while the caller counts; killed if the caller cannot go on."""
    with beside() as said:
        process = subprocess.Popen(  # noqa: S603
            argv,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=request.connection.environment(request.source),
        )
        timer = threading.Timer(tools.timeout_s, process.kill)
        timer.daemon = True
        timer.start()

        def finish() -> None:
            if process.wait():
                said.seek(0)
                raise _refused(request.source, text_of(said.read()))

        try:
            yield finish
        finally:
            timer.cancel()
            process.kill()
            process.wait()
