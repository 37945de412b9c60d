"""What is to be backed up, and where to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


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
