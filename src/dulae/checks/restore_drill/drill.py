"""Holding drills one after the other, and saying of each what it proved, how old the data were and how long it took."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import FrameType
from typing import Any, Callable, Iterable, Iterator, Mapping

from ..backup import steps
from ..backup.faults import Bad, CannotTell, Doubt, Fault
from ..backup.manifest import Manifest
from ..backup.steps import Examination
from ..backup.tools import Tools
from ..finding import Finding, Reason, Verdict, judged, reason
from ..outcome import Stopwatch
from . import database, files, scratch
from .request import Drill
from .work import Work

RESTORED = reason(
    "restore_drill.restored",
    "{file}: restored in {rto_seconds} s and proven; data of {rpo_minutes} minutes before would have been lost",
)
UNCOMPARED = reason(
    "restore_drill.not_compared",
    "{file}: restored in {rto_seconds} s, but there is neither manifest nor assertion to compare it with;"
    " have a manifest made with each backup, or declare assertions",
)
RPO = reason(
    "restore_drill.rpo_exceeded",
    "{file}: restored, but its data are {rpo_minutes} minutes old, at most {max_rpo_hours} h allowed; back up oftener",
)
RTO = reason(
    "restore_drill.rto_exceeded",
    "{file}: restored, but it took {rto_seconds} s, at most {max_rto_minutes} minutes allowed; find a faster way",
)
NOT_HELD = reason(
    "restore_drill.not_held", "the drill could not be held: {error}; correct this, then try again"
)
NO_WAY = reason(
    "restore_drill.no_way",
    "{file}: copies of kind {kind} cannot be restored in a drill; write drill: false, and restore one by hand",
)
CHECK_MODE = reason("restore_drill.check_mode", "no drill is held in check mode; run it without --check")

DRILLS: Mapping[str, Callable[[Work, Tools], None]] = {"pg_dump": database.hold, "tar": files.hold}


def check(
    drills: Iterable[Drill], tools: Tools, scratch_dir: str, now: datetime | None = None
) -> list[Finding]:
    """Hold some drills, one after the other, in a scratch folder that is gone afterwards; one finding for each."""
    moment = now or datetime.now(timezone.utc)
    wanted = list(drills)
    try:
        with _ended_gently(), scratch.workshop(scratch_dir) as workshop:
            reaped = scratch.reap(workshop)
            return [_hold(drill, tools, workshop, (moment, reaped)) for drill in wanted]
    except CannotTell as fault:
        return [_finding(drill, (fault.verdict, fault.why), fault.numbers) for drill in wanted]


def check_in(scratch_dir: str, tools: Tools) -> Callable[[Iterable[Drill]], list[Finding]]:
    """Return ``check`` for one place and one set of tools."""
    return lambda drills: check(drills, tools, scratch_dir)


def not_run(drills: Iterable[Drill]) -> list[Finding]:
    """Return the findings of drills that check mode leaves out."""
    return [_finding(drill, (Verdict.UNKNOWN, CHECK_MODE), {}) for drill in drills]


@contextlib.contextmanager
def _ended_gently() -> Iterator[None]:
    """Clean up as always when the program is told to end; a thread cannot listen to signals, and does not."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _hold(drill: Drill, tools: Tools, workshop: str, told: tuple[datetime, list[str]]) -> Finding:
    """Hold one drill and judge it; whatever stops it, nothing of it stays."""
    watch = Stopwatch()
    moment, reaped = told
    examination = Examination(drill.backup_set, tools, moment)
    work = Work(drill, examination, "")
    try:
        steps.present(examination)
        work.manifest = _manifest(drill, examination)
        decided = _restored(work, tools, workshop)
    except Fault as fault:
        decided = fault.verdict, fault.why
        work.measured.update(fault.numbers)
    except OSError as error:
        decided = Verdict.UNKNOWN, NOT_HELD
        work.measured["error"] = error.strerror or str(error)
    measured = {**work.measured, "stages": work.stages, "reaped": reaped}
    finding = _finding(drill, decided, measured)
    return replace(finding, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)


def _manifest(drill: Drill, examination: Examination) -> Manifest | None:
    """Return the manifest of the copy, if there is one; raise Bad if it is required and missing, or broken."""
    made = steps.find_manifest(examination)
    since = datetime.fromisoformat(made.started_at) if made else examination.newest.made_at
    age = examination.now - since
    examination.measured["rpo_minutes"] = max(0, int(age.total_seconds() // 60))
    return made


def _restored(work: Work, tools: Tools, workshop: str) -> tuple[Verdict, Reason]:
    """Restore and prove a copy, and judge how old it was and how long that took; raise Fault if it cannot be."""
    if work.drill.backup_set.kind not in DRILLS:
        raise CannotTell(NO_WAY)
    with work.place(workshop):
        DRILLS[work.drill.backup_set.kind](work, tools)
        work.measured["rto_seconds"] = -(-work.elapsed_ms() // 1000)
    _judge_times(work)
    if not work.manifest and not work.drill.assertions:
        raise Doubt(UNCOMPARED)
    return Verdict.PASS, RESTORED


def _judge_times(work: Work) -> None:
    """Raise Bad if the data were older, or the restore slower, than declared."""
    drill, measured = work.drill, work.measured
    age = timedelta(minutes=measured["rpo_minutes"])
    if drill.max_rpo_hours and age > timedelta(hours=drill.max_rpo_hours):
        raise Bad(RPO)
    if drill.max_rto_minutes and measured["rto_seconds"] > drill.max_rto_minutes * 60:
        raise Bad(RTO)


def _finding(drill: Drill, decided: tuple[Verdict, Reason], measured: Mapping[str, Any]) -> Finding:
    """Return the finding of a drill."""
    backup_set = drill.backup_set
    verdict, why = decided
    made = judged("restore_drill", backup_set.name, verdict, why, measured=measured, limit=drill.limit())
    return replace(made, system=backup_set.system)
