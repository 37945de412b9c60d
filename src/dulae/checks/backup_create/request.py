"""What is to be backed up, and where to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any, Mapping

from ..backup.sets import subject_of


@dataclass(frozen=True)
class Connection:
    """How PostgreSQL is reached; what is empty is left to libpq. ``host`` may be a folder with a unix socket."""

    host: str = ""
    port: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment for PostgreSQL's programs; a password travels nowhere else."""
        named = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": database,
        }
        given = {name: value for name, value in named.items() if value}
        return {**os.environ, "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "dulae", **given, "LC_ALL": "C"}


@dataclass(frozen=True)
class Request:
    """One thing to back up: a database (``pg_dump``) or a folder (``tar``), into ``path`` as PREFIX-TIME.SUFFIX.

    ``keep`` is how many of the sets made here stay (0: all); within ``min_interval_hours`` of the last none is made.
    """

    kind: str
    source: str
    path: str
    prefix: str
    subject: str = ""
    system: str = ""
    keep: int = 7
    min_interval_hours: int = 20
    connection: Connection = field(default_factory=Connection)

    @property
    def name(self) -> str:
        """Return the finding's subject: SYSTEM/SET, or what is backed up."""
        return self.subject or self.source


def request_from(given: Mapping[str, Any], passwords: Mapping[str, str]) -> Request:
    """Return a request from plain data as the settings have it; passwords come apart, by subject."""
    known = {entry.name for entry in fields(Request)} - {"connection", "subject"}
    stated = {key: value for key, value in given.items() if key in known and value is not None}
    subject = subject_of(given)
    way = given.get("connection") or {}
    connection = Connection(
        host=way.get("socket_dir") or way.get("host") or "",
        port=str(way.get("port") or ""),
        user=way.get("user") or "",
        password=passwords.get(subject, ""),
    )
    return Request(**stated, subject=subject, connection=connection)
