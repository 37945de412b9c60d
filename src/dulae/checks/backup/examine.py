"""The examination of backup sets: up the levels as far as asked or as the newest copy carries."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from typing import Iterable

from ..finding import Finding, Reason, Verdict, judged, reason
from ..outcome import Stopwatch
from . import copies
from .faults import CannotTell, Fault
from .level import LEVELS, not_proven
from .sets import BackupSet
from .steps import STEPS, Examination
from .tools import Tools

PROVEN = {
    "present": reason("backup.present", "{file}: is there, {bytes} bytes, {count} copies in all"),
    "fresh": reason("backup.fresh", "{file}: {age_hours} h old, at most {max_age_hours} h allowed"),
    "structure": reason("backup.structure", "{file}: {age_hours} h old, opens and lists {items} items"),
    "integrity": reason(
        "backup.integrity",
        "{file}: {age_hours} h old, all {bytes} bytes were read and are those of when it was made; {items} items",
    ),
}
UNREADABLE = reason(
    "backup.unreadable", "{file}: cannot be read: {error}; let the checking user read it, or look at the disk"
)
CHANGED = reason(
    "backup.changed_meanwhile",
    "{file}: changed while it was examined; check again when the backup has finished",
)


def check(sets: Iterable[BackupSet], tools: Tools, now: datetime | None = None) -> list[Finding]:
    """Return one finding for each set; sets are examined side by side, one for each processor."""
    moment = now or datetime.now(timezone.utc)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        return list(workers.map(lambda one: examine(one, tools, moment), sets))


def examine(backup_set: BackupSet, tools: Tools, now: datetime) -> Finding:
    """Return the finding of one set: what is proven of its newest copy, and what is not."""
    watch = Stopwatch()
    work = Examination(backup_set, tools, now)
    reached = ""
    verdict, why = Verdict.PASS, PROVEN[backup_set.level]
    for level in LEVELS[: LEVELS.index(backup_set.level) + 1]:
        fault = _step(level, work)
        if fault:
            verdict, why = fault.verdict, fault.why
            work.measured.update(fault.numbers)
            break
        reached = level
    return _finding(work, reached, (verdict, why), watch)


def _step(level: str, work: Examination) -> Fault | None:
    """Take one step; return what stopped it, where something did."""
    try:
        STEPS[level](work)
    except Fault as fault:
        return _unless_changed(work, fault)
    except OSError as error:
        name = work.copy.name if work.copy else copies.shown(work.backup_set.path)
        return CannotTell(UNREADABLE, file=name, error=error.strerror or str(error))
    return _unless_changed(work, None)


def _unless_changed(work: Examination, fault: Fault | None) -> Fault | None:
    """Return a fault, or that the copy changed under the examination, when nothing seen in it counts."""
    if work.copy is None:
        return fault
    try:
        changed = copies.look(work.copy.path).state != work.copy.state
    except OSError:
        changed = True
    return CannotTell(CHANGED) if changed else fault


def _finding(work: Examination, reached: str, decided: tuple[Verdict, Reason], watch: Stopwatch) -> Finding:
    """Return the finding with what was reached and what stays open."""
    readable = work.measured.pop("all_data_read", False)
    work.measured.update(
        level_reached=reached or "nothing", not_proven=not_proven(reached, readable=readable)
    )
    backup_set = work.backup_set
    verdict, why = decided
    made = judged("backup", backup_set.name, verdict, why, measured=work.measured, limit=backup_set.limit())
    return replace(made, system=backup_set.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)
