"""`dulae check disk` on this machine."""

import json
import pathlib

import pytest

from dulae.cli import main


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", "disk", *arguments])
    return ended.value.code, capsys.readouterr().out


def test_room_enough_passes(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    limits = ("--min-free-percent", "0", "--warn-free-percent", "0", "--min-free-inodes-percent", "0")
    status, said = call(capsys, str(tmp_path), *limits)
    assert status == 0
    assert "% free" in said


def test_too_little_room_is_critical_to_nagios(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    status, said = call(capsys, str(tmp_path), "--min-free-bytes", str(10**18), "--format", "nagios")
    assert status == 2
    assert said.startswith("DULAE DISK CRITICAL - ")


def test_a_missing_path_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = call(capsys, "/no/such/path", "--format", "json")
    assert status == 3
    assert json.loads(said)["findings"][0]["code"] == "disk.missing"
