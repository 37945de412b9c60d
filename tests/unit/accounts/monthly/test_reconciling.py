"""Accounts against the whole staff: by citizen number alone, told and never acted on."""

from typing import Any

import pytest

from dulae.accounts.account import Account
from dulae.accounts.monthly.reconciling import Staff, reconcile, staff
from dulae.checks.finding import Finding
from dulae.errors import ListError
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, Person, dump, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE


def account(login: str, name: str = "ก|ข") -> Account:
    return Account(1, login, name, "", "", active=True, privileged=False, last_login_at=None, row={})


def listed(*people: Person, **more: Any) -> Staff:
    rows = [{"citizen_id": one.identity, "name_key": f"{one.first}|{one.last}", **more} for one in people]
    return staff(rows)


def said(work: Office, *people: Person, more: tuple[Person, ...] = ()) -> Finding:
    """Compare e-Saraban's accounts with a staff list of some people."""
    folder = work.folder / "staff"
    folder.mkdir()
    application = office.flag_application(folder, (*PEOPLE, *more))
    before = dump(folder / "saraban.db")
    found = reconcile(application, SPELLING, listed(*people))
    assert dump(folder / "saraban.db") == before
    return found


EVERYBODY = (SOMCHAI, SOMYING, WICHAI, KANDA, HELPER)


def test_accounts_of_the_staff_agree_and_whoever_has_none_is_counted(work: Office) -> None:
    found = said(work, *EVERYBODY, Person(50, "ใหม่", "มาแล้ว"))
    assert (found.verdict.value, found.code, found.system) == ("pass", "access.staff_agrees", "saraban")
    assert (found.measured["matched"], found.measured["active"], found.measured["without"]) == (5, 5, 1)


def test_an_active_account_of_nobody_on_the_list_is_told(work: Office) -> None:
    found = said(work, SOMCHAI, SOMYING, WICHAI, HELPER)
    assert (found.verdict.value, found.code) == ("warn", "access.staff_differs")
    assert found.measured["not_listed_logins"] == "user4" and "nothing was disabled" in found.because


def test_the_same_name_and_unit_without_a_number_proves_nothing(work: Office) -> None:
    twin = Person(60, "สมชาย", "ใจดี", citizen_id="")
    found = said(work, *EVERYBODY, more=(twin,))
    assert found.measured["unnumbered_logins"] == "user60" and found.measured["matched"] == 5


def test_a_person_with_two_accounts_and_one_under_another_name_are_told(work: Office) -> None:
    second = Person(61, "สมชาย", "ใจดี", citizen_id=SOMCHAI.identity)
    other = Person(62, "วิชัย", "เปลี่ยนสกุล", citizen_id=WICHAI.identity)
    found = said(work, *EVERYBODY, more=(second, other))
    assert found.measured["several_logins"] == "user61, user62"
    assert found.measured["other_name_logins"] == "user62"


def test_disabled_and_protected_accounts_are_left_out(work: Office) -> None:
    gone = Person(63, "ลา", "ออก", active=False)
    assert said(work, *EVERYBODY, more=(gone,)).verdict.value == "pass"


def test_a_list_that_covers_few_accounts_is_not_taken_for_the_whole_staff(work: Office) -> None:
    found = said(work, SOMCHAI)
    assert (found.verdict.value, found.code) == ("unknown", "access.staff_doubtful")


def test_a_database_that_cannot_be_read_is_unknown(work: Office) -> None:
    run_sql(work.database("saraban"), "DROP TABLE users")
    found = reconcile(work.desk.applications[0], SPELLING, listed(*EVERYBODY))
    assert (found.verdict.value, found.code) == ("unknown", "access.staff_unread")


def test_a_person_who_stands_twice_and_rows_without_a_number_are_counted() -> None:
    made = staff([{"citizen_id": "1" * 13, "name_key": "ก|ข"}] * 2 + [{"citizen_id": "", "name_key": "ค|ง"}])
    assert (len(made.names), made.repeated_rows, made.unnumbered_rows) == (1, 1, 1)


@pytest.mark.parametrize("rows", [[], [{"citizen_id": ""}], [{"citizen_id": "x-xxxx-xxxxx-01-3"}]])
def test_a_list_without_numbers_can_be_compared_with_nothing(rows: list[dict[str, str]]) -> None:
    with pytest.raises(ListError, match="no row of it has a citizen number"):
        staff(rows)
