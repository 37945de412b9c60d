"""The runs of the controls: what each was to do, what it found, and whether it came to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dulae.checks.finding import Finding, Verdict, from_dict
from dulae.ledger.entry import Entry
from dulae.ledger.header import to_moment

# Without their findings, for those who only need the summaries.
SUMMARY_KINDS = ("run.intent", "run.result", "run.interrupted")
KINDS = (*SUMMARY_KINDS, "finding")
OPEN, INTERRUPTED, SEALED = "open", "interrupted", "sealed"


@dataclass(frozen=True)
class Recorded:
    """A finding as it stands in the ledger: who reported it, and how it was come by."""

    seq: int
    ts: datetime
    host: str
    task: str
    grade: str
    finding: Finding


@dataclass(frozen=True)
class Run:
    """One run of a control. Times are UTC; ``verdict`` is UNKNOWN and counts are empty until it is sealed.

    ``population``, ``excluded`` and ``missing`` hold dicts of host, subject and check (excluded: and reason).
    """

    run: str
    control: str
    seq: int
    started_at: datetime
    intent: Mapping[str, Any]
    state: str = OPEN
    verdict: Verdict = Verdict.UNKNOWN
    finished_at: datetime | None = None
    elapsed_ms: int | None = None
    within_limit: bool | None = None
    evidenced: bool = False
    observed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[Mapping[str, str], ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Recorded, ...] = ()

    @property
    def open(self) -> bool:
        """Say whether it has neither ended nor been given up."""
        return self.state == OPEN

    @property
    def interrupted(self) -> bool:
        """Say whether it was killed: a later run of the same control found it without an end."""
        return self.state == INTERRUPTED

    @property
    def check_mode(self) -> bool:
        """Say whether it only tried what it would do; such runs are no evidence that the control was executed."""
        return bool(self.intent.get("check_mode"))

    @property
    def partial(self) -> bool:
        """Say whether --limit left out something that the control should have looked at."""
        return bool(self.excluded)

    @property
    def expected(self) -> int:
        """Return how many checks it owed."""
        return len(self.population)

    @property
    def population(self) -> tuple[Mapping[str, str], ...]:
        """Return what it had to account for."""
        return tuple(self.intent.get("population", ()))

    @property
    def excluded(self) -> tuple[Mapping[str, str], ...]:
        """Return what it left out, with the reason."""
        return tuple(self.intent.get("excluded", ()))

    @property
    def limit_minutes(self) -> int:
        """Return the procedure's time limit."""
        return int(self.intent.get("limit_minutes") or 0)

    @property
    def due_at(self) -> datetime | None:
        """Return when the procedure wanted it, if it answers a due time."""
        text = self.intent.get("due_at")
        return to_moment(text) if text else None

    @property
    def late(self) -> bool:
        """Say whether it began later than the procedure's grace after its due time."""
        grace = timedelta(minutes=int(self.intent.get("grace_minutes") or 0))
        return self.due_at is not None and self.started_at > self.due_at + grace

    @property
    def done(self) -> bool:
        """Say whether it counts: sealed with all its evidence, and not in check mode."""
        return self.state == SEALED and self.evidenced and not self.check_mode


def runs(entries: Iterable[Entry]) -> tuple[Run, ...]:
    """Return the runs that some entries tell of, oldest first, check mode included.

    Give entries of KINDS, or of SUMMARY_KINDS where the findings are not needed.
    """
    found: dict[str, Run] = {}
    findings: dict[str, list[Recorded]] = {}
    newest: dict[str, str] = {}
    for entry in entries:
        if entry.kind == "run.intent":
            _interrupt(found, newest.get(entry.control, ""))
            newest[entry.control] = entry.run
            found[entry.run] = _begun(entry)
            findings[entry.run] = []
        elif entry.run not in found:
            continue
        elif entry.kind == "run.result":
            found[entry.run] = _ended(found[entry.run], entry)
        elif entry.kind == "run.interrupted":
            _interrupt(found, entry.run)
        elif entry.kind == "finding":
            findings[entry.run].append(recorded(entry))
    return tuple(replace(run, findings=tuple(findings[name])) for name, run in found.items())


def counted(entries: Iterable[Entry]) -> tuple[Run, ...]:
    """Return the runs that stand in totals: those that were not in check mode."""
    return tuple(run for run in runs(entries) if not run.check_mode)


def recorded(entry: Entry) -> Recorded:
    """Return the finding of a ``finding`` entry; an erased one is told as unknown."""
    body = entry.body
    plain = body.get("finding") or {
        "check": "",
        "subject": "",
        "verdict": "unknown",
        "code": "ledger.erased",
        "because": "erased when its retention ended",
    }
    return Recorded(
        entry.seq,
        entry.ts,
        body.get("host", ""),
        body.get("task", ""),
        body.get("grade", ""),
        from_dict(plain),
    )


def _begun(entry: Entry) -> Run:
    text = entry.body.get("started_at")
    return Run(entry.run, entry.control, entry.seq, to_moment(text) if text else entry.ts, entry.body)


def _ended(run: Run, entry: Entry) -> Run:
    body = entry.body
    finished = body.get("finished_at")
    return replace(
        run,
        state=SEALED,
        verdict=Verdict(entry.verdict or "unknown"),
        finished_at=to_moment(finished) if finished else entry.ts,
        elapsed_ms=body.get("elapsed_ms"),
        within_limit=body.get("within_limit"),
        evidenced=bool(body.get("evidenced")),
        observed=int(body.get("observed", 0)),
        counts=dict(body.get("counts", {})),
        missing=tuple(body.get("missing", ())),
        result=body,
    )


def _interrupt(found: dict[str, Run], name: str) -> None:
    run = found.get(name)
    if run and run.state == OPEN:
        found[name] = replace(run, state=INTERRUPTED)
