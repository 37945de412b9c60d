"""Mail that must arrive: written to a folder first, sent once, kept while the server is down and sent later."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

from dulae.errors import IncidentError, SettingsError
from dulae.ledger import files
from dulae.settings.office import Mail

TIMEOUT_S = 20
# From this status on a server means it (RFC 5321, 4.2.1); below, it may take the letter later.
FOR_GOOD = 500


@dataclass(frozen=True)
class Letter:
    """One mail to send; ``name`` is unique for what it says, so that it is sent once however often it is asked for."""

    name: str
    to: str
    subject: str
    text: str
    answers: str = ""


@dataclass(frozen=True)
class Sent:
    """What became of the letters that waited: names of those that left, recipients that the server refused."""

    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outbox:
    """A folder of letters that have not left yet."""

    folder: Path
    mail: Mail
    password: Callable[[], str] | None = None

    def put(self, letter: Letter) -> None:
        """Keep a letter for sending; one of the same name that still waits is kept as it is."""
        target = self.folder / f"{letter.name}.eml"
        if target.exists():
            return
        files.make_folder(self.folder)
        files.write(target, self._message(letter).as_bytes(policy=SMTP))

    def waiting(self) -> list[str]:
        """Return the names of the letters that have not left, oldest first."""
        found = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem for path in found]

    def send(self, sent: Callable[[str, str], None]) -> Sent:
        """Send what waits and call ``sent(name, recipient)`` for each; raise IncidentError if the server is down.

        Raise SettingsError where the password cannot be read. A letter leaves the folder only after ``sent`` has
        recorded it. One that the server refuses for good is put aside in the folder ``refused``, and does not keep
        the others from leaving.
        """
        result = Sent()
        names = self.waiting()
        if not names:
            return result
        try:
            with self._connected() as server:
                for name in names:
                    self._send_one(server, name, sent, result)
        except (OSError, smtplib.SMTPException) as error:
            raise IncidentError(
                f"{len(self.waiting())} mails could not be sent: {error}",
                place=f"mail server {self.mail.smtp_host}:{self.mail.smtp_port}",
                remedy="They are kept and sent with the next run; until then telephone.",
            ) from error

        return result

    def _send_one(
        self, server: smtplib.SMTP, name: str, sent: Callable[[str, str], None], result: Sent
    ) -> None:
        path = self.folder / f"{name}.eml"
        message = BytesParser(policy=SMTP).parsebytes(path.read_bytes())
        try:
            server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
            code, answer = _refusal(error)
            result.refused.append(f"{message['To']} ({code} {answer})")
            if code >= FOR_GOOD:
                files.make_folder(self.folder / "refused")
                path.replace(self.folder / "refused" / path.name)
            return
        sent(name, str(message["To"]))
        path.unlink()
        result.sent.append(name)

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.mail.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.name}@{self.mail.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if letter.answers and letter.answers.isascii():
            message["In-Reply-To"] = message["References"] = letter.answers
        message.set_content(letter.text)
        return message

    def _connected(self) -> smtplib.SMTP:
        server = smtplib.SMTP(self.mail.smtp_host, self.mail.smtp_port, timeout=TIMEOUT_S)
        try:
            if self.mail.starttls:
                self._secure(server)
        except (OSError, smtplib.SMTPException, SettingsError):
            server.close()
            raise
        return server

    def _secure(self, server: smtplib.SMTP) -> None:
        """Begin TLS; a password leaves this machine only under it, and only where the server asks for one."""
        server.starttls(context=ssl.create_default_context(cafile=self.mail.ca_file or None))
        server.ehlo()
        if self.password and server.has_extn("auth"):
            server.login(self.mail.username, self.password())


def _refusal(error: smtplib.SMTPException) -> tuple[int, str]:
    """Return status and words with which a server refused one letter."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return code, answer.decode("utf-8", "replace")
    if isinstance(error, smtplib.SMTPDataError):
        words = error.smtp_error
        return error.smtp_code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return FOR_GOOD, str(error)
