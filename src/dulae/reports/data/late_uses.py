"""Accounts that were used after their owner's last day, each with its incident (report 4, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dulae.ledger.views.incidents import Incident, incidents, subject_of_account
from dulae.reports.data.common import Row
from dulae.reports.evidence import Evidence

CHECK = "access_use"
_INCIDENTS = "restoration"


@dataclass(frozen=True)
class LateUse:
    """One account: when it was last used (ISO 8601, or nothing), and the numbers of its incidents."""

    login: str
    last_used_at: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class LateUses:
    """One finding with the accounts that it names."""

    row: Row
    uses: tuple[LateUse, ...]


def late_uses(evidence: Evidence, rows: Iterable[Row]) -> Iterator[LateUses]:
    """Yield each finding about accounts that were used too late, or that are disabled and still open.

    What several runs say in the same words is told once, by the last of them.
    """
    known = by_subject(evidence)
    told = {(row.subject, row.code, str(row.measured.get("uses"))): row for row in rows if row.check == CHECK}
    for row in told.values():
        yield LateUses(row, tuple(_use(row, use, known) for use in row.measured.get("uses", ())))


def by_subject(evidence: Evidence) -> Mapping[str, Sequence[Incident]]:
    """Return all incidents by what they are about."""
    known: dict[str, list[Incident]] = {}
    for incident in incidents(evidence.entries(control=_INCIDENTS)):
        known.setdefault(incident.subject, []).append(incident)
    return known


def numbers(known: Mapping[str, Sequence[Incident]], system: str, login: str) -> tuple[str, ...]:
    """Return the numbers of the incidents of an account."""
    return tuple(incident.number for incident in known.get(subject_of_account(system, login), ()))


def _use(row: Row, use: Mapping[str, str], known: Mapping[str, Sequence[Incident]]) -> LateUse:
    login = str(use.get("login", ""))
    return LateUse(login, str(use.get("last_used_at", "")), numbers(known, row.subject, login))
