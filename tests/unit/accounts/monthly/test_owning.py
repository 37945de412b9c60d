"""Accounts of nobody alone: declared ones are looked after, others that look so are told, none is ever disabled."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dulae.accounts.monthly.counting import Limits, count
from dulae.accounts.monthly.owning import is_generic
from dulae.checks.finding import Finding
from tests.unit.accounts import office
from tests.unit.accounts.monthly.test_reconciling import account
from tests.unit.accounts.office import NOW, PEOPLE, SPELLING, Office, Person, dump

REGISTRY = Person(40, "งานสารบรรณ", "กลาง", login="registry1", citizen_id="")
VENDOR = Person(41, "ช่าง", "บริษัท", login="Vendor.A", citizen_id="")
TWIN = Person(42, "สมชาย", "ใจดี", login="somchai2", citizen_id=office.citizen_id(1))


def said(work: Office, *people: Person, **declared: Any) -> dict[str, Finding]:
    """Return what is said of whose accounts they are, by code."""
    folder = work.folder / "owners"
    folder.mkdir(exist_ok=True)
    application = replace(office.flag_application(folder, (*PEOPLE, *people)), **declared)
    before = dump(folder / "saraban.db")
    found = [one for one in count(application, SPELLING, Limits(), NOW) if one.check == "accounts_owners"]
    assert dump(folder / "saraban.db") == before
    return {one.code: one for one in found}


def test_what_is_declared_is_in_order(work: Office) -> None:
    declared = {"shared": {"registry1": "officer1"}, "vendors": {"vendor.a": date(2026, 11, 22)}}
    (found,) = said(work, REGISTRY, VENDOR, **declared).values()
    assert (found.verdict.value, found.code, found.system) == ("pass", "access.owners_in_order", "saraban")
    assert found.measured["shared_logins"] == "registry1 (officer1)"
    assert found.measured["vendor_logins"] == "Vendor.A (2026-11-22)"


def test_a_contractors_account_that_is_active_the_day_after_its_last_one_fails(work: Office) -> None:
    found = said(work, VENDOR, vendors={"vendor.a": date(2026, 11, 21)})["access.vendor_ended"]
    assert found.verdict.value == "fail" and found.measured["ended_logins"] == "Vendor.A (2026-11-21)"
    assert "access.vendor_ended" not in said(
        work_of(work, "two"),
        replace(VENDOR, active=False),
        vendors={"vendor.a": date(2026, 11, 21)},
    )


def work_of(work: Office, name: str) -> Office:
    folder = work.folder / name
    folder.mkdir()
    return replace(work, folder=folder)


def test_what_looks_shared_and_is_not_declared_is_told(work: Office) -> None:
    found = said(work, REGISTRY)["access.shared_suspected"]
    assert found.verdict.value == "warn" and found.measured["suspected_logins"] == "registry1"


def test_several_active_accounts_of_one_number_are_told_together(work: Office) -> None:
    found = said(work, TWIN)["access.several_of_one"]
    assert found.measured["several_logins"] == "user1, somchai2"


def test_a_second_account_that_is_disabled_is_none(work: Office) -> None:
    assert set(said(work, replace(TWIN, active=False))) == {"access.owners_in_order"}


def test_an_account_that_only_the_settings_know_is_told(work: Office) -> None:
    found = said(work, shared={"registery1": "officer1"})["access.declared_missing"]
    assert found.measured["missing_logins"] == "registery1"


def test_declared_accounts_are_not_without_an_owner(work: Office) -> None:
    folder = work.folder / "count"
    folder.mkdir()
    made = office.flag_application(folder, (*PEOPLE, REGISTRY, VENDOR))
    kinds, *_ = count(replace(made, shared={"registry1": "officer1"}), SPELLING, Limits(), NOW)
    assert kinds.measured["orphaned_logins"] == "Vendor.A"


@pytest.mark.parametrize(
    "login", ["admin", "Test01", "scan_printer", "front.office", "saraban@dept.go", "guest-2"]
)
def test_a_login_that_names_a_task_is_generic(login: str) -> None:
    assert is_generic(account(login))


@pytest.mark.parametrize("login", ["somchai.j", "testa", "officerly", "malee", "testuserx"])
def test_a_login_that_names_a_person_is_not(login: str) -> None:
    assert not is_generic(account(login))


@pytest.mark.parametrize("name", ["งานสารบรรณ|", "ธุรการ|กองคลัง", "ส่วน|กลาง", "ผู้ดูแลระบบ|"])
def test_a_name_that_names_a_place_is_generic(name: str) -> None:
    assert is_generic(account("x1", name=name))
