"""The module that reads the personnel division's list."""

import json
from pathlib import Path

from tests.library.conftest import RunModule
from tests.unit.people.lists import as_csv, number, person


def test_it_reads_judges_and_keeps_the_list(run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person(1), person(2, movement="ย้าย")]))
    result = run_module("dulae_leavers", folder=str(tmp_path), output=str(tmp_path / "judged.json"))
    assert result["changed"]
    assert (result["verdict"], result["summary"]) == ("warn", "1 pass, 1 warn")
    assert result["counts"]["act"] == 1
    assert number(1) not in json.dumps(result)
    assert json.loads((tmp_path / "judged.json").read_text())["rows"][0]["citizen_id"] == number(1)
    again = run_module("dulae_leavers", folder=str(tmp_path), output=str(tmp_path / "judged.json"))
    assert not again["changed"]


def test_check_mode_writes_nothing(run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person()]))
    output = tmp_path / "judged.json"
    result = run_module(
        "dulae_leavers", _check_mode=True, path=str(tmp_path / "week.csv"), output=str(output)
    )
    assert (result["verdict"], result["changed"], output.exists()) == ("pass", False, False)


def test_a_missing_list_fails_the_task_only_where_asked(run_module: RunModule, tmp_path: Path) -> None:
    assert not run_module("dulae_leavers", folder=str(tmp_path)).get("failed")
    refused = run_module("dulae_leavers", folder=str(tmp_path), fail_on="unknown")
    assert refused["failed"]
    assert refused["findings"][0]["code"] == "list.missing"


def test_a_ledger_that_is_not_there_is_told_in_one_line(run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person()]))
    result = run_module("dulae_leavers", path=str(tmp_path / "week.csv"), ledger=str(tmp_path / "ledger"))
    assert result["failed"]
    assert "there is no ledger" in result["msg"]


def test_an_output_that_cannot_be_written_is_told_in_one_line(run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person()]))
    output = tmp_path / "week.csv" / "judged.json"
    result = run_module("dulae_leavers", path=str(tmp_path / "week.csv"), output=str(output))
    assert result["failed"]
    assert "week.csv" in result["msg"]


def test_a_file_or_a_folder_is_needed(run_module: RunModule) -> None:
    assert "one of the following is required" in run_module("dulae_leavers")["msg"]
