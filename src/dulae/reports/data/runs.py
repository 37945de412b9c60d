"""The runs of the controls in a stretch of time, each with its findings as rows and what it failed to account for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dulae.checks.finding import Verdict
from dulae.ledger import Entry
from dulae.ledger.views import runs as view
from dulae.reports.data.common import NOT_RECORDED, Row, row_of, system_of
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

# A run that begins before the end of a period may end after it.
_LONGEST_RUN = timedelta(days=2)


@dataclass(frozen=True)
class Run:
    """One execution of a control with its rows; ``seq`` proves it: its result, or else its beginning."""

    told: view.Run
    seq: int
    rows: tuple[Row, ...]

    @property
    def ended(self) -> bool:
        """Say whether it came to its end."""
        return self.told.finished_at is not None

    @property
    def observed(self) -> int:
        """Return how many checks left a result."""
        return self.told.observed if self.ended else len(self.told.findings)


def runs(evidence: Evidence, period: Period, controls: Collection[str] = ()) -> tuple[Run, ...]:
    """Return the runs that began in a period, oldest first, without those in check mode.

    A check that left no result becomes a row that says so: it could not be checked, whatever the reason.
    """
    zone = evidence.settings.calendar.zone
    start, end = period.start(zone), period.end(zone)
    if (start, end) not in evidence.memo:
        names = evidence.titles
        told = _told(evidence, view.KINDS, start, end)
        evidence.memo[start, end] = tuple(_run(run, seq, names) for run, seq in told)
    found: tuple[Run, ...] = evidence.memo[start, end]
    return tuple(run for run in found if not controls or run.told.control in controls)


def summaries(evidence: Evidence, since: datetime, until: datetime, control: str) -> tuple[Run, ...]:
    """Return the runs of a control that began in ``since <= start < until``, without their rows."""
    told = _told(evidence, view.SUMMARY_KINDS, since, until)
    return tuple(Run(run, seq, ()) for run, seq in told if run.control == control)


def _told(
    evidence: Evidence, kinds: Collection[str], since: datetime, until: datetime
) -> Iterator[tuple[view.Run, int]]:
    """Yield each run that began in a stretch of time, with the entry that proves it."""
    entries: list[Entry] = []
    proofs: dict[str, int] = {}
    for entry in evidence.entries(*kinds, since=since, until=until + _LONGEST_RUN):
        if entry.kind == "run.intent" and entry.ts < until:
            proofs[entry.run] = entry.seq
        if entry.run in proofs:
            entries.append(entry)
            if entry.kind == "run.result":
                proofs[entry.run] = entry.seq
    for run in view.counted(entries):
        yield run, proofs[run.run]


def _run(told: view.Run, seq: int, names: Mapping[str, Words]) -> Run:
    rows = [row_of(recorded, told.run, names) for recorded in told.findings]
    seen = {(row.host, row.subject, row.check) for row in rows}
    unseen = [item for item in told.population if _place(item) not in seen]
    missing = told.missing if told.finished_at else unseen
    return Run(told, seq, (*rows, *(_missing(told, seq, item, names) for item in missing)))


def _place(item: Mapping[str, str]) -> tuple[str, str, str]:
    return item["host"], item["subject"], item["check"]


def _missing(told: view.Run, seq: int, item: Mapping[str, Any], names: Mapping[str, Words]) -> Row:
    host, subject, check = _place(item)
    return Row(
        seq=seq,
        at=told.finished_at or told.started_at,
        run=told.run,
        host=host,
        system=system_of(subject, names),
        check=check,
        subject=subject,
        verdict=Verdict.UNKNOWN,
        code=NOT_RECORDED.code,
        because=NOT_RECORDED.text.format(subject=subject),
        title=names.get(subject),
    )
