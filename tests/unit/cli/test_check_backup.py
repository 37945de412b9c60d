"""`dulae check backup` on this machine."""

import json
import pathlib
import tarfile
import time

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.cli import main
from dulae.cli.checks import backup


@pytest.fixture
def archive(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "letter.pdf").write_bytes(b"x" * 5000)
    with tarfile.open(tmp_path / "files.tar.gz", "w:gz") as made:
        made.add(tmp_path / "letter.pdf", "letter.pdf")
    return tmp_path / "files.tar.gz"


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", "backup", *arguments])
    return ended.value.code, capsys.readouterr().out


def test_a_good_file_passes_and_says_what_is_open(
    capsys: pytest.CaptureFixture[str], archive: pathlib.Path
) -> None:
    status, said = call(capsys, str(archive), "--kind", "tar", "--level", "structure")
    assert status == 0
    assert "lists 1 items" in said
    assert "not proven: that it is the same as when it was made;" in said


def test_without_a_manifest_integrity_warns(
    capsys: pytest.CaptureFixture[str], archive: pathlib.Path
) -> None:
    status, said = call(capsys, str(archive), "--kind", "tar", "--format", "nagios")
    assert status == 1
    assert said.startswith("DULAE BACKUP WARNING - ")


def test_a_manifest_that_was_named_must_be_there(
    capsys: pytest.CaptureFixture[str], archive: pathlib.Path
) -> None:
    given = ("--kind", "tar", "--manifest", "/no/such/manifest", "--format", "json")
    status, said = call(capsys, str(archive), *given)
    assert status == 2
    assert json.loads(said)["findings"][0]["code"] == "backup.manifest_missing"


def test_a_folder_without_backups_is_critical(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    status, said = call(capsys, str(tmp_path), "--kind", "pg_dump", "--max-age", "2d", "--format", "json")
    assert status == 2
    assert json.loads(said)["findings"][0]["limit"]["max_age_hours"] == 48


@pytest.mark.parametrize("age", ["26", "2w", "h", "0h", "-1h"])
def test_an_age_that_is_none_is_refused(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, _ = call(capsys, "/srv", "--kind", "tar", f"--max-age={age}")
    assert status == 3


def test_a_long_check_says_that_it_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> list[Finding]:
        time.sleep(0.1)
        return [Finding("backup", "/srv", Verdict.PASS, "backup.present", "there")]

    monkeypatch.setattr(backup, "_PATIENCE_S", 0.001)
    monkeypatch.setattr(backup, "check", slow)
    with pytest.raises(SystemExit):
        main(["check", "backup", "/srv", "--kind", "tar", "--format", "json"])
    assert capsys.readouterr().err == "reading /srv ...\n"


def test_rules_reach_the_check(capsys: pytest.CaptureFixture[str], archive: pathlib.Path) -> None:
    given = ("--kind", "tar", "--level", "content", "--expect-files", "*.pdf=2", "--format", "json")
    status, said = call(capsys, str(archive), *given)
    assert status == 2
    assert json.loads(said)["findings"][0]["code"] == "backup.too_few_files"


def test_a_program_names_its_kind(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.sql").write_text("mysqldump: Got error: 1045\n")
    given = ("--kind", "mysqldump", "--level", "structure", "--format", "json")
    status, said = call(capsys, str(tmp_path), *given, "--retention", "daily=7", "--max-shrink", "50")
    assert status == 2
    finding = json.loads(said)["findings"][0]
    assert (finding["code"], finding["measured"]["kind"]) == ("backup.error_text", "mariadb_dump")
    assert finding["limit"]["retention"] == {"daily": 7}


def test_what_lies_inside_reaches_the_check(
    capsys: pytest.CaptureFixture[str], archive: pathlib.Path
) -> None:
    given = ("--kind", "tar", "--inside", "/srv/*.dump", "--inside-kind", "mysqldump", "--format", "json")
    status, said = call(capsys, str(archive), *given)
    finding = json.loads(said)["findings"][0]
    assert (status, finding["code"]) == (3, "backup.no_inside")
    assert (finding["limit"]["inside"], finding["limit"]["inside_kind"]) == ("/srv/*.dump", "mariadb_dump")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--retention", "yearly=1"),
        ("--expect-table", "=1"),
        ("--kind", "floppy"),
        ("--inside", "/srv/a.dump"),
        ("--inside-kind", "tar"),
    ],
)
def test_rules_that_are_none_are_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    status, _ = call(capsys, "/srv", "--kind", "tar", *wrong)
    assert status == 3
