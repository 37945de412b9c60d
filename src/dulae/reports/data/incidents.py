"""Incident register (procedure step 2, 6.2): what was reported, how fast it was coordinated and mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dulae.ledger.views.incidents import Incident, incidents
from dulae.reports.data.common import Row
from dulae.reports.data.runs import runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

CONTROL = "restoration"
CHANNELS = ("phone", "email", "check", "walk_in")
KINDS = ("fault", "advice", "rights_request", "security")
# What the desk's round says of its own mail; its other subjects are the numbers of incidents.
_MAIL = ("mailbox", "mail_server")
# The same subject reported at least this often in a period is a repeated problem.
REPEATED = 2
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Clock:
    """One time limit of one incident: ``within``, ``over``, or still ``running``; None minutes = never began."""

    name: str
    minutes: int | None
    limit_minutes: int
    state: str


@dataclass(frozen=True)
class Case:
    """One incident as the register shows it; ``carried`` = reported before the period."""

    incident: Incident
    title: Words | None
    subject_title: Words | None
    carried: bool
    downtime: timedelta | None
    clocks: tuple[Clock, ...]
    because: Because | None

    @property
    def overdue(self) -> tuple[Clock, ...]:
        """Return the limits that were broken."""
        return tuple(clock for clock in self.clocks if clock.state == "over")


@dataclass(frozen=True)
class Because:
    """The words of the check that opened an incident."""

    code: str
    because: str
    subject: str
    measured: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Repeat:
    """A subject that failed several times in the period."""

    subject: str
    title: Words | None
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Unheard:
    """What kept mail from being read or sent, how often; ``row`` is the newest."""

    row: Row
    times: int


@dataclass(frozen=True)
class Incidents:
    """The body of the report."""

    unheard: tuple[Unheard, ...]
    channels: Mapping[str, int]
    kinds: Mapping[str, int]
    cases: tuple[Case, ...]
    carried: int
    clocked: tuple[Case, ...]
    overdue: tuple[Case, ...]
    repeats: tuple[Repeat, ...]
    sop_minutes: int
    start_minutes: int
    finish_hours: int
    until: datetime


def cases(evidence: Evidence, period: Period) -> tuple[Case, ...]:
    """Return the incidents reported in a period, and those still open when it began, oldest first."""
    zone = evidence.settings.calendar.zone
    start, end = period.start(zone), period.end(zone)
    found = []
    for incident in _all(evidence):
        ended = incident.finished_at or incident.closed_at
        if incident.reported_at < end and (incident.reported_at >= start or not ended or ended >= start):
            found.append(_case(evidence, incident, start, min(end, evidence.last_at)))
    return tuple(sorted(found, key=lambda case: (case.incident.reported_at, case.incident.number)))


def body(evidence: Evidence, period: Period) -> Incidents:
    """Return the body of the report for a period."""
    found = cases(evidence, period)
    new = [case.incident for case in found if not case.carried]
    contract = evidence.settings.contract
    zone = evidence.settings.calendar.zone
    channels = Counter(incident.channel for incident in new)
    kinds = Counter(incident.kind for incident in new)
    return Incidents(
        unheard=_unheard(evidence, period),
        channels={name: channels[name] for name in (*CHANNELS, *sorted(set(channels) - set(CHANNELS)))},
        kinds={name: kinds[name] for name in (*KINDS, *sorted(set(kinds) - set(KINDS)))},
        cases=found,
        carried=sum(case.carried for case in found),
        clocked=tuple(case for case in found if case.clocks),
        overdue=tuple(case for case in found if case.overdue),
        repeats=_repeats(found),
        sop_minutes=_limit(evidence),
        start_minutes=contract.start_within_minutes,
        finish_hours=contract.finish_within_hours,
        until=min(period.end(zone), evidence.last_at),
    )


def _unheard(evidence: Evidence, period: Period) -> tuple[Unheard, ...]:
    """Return what kept mail from being read or sent: an empty register is then no quiet period."""
    same: dict[tuple[str, str], list[Row]] = {}
    for run in runs(evidence, period, (CONTROL,)):
        for row in run.rows:
            if row.subject in _MAIL and row.state != "normal":
                same.setdefault((row.subject, row.code), []).append(row)
    return tuple(Unheard(rows[-1], len(rows)) for rows in same.values())


def _all(evidence: Evidence) -> Iterable[Incident]:
    return incidents(evidence.entries(control=CONTROL))


def _limit(evidence: Evidence) -> int:
    return next(item.limit_minutes for item in evidence.settings.procedure.controls if item.id == CONTROL)


def _case(evidence: Evidence, incident: Incident, start: datetime, until: datetime) -> Case:
    names = evidence.titles
    ended = incident.finished_at or incident.closed_at
    fault = incident.kind == "fault"
    return Case(
        incident=incident,
        title=names.get(incident.system),
        subject_title=names.get(incident.subject),
        carried=incident.reported_at < start,
        downtime=(ended or until) - incident.reported_at if fault else None,
        clocks=_clocks(evidence, incident, until) if fault else (),
        because=_because(incident),
    )


def _because(incident: Incident) -> Because | None:
    finding = incident.finding or {}
    names = ("code", "because", "subject", "measured", "limit")
    return (
        Because(**{name: finding[name] for name in names if name in finding}) if finding.get("code") else None
    )


def _clocks(evidence: Evidence, incident: Incident, until: datetime) -> tuple[Clock, ...]:
    """Return the procedure's clock (from the report) and the contract's two (from the notice)."""
    contract = evidence.settings.contract
    told, closed = incident.notified_at, incident.closed_at
    started, finished = incident.started_at, incident.finished_at
    return (
        _clock("coordinate", (incident.reported_at, told or closed, until), _limit(evidence)),
        _clock("start", (told, started or finished or closed, until), contract.start_within_minutes),
        _clock("finish", (told, finished or closed, until), contract.finish_within_hours * 60),
    )


def _clock(
    name: str, moments: tuple[datetime | None, datetime | None, datetime], limit_minutes: int
) -> Clock:
    since, done, until = moments
    if since is None:
        return Clock(name, None, limit_minutes, "none")
    span = (done or until) - since
    # A part of a minute counts as a whole one.
    minutes = max(0, -(-span // _MINUTE))
    state = "over" if minutes > limit_minutes else "within" if done else "running"
    return Clock(name, minutes, limit_minutes, state)


def _repeats(found: Iterable[Case]) -> tuple[Repeat, ...]:
    by_subject: dict[str, list[Case]] = {}
    for case in found:
        if case.incident.subject and case.incident.kind == "fault":
            by_subject.setdefault(case.incident.subject, []).append(case)
    return tuple(
        Repeat(subject, same[0].subject_title, tuple(case.incident.number for case in same))
        for subject, same in by_subject.items()
        if len(same) >= REPEATED
    )
