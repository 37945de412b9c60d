"""The folder that backups are written to."""

import os
import pathlib
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup.faults import CannotTell
from dulae.checks.backup.manifest import Manifest
from dulae.checks.backup_create import store
from dulae.checks.finding import utc_text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def publish(folder: pathlib.Path, hours_ago: int = 1, text: bytes = b"data") -> pathlib.Path:
    """Put a complete set of our own into a store."""
    moment = NOW - timedelta(hours=hours_ago)
    name = store.new_name(str(folder), "files", ".tar.gz", moment)
    made = Manifest("tar", name, 0, "", utc_text(moment), utc_text(moment))
    with store.partial(str(folder), name) as path:
        pathlib.Path(path).write_bytes(text)
        store.publish(str(folder), path, made)
    return folder / name


def handle_of(path: pathlib.Path) -> int:
    """Return the handle under which this process has a file open."""
    opened = {int(link.name): link.resolve() for link in pathlib.Path("/proc/self/fd").iterdir()}
    return next(number for number, target in opened.items() if target == path.resolve())


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_published_set_is_a_private_file_with_its_manifest(tmp_path: pathlib.Path) -> None:
    path = publish(tmp_path)
    assert names(tmp_path) == [path.name, f"{path.name}.manifest.json"]
    assert {entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()} == {0o600}


def test_own_sets_come_newest_first(tmp_path: pathlib.Path) -> None:
    old, new = publish(tmp_path, 30), publish(tmp_path, 2)
    assert [own.path for own in store.own_sets(str(tmp_path), "files")] == [str(new), str(old)]


def test_two_sets_of_one_second_have_two_names(tmp_path: pathlib.Path) -> None:
    assert publish(tmp_path) != publish(tmp_path)


def test_a_program_started_meanwhile_does_not_keep_the_lock(tmp_path: pathlib.Path) -> None:
    # Between fork and exec, a program that another thread starts has every handle of ours.
    with store.locked(str(tmp_path), "files"):
        mine = handle_of(tmp_path / ".files.lock")
        heir = subprocess.Popen(["sleep", "60"], pass_fds=(mine,))
    try:
        with store.locked(str(tmp_path), "files"):
            assert heir.poll() is None
    finally:
        heir.kill()
        heir.wait()


def test_what_others_made_is_not_ours(tmp_path: pathlib.Path) -> None:
    path = publish(tmp_path)
    (tmp_path / "files-20260101T000000Z.tar.gz").write_bytes(b"by the contractor")
    beside = path.with_name(path.name + ".manifest.json")
    beside.write_text(beside.read_text().replace('"dulae"', '"somebody"'))
    assert store.own_sets(str(tmp_path), "files") == []


def test_a_set_that_somebody_replaced_is_not_ours_any_more(tmp_path: pathlib.Path) -> None:
    publish(tmp_path).write_bytes(b"something longer")
    assert store.own_sets(str(tmp_path), "files") == []


def test_sets_of_another_prefix_are_not_ours(tmp_path: pathlib.Path) -> None:
    publish(tmp_path)
    assert store.own_sets(str(tmp_path), "file") == []


def test_a_failure_leaves_nothing(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OSError), store.partial(str(tmp_path), "files-1.tar.gz"):
        raise OSError(28, "No space left on device")
    assert names(tmp_path) == []


def test_what_a_broken_run_left_is_swept_away(tmp_path: pathlib.Path) -> None:
    path = publish(tmp_path, 2)
    gone = publish(tmp_path, 1)
    gone.unlink()  # killed between the two renames: a manifest without its set
    (tmp_path / ".files-20261122T110000Z.tar.gz.partial").write_bytes(b"half")
    (tmp_path / ".other-20261122T110000Z.tar.gz.partial").write_bytes(b"somebody else's")
    (tmp_path / "files-note.manifest.json").write_text("somebody's own")
    assert store.sweep(str(tmp_path), "files") == 2
    assert names(tmp_path) == [
        ".other-20261122T110000Z.tar.gz.partial",
        path.name,
        f"{path.name}.manifest.json",
        "files-note.manifest.json",
    ]


def test_removing_takes_set_and_manifest(tmp_path: pathlib.Path) -> None:
    publish(tmp_path)
    (own,) = store.own_sets(str(tmp_path), "files")
    store.remove(str(tmp_path), own)
    assert names(tmp_path) == []


def test_surplus_sets_are_the_oldest(tmp_path: pathlib.Path) -> None:
    old = publish(tmp_path, 30)
    publish(tmp_path, 2)
    sets = store.own_sets(str(tmp_path), "files")
    assert [own.path for own in store.surplus(sets, 1, {})] == [str(old)]
    assert (
        store.surplus(sets, 0, {}) == store.surplus(sets, 5, {}) == store.surplus(sets, 1, {"daily": 2}) == []
    )


def test_the_newest_set_is_recent_within_the_interval_only(tmp_path: pathlib.Path) -> None:
    publish(tmp_path, 2)
    sets = store.own_sets(str(tmp_path), "files")
    assert store.recent(sets, NOW, 3) and not store.recent(sets, NOW, 2) and not store.recent([], NOW, 2)


def test_two_runs_are_kept_apart(tmp_path: pathlib.Path) -> None:
    with store.locked(str(tmp_path), "files"):
        with pytest.raises(CannotTell) as caught, store.locked(str(tmp_path), "files"):
            raise AssertionError
        assert caught.value.why is store.ALREADY_RUNNING
        with store.locked(str(tmp_path), "database"):
            pass
    with store.locked(str(tmp_path), "files"):
        pass


def test_a_missing_store_is_made_private(tmp_path: pathlib.Path) -> None:
    with store.locked(str(tmp_path / "store"), "files"):
        assert os.stat(tmp_path / "store").st_mode & 0o777 == 0o700
    assert store.own_sets(str(tmp_path / "none"), "files") == []
