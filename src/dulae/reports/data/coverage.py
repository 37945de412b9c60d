"""How often work was due and how often it was done; which days were not checked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from dulae.procedure import cadence
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.sop import Work, works
from dulae.reports.data.runs import Run, summaries
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.procedure import WEEKDAYS
from dulae.settings.shape import Words

# What became of work that was due; the first two count as done.
DONE = ("done", "late")
STATES = (*DONE, "incomplete", "missed")
# The longest turn of a rhythm, with its holidays: a quarter.
_LONGEST_TURN = timedelta(days=100)


@dataclass(frozen=True)
class Turn:
    """One time that work was due: done, late, incomplete (a run without its evidence), or missed."""

    key: str
    due_at: datetime
    state: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Spell:
    """Some turns after each other with the same outcome, from the first that was due to the last."""

    first: datetime
    last: datetime
    count: int
    state: str


@dataclass(frozen=True)
class Coverage:
    """Work of the procedure in a period: each time that it was due."""

    work: Work
    turns: tuple[Turn, ...]

    def count(self, *states: str) -> int:
        """Return how many turns ended in some states."""
        return sum(turn.state in states for turn in self.turns)

    @property
    def done(self) -> int:
        """Return how many turns were done, late ones included."""
        return self.count(*DONE)

    @property
    def proofs(self) -> tuple[int, ...]:
        """Return the entries that prove the turns that were done."""
        return tuple(run.seq for turn in self.turns for run in turn.runs if run.told.done)

    @property
    def spells(self) -> tuple[Spell, ...]:
        """Return the exceptions, those that follow each other with the same outcome as one."""
        found = []
        for state, group in groupby(self.turns, key=lambda turn: turn.state):
            turns = tuple(group)
            if state != "done":
                found.append(Spell(turns[0].due_at, turns[-1].due_at, len(turns), state))
        return tuple(found)

    @property
    def exceptions(self) -> tuple[Turn, ...]:
        """Return the turns that were not done in time with all their evidence."""
        return tuple(turn for turn in self.turns if turn.state != "done")


@dataclass(frozen=True)
class Unchecked:
    """A day without a check: ``holiday`` (closed), or ``missed`` or ``incomplete`` (due, and not done)."""

    day: date
    why: str
    title: Words | None = None


def working_time(evidence: Evidence) -> WorkingTime:
    """Return the office's calendar."""
    return WorkingTime(evidence.settings.calendar)


def work_of(evidence: Evidence, name: str) -> Work | None:
    """Return the work of a name, or None where this procedure has none."""
    return next((work for work in works(evidence.settings.procedure) if work.id == name), None)


def coverage(evidence: Evidence, period: Period, work: Work) -> Coverage:
    """Return each time that work was due in a period, as far as the evidence reaches.

    What was due before the first entry is left out unless it was done: no evidence was kept here then. What is due
    after the last entry, or may still be done in time, is left out too.
    """
    time = working_time(evidence)
    start, end = period.start(time.zone), period.end(time.zone)
    made = summaries(evidence, start - _LONGEST_TURN, end + _LONGEST_TURN, work.id)
    found = []
    for due in cadence.periods(work.rhythm, time, start, end):
        own = tuple(run for run in made if due.starts <= run.told.started_at < due.ends)
        state = _state(own, due)
        if state in DONE or (evidence.first_at <= due.due_at and due.late_after <= evidence.last_at):
            found.append(Turn(due.key, due.due_at, state, own))
    return Coverage(work, tuple(found))


def _state(own: Sequence[Run], due: cadence.Period) -> str:
    done = [run.told.started_at for run in own if run.told.done]
    if done:
        return "done" if min(done) <= due.late_after else "late"
    return "incomplete" if own else "missed"


def unchecked_days(evidence: Evidence, period: Period, turns: Iterable[Turn]) -> tuple[Unchecked, ...]:
    """Return the days of a period on which a daily check was not done, holidays among them, in order."""
    time = working_time(evidence)
    reached = min(period.last, time.today(evidence.last_at))
    since = max(period.first, time.today(evidence.first_at))
    closed = [
        Unchecked(day, "holiday", title)
        for day, title in time.holidays.items()
        if since <= day <= reached and WEEKDAYS[day.weekday()] in time.calendar.working_days
    ]
    open_days = [Unchecked(time.today(turn.due_at), turn.state) for turn in turns if turn.state not in DONE]
    return tuple(sorted((*closed, *open_days), key=lambda item: item.day))
