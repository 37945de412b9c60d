"""A scratch server as a program: started under an ordinary user, watched, and ended with the drill."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, Sequence

from ..backup.faults import CannotTell, Fault
from ..backup.session import SessionError
from ..backup.tools import SILENT, Tools
from ..command import Answer, text_of
from ..finding import reason
from .identity import Identity, ordinary

NOT_MADE = reason(
    "restore_drill.no_server",
    "the scratch server could not be made: {error}; look at the server's programs on this machine",
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

# sockaddr_un holds 107 bytes of path.
_LONGEST_SOCKET = 107
_TICK_S = 0.02
_START_S = 60.0
_STOP_S = 10.0
# After one of its processes was killed, a server needs a moment to end the others and itself.
_ENDING_S = 2.0


@dataclass(frozen=True)
class Server:
    """A server's command, its drill's folder and environment; how it tells that it is ready and what is wrong.

    ``stop`` ends it at once, for nothing in it is needed any more; ``orphaned`` is what it gets if the drill is killed.
    """

    argv: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    ready: Callable[[], bool]
    first_error: Callable[[str], str]
    stop: signal.Signals
    orphaned: str = "INT"

    @property
    def log(self) -> str:
        """Return where the server writes what it has to say."""
        return os.path.join(self.folder, "log")

    def error(self) -> str:
        """Return the first error that the server tells."""
        with open(self.log, "rb") as told:
            return self.first_error(text_of(told.read()))


def socket_dir(folder: str) -> str:
    """Return the folder of a drill's socket."""
    return os.path.join(folder, "s")


def settle(folder: str, socket: str) -> Identity:
    """Give a drill's folder to whom its server runs as; raise CannotTell if its socket's path would be too long."""
    if len(os.fsencode(os.path.join(socket_dir(folder), socket))) > _LONGEST_SOCKET:
        raise CannotTell(TOO_LONG, path=folder)
    identity = ordinary()
    os.mkdir(socket_dir(folder), 0o700)
    for path in (folder, socket_dir(folder)):
        os.chown(path, identity.uid, identity.gid)
    return identity


def run_once(
    argv: Sequence[str], folder: str, tools: Tools, environment: Mapping[str, str], told: str = ""
) -> Answer:
    """Run a program that makes a server's data; return what it answers; raise CannotTell if it does not end.

    ``told`` is what it reads.
    """
    try:
        done = subprocess.run(  # noqa: S603
            list(argv),
            check=False,
            input=told.encode("utf-8"),
            capture_output=True,
            env=dict(environment),
            cwd=folder,
            timeout=tools.timeout_s,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotTell(SILENT, tool=_tool(argv), timeout_s=f"{tools.timeout_s:g}") from error
    return Answer(done.returncode, text_of(done.stdout), text_of(done.stderr))


def _tool(argv: Sequence[str]) -> str:
    """Return the name of the program in a command that may have a prefix."""
    programs = argv[argv.index("--") + 1 :] if "--" in argv else argv
    return os.path.basename(programs[0])


@contextlib.contextmanager
def running(server: Server, identity: Identity) -> Iterator[None]:
    """Run a server; raise CannotTell if it does not start, or ends while it is needed."""
    with open(server.log, "wb") as log:
        process = subprocess.Popen(  # noqa: S603
            identity.bound(*server.argv, signal=server.orphaned),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(server.environment),
            cwd=server.folder,
            start_new_session=True,
        )
    try:
        _await_ready(process, server)
        try:
            yield
        except (Fault, SessionError) as fault:
            # What a server that dies leaves unanswered says nothing about the backup.
            if _has_ended(process):
                raise CannotTell(ENDED, error=server.error()) from fault
            raise
    finally:
        _stop(process, server.stop)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether the server has ended, or does within a moment."""
    try:
        process.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _await_ready(process: subprocess.Popen[bytes], server: Server) -> None:
    """Wait until the server says that it is ready; raise CannotTell if it ends before, or takes too long."""
    end = time.monotonic() + _START_S
    while not server.ready():
        if process.poll() is not None or time.monotonic() > end:
            raise CannotTell(NOT_STARTED, error=server.error())
        time.sleep(_TICK_S)


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Stop the server at once."""
    process.send_signal(how)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
