"""Which copies of a set there are."""

import os
import pathlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import copies, places
from dulae.checks.backup.copies import Inventory
from dulae.checks.backup.faults import Bad, CannotTell, Fault
from dulae.checks.backup.sets import BackupSet

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def put(folder: pathlib.Path, name: str, hours_ago: float = 1, text: str = "data") -> pathlib.Path:
    path = folder / name
    path.write_text(text)
    moment = (NOW - timedelta(hours=hours_ago)).timestamp()
    os.utime(path, (moment, moment))
    return path


def take(folder: pathlib.Path, pattern: str = "*", now: datetime = NOW) -> Inventory:
    wanted = BackupSet(str(folder), "tar", pattern=pattern)
    return copies.take(wanted, places.store(wanted, places.is_file), now)


def fault(folder: pathlib.Path, pattern: str = "*") -> Fault:
    with pytest.raises(Fault) as caught:
        take(folder, pattern)
    return caught.value


def test_the_newest_comes_first(tmp_path: pathlib.Path) -> None:
    for name, hours in (("b", 3), ("a", 1.5), ("c", 40)):
        put(tmp_path, name, hours)
    assert [copy.name for copy in take(tmp_path).copies] == ["a", "b", "c"]


def test_the_time_in_the_name_goes_before_that_of_a_copied_file(tmp_path: pathlib.Path) -> None:
    put(tmp_path, "db-20261101T000000Z.dump", 2)
    put(tmp_path, "db-20261121T000000Z.dump", 36)
    assert take(tmp_path).copies[0].name == "db-20261121T000000Z.dump"


def test_only_what_matches_the_pattern_counts(tmp_path: pathlib.Path) -> None:
    put(tmp_path, "other.dump")
    assert fault(tmp_path, "saraban-*").why is copies.MISSING


@pytest.mark.parametrize(
    "name",
    ["a.dump.manifest.json", "a.dump.sha256", "backup.log", ".saraban.lock", ".a.dump.manifest.json.partial"],
)
def test_what_stands_beside_backups_is_none(tmp_path: pathlib.Path, name: str) -> None:
    put(tmp_path, name)
    assert fault(tmp_path).why is copies.MISSING


@pytest.mark.parametrize(
    "name", ["a.dump.partial", ".a.dump.Xy12", "a.dump.tmp", "a.dump~", ".a.dump.partial", "a.PART"]
)
def test_a_name_may_say_that_a_copy_is_not_finished(tmp_path: pathlib.Path, name: str) -> None:
    put(tmp_path, name)
    made = fault(tmp_path)
    assert (made.why, made.numbers["unfinished"]) == (copies.ONLY_UNFINISHED, 1)


def test_an_unfinished_copy_does_not_hide_the_one_before(tmp_path: pathlib.Path) -> None:
    put(tmp_path, "new.dump.partial", 1)
    put(tmp_path, "old.dump", 20)
    inventory = take(tmp_path)
    assert ([copy.name for copy in inventory.copies], inventory.unfinished) == (["old.dump"], 1)


def test_a_copy_that_a_program_writes_to_is_not_finished(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path, "new.dump", 0.1)
    put(tmp_path, "old.dump", 20)
    hold = "import sys; f = open(sys.argv[1], 'a'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout and writer.stdout.readline()
        assert take(tmp_path).copies[0].name == "old.dump"
        writer.communicate()
    assert take(tmp_path).copies[0].name == "new.dump"


def test_a_copy_that_a_program_only_reads_is_finished(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path, "new.dump", 0.1)
    with open(path, encoding="utf-8"):
        assert take(tmp_path).copies[0].name == "new.dump"


def test_a_copy_that_grows_as_one_looks_is_not_finished(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path, "new.dump", 0)
    copy = copies.look(str(path))
    assert copies.being_written(copy, NOW, pause=lambda seconds: None) is False

    def grow(seconds: float) -> None:
        put(tmp_path, "new.dump", 0, "more data")

    assert copies.being_written(copy, NOW, pause=grow)


def test_two_names_of_one_file_count_once(tmp_path: pathlib.Path) -> None:
    put(tmp_path, "a.dump")
    (tmp_path / "latest.dump").symlink_to("a.dump")
    assert len(take(tmp_path).copies) == 1


def test_a_missing_folder_is_bad(tmp_path: pathlib.Path) -> None:
    made = fault(tmp_path / "none")
    assert isinstance(made, Bad)
    assert made.why is copies.NO_PLACE


def test_a_folder_that_may_not_be_read_is_unknown(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    made = fault(tmp_path)
    assert isinstance(made, CannotTell)
    assert made.why is copies.REFUSED


def test_one_file_is_a_set_whatever_its_pattern(tmp_path: pathlib.Path) -> None:
    path = put(tmp_path, "a.dump", 2)
    assert take(path, "no-match").copies[0].path == str(path)


def test_names_from_the_store_are_shown_without_control_characters() -> None:
    assert copies.shown("a\x1b[31m\ncaf\udce9") == "a?[31m?caf?"
