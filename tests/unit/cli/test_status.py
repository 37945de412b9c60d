"""`dulae status`: what an officer sees of each control, in both languages."""

import json
import os
import pathlib

import pytest

from dulae.cli.findings import width
from dulae.ledger.locks import ControlLock, Holder

from .department import Call, Kept, caller, example, set_clock


@pytest.fixture
def inventory(tmp_path: pathlib.Path) -> pathlib.Path:
    return example(tmp_path)


@pytest.fixture
def kept(inventory: pathlib.Path) -> Kept:
    return Kept.begun(inventory)


@pytest.fixture
def call(
    inventory: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Call:
    set_clock(monkeypatch, "2026-11-18 12:00")
    return caller(inventory, capsys)


def line_of(shown: str, control: str) -> str:
    return next(line for line in shown.splitlines() if line.startswith(control))


def test_without_a_ledger_it_is_refused_with_the_remedy(call: Call) -> None:
    status, _, errors = call("status")
    assert status == 4
    assert "dulae ledger init" in errors


def test_every_control_has_a_line(call: Call, kept: Kept) -> None:
    status, shown, _ = call("status")
    assert status == 0
    assert [line.split()[0] for line in shown.splitlines()[1:]] == [
        "availability", "restoration", "recoverability", "drill", "creation", "access", "usage",
    ]  # fmt: skip


def test_a_run_is_shown_with_its_verdict_and_its_time_against_the_limit(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15")
    kept.result("r", "2026-11-18 08:16", "warn")
    line = line_of(call("status")[1], "availability")
    assert "18 Nov 2026 08:15  warn" in line
    assert "12 " in line and " / 5 " in line
    assert "19 Nov 2026 08:15" in line
    assert line.split("08:15")[-1].split()[0] == "done"


def test_what_was_not_done_in_time_is_overdue(call: Call, kept: Kept) -> None:
    assert "overdue" in line_of(call("status")[1], "availability")
    assert "never" in line_of(call("status")[1], "availability")


def test_periods_without_a_run_since_the_last_one_are_counted(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-16 08:15")
    kept.result("r", "2026-11-16 08:16")
    assert "overdue, 1 missed" in line_of(call("status")[1], "availability")


def test_a_late_run_is_shown_as_late(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 11:00")
    kept.result("r", "2026-11-18 11:01")
    assert "done late" in line_of(call("status")[1], "availability")


def test_a_killed_run_is_shown_as_interrupted(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15")
    assert "overdue, interrupted" in line_of(call("status")[1], "availability")


def test_a_run_at_work_is_shown_with_who_runs_it(call: Call, kept: Kept, inventory: pathlib.Path) -> None:
    kept.intent("r", "2026-11-18 08:15")
    lock = ControlLock(inventory / "state", Holder("availability", "s", os.getpid(), "somchai", "2026-11-18"))
    lock.take()
    try:
        line = line_of(call("status")[1], "availability")
        assert "running (somchai)" in line and "interrupted" not in line
    finally:
        lock.free()


def test_a_run_of_some_hosts_is_shown_as_such_and_does_not_count(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15", excluded=[{"host": "web1", "subject": "a/b", "check": "http"}])
    kept.result("r", "2026-11-18 08:16")
    line = line_of(call("status")[1], "availability")
    assert "pass (partly)" in line and "overdue" in line


def test_a_run_over_the_limit_is_shown(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15")
    kept.result("r", "2026-11-18 08:25", "warn", elapsed_ms=600_000, within_limit=False)
    assert "10 " in line_of(call("status")[1], "availability")


def test_in_thai_the_columns_stand_under_each_other(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15")
    kept.result("r", "2026-11-18 08:16", "unknown")
    shown = call("status", "--language", "th")[1]
    lines = shown.splitlines()
    assert "ไม่สามารถตรวจสอบได้" in line_of(shown, "availability")
    assert "18 พ.ย. 2569 08:15 น." in line_of(shown, "availability")
    column = width(lines[0][: lines[0].index("รายการ")])
    titles = ["ตรวจสอบความพร้อมใช้งานของระบบ", "รับแจ้งปัญหา"]
    for line, title in zip(lines[1:], titles, strict=False):
        assert width(line[: line.index(title)]) == column


def test_json_is_for_programs(call: Call, kept: Kept) -> None:
    kept.intent("r", "2026-11-18 08:15")
    kept.result("r", "2026-11-18 08:16")
    told = {each["id"]: each for each in json.loads(call("status", "--format", "json")[1])}
    assert told["availability"]["state"] == "done"
    assert told["availability"]["last"]["verdict"] == "pass"
    assert told["availability"]["due_at"] == "2026-11-18T01:15:00.000+00:00"
    assert told["restoration"]["last"] is None


CODES = [([], 2), ([("r", "pass")], 2), ([("r", "fail")], 2)]


@pytest.mark.parametrize(("verdicts", "expected"), CODES)
def test_the_exit_code_is_the_worst_control_s_where_it_is_wanted(
    verdicts: list[tuple[str, str]], expected: int, call: Call, kept: Kept
) -> None:
    for name, verdict in verdicts:
        kept.intent(name, "2026-11-18 08:15")
        kept.result(name, "2026-11-18 08:16", verdict)
    assert call("status")[0] == 0
    assert call("status", "--exit-code")[0] == expected


def test_the_exit_code_of_a_quiet_morning_is_zero(
    call: Call, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, "2026-11-17 08:00")
    for control in ("availability", "restoration", "recoverability", "drill", "creation", "access", "usage"):
        kept.intent(control, "2026-11-16 21:00", control)
        kept.result(control, "2026-11-16 21:01", control=control, evidenced=True)
    assert call("status", "--exit-code")[0] == 0
    told = {each["id"]: each["state"] for each in json.loads(call("status", "--format", "json")[1])}
    assert told["recoverability"] == "done"
    assert told["availability"] == "waiting"


def test_an_interrupted_run_makes_the_exit_code_unknown_at_least(
    call: Call, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, "2026-11-16 08:10")
    kept.intent("r", "2026-11-16 08:05")
    assert call("status", "--exit-code")[0] == 3
