"""An account that was used after its owner's last day: an incident of its own, opened once for each use (6.4).

It concerns the department, not the contractor: no notice is sent, no clock of the contract runs, and it counts as no
downtime. It is closed with a reason, for no check can say that somebody has looked into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dulae.checks.finding import Finding, reason
from dulae.incidents.desk import Desk
from dulae.incidents.register import SECURITY, Report
from dulae.ledger.views.incidents import Incident, subject_of_account

CHECK = "access_use"
# The review's own word on such accounts.
TOLD = "access.used_after_leaving"
USED = reason(
    "incidents.used_after_leaving",
    "account {login} was used at {last_used_at}, although its owner's first day out was {effective_date}",
)


def open_for(desk: Desk, findings: Iterable[Finding], now: datetime) -> list[Incident]:
    """Open an incident for each account that a review found used too late; return those that are new.

    A later use of an account whose incident is open is added to it. Raise IncidentError for a system that is not
    known, LedgerError if it cannot be kept.
    """
    opened: list[Incident] = []
    for finding in findings:
        if (finding.check, finding.code) == (CHECK, TOLD):
            opened += _of_system(desk, finding, now)
    return opened


def _of_system(desk: Desk, finding: Finding, now: datetime) -> Iterator[Incident]:
    for use in finding.measured["uses"]:
        report = _report(finding.subject, use, now)
        known = [incident for incident in desk.register.all() if incident.key == report.key]
        if not _is_told(known, str(use["last_used_at"])):
            incident, _ = desk.register.open(report, now)
            if not any(incident.number == other.number for other in known):
                yield incident


def _report(system: str, use: Mapping[str, Any], now: datetime) -> Report:
    measured = {name: str(use[name]) for name in ("login", "last_used_at", "effective_date")}
    subject, because = subject_of_account(system, measured["login"]), USED.text.format_map(measured)
    told = {"check": CHECK, "subject": subject, "code": USED.code, "because": because}
    return Report(
        system=system,
        subject=subject,
        symptom=because,
        channel="check",
        kind=SECURITY,
        severity="high",
        reporter="dulae",
        reported_at=now,
        finding={**told, "measured": measured, "limit": {}},
    )


def _is_told(known: Sequence[Incident], used_at: str) -> bool:
    """Say whether the incidents of an account tell of this use, or of a later one."""
    told = (finding for incident in known for finding in _findings(incident))
    return any(
        datetime.fromisoformat(finding["measured"]["last_used_at"]) >= datetime.fromisoformat(used_at)
        for finding in told
    )


def _findings(incident: Incident) -> Iterator[Mapping[str, Any]]:
    for kept in (incident.finding, *(report.get("finding", {}) for report in incident.reports)):
        if kept and kept.get("code") == USED.code:
            yield kept
