"""MariaDB's and MySQL's own programs: where they lie, how they tell errors, and a connection through their client."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass

from ..door import redacted
from ..finding import reason
from .faults import CannotTell
from .session import Session
from .tools import Tools

MISSING = reason(
    "backup.mariadb_tool_missing",
    "{tool} is not on this machine; install MariaDB's programs, or name their folder in mariadb_bin_dir",
)

# What older and MySQL's own packages call the same programs.
_ALSO_CALLED = {
    "mariadb": ("mysql",),
    "mariadb-dump": ("mysqldump",),
    "mariadb-install-db": ("mysql_install_db",),
    "mariadbd": ("mysqld",),
}
# Debian keeps the server where ordinary users do not look.
_SERVER_PLACES = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin")
_ERROR = re.compile(r"^(ERROR\b.*)|^[\w./-]*(?:dump|mysqld?|mariadbd?): (.*)|\[ERROR\] (.*)", re.MULTILINE)
# Values in messages may be personal data; names of tables and the like are quoted in other words.
_VALUE = re.compile(r"\b(entry|value:?) '.*?(?:'(?= for )|$)|\b(near) '.*")


@dataclass(frozen=True)
class MariaDbTools(Tools):
    """Tools whose ``bin_dir`` is that of MariaDB's programs."""

    def path(self, tool: str) -> str:
        """Return the path of a program, under whichever name it has; raise CannotTell if it is not on this machine."""
        where = self.bin_dir or os.pathsep.join((os.environ.get("PATH", os.defpath), *_SERVER_PLACES))
        names: tuple[str, ...] = (tool, *_ALSO_CALLED.get(tool, ()))
        for name in names:
            path = shutil.which(name, path=where)
            if path:
                return path
        raise CannotTell(MISSING, tool=tool)


def programs(tools: Tools) -> MariaDbTools:
    """Return MariaDB's tools of a call."""
    return MariaDbTools(tools.mariadb_bin_dir, tools.timeout_s)


def first_error(text: str) -> str:
    """Return the first error that a program tells, on one line, without values, passwords and what it was asked."""
    told = _ERROR.search(text)
    line = next(filter(None, told.groups()), "") if told else text.strip().split("\n", maxsplit=1)[0]
    hidden = _VALUE.sub(lambda found: f"{found.group(1) or found.group(2)} '...'", line)
    return redacted(hidden) or "it gave no reason"


class MariaDbSession(Session):
    """A connection through MariaDB's client; it never reconnects by itself, for that would lose the snapshot."""

    program = "mariadb"
    # In binary mode the client takes no commands of its own from what it is asked.
    arguments = (
        "--batch",
        "--skip-column-names",
        "--raw",
        "--unbuffered",
        "--binary-mode",
        "--skip-reconnect",
        "--default-character-set=utf8mb4",
    )

    @staticmethod
    def first_error(said: str) -> str:
        """Return the first error among what the client says."""
        return first_error(said)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def surroundings(**more: str) -> dict[str, str]:
    """Return an environment without MariaDB's own settings, so that no live server is named by accident."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYSQL", "MARIADB"))}
    return {**kept, "LC_ALL": "C", **more}
