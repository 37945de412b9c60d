"""Keep what a playbook finds, as it happens; stop the playbook where that is not possible.

The callback plugin calls this. Ansible takes an ordinary exception in a callback for a mere warning and goes on, so
every failure here ends the process (SystemExit): no durable entry, no pass.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import ContextDecorator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from dulae import settings as office
from dulae.checks.door import redacted
from dulae.checks.finding import Reason, Verdict, judged, reason, utc_text
from dulae.checks.outcome import fails_task
from dulae.errors import DulaeError, LedgerError
from dulae.ledger import opening, provenance, receiving, sealing, unreached
from dulae.ledger.entry import Draft
from dulae.ledger.locks import ControlLock, Holder
from dulae.ledger.store import Ledger
from dulae.ledger.views.runs import SUMMARY_KINDS, runs
from dulae.settings import Settings

SEAL = "dulae_seal"
FAILED = reason("run.task_failed", 'the task "{task}" failed on {host}: {message}')
NOT_OPENED = reason(
    "run.not_opened", 'no run of {subject} could be opened: the task "{task}" failed on {host}: {message}'
)
# Older runs without an end were told of before, or are found by the view.
_LONGEST_AGO = timedelta(days=93)
_CONTROL = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Invocation:
    """How the playbook was called. ``inventory`` is its folder, None where none was given."""

    inventory: Path | None
    playbook: str = ""
    limit: str = ""
    tags: tuple[str, ...] = ()
    check_mode: bool = False
    trigger: str = "manual"


@dataclass(frozen=True)
class Outcome:
    """What a task came to on a host (where it was delegated, on that host); ``ignored``: its failure does not count."""

    host: str
    task: str
    action: str
    values: Mapping[str, Any]
    ignored: bool = False


@dataclass
class _Run:
    """The run that is open, with what it still has to account for."""

    run: str
    owed: set[sealing.Key] = field(default_factory=set)


class _StopsTheRun(ContextDecorator):
    """Turns whatever goes wrong while evidence is kept into the end of the process."""

    def __enter__(self) -> _StopsTheRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, DulaeError):
            raise SystemExit(f"dulae: the run is stopped: {redacted(str(error))}") from error
        if isinstance(error, Exception):
            text = redacted(f"{type(error).__name__}: {error}")
            raise SystemExit(f"dulae: the run is stopped, for its evidence cannot be kept: {text}") from error


class Recorder:
    """Keeps the evidence of one call of ansible-playbook."""

    def __init__(
        self,
        invocation: Invocation,
        say: Callable[[str], object],
        environ: MutableMapping[str, str] = os.environ,
    ) -> None:
        self._invocation = invocation
        self._say = say
        self._environ = environ
        self._session = secrets.token_hex(16)
        self._control = ""
        self._lock: ControlLock | None = None
        self._run: _Run | None = None
        self._ledger: Ledger | None = None
        self._settings: Settings | None = None
        self._warned = False
        self._complaints: list[str] = []

    @_StopsTheRun()
    def play(self, control: str) -> None:
        """Begin a play of a control ("": of none): take the control's lock; raise SystemExit if it is taken."""
        if not control or control == self._control:
            return
        if not _CONTROL.fullmatch(control):
            raise LedgerError(
                f"dulae_control is {control!r}, which is no control", remedy="Write its id as it is"
            )
        self._leave()
        lock = ControlLock(self._load().state_dir, self._holder(control))
        lock.take()
        self._lock, self._control = lock, control
        self._environ[opening.SESSION] = self._session
        self._tell_interrupted()

    @_StopsTheRun()
    def ok(self, outcome: Outcome) -> None:
        """Keep the findings of a task that ended well; raise SystemExit."""
        self._take(outcome)

    @_StopsTheRun()
    def failed(self, outcome: Outcome) -> None:
        """Keep that a task failed: what its host still owed is unknown; raise SystemExit."""
        if self._take(outcome) or (outcome.ignored and not receiving.is_ours(outcome.action)):
            return
        self._lost(outcome, FAILED)

    @_StopsTheRun()
    def unreachable(self, outcome: Outcome) -> None:
        """Keep that a host could not be reached: what it still owed is unknown; raise SystemExit."""
        self._lost(outcome, unreached.why(str(outcome.values.get("msg", ""))))

    @_StopsTheRun()
    def finish(self) -> None:
        """End the playbook: seal a run that is still open; raise SystemExit if one is not evidenced."""
        self._leave()
        if self._complaints:
            raise LedgerError("; ".join(self._complaints), remedy="Run the control again")

    def _leave(self) -> None:
        """Seal what is open and free the control."""
        self._seal_if_open()
        if self._lock:
            self._lock.free()
            self._lock = None
        self._control = ""
        self._environ.pop(opening.SESSION, None)

    def _seal_if_open(self) -> None:
        """Seal a run whose own sealing play did not come, or did not succeed."""
        if self._run is None:
            return
        sealed = sealing.seal(self._open_ledger(), self._run.run)
        self._run = None
        if not sealed.evidenced or fails_task(sealed.verdict.value, "unknown"):
            self._complaints.append(f"the run ended before its sealing play: {sealed.finding.because}")
        else:
            self._say(f"dulae: {sealed.finding.because}")

    def _take(self, outcome: Outcome) -> bool:
        """Keep what a task found; say whether it found anything."""
        if outcome.action.rpartition(".")[2] == SEAL:
            return self._take_seal(outcome.values)
        if not receiving.has_findings(outcome.action, outcome.values):
            return False
        self._keep(receiving.drafts(outcome.host, outcome.task, outcome.values["findings"]))
        return True

    def _take_seal(self, values: Mapping[str, Any]) -> bool:
        if values.get("sealed"):
            self._run = None
            self._say(f"dulae: {values['findings'][0]['because']}")
        elif values.get("run") and values.get("population"):
            # The same control may run several playbooks one after the other.
            self._seal_if_open()
            owed = {(item["host"], item["check"], item["subject"]) for item in values["population"]}
            self._run = _Run(str(values["run"]), owed)
            if self._lock:
                self._lock.tell(replace(self._lock.holder, run=self._run.run))
        else:
            return self._run is not None
        return True

    def _lost(self, outcome: Outcome, why: Reason) -> None:
        """Keep as unknown what a host still owed, or the failed task itself where it owed nothing."""
        message = redacted(str(outcome.values.get("msg") or "no reason was given"))
        told = {"host": outcome.host, "task": outcome.task, "message": message}
        if self._run:
            lost = sorted(key for key in self._run.owed if key[0] == outcome.host)
            named = [(check, subject) for _, check, subject in lost] or [("task", outcome.task)]
        elif self._control:
            named, why = [("control", self._control)], NOT_OPENED
        else:
            return
        findings = [judged(check, subject, Verdict.UNKNOWN, why, measured=told) for check, subject in named]
        self._keep(
            receiving.drafts(outcome.host, outcome.task, [finding.to_dict() for finding in findings]),
            lost=True,
        )

    def _keep(self, drafts: Iterable[Draft], lost: bool = False) -> None:
        if self._run:
            made = [replace(draft, run=self._run.run, control=self._control) for draft in drafts]
            self._open_ledger().append_many(made)
            self._run.owed -= {receiving.key_of(draft) for draft in made}
        elif self._control and not lost:
            raise LedgerError(
                f"findings of {self._control} came before its run was opened",
                remedy="Let the first play of the playbook use the role evidence with evidence_state: opened",
            )
        else:
            self._keep_loose(replace(draft, control=self._control) for draft in drafts)

    def _keep_loose(self, drafts: Iterable[Draft]) -> None:
        """Keep findings that belong to no run; where there is no ledger they are no evidence, which is said."""
        try:
            ledger = self._open_ledger()
        except DulaeError as error:
            if self._control:
                raise
            if not self._warned:
                self._say(f"dulae: what is found is not kept as evidence: {redacted(str(error))}")
            self._warned = True
            return
        ledger.append_many(drafts)

    def _tell_interrupted(self) -> None:
        """Write down the runs of this control that were killed: the lock is ours, so none can be at work."""
        ledger = self._open_ledger()
        since = ledger.clock() - _LONGEST_AGO
        for run in runs(ledger.entries(SUMMARY_KINDS, control=self._control, since=since)):
            if run.open:
                body = {"run": run.run, "noticed_by": self._session}
                ledger.append("run.interrupted", body, run=run.run, control=run.control, verdict="unknown")

    def _holder(self, control: str) -> Holder:
        call = self._invocation
        return Holder(
            control=control,
            session=self._session,
            pid=os.getpid(),
            operator=provenance.operator()["operator"],
            since=utc_text(self._open_ledger().clock()),
            trigger=call.trigger,
            playbook=call.playbook,
            limit=call.limit,
            tags=call.tags,
            check_mode=call.check_mode,
        )

    def _load(self) -> Settings:
        if self._settings is None:
            if self._invocation.inventory is None:
                raise LedgerError(
                    "no inventory folder was named", remedy="Use -i with the inventory's folder"
                )
            self._settings = office.load(self._invocation.inventory)
        return self._settings

    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            self._ledger = opening.ledger_of(self._load())
        return self._ledger
