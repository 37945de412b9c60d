"""The incident register: what is known about each fault, kept as entries of the ledger.

An incident is opened by key. While one with the same key is open, whatever reports the same fault is added to it,
so that one fault has one number however many probes, callers and mails tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from filelock import FileLock

from dulae.errors import IncidentError
from dulae.incidents.mail_reading import plain
from dulae.incidents.newest import Key, newest
from dulae.ledger import Entry, Ledger
from dulae.ledger.views.incidents import KINDS as ENTRIES
from dulae.ledger.views.incidents import Incident, incidents
from dulae.procedure.calendar import fiscal_year

CHANNELS = ("phone", "email", "check", "walk_in")
# What concerns the department alone: the contractor is not told, and it is no downtime.
SECURITY = "security"
KINDS = ("fault", "advice", "rights_request", SECURITY)
SEVERITIES = ("low", "normal", "high", "critical")
LINE = 200
BANGKOK = ZoneInfo("Asia/Bangkok")
# Back-dating by more than this is a mistake of typing, or a new incident.
LONGEST_BACK_DATING = timedelta(days=31)
NOT_AFTER_NOW = timedelta(minutes=2)


@dataclass(frozen=True)
class Report:
    """What somebody, or a check, says is wrong. ``reported_at`` is when it became known (UTC)."""

    system: str
    symptom: str
    subject: str = ""
    channel: str = "phone"
    kind: str = "fault"
    severity: str = "normal"
    reporter: str = ""
    unit: str = ""
    contact: str = ""
    reported_at: datetime | None = None
    late_reason: str = ""
    message_id: str = ""
    finding: dict[str, Any] = field(default_factory=dict)

    def cleaned(self) -> Report:
        """Return the report with its texts made safe to show: one line each, no control characters."""
        texts = ("symptom", "subject", "reporter", "unit", "contact", "late_reason", "message_id")
        safe: dict[str, Any] = {name: " ".join(plain(getattr(self, name)).split())[:LINE] for name in texts}
        return replace(self, **safe)

    @property
    def key(self) -> str:
        """Return what makes two reports the same fault: system and subject, or system and the caller's own words."""
        return self.subject or f"{self.system}/{self.channel}/{self.symptom.casefold()}"


def _refuse(number: str, what: str, remedy: str) -> IncidentError:
    return IncidentError(what, place=f"incident {number}", remedy=remedy)


@dataclass(frozen=True)
class Register:
    """Opens and changes incidents; ``by`` is the person or program that acts, ``systems`` the known names."""

    ledger: Ledger
    by: str
    lock: FileLock
    systems: frozenset[str] = frozenset()
    zone: ZoneInfo = BANGKOK

    def all(self) -> list[Incident]:
        """Return every incident, oldest first."""
        return incidents(self.ledger.entries(ENTRIES))

    def find(self, name: str) -> Incident:
        """Return an incident by number or by key (the open one, else the newest); raise IncidentError if none."""
        found = [incident for incident in self.all() if name in (incident.number, incident.key)]
        if not found:
            raise _refuse(name, "there is no such incident", "`dulae incident list` shows the numbers.")
        return max(found, key=lambda incident: (not incident.closed_at, incident.number))

    def open(self, report: Report, now: datetime) -> tuple[Incident, bool]:
        """Open an incident, or add to the open one of the same key; say whether anything was written.

        Raise IncidentError where the report is not one: unknown system, no symptom, a time that cannot be.
        """
        report = report.cleaned()
        self._accept(report, now)
        with self.lock:
            return self._open(report, now)

    def _open(self, report: Report, now: datetime) -> tuple[Incident, bool]:
        known = self.all()
        same = next(
            (incident for incident in known if incident.key == report.key and not incident.closed_at), None
        )
        if same and self._told(same, report):
            return same, False
        number = same.number if same else self._next_number(known, now)
        body = self._body(number, now) | asdict(report) | {"key": report.key}
        body["reported_at"] = _text(report.reported_at or now)
        self.ledger.append("incident.reported" if same else "incident.opened", body, control="restoration")
        return self.find(number), True

    def advance(self, name: str, event: str, now: datetime, **facts: Any) -> tuple[Incident, bool]:
        """Record that an incident was notified, acknowledged, started, finished or advised; once each.

        Raise IncidentError if it is closed, or where the order of things is wrong.
        """
        with self.lock:
            incident = self.find(name)
            if getattr(incident, f"{event}_at", None):
                return incident, False
            if incident.closed_at:
                raise _refuse(
                    incident.number, f"it is closed, so it cannot be {event}", "Open a new incident."
                )
            if event == "finished" and not incident.started_at:
                self.advance(incident.number, "started", now)
            self._write(incident.number, f"incident.{event}", now, facts)
            return self.find(incident.number), True

    def close(
        self, name: str, now: datetime, *, confirmed_by: str = "", reason: str = ""
    ) -> tuple[Incident, bool]:
        """Close an incident by a passing re-check or, without one, for a reason; raise IncidentError otherwise."""
        with self.lock:
            return self._close(name, now, {"confirmed_by": confirmed_by, "reason": reason})

    def _close(self, name: str, now: datetime, facts: dict[str, Any]) -> tuple[Incident, bool]:
        incident = self.find(name)
        if incident.closed_at:
            return incident, False
        recheck = self.passing_recheck(incident)
        if not recheck and not facts["reason"].strip():
            raise _refuse(
                incident.number,
                "no check of it has passed since it was reported",
                "Run `dulae run availability` first, or close it with --reason and why.",
            )
        self._write(incident.number, "incident.closed", now, {**facts, "recheck": recheck})
        return self.find(incident.number), True

    def passing_recheck(self, incident: Incident) -> dict[str, Any]:
        """Return run and entry of the newest check of the subject, if it passed after the fault was known.

        Every host that looked must have passed; a check of another kind under the same name says nothing of it.
        What users report is of no one check: then all checks of the system's availability must have passed.
        """
        since = newest(self.ledger, incident.reported_at, "" if incident.subject else "availability")
        looked = [entry for key, same in since.items() for entry in same if _is_of(incident, key, entry)]
        if not looked or any(entry.verdict != "pass" for entry in looked):
            return {}
        last = max(looked, key=lambda entry: entry.seq)
        return {"run": last.run, "entry": last.seq}

    def _accept(self, report: Report, now: datetime) -> None:
        if self.systems and report.system not in self.systems:
            raise _refuse(
                "to open",
                f"there is no system {report.system!r}",
                f"Known: {', '.join(sorted(self.systems))}.",
            )
        if not report.symptom:
            raise _refuse("to open", "the symptom is empty", "Say what does not work, in a few words.")
        for name, value, known in (
            ("channel", report.channel, CHANNELS),
            ("kind", report.kind, KINDS),
            ("severity", report.severity, SEVERITIES),
        ):
            if value not in known:
                raise _refuse("to open", f"{name} {value!r} is unknown", f"Use one of {', '.join(known)}.")
        self._accept_time(report, now)

    def _accept_time(self, report: Report, now: datetime) -> None:
        if not report.reported_at:
            return
        if report.reported_at > now + NOT_AFTER_NOW:
            raise _refuse(
                "to open", "the time of the report lies in the future", "Look at --reported-at and the clock."
            )
        if now - report.reported_at > LONGEST_BACK_DATING:
            raise _refuse(
                "to open",
                "the report is more than 31 days old",
                "Look at the year of --reported-at (CE, not BE).",
            )
        if (
            now - report.reported_at > timedelta(minutes=5)
            and report.channel != "check"
            and not report.late_reason
        ):
            raise _refuse(
                "to open", "it is back-dated without a reason", "Say with --reason why it is entered late."
            )

    def _told(self, incident: Incident, report: Report) -> bool:
        if report.channel == "check":
            # A fault goes on failing; each use of an account is another one.
            known = [incident.finding, *(told.get("finding") for told in incident.reports)]
            return report.kind != SECURITY or report.finding in known
        if not report.message_id:
            return (incident.reporter, incident.symptom) == (report.reporter, report.symptom)
        return report.message_id in set(self.message_ids())

    def message_ids(self) -> Iterator[str]:
        """Yield the Message-ID of every mail that was taken in."""
        for entry in self.ledger.entries(("incident.opened", "incident.reported", "incident.mail")):
            if entry.body.get("message_id"):
                yield str(entry.body["message_id"])

    def _next_number(self, known: list[Incident], now: datetime) -> str:
        prefix = f"INC-{fiscal_year(now.astimezone(self.zone).date())}-"
        numbers = [
            int(incident.number.removeprefix(prefix))
            for incident in known
            if incident.number.startswith(prefix)
        ]
        return f"{prefix}{max(numbers, default=0) + 1:04}"

    def _write(self, number: str, kind: str, now: datetime, facts: dict[str, Any]) -> None:
        safe = {
            name: plain(value, LINE) if isinstance(value, str) else value for name, value in facts.items()
        }
        self.ledger.append(kind, self._body(number, now) | safe, control="restoration")

    def _body(self, number: str, now: datetime) -> dict[str, Any]:
        return {"number": number, "at": _text(now), "by": self.by}


def _is_of(incident: Incident, key: Key, entry: Entry) -> bool:
    """Say whether a check looks at what an incident is about."""
    check, subject = key
    if not incident.subject:
        return str(entry.body["finding"].get("system", "")) == incident.system
    failed = (incident.finding or {}).get("check", "")
    return subject == incident.subject and failed in ("", check)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
