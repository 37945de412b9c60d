"""Processes by identity: a number alone may belong to somebody else by now, number and start time do not."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

# Every process that a lab starts carries its lab's folder under this name.
MARK = "DULAE_LAB"
# Field 22 of /proc/PID/stat (proc(5)), counted after the name in parentheses, which may hold anything.
_STARTED = 22 - 3
_STATE = 0
# Columns of /proc/net/tcp (proc(5)) and its code for a listening socket.
_LOCAL, _TCP_STATE, _INODE = 1, 3, 9
_LISTENING = "0A"


@dataclass(frozen=True)
class Process:
    """A process that cannot be confused with a later one of the same number."""

    pid: int
    started: int
    boot: str

    def to_dict(self) -> dict[str, object]:
        """Return the identity as plain JSON types."""
        return asdict(self)

    def alive(self) -> bool:
        """Say whether this very process still runs (a zombie does not)."""
        return identify(self.pid) == self


def boot_id() -> str:
    """Return the identity of the machine's present boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def identify(pid: int) -> Process | None:
    """Return the identity of a running process, or None where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if not fields or fields[_STATE] in (b"Z", b"X"):
        return None
    return Process(pid, int(fields[_STARTED]), boot_id())


def marked(folder: Path) -> Iterator[Process]:
    """Yield every process that carries this lab's mark."""
    mark = f"{MARK}={folder}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found = identify(int(entry.name))
                    if found:
                        yield found


def postmaster(cluster: Path) -> Process | None:
    """Return the database server of this very cluster, known by its working folder (it overwrites its environment)."""
    try:
        pid = int((cluster / "postmaster.pid").read_text(encoding="ascii").split()[0])
        home = os.readlink(f"/proc/{pid}/cwd")
    except (OSError, ValueError, IndexError):
        return None
    return identify(pid) if Path(home) == cluster.resolve() else None


def listens(pid: int, ports: Iterable[int]) -> bool:
    """Say whether a process itself listens on all these ports, so that nobody else's answer is taken for its own."""
    sockets = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                sockets.add(os.readlink(entry))
        lines = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return False
    rows = [line.split() for line in lines]
    held = {
        int(row[_LOCAL].rpartition(":")[2], 16)
        for row in rows
        if row[_TCP_STATE] == _LISTENING and f"socket:[{row[_INODE]}]" in sockets
    }
    return held >= set(ports)


def send(process: Process, number: signal.Signals) -> None:
    """Signal a process if it is still the same."""
    with contextlib.suppress(ProcessLookupError):
        if process.alive():
            os.kill(process.pid, number)


def gone(processes: Iterable[Process], seconds: float) -> bool:
    """Wait until none of these processes runs; say whether that came true in time."""
    deadline = time.monotonic() + seconds
    waiting = list(processes)
    while waiting := [process for process in waiting if process.alive()]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def stop(processes: Iterable[Process], seconds: float = 5) -> None:
    """Ask processes to end, and end by force those that do not."""
    known = list(processes)
    for process in known:
        send(process, signal.SIGTERM)
    if not gone(known, seconds):
        for process in known:
            send(process, signal.SIGKILL)
        gone(known, seconds)
