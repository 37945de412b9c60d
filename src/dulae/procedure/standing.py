"""How each piece of work stands: its last run, what is due and overdue, what was missed, what was interrupted.

A view over the ledger's entries ``run.intent`` and ``run.result``; nothing here is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dulae.checks.finding import Finding, Verdict, judged, reason, utc_text
from dulae.procedure.cadence import Done, Due, Period, due, period_at, periods
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.sop import Work, works
from dulae.settings import Settings

KINDS = ("run.intent", "run.result")
_NOT_DUE = reason("procedure.not_due", "{subject} is not due before {due_at}")
_DONE = reason(
    "procedure.done", "{subject} was done in {period} with evidence, and is due again at {next_due_at}"
)
_DONE_LATE = reason("procedure.done_late", "{subject} was done in {period}, but after {late_after}: late")
_DUE = reason("procedure.due", "{subject} is due since {due_at}")
_OVERDUE = reason("procedure.overdue", "{subject} was due at {due_at}, and nothing was done by {late_after}")


class Entry(Protocol):
    """The part of a ledger entry that is read here."""

    @property
    def ts(self) -> datetime:
        """When it was written."""

    @property
    def kind(self) -> str:
        """What it tells."""

    @property
    def run(self) -> str:
        """The run it belongs to."""

    @property
    def control(self) -> str:
        """The work that was run."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Its content."""


@dataclass(frozen=True)
class Run:
    """One run as the ledger tells it; without ``result`` it is open: running, or interrupted."""

    run: str
    work: str
    started_at: datetime
    intent: Mapping[str, Any]
    finished_at: datetime | None = None
    result: Mapping[str, Any] | None = None

    @property
    def check_mode(self) -> bool:
        """Say whether nothing was meant to be changed or counted."""
        return bool((self.result or self.intent).get("check_mode"))

    @property
    def counts(self) -> bool:
        """Say whether the run counts as done: finished, with evidence, and not in check mode."""
        return self.result is not None and bool(self.result.get("evidenced")) and not self.check_mode


@dataclass(frozen=True)
class Standing:
    """How one piece of work stands at a moment."""

    work: Work
    due: Due
    period: Period
    last: Run | None
    open_runs: tuple[Run, ...]
    missed: int


def runs(entries: Iterable[Entry]) -> tuple[Run, ...]:
    """Return the runs that entries tell of, in the order in which they began."""
    found: dict[str, Run] = {}
    for entry in entries:
        if entry.kind == "run.intent":
            found[entry.run] = Run(entry.run, entry.control, entry.ts, entry.body or {})
        elif entry.kind == "run.result" and entry.run in found:
            begun = found[entry.run]
            found[entry.run] = Run(
                begun.run, begun.work, begun.started_at, begun.intent, entry.ts, entry.body or {}
            )
    return tuple(found.values())


def standings(
    settings: Settings, made: Iterable[Run], began: datetime | None, now: datetime
) -> tuple[Standing, ...]:
    """Return how all work stands at ``now``; ``began`` is the time of the ledger's first entry."""
    known = list(made)
    time = WorkingTime(settings.calendar)
    return tuple(
        _standing(work, time, [run for run in known if run.work == work.id], (began, now))
        for work in works(settings.procedure)
    )


def _standing(
    work: Work, time: WorkingTime, made: list[Run], moments: tuple[datetime | None, datetime]
) -> Standing:
    began, now = moments
    counted = [run.finished_at for run in made if run.counts and run.finished_at]
    known = Done(max(counted, default=None), began)
    finished = [run for run in made if run.result is not None and not run.check_mode]
    last = max(finished, key=lambda run: run.finished_at or run.started_at, default=None)
    return Standing(
        work=work,
        due=due(work.rhythm, time, known, now),
        period=period_at(work.rhythm, time, now),
        last=last,
        open_runs=_open(made, last),
        missed=_missed(work, time, counted, moments),
    )


def _open(made: list[Run], last: Run | None) -> tuple[Run, ...]:
    """Return runs without a result that began after the last finished one; older ones are history."""
    return tuple(
        run for run in made if run.result is None and (last is None or run.started_at > last.started_at)
    )


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


def _verdict(state: Due) -> tuple[Verdict, Any]:
    if state.overdue:
        return Verdict.FAIL, _OVERDUE
    if state.late:
        return Verdict.WARN, _DONE_LATE
    if state.done:
        return Verdict.PASS, _DONE
    return (Verdict.WARN, _DUE) if state.due else (Verdict.PASS, _NOT_DUE)
