"""Downtime and lateness under the contract, month by month: facts for the committee, worked out as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from dulae.reports.data.coverage import working_time
from dulae.reports.data.incidents import Case
from dulae.reports.evidence import Evidence
from dulae.reports.penalty import (
    DowntimeSheet,
    DowntimeTerms,
    LateSheet,
    Outage,
    downtime_sheet,
    late_sheet,
    weighted_downtime,
)
from dulae.reports.period import Period, containing
from dulae.settings.shape import Words

_HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class SystemTime:
    """One system in one month: its downtime, and the service hours that the evidence has reached."""

    title: Words
    weight: Decimal
    down_hours: Fraction
    numbers: tuple[str, ...]
    service_hours: Fraction


@dataclass(frozen=True)
class Month:
    """Clause 5 for one month; ``begun`` and ``complete`` = whether the evidence reaches into it, and to its end.

    ``unmeasured_hours`` are service hours from before there was any evidence: they count neither as up nor as down.
    """

    period: Period
    begun: bool
    complete: bool
    service_hours: Fraction
    unmeasured_hours: Fraction
    systems: tuple[SystemTime, ...]
    terms: DowntimeTerms
    sheet: DowntimeSheet


@dataclass(frozen=True)
class Lateness:
    """Clause 6 for one incident: hours in which the contractor was late to start or to finish, none counted twice."""

    case: Case
    start_due: datetime
    finish_due: datetime
    late_hours: Fraction
    sheet: LateSheet


def months(evidence: Evidence, period: Period, found: Sequence[Case]) -> tuple[Month, ...]:
    """Return the worksheet of each month that a period touches."""
    firsts = sorted({day.replace(day=1) for day in period.days()})
    return tuple(_month(evidence, containing(first, "month"), found) for first in firsts)


def lateness(evidence: Evidence, found: Iterable[Case]) -> tuple[Lateness, ...]:
    """Return the incidents whose repair was started or finished late, each with its worksheet."""
    return tuple(late for case in found for late in _late(evidence, case))


def _fraction(value: Decimal | int) -> Fraction:
    return Fraction(value)


def _hours(span: timedelta) -> Fraction:
    return Fraction(round(span / timedelta(microseconds=1)), round(_HOUR / timedelta(microseconds=1)))


def _sum(spans: Iterable[Span]) -> Fraction:
    return sum((_hours(closes - opens) for opens, closes in spans), Fraction(0))


def _windows(evidence: Evidence, month: Period) -> Iterator[Span]:
    """Yield the times of a month in which service is owed."""
    time = working_time(evidence)
    if evidence.settings.contract.service_hours.around_the_clock:
        yield month.start(time.zone), month.end(time.zone)
        return
    hours = time.calendar.office_hours
    for day in filter(time.works, month.days()):
        yield time.moment(day, hours.start), time.moment(day, hours.end)


def _within(span: Span, windows: Iterable[Span]) -> Iterator[Span]:
    for opens, closes in windows:
        start, end = max(span[0], opens), min(span[1], closes)
        if start < end:
            yield start, end


def _month(evidence: Evidence, month: Period, found: Sequence[Case]) -> Month:
    settings = evidence.settings
    origin, windows = month.start(settings.calendar.zone), tuple(_windows(evidence, month))
    service = _sum(windows)
    reached = _sum(_within((evidence.first_at, evidence.last_at), windows))
    before = _sum(_within((origin, evidence.first_at), windows))
    contract = settings.contract
    terms = DowntimeTerms(
        service_hours=service,
        max_hours=_fraction(contract.allowed_downtime.hours),
        max_percent=_fraction(contract.allowed_downtime.percent),
        rate_thb_per_hour=_fraction(contract.rate_thb_per_hour),
    )
    outages: list[Outage] = []
    systems = []
    for system in settings.systems:
        own, numbers = _outages(found, system.name, (origin, windows, _fraction(system.weight)))
        outages += own
        down = weighted_downtime([Outage(one.start, one.end, Fraction(1)) for one in own])
        systems.append(SystemTime(system.title, system.weight, down, numbers, reached))
    zone = settings.calendar.zone
    begun = month.start(zone) <= evidence.last_at and evidence.first_at < month.end(zone)
    complete = month.end(zone) <= evidence.last_at
    sheet = downtime_sheet(outages, terms)
    return Month(month, begun, complete, service, before, tuple(systems), terms, sheet)


def _outages(
    found: Iterable[Case], system: str, place: tuple[datetime, tuple[Span, ...], Fraction]
) -> tuple[list[Outage], tuple[str, ...]]:
    """Return the outages of one system within service hours, and the numbers of their incidents."""
    origin, windows, weight = place
    outages, numbers = [], []
    for case in found:
        if case.incident.system != system or case.downtime is None:
            continue
        since = case.incident.reported_at
        spans = list(_within((since, since + case.downtime), windows))
        outages += [Outage(_hours(start - origin), _hours(end - origin), weight) for start, end in spans]
        numbers += [case.incident.number] if spans else []
    return outages, tuple(numbers)


def _late(evidence: Evidence, case: Case) -> Iterator[Lateness]:
    contract, incident = evidence.settings.contract, case.incident
    if incident.notified_at is None or case.downtime is None:
        return
    until = incident.reported_at + case.downtime
    start_due = incident.notified_at + timedelta(minutes=contract.start_within_minutes)
    finish_due = incident.notified_at + timedelta(hours=contract.finish_within_hours)
    started = incident.started_at or until
    spans = [(start_due, started), (finish_due, until)]
    late = weighted_downtime(
        Outage(_hours(start - incident.notified_at), _hours(end - incident.notified_at), Fraction(1))
        for start, end in spans
    )
    if late > 0:
        fee, percent = _fraction(contract.instalment_fee_thb), _fraction(contract.late_percent_per_hour)
        yield Lateness(case, start_due, finish_due, late, late_sheet(late, fee, percent))
