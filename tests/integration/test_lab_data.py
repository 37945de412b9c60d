"""The lab's data: people, registers, backups that restore, mail that arrives, and settings that hold."""

import smtplib
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest

from dulae import settings
from dulae.checks.backup import manifest
from dulae.checks.backup.hashing import sha256_of
from dulae.incidents import mail_reading, mailbox
from dulae.settings.secrets import reveal
from tests.lab import backups
from tests.lab.fixture import Department
from tests.lab.mailboxes import CONTRACTOR, HELPDESK
from tests.lab.people import PLAYERS, on_intranet, on_saraban


def test_both_systems_have_their_people_and_two_accounts_of_their_own(lab: Department) -> None:
    assert lab.rows("intranet", "SELECT count(*) FROM users") == [(len(on_intranet()) + 2,)]
    assert lab.rows("saraban", "SELECT count(*) FROM users") == [(len(on_saraban()) + 2,)]


def test_whoever_is_on_the_list_has_open_sessions(lab: Department) -> None:
    query = "SELECT count(DISTINCT user_id) FROM sessions WHERE user_id BETWEEN %s AND %s"
    assert lab.rows("saraban", query, PLAYERS[0] + 1, PLAYERS[-1] + 1) == [(len(PLAYERS),)]


def test_the_register_reaches_from_months_ago_to_today(lab: Department) -> None:
    query = (
        "SELECT now() - min(registered_at) > '150 days', now() - max(registered_at) < '1 day' FROM documents"
    )
    assert lab.rows("saraban", query) == [(True, True)]


def test_every_attachment_has_its_file(lab: Department) -> None:
    for name, digest in lab.rows("saraban", "SELECT stored_as, sha256 FROM attachments"):
        assert sha256_of(str(lab.layout.documents / name))[0] == digest


@pytest.mark.parametrize("system", ["intranet", "saraban"])
def test_the_newest_dump_restores_with_all_its_rows(lab: Department, system: str) -> None:
    binaries, scratch = lab.state.postgres_bin, f"{system}_restored"
    administration = lab.database_url("postgres")
    subprocess.run([f"{binaries}/psql", "-qc", f"CREATE DATABASE {scratch}", administration], check=True)
    try:
        dump = backups.newest(lab.layout, system, f"{system}-*.dump")
        restore = [f"{binaries}/pg_restore", "--exit-on-error", "--no-owner", "-d", lab.database_url(scratch)]
        subprocess.run([*restore, str(dump)], check=True)
        assert lab.rows(scratch, "SELECT count(*) FROM users") == lab.rows(
            system, "SELECT count(*) FROM users"
        )
    finally:
        subprocess.run([f"{binaries}/psql", "-qc", f"DROP DATABASE {scratch}", administration], check=True)


def test_each_day_of_a_week_has_its_backup_and_manifest(lab: Department) -> None:
    for system, pattern in (("intranet", "*.dump"), ("saraban", "*.dump"), ("saraban", "*.tar.gz")):
        copies = sorted(backups.folder(lab.layout, system).glob(pattern))
        assert len(copies) == backups.DAYS
        for copy in copies:
            made = manifest.read(manifest.beside(str(copy)), copy.name)
            assert (made.file, made.sha256) == (copy.name, sha256_of(str(copy))[0])
        ages = [copy.stat().st_mtime for copy in copies]
        assert ages == sorted(ages)


def test_mail_goes_in_over_smtp_and_comes_out_over_imap(lab: Department) -> None:
    loaded = settings.load(lab.inventory)
    assert loaded.site.mail is not None
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = HELPDESK, CONTRACTOR, "แจ้งเหตุขัดข้อง"
    message.set_content("ระบบสารบรรณใช้งานไม่ได้")
    with smtplib.SMTP("127.0.0.1", lab.state.ports["smtp"]) as server:
        server.login(HELPDESK, reveal(loaded.site.mail.password, lab.inventory))
        server.send_message(message)
    assert lab.mailbox(CONTRACTOR)[-1]["Subject"] == "แจ้งเหตุขัดข้อง"
    theirs = loaded.site.mail.model_copy(update={"username": CONTRACTOR})
    with mailbox.opened(theirs, lab.state.mail_passwords[CONTRACTOR]) as box:
        raw = [body for _, body in box.unread()][-1]
    assert mail_reading.read(raw).subject == "แจ้งเหตุขัดข้อง"


def test_mail_to_nobody_is_refused(lab: Department) -> None:
    with (
        smtplib.SMTP("127.0.0.1", lab.state.ports["smtp"]) as server,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        server.sendmail(HELPDESK, ["nobody@dept.example"], b"Subject: x\r\n\r\ny")


def test_two_reports_wait_for_the_helpdesk_in_two_encodings(lab: Department) -> None:
    reports = [mail_reading.read(message.as_bytes()) for message in lab.mailbox(HELPDESK)[:2]]
    assert [report.message_id for report in reports] == ["<report-1@dept.example>", "<report-2@dept.example>"]
    assert all("สารบรรณ" in report.text for report in reports)


def test_the_inventory_is_one_that_dulae_takes(lab: Department) -> None:
    loaded = settings.load(lab.inventory)
    assert [system.name for system in loaded.systems] == ["intranet", "saraban"]
    assert sum(len(probe.seen_from) for system in loaded.systems for probe in system.probes) >= 14


def test_what_the_inventory_keeps_secret_is_its_owners_alone(lab: Department) -> None:
    for path in (lab.inventory / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert Path(lab.inventory).stat().st_mode & 0o077 == 0
