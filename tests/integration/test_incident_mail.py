"""The desk with a real mail server: reports come in by IMAP, receipts and notices leave by SMTP, each once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from dulae import settings as settings_room
from dulae.checks.finding import Verdict
from dulae.cli import group
from dulae.incidents.desk import Desk
from dulae.ledger import Ledger
from dulae.ledger.views.incidents import Incident
from tests.lab import mailboxes
from tests.lab.layout import write_json
from tests.lab.ports import answers

pytest.importorskip("pymap", reason="needs mail-devel, a mail server from PyPI (dependency group lab)")

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20
USER, HELPDESK, CONTRACTOR = "officer1@dept.example", mailboxes.HELPDESK, mailboxes.CONTRACTOR
# Later than any entry that a test makes before it.
LATER = timedelta(minutes=1)


@dataclass
class Post:
    """A mail server of our own, which can be killed and started again."""

    folder: Path
    passwords: dict[str, str] = field(default_factory=mailboxes.make_passwords)
    ports: dict[str, int] = field(default_factory=lambda: {"smtp_port": free(), "imap_port": free()})
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = self.folder / "mail.json"
        write_json(settings, {"folder": str(self.folder), "passwords": self.passwords, **self.ports})
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "HOME": str(self.folder)}
        self.process = subprocess.Popen([sys.executable, "-m", "tests.lab.mail", settings], env=environment)
        until = time.monotonic() + PATIENCE_S
        while not all(map(answers, self.ports.values())):
            assert time.monotonic() < until, "the mail server did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def report(self, subject: str, text: str, *, sender: str = USER, **headers: str) -> None:
        """Let a mail arrive at the helpdesk."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, HELPDESK, subject
        for name, value in {"Message-ID": f"<{time.monotonic_ns()}@dept.example>", **headers}.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        mailboxes.deliver(self.folder, HELPDESK, message.as_bytes())

    def mails(self, address: str) -> list[EmailMessage]:
        return mailboxes.delivered(self.folder, address)


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    folder = tmp_path / "mail"
    folder.mkdir()
    made = Post(folder)
    mailboxes.make_mailboxes(folder, made.passwords)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def inventory(tmp_path: Path, post: Post) -> Path:
    """The example department with this mail server, and its state in the test's own folder."""
    folder = tmp_path / "inventory"
    shutil.copytree(ROOT / "inventory/example", folder)
    site = folder / "group_vars/all/site.yml"
    content: dict[str, Any] = yaml.safe_load(site.read_text(encoding="utf-8"))
    content["dulae_site"] |= {"state_dir": "state", "report_dir": "reports"}
    content["dulae_site"]["mail"] = {
        "smtp_host": "127.0.0.1",
        "imap_host": "127.0.0.1",
        **post.ports,
        "starttls": False,
        "imap_tls": False,
        "sender": HELPDESK,
        "username": HELPDESK,
        "password": {"file": "mailbox.secret"},
    }
    site.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    contract = folder / "group_vars/all/contract.yml"
    terms: dict[str, Any] = yaml.safe_load(contract.read_text(encoding="utf-8"))
    terms["dulae_contract"]["email"] = CONTRACTOR
    contract.write_text(yaml.safe_dump(terms, allow_unicode=True), encoding="utf-8")
    (folder / "mailbox.secret").write_text(post.passwords[HELPDESK] + "\n")
    return folder


@pytest.fixture
def desk(inventory: Path) -> Desk:
    settings = settings_room.load(inventory)
    ledger = Ledger.create(settings.state_dir / "ledger", organisation="office", node="control1")
    return Desk(settings, ledger, settings.state_dir, "officer1")


def rounds(desk: Desk) -> dict[str, Verdict]:
    """Do the desk's round and return the verdicts by subject."""
    findings, _changed = desk.round(datetime.now(UTC) + LATER)
    return {finding.subject: finding.verdict for finding in findings}


def incidents(desk: Desk) -> list[Incident]:
    return desk.register.all()


def fail_login_page(desk: Desk) -> None:
    finding = {
        "check": "http",
        "subject": "saraban/login_page",
        "system": "saraban",
        "verdict": "fail",
        "code": "http.status",
        "because": "status 503, 200 expected",
        "measured": {"status": 503},
        "limit": {"expected": "200"},
    }
    desk.ledger.append(
        "finding", {"host": "localhost", "finding": finding}, control="availability", verdict="fail"
    )


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def test_a_failed_check_reaches_the_contractor_once(desk: Desk, post: Post) -> None:
    fail_login_page(desk)
    assert rounds(desk)["mail_server"] is Verdict.PASS
    assert rounds(desk)["mail_server"] is Verdict.PASS
    [notice] = post.mails(CONTRACTOR)
    [opened] = incidents(desk)
    assert opened.number in str(notice["Subject"])
    assert "status 503, 200 expected" in text_of(notice)
    assert "ขอแจ้งเหตุขัดข้อง" in text_of(notice)
    assert opened.notified_at
    assert opened.to == CONTRACTOR


def test_reports_by_mail_open_incidents_and_get_a_receipt_with_the_number(desk: Desk, post: Post) -> None:
    for waiting in mailboxes.reports(datetime.now(UTC)):
        mailboxes.deliver(post.folder, HELPDESK, waiting)
    post.report("เข้า Intranet ไม่ได้", "หน้าจอว่าง")
    assert rounds(desk)["mailbox"] is Verdict.PASS
    symptoms = {incident.symptom: incident for incident in incidents(desk)}
    assert set(symptoms) == {"ระบบสารบรรณเข้าใช้งานไม่ได้", "แนบไฟล์หนังสือไม่ได้", "เข้า Intranet ไม่ได้"}
    assert symptoms["แนบไฟล์หนังสือไม่ได้"].channel == "email"
    [receipt] = post.mails(USER)
    assert symptoms["เข้า Intranet ไม่ได้"].number in text_of(receipt)
    assert len(post.mails(CONTRACTOR)) == 3


def test_a_sender_without_mailbox_is_told_to_the_officer(desk: Desk, post: Post) -> None:
    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้", sender="nobody@dept.example")
    assert rounds(desk)["mail_server"] is Verdict.WARN
    assert rounds(desk)["mail_server"] is Verdict.PASS
    assert len(incidents(desk)) == len(post.mails(CONTRACTOR)) == 1


def test_a_mail_is_taken_in_once(desk: Desk, post: Post) -> None:
    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้")
    rounds(desk)
    entries = desk.ledger.anchor().count
    assert rounds(desk)["mailbox"] is Verdict.PASS
    assert desk.ledger.anchor().count == entries
    assert len(post.mails(USER)) == 1


def test_two_reports_of_one_fault_get_a_receipt_each(desk: Desk, post: Post) -> None:
    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้")
    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้เช่นกัน", sender="officer2@dept.example")
    rounds(desk)
    [opened] = incidents(desk)
    assert len(opened.reports) == 1
    assert len(post.mails(USER)) == len(post.mails("officer2@dept.example")) == 1
    assert len(post.mails(CONTRACTOR)) == 1


def test_the_contractors_answer_joins_its_incident(desk: Desk, post: Post) -> None:
    fail_login_page(desk)
    rounds(desk)
    [notice] = post.mails(CONTRACTOR)
    post.report("ตอบ: รับทราบ", "กำลังไป", sender=CONTRACTOR, In_Reply_To=str(notice["Message-ID"]))
    rounds(desk)
    [opened] = incidents(desk)
    [kept] = desk.ledger.entries(("incident.mail",))
    assert kept.body["number"] == opened.number
    assert len(post.mails(CONTRACTOR)) == 1


def test_an_automatic_answer_is_kept_and_never_answered(desk: Desk, post: Post) -> None:
    post.report("ไม่อยู่ที่ทำงาน", "กลับวันจันทร์", Auto_Submitted="auto-replied")
    rounds(desk)
    assert incidents(desk) == []
    assert post.mails(USER) == []


def test_a_mail_that_breaks_a_limit_stays_unread_and_keeps_no_other_from_coming_in(
    desk: Desk, post: Post
) -> None:
    mailboxes.deliver(post.folder, HELPDESK, b"Subject: " + b"a" * 250_000 + b"\r\n\r\nx")
    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้")
    for _again in range(2):
        assert rounds(desk)["mailbox"] is Verdict.WARN
    assert len(incidents(desk)) == 1


def test_a_notice_is_kept_while_the_server_is_down_and_sent_once_it_is_back(desk: Desk, post: Post) -> None:
    post.stop()
    fail_login_page(desk)
    for _again in range(2):
        verdicts = rounds(desk)
        assert verdicts["mailbox"] is Verdict.UNKNOWN
        assert verdicts["mail_server"] is Verdict.WARN
    assert incidents(desk)[0].notified_at is None
    post.start()
    for _again in range(2):
        assert rounds(desk)["mail_server"] is Verdict.PASS
    assert len(post.mails(CONTRACTOR)) == 1
    assert incidents(desk)[0].notified_at


def test_a_refused_login_is_unknown_and_tells_no_password(desk: Desk, inventory: Path) -> None:
    (inventory / "mailbox.secret").write_text("wrong horse\n")
    [found] = [finding for finding in desk.round(datetime.now(UTC))[0] if finding.subject == "mailbox"]
    assert found.verdict is Verdict.UNKNOWN
    assert HELPDESK in found.because
    assert "horse" not in found.because


def test_the_command_line_takes_in_the_mailbox_and_tells_the_contractor(
    desk: Desk, inventory: Path, post: Post
) -> None:
    def dulae(*arguments: str) -> str:
        result = CliRunner().invoke(group, ["-i", str(inventory), "incident", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    post.report("ระบบสารบรรณล่ม", "เปิดไม่ได้")
    assert "1 mails were new" in dulae("intake")
    [opened] = incidents(desk)
    assert "notified" in dulae("notify", opened.number)
    assert "already so" in dulae("notify", opened.number)
    assert len(post.mails(CONTRACTOR)) == 1
