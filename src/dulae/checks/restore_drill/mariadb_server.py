"""A scratch MariaDB: own data folder, a unix socket and no port, faster than safe, for it is dropped."""

from __future__ import annotations

import os
import re
import signal
from typing import ContextManager

from ..backup.faults import CannotTell
from ..backup.mariadb import first_error, surroundings
from ..backup.tools import Tools
from . import serving
from .identity import Identity

USER = "root"
_SOCKET = "mariadb.sock"
_VERSION = re.compile(r"\bVer (\S+)")
_READY = b"ready for connections"
# What decides the layout of the data must be the same when they are made.
_LAYOUT = ("--no-defaults", "--innodb-log-file-size=64M", "--skip-log-bin")
_OPTIONS = (
    "--skip-networking",
    "--skip-name-resolve",
    # Nothing that a dump says may read or write files beside the server's own; secure-file-priv does the rest.
    "--local-infile=0",
    "--event-scheduler=OFF",
    "--max-connections=20",
    "--max-allowed-packet=1G",
    "--innodb-buffer-pool-size=256M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-stats-persistent=0",
    "--sync-binlog=0",
)


def version(tools: Tools) -> str:
    """Return the server's version; raise CannotTell if it is not on this machine."""
    said = tools.ask(["mariadbd", "--no-defaults", "--version"], surroundings()).text
    found = _VERSION.search(said)
    return found.group(1) if found else "unknown"


def socket(folder: str) -> str:
    """Return the scratch server's socket."""
    return os.path.join(serving.socket_dir(folder), _SOCKET)


def options(folder: str) -> tuple[str, ...]:
    """Return how MariaDB's programs reach the scratch server and no other."""
    return ("--no-defaults", "--protocol=socket", f"--socket={socket(folder)}", f"--user={USER}")


def make(folder: str, tools: Tools) -> Identity:
    """Make an empty data folder; return whom it belongs to; raise CannotTell if that cannot be done."""
    tools.path("mariadbd")
    program = tools.path("mariadb-install-db")
    identity = serving.settle(folder, _SOCKET)
    argv = [program, *_LAYOUT, *_basedir(program), f"--datadir={_data(folder)}", f"--tmpdir={folder}"]
    more = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
    answer = serving.run_once(identity.argv(*argv, *more), folder, tools, surroundings())
    if answer.status:
        raise CannotTell(serving.NOT_MADE, error=first_error(answer.error + answer.text))
    return identity


def _data(folder: str) -> str:
    """Return the folder of the server's data."""
    return os.path.join(folder, "data")


def _basedir(program: str) -> list[str]:
    """Return where programs that were unpacked somewhere find what belongs to them; those of a package know."""
    base = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    return [f"--basedir={base}"] if os.path.isdir(os.path.join(base, "share")) else []


def running(folder: str, tools: Tools, identity: Identity) -> ContextManager[None]:
    """Run the server; raise CannotTell if it does not start, or ends while it is needed."""
    places = [f"--datadir={_data(folder)}", f"--tmpdir={folder}", f"--socket={socket(folder)}"]
    files = [f"--pid-file={os.path.join(folder, 'pid')}", f"--secure-file-priv={serving.socket_dir(folder)}"]
    argv = [tools.path("mariadbd"), *_LAYOUT, *_OPTIONS, *places, *files]
    # It keeps nothing outside of its folder, and SIGINT is nothing to it.
    server = serving.Server(
        argv, folder, surroundings(), lambda: _ready(folder), first_error, signal.SIGKILL, "KILL"
    )
    return serving.running(server, identity)


def _ready(folder: str) -> bool:
    """Say whether the server has told its log that it is ready."""
    with open(os.path.join(folder, "log"), "rb") as log:
        return _READY in log.read()
