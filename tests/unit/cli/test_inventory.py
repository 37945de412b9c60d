"""`dulae inventory check`: what an officer sees of the settings."""

import json
import pathlib

import pytest

from .department import Call, caller, example


@pytest.fixture
def inventory(tmp_path: pathlib.Path) -> pathlib.Path:
    return example(tmp_path)


@pytest.fixture
def call(inventory: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(inventory, capsys)


def mistake(inventory: pathlib.Path, file: str, right: str, wrong: str) -> None:
    path = inventory / f"group_vars/all/{file}.yml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def test_right_settings_are_counted(call: Call, inventory: pathlib.Path) -> None:
    expected = f"{inventory} is right: 5 hosts, 2 systems, 9 probes, 3 backup sets, 7 timers.\n"
    assert call("inventory", "check") == (0, expected, "")


def test_in_thai_too(call: Call) -> None:
    assert "ถูกต้อง: 5 เครื่อง 2 ระบบ" in call("inventory", "check", "--language", "th")[1]


def test_every_mistake_is_a_line_with_its_place(call: Call, inventory: pathlib.Path) -> None:
    mistake(inventory, "site", "digits: arabic", "digits: roman")
    mistake(inventory, "systems", "max_age_hours: 26", "max_age: 26")
    status, shown, errors = call("inventory", "check")
    assert status == 4
    assert [line.split(":")[0] for line in shown.splitlines()] == [
        "group_vars/all/site.yml",
        "group_vars/all/systems.yml",
    ]
    assert errors == f"2 to put right in {inventory}.\n"


def test_mistakes_are_told_in_thai(call: Call, inventory: pathlib.Path) -> None:
    mistake(inventory, "systems", "max_age_hours: 26", "max_age: 26")
    status, shown, _ = call("inventory", "check", "--language", "th")
    assert status == 4
    assert "'max_age' ไม่บอกหน่วย ให้เขียน 'max_age_hours'" in shown


def test_an_open_secret_is_told(call: Call, inventory: pathlib.Path) -> None:
    (inventory / "secrets/mailbox").chmod(0o644)
    status, shown, _ = call("inventory", "check")
    assert status == 4
    assert "chmod 600" in shown


def test_an_account_profile_that_nobody_knows_is_told(call: Call, inventory: pathlib.Path) -> None:
    mistake(inventory, "systems", "profile: flag", "profile: flags")
    status, shown, _ = call("inventory", "check")
    assert status == 4
    assert "systems.yml:" in shown and "Did you mean 'flag'?" in shown


def test_json_is_for_programs(call: Call, inventory: pathlib.Path) -> None:
    told = json.loads(call("inventory", "check", "--format", "json")[1])
    assert told == {"inventory": str(inventory), "right": True, "problems": []}
    mistake(inventory, "systems", "profile: flag", "profile: flags")
    (problem,) = json.loads(call("inventory", "check", "--format", "json")[1])["problems"]
    assert (problem["code"], problem["key"]) == ("near_choice", "dulae_systems[saraban].accounts.profile")
    mistake(inventory, "site", "digits: arabic", "digits: roman")
    (problem,) = json.loads(call("inventory", "check", "--format", "json")[1])["problems"]
    assert (problem["code"], problem["key"]) == ("choice", "dulae_site.digits")


def test_a_folder_that_is_not_there_is_one_line(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown, _ = caller(tmp_path / "nowhere", capsys)("inventory", "check")
    assert status == 4
    assert "no such inventory folder" in shown
