"""How each piece of work stands: its last run, what is due and overdue, what was missed, what was interrupted.

Computed from the ledger's view of runs; nothing here is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dulae.checks.finding import Finding, Reason, Verdict, judged, reason, utc_text
from dulae.procedure.cadence import Done, Due, Period, due, period_at, periods
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.sop import Work, works
from dulae.settings import Settings

_NOT_DUE = reason("procedure.not_due", "{subject} is not due before {due_at}")
_DONE = reason(
    "procedure.done", "{subject} was done in {period} with evidence, and is due again at {next_due_at}"
)
_DONE_LATE = reason("procedure.done_late", "{subject} was done in {period}, but after {late_after}: late")
_DUE = reason("procedure.due", "{subject} is due since {due_at}")
_OVERDUE = reason("procedure.overdue", "{subject} was due at {due_at}, and nothing was done by {late_after}")


class Run(Protocol):
    """What is read here of a run in the ledger's view."""

    @property
    def run(self) -> str:
        """Its id."""

    @property
    def control(self) -> str:
        """The work that was run."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def finished_at(self) -> datetime | None:
        """When it was sealed, or None."""

    @property
    def verdict(self) -> Verdict:
        """What it came to."""

    @property
    def elapsed_ms(self) -> int | None:
        """How long it took."""

    @property
    def limit_minutes(self) -> int:
        """How long the procedure lets it take."""

    @property
    def within_limit(self) -> bool | None:
        """Whether it kept to that."""

    @property
    def check_mode(self) -> bool:
        """Whether it only tried."""

    @property
    def partial(self) -> bool:
        """Whether --limit left something out."""

    @property
    def done(self) -> bool:
        """Whether it was sealed with all its evidence, and not in check mode."""


@dataclass(frozen=True)
class Standing:
    """How one piece of work stands at a moment."""

    work: Work
    due: Due
    period: Period
    last: Run | None
    open_runs: tuple[Run, ...]
    missed: int


def standings(
    settings: Settings, made: Iterable[Run], began: datetime | None, now: datetime
) -> tuple[Standing, ...]:
    """Return how all work stands at ``now``; ``began`` is the time of the ledger's first entry."""
    known = list(made)
    time = WorkingTime(settings.calendar)
    return tuple(
        _standing(work, time, [run for run in known if run.control == work.id], (began, now))
        for work in works(settings.procedure)
    )


def _standing(
    work: Work, time: WorkingTime, made: list[Run], moments: tuple[datetime | None, datetime]
) -> Standing:
    began, now = moments
    counted = [run.started_at for run in made if run.done and not run.partial]
    finished = [run for run in made if run.finished_at is not None and not run.check_mode]
    last = max(finished, key=lambda run: run.started_at, default=None)
    return Standing(
        work=work,
        due=due(work.rhythm, time, Done(max(counted, default=None), began), now),
        period=period_at(work.rhythm, time, now),
        last=last,
        open_runs=tuple(run for run in made if _is_open(run, last)),
        missed=_missed(work, time, counted, moments),
    )


def _is_open(run: Run, last: Run | None) -> bool:
    """Say whether a run came to no end, and none that did came after it: older ones are history."""
    return run.finished_at is None and (last is None or run.started_at > last.started_at)


def _missed(
    work: Work, time: WorkingTime, counted: list[datetime], moments: tuple[datetime | None, datetime]
) -> int:
    """Count the ended periods since the last run, or since evidence began, in which nothing was done."""
    began, now = moments
    since = max(counted, default=began)
    if since is None:
        return 0
    ended = (turn for turn in periods(work.rhythm, time, since, now) if turn.ends <= now)
    return sum(1 for turn in ended if not any(turn.starts <= moment < turn.ends for moment in counted))


def finding(standing: Standing, time: WorkingTime) -> Finding:
    """Return how work stands as a finding; its times are those of the office."""
    state = standing.due
    verdict, why = _verdict(state)
    shown = {name: _local(getattr(standing.period, name), time) for name in ("due_at", "late_after")}
    measured = {
        "period": state.period_key,
        "next_due_at": _local(state.next_due_at, time),
        "missed_periods": standing.missed,
        "open_runs": len(standing.open_runs),
        "last_finished_at": utc_text(standing.last.finished_at)
        if standing.last and standing.last.finished_at
        else "",
    }
    return judged("due", standing.work.id, verdict, why, measured=measured, limit=shown)


def _local(moment: datetime, time: WorkingTime) -> str:
    return moment.astimezone(time.zone).isoformat(timespec="minutes")


def _verdict(state: Due) -> tuple[Verdict, Reason]:
    if state.overdue:
        return Verdict.FAIL, _OVERDUE
    if state.late:
        return Verdict.WARN, _DONE_LATE
    if state.done:
        return Verdict.PASS, _DONE
    return (Verdict.WARN, _DUE) if state.due else (Verdict.PASS, _NOT_DUE)
