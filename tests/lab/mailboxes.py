"""The lab's mailboxes: Maildir folders, their passwords, and the two reports that wait for the helpdesk."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import hashlib
import mailbox
import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

HELPDESK = "helpdesk@dept.example"
CONTRACTOR = "support@contractor.example"
ADDRESSES = (
    HELPDESK,
    CONTRACTOR,
    "officer1@dept.example",
    "officer2@dept.example",
    "head1@dept.example",
    "personnel1@dept.example",
    "committee@dept.example",
    "audit1@dept.example",
    "user1@dept.example",
    "user2@dept.example",
)
# A reader may mark mails with these; pymap's Maildir keeps only keywords that it was told of.
_KEYWORDS = ("$Dulae", "$DulaeIncident", "$Forwarded", "dulae")
_QUICK_ROUNDS = 1000
# The files in which pymap looks for users and their passwords.
USERS_FILE, PASSWORDS_FILE = "pymap-etc-passwd", "pymap-etc-shadow"


def folder_of(base: Path, address: str) -> Path:
    """Return the Maildir of an address."""
    return base / address


def make_passwords() -> dict[str, str]:
    """Return a new password for each mailbox."""
    return {address: secrets.token_urlsafe(18) for address in ADDRESSES}


def make_mailboxes(base: Path, passwords: dict[str, str]) -> None:
    """Make a mailbox with a password for each address."""
    users, hashes = [], []
    for address, password in passwords.items():
        mailbox.Maildir(folder_of(base, address), create=True)
        keywords = "".join(f"{number} {word}\n" for number, word in enumerate(_KEYWORDS))
        (folder_of(base, address) / "dovecot-keywords").write_text(keywords, encoding="ascii")
        users.append(f"{address}:x::::{address}:\n")
        hashes.append(f"{address}:{_hashed(password)}:::::::\n")
    (base / USERS_FILE).write_text("".join(users), encoding="ascii")
    (base / PASSWORDS_FILE).touch(0o600)
    (base / PASSWORDS_FILE).write_text("".join(hashes), encoding="ascii")


def deliver(base: Path, address: str, content: bytes) -> None:
    """Put a mail into a mailbox, unread."""
    message = mailbox.MaildirMessage(content)
    # Straight into `cur`: pymap looks for `new` only when a mailbox is opened again.
    message.set_subdir("cur")
    mailbox.Maildir(folder_of(base, address), create=False).add(message)


def delivered(base: Path, address: str) -> list[EmailMessage]:
    """Return the mails in a mailbox, oldest first, as tests read them."""
    paths = [path for part in ("new", "cur") for path in (folder_of(base, address) / part).iterdir()]
    paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    reader = email.parser.BytesParser(policy=email.policy.default)
    return [reader.parsebytes(path.read_bytes()) for path in paths]


def _hashed(password: str) -> str:
    """Return a password's hash as pymap reads it: ``$pbkdf2-sha256$ROUNDS$SALT$DIGEST`` in passlib's alphabet."""
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _QUICK_ROUNDS)
    parts = [base64.b64encode(part).decode().rstrip("=").replace("+", ".") for part in (salt, digest)]
    return f"$pbkdf2-sha256${_QUICK_ROUNDS}${parts[0]}${parts[1]}"


def reports(now: datetime) -> list[bytes]:
    """Return the mails that wait for the helpdesk: two users' reports, one UTF-8, one in Windows' Thai encoding."""
    dates = [format_datetime(now - timedelta(minutes=minutes)) for minutes in (95, 20)]
    first = EmailMessage()
    first["From"] = "ผู้ใช้ กองคลัง <user1@dept.example>"
    first["To"] = HELPDESK
    first["Subject"] = "ระบบสารบรรณเข้าใช้งานไม่ได้"
    first["Message-ID"] = "<report-1@dept.example>"
    first["Date"] = dates[0]
    first.set_content("เรียน เจ้าหน้าที่\n\nเข้าระบบสารบรรณอิเล็กทรอนิกส์แล้วหน้าจอว่าง ตั้งแต่ 9 โมงเช้า\n", charset="utf-8")
    subject = "=?windows-874?B?" + _base64("แนบไฟล์หนังสือไม่ได้") + "?="
    head = (
        "From: user2@dept.example\r\n"
        f"To: {HELPDESK}\r\n"
        f"Subject: {subject}\r\n"
        "Message-ID: <report-2@dept.example>\r\n"
        f"Date: {dates[1]}\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=TIS-620\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    body = "แนบไฟล์หนังสือในระบบสารบรรณไม่ได้ ขึ้นว่าเนื้อที่เต็ม\r\nโทร 0 2000 0000 ต่อ 12\r\n"
    return [first.as_bytes(), head.encode("ascii") + body.encode("cp874")]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("cp874")).decode()
