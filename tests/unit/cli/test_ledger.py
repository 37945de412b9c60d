import json
import pathlib
import shutil

import pytest

from dulae.cli import main
from dulae.cli.ledger import _progress
from dulae.ledger import Ledger, keys
from tests.faults.evidence_house import House, build, finding


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return build(tmp_path)


def run(house: House, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit status, output and errors of ``dulae ledger``."""
    with pytest.raises(SystemExit) as ended:
        main(["-i", str(house.inventory), "ledger", *arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_a_ledger_is_made_once_and_names_its_key(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(house.ledger_folder)
    status, out, _ = run(house, capsys, "init")
    assert status == 0 and "example-department/dulae/control1" in out
    assert keys.fingerprint(keys.public(house.ledger_folder)) in out
    status, _, err = run(house, capsys, "init")
    assert status == 4 and "A ledger is never made anew" in err


def test_an_intact_ledger_is_told_with_anchor_and_open_runs(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger.open(house.ledger_folder)
    ledger.append("run.intent", {}, run="r1", control="availability")
    status, out, err = run(house, capsys, "verify")
    assert status == 0 and err == ""
    assert out.splitlines() == [
        "intact: 2 entries, sealed up to 1",
        f"anchor 2 {ledger.anchor().sha256}",
        f"key {keys.fingerprint(keys.public(house.ledger_folder))}",
        "runs without an end: r1",
    ]
    ledger.close()


def test_a_wrong_anchor_is_not_intact(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(house, capsys, "verify", "--anchor", f"1:{'0' * 64}")
    assert status == 2
    assert out.startswith("NOT INTACT, 1 problem: 1 entry") and "anchor 1" in err


@pytest.mark.parametrize("anchor", ["1", "one:2", f"1:{'0' * 63}"])
def test_what_is_no_anchor_is_refused(house: House, capsys: pytest.CaptureFixture[str], anchor: str) -> None:
    status, _, err = run(house, capsys, "verify", "--anchor", anchor)
    assert status == 4 and "is no anchor" in err


def test_a_ledger_whose_key_is_gone_is_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (house.ledger_folder / "public.pem").unlink()
    status, out, _ = run(house, capsys, "verify")
    assert status == 2 and "key cannot be read" in out


def test_an_export_is_verified_without_any_settings(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    out = house.folder / "out"
    status, said, _ = run(house, capsys, "export", str(out))
    assert status == 0 and "1 entry is in" in said
    shutil.rmtree(house.inventory)
    assert run(house, capsys, "verify", str(out))[0] == 0
    assert run(house, capsys, "verify", str(house.folder))[0] == 4


def test_an_anchor_that_is_put_somewhere_is_recorded(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    status, first, _ = run(house, capsys, "anchor")
    assert status == 0 and Ledger.open(house.ledger_folder).size() == 1
    run(house, capsys, "anchor", "--upto", "1", "--to", "the chair")
    (entry,) = Ledger.open(house.ledger_folder).entries(["anchor"])
    assert first.split() == [str(entry.body["count"]), entry.body["sha256"]]
    assert entry.body["to"] == "the chair"
    assert run(house, capsys, "anchor", "--upto", "9")[0] == 4


@pytest.fixture
def told(house: House) -> House:
    ledger = Ledger.open(house.ledger_folder)
    for verdict in ("pass", "fail"):
        body = {"host": "alpha", "finding": finding("alpha", verdict, because=f"เป็น {verdict}\x1b[31m")}
        ledger.append("finding", body, run="r1", control="availability", verdict=verdict)
    ledger.append("incident.opened", {"number": "INC-2570-0001"}, control="restoration")
    ledger.close()
    return house


def test_entries_are_shown_in_the_office_s_time_and_drive_no_terminal(
    told: House, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(told, capsys, "show", "--kind", "finding")
    lines = out.splitlines()
    assert status == 0 and len(lines) == 2
    assert "+07:00  finding  availability  fail  alpha: เป็น fail?[31m" in lines[1]


def test_the_newest_entries_are_shown(told: House, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(told, capsys, "show", "--last", "1")[1]
    assert "INC-2570-0001" in out and out.startswith("3  ")


def test_one_entry_is_shown_whole(told: House, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(told, capsys, "show", "2")[1]
    assert '"code": "pretend.answer"' in out and "salt" not in out and "\x1b" not in out
    assert run(told, capsys, "show", "9")[0] == 4


def test_entries_are_shown_to_programs_as_lines_of_json(
    told: House, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(told, capsys, "show", "--run", "r1", "--control", "availability", "--format", "json")[1]
    shown = [json.loads(line) for line in out.splitlines()]
    assert [entry["verdict"] for entry in shown] == ["pass", "fail"]
    assert shown[0]["body"]["finding"]["because"] == "เป็น pass\x1b[31m"


def test_without_a_ledger_the_remedy_is_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(house.ledger_folder)
    for command in (["show"], ["anchor"], ["export", str(house.folder / "out")]):
        status, _, err = run(house, capsys, *command)
        assert status == 4 and "dulae ledger init" in err


def test_long_work_tells_how_far_it_has_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dulae.cli.ledger._PATIENCE_S", 0)
    with _progress("verified {} entries") as tell:
        tell(3000)
    assert capsys.readouterr().err == "verified 3000 entries\n"
    monkeypatch.setattr("dulae.cli.ledger._PATIENCE_S", 60)
    with _progress("verified {} entries") as tell:
        tell(3000)
    assert capsys.readouterr().err == ""


def test_long_work_tells_it_on_a_terminal_in_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with _progress("verified {} entries") as tell:
        tell(3000)
    assert "verified 3,000 entries" in capsys.readouterr().err
