"""Restoring a dump strictly: the first error ends it, and is told apart from what this machine lacks."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import BinaryIO, Mapping, Sequence, cast

from .. import command
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.kinds import pg_dump, plain_sql, stream
from ..backup.session import Session, SessionError
from ..backup.tools import Tools, first_error
from ..command import Answer
from ..finding import reason
from . import server, serving

NOT_RESTORED = reason(
    "restore_drill.not_restored",
    "{file}: cannot be restored: {error}; use an older copy, and make a new backup now",
)
LACKING = reason(
    "restore_drill.machine_lacks",
    "{file}: this machine cannot restore it: {error}; install or free what is missing, or hold the drill elsewhere",
)
CHANGES_DATABASES = reason(
    "restore_drill.changes_databases",
    "{file}: gives commands to psql, as dumps of pg_dump -C and pg_dumpall do, and a drill obeys none;"
    " dump single databases without -C",
)
DROPS_FIRST = reason(
    "restore_drill.drops_first",
    "{file}: drops what it restores before it makes it, as pg_dump --clean has it, and an empty server has nothing to"
    " drop: {error}; add --if-exists, or dump without --clean",
)
DATA_ONLY = reason(
    "restore_drill.data_only",
    "{file}: holds data without the tables that they belong into, as pg_dump --data-only and --section=data make it;"
    " dump both into one file, for nobody can restore this one alone",
)
ROLE_LATER = reason(
    "restore_drill.role_later",
    "{file}: makes the role {role} after it has needed it; put what pg_dumpall --globals-only tells before the dump, or"
    " into a file of its own",
)

DATABASE = "drill"
_ENCODING = re.compile(r"^SET client_encoding = '([A-Za-z0-9_]+)';", re.MULTILINE)
_ROLE = re.compile(r'role "(.+?)" does not exist')
_ROLE_THERE = re.compile(r'role "(.+?)" already exists')
_MANY_DATABASES = re.compile(
    r'backslash commands are restricted|database ".+" (?:already exists|does not exist)'
)
# What pg_dump --clean begins with, without --if-exists.
_DROPS = re.compile(
    rb"^(?!.*\bIF EXISTS\b)(?:DROP [A-Z]+ |ALTER TABLE .+ DROP (?:CONSTRAINT|DEFAULT|NOT|IDENTITY)\b)",
    re.MULTILINE,
)
_NOT_THERE = "does not exist"
_MOST_ROLES = 100
# Errors that speak of the scratch server or its machine, not of the backup.
_LACKS = re.compile(
    r"is not available|control file|could not access file|could not load library|No space left|unsupported version"
    r"|unrecognized configuration parameter|not support|out of (?:shared )?memory|server closed the connection"
    r"|connection to server|collation .* does not exist|invalid command \\restrict|requires .*superuser"
    r"|terminating connection|worker process died|[Cc]annot allocate memory|could not (?:fork|resize|extend|write)"
    r"|no connection to the server|Too many open files|Input/output error|system is (?:shutting|in recovery)"
    r"|canceling statement|ended without an answer",
)
_OPTIONS = (
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
)
_RESTRICT = re.compile(rb"\\(?:un)?restrict \S+\s*$")
_COPY = re.compile(rb"COPY .* FROM stdin;\s*$")
_LINE_BYTES = 1 << 16


@dataclass(frozen=True)
class _Dump:
    """A dump: its path, its format, and what it is compressed with from outside."""

    path: str
    form: str
    compression: str


def restore(path: str, folder: str, tools: Tools) -> None:
    """Restore a dump into the scratch server; roles that it names are made first, without any right.

    Raise Bad if the dump cannot be restored, CannotTell if this machine lacks what it needs.
    """
    dump = _Dump(path, *pg_dump.form_at(path))
    head = stream.head_of(path)[0] if dump.form == "plain" else b""
    encoding = _encoding(_schema(dump, tools) if dump.form != "plain" else head.decode("utf-8", "replace"))
    environment = server.environment(folder, DATABASE)
    made: list[str] = []
    for _ in range(_MOST_ROLES):
        _make_database(folder, tools, encoding)
        answer = (
            _plain(dump, tools, environment) if dump.form == "plain" else _archive(dump, tools, environment)
        )
        if answer.status == 0:
            return
        role = _ROLE.search(answer.error)
        if not role:
            break
        if role.group(1) in made:
            raise CannotTell(LACKING, file=shown(os.path.basename(path)), error=first_error(answer.error))
        name = role.group(1).replace('"', '""')
        # A name is kept in the encoding of the database in which it is given.
        _ask(environment, tools, "SET client_encoding = 'UTF8'", f'CREATE ROLE "{name}"')
        made.append(role.group(1))
    fault = _fault(shown(os.path.basename(path)), answer.error, made)
    if fault.why is NOT_RESTORED and _NOT_THERE in answer.error:
        _demand_alone(dump, tools, str(fault.numbers["error"]))
    raise fault


def _schema(dump: _Dump, tools: Tools) -> str:
    """Return the beginning of an archive as SQL, without data."""
    argv = ["pg_restore", "--section=pre-data", "-f", "-"]
    if not dump.compression:
        return tools.ask([*argv, dump.path]).text
    with stream.opened(dump.path) as (source, _):
        return tools.feed(argv, source).text


def _encoding(sql: str) -> str:
    """Return the encoding of a dump's database."""
    found = _ENCODING.search(sql)
    return found.group(1) if found else "UTF8"


def _make_database(folder: str, tools: Tools, encoding: str) -> None:
    """Make the database that is restored into, anew."""
    _ask(
        server.environment(folder, "postgres"),
        tools,
        f"DROP DATABASE IF EXISTS {DATABASE}",
        f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING '{encoding}'",
    )


def _ask(environment: Mapping[str, str], tools: Tools, *statements: str) -> None:
    """Give statements to the scratch server itself; raise CannotTell if it refuses one."""
    try:
        with Session(tools, environment) as session:
            for statement in statements:
                session.ask(statement)
    except SessionError as error:
        raise CannotTell(serving.NOT_STARTED, error=str(error)) from error


def _archive(dump: _Dump, tools: Tools, environment: Mapping[str, str]) -> Answer:
    """Restore an archive, side by side where it can be read from anywhere in it."""
    argv = ["pg_restore", "--exit-on-error", *_OPTIONS, "-d", DATABASE]
    if dump.compression:
        with stream.opened(dump.path) as (source, _):
            return tools.feed(argv, source, environment)
    jobs = min(4, os.cpu_count() or 1) if dump.form in ("custom", "directory") else 1
    return tools.ask([*argv, f"--jobs={jobs}", dump.path], environment)


def _plain(dump: _Dump, tools: Tools, environment: Mapping[str, str]) -> Answer:
    """Restore plain SQL with a psql that obeys no command of the dump but SQL."""
    lock = f"\\restrict {os.urandom(16).hex()}"
    argv = ["psql", "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-c", lock, "-f", "-"]
    with stream.opened(dump.path) as (source, _):
        return tools.feed(argv, cast(BinaryIO, Unlocked(source)), environment)


class Unlocked:
    r"""A dump without its own \\restrict and \\unrestrict lines, for psql is restricted already.

    Rows of a COPY pass as they are: in them the same letters stand for a value.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._rows = False
        self._whole = True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at least one line; nothing at the end."""
        block = bytearray()
        while len(block) < max(size, 1):
            line = self._source.readline(_LINE_BYTES)
            if not line:
                break
            block += self._passed(line)
        return bytes(block)

    def _passed(self, line: bytes) -> bytes:
        """Return a line as psql gets it."""
        begins, self._whole = self._whole, line.endswith(b"\n")
        if not begins:
            return line
        if self._rows:
            self._rows = line.rstrip(b"\r\n") != plain_sql.END_OF_DATA
            return line
        self._rows = bool(_COPY.match(line))
        return b"\n" if _RESTRICT.match(line) else line


def lacks(error: str) -> bool:
    """Say whether an error speaks of the scratch server or its machine, not of what it was asked."""
    return command.lacks(error) or bool(_LACKS.search(error))


def _fault(file: str, said: str, made: Sequence[str] = ()) -> Fault:
    """Return what the error of a restore means, before which some roles were made."""
    error = first_error(said)
    there = _ROLE_THERE.search(error)
    if _MANY_DATABASES.search(said):
        return CannotTell(CHANGES_DATABASES, file=file)
    if lacks(error):
        return CannotTell(LACKING, file=file, error=error)
    if there and there.group(1) in made:
        return CannotTell(ROLE_LATER, file=file, role=shown(there.group(1)))
    return Bad(NOT_RESTORED, file=file, error=error)


def _demand_alone(dump: _Dump, tools: Tools, error: str) -> None:
    """Raise CannotTell for a whole dump that is restored over something that is there already, and nowhere else.

    Raise Bad for such a dump that is not whole.
    """
    file = shown(os.path.basename(dump.path))
    if dump.form == "plain" and _DROPS.search(stream.head_of(dump.path)[0]):
        pg_dump.structure(dump.path, tools)
        raise CannotTell(DROPS_FIRST, file=file, error=error)
    if not pg_dump.structure(dump.path, tools).tables:
        raise CannotTell(DATA_ONLY, file=file)
