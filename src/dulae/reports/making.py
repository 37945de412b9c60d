"""Which reports there are, and how one is made from the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dulae.errors import ReportError
from dulae.reports.data import access, availability, incidents, internal_control, maintenance, receipt, usage
from dulae.reports.data.common import Head, Report
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period, containing, read

NO_VERSION = "0"


@dataclass(frozen=True)
class Kind:
    """One report: the letters of its number, the length of time that it is about, and what makes its body."""

    letters: str
    natural: str
    body: Callable[[Evidence, Period], Any]


KINDS: Mapping[str, Kind] = {
    "availability": Kind("AV", "day", availability.body),
    "incidents": Kind("IR", "month", incidents.body),
    "maintenance": Kind("MB", "month", maintenance.body),
    "access": Kind("AR", "week", access.body),
    "receipt": Kind("RC", "week", receipt.body),
    "internal_control": Kind("IC", "quarter", internal_control.body),
    "usage": Kind("UE", "quarter", usage.body),
}


def chosen(names: str) -> tuple[str, ...]:
    """Return the reports that a word names (``all`` for each); raise ReportError if there is none such."""
    if names == "all":
        return tuple(KINDS)
    if names not in KINDS:
        raise ReportError(f"there is no report '{names}'", remedy=f"Choose all, {', '.join(KINDS)}")
    return (names,)


def period_for(kind: str, text: str, today: date) -> Period:
    """Return the period that a text names; ``this`` and ``last`` are periods of the report's own kind."""
    if text in ("", "this", "last"):
        current = containing(today, KINDS[kind].natural)
        return current.before() if text == "last" else current
    return read(text)


def with_months(period: Period) -> tuple[Period, ...]:
    """Return a period, and the months that lie within a longer one."""
    firsts = (
        sorted({day.replace(day=1) for day in period.days()}) if period.kind in ("quarter", "year") else []
    )
    return (period, *(containing(first, "month") for first in firsts))


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("dulae")
    except PackageNotFoundError:
        return NO_VERSION


def make(kind: str, evidence: Evidence, period: Period) -> Report:
    """Return a report in no language."""
    settings = evidence.settings
    head = Head(
        kind=kind,
        number=f"{KINDS[kind].letters}-{period.text}",
        period=period,
        natural=period.kind == KINDS[kind].natural,
        organisation=settings.site.organisation,
        unit=settings.site.unit,
        systems=tuple(system.title for system in settings.systems),
        generated_at=evidence.last_at,
        version=program_version(),
        anchor=evidence.anchor,
    )
    return Report(head, KINDS[kind].body(evidence, period))
