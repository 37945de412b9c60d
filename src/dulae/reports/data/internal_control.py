"""Internal-control report in the shape of form PK.5, its follow-up, and the test sheet of each control.

Columns 1 to 3 come from the procedure, column 4 from the evidence; columns 5 to 7 and the follow-up are typed by
people, in a file that is kept between runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dulae.procedure.sop import works
from dulae.reports.data import access
from dulae.reports.data.common import Counts, counted
from dulae.reports.data.coverage import Coverage, coverage
from dulae.reports.data.incidents import Case, cases
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.procedure import Control
from dulae.settings.shape import Words

# The form has a row for each risk of the procedure; step 5 has none of its own there, and its own report here.
FORM_STEPS = range(1, 5)


@dataclass(frozen=True)
class Fact:
    """One figure of column 4: a sentence's name, and what stands in its places."""

    name: str
    places: tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """One control: what the procedure says, how it was kept, and what people have typed."""

    control: Control
    owner: Words | None
    works: tuple[Coverage, ...]
    facts: tuple[Fact, ...]
    counts: Counts
    runs: tuple[Run, ...]
    typed: Mapping[str, Any]


@dataclass(frozen=True)
class InternalControl:
    """The body of the report; ``lines`` are the rows of the form, ``sheets`` all controls."""

    objectives: tuple[Words, ...]
    lines: tuple[Line, ...]
    sheets: tuple[Line, ...]
    reporter: Mapping[str, Any]
    ledger_entries: int
    procedure_version: str


def body(evidence: Evidence, period: Period) -> InternalControl:
    """Return the body of the report for a period."""
    made = runs(evidence, period)
    found = cases(evidence, period)
    sheets = tuple(
        _line(evidence, period, control, (made, found))
        for control in sorted(evidence.settings.procedure.controls, key=lambda control: control.step)
    )
    return InternalControl(
        objectives=evidence.settings.procedure.objectives,
        lines=tuple(line for line in sheets if line.control.step in FORM_STEPS),
        sheets=sheets,
        reporter=_typed(evidence, "reporter"),
        ledger_entries=evidence.anchor.count,
        procedure_version=evidence.settings.procedure.version,
    )


def _typed(evidence: Evidence, name: str) -> Mapping[str, Any]:
    typed = (evidence.typed.get("internal_control") or {}).get(name)
    return typed if isinstance(typed, Mapping) else {}


def _line(
    evidence: Evidence,
    period: Period,
    control: Control,
    known: tuple[Sequence[Run], Sequence[Case]],
) -> Line:
    made, found = known
    own = [work for work in works(evidence.settings.procedure) if work.control.id == control.id]
    covered = tuple(coverage(evidence, period, work) for work in own)
    names = {work.id for work in own}
    held = tuple(run for run in made if run.told.control in names)
    role = evidence.settings.people.role(control.owner)
    counts = counted(row for run in held for row in run.rows)
    facts = _FACTS[control.id](evidence, period, found) if control.id in _FACTS else ()
    return Line(
        control=control,
        owner=role.title if role else None,
        works=covered,
        facts=(*_results(counts), *facts),
        counts=counts,
        runs=held,
        typed=_typed(evidence, control.id),
    )


def _results(counts: Counts) -> tuple[Fact, ...]:
    if not counts.total:
        return ()
    return (Fact("results", (counts.total, counts.normal + counts.watch, counts.abnormal, counts.unchecked)),)


def _restoration(evidence: Evidence, period: Period, found: Iterable[Case]) -> tuple[Fact, ...]:
    told = [case.clocks[0] for case in found if case.clocks]
    within = sum(clock.state == "within" for clock in told)
    return (Fact("coordinated", (within, len(told))),) if told else (Fact("no_faults", ()),)


def _access(evidence: Evidence, period: Period, found: Iterable[Case]) -> tuple[Fact, ...]:
    review = access.body(evidence, period)
    facts = [Fact("disabled", (review.summary["disabled"] + review.summary["suspended"],))]
    if review.lag:
        facts.append(Fact("lag", (review.lag.median_days, review.lag.largest_days)))
    return tuple(facts)


def _recoverability(evidence: Evidence, period: Period, found: Iterable[Case]) -> tuple[Fact, ...]:
    drills = [row for run in runs(evidence, period) for row in run.rows if row.check == "restore_drill"]
    passed = sum(row.state in ("normal", "watch") for row in drills)
    return (Fact("drills", (passed, len(drills))),) if drills else (Fact("no_drill", ()),)


_FACTS = {"restoration": _restoration, "access": _access, "recoverability": _recoverability}
