"""A scratch PostgreSQL: own data folder, a unix socket in it and no port, faster than safe, for it is dropped."""

from __future__ import annotations

import os
import re
import shutil
import signal
from dataclasses import dataclass
from types import MappingProxyType
from typing import ContextManager, Mapping

from ..backup.faults import CannotTell
from ..backup.tools import Tools, first_error, surroundings
from ..command import Answer
from . import serving
from .identity import Identity

USER = "drill"
SOCKET = ".s.PGSQL.5432"
# What ends a server from outside; SIGABRT is its own way to give up.
KILLS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
_VERSION = re.compile(r"\(PostgreSQL\) (\S+)")
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "20",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "restart_after_crash": "off",
}


def version(tools: Tools) -> str:
    """Return the server's version; raise CannotTell if it is not on this machine."""
    found = _VERSION.search(tools.ask(["postgres", "--version"]).text)
    return found.group(1) if found else "unknown"


def environment(folder: str, database: str) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs reach the scratch server and no other."""
    return surroundings(PGHOST=serving.socket_dir(folder), PGPORT="5432", PGUSER=USER, PGDATABASE=database)


def make(folder: str, tools: Tools, template: str = "") -> Identity:
    """Make an empty cluster in a folder; return whom it belongs to; raise CannotTell if that cannot be done.

    ``template`` names a folder for a cluster that is made once and copied for each drill of a call.
    """
    identity = serving.settle(folder, SOCKET)
    data = os.path.join(folder, "data")
    if template and os.path.isdir(template):
        _copy(template, data, identity)
        return identity
    _initdb(folder, tools, identity)
    if template:
        # Only a whole copy gets the template's name.
        _copy(data, f"{template}.part", identity)
        os.rename(f"{template}.part", template)
    return identity


def _copy(source: str, target: str, identity: Identity) -> None:
    """Copy a cluster that no server runs on, to the same owner."""
    shutil.copytree(source, target)
    if identity.uid >= 0:
        for place, _, names in os.walk(target):
            for path in (place, *(os.path.join(place, name) for name in names)):
                os.chown(path, identity.uid, identity.gid)


def _initdb(folder: str, tools: Tools, identity: Identity) -> None:
    """Make an empty cluster in a folder; raise CannotTell if that cannot be done."""
    initdb = [tools.path("initdb"), "-D", os.path.join(folder, "data"), "-U", USER, "-A", "trust"]
    argv = identity.argv(*initdb, "-N", "-E", "UTF8", "--locale=C")
    answer = serving.run_once(argv, folder, tools, surroundings())
    if answer.status:
        raise CannotTell(serving.NOT_MADE, error=first_error(answer.error))


@dataclass(frozen=True)
class Maker:
    """What brings the cluster in a folder into a state in which a server can run on it."""

    folder: str
    tools: Tools
    identity: Identity
    options: Mapping[str, str]

    def single(self, database: str, statements: str) -> Answer:
        """Return what a server for one user says, given a statement on each line; raise CannotTell if it hangs."""
        argv = [self.tools.path("postgres"), "--single", "-D", os.path.join(self.folder, "data")]
        argv += [*_settings(self.folder, self.options), database]
        bound = self.identity.bound(*argv, signal="QUIT")
        return serving.run_once(bound, self.folder, self.tools, surroundings(), statements)


def _settings(folder: str, more: Mapping[str, str]) -> list[str]:
    """Return the settings of a scratch server as arguments, before which none in a file counts."""
    options = {**_OPTIONS, "unix_socket_directories": serving.socket_dir(folder), **more}
    return [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]


def running(
    folder: str, tools: Tools, identity: Identity, more: Mapping[str, str] = MappingProxyType({})
) -> ContextManager[None]:
    """Run the server of a cluster; raise CannotTell if it does not start, or ends while it is needed."""
    argv = [tools.path("postgres"), "-D", os.path.join(folder, "data"), *_settings(folder, more)]
    # SIGQUIT lets the server free its shared memory.
    server = serving.Server(argv, folder, surroundings(), lambda: _ready(folder), first_error, signal.SIGQUIT)
    return serving.running(server, identity)


def _ready(folder: str) -> bool:
    """Say whether the server has written that it is ready, as it does on the last line of its pid file."""
    try:
        with open(os.path.join(folder, "data", "postmaster.pid"), encoding="utf-8") as stored:
            return stored.read().rstrip().endswith("ready")
    except OSError:
        return False
