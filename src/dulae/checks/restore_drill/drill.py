"""Holding drills one after the other, and saying of each what it proved, how old the data were and how long it took."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from types import FrameType
from typing import Any, Callable, Iterable, Iterator, Mapping

from ..backup import steps
from ..backup.faults import Bad, CannotTell, Doubt, Fault
from ..backup.kinds import files as folder
from ..backup.medium import fault_of
from ..backup.sets import BackupSet
from ..backup.steps import Examination
from ..backup.tools import Tools
from ..command import threads_told
from ..finding import Finding, Reason, Verdict, judged, reason
from ..outcome import Stopwatch
from . import (
    cluster_pgbackrest,
    cluster_source,
    database,
    extracting,
    files,
    mariadb,
    physical,
    picking,
    postgresql,
    scratch,
)
from .engine import Dumps
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
UNLISTED = reason(
    "restore_drill.no_manifest",
    "{file}: restored in {rto_seconds} s, but there is no manifest to compare the files with; have one made with each"
    " backup",
)
RESTORED_DRAWN = reason(
    "restore_drill.restored_drawn",
    "{file}: drawn from {pick_candidates} copies with seed {pick_seed}, restored in {rto_seconds} s and proven;"
    " data of {rpo_minutes} minutes before would have been lost",
)
RPO = reason(
    "restore_drill.rpo_exceeded",
    "{file}: restored, but the newest data are {rpo_minutes} minutes old, at most {max_rpo_hours} h allowed;"
    " back up oftener",
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


def _of(dumps: Dumps) -> Callable[[Work, Tools], None]:
    """Return the drill of a database server's dumps."""
    return lambda work, tools: database.hold(work, tools, dumps)


DRILLS: Mapping[str, Callable[[Work, Tools], None]] = {
    "pg_dump": _of(postgresql.DUMPS),
    "mariadb_dump": _of(mariadb.DUMPS),
    "pg_basebackup": physical.drill_of(cluster_source.of_basebackup),
    "pgbackrest": physical.drill_of(cluster_pgbackrest.of_pgbackrest),
    "barman": physical.drill_of(cluster_source.of_barman),
    "tar": files.hold,
}
# In a snapshot a folder is a copy that does not change; elsewhere it is restored by copying it back.
DRILLS_INSIDE = {**DRILLS, folder.NAME: files.hold}
_CLUSTERED = "pg_dump"


def check(
    drills: Iterable[Drill], tools: Tools, scratch_dir: str, now: datetime | None = None
) -> list[Finding]:
    """Hold some drills, one after the other, in a scratch folder that is gone afterwards; one finding for each."""
    moment = now or datetime.now(timezone.utc)
    wanted = list(drills)
    try:
        with _ended_gently(), scratch.workshop(scratch_dir) as workshop:
            # What a repository's program needs for a while lies where the next drill would find it.
            there = replace(tools, temporary=workshop)
            call = _Call(there, workshop, moment, scratch.reap(workshop), _peers(wanted))
            with scratch.template(workshop, _copied(wanted)) as call.template:
                return [_hold(drill, call) for drill in wanted]
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


@dataclass
class _Call:
    """What the drills of one call share."""

    tools: Tools
    workshop: str
    now: datetime
    reaped: list[str]
    peers: Mapping[str, BackupSet]
    template: str = ""


def _peers(drills: Iterable[Drill]) -> dict[str, BackupSet]:
    """Return the sets of a call by their subjects."""
    return {drill.backup_set.name: drill.backup_set for drill in drills}


def _copied(drills: Iterable[Drill]) -> bool:
    """Say whether a cluster is needed oftener than once, so that copying one is worth while."""
    return sum(_kind(drill.backup_set) == _CLUSTERED for drill in drills) > 1


def _kind(backup_set: BackupSet) -> str:
    """Return the kind of what is restored."""
    return backup_set.inside.kind if backup_set.inside else backup_set.kind


def _hold(drill: Drill, call: _Call) -> Finding:
    """Hold one drill and judge it; whatever stops it, nothing of it stays."""
    watch = Stopwatch()
    examination = Examination(drill.backup_set.around, call.tools, call.now)
    work = Work(drill, examination, "", peers=call.peers, template=call.template)
    try:
        with threads_told():
            picking.pick(drill, examination)
            extracting.enter(work)
            work.manifest = steps.find_manifest(work.examination)
            _note_age(work)
            decided = _restored(work, call.tools, call.workshop)
    except Fault as fault:
        decided = _stopped(work, fault)
    except OSError as error:
        decided = _stopped(work, fault_of(error, NOT_HELD))
    measured = {**work.measured, "stages": work.stages, "reaped": call.reaped}
    finding = _finding(drill, decided, measured)
    return replace(finding, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)


def _stopped(work: Work, fault: Fault) -> tuple[Verdict, Reason]:
    """Return how a drill that was stopped is judged, and note the numbers; a copy in a snapshot is called by both."""
    called = (
        {"file": work.examination.newest.name}
        if work.drill.backup_set.inside and work.examination.copy
        else {}
    )
    work.measured.update({**fault.numbers, **(called if "file" in fault.numbers else {})})
    return fault.verdict, fault.why


def _note_age(work: Work) -> None:
    """Note how old the restored data are, and the newest ones, which alone tell what would have been lost."""
    minutes = max(0, int((work.examination.now - work.made_at).total_seconds() // 60))
    newest = work.measured.pop("newest_minutes")
    drawn = work.drill.pick.how != "newest"
    work.measured.update(data_minutes=minutes, rpo_minutes=newest if drawn else minutes)


def _restored(work: Work, tools: Tools, workshop: str) -> tuple[Verdict, Reason]:
    """Restore and prove a copy, and judge how old it was and how long that took; raise Fault if it cannot be."""
    backup_set = work.drill.backup_set
    hold = (DRILLS_INSIDE if backup_set.inside else DRILLS).get(_kind(backup_set))
    if not hold:
        raise CannotTell(NO_WAY, kind=_kind(backup_set))
    with work.place(workshop):
        if hold is not files.hold:
            extracting.extract(work)
        hold(work, tools)
        work.measured["rto_seconds"] = -(-work.elapsed_ms() // 1000)
    _judge_times(work)
    if not (work.manifest or work.compared or work.drill.assertions):
        # Files answer no query, so that no assertion could prove them.
        raise Doubt(UNLISTED if hold is files.hold else UNCOMPARED)
    return Verdict.PASS, RESTORED if work.drill.pick.how == "newest" else RESTORED_DRAWN


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
