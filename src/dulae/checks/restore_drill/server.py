"""A scratch PostgreSQL: own data folder, a unix socket in it and no port, faster than safe, for it is dropped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from typing import Iterator

from ..backup.faults import CannotTell, Fault
from ..backup.session import SessionError
from ..backup.tools import SILENT, Tools, first_error, surroundings
from ..finding import reason
from .identity import Identity, ordinary

NOT_MADE = reason(
    "restore_drill.no_server",
    "the scratch server could not be made: {error}; look at PostgreSQL's programs in bin_dir",
)
NOT_STARTED = reason(
    "restore_drill.not_started",
    "the scratch server did not start: {error}; look at this machine's memory and limits",
)
TOO_LONG = reason(
    "restore_drill.path_too_long", "{path}: is too long for a unix socket; name a shorter scratch_dir"
)
ENDED = reason(
    "restore_drill.server_ended",
    "the scratch server ended in the middle of the drill: {error}; look at this machine's memory and disk,"
    " then try again",
)

USER = "drill"
# sockaddr_un holds 107 bytes of path.
_LONGEST_SOCKET = 107
_TICK_S = 0.02
_START_S = 60.0
_STOP_S = 10.0
# After one of its processes was killed, the server needs a moment to end the others and itself.
_ENDING_S = 2.0
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


def environment(folder: str, database: str) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs reach the scratch server and no other."""
    return surroundings(PGHOST=_socket_dir(folder), PGPORT="5432", PGUSER=USER, PGDATABASE=database)


def _socket_dir(folder: str) -> str:
    """Return the folder of the server's socket."""
    return os.path.join(folder, "s")


def make(folder: str, tools: Tools, template: str = "") -> Identity:
    """Make an empty cluster in a folder; return whom it belongs to; raise CannotTell if that cannot be done.

    ``template`` names a folder for a cluster that is made once and copied for each drill of a call.
    """
    if len(os.path.join(_socket_dir(folder), ".s.PGSQL.5432")) > _LONGEST_SOCKET:
        raise CannotTell(TOO_LONG, path=folder)
    identity = ordinary()
    os.mkdir(_socket_dir(folder), 0o700)
    for path in (folder, _socket_dir(folder)):
        os.chown(path, identity.uid, identity.gid)
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
    try:
        done = subprocess.run(  # noqa: S603
            argv, check=False, capture_output=True, env=surroundings(), cwd=folder, timeout=tools.timeout_s
        )
    except subprocess.TimeoutExpired as error:
        raise CannotTell(SILENT, tool="initdb", timeout_s=f"{tools.timeout_s:g}") from error
    if done.returncode:
        raise CannotTell(NOT_MADE, error=first_error(done.stderr.decode("utf-8", "replace")))


@contextlib.contextmanager
def running(folder: str, tools: Tools, identity: Identity) -> Iterator[None]:
    """Run the server of a cluster; raise CannotTell if it does not start, or ends while it is needed."""
    options = {**_OPTIONS, "unix_socket_directories": _socket_dir(folder)}
    argv = [tools.path("postgres"), "-D", os.path.join(folder, "data")]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    log_path = os.path.join(folder, "log")
    with open(log_path, "wb") as log:
        process = subprocess.Popen(  # noqa: S603
            identity.bound(*argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=surroundings(),
            cwd=folder,
            start_new_session=True,
        )
    try:
        _await_ready(process, folder, log_path)
        try:
            yield
        except (Fault, SessionError) as fault:
            # What a server that dies leaves unanswered says nothing about the backup.
            if _has_ended(process):
                with open(log_path, encoding="utf-8", errors="replace") as told:
                    raise CannotTell(ENDED, error=first_error(told.read())) from fault
            raise
    finally:
        _stop(process)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether the server has ended, or does within a moment."""
    try:
        process.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _await_ready(process: subprocess.Popen[bytes], folder: str, log_path: str) -> None:
    """Wait until the server says that it is ready; raise CannotTell if it ends before, or takes too long."""
    end = time.monotonic() + _START_S
    while not _ready(folder):
        if process.poll() is not None or time.monotonic() > end:
            with open(log_path, encoding="utf-8", errors="replace") as log:
                raise CannotTell(NOT_STARTED, error=first_error(log.read()))
        time.sleep(_TICK_S)


def _ready(folder: str) -> bool:
    """Say whether the server has written that it is ready, as it does on the last line of its pid file."""
    try:
        with open(os.path.join(folder, "data", "postmaster.pid"), encoding="utf-8") as stored:
            return stored.read().rstrip().endswith("ready")
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server at once, for nothing in it is needed any more."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
