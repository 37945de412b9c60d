"""Is there room left? (procedure 6.3: the remaining space is checked)

Space and inodes are counted as ``df`` counts them: blocks reserved for root are neither used nor free.
"""

from __future__ import annotations

import os
import queue
from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Mapping, Union

from .finding import Finding, Reason, Verdict, judged, reason
from .outcome import Stopwatch
from .waiting import ask

PASSED = reason("disk.enough", "{path}: {free_percent} % free, at least {min_free_percent} % asked")
LOW = reason(
    "disk.free_low",
    "{path}: {free_percent} % free, under the warning line of {warn_free_percent} %; plan for more",
)
BELOW = reason(
    "disk.free_below_limit",
    "{path}: {free_percent} % free, at least {min_free_percent} % asked; free space or enlarge the disk",
)
FEW_BYTES = reason(
    "disk.bytes_below_limit",
    "{path}: {free_bytes} bytes free, at least {min_free_bytes} asked; free space or enlarge the disk",
)
FEW_INODES = reason(
    "disk.inodes_below_limit",
    "{path}: {free_inodes_percent} % of the inodes free, at least {min_free_inodes_percent} % asked;"
    " remove small files that nobody needs",
)
READ_ONLY = reason(
    "disk.read_only", "{path}: mounted read-only, nothing can be stored; look for disk errors, then remount"
)
MISSING = reason("disk.missing", "{path}: no such path; correct the path, or mount its file system")
REFUSED = reason(
    "disk.refused", "{path}: may not be measured: {error}; let the checking user enter the folder"
)
SILENT = reason(
    "disk.silent", "{path}: no answer within {timeout_s} s; a mount hangs, look at the server that holds it"
)
NO_SIZE = reason("disk.no_size", "{path}: the file system gives no size; name a path on a real disk")


@dataclass(frozen=True)
class Limits:
    """The least room that must be left, space in percent of what ordinary users can have."""

    warn_free_percent: int = 20
    min_free_percent: int = 10
    min_free_bytes: int = 0
    min_free_inodes_percent: int = 5


@dataclass(frozen=True)
class Mount:
    """A path whose file system is measured, and what is asked of it."""

    path: str
    limits: Limits = Limits()
    system: str = ""


def mount_from(given: Mapping[str, Any]) -> Mount:
    """Return a mount from plain data, flat as the settings have it: path, system, and the limits by name."""
    limits = Limits(**{key: value for key, value in given.items() if key not in ("path", "system")})
    return Mount(given["path"], limits, given.get("system", ""))


@dataclass(frozen=True)
class Usage:
    """Space and inodes of one file system; no inodes in all where their number is not fixed, as in btrfs."""

    mount_point: str
    total_bytes: int
    used_bytes: int
    free_bytes: int
    total_inodes: int
    free_inodes: int
    read_only: bool

    @property
    def usable_bytes(self) -> int:
        """Return what ordinary users have and could have: the whole without root's reserve."""
        return self.used_bytes + self.free_bytes


def measure(path: str) -> Usage:
    """Ask the kernel about the file system that holds a path; raise OSError if there is no such path."""
    stat = os.statvfs(path)
    return Usage(
        mount_point=_mount_point(path),
        total_bytes=stat.f_blocks * stat.f_frsize,
        used_bytes=(stat.f_blocks - stat.f_bfree) * stat.f_frsize,
        free_bytes=stat.f_bavail * stat.f_frsize,
        total_inodes=stat.f_files,
        free_inodes=stat.f_favail,
        read_only=bool(stat.f_flag & os.ST_RDONLY),
    )


def _mount_point(path: str) -> str:
    """Return the folder where the file system of a path is mounted."""
    folder = os.path.realpath(path)
    while not os.path.ismount(folder):
        folder = os.path.dirname(folder)
    return folder


def percent(part: int, whole: int) -> str:
    """Return a share with one decimal, cut and not rounded, so that 9.96 is never shown as 10.0."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def judge(mount: Mount, usage: Usage) -> Finding:
    """Compare a usage with the least room asked."""
    verdict, why = _decide(mount.limits, usage)
    limit = vars(mount.limits)
    return judged("disk", mount.path, verdict, why, measured=_measured(mount.path, usage), limit=limit)


def _decide(limits: Limits, usage: Usage) -> tuple[Verdict, Reason]:
    """Return the first thing that is wrong, the gravest first."""
    share = 100 * usage.free_bytes
    rules = (
        (usage.usable_bytes <= 0, Verdict.UNKNOWN, NO_SIZE),
        (usage.read_only, Verdict.FAIL, READ_ONLY),
        (share < limits.min_free_percent * usage.usable_bytes, Verdict.FAIL, BELOW),
        (usage.free_bytes < limits.min_free_bytes, Verdict.FAIL, FEW_BYTES),
        (
            100 * usage.free_inodes < limits.min_free_inodes_percent * usage.total_inodes,
            Verdict.FAIL,
            FEW_INODES,
        ),
        (share < limits.warn_free_percent * usage.usable_bytes, Verdict.WARN, LOW),
    )
    for broken, verdict, why in rules:
        if broken:
            return verdict, why
    return Verdict.PASS, PASSED


def _measured(path: str, usage: Usage) -> dict[str, Any]:
    """Return the numbers of a usage as a finding holds them."""
    return {
        "path": path,
        "mount_point": usage.mount_point,
        "total_bytes": usage.total_bytes,
        "used_bytes": usage.used_bytes,
        "free_bytes": usage.free_bytes,
        "free_percent": percent(usage.free_bytes, usage.usable_bytes),
        "total_inodes": usage.total_inodes,
        "free_inodes": usage.free_inodes,
        "free_inodes_percent": percent(usage.free_inodes, usage.total_inodes) if usage.total_inodes else None,
        "read_only": usage.read_only,
    }


_Measured = Union[Usage, Exception]


def check(
    mounts: Iterable[Mount], timeout_s: float = 10, measure: Callable[[str], Usage] = measure
) -> list[Finding]:
    """Judge some mounts side by side; one that does not answer in time is unknown, not a hung run."""
    watch = Stopwatch()
    waiting = [(mount, _ask(mount.path, measure)) for mount in mounts]
    return [_answer(mount, answer, watch, timeout_s) for mount, answer in waiting]


def _ask(path: str, measure: Callable[[str], Usage]) -> queue.Queue[_Measured]:
    """Measure in a thread of its own."""
    return ask(lambda: measure(path), f"measure {path}", (OSError,))


def _answer(mount: Mount, answer: queue.Queue[_Measured], watch: Stopwatch, timeout_s: float) -> Finding:
    """Wait for a measurement until the common time is over, and judge it."""
    try:
        measured = answer.get(timeout=max(0.001, timeout_s - watch.elapsed_ms / 1000))
    except queue.Empty:
        finding = _no_answer(mount, SILENT, timeout_s=f"{timeout_s:g}")
    else:
        if isinstance(measured, Usage):
            finding = judge(mount, measured)
        else:
            missing = isinstance(measured, (FileNotFoundError, NotADirectoryError))
            finding = _no_answer(
                mount, MISSING if missing else REFUSED, error=str(getattr(measured, "strerror", measured))
            )
    return replace(finding, system=mount.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)


def _no_answer(mount: Mount, why: Reason, **measured: Any) -> Finding:
    """Return the finding of a path that could not be measured."""
    about = {"path": mount.path, **measured}
    return judged("disk", mount.path, Verdict.UNKNOWN, why, measured=about, limit=vars(mount.limits))
