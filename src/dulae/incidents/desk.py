"""The desk's round: take in mail, open an incident for each failed check, tell the contractor, judge the clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.errors import IncidentError, SettingsError
from dulae.incidents import clocks, mailbox, notices
from dulae.incidents.mail_reading import Mail, read
from dulae.incidents.newest import newest
from dulae.incidents.outbox import Letter, Outbox
from dulae.incidents.register import LONGEST_BACK_DATING, Register, Report
from dulae.ledger import Ledger
from dulae.ledger.views.incidents import Incident
from dulae.settings import Settings
from dulae.settings.secrets import reveal

CHECK = "incident"
MAIL_TAKEN = reason("incidents.mail_taken", "the mailbox was read, {taken} mails were new")
MAIL_REFUSED = reason(
    "incidents.mail_refused",
    "{refused} of {taken} new mails could not be read as a report and wait for the officer",
)
NO_MAILBOX = reason("incidents.no_mailbox", "the mailbox could not be read: {error}")
MAIL_SENT = reason("incidents.mail_sent", "the mail server took {sent} mails")
RECIPIENT_REFUSED = reason(
    "incidents.recipient_refused",
    "the mail server took {sent} mails and refused: {refused}; telephone instead",
)
MAIL_KEPT = reason("incidents.mail_kept", "{waiting} mails are kept until the mail server is back: {error}")
NOTHING_OPEN = reason("incidents.none_open", "no incident is open")
_ANSWERS_SHOWN = 3
_TEXT_KEPT = 1000


@dataclass(frozen=True)
class Desk:
    """The department's desk: its settings, its ledger, and who acts. ``state_dir`` is absolute."""

    settings: Settings
    ledger: Ledger
    state_dir: Path
    by: str

    @cached_property
    def register(self) -> Register:
        """Return the register, which one process at a time may write."""
        locks = self.state_dir / "locks"
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = frozenset(system.name for system in self.settings.systems)
        return Register(
            self.ledger, self.by, FileLock(locks / "incidents.lock"), names, self.settings.calendar.zone
        )

    @cached_property
    def outbox(self) -> Outbox | None:
        """Return the letters that wait, or None where the settings name no mail server."""
        mail = self.settings.site.mail
        if not mail:
            return None
        return Outbox(self.state_dir / "outbox", mail, lambda: reveal(mail.password, self.settings.inventory))

    @property
    def limit_minutes(self) -> int:
        """Return the procedure's limit for coordinating with the contractor."""
        return next(one.limit_minutes for one in self.settings.procedure.controls if one.id == "restoration")

    def round(self, now: datetime) -> tuple[list[Finding], bool]:
        """Do everything that is due once; return findings, and whether anything was written or sent."""
        before = self.ledger.anchor().count
        findings = [self.take_mail(now)]
        self.open_failed(now)
        for incident in self._untold():
            self.prepare_notice(incident)
        findings.append(self.send(now))
        findings.extend(self.judge(now))
        return findings, self.ledger.anchor().count != before

    def judge(self, now: datetime) -> list[Finding]:
        """Return the clocks of every open fault, or one finding that none is open."""
        open_faults = [i for i in self.register.all() if not i.closed_at and i.kind == "fault"]
        made = [clocks.coordination(incident, now, self.limit_minutes) for incident in open_faults]
        for incident in open_faults:
            made.extend(clocks.contract_clocks(incident, now, self.settings.contract))
        return made or [judged(CHECK, "open_incidents", Verdict.PASS, NOTHING_OPEN)]

    def open_failed(self, now: datetime) -> list[Incident]:
        """Open an incident for each subject whose newest availability check failed; one for one fault.

        A check from before the fault was closed opens nothing anew; systems that are gone are left out.
        """
        checked = newest(self.ledger, now - LONGEST_BACK_DATING, "availability").values()
        closed = {incident.key: max(incident.seq) for incident in self.register.all() if incident.closed_at}
        failed = (
            {**entry.body["finding"], "at": entry.ts}
            for same in checked
            for entry in same
            if entry.verdict == "fail"
            and entry.body["finding"]["system"] in self.register.systems
            and entry.seq > closed.get(entry.body["finding"]["subject"], -1)
        )
        opened = [self.register.open(_from_check(finding), now) for finding in failed]
        return [incident for incident, new in opened if new]

    def take_mail(self, now: datetime) -> Finding:
        """Turn unread mails into reports; a mail that breaks a limit is told, kept unread and left to the officer."""
        mail = self.settings.site.mail
        if not mail:
            return judged(
                CHECK,
                "mailbox",
                Verdict.UNKNOWN,
                NO_MAILBOX,
                measured={"error": "site.yml names no mail server"},
            )
        try:
            with mailbox.opened(mail, reveal(mail.password, self.settings.inventory)) as box:
                results = [self._take(box, uid, raw, now) for uid, raw in box.unread()]
        except (IncidentError, SettingsError) as error:
            return judged(CHECK, "mailbox", Verdict.UNKNOWN, NO_MAILBOX, measured={"error": str(error)})
        refused = results.count(False)
        numbers = {"taken": len(results), "refused": refused}
        verdict, why = (Verdict.WARN, MAIL_REFUSED) if refused else (Verdict.PASS, MAIL_TAKEN)
        return judged(CHECK, "mailbox", verdict, why, measured=numbers)

    def prepare_notice(self, incident: Incident) -> None:
        """Put the notice to the contractor into the outbox, where a mail server and an address are known."""
        if self.outbox and self.settings.contract.email:
            self.outbox.put(notices.notice(incident, self.settings))

    def send(self, now: datetime) -> Finding:
        """Send what waits in the outbox, and record each notice as it leaves."""
        if not self.outbox:
            return judged(
                CHECK,
                "mail_server",
                Verdict.UNKNOWN,
                NO_MAILBOX,
                measured={"error": "site.yml names no mail server"},
            )
        try:
            told = self.outbox.send(lambda name, to: self._sent(name, to, now))
        except (IncidentError, SettingsError) as error:
            numbers = {"waiting": len(self.outbox.waiting()), "error": error.what}
            return judged(CHECK, "mail_server", Verdict.WARN, MAIL_KEPT, measured=numbers)
        numbers = {"sent": len(told.sent), "refused": ", ".join(told.refused)}
        verdict, why = (Verdict.WARN, RECIPIENT_REFUSED) if told.refused else (Verdict.PASS, MAIL_SENT)
        return judged(CHECK, "mail_server", verdict, why, measured=numbers)

    def _untold(self) -> Iterator[Incident]:
        return (i for i in self.register.all() if i.kind == "fault" and not i.notified_at and not i.closed_at)

    def _sent(self, name: str, to: str, now: datetime) -> None:
        number, _, what = name.rpartition(".")
        if what == "notice":
            self.register.advance(number, "notified", now, to=to, how="email")

    def _take(self, box: mailbox.Mailbox, uid: str, raw: bytes, now: datetime) -> bool:
        try:
            mail = read(raw)
        except ValueError:
            return False
        if mail.message_id not in set(self.register.message_ids()):
            self._keep(mail, now)
        box.mark_read(uid)
        return True

    def _keep(self, mail: Mail, now: datetime) -> None:
        answered = self._answered(mail)
        if mail.automatic or answered:
            body = {
                "number": answered,
                "automatic": mail.automatic,
                "sender": mail.address,
                "subject": mail.subject,
            }
            kept = {"message_id": mail.message_id, "text": mail.text[:_TEXT_KEPT]}
            self.ledger.append("incident.mail", body | kept, control="restoration")
            return
        incident, _new = self.register.open(self._report(mail, now), now)
        if self.outbox and mail.answerable:
            letter: Letter = notices.receipt(
                incident, self.settings, to=mail.address, answers=mail.message_id
            )
            self.outbox.put(letter)

    def _answered(self, mail: Mail) -> str:
        numbers = [incident.number for incident in self.register.all()]
        told = " ".join((mail.subject, *mail.answers[:_ANSWERS_SHOWN]))
        return next((number for number in numbers if number in told), "")

    def _report(self, mail: Mail, now: datetime) -> Report:
        return Report(
            system=self._system_meant(f"{mail.subject}\n{mail.text}"),
            symptom=mail.subject or mail.text or "(ไม่มีข้อความ)",
            channel="email",
            reporter=mail.sender,
            contact=mail.address,
            reported_at=now,
            message_id=mail.message_id,
        )

    def _system_meant(self, text: str) -> str:
        """Return the system whose name or title a mail mentions, else the first one: the officer can tell better."""
        words = text.casefold()
        for system in self.settings.systems:
            if any(
                word.casefold() in words
                for word in (system.name, system.title.th, system.title.en, *system.known_as)
            ):
                return system.name
        return self.settings.systems[0].name


def _from_check(finding: dict[str, Any]) -> Report:
    report = Report(
        system=finding["system"],
        subject=finding["subject"],
        symptom=finding["because"],
        channel="check",
        severity="high",
        reporter="dulae",
        reported_at=finding["at"],
    )
    return replace(
        report,
        finding={
            name: finding[name] for name in ("check", "subject", "code", "because", "measured", "limit")
        },
    )
