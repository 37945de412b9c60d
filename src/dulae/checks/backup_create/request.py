"""What is to be backed up, and where to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any, Mapping

from ..backup.sets import subject_of


@dataclass(frozen=True)
class Connection:
    """How a server is reached; what is empty is left to its programs. ``host`` may be a folder with a unix socket."""

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

    def mariadb_options(self) -> list[str]:
        """Return how MariaDB's programs reach the server; no password is among it.

        Where a password is given, no file of the machine has a say; else the user's own (~/.my.cnf) may hold one.
        """
        if self.host.startswith("/"):
            socket = os.path.join(self.host, "mysqld.sock") if os.path.isdir(self.host) else self.host
            place = ["--protocol=socket", f"--socket={socket}"]
        else:
            place = [f"--host={self.host}"] if self.host else []
            place += [f"--port={self.port}"] if self.port else []
        user = [f"--user={self.user}"] if self.user else []
        return [*(["--no-defaults"] if self.password else []), *place, *user]

    def mariadb_environment(self) -> dict[str, str]:
        """Return the environment for MariaDB's programs; a password travels nowhere else."""
        password = {"MYSQL_PWD": self.password} if self.password else {}
        return {**os.environ, **password, "LC_ALL": "C"}


@dataclass(frozen=True)
class Request:
    """One thing to back up, a database or (``tar``) a folder, into ``path`` as PREFIX-TIME.SUFFIX.

    ``keep`` is how many of the newest sets made here stay (0: all); ``retention``, of how many days, weeks and months
    (``STEP_DAYS``) the last one stays besides; within ``min_interval_hours`` of the last none is made.
    """

    kind: str
    source: str
    path: str
    prefix: str
    subject: str = ""
    system: str = ""
    keep: int = 7
    retention: Mapping[str, int] = field(default_factory=dict)
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
    stated["retention"] = {step: kept for step, kept in (given.get("retention") or {}).items() if kept}
    subject = subject_of(given)
    way = given.get("connection") or {}
    connection = Connection(
        host=way.get("socket_dir") or way.get("host") or "",
        port=str(way.get("port") or ""),
        user=way.get("user") or "",
        password=passwords.get(subject, ""),
    )
    return Request(**stated, subject=subject, connection=connection)
