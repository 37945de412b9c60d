"""Is there room left? (procedure 6.3: the remaining space is checked)

Space and inodes are counted as ``df`` counts them: blocks reserved for root are neither used nor free.
"""

from __future__ import annotations

import os
import queue
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Mapping, Tuple, TypeVar, Union

from . import mounts as mounted
from .finding import Finding, Reason, Verdict, judged, reason
from .outcome import Stopwatch
from .room import (
    FITS,
    STORE_REFUSED,
    STORE_SILENT,
    Copies,
    Room,
    Store,
    count,
    fitting,
    numbers,
    room,
    store_from,
)
from .waiting import ask

T = TypeVar("T")
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
    stores: tuple[Store, ...] = ()
    # 0 asks for no warning.
    warn_days_until_full: int = 0

    def limit(self) -> dict[str, int]:
        """Return what is asked as a finding holds it."""
        asked = {"warn_days_until_full": self.warn_days_until_full} if self.warn_days_until_full else {}
        return {**vars(self.limits), **asked}


def mount_from(given: Mapping[str, Any]) -> Mount:
    """Return a mount from plain data, flat as the settings have it: path, system, stores, and the limits by name."""
    limits = Limits(**{key: value for key, value in given.items() if key in vars(Limits())})
    stores = tuple(store_from(store) for store in given.get("stores") or ())
    return Mount(
        given["path"], limits, given.get("system", ""), stores, given.get("warn_days_until_full") or 0
    )


def mounts_from(given: Iterable[Mapping[str, Any]] | None) -> list[Mount]:
    """Return mounts from plain data; from None, one for each file system of this machine that holds data."""
    if given is None:
        return [Mount(path) for path in mounted.real()]
    return [mount_from(one) for one in given]


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


def judge(mount: Mount, usage: Usage, asked: Room | None = None, now: datetime | None = None) -> Finding:
    """Compare a usage with the least room asked, and with what backups ask of it at a moment."""
    verdict, why = _decide(mount.limits, usage)
    measured = _measured(mount.path, usage)
    if asked and asked.next_bytes and now:
        measured.update(numbers(asked, now))
        if verdict in (Verdict.PASS, Verdict.WARN):
            verdict, why = fitting(asked, usage.free_bytes, mount.warn_days_until_full, now) or (
                verdict,
                FITS if why is PASSED else why,
            )
    return judged("disk", mount.path, verdict, why, measured=measured, limit=mount.limit())


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
_Counted = Union[Tuple[Copies, ...], Exception]


@dataclass(frozen=True)
class _Asked:
    """A mount whose file system, and whose stores if it has any, were asked."""

    mount: Mount
    usage: queue.Queue[_Measured]
    stores: queue.Queue[_Counted] | None


def check(
    mounts: Iterable[Mount],
    timeout_s: float = 10,
    measure: Callable[[str], Usage] = measure,
    now: datetime | None = None,
) -> list[Finding]:
    """Judge some mounts side by side; one that does not answer in time is unknown, not a hung run."""
    watch = Stopwatch()
    waiting = [_ask(mount, measure) for mount in mounts]
    moment = now or datetime.now(timezone.utc)
    return [_answer(asked, watch, timeout_s, moment) for asked in waiting]


def _ask(mount: Mount, measure: Callable[[str], Usage]) -> _Asked:
    """Measure, and count copies, each in a thread of its own."""
    usage = ask(lambda: measure(mount.path), f"measure {mount.path}", (OSError,))
    if not mount.stores:
        return _Asked(mount, usage, None)
    return _Asked(mount, usage, ask(lambda: count(mount.stores), f"count copies on {mount.path}", (OSError,)))


def _answer(asked: _Asked, watch: Stopwatch, timeout_s: float, now: datetime) -> Finding:
    """Wait for a measurement until the common time is over, and judge it."""
    mount = asked.mount
    measured = _wait(asked.usage, watch, timeout_s)
    if measured is None:
        finding = _no_answer(mount, SILENT, timeout_s=f"{timeout_s:g}")
    elif isinstance(measured, Usage):
        counted = _wait(asked.stores, watch, timeout_s) if asked.stores else ()
        finding = _with_stores(mount, measured, counted, (f"{timeout_s:g}", now))
    else:
        missing = isinstance(measured, (FileNotFoundError, NotADirectoryError))
        finding = _no_answer(
            mount, MISSING if missing else REFUSED, error=str(getattr(measured, "strerror", measured))
        )
    return replace(finding, system=mount.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)


def _wait(answer: queue.Queue[T], watch: Stopwatch, timeout_s: float) -> T | None:
    """Return an answer, or None where there is none when the common time is over."""
    try:
        return answer.get(timeout=max(0.001, timeout_s - watch.elapsed_ms / 1000))
    except queue.Empty:
        return None


def _with_stores(
    mount: Mount, usage: Usage, counted: _Counted | None, about: tuple[str, datetime]
) -> Finding:
    """Judge a usage with what its stores ask; what is wrong with the disk goes before a store that cannot be read."""
    timeout_s, now = about
    if isinstance(counted, tuple):
        return judge(mount, usage, room(counted, usage.free_bytes, now), now)
    finding = judge(mount, usage)
    if finding.verdict not in (Verdict.PASS, Verdict.WARN):
        return finding
    if counted is None:
        why, more = STORE_SILENT, {"timeout_s": timeout_s}
    else:
        store, error = getattr(counted, "filename", ""), str(getattr(counted, "strerror", counted))
        why, more = STORE_REFUSED, {"store": store, "error": error}
    measured = {**finding.measured, **more}
    return judged("disk", mount.path, Verdict.UNKNOWN, why, measured=measured, limit=mount.limit())


def _no_answer(mount: Mount, why: Reason, **measured: Any) -> Finding:
    """Return the finding of a path that could not be measured."""
    about = {"path": mount.path, **measured}
    return judged("disk", mount.path, Verdict.UNKNOWN, why, measured=about, limit=mount.limit())
