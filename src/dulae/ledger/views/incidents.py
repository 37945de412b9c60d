"""The incidents: each folded from the entries that tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from dulae.ledger.entry import Entry
from dulae.ledger.header import to_moment

OPENED = "incident.opened"
REPORTED = "incident.reported"
# Each is recorded once; a repetition does not move its time.
STEPS = ("notified", "acknowledged", "advised", "started", "finished", "closed")
KINDS = (OPENED, REPORTED, *(f"incident.{step}" for step in STEPS))


@dataclass(frozen=True)
class Incident:
    """One fault or request. Times are UTC; ``reported_at`` is when it became known, ``opened_at`` when it was entered.

    ``reports`` holds the bodies of what came in about it later; ``seq`` are the entries it was folded from.
    """

    number: str
    reported_at: datetime
    opened_at: datetime
    key: str = ""
    system: str = ""
    subject: str = ""
    symptom: str = ""
    channel: str = ""
    severity: str = ""
    kind: str = ""
    reporter: str = ""
    unit: str = ""
    contact: str = ""
    late_reason: str = ""
    message_id: str = ""
    by: str = ""
    finding: Mapping[str, Any] = field(default_factory=dict)
    notified_at: datetime | None = None
    acknowledged_at: datetime | None = None
    advised_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    to: str = ""
    how: str = ""
    advice: str = ""
    cause: str = ""
    fix: str = ""
    confirmed_by: str = ""
    reason: str = ""
    recheck: Mapping[str, Any] = field(default_factory=dict)
    reports: tuple[Mapping[str, Any], ...] = ()
    seq: tuple[int, ...] = ()

    @property
    def status(self) -> str:
        """Return the last step it has come to: opened, notified, acknowledged, advised, started, finished or closed."""
        return next((step for step in reversed(STEPS) if getattr(self, f"{step}_at")), "opened")


_TIMES = {item.name for item in fields(Incident) if item.name.endswith("_at")}
_FACTS = {item.name for item in fields(Incident)} - _TIMES - {"number", "reports", "seq"}


def subject_of_account(system: str, login: str) -> str:
    """Return what an incident about an account is about; no probe can be called so."""
    return f"{system}/account/{login}"


def incidents(entries: Iterable[Entry]) -> list[Incident]:
    """Return the incidents that some entries tell of, in the order in which they were opened."""
    found: dict[str, Incident] = {}
    for entry in entries:
        if entry.kind not in KINDS or not entry.body.get("number"):
            continue
        number = str(entry.body["number"])
        if entry.kind == OPENED and number not in found:
            found[number] = _opened(number, entry)
        elif number in found:
            found[number] = _told(found[number], entry)
    return list(found.values())


def _opened(number: str, entry: Entry) -> Incident:
    entered = _moment(entry.body.get("at")) or entry.ts
    reported = _moment(entry.body.get("reported_at")) or entered
    facts = {name: value for name, value in entry.body.items() if name in _FACTS}
    return Incident(number=number, opened_at=entered, reported_at=reported, seq=(entry.seq,), **facts)


def _told(incident: Incident, entry: Entry) -> Incident:
    changed: dict[str, Any] = {"seq": (*incident.seq, entry.seq)}
    if entry.kind in (OPENED, REPORTED):
        changed["reports"] = (*incident.reports, entry.body)
        return replace(incident, **changed)
    step = f"{entry.kind.removeprefix('incident.')}_at"
    if getattr(incident, step) is None:
        changed[step] = _moment(entry.body.get("at")) or entry.ts
        kept = {name: value for name, value in entry.body.items() if name in _FACTS and value}
        # Who acted at a later step is in the entry; ``by`` is who opened it.
        changed |= {name: value for name, value in kept.items() if name not in ("by", "key")}
    return replace(incident, **changed)


def _moment(value: Any) -> datetime | None:
    return to_moment(value).astimezone(UTC) if value else None
