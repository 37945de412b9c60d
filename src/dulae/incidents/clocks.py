"""How long the step may take: the procedure's clock (coordinate) and the contract's clocks (start, finish), kept apart.

Source of the limits: the procedure's step 2 (15 to 30 minutes) and the contract's terms in the inventory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.ledger.views.incidents import Incident
from dulae.settings.office import Contract

IN_TIME = reason(
    "incidents.notified_in_time",
    "the contractor was told {minutes} minutes after the report, {limit_minutes} allowed",
)
LATE = reason(
    "incidents.notified_late",
    "the contractor was told {minutes} minutes after the report, {limit_minutes} allowed",
)
RUNNING = reason(
    "incidents.clock_running",
    "the contractor has not been told for {minutes} minutes, {limit_minutes} allowed",
)
PASSED = reason(
    "incidents.clock_passed",
    "the contractor has still not been told after {minutes} minutes, {limit_minutes} allowed",
)
START_LATE = reason(
    "incidents.start_late",
    "repair has not begun {minutes} minutes after notice; the contract allows {limit_minutes}",
)
FINISH_LATE = reason(
    "incidents.finish_late",
    "repair is not finished {minutes} minutes after notice; the contract allows {limit_minutes}",
)


def coordination(incident: Incident, now: datetime, limit_minutes: int) -> Finding:
    """Say whether the contractor was told within the procedure's limit; a running clock is only a warning."""
    told = incident.notified_at or incident.closed_at
    minutes = _minutes((told or now) - incident.reported_at)
    within = minutes <= limit_minutes
    if told:
        verdict, why = (Verdict.PASS, IN_TIME) if within else (Verdict.FAIL, LATE)
    else:
        verdict, why = (Verdict.WARN, RUNNING) if within else (Verdict.FAIL, PASSED)
    return _finding(incident, verdict, why, minutes, limit_minutes)


def contract_clocks(incident: Incident, now: datetime, contract: Contract) -> list[Finding]:
    """Return a warning for each of the contract's limits that has passed; the committee decides what follows."""
    if not incident.notified_at:
        return []
    waits = (
        (incident.started_at or incident.finished_at, contract.start_within_minutes, START_LATE),
        (incident.finished_at, contract.finish_within_hours * 60, FINISH_LATE),
    )
    late = []
    for done_at, limit, why in waits:
        minutes = _minutes((done_at or incident.closed_at or now) - incident.notified_at)
        if minutes > limit:
            late.append(_finding(incident, Verdict.WARN, why, minutes, limit))
    return late


def _finding(incident: Incident, verdict: Verdict, why: Reason, minutes: int, limit: int) -> Finding:
    made = judged(
        "incident",
        incident.number,
        verdict,
        why,
        measured={"minutes": minutes},
        limit={"limit_minutes": limit},
    )
    return replace(made, system=incident.system)


def _minutes(span: timedelta) -> int:
    """Return whole minutes, a part of one counting as one."""
    return max(0, -(-int(span.total_seconds()) // 60))
