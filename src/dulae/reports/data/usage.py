"""Usage evaluation (the procedure's last step): users, documents, availability, requests, growth over a quarter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dulae.reports.data.common import Row
from dulae.reports.data.downtime import Month, months
from dulae.reports.data.incidents import CHANNELS, KINDS, Case, cases
from dulae.reports.data.maintenance import Space, spaces
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

CONTROL = "usage"
SOLVED_WITHIN = timedelta(minutes=30)
# The unit of a figure says in which section it is told; any other unit is about the data's growth.
_SECTIONS = {"users": "users", "documents": "documents"}


@dataclass(frozen=True)
class Figure:
    """One declared figure: the newest value of the period, and that of the period before."""

    system: Words
    title: Words
    unit: str
    value: Any
    before: Any
    row: Row | None

    @property
    def change(self) -> int | None:
        """Return by how much it changed, where both values are whole numbers."""
        both = isinstance(self.value, int) and isinstance(self.before, int)
        return self.value - self.before if both else None


@dataclass(frozen=True)
class UsageEvaluation:
    """The body of the report. ``share`` counts requests solved in time, and those that were solved or are overdue."""

    figures: Mapping[str, tuple[Figure, ...]]
    months: tuple[Month, ...]
    table: tuple[tuple[str, Mapping[str, int]], ...]
    kinds: tuple[str, ...]
    requests: int
    solved_in_time: int
    satisfaction: Mapping[str, Any]
    spaces: tuple[Space, ...]
    runs: tuple[Run, ...]


def body(evidence: Evidence, period: Period) -> UsageEvaluation:
    """Return the body of the report for a period."""
    made = runs(evidence, period)
    found = cases(evidence, period)
    new = [case for case in found if not case.carried]
    faults = tuple(case for case in found if case.incident.kind == "fault")
    kinds = (*KINDS, *sorted({case.incident.kind for case in new} - set(KINDS)))
    return UsageEvaluation(
        figures=_figures(evidence, period, made),
        months=months(evidence, period, faults),
        table=_table(new, kinds),
        kinds=kinds,
        requests=len(new),
        solved_in_time=sum(_solved_in_time(case) for case in new),
        satisfaction=evidence.typed.get("satisfaction") or {},
        spaces=spaces(evidence, period, [row for run in made for row in run.rows]),
        runs=tuple(run for run in made if run.told.control == CONTROL),
    )


def _figures(evidence: Evidence, period: Period, made: Sequence[Run]) -> Mapping[str, tuple[Figure, ...]]:
    now = _newest(made)
    before = _newest(runs(evidence, period.before(), (CONTROL,)))
    sections: dict[str, list[Figure]] = {"users": [], "documents": [], "growth": []}
    for system in evidence.settings.systems:
        for query in system.usage.queries if system.usage else ():
            subject = f"{system.name}/{query.name}"
            row = now.get(subject)
            figure = Figure(
                system=system.title,
                title=query.title,
                unit=query.unit,
                value=row.measured.get("value") if row else None,
                before=before[subject].measured.get("value") if subject in before else None,
                row=row,
            )
            sections[_SECTIONS.get(query.unit, "growth")].append(figure)
    return {name: tuple(figures) for name, figures in sections.items()}


def _newest(made: Sequence[Run]) -> Mapping[str, Row]:
    return {row.subject: row for run in made if run.told.control == CONTROL for row in run.rows}


def _table(new: Sequence[Case], kinds: Sequence[str]) -> tuple[tuple[str, Mapping[str, int]], ...]:
    """Return channel by kind, with every known channel whether or not it was used."""
    counts = Counter((case.incident.channel, case.incident.kind) for case in new)
    channels = (*CHANNELS, *sorted({channel for channel, _ in counts} - set(CHANNELS)))
    return tuple((channel, {kind: counts[channel, kind] for kind in kinds}) for channel in channels)


def _solved_in_time(case: Case) -> bool:
    ended = case.incident.finished_at or case.incident.closed_at
    return ended is not None and ended - case.incident.reported_at <= SOLVED_WITHIN
