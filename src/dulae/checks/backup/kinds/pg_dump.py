"""Dumps of PostgreSQL: custom, directory and tar format, and plain SQL; files also compressed from outside."""

from __future__ import annotations

import contextlib
import os
import re

from ...command import lacks
from ...finding import reason
from .. import medium
from ..copies import shown
from ..faults import Bad, CannotTell
from ..medium import HERE, Medium
from ..tools import HINDERED, Tools, first_error
from . import plain_sql, stream
from .contents import Contents, Counted
from .dumps import demand_data

NAME = "pg_dump"
TOO_NEW = reason(
    "backup.dump_too_new",
    "{file}: was made by a newer PostgreSQL than the programs here; install newer ones, or name them in bin_dir",
)
NO_COMPRESSION = reason(
    "backup.compression_missing",
    "{file}: the programs here cannot read its compression ({error}); install PostgreSQL's own packages",
)
NEEDS_JUMPS = reason(
    "backup.needs_jumps",
    "{file}: its data stand in an order that cannot be read as a stream; examine it on a machine that holds it",
)

_CUSTOM = b"PGDMP"
_TAR = (257, b"ustar")
_TAR_FIRST_MEMBER = b"toc.dat"
# pg_restore -l: "215; 1259 16386 TABLE public users owner", "3350; 0 16386 TABLE DATA public users owner"
_ENTRY = re.compile(r"^\d+; \d+ \d+ (TABLE DATA|TABLE) (.+)$", re.MULTILINE)
_DATABASE = re.compile(r"^;\s+dbname: (.+)$", re.MULTILINE)
_ENDS = ("end of file", "too short")
# What pg_restore says where data stand in another order than its own, and it cannot jump.
_JUMPS = ("non-seekable input file", "restoring data out of order is not supported")
_TOC = "toc.dat"
_PART = re.compile(r"\d+\.dat(?:\.\w+)?|blobs.*\.toc")


def told(path: str, held_by: Medium) -> bool | None:
    """Say whether a path is a dump: a file, or a folder of the directory format, whose toc.dat is written last."""
    about = medium.state(held_by, path)
    if about is None or not about.is_folder:
        return True if about and about.is_file else None
    names = held_by.listed(path)
    if _TOC in names:
        return True
    return False if not names or any(_PART.fullmatch(name) for name in names) else None


def structure(path: str, tools: Tools) -> Contents:
    """Return the tables that a dump lists; raise Fault if it is none, or lists no data."""
    form, compression = form_at(path, tools.medium)
    if not form:
        raise stream.refuse(path, NAME, stream.head_of(path, tools.medium)[0])
    contents = (
        _plain(path, tools, compression) if form == "plain" else _archive(path, tools, form, compression)
    )
    demand_data(path, contents)
    return contents


def form_at(path: str, held_by: Medium = HERE) -> tuple[str, str]:
    """Return the format of a dump (empty if it is none), and what it is compressed with from outside."""
    if medium.is_folder(held_by, path):
        return "directory", ""
    head, compression = stream.head_of(path, held_by)
    return form_of(head), compression


def form_of(head: bytes) -> str:
    """Return the format of a dump by its first bytes, empty if it is none."""
    if head.startswith(_CUSTOM):
        return "custom"
    if head[_TAR[0] :].startswith(_TAR[1]) and head.startswith(_TAR_FIRST_MEMBER):
        return "tar"
    return "plain" if plain_sql.HEADER.search(head) else ""


def _plain(path: str, tools: Tools, compression: str) -> Contents:
    """Read a plain dump to its end; raise Bad if it has none."""
    with stream.opened(path, tools.medium) as (source, _):
        dump = plain_sql.scan(source)
    if not dump.complete:
        raise Bad(stream.CUT_OFF, file=shown(os.path.basename(path)))
    return Contents(
        stream.named("plain", compression),
        frozenset(dump.tables),
        frozenset(dump.with_data),
        rows=dump.rows,
        all_read=True,
        database=" ".join(sorted(dump.databases)),
        counted=Counted(tables=dump.counted),
    )


def _archive(path: str, tools: Tools, form: str, compression: str) -> Contents:
    """Ask pg_restore for the table of contents; raise CannotTell for a folder that it cannot open."""
    if form == "directory":
        stream.demand_here(path, tools.medium, f"{NAME} -Fd")
    listed = _restore(path, tools, compression, "-l")
    entries = _ENTRY.findall(listed)
    database = _DATABASE.search(listed)
    return Contents(
        stream.named(form, compression),
        frozenset(_table(rest) for kind, rest in entries if kind == "TABLE"),
        frozenset(_table(rest) for kind, rest in entries if kind == "TABLE DATA"),
        database=database.group(1) if database else "",
    )


def _table(entry: str) -> str:
    """Return "schema name" of an entry, which ends with its owner."""
    return entry.rsplit(" ", 1)[0]


def read(path: str, tools: Tools) -> None:
    """Have all data of a dump read and uncompressed; raise Fault if some cannot be."""
    form, compression = form_at(path, tools.medium)
    if form == "plain":
        _plain(path, tools, compression)
    else:
        _restore(path, tools, compression, "-f", os.devnull)


def count(path: str, tools: Tools) -> Counted:
    """Return the rows of each table; an archive is turned into SQL and counted as it streams by."""
    form, compression = form_at(path, tools.medium)
    if form == "plain":
        return _plain(path, tools, compression).counted or Counted()
    with contextlib.ExitStack() as stack:
        argv = ["pg_restore", "-f", "-"]
        streamed = compression or not tools.medium.local
        source = stack.enter_context(stream.opened(path, tools.medium))[0] if streamed else None
        said, ending = stack.enter_context(tools.output(argv if source else [*argv, path], source))
        dump = plain_sql.scan(said)
        answer = ending()
    if answer.status:
        raise _fault(shown(os.path.basename(path)), answer.error)
    return Counted(tables=dump.counted)


def _restore(path: str, tools: Tools, compression: str, *options: str) -> str:
    """Return what pg_restore says to a dump; raise Bad if it cannot read it, CannotTell if it is too old for it."""
    argv = ["pg_restore", *options]
    if compression or not tools.medium.local:
        with stream.opened(path, tools.medium) as (source, _):
            answer = tools.feed(argv, source)
    else:
        answer = tools.ask([*argv, path])
    if answer.status == 0:
        return answer.text
    raise _fault(shown(os.path.basename(path)), answer.error)


def _fault(file: str, said: str) -> Bad | CannotTell:
    """Return what an error of pg_restore means: a bad dump, or programs that cannot judge it."""
    error = first_error(said)
    if "unsupported version" in said:
        return CannotTell(TOO_NEW, file=file)
    if "not supported" in said or "does not support" in said:
        return CannotTell(NO_COMPRESSION, file=file, error=error)
    if any(jump in said for jump in _JUMPS):
        return CannotTell(NEEDS_JUMPS, file=file)
    if lacks(said):
        return CannotTell(HINDERED, tool="pg_restore", file=file, error=error)
    if any(end in said for end in _ENDS):
        return Bad(stream.CUT_OFF, file=file)
    return Bad(stream.DAMAGED, file=file, error=error)
