"""What all reports share: the head block, the states of a check, one finding as a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dulae.checks.finding import Verdict, reason, severity, worst
from dulae.ledger.views.runs import Recorded
from dulae.reports.period import Period
from dulae.settings import Settings
from dulae.settings.shape import Words

NOT_RECORDED = reason("report.not_recorded", "{subject}: the run ended without a result for this check")
# A warning is within the procedure's limit, so the system can be used: it counts as normal and is told as watched.
STATES = {"pass": "normal", "warn": "watch", "fail": "abnormal", "unknown": "unchecked"}


@dataclass(frozen=True)
class Counts:
    """How many checks ended in each state; ``watch`` is the part of normal that came near a limit."""

    normal: int = 0
    watch: int = 0
    abnormal: int = 0
    unchecked: int = 0

    @property
    def total(self) -> int:
        """Return all that was to be checked, whether or not it could be."""
        return self.normal + self.watch + self.abnormal + self.unchecked


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: the entry that proves it, what was checked, and the verdict with its numbers."""

    seq: int
    at: datetime
    run: str
    host: str
    system: str
    check: str
    subject: str
    verdict: Verdict
    code: str
    because: str
    measured: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, Any] = field(default_factory=dict)
    elapsed_ms: int = 0
    grade: str = "measured"
    title: Words | None = None

    @property
    def state(self) -> str:
        """Return normal, watch, abnormal or unchecked."""
        return STATES[self.verdict.value]


@dataclass(frozen=True)
class Anchor:
    """What a reader needs to prove the evidence: log, number of entries, and the SHA-256 of their headers."""

    log: str
    count: int
    sha256: str


@dataclass(frozen=True)
class Head:
    """The block at the top of each report; ``natural`` = the period is of the kind that the report is named for."""

    kind: str
    number: str
    period: Period
    natural: bool
    organisation: Words
    unit: Words
    systems: tuple[Words, ...]
    generated_at: datetime
    version: str
    anchor: Anchor


@dataclass(frozen=True)
class Report:
    """A report in no language: head and body."""

    head: Head
    body: Any


def counted(rows: Iterable[Row]) -> Counts:
    """Return how many rows are in each state."""
    return Counts(**Counter(row.state for row in rows))


def worst_state(rows: Iterable[Row]) -> str:
    """Return the worst state of some rows; of none, that nothing could be checked."""
    verdicts = [row.verdict for row in rows]
    return STATES[worst(verdicts).value] if verdicts else "unchecked"


def gravest_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows with failures first, then what could not be checked, then what is watched."""
    return tuple(sorted(rows, key=lambda row: (-severity(row.verdict), row.at, row.seq)))


def titles(settings: Settings) -> Mapping[str, Words]:
    """Return the title of each subject that the settings declare."""
    found: dict[str, Words] = {}
    for system in settings.systems:
        found[system.name] = system.title
        named: list[Any] = [
            *system.probes,
            *system.backup_sets,
            *system.data_stores,
            *(system.usage.queries if system.usage else ()),
        ]
        found.update({f"{system.name}/{item.name}": item.title for item in named})
    return found


def system_of(subject: str, names: Mapping[str, Words]) -> str:
    """Return the system that a subject names (``SYSTEM`` or ``SYSTEM/WHAT``), or nothing."""
    system = subject.partition("/")[0]
    return system if system in names else ""


def row_of(recorded: Recorded, run: str, names: Mapping[str, Words]) -> Row:
    """Return the row of a recorded finding."""
    finding = recorded.finding
    return Row(
        seq=recorded.seq,
        at=datetime.fromisoformat(finding.started_at) if finding.started_at else recorded.ts,
        run=run,
        host=recorded.host,
        system=finding.system or system_of(finding.subject, names),
        check=finding.check,
        subject=finding.subject,
        verdict=finding.verdict,
        code=finding.code,
        because=finding.because,
        measured=finding.measured,
        limit=finding.limit,
        elapsed_ms=finding.elapsed_ms,
        grade=recorded.grade or "measured",
        title=names.get(finding.subject),
    )
