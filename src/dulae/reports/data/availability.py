"""Daily availability log (procedure step 1, 6.1): what was checked, what it gave, what was not checked and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from dulae.reports.data.common import STATES, Counts, Row, counted, gravest_first, worst_state
from dulae.reports.data.coverage import Unchecked, coverage, unchecked_days, work_of, working_time
from dulae.reports.data.incidents import Case, cases
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

CONTROL = "availability"
# An incident is opened after the check that found the fault, by the next round of step 2 at the latest.
_SOON = timedelta(days=1)
_RANK = ("normal", "watch", "unchecked", "abnormal")


@dataclass(frozen=True)
class SystemResult:
    """One system over the period: the worst and the last state, and the slowest answer."""

    title: Words
    worst: str
    last: str
    counts: Counts
    first_at: datetime | None
    last_at: datetime | None
    slowest: Row | None


@dataclass(frozen=True)
class DayResult:
    """One day: its runs, what they found, and the time that the slowest run used."""

    day: date
    runs: tuple[Run, ...]
    counts: Counts
    state: str


@dataclass(frozen=True)
class CalendarRow:
    """One system's state on each day of the period; ``closed`` = not due, ``missed`` = due and not checked."""

    title: Words
    days: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Trouble:
    """One check that was abnormal or could not be made, how often, and the incidents that follow it up."""

    subject: str
    title: Words | None
    state: str
    times: int
    first_at: datetime
    row: Row
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Availability:
    """The body of the report. A period longer than a day lists only what was not plainly normal."""

    bundle: bool
    counts: Counts
    systems: tuple[SystemResult, ...]
    rows: tuple[Row, ...]
    days: tuple[DayResult, ...]
    runs: tuple[Run, ...]
    limit_minutes: int
    troubles: tuple[Trouble, ...]
    due_days: int
    unchecked: tuple[Unchecked, ...]
    calendar: tuple[CalendarRow, ...]


def body(evidence: Evidence, period: Period) -> Availability:
    """Return the body of the report for a period."""
    made = runs(evidence, period, (CONTROL,))
    rows = tuple(row for run in made for row in run.rows)
    work = work_of(evidence, CONTROL)
    turns = coverage(evidence, period, work).turns if work else ()
    bundle = period.kind != "day"
    unchecked = unchecked_days(evidence, period, turns)
    return Availability(
        bundle=bundle,
        counts=counted(rows),
        systems=tuple(_system(system, rows) for system in evidence.settings.systems),
        rows=tuple(row for row in gravest_first(rows) if row.state != "normal") if bundle else rows,
        days=_days(evidence, made),
        runs=made,
        limit_minutes=work.limit_minutes if work else 0,
        troubles=_troubles(rows, cases(evidence, period)),
        due_days=len(turns),
        unchecked=unchecked,
        calendar=_calendar(evidence, period, rows, unchecked),
    )


def _system(system: Any, rows: Sequence[Row]) -> SystemResult:
    own = [row for row in rows if row.system == system.name]
    last_run = own[-1].run if own else ""
    timed = [row for row in own if isinstance(row.measured.get("latency_ms"), int)]
    return SystemResult(
        title=system.title,
        worst=worst_state(own),
        last=worst_state(row for row in own if row.run == last_run),
        counts=counted(own),
        first_at=min((row.at for row in own), default=None),
        last_at=max((row.at for row in own), default=None),
        slowest=max(timed, key=lambda row: row.measured["latency_ms"], default=None),
    )


def _troubles(rows: Iterable[Row], known: Sequence[Case]) -> tuple[Trouble, ...]:
    same: dict[tuple[str, str], list[Row]] = {}
    for row in gravest_first(rows):
        if row.state in ("abnormal", "unchecked"):
            same.setdefault((row.subject, row.state), []).append(row)
    return tuple(
        Trouble(
            subject=subject,
            title=group[0].title,
            state=state,
            times=len(group),
            first_at=group[0].at,
            row=group[-1],
            cases=tuple(case for case in known if _follows_up(case, group)),
        )
        for (subject, state), group in same.items()
    )


def _follows_up(case: Case, group: Sequence[Row]) -> bool:
    """Say whether an incident is about these rows: the same subject, and not over before the first of them."""
    incident = case.incident
    ended = incident.finished_at or incident.closed_at
    begun_by_then = incident.reported_at <= group[-1].at + _SOON
    return incident.subject == group[0].subject and begun_by_then and (ended is None or ended >= group[0].at)


def _days(evidence: Evidence, made: Iterable[Run]) -> tuple[DayResult, ...]:
    def day(run: Run) -> date:
        return working_time(evidence).today(run.told.started_at)

    days = []
    for when, group in groupby(made, key=day):
        of_day = tuple(group)
        rows = [row for run in of_day for row in run.rows]
        days.append(DayResult(when, of_day, counted(rows), worst_state(rows)))
    return tuple(days)


def _calendar(
    evidence: Evidence, period: Period, rows: Iterable[Row], unchecked: Iterable[Unchecked]
) -> tuple[CalendarRow, ...]:
    time = working_time(evidence)
    worst: dict[tuple[str, date], str] = {}
    for row in rows:
        place = (row.system, time.today(row.at))
        worst[place] = max(worst.get(place, STATES["pass"]), row.state, key=_RANK.index)
    missed = {item.day for item in unchecked if item.why != "holiday"}
    return tuple(
        CalendarRow(
            system.title,
            tuple(
                (day, worst.get((system.name, day), "missed" if day in missed else "closed"))
                for day in period.days()
            ),
        )
        for system in evidence.settings.systems
    )
