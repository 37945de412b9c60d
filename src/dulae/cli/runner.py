"""Run one piece of work as a playbook, and read in the ledger what it came to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dulae.checks.door import redacted
from dulae.checks.finding import Finding, Verdict, from_dict, judged, reason, severity
from dulae.cli import clock
from dulae.ledger import Ledger, locks
from dulae.ledger.locks import Holder, running
from dulae.ledger.opening import ledger_of
from dulae.ledger.views.runs import KINDS, SUMMARY_KINDS, Recorded, Run, runs
from dulae.procedure.launching import Launch, last_words, launch

if TYPE_CHECKING:
    from dulae.procedure.sop import Work
    from dulae.settings import Settings

LOGS = "logs"
_POLL_S = 0.5
_TAKEN = reason("procedure.taken", "{subject} is being run by {operator} (process {pid}, since {since})")
_NOT_BEGUN = reason("procedure.not_begun", "{subject} could not begin: {message}")
_NOT_SEALED = reason("procedure.not_sealed", "the run of {subject} could not be sealed: {message}")
_NOT_ENDED = reason("procedure.not_ended", "the run of {subject} came to no end: {message}")


@dataclass(frozen=True)
class Came:
    """What a piece of work came to; without ``run`` it never began. ``troubles`` did not pass, the worst first."""

    work: Work
    finding: Finding
    run: Run | None = None
    log: Path | None = None
    interrupted: bool = False
    troubles: tuple[Recorded, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the run's verdict, UNKNOWN where it left no evidence."""
        return self.finding.verdict


@dataclass(frozen=True)
class Runner:
    """Runs work for some settings; ``tick(work)`` is called while it is at it, with the log so far."""

    settings: Settings
    launch: Launch
    tick: Callable[[Work, Path], object]
    wait_s: int = 0

    def run(self, work: Work) -> Came:
        """Run some work; raise LedgerError if there is no ledger, SettingsError if nothing can be started."""
        ledger = ledger_of(self.settings)
        until = time.monotonic() + self.wait_s
        while True:
            holder = self._free(work, until)
            if holder:
                who = {"operator": holder.operator, "pid": holder.pid, "since": holder.since}
                return Came(work, judged("control", work.id, Verdict.UNKNOWN, _TAKEN, measured=who))
            came = self._launched(work, ledger)
            # Whoever began in the same moment may have taken the lock while our playbook was starting.
            if not (_was_taken(came) and time.monotonic() < until):
                return replace(came, troubles=_troubles(ledger, came.run))

    def _launched(self, work: Work, ledger: Ledger) -> Came:
        """Run the playbook of some work to its end; return what the ledger tells of it."""
        began = clock.now()
        log = self.settings.state_dir / LOGS / f"{began:%Y%m%dT%H%M%S}-{work.id}.{os.getpid()}.log"
        command, environment = self.launch.command(work.playbook), self.launch.environment(os.environ)
        interrupted = False
        try:
            status = launch(command, environment, log, lambda: self.tick(work, log))
        except KeyboardInterrupt:
            interrupted, status = True, 0
        came = _came(work, _newest(ledger, work, began), log)
        if status and came.verdict in (Verdict.PASS, Verdict.WARN):
            # What failed after the verdict was written down is the sealing of it.
            words = {"message": redacted(last_words(came.log or log))}
            came = replace(
                came, finding=judged("control", work.id, Verdict.UNKNOWN, _NOT_SEALED, measured=words)
            )
        return replace(came, interrupted=interrupted)

    def _free(self, work: Work, until: float) -> Holder | None:
        """Wait until nobody else runs some work, as long as we may; return who still does."""
        holder = running(self.settings.state_dir, work.id)
        while holder and time.monotonic() < until:
            time.sleep(_POLL_S)
            holder = running(self.settings.state_dir, work.id)
        return holder


def _was_taken(came: Came) -> bool:
    """Say whether a run never began because somebody else's had."""
    return came.run is None and came.log is not None and locks.TAKEN in last_words(came.log)


def _newest(ledger: Ledger, work: Work, began: datetime) -> Run | None:
    """Return the last run of some work that began since a moment."""
    found = runs(ledger.entries(SUMMARY_KINDS, control=work.id, since=began))
    return found[-1] if found else None


def _troubles(ledger: Ledger, run: Run | None) -> tuple[Recorded, ...]:
    """Return the findings of a run that did not pass, the worst first."""
    whole = runs(ledger.entries(KINDS, run=run.run)) if run else ()
    found = [each for one in whole for each in one.findings if each.finding.verdict is not Verdict.PASS]
    return tuple(sorted(found, key=lambda each: -severity(each.finding.verdict)))


def _came(work: Work, run: Run | None, log: Path) -> Came:
    if run is None:
        words = {"message": redacted(last_words(log))}
        return Came(work, judged("control", work.id, Verdict.UNKNOWN, _NOT_BEGUN, measured=words), log=log)
    kept = log.with_name(f"{run.run}.log")
    log.replace(kept)
    if run.finished_at is None:
        words = {"message": redacted(last_words(kept))}
        return Came(work, judged("control", work.id, Verdict.UNKNOWN, _NOT_ENDED, measured=words), run, kept)
    return Came(work, from_dict(run.result["finding"]), run, kept)
