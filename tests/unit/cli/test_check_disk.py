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


def test_without_a_path_the_machine_s_own_disks_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    _, said = call(capsys, "--format", "json")
    paths = [finding["subject"] for finding in json.loads(said)["findings"]]
    assert paths and not {"/proc", "/sys"} & set(paths)


def test_the_next_backup_must_fit(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.dump").write_bytes(b"x" * 100)
    limits = ("--min-free-percent", "0", "--warn-free-percent", "0", "--min-free-inodes-percent", "0")
    asked = (str(tmp_path), "--backups", f"{tmp_path}/*.dump", "--keep", "7", *limits)
    status, said = call(capsys, *asked)
    assert status == 0 and "the next backups need 100 bytes" in said
    with open(tmp_path / "b.dump", "wb") as huge:
        huge.truncate(1 << 40)
    status, said = call(capsys, *asked)
    assert status == 2 and "enlarge the disk before they are made" in said


def test_backups_need_the_path_on_which_they_lie(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "disk", "--backups", "/srv/*.dump"])
    assert "name the path" in capsys.readouterr().err
