"""The door of the monthly part, run as Ansible runs it: accounts by kind, whose they are, and against the staff."""

from pathlib import Path

import pytest

from tests.library.conftest import RunModule
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import change_accounts, department
from tests.unit.accounts.office import citizen_id, dump

__all__ = ["keys"]
STAFF = "ลำดับ,ชื่อ-สกุล,เลขประจำตัวประชาชน,สังกัด\n"
NAMES = {1: "สมชาย ใจดี", 2: "สมหญิง รักงาน", 3: "วิชัย มีสุข", 4: "กานดา ทองดี", 91: "ผู้ช่วย ดูแล"}


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


@pytest.fixture
def staff(tmp_path: Path) -> str:
    rows = (
        f"{at},นาย{name},{citizen_id(number)},กองคลัง\n" for at, (number, name) in enumerate(NAMES.items(), 1)
    )
    path = tmp_path / "staff.csv"
    path.write_text(STAFF + "".join(rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("check_mode", [False, True])
def test_accounts_are_counted_for_each_system_and_nothing_is_written(
    run_module: RunModule, inventory: Path, check_mode: bool
) -> None:
    before = dump(inventory.parent / "saraban.db")
    counted = run_module(
        "dulae_accounts", _check_mode=check_mode, inventory=str(inventory), dormant_days=20000
    )
    assert not counted["changed"] and counted["verdict"] == "pass"
    assert [(found["subject"], found["check"]) for found in counted["findings"]] == [
        ("intranet", "accounts"),
        ("intranet", "accounts_owners"),
        ("saraban", "accounts"),
        ("saraban", "accounts_owners"),
    ]
    assert counted["findings"][0]["measured"]["privileged"] == 2
    assert dump(inventory.parent / "saraban.db") == before


def test_with_a_staff_list_each_system_is_compared(
    run_module: RunModule, inventory: Path, staff: str
) -> None:
    made = run_module("dulae_accounts", inventory=str(inventory), staff_list=staff, dormant_days=20000)
    told = [found for found in made["findings"] if found["check"] == "accounts_staff"]
    assert [(found["subject"], found["code"]) for found in told] == [
        ("intranet", "access.staff_agrees"),
        ("saraban", "access.staff_agrees"),
    ]


def test_a_staff_list_that_is_missing_leaves_only_the_comparison_unknown(
    run_module: RunModule, inventory: Path, tmp_path: Path
) -> None:
    given = {"inventory": str(inventory), "staff_list": str(tmp_path / "none.xlsx"), "dormant_days": 20000}
    made = run_module("dulae_accounts", **given)
    assert {found["check"] for found in made["findings"] if found["verdict"] == "unknown"} == {
        "accounts_staff"
    }
    assert made["verdict"] == "unknown" and "failed" not in made


def test_a_contractors_account_after_its_day_fails_and_can_fail_the_task(
    run_module: RunModule, inventory: Path
) -> None:
    change_accounts(inventory, vendors=[{"login": "user3", "ends": "2020-01-31"}])
    made = run_module("dulae_accounts", inventory=str(inventory), fail_on="fail")
    assert made["failed"] and made["msg"].startswith("fail: ")
    assert "access.vendor_ended" in {found["code"] for found in made["findings"]}


def test_a_database_that_cannot_be_read_is_unknown_and_the_other_is_counted(
    run_module: RunModule, inventory: Path, staff: str
) -> None:
    (inventory.parent / "saraban.db").unlink()
    made = run_module("dulae_accounts", inventory=str(inventory), staff_list=staff, dormant_days=20000)
    verdicts = {(found["subject"], found["check"]): found["verdict"] for found in made["findings"]}
    assert verdicts[("saraban", "accounts")] == verdicts[("saraban", "accounts_staff")] == "unknown"
    assert verdicts[("intranet", "accounts")] == verdicts[("intranet", "accounts_staff")] == "pass"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"dormant_days": "many"}, "dormant_days"),
        ({"fail_on": "sometimes"}, "fail_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_arguments_are_refused(
    run_module: RunModule, inventory: Path, arguments: dict[str, str], words: str
) -> None:
    failed = run_module("dulae_accounts", inventory=str(inventory), **arguments)
    assert failed["failed"] and words in failed["msg"]


def test_a_holder_who_is_none_is_told_with_his_line(run_module: RunModule, inventory: Path) -> None:
    change_accounts(inventory, shared=[{"login": "registry", "owner": "officer9"}])
    failed = run_module("dulae_accounts", inventory=str(inventory))
    assert failed["failed"] and "systems.yml:" in failed["msg"] and "officer9" in failed["msg"]


def test_a_wrong_description_is_told_with_its_line_as_the_command_line_tells_it(
    run_module: RunModule, inventory: Path
) -> None:
    change_accounts(inventory, tablename="x", zone="Mars")
    made = run_module("dulae_accounts", inventory=str(inventory))
    told = "systems.yml:"
    assert made["failed"] and told in made["msg"] and "accounts.tablename: nobody reads" in made["msg"]
    assert "And 3 more: 'dulae inventory check' lists them all" in made["msg"]
