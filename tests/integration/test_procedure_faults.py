"""What breaks before a run is found by it, stands in the right report in both languages, and passes once mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dulae.checks.finding import Verdict
from dulae.ledger.views.runs import Recorded, Run
from tests.integration.procedure import (
    LANGUAGES,
    Done,
    Office,
    findings,
    no_traceback,
    office_at,
    thai,
    verdicts,
)
from tests.lab import faults, mailboxes
from tests.lab.errors import FaultRefused
from tests.lab.fixture import Department

MARKS = {
    "fail": {"th": "ผิดปกติ", "en": "abnormal"},
    "unknown": {"th": "ไม่สามารถตรวจสอบได้", "en": "could not be checked"},
}


@dataclass(frozen=True)
class Seen:
    """How a fault shows: in which control and report, under which subject and code, in which words."""

    fault: str
    control: str
    report: str
    host: str
    code: str
    th: str
    en: str
    subject: str = ""
    verdict: str = "fail"

    def subject_in(self, lab: Department) -> str:
        """Return the subject of the finding: the fault's own, or the path of the disk that is full."""
        if self.fault == "full_disk":
            return str(lab.layout.data_mount)
        return self.subject or faults.FAULTS[self.fault].subject


# Faults that do not hide each other break together: one bad day, one run, one report.
DAYS = (
    (
        "service_stopped",
        "wrong_page",
        "slow_answer",
        "expired_certificate",
        "mail_down",
        "wrong_host_key",
    ),
    ("database_down",),
    ("full_disk", "truncated_dump", "missing_backup", "flipped_byte", "forgotten_database"),
    ("host_down",),
)
_UNKNOWN = {"verdict": "unknown"}
_LOG = ("availability", "availability")
_MONTHLY = ("recoverability", "maintenance")
SEEN = (
    Seen(
        "service_stopped",
        *_LOG,
        *(
            "web1",
            "health.pidfile_missing",
            "โปรแกรมไม่ได้ทำงาน ให้เริ่มโปรแกรม",
            "the program is not running, start it",
        ),
    ),
    Seen(
        "wrong_page",
        *_LOG,
        *("web1", "health.http_words_missing", "ลงชื่อเข้าใช้", "answered 200, but the page does not say"),
    ),
    Seen("slow_answer", *_LOG, "localhost", "health.http_slow", "เกินเกณฑ์ 4000 มิลลิวินาที", "4000 ms allowed"),
    Seen(
        "expired_certificate",
        *_LOG,
        *("localhost", "health.tls_expired", "ใบรับรองหมดอายุเมื่อ", "its certificate expired on"),
    ),
    Seen("database_down", *_LOG, "web1", "health.refused", "ปฏิเสธการเชื่อมต่อ", "the connection was refused"),
    Seen("mail_down", *_LOG, "localhost", "health.refused", "ปฏิเสธการเชื่อมต่อ", "the connection was refused"),
    Seen(
        "wrong_host_key",
        *_LOG,
        *("mail1", "run.host_key_changed", "กุญแจประจำเครื่อง", "answers with another host key"),
        subject="saraban/mailbox",
        **_UNKNOWN,
    ),
    Seen("full_disk", *_MONTHLY, "db1", "disk.free_below_limit", "เกณฑ์", "0.0 % free, at least 10 % asked"),
    Seen(
        "truncated_dump",
        *_MONTHLY,
        "backup1",
        "backup.other_size",
        "แต่ขณะสำรองมี",
        "it was cut off or replaced",
    ),
    Seen(
        "missing_backup",
        *_MONTHLY,
        *(
            "backup1",
            "backup.missing",
            "ไม่พบชุดข้อมูลสำรองตามรูปแบบ documents-*.tar.gz",
            "no backup matches documents-*",
        ),
    ),
    Seen(
        "flipped_byte",
        *_MONTHLY,
        *(
            "backup1",
            "backup.other_data",
            "ค่า SHA-256 ไม่ตรงกับขณะสำรอง",
            "its SHA-256 is not the one of when it was made",
        ),
    ),
    Seen(
        "forgotten_database",
        *_MONTHLY,
        *(
            "db1",
            "protection.uncovered",
            "ไม่มีชุดสำรองใดครอบคลุม satisfaction_survey",
            "no backup set covers satisfaction_survey",
        ),
    ),
    Seen(
        "host_down",
        *_MONTHLY,
        *("backup1", "run.no_ssh", "ไม่มีบริการ SSH ตอบรับ", "nothing answers on its SSH port"),
        subject="saraban/documents",
        **_UNKNOWN,
    ),
)


Texts = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Day:
    """What a control found and a report said while things were broken, and how the next run went."""

    office: Office
    refused: Mapping[str, str]
    run: Run
    done: Done
    texts: Texts
    again: Run
    done_again: Done


@pytest.fixture(scope="module")
def days(lab: Department, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Day]:
    """Return each fault's day; a day is lived through when the first of its faults is asked for."""
    return _Days(lab, tmp_path_factory)


class _Days(dict[str, Day]):
    def __init__(self, lab: Department, folders: pytest.TempPathFactory) -> None:
        super().__init__()
        self._lab = lab
        self._folders = folders

    def __missing__(self, fault: str) -> Day:
        day = next(day for day in DAYS if fault in day)
        seen = next(seen for seen in SEEN if seen.fault == fault)
        office = office_at(self._lab, self._folders.mktemp("day") / "inventory")
        self.update(dict.fromkeys(day, lived_through(office, day, seen)))
        return self[fault]


def lived_through(office: Office, broken: tuple[str, ...], seen: Seen) -> Day:
    """Break things, run the control, write the report, mend them, run it again."""
    refused = {}
    try:
        for fault in broken:
            try:
                office.lab.fault(fault)
            except FaultRefused as error:
                refused[fault] = str(error)
        run, done = office.control(seen.control)
        texts = office.written(seen.report)
    finally:
        office.lab.heal()
    return Day(office, refused, run, done, texts, *office.control(seen.control))


@pytest.fixture
def office(lab_to_break: Department, tmp_path: Path) -> Iterator[Office]:
    yield office_at(lab_to_break, tmp_path / "inventory")


def assert_told(texts: Texts, seen: Seen, found: Recorded) -> None:
    """Assert that a report says what was found, with the state beside it, in both languages and formats."""
    assert set(texts) == {(language, kind) for language in LANGUAGES for kind in ("html", "md")}
    sentences = {"th": thai(found.finding), "en": found.finding.because}
    for (language, kind), text in texts.items():
        sentence = sentences[language]
        assert getattr(seen, language) in sentence
        assert sentence in text, f"{language}.{kind} does not say: {sentence}"
        if kind == "md":
            mark = MARKS[seen.verdict][language]
            assert any(sentence in line and f"**{mark}**" in line for line in text.splitlines())


def found_in(run: Run, lab: Department, seen: Seen) -> Recorded:
    """Return the one finding of a run that tells of a fault."""
    subject = seen.subject_in(lab)
    (found,) = [
        each for each in findings(run, seen.code) if (each.host, each.finding.subject) == (seen.host, subject)
    ]
    assert found.finding.verdict.value == seen.verdict
    return found


def found_by(office: Office, seen: Seen) -> Recorded:
    """Run the control that must find a fault; return its finding."""
    run, done = office.control(seen.control)
    assert run.evidenced and done.returncode == 2 and no_traceback(done)
    return found_in(run, office.lab, seen)


@pytest.mark.parametrize("seen", SEEN, ids=lambda seen: seen.fault)
def test_a_fault_is_found_told_in_both_languages_and_passes_once_healed(
    days: Mapping[str, Day], seen: Seen
) -> None:
    day = days[seen.fault]
    if seen.fault in day.refused:
        pytest.skip(day.refused[seen.fault])
    assert day.run.evidenced and day.done.returncode != 0 and no_traceback(day.done)
    assert_told(day.texts, seen, found_in(day.run, day.office.lab, seen))
    assert (day.again.verdict, day.done_again.returncode) == (Verdict.PASS, 0), day.done_again.stdout
    assert day.office.verified().ok


def test_every_named_fault_is_broken_before_a_run_here() -> None:
    others = {"leaver_logged_in", "list_missing"}
    assert {seen.fault for seen in SEEN} | others == set(faults.FAULTS)
    assert {fault for day in DAYS for fault in day} == {seen.fault for seen in SEEN}


def test_a_failed_check_makes_the_run_fail_and_one_that_was_not_made_makes_it_unknown(
    days: Mapping[str, Day],
) -> None:
    assert days["service_stopped"].run.verdict is Verdict.FAIL
    assert days["service_stopped"].run.counts["unknown"] == 1
    host_down = days["host_down"].run
    assert host_down.verdict is Verdict.UNKNOWN
    assert host_down.counts == {"pass": 4, "warn": 0, "fail": 0, "unknown": 4}


def test_a_leaver_who_logs_in_is_found_and_told_until_it_is_healed(office: Office) -> None:
    before, _ = office.control("access")
    office.lab.fault("leaver_logged_in")
    seen = Seen(
        "leaver_logged_in",
        *("access", "access", "localhost", "access.used_after_leaving"),
        *("มีการใช้งานหลังวันพ้นสภาพ 1 บัญชี", "1 accounts were used after their owner's last day"),
    )
    found = found_by(office, seen)
    assert_told(office.written(seen.report), seen, found)
    office.lab.heal("leaver_logged_in")
    after, _ = office.control("access")
    assert verdicts(after) == verdicts(before)


def test_a_week_without_a_list_is_no_week_without_leavers(office: Office) -> None:
    office.lab.fault("list_missing")
    office.bring_lists()
    seen = Seen(
        "list_missing",
        *("access", "access", "localhost", "list.missing"),
        *("ไม่ได้รับรายชื่อจากกองการเจ้าหน้าที่", "no list from the personnel division"),
    )
    found = found_by(office, seen)
    texts = office.written(seen.report)
    assert_told(texts, seen, found)
    unknown = Seen(
        "list_missing",
        *("access", "access", "localhost", "access.no_list"),
        *("ไม่มีรายชื่อสำหรับเทียบกับบัญชีผู้ใช้งาน", "there is no list to compare the accounts with"),
        verdict="unknown",
    )
    run = office.runs()[-1]
    without = findings(run, "access.no_list")
    assert {each.finding.subject for each in without} == {"intranet", "saraban"}
    assert_told(texts, unknown, without[0])
    office.lab.heal("list_missing")
    office.bring_lists()
    again, _ = office.control("access")
    assert not findings(again, "list.missing") and not findings(again, "access.no_list")


def test_a_mailbox_that_cannot_be_read_is_told_in_the_register_of_incidents(office: Office) -> None:
    office.lab.fault("mail_down")
    seen = Seen(
        "mail_down",
        *("restoration", "incidents", "localhost", "incidents.no_mailbox"),
        *("อ่านกล่องจดหมายรับแจ้งปัญหาไม่ได้", "the mailbox could not be read"),
        subject="mailbox",
        verdict="unknown",
    )
    found = found_by(office, seen)
    assert_told(office.written(seen.report), seen, found)
    office.lab.heal("mail_down")
    run, done = office.control("restoration")
    assert (run.verdict, done.returncode) == (Verdict.PASS, 0)


def test_a_fault_stands_in_the_register_until_a_check_of_it_has_passed(office: Office) -> None:
    before = len(office.lab.mailbox(mailboxes.CONTRACTOR))
    office.lab.fault("service_stopped")
    run, _ = office.control("availability")
    (found,) = findings(run, "health.pidfile_missing")
    office.control("restoration")
    sentences = {"th": thai(found.finding), "en": found.finding.because}
    for (language, kind), text in office.written("incidents").items():
        assert sentences[language] in text, f"{language}.{kind}"
    numbers = {
        str(entry.body["subject"]): str(entry.body["number"])
        for entry in office.ledger.entries(("incident.opened",))
        if entry.body["channel"] == "check"
    }
    assert set(numbers) == {
        "saraban/login_page",
        "saraban/web_service",
        "saraban/register",
        "saraban/certificate",
    }
    letters = office.lab.mailbox(mailboxes.CONTRACTOR)[before:]
    assert {
        number for number in numbers.values() for letter in letters if number in str(letter["Subject"])
    } == set(numbers.values())
    number = numbers["saraban/web_service"]
    assert (
        office.dulae("incident", "finish", number, "--cause", "it was stopped", "--fix", "started").returncode
        == 0
    )
    refused = office.dulae("incident", "close", number)
    assert (refused.returncode, "no check of it has passed" in refused.stderr) == (4, True)
    office.lab.heal("service_stopped")
    office.control("availability")
    assert office.dulae("incident", "close", number).returncode == 0
    written = office.written("incidents")
    for language, closed in (("th", "ปิดเรื่อง"), ("en", "closed")):
        lines = written[language, "md"].splitlines()
        (row,) = [line for line in lines if line.startswith(f"| {number} |") and sentences[language] in line]
        assert closed in row
