"""A department's autumn: what went well, what failed, and what could not be seen.

October and November 2026. Checks each working day but one; a wrong page with status 200; a slow page that was mended
too late; a host that could not be reached; a run that was killed; backups, space, a drill; weekly lists, one week
without; reports by telephone and mail, one of them hostile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

# Reasons register themselves where they are declared.
from dulae.accounts import usage as figures
from dulae.checks import disk, health
from dulae.checks.backup import examine
from dulae.checks.finding import utc_text
from dulae.checks.restore_drill import drill as drills
from dulae.claims import reading, words
from dulae.incidents import desk
from dulae.ledger.views.claims import Handed
from dulae.procedure.calendar import WorkingTime
from tests.unit.reports.department import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Department,
    Plan,
    Seen,
    department,
    find,
    run,
)
from tests.unit.reports.story_access import review

# Each kind of probe is loaded, with its reasons, only where it is asked for.
PROBED = tuple(kind.options for kind in health.KINDS.values())
DECLARED = (figures, disk, PROBED, examine, drills, desk)
HOSTILE = "<script>alert('x')</script> | **เปิดไฟล์ไม่ได้** \u202e\u0007 [กด](http://x.example) เลข 1999900001231"
GIB = 1 << 30
FRIDAY = 4
MISSED, WRONG_PAGE, UNREACHABLE = date(2026, 11, 17), date(2026, 11, 5), date(2026, 11, 12)
KILLED, SLOW, SHORT_DUMP = date(2026, 11, 19), date(2026, 11, 24), date(2026, 11, 25)
DRILL, USAGE = date(2026, 10, 1), date(2026, 10, 30)
Change = Callable[[list[Seen]], Iterable[Seen]]


def probes(when: datetime) -> list[Seen]:
    """Return what a good morning's check sees."""
    wobble = when.day * 7 % 40

    def page(subject: str, latency: int, words: str) -> Any:
        target = f"https://{subject.partition('/')[0]}.example.go.th/login"
        measured = {"target": target, "http_status": 200, "latency_ms": latency + wobble}
        limit = {"status": [200], "contains": words, "max_latency_ms": 3000}
        return find("http", subject, PASS, "health.http_answers", measured=measured, limit=limit)

    def port(subject: str, check: str, target: str) -> Any:
        measured = {"target": target, "latency_ms": 2 + when.day % 4}
        return find(check, subject, PASS, "health.tcp_open", measured=measured, limit={"timeout_s": 10})

    def certificate(subject: str, ends: date) -> Any:
        left = (ends - when.date()).days
        verdict, code = (PASS, "health.tls_valid") if left >= 30 else (WARN, "health.tls_expires_soon")
        measured = {"target": subject.partition("/")[0], "days_left": left, "not_after": ends.isoformat()}
        return find("tls", subject, verdict, code, measured=measured, limit={"min_days": 14, "warn_days": 30})

    return [
        ("localhost", page("intranet/login_page", 180, "เข้าสู่ระบบ")),
        ("localhost", page("intranet/sign_in", 410, "ออกจากระบบ")),
        ("localhost", certificate("intranet/certificate", date(2027, 3, 1))),
        ("web1", port("intranet/web_service", "tcp", "nginx")),
        ("web1", port("intranet/database", "database", "db1:5432")),
        ("localhost", page("saraban/login_page", 220, "ลงชื่อเข้าใช้")),
        ("web1", page("saraban/login_page", 90, "ลงชื่อเข้าใช้")),
        ("localhost", page("saraban/register", 530, "ทะเบียนหนังสือ")),
        ("localhost", certificate("saraban/certificate", date(2026, 12, 20))),
        ("localhost", port("saraban/mail_port", "tcp", "mail1:993")),
    ]


def wrong_page(seen: list[Seen]) -> Iterable[Seen]:
    for host, finding in seen:
        if finding.subject == "saraban/login_page":
            measured = {**finding.measured, "http_status": 200}
            code = "health.http_words_missing"
            yield host, find("http", finding.subject, FAIL, code, measured=measured, limit=finding.limit)
        else:
            yield host, finding


def slow_page(seen: list[Seen]) -> Iterable[Seen]:
    for host, finding in seen:
        if finding.subject == "intranet/login_page":
            measured = {**finding.measured, "latency_ms": 8_412}
            yield (
                host,
                find(
                    "http", finding.subject, FAIL, "health.http_slow", measured=measured, limit=finding.limit
                ),
            )
        else:
            yield host, finding


def unreachable(seen: list[Seen]) -> Iterable[Seen]:
    for host, finding in seen:
        if host == "web1":
            measured = {"target": "web1", "error": "Connection timed out"}
            made = find(finding.check, finding.subject, UNKNOWN, "health.unreachable", measured=measured)
            yield host, made
        else:
            yield host, finding


def morning(when: datetime, change: Change | None = None, **more: Any) -> Plan:
    """Return the daily check; ``change`` says what was different that day."""
    seen = probes(when)
    return Plan(when, "availability", tuple(change(seen) if change else seen), **more)


def check_day(tale: Department, day: date) -> None:
    when = tale.at(day, "08:15")
    changes = {WRONG_PAGE: wrong_page, SLOW: slow_page, UNREACHABLE: unreachable}
    if day == KILLED:
        run(tale, morning(when, killed=True))
    elif day != MISSED:
        took = 320_000 if day == UNREACHABLE else 18_000 + day.day * 430
        run(tale, morning(when, changes.get(day), took_ms=took))
    if day == WRONG_PAGE:
        run(tale, morning(tale.at(day, "11:40"), took_ms=19_200))


def backup(day: date, subject: str, size: int, *, good: bool = True) -> Any:
    name = f"{subject.replace('/', '-')}-{day:%Y%m%d}T200000Z.dump"
    measured = {
        "file": name,
        "path": f"/srv/backup/{subject.partition('/')[0]}",
        "bytes": size if good else size // 3,
        "count": 7,
        "age_hours": "13.0",
        "age_minutes": 780,
        "made_at": f"{day - timedelta(days=1):%Y-%m-%d}T20:00:00+00:00",
        "items": 42,
        "manifest_bytes": size,
        "level_reached": "integrity" if good else "structure",
        "not_proven": ["content", "restorable"]
        if good
        else ["readable", "unchanged", "content", "restorable"],
    }
    limit = {"level": "integrity", "max_age_hours": 26, "min_bytes": 100_000, "min_count": 1}
    code, verdict = ("backup.integrity", PASS) if good else ("backup.other_size", FAIL)
    return find("backup", subject, verdict, code, measured=measured, limit=limit)


def space(path: str, system: str, free: int) -> Any:
    total = 200 * GIB
    free_bytes = total * free // 100
    measured = {
        "path": path,
        "mount_point": path,
        "total_bytes": total,
        "used_bytes": total - free_bytes,
        "free_bytes": free_bytes,
        "free_percent": f"{free}.0",
        "free_inodes_percent": "88.2",
        "read_only": False,
    }
    limit = {
        "warn_free_percent": 20,
        "min_free_percent": 10,
        "min_free_bytes": 0,
        "min_free_inodes_percent": 5,
    }
    verdict, code = (FAIL, "disk.free_below_limit") if free < 10 else (WARN, "disk.free_low")
    if free >= 20:
        verdict, code = PASS, "disk.enough"
    made = find("disk", path, verdict, code, measured=measured, limit=limit)
    return type(made)(**{**vars(made), "system": system})


def vault(day: date, size: int) -> Any:
    """Return what is told of the disk on which backups lie."""
    seen = space("/srv/backup", "intranet", 41)
    until = day + timedelta(days=200)
    more = {"next_backup_bytes": 13 * size, "backups_left": 200, "retention_until": until.isoformat()}
    measured = {**seen.measured, **more, "days_left": 200}
    made = find("disk", seen.subject, PASS, "disk.backups_fit", measured=measured, limit=seen.limit)
    return replace(made, system=seen.system)


def verify_backups(tale: Department, day: date) -> None:
    size = 48_000_000 + day.toordinal() % 400 * 90_000
    drift = (day - date(2026, 10, 1)).days // 3
    seen = (
        ("backup1", backup(day, "intranet/database", size)),
        ("backup1", backup(day, "intranet/files", 9 * size)),
        ("backup1", backup(day, "saraban/database", 3 * size, good=day != SHORT_DUMP)),
        ("web1", space("/srv/intranet/files", "intranet", 46 - drift)),
        ("db1", space("/var/lib/postgresql", "intranet", 62 - drift // 2)),
        ("web1", space("/srv/saraban/files", "saraban", 37 - drift)),
        ("backup1", vault(day, size)),
    )
    more: dict[str, Any] = {"limit_minutes": 480, "playbook": "verify_backups.yml", "took_ms": 94_000}
    run(tale, Plan(tale.at(day, "09:00"), "recoverability", seen, **more))


def day(tale: Department, when: date) -> None:
    check_day(tale, when)
    if when.weekday() == 0 or when in (date(2026, 10, 1), SHORT_DUMP, date(2026, 12, 1)):
        verify_backups(tale, when)
    read_mail(tale, when)
    if when.weekday() == FRIDAY:
        review(tale, when)
    if when == DRILL:
        drill(tale, when)
    if when == USAGE:
        usage(tale, when)


def read_mail(tale: Department, day_of: date) -> None:
    taken = find(
        "incident", "mailbox", PASS, "incidents.mail_taken", measured={"taken": day_of.day % 3, "refused": 0}
    )
    more: dict[str, Any] = {"playbook": "restore_service.yml", "limit_minutes": 30, "took_ms": 4_100}
    run(tale, Plan(tale.at(day_of, "08:30"), "restoration", (("localhost", taken),), **more))


def usage(tale: Department, day_of: date) -> None:
    values = (
        ("intranet/users", 412, "users"),
        ("saraban/active_users", 388, "users"),
        ("saraban/documents_received", 1873, "documents"),
    )
    seen = tuple(
        ("localhost", find("usage", subject, PASS, "usage.figure", measured={"value": value, "unit": unit}))
        for subject, value, unit in values
    )
    run(tale, Plan(tale.at(day_of, "09:30"), "usage", seen, playbook="evaluate_usage.yml", limit_minutes=60))


def drill(tale: Department, day_of: date) -> None:
    seen = []
    for subject in ("intranet/database", "saraban/database"):
        measured = {
            "file": f"{subject.replace('/', '-')}.dump",
            "tables": 42,
            "rows": 182_400,
            "rto_seconds": 74,
            "rpo_minutes": 700,
        }
        seen.append(
            ("backup1", find("restore_drill", subject, PASS, "restore_drill.restored", measured=measured))
        )
    run(
        tale,
        Plan(tale.at(day_of, "10:00"), "drill", tuple(seen), playbook="drill_restore.yml", limit_minutes=480),
    )


def say(tale: Department, moment: datetime, step: str, number: str, **facts: Any) -> None:
    body = {"number": number, "at": utc_text(moment), "by": "officer1", **facts}
    tale.write(moment, f"incident.{step}", body, control="restoration")


def incidents(tale: Department) -> None:
    """Write the register: found by a check, told by telephone and mail, advice, a request, and one carried over."""
    _carried_over(tale)
    _found_by_checks(tale)
    _told_by_users(tale)


def _opened(tale: Department, moment: datetime, number: str, **facts: Any) -> None:
    given = {
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
        "subject": "",
        "late_reason": "",
        **facts,
    }
    key = given["subject"] or f"{given['system']}/{given['channel']}/{given['symptom']}"
    say(tale, moment, "opened", number, key=key, reported_at=utc_text(moment), **given)


def _carried_over(tale: Department) -> None:
    at = partial(tale.at, date(2026, 10, 30))
    _opened(
        tale,
        at("15:50"),
        "INC-2570-0001",
        system="saraban",
        symptom="ดาวน์โหลดไฟล์แนบช้ามาก",
        reporter="นางสาวมาลี ใจดี",
        unit="กองคลัง",
    )
    say(tale, at("16:05"), "notified", "INC-2570-0001", to="support@contractor.example", how="email")
    later = partial(tale.at, date(2026, 11, 2))
    say(tale, later("09:00"), "started", "INC-2570-0001")
    say(tale, later("10:30"), "finished", "INC-2570-0001", cause="สวิตช์เครือข่ายชั้น 3 ชำรุด", fix="เปลี่ยนอุปกรณ์")
    say(tale, later("10:45"), "closed", "INC-2570-0001", confirmed_by="นางสาวมาลี ใจดี")


def _found_by_checks(tale: Department) -> None:
    for number, day_of, change, notified, finished in (
        ("INC-2570-0002", WRONG_PAGE, wrong_page, 12, 205),
        ("INC-2570-0005", SLOW, slow_page, 47, 27 * 60 + 40),
    ):
        start = tale.at(day_of, "08:16")
        finding = next(f for _, f in change(probes(start)) if f.verdict is FAIL)
        facts = {name: getattr(finding, name) for name in ("check", "subject", "code", "because")}
        numbers: dict[str, Any] = {"measured": dict(finding.measured), "limit": dict(finding.limit)}
        _opened(
            tale,
            start,
            number,
            system=finding.system,
            subject=finding.subject,
            symptom=finding.because,
            channel="check",
            severity="high",
            reporter="dulae",
            finding={**facts, **numbers},
        )
        told = start + timedelta(minutes=notified)
        say(tale, told, "notified", number, to="support@contractor.example", how="email")
        say(tale, told + timedelta(minutes=35), "started", number)
        done = start + timedelta(minutes=finished)
        say(tale, done, "finished", number, cause="การปรับปรุงโปรแกรมไม่สมบูรณ์", fix="ติดตั้งรุ่นเดิมกลับคืน")
        say(tale, done + timedelta(minutes=6), "closed", number, recheck={"run": "availability", "entry": 1})


def _told_by_users(tale: Department) -> None:
    at = partial(tale.at, date(2026, 11, 10))
    _opened(
        tale,
        at("10:02"),
        "INC-2570-0003",
        system="intranet",
        symptom="ลืมรหัสผ่าน เข้าใช้งานไม่ได้",
        kind="advice",
        severity="low",
        reporter="นายปกรณ์ สุขใจ",
        unit="กองการเจ้าหน้าที่",
    )
    say(tale, at("10:09"), "advised", "INC-2570-0003", advice="แนะนำการตั้งรหัสผ่านใหม่")
    say(tale, at("10:10"), "closed", "INC-2570-0003", reason="ให้คำแนะนำแล้ว", confirmed_by="นายปกรณ์ สุขใจ")
    _opened(
        tale,
        tale.at(date(2026, 11, 30), "13:31"),
        "INC-2570-0004",
        system="saraban",
        symptom=HOSTILE,
        channel="email",
        reporter="prapai@example.go.th",
        unit="สำนักงานเลขานุการกรม",
    )
    say(
        tale,
        tale.at(date(2026, 11, 30), "13:44"),
        "notified",
        "INC-2570-0004",
        to="support@contractor.example",
        how="email",
    )
    _opened(
        tale,
        tale.at(date(2026, 11, 27), "09:20"),
        "INC-2570-0006",
        system="saraban",
        symptom="ขอสิทธิเข้าใช้ทะเบียนหนังสือของกอง",
        kind="rights_request",
        channel="walk_in",
        severity="low",
        reporter="นางอรุณี ตั้งใจ",
        unit="กองแผนงาน",
    )


CLAIMED = """ผลการบำรุงรักษาประจำเดือน พฤศจิกายน 2569,,,,,
วันที่,เวลา,ระบบ,รายการ,เลขที่อ้างอิง,ผล
5 พ.ย. 2569,11.45 น.,,แก้ไขเหตุขัดข้อง,INC-2570-0002,แล้วเสร็จ
9 พฤศจิกายน 2569,,intranet,สำรองข้อมูล,,สำเร็จ
10/11/2569,,ระบบบริหารงานภายใน,สำรองข้อมูล,,สำเร็จ
16/11/2569,,saraban,ตรวจสอบการสำรองข้อมูล,database,ปกติ
16/11/2569,,saraban,ตรวจสอบการสำรองข้อมูล,database,ปกติ
๒๕/๑๑/๒๕๖๙,,ระบบสารบรรณอิเล็กทรอนิกส์,สำรองข้อมูล,,สำเร็จ
2026-11-24,,intranet,แก้ไขเหตุขัดข้อง,INC-2570-0005,สำเร็จ
20/11/2569,,saraban,ล้างพื้นที่,/srv/saraban/files,สำเร็จ
26/11/2569,,saraban,ทดสอบกู้คืนข้อมูล,,สำเร็จ
31/11/2569,,saraban,สำรองข้อมูล,,สำเร็จ
27/11/2569,,ระบบอื่น,สำรองข้อมูล,,สำเร็จ
27/11/2569,,saraban,"{hostile}",,สำเร็จ
27/11/2569,,saraban,=1+1,,สำเร็จ
1/12/2569,,saraban,สำรองข้อมูล,,สำเร็จ
"""


def claims(tale: Department) -> None:
    """Write what the contractor says was done in November, with rows that cannot be read."""
    data = CLAIMED.replace("{hostile}", HOSTILE).encode("utf-8-sig")
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    rows = reading.read(data, "claims.csv", reading.Around(first, last, words.systems(tale.settings.systems)))
    sha256 = hashlib.sha256(data).hexdigest()
    handed = Handed("2026-11", first, last, "ผู้รับจ้าง.csv", sha256, rows.encoding, rows.claims, rows.refused)
    tale.write(tale.at(date(2026, 12, 1), "09:30"), "claim", handed.body(), control="recoverability")


def autumn(folder: Path, **site: Any) -> Department:
    """Return the department with the whole story in its ledger, up to 1 December 2026."""
    tale = department(folder, **site)
    for when in WorkingTime(tale.settings.calendar).working_days(date(2026, 10, 1), date(2026, 12, 2)):
        day(tale, when)
    incidents(tale)
    claims(tale)
    tale.settle()
    return tale
