"""Accounts by kind, and when there are too many of one."""

from dulae.accounts.monthly.counting import Limits, count
from tests.unit.accounts import office
from tests.unit.accounts.office import NOW, PEOPLE, SPELLING, Office, Person, run_sql

MORE = (
    Person(30, "เก่า", "ลืมแล้ว", last_login="2026-01-05 09:00:00"),
    Person(31, "ไม่", "เคย", last_login=None),
    Person(32, "ไม่มี", "เลข", citizen_id=""),
    Person(33, "ปิด", "แล้ว", active=False, last_login="2020-01-05 09:00:00"),
)


def test_each_kind_is_counted_and_protected_accounts_are_known_to_somebody(work: Office) -> None:
    folder = work.folder / "more"
    folder.mkdir()
    found, *_ = count(office.flag_application(folder, (*PEOPLE, *MORE)), SPELLING, Limits(), NOW)
    numbers = {name: value for name, value in found.measured.items() if isinstance(value, int)}
    assert numbers == {
        "accounts": 10,
        "active": 9,
        "disabled": 1,
        "privileged": 2,
        "never_used": 1,
        "dormant": 1,
        "orphaned": 1,
    }
    assert (found.verdict.value, found.code) == ("warn", "access.accounts_to_clear")
    assert found.measured["dormant_logins"] == "user30" and found.measured["orphaned_logins"] == "user32"


def test_what_the_limits_allow_passes(work: Office) -> None:
    found, *_ = count(work.desk.applications[0], SPELLING, Limits(), NOW)
    assert (found.verdict.value, found.code, found.system) == ("pass", "access.accounts_in_order", "saraban")
    assert count(work.desk.applications[0], SPELLING, Limits(dormant_days=30), NOW)[0].verdict.value == "warn"
    assert (
        count(work.desk.applications[0], SPELLING, Limits(30, max_dormant=9), NOW)[0].verdict.value == "pass"
    )


def test_a_database_that_cannot_be_read_is_unknown(work: Office) -> None:
    run_sql(work.database("saraban"), "DROP TABLE users")
    found, *_ = count(work.desk.applications[0], SPELLING, Limits(), NOW)
    assert (found.verdict.value, found.code) == ("unknown", "access.accounts_unreadable")
    assert "there is no table users" in found.because
