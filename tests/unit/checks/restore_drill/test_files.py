"""Drills of archives."""

import errno
import io
import os
import pathlib
import shutil
import tarfile
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Request
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill, files, work
from dulae.checks.restore_drill.request import Assertion, Drill, drill_from

Space = namedtuple("Space", "f_bavail f_frsize")


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    """Give a store with one good archive."""
    source = tmp_path / "source"
    (source / "ปี 2569").mkdir(parents=True)
    (source / "ปี 2569" / "secret letter.pdf").write_bytes(os.urandom(5000))
    (source / "b").write_bytes(os.urandom(500_000))
    (source / "link").symlink_to("/etc/passwd")
    making.make(Request("tar", str(source), str(tmp_path / "store"), "files"), Tools())
    return tmp_path / "store"


def newest(store: pathlib.Path) -> pathlib.Path:
    return next(path for path in store.iterdir() if path.name.endswith(".tar.gz"))


def hold(store: pathlib.Path, **wanted: Any) -> Finding:
    one = Drill(BackupSet(str(store), "tar", "saraban/files", "saraban", pattern="files-*"), **wanted)
    place = store.parent / "scratch"
    place.mkdir(exist_ok=True)
    (finding,) = drill.check([one], Tools(), str(place))
    assert os.listdir(place) == []
    return finding


def test_a_good_archive_is_restored_and_proven(store: pathlib.Path) -> None:
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored")
    assert finding.measured["files"] == 2
    assert [stage["stage"] for stage in finding.measured["stages"]] == ["prepare", "extract", "prove", "drop"]
    assert (finding.subject, finding.system, finding.check) == ("saraban/files", "saraban", "restore_drill")


def test_without_a_manifest_the_most_it_reaches_is_a_warning(store: pathlib.Path) -> None:
    newest(store).with_name(newest(store).name + ".manifest.json").unlink()
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.WARN, "restore_drill.no_manifest")


def test_a_file_that_is_not_as_it_was_fails_and_is_not_named(store: pathlib.Path) -> None:
    beside = newest(store).with_name(newest(store).name + ".manifest.json")
    beside.write_text(beside.read_text().replace('"bytes": 5000,', '"bytes": 5001,'))
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.files_different")
    assert "1 of 2 files" in finding.because
    assert "letter" not in str(finding.to_dict())


def test_a_truncated_archive_fails(store: pathlib.Path) -> None:
    os.truncate(newest(store), 300_000)
    assert hold(store).verdict is Verdict.FAIL


def test_no_backup_at_all_fails(tmp_path: pathlib.Path) -> None:
    assert (hold(tmp_path).verdict, hold(tmp_path).code) == (Verdict.FAIL, "backup.missing")


def test_an_archive_of_nothing_fails(store: pathlib.Path) -> None:
    with tarfile.open(newest(store), "w:gz") as made:
        folder = tarfile.TarInfo("empty")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
    assert hold(store).code == "restore_drill.no_files"


def test_a_disk_without_room_is_unknown_not_failed(
    store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda path: Space(1, 4096))
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.no_space")


def test_an_archive_that_may_not_be_read_is_unknown(
    store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(work: work.Work, tools: Tools) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(drill, "DRILLS", {"tar": refuse})
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.not_held")


def test_queries_for_an_archive_are_refused(store: pathlib.Path) -> None:
    assert hold(store, assertions=(Assertion("SELECT 1", "1"),)).code == "restore_drill.no_queries"


def test_data_older_than_declared_fail(store: pathlib.Path) -> None:
    one = Drill(BackupSet(str(store), "tar", pattern="files-*"), max_rpo_hours=1)
    later = datetime.now(UTC) + timedelta(hours=3)
    (finding,) = drill.check([one], Tools(), str(store.parent), later)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.rpo_exceeded")
    assert finding.measured["rpo_minutes"] >= 179


def test_a_restore_slower_than_declared_fails(store: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work.Work, "elapsed_ms", lambda self: 61_000)
    assert hold(store, max_rto_minutes=1).code == "restore_drill.rto_exceeded"


def test_a_drill_beside_another_is_unknown(store: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[Finding] = []

    def nest(work: work.Work, tools: Tools) -> None:
        one = Drill(BackupSet(str(store), "tar", pattern="files-*"))
        inner.extend(drill.check([one], Tools(), str(store.parent / "scratch")))

    monkeypatch.setattr(drill, "DRILLS", {"tar": nest})
    hold(store)
    assert (inner[0].verdict, inner[0].code) == (Verdict.UNKNOWN, "restore_drill.busy")


def test_names_that_lead_outside_and_links_are_never_written(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as made:
        for name in ("../outside", "/tmp/outside", "in/../../outside", "good"):
            member = tarfile.TarInfo(name)
            member.size = 1
            made.addfile(member, io.BytesIO(b"x"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo(f"special{kind.decode()}")
            member.type, member.linkname = kind, "../outside"
            made.addfile(member)
        through = tarfile.TarInfo("hard")
        through.type, through.linkname = tarfile.LNKTYPE, "good"
        made.addfile(through)
    place = tmp_path / "place"
    place.mkdir()
    assert files.extract(str(path), str(place)) == 2
    assert sorted(os.listdir(place)) == ["good", "hard"]
    assert sorted(os.listdir(tmp_path)) == ["evil.tar", "place"]


def test_check_mode_holds_no_drill() -> None:
    (finding,) = drill.not_run([Drill(BackupSet("/srv", "tar", "saraban/files"))])
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.check_mode")


def test_a_drill_is_made_from_settings() -> None:
    given = {
        "system": "saraban",
        "name": "database",
        "kind": "pg_dump",
        "path": "/srv",
        "drill": True,
        "assertions": [{"sql": "SELECT 3", "expect": 3}],
        "max_rpo_hours": 26,
        "newest_record_sql": "",
    }
    made = drill_from(given)
    assert made.assertions == (Assertion("SELECT 3", "3"),)
    assert (made.max_rpo_hours, made.max_rto_minutes, made.backup_set.name) == (26, 0, "saraban/database")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files"),
        (RuntimeError("can't start new thread"), "start new thread"),
    ],
)
def test_what_this_machine_cannot_read_again_is_unknown(
    error: Exception, told: str, store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(path: str) -> tuple[str, int]:
        raise error

    monkeypatch.setattr(files, "sha256_of", unread)
    finding = hold(store)
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.not_held")
    assert told in finding.because


def test_what_cannot_be_removed_is_unknown_and_named(
    store: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = store.parent / "scratch"
    left = place / f"dulae-drill-{os.geteuid()}" / "dleft"
    left.mkdir(parents=True)
    left.parent.chmod(0o711)

    def kept(folder: str) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), folder)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", kept)
        one = Drill(BackupSet(str(store), "tar", "saraban/files", "saraban", pattern="files-*"))
        (finding,) = drill.check([one], Tools(), str(place))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.not_removed")
    assert str(left) in finding.because
    assert hold(store).measured["reaped"] == ["unknown"]
