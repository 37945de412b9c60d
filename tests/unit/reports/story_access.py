"""The weekly reviews of the story: one week without a list, one with everything that can happen to a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dulae.accounts import lagging, matching, pending, placing, reviewing
from dulae.accounts.monthly import counting, owning, reconciling
from dulae.checks.finding import REASONS, Finding, utc_text
from dulae.incidents import after_leaving
from dulae.people import receiving, row_reasons
from tests.unit.reports.department import FAIL, PASS, WARN, Department, Plan, find, run

DECLARED = (
    counting,
    lagging,
    matching,
    owning,
    pending,
    reconciling,
    placing,
    reviewing,
    receiving,
    row_reasons,
)
NO_LIST, FULL = date(2026, 11, 20), date(2026, 11, 27)
USED_AT = "2026-11-21T03:12:00+00:00"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def review(tale: Department, day: date) -> None:
    """Write the review of one Friday."""
    when = tale.at(day, "13:30")
    more: dict[str, Any] = {"limit_minutes": 30, "playbook": "review_access.yml", "took_ms": 48_000}
    if day == NO_LIST:
        missing = find(
            "leavers", "leavers_list", FAIL, "list.missing", measured={"place": "/srv/dulae/lists"}
        )
        run(tale, Plan(when, "access", (("localhost", missing),), **more))
        return
    rows = 6 if day == FULL else day.day % 2
    _received(tale, when, rows)
    if rows:
        _planned(tale, when, day)
    run(tale, Plan(when + timedelta(seconds=5), "access", _seen(rows, day), **more))
    if day == FULL:
        _late_use(tale, when + timedelta(seconds=20))
        # Carrying a plan out receives the same list again.
        of_list = tuple(each for each in _seen(rows, day) if each[1].check == "leavers")
        run(tale, Plan(when + timedelta(minutes=29, seconds=30), "access", of_list, **more))


def _received(tale: Department, when: datetime, rows: int) -> None:
    rejected = int(rows > 1)
    counts = {"received": rows, "act": max(0, rows - 2), "scheduled": rejected, "review": rejected}
    body = {
        "file": f"รายชื่อ-{when:%Y%m%d}.xlsx",
        "sha256": SHA[:-8] + f"{when:%Y%m%d}",
        "received_at": utc_text(when - timedelta(hours=4)),
        "origin": "/srv/dulae/lists",
        "rows": rows,
        "counts": {**counts, "no_action": 0, "rejected": rejected},
        "dropped_columns": ["เงินเดือน", "วันเดือนปีเกิด"] if rows else [],
        "nothing_to_report": not rows,
        "returned": [_returned()] if rejected else [],
    }
    tale.write(when, "list.received", body, control="access")


def _returned() -> dict[str, Any]:
    return {
        "row": 9,
        "prefix": "นาง",
        "first_name": "สุดา",
        "last_name": "ทดสอบ",
        "citizen_id": "",
        "movement": "retire",
        "unit": "กองคลัง",
        "standing": "rejected",
        "reason": "the date '31/02/2569' does not exist or cannot be read",
        "reason_th": "วันที่ '31/02/2569' ไม่มีจริงหรืออ่านไม่ได้",
    }


def _person(number: int, name: str, movement: str, effective: date, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "row": number + 3,
        "name": name,
        "citizen_id": f"x-xxxx-xxxxx-{10 + number}-{number % 10}",
        "unit": ("กองคลัง", "กองแผนงาน", "สำนักงานเลขานุการกรม")[number % 3],
        "movement": movement,
        "action": "DISABLE",
        "effective_date": effective.isoformat(),
        "standing": "act",
        **more,
    }


def _match(code: str, **places: str) -> dict[str, str]:
    return {"code": code, "because": REASONS[code].text.format_map(places), **places}


def _item(number: int, system: str, login: str) -> dict[str, Any]:
    account = {"key": str(1000 + number), "login": login, "privileged": False}
    uses = [{"login": login, "last_used_at": "", "used_after_leaving": False, "open": {}}]
    return {
        "person": number,
        "system": system,
        "match": _match("access.id_and_name"),
        "account": account,
        "observed": {"uses": uses},
    }


def _entry(number: int, system: str, login: str, code: str, **places: str) -> dict[str, Any]:
    accounts = [{"key": str(1000 + number), "login": login, "active": True, "tier": code}] if login else []
    return {"person": number, "system": system, "match": _match(code, **places), "accounts": accounts}


def _content(day: date) -> dict[str, Any]:
    if day != FULL:
        return {
            "persons": [_person(1, "นายวิชัย ลาออกดี", "resign", day - timedelta(days=1))],
            "items": [_item(1, "saraban", "wichai"), _item(1, "intranet", "wichai")],
        }
    persons = [
        _person(1, "นางสาวน้ำฝน ย้ายไกล", "transfer_out", date(2026, 11, 23)),
        _person(2, "นายธีรเดช เกษียณสุข", "retire", date(2026, 10, 1)),
        _person(3, "นางกัลยา ศึกษาต่อ", "study_leave", date(2026, 11, 25), action="SUSPEND"),
        _person(4, "นายพิชิต ลาออกหน้า", "resign", date(2026, 12, 15), standing="scheduled"),
        _person(5, "นายสมเกียรติ โอนไป", "transfer_ambiguous", date(2026, 11, 20), action="REVIEW"),
    ]
    unclear = "ทิศทางการโอนไม่ชัด (ให้โอนหรือรับโอน)"
    review_of = _entry(5, "saraban", "somkiat", "access.row_unclear", reason="the direction is not stated")
    return {
        "persons": persons,
        "items": [
            _item(1, "intranet", "namfon.y"),
            _item(1, "saraban", "namfon.y"),
            _item(2, "saraban", "teeradech"),
            _item(3, "saraban", "kanlaya"),
        ],
        "waiting": [_entry(4, "saraban", "pichit", "access.id_and_name")],
        "protected": [_entry(2, "intranet", "admin", "access.protected")],
        "review": [{**review_of, "match": {**review_of["match"], "reason_th": unclear}}],
        "no_account": [_entry(3, "intranet", "", "access.no_account")],
        "already": [_entry(4, "intranet", "pichit", "access.id_and_name")],
    }


def _planned(tale: Department, when: datetime, day: date) -> None:
    plan_id, sha256 = f"{day:%Y%m%d}-0a1b2c3d", SHA[:-8] + f"{day:%m%d%Y}"
    empty: dict[str, Any] = {name: [] for name in ("waiting", "protected", "review", "no_account", "already")}
    content = {"list": {"sha256": SHA[:-8] + f"{day:%Y%m%d}"}, **empty, **_content(day)}
    tale.write(when + timedelta(seconds=2), "plan", {"plan_id": plan_id, "sha256": sha256, "plan": content})
    about = {"plan_id": plan_id, "plan_sha256": sha256}
    voted = when + timedelta(minutes=25)
    vote = {**about, "approver": "head1", "decision": "approved", "key_fingerprint": "SHA256:abc"}
    tale.write(voted, "approval", vote, control="access")
    done = voted + timedelta(minutes=4)
    for system in dict.fromkeys(item["system"] for item in content["items"]):
        head = {**about, "system": system, "attempt": f"{system}-1"}
        own = [item for item in content["items"] if item["system"] == system]
        tale.write(done, "change.intent", {**head, "items": []}, control="access")
        result = {**head, "outcome": "applied", "items": [_done(item) for item in own]}
        tale.write(done + timedelta(seconds=3), "change.result", result, control="access")
    if day == FULL:
        _taken_back(tale, done + timedelta(hours=1), {**about, "system": "saraban", "attempt": "undo-1"})


def _late_use(tale: Department, when: datetime) -> None:
    """Write the incident of the account that was used after its owner's last day."""
    measured = {"login": "teeradech", "last_used_at": USED_AT, "effective_date": "2026-10-01"}
    because = after_leaving.USED.text.format_map(measured)
    subject = "saraban/account/teeradech"
    told = {"check": "access_use", "subject": subject, "code": after_leaving.USED.code, "because": because}
    body = {
        "number": "INC-2570-0007",
        "at": utc_text(when),
        "by": "dulae",
        "reported_at": utc_text(when),
        "key": subject,
        "system": "saraban",
        "subject": subject,
        "symptom": because,
        "channel": "check",
        "kind": "security",
        "severity": "high",
        "reporter": "dulae",
        "finding": {**told, "measured": measured, "limit": {}},
    }
    tale.write(when, "incident.opened", body, control="restoration")
    later = when + timedelta(days=3)
    looked = {"number": "INC-2570-0007", "at": utc_text(later), "by": "officer1"}
    told = {**looked, "reason": "เจ้าของบัญชีเข้าระบบเพื่อส่งมอบงาน"}
    tale.write(later, "incident.closed", told, control="restoration")


def _done(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "person": item["person"],
        "account_key": item["account"]["key"],
        "login": item["account"]["login"],
        "done": ["disabled"],
        "ended": {"sessions": 2},
        "verified": "login_refused" if item["system"] == "intranet" else "row_read_back",
    }


def _taken_back(tale: Department, when: datetime, head: dict[str, Any]) -> None:
    intent = {**head, "by": "engineer1", "reason": "กองการเจ้าหน้าที่แก้ไขคำสั่ง"}
    tale.write(when, "undo.intent", intent, control="access")
    items = [{"person": 3, "account_key": "1003", "login": "kanlaya"}]
    tale.write(when + timedelta(seconds=2), "undo.result", {**head, "outcome": "undone", "items": items})


def _seen(rows: int, day: date) -> tuple[tuple[str, Any], ...]:
    measured = {"file": f"รายชื่อ-{day:%Y%m%d}.xlsx", "age_days": 0, "received": rows}
    counts = {"act": max(0, rows - 2), "scheduled": int(rows > 1), "review": int(rows > 1), "no_action": 0}
    numbers: dict[str, Any] = {
        "measured": {**measured, **counts, "rejected": int(rows > 1)},
        "limit": {"max_age_days": 7},
    }
    code = "list.received" if rows else "list.nothing_to_report"
    seen = [find("leavers", "leavers_list", PASS, code, **numbers)]
    if rows > 1:
        seen.append(find("leavers", "leavers_list", WARN, "list.to_review", **numbers))
    for system in ("intranet", "saraban"):
        fine = {"already": 3, "no_account": 1, "waiting": 0, "proposed": 2, "logins": "namfon.y, teeradech"}
        code, verdict = ("access.still_active", FAIL) if rows > 1 else ("access.none_active", PASS)
        told = {"measured": {**fine, "plan_id": f"{day:%Y%m%d}-0a1b2c3d"}}
        seen.append(find("access", system, verdict, code, **told))
    if day == FULL:
        use = {"login": "teeradech", "last_used_at": USED_AT}
        measured = {"used": 1, "logins": "teeradech", "uses": [use]}
        seen.append(find("access_use", "saraban", FAIL, "access.used_after_leaving", measured=measured))
        seen += [_again(), _stays_closed(), _unnumbered(), _pending(), _lag(), *_accounts()]
    return tuple(("localhost", finding) for finding in seen)


def _again() -> Finding:
    """Return that two accounts are open again: one surely, and used; of the other a person must decide."""
    sure = {
        "name": "นายธีรเดช เกษียณสุข",
        "unit": "สำนักงานเลขานุการกรม",
        "login": "teeradech",
        "opened": ["flag", "sessions"],
        "closed_at": "2026-10-04T02:00:00+00:00",
        "seen_closed_at": "2026-11-15T02:00:00+00:00",
        "noticed_at": "2026-11-22T02:00:00+00:00",
        "last_used_at": USED_AT,
        "used": True,
        "sure": True,
    }
    never = {"closed_at": "", "seen_closed_at": "", "last_used_at": "", "used": False, "sure": False}
    doubted = {
        **sure,
        **never,
        "name": "นางสาวมาลี ลาออก",
        "login": "malee.new",
        "opened": ["account", "odd_rows"],
    }
    told = {"people": 41, "closed": 39, "again": 2, "used": 1, "logins": "teeradech, malee.new"}
    measured = {**told, "accounts": [sure, doubted]}
    return find("access_again", "saraban", FAIL, "access.opened_again", measured=measured)


def _stays_closed() -> Finding:
    measured: dict[str, Any] = {"people": 41, "closed": 41, "again": 0, "used": 0, "accounts": []}
    return find("access_again", "intranet", PASS, "access.stays_closed", measured=measured)


def _unnumbered() -> Finding:
    measured = {"active": 371, "column": "citizen_id"}
    return find("access_numbers", "intranet", WARN, "access.numbers_missing", measured=measured)


def _pending() -> Finding:
    waits: dict[str, Any] = {
        "person": 2,
        "name": "นายธีรเดช เกษียณสุข",
        "unit": "สำนักงานเลขานุการกรม",
        "login": "teeradech",
    }
    other: dict[str, Any] = {
        "person": 1,
        "name": "นางสาวน้ำฝน ย้ายไกล",
        "unit": "กองแผนงาน",
        "login": "namfon.y",
    }
    waiting = [
        {**waits, "documents": 3, "numbers": ["กค 0401/12", "กค 0401.2/ว145", "๐๔๐๑/๒๐๑"]},
        {**other, "documents": 61, "numbers": [f"กค 0402/{number}" for number in range(301, 351)]},
    ]
    measured = {"asked": 3, "unasked": 0, "persons": 2, "documents": 64, "waiting": waiting, "error": ""}
    told = {**measured, "logins": "teeradech, namfon.y"}
    return find("access_pending", "saraban", WARN, "access.pending_documents", measured=told)


def _lag() -> Finding:
    figures = {
        "accounts": 4,
        "median_days": 4,
        "largest_days": 57,
        "late": 1,
        "still_open": 1,
        "open_days": 57,
    }
    limit = {"max_lag_days": 7, "over_days": 92}
    return find("access_lag", "saraban", WARN, "access.lag", measured=figures, limit=limit)


def _accounts() -> list[Finding]:
    """Return the monthly part: accounts by kind, a contractor's that is too old, the comparison with the staff."""
    counts = {"accounts": 412, "active": 371, "disabled": 41, "dormant": 2, "orphaned": 1, "privileged": 3}
    logins = {
        "dormant_logins": "old.one, old.two",
        "orphaned_logins": "user32",
        "privileged_logins": "admin, helper, somsri.n",
        "never_used_logins": "new.one",
    }
    kinds = {**counts, "never_used": 1, **logins}
    limit = {"dormant_days": 90, "max_dormant": 0, "max_orphaned": 0}
    owned = {
        "ended": 1,
        "ended_logins": "vendor.a (2026-09-30)",
        "shared_logins": "registry (officer1)",
        "shared": 1,
    }
    staff = {
        **{"staff": 360, "active": 367, "matched": 362, "without": 4},
        **{
            "not_listed": 3,
            "not_listed_logins": "a.one, b.two, c.three",
            "unnumbered": 1,
            "unnumbered_logins": "user32",
        },
        **{"several": 1, "several_logins": "malee2", "other_name": 0, "other_name_logins": "-"},
    }
    return [
        find("accounts", "saraban", WARN, "access.accounts_to_clear", measured=kinds, limit=limit),
        find("accounts_owners", "saraban", FAIL, "access.vendor_ended", measured=owned),
        find("accounts_staff", "saraban", WARN, "access.staff_differs", measured=staff),
    ]
