"""Dumps of MariaDB and MySQL by mariadb-dump or mysqldump: SQL, plain or compressed."""

from __future__ import annotations

import os

from ..copies import shown
from ..faults import Bad
from ..tools import Tools
from . import mysql_sql, stream
from .contents import Contents, Counted
from .dumps import demand_data

NAME = "mariadb_dump"


def structure(path: str, tools: Tools) -> Contents:
    """Return the tables and rows of a dump, which is read to its end; raise Fault if it is none, or has no data."""
    head, compression = stream.head_of(path, tools.medium)
    if not mysql_sql.known(head):
        raise stream.refuse(path, NAME, head)
    with stream.opened(path, tools.medium) as (source, _):
        dump = mysql_sql.scan(source)
    if not dump.complete:
        raise Bad(stream.CUT_OFF, file=shown(os.path.basename(path)))
    contents = Contents(
        stream.named("plain", compression),
        frozenset(dump.tables),
        frozenset(table for table, rows in dump.tables.items() if rows),
        rows=sum(dump.tables.values()),
        all_read=True,
        database=" ".join(sorted(dump.databases)),
        counted=Counted(tables=dump.tables),
    )
    demand_data(path, contents)
    return contents


def read(path: str, tools: Tools) -> None:
    """Read all data of a dump; raise Fault if some cannot be."""
    structure(path, tools)


def count(path: str, tools: Tools) -> Counted:
    """Return the rows of each table."""
    return structure(path, tools).counted or Counted()
