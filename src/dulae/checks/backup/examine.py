"""The examination of backup sets: up the levels as far as asked or as the newest copy carries."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from typing import Callable, Iterable, Mapping, Optional, Tuple

from ..command import threads_told
from ..finding import Finding, Reason, Verdict, judged, reason, severity
from ..outcome import Stopwatch
from . import content, copies, inside, steps
from .faults import CannotTell, Doubt, Fault
from .level import LEVELS, not_proven
from .medium import Lost, fault_of
from .rules import RULES
from .sets import BackupSet
from .steps import Examination
from .tools import Tools

PROVEN = {
    "present": reason("backup.present", "{file}: is there, {bytes} bytes, {count} copies in all"),
    "fresh": reason("backup.fresh", "{file}: {age_hours} h old, at most {max_age_hours} h allowed"),
    "structure": reason("backup.structure", "{file}: {age_hours} h old, opens and lists {items} items"),
    "integrity": reason(
        "backup.integrity",
        "{file}: {age_hours} h old, all {bytes} bytes were read and are those of when it was made; {items} items",
    ),
    "content": reason(
        "backup.content",
        "{file}: {age_hours} h old, all {bytes} bytes are those of when it was made, and its {items} items hold"
        " what they must hold",
    ),
}
UNREADABLE = reason(
    "backup.unreadable", "{file}: cannot be read: {error}; let the checking user read it, or look at the disk"
)
CHANGED = reason(
    "backup.changed_meanwhile",
    "{file}: changed while it was examined; check again when the backup has finished",
)

# What is told of a copy's contents; where something lies inside it, that alone.
_OF_CONTENTS = ("format", "items", "files", "manifest", "all_data_read")
Step = Callable[[Examination], None]
Climbed = Tuple[str, Optional[Fault]]
STEPS: Mapping[str, Step] = {
    "present": steps.present,
    "fresh": steps.fresh,
    "structure": steps.structure,
    "integrity": steps.integrity,
    "content": content.content,
}


def check(sets: Iterable[BackupSet], tools: Tools, now: datetime | None = None) -> list[Finding]:
    """Return one finding for each set; sets are examined side by side, one for each processor.

    Only one set alone has all processors for its own files.
    """
    moment = now or datetime.now(timezone.utc)
    wanted = list(sets)
    if len(wanted) == 1:
        return [examine(wanted[0], tools, moment)]
    try:
        with threads_told(), ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
            return list(workers.map(lambda one: examine(one, tools, moment), wanted))
    except OSError:
        # This machine allows no further thread.
        return [examine(one, tools, moment) for one in wanted]


def examine(backup_set: BackupSet, tools: Tools, now: datetime) -> Finding:
    """Return the finding of one set: what is proven of its newest copy, and what is not."""
    watch = Stopwatch()
    work = Examination(backup_set.around, tools, now)
    reached, fault = _climbed(work)
    sound = fault is None or isinstance(fault, Doubt)
    if work.copy:
        for rule in RULES:
            fault = _worse(fault, _step(rule, work))
    if backup_set.inside:
        reached, fault = _climbed_inside(work, backup_set, fault) if sound else ("", fault)
    verdict, why = Verdict.PASS, PROVEN[backup_set.level]
    if fault:
        verdict, why = fault.verdict, fault.why
        work.measured.update(fault.numbers)
    return replace(
        _finding(work, backup_set, reached, (verdict, why)),
        started_at=watch.started_at,
        elapsed_ms=watch.elapsed_ms,
    )


def _climbed_inside(work: Examination, backup_set: BackupSet, around: Fault | None) -> Climbed:
    """Go up the levels with what lies in a snapshot; note what was seen of it, the worst that was met before its words.

    ``around`` is what was met of the snapshot and its repository.
    """
    for name in _OF_CONTENTS:
        work.measured.pop(name, None)
    try:
        within = inside.opened(work, backup_set)
    except Fault as hindered:
        return "", _worse(around, hindered)
    reached, fault = _climbed(within)
    if within.copy:
        fault = _worse(_step(lambda _: inside.settled(within), within), fault)
        if fault and "file" in fault.numbers:
            fault.numbers["file"] = within.newest.name
        outer = dict(work.measured)
        work.measured.update(within.told())
        work.seen.extend(within.seen)
        if around and _worse(around, fault) is around:
            work.measured.update(outer)
    return reached, _worse(around, fault)


def _climbed(work: Examination) -> Climbed:
    """Go up the levels as far as asked and possible; return the last one reached, and the worst that was met.

    A doubt does not end the way, for a level above may know of a failure. What a kind has to tell of a copy that is
    good for all that takes no level from it.
    """
    reached, worst_met = "", None
    for level in LEVELS[: LEVELS.index(work.backup_set.level) + 1]:
        fault = _step(STEPS[level], work)
        if fault is None and level == "content":
            work.seen.append("content")
        worst_met = _worse(worst_met, fault)
        if not worst_met:
            reached = level
        if fault and not isinstance(fault, Doubt):
            break
    return reached, _worse(worst_met, work.contents.doubt if work.contents else None)


def _worse(first: Fault | None, second: Fault | None) -> Fault | None:
    """Return the worse of two faults, the first if they are equal."""
    if first and second:
        return second if severity(second.verdict) > severity(first.verdict) else first
    return first or second


def _step(step: Step, work: Examination) -> Fault | None:
    """Take one step; return what stopped it, where something did."""
    try:
        with threads_told():
            step(work)
    except Fault as fault:
        return _unless_changed(work, fault)
    except OSError as error:
        name = work.copy.name if work.copy else copies.shown(work.backup_set.path)
        return fault_of(error, UNREADABLE, file=name)
    return _unless_changed(work, None)


def _unless_changed(work: Examination, fault: Fault | None) -> Fault | None:
    """Return a fault, or that the copy changed under the examination, when nothing seen in it counts."""
    if work.copy is None:
        return fault
    try:
        changed = work.store.look(work.copy).state != work.copy.state
    except Lost as error:
        return fault_of(error, UNREADABLE)
    except OSError:
        changed = True
    return CannotTell(CHANGED) if changed else fault


def _finding(
    work: Examination, backup_set: BackupSet, reached: str, decided: tuple[Verdict, Reason]
) -> Finding:
    """Return the finding with what was reached and what stays open."""
    seen = [*work.seen, *(["readable"] if work.measured.pop("all_data_read", False) else [])]
    work.measured.update(level_reached=reached or "nothing", not_proven=not_proven(reached, *seen))
    verdict, why = decided
    made = judged("backup", backup_set.name, verdict, why, measured=work.measured, limit=backup_set.limit())
    return replace(made, system=backup_set.system)
