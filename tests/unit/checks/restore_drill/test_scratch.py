"""The scratch place of drills."""

import os
import pathlib
import subprocess

import pytest

from dulae.checks.backup.faults import CannotTell
from dulae.checks.backup.kinds import pgbackrest_files
from dulae.checks.backup.tools import Tools
from dulae.checks.restore_drill import scratch, serving


def test_the_place_is_locked_and_gone_afterwards(tmp_path: pathlib.Path) -> None:
    with scratch.workshop(str(tmp_path)) as place:
        assert os.path.isdir(place)
        with pytest.raises(CannotTell) as caught, scratch.workshop(str(tmp_path)):
            raise AssertionError
        assert caught.value.why is scratch.BUSY
    assert os.listdir(tmp_path) == []


def test_a_missing_place_is_unknown() -> None:
    with pytest.raises(CannotTell) as caught, scratch.workshop("/no/such/folder"):
        raise AssertionError
    assert caught.value.why is scratch.NO_PLACE


def test_a_place_that_others_can_write_to_is_not_trusted(tmp_path: pathlib.Path) -> None:
    with scratch.workshop(str(tmp_path)) as place:
        name = os.path.basename(place)
    (tmp_path / name).mkdir()
    (tmp_path / name).chmod(0o777)
    with pytest.raises(CannotTell) as caught, scratch.workshop(str(tmp_path)):
        raise AssertionError
    assert caught.value.why is scratch.UNSAFE


def test_a_link_is_not_followed(tmp_path: pathlib.Path) -> None:
    with scratch.workshop(str(tmp_path)) as place:
        name = os.path.basename(place)
    (tmp_path / name).symlink_to("/tmp")
    with pytest.raises(CannotTell), scratch.workshop(str(tmp_path)):
        raise AssertionError


def test_what_a_killed_drill_left_is_removed_and_its_stage_told(tmp_path: pathlib.Path) -> None:
    left = tmp_path / "x1"
    (left / "data").mkdir(parents=True)
    scratch.note_stage(str(left), "restore")
    (tmp_path / "x2").mkdir()
    with subprocess.Popen(["sleep", "60"], cwd=left / "data") as program:
        assert scratch.programs_in(str(left)) == [program.pid]
        assert scratch.reap(str(tmp_path)) == ["restore", "unknown"]
        assert program.wait() != 0
    assert os.listdir(tmp_path) == []


def test_a_passphrase_that_a_killed_drill_left_is_removed_and_is_no_drill(tmp_path: pathlib.Path) -> None:
    left = pgbackrest_files.kept_secret("a passphrase", Tools(temporary=str(tmp_path)))
    path = pathlib.Path(left.__enter__())
    assert path.read_text() == "a passphrase"
    assert path.parent.stat().st_mode & 0o77 == 0
    assert scratch.reap(str(tmp_path)) == []
    assert os.listdir(tmp_path) == []


def test_a_program_that_does_not_listen_is_killed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_PATIENCE_S", 0.2)
    deaf = "import signal; signal.signal(3, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    with subprocess.Popen(["python3", "-c", deaf], cwd=tmp_path, stdout=subprocess.PIPE) as program:
        assert program.stdout and program.stdout.readline()
        with pytest.raises(CannotTell) as caught:
            # Not waited for, it stays as a zombie with a place; only its parent can let it go.
            monkeypatch.setattr(scratch, "programs_in", lambda folder: [program.pid])
            scratch.end_programs(str(tmp_path))
        assert caught.value.why is scratch.STUCK
        assert program.wait() == -9


def test_other_programs_that_name_the_folder_are_left_alone(tmp_path: pathlib.Path) -> None:
    with subprocess.Popen(["sleep", "60", "60", str(tmp_path)[:0] or "1"], cwd="/") as program:
        assert program.pid not in scratch.programs_in(str(tmp_path))
        program.kill()


def test_a_drills_folder_is_gone_even_if_the_drill_fails(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError), scratch.folder(str(tmp_path)) as place:
        pathlib.Path(place, "data").mkdir()
        raise ValueError
    assert os.listdir(tmp_path) == []


def test_a_place_in_which_anybody_may_remove_anything_is_not_used(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(CannotTell) as caught, scratch.workshop(str(tmp_path)):
        raise AssertionError
    assert caught.value.why is scratch.OPEN_TO_ALL
    tmp_path.chmod(0o1777)
    with scratch.workshop(str(tmp_path)) as place:
        assert os.path.isdir(place)


def test_a_sockets_path_is_measured_in_bytes(tmp_path: pathlib.Path) -> None:
    thai = pathlib.Path("/x") / ("ก" * 30)
    with pytest.raises(CannotTell) as caught:
        serving.settle(str(thai), ".s.PGSQL.5432")
    assert caught.value.why is serving.TOO_LONG
