"""How late access ends, as a figure: days from each leaver's first day out to the disabling (procedure 6.4).

Whoever can still log in counts with the days that have passed so far, so that the figure is not better than the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan
from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.ledger.views.access import KINDS, access
from dulae.ledger.views.lag import Lag, Spread, lags, spread

CHECK = "access_lag"

LAG = reason(
    "access.lag",
    "{accounts} accounts disabled in {over_days} days: median lag {median_days} days, largest {largest_days}, "
    "{late} beyond {max_lag_days} days; {still_open} not disabled yet, the longest for {open_days} days",
)
NO_LAG = reason(
    "access.lag_none",
    "no account was disabled in {over_days} days; {still_open} not disabled yet, the longest for {open_days} days",
)
_NOT_KNOWN = "-"
# What was late is a warning in the week in which it was disabled; after that it is a figure.
_TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class LagLimit:
    """After how many days disabling is late, and over how many days the figure is taken."""

    max_lag_days: int = 7
    over_days: int = 92


@dataclass(frozen=True)
class _Figure:
    """The lag of what was disabled, the days of who is still open (None: not known), and whether a late one is new."""

    disabled: Spread | None
    waits: Sequence[int] | None
    late_now: bool


def findings(desk: Desk, plan: Plan, limit: LagLimit) -> Iterator[Finding]:
    """Yield the lag in each system; of one that could not be read nobody knows who is still open."""
    since = desk.clock() - timedelta(days=limit.over_days)
    known = [lag for lag in _lags(desk) if since <= lag.at]
    today = desk.clock().astimezone(desk.zone).date()
    for system in plan.document["systems"]:
        name = system["system"]
        own = [lag for lag in known if lag.system == name]
        waits = list(_still_open(plan, name, today)) if system["readable"] else None
        since = desk.clock() - _TOLD_FOR
        late_now = any(lag.at >= since and lag.days > limit.max_lag_days for lag in own)
        disabled = spread([lag.days for lag in own], limit.max_lag_days)
        yield _finding(name, _Figure(disabled, waits, late_now), limit)


def _lags(desk: Desk) -> Iterator[Lag]:
    """Yield what was disabled; plans, which may be large, are read only where one was carried out."""
    if any(True for _ in desk.evidence.entries(kinds=("change.result",))):
        yield from lags(access(desk.evidence.entries(kinds=KINDS)), desk.zone)


def _still_open(plan: Plan, system: str, today: date) -> Iterator[int]:
    """Yield for how many days each leaver in a system has been able to log in after his last day."""
    for section in ("items", "protected"):
        for entry in plan.document[section]:
            person = plan.person(entry["person"])
            if entry["system"] == system and person["effective_date"] and not _was_closed(entry):
                yield (today - date.fromisoformat(person["effective_date"])).days


def _was_closed(entry: Mapping[str, Any]) -> bool:
    """Say whether an account was disabled in time, and opened again: that is told by itself, and is no lag."""
    return "again" in entry or bool(entry["account"].get("disabled"))


def _finding(system: str, figure: _Figure, limit: LagLimit) -> Finding:
    waits = figure.waits
    longest = max(waits or (), default=0)
    late = figure.late_now or longest > limit.max_lag_days
    verdict = Verdict.WARN if late else Verdict.UNKNOWN if waits is None else Verdict.PASS
    measured: Mapping[str, Any] = {
        **_told(figure.disabled),
        "still_open": _NOT_KNOWN if waits is None else len(waits),
        "open_days": _NOT_KNOWN if waits is None else longest,
    }
    why = LAG if figure.disabled else NO_LAG
    made = judged(CHECK, system, verdict, why, measured=measured, limit=vars(limit))
    return replace(made, system=system)


def _told(disabled: Spread | None) -> Mapping[str, Any]:
    if disabled is None:
        return {"accounts": 0}
    # The ledger holds whole numbers and text, so that its hashes never depend on how a fraction is written.
    middle = disabled.median_days
    return {**vars(disabled), "median_days": middle if isinstance(middle, int) else str(middle)}
