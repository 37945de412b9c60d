"""Does a program run? By its name, or by the number in its pidfile, read from /proc (procedure 6.1)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator

from ..finding import Verdict, reason
from .options import Asked, option
from .probing import Around, Judgement, Trouble, shown

RUNS = reason("health.process_runs", "{target}: {count} running")
TOO_FEW = reason(
    "health.process_too_few", "{target}: {count} running, at least {min_count} asked; start the program"
)
STUCK = reason(
    "health.process_stuck",
    "{target}: {count} running, at least {min_count} asked; {stopped} more are stopped or dead ({states})",
)
NO_PIDFILE = reason(
    "health.pidfile_missing", "{target}: there is no such pidfile; the program is not running, start it"
)
BAD_PIDFILE = reason("health.pidfile_broken", "{target}: holds no process number; start the program anew")
STALE = reason(
    "health.pidfile_stale",
    "{target}: names process {pid}, which is not running; the program has died, start it",
)
NOT_ALLOWED = reason(
    "health.process_hidden",
    "{target}: this user may not see other users' processes ({error}); let the checking user see them",
)
NO_PROC = reason("health.no_proc", "{target}: this machine has no /proc to look at ({error})")

# proc(5): zombie, dead, stopped by a signal, stopped by a tracer.
_NOT_RUNNING = "ZXxTt"
_INTERPRETERS = ("python", "perl", "ruby", "node", "java", "php", "sh", "bash", "dash")


@dataclass(frozen=True)
class Process(Asked):
    """A program that runs, by its name or its pidfile."""

    process: str = option("Name of the program, as its command or its script is called.", "")
    pidfile: str = option("File with the number of the program's process.", "")
    min_count: int = option("Fails with fewer running than these.", 1, least=1, is_limit=True)

    @property
    def target(self) -> str:
        """Return the name or the pidfile."""
        return shown(self.process or self.pidfile)

    def problem(self) -> str:
        """Return that both or neither is named."""
        return "" if bool(self.process) != bool(self.pidfile) else "process: name either process or pidfile"


@dataclass(frozen=True)
class Running:
    """One process: its number, its state as proc(5) has it, its short name, and its arguments."""

    pid: int
    state: str
    comm: str
    argv: tuple[str, ...] = ()


def measure(root: Path = Path("/proc")) -> list[Running]:
    """Return all processes but this one; raise Trouble (unknown) where they cannot be seen."""
    try:
        numbers = [name for name in os.listdir(root) if name.isdecimal()]
    except OSError as error:
        raise Trouble(NO_PROC, Verdict.UNKNOWN, error=shown(error.strerror)) from error
    found = (_running(root / name) for name in numbers if int(name) not in (os.getpid(), os.getppid()))
    return [one for one in found if one is not None]


def _running(folder: Path) -> Running | None:
    """Read one process, or None where it has ended meanwhile."""
    try:
        return parse((folder / "stat").read_bytes(), (folder / "cmdline").read_bytes())
    except (OSError, ValueError):
        return None


def parse(stat: bytes, cmdline: bytes) -> Running:
    """Read /proc/PID/stat and cmdline; raise ValueError where they are none."""
    head, _, rest = stat.decode("utf-8", "replace").rpartition(")")
    pid, _, comm = head.partition(" (")
    argv = tuple(part for part in cmdline.decode("utf-8", "replace").split("\0") if part)
    return Running(int(pid), rest.split()[0], comm, argv)


def called(name: str, one: Running) -> bool:
    """Say whether a process is the program of a name: its command, or the script that an interpreter runs."""
    return name == one.comm or name in _names(one)


def _names(one: Running) -> Iterator[str]:
    """Yield the names under which a process goes by its arguments."""
    command, *rest = (os.path.basename(part) for part in one.argv or ("",))
    yield command
    if command.rstrip("0123456789.") in _INTERPRETERS:
        yield from [part for part in rest if not part.startswith("-")][:1]


def judge(asked: Process, found: Iterable[Running], sees_all: bool = True) -> Judgement:
    """Compare how many run with how many are asked; what cannot be seen is not taken for absent."""
    ours = [one for one in found if called(asked.process, one)]
    stopped = [one for one in ours if one.state in _NOT_RUNNING]
    count = len(ours) - len(stopped)
    measured = {
        "count": count,
        "stopped": len(stopped),
        "states": ", ".join(sorted({one.state for one in stopped})),
    }
    if count >= asked.min_count:
        return Judgement(Verdict.PASS, RUNS, measured)
    if not sees_all:
        return Judgement(Verdict.UNKNOWN, NOT_ALLOWED, {**measured, "error": "hidepid"})
    return Judgement(Verdict.FAIL, STUCK if stopped else TOO_FEW, measured)


def by_pidfile(asked: Process, root: Path = Path("/proc")) -> Judgement:
    """Say whether the process that a pidfile names runs; raise Trouble where it cannot be told."""
    try:
        text = Path(asked.pidfile).read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError as error:
        raise Trouble(NO_PIDFILE) from error
    except OSError as error:
        raise Trouble(NOT_ALLOWED, Verdict.UNKNOWN, error=shown(error.strerror)) from error
    if not text or not text[0].isdecimal():
        return Judgement(Verdict.FAIL, BAD_PIDFILE)
    found = _running(root / text[0])
    if found is None and not sees_all(root):
        return Judgement(Verdict.UNKNOWN, NOT_ALLOWED, {"error": "hidepid"})
    if found is None or found.state in _NOT_RUNNING:
        return Judgement(Verdict.FAIL, STALE, {"pid": int(text[0]), "count": 0})
    return Judgement(Verdict.PASS, RUNS, {"pid": found.pid, "count": 1})


def sees_all(root: Path = Path("/proc")) -> bool:
    """Say whether other users' processes can be seen: the first process is always root's (hidepid in proc(5))."""
    return (root / "1" / "stat").exists()


def check(asked: Process, _around: Around) -> Judgement:
    """Look at this machine's processes, and judge."""
    if asked.pidfile:
        return by_pidfile(asked)
    return judge(asked, measure(), sees_all())
