"""Drills of what lies inside restic's and Borg's snapshots: brought into the scratch folder, restored, proven, gone."""

import gzip
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.checks.backup import manifest
from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill, extracting
from dulae.checks.restore_drill.request import drill_from
from dulae.checks.restore_drill.work import demand_space

from .backup_sets import streamed, written
from .drilling import made, no_waiting, place, store
from .postgres import OFFICE, Server, cluster
from .repositories import Repository
from .test_repository_inside import REPOSITORIES, empty

__all__ = ["made", "no_waiting", "place", "store"]

BODY = "inside a letter"


@dataclass(frozen=True)
class Kept:
    """A repository with a snapshot of a store, and where its drills are held."""

    repository: Repository
    store: pathlib.Path
    place: pathlib.Path
    bin_dir: str

    def again(self, seconds: int = 2) -> None:
        """Make a snapshot that is younger than the others."""
        self.repository.back_up(self.store, datetime.now(UTC) + timedelta(seconds=seconds))

    def asked(self, name: str, kind: str, /, **given: Any) -> dict[str, Any]:
        """Return the set that says what lies in the snapshots."""
        root = f"{self.store}/" if self.repository.form == "restic" else ""
        about = {"system": "saraban", "name": "database", "pattern": "*", "level": "content"}
        return {
            **self.repository.given,
            **about,
            "inside": {"path": f"{root}{name}", "kind": kind},
            **given,
        }

    def hold(self, *sets: dict[str, Any]) -> list[Finding]:
        """Hold the drills of some sets; nothing of them may stay."""
        found = drill.check([drill_from(one) for one in sets], Tools(self.bin_dir), str(self.place))
        assert list(self.place.iterdir()) == []
        return found


@pytest.fixture(params=REPOSITORIES)
def kept(
    request: pytest.FixtureRequest,
    store: pathlib.Path,
    place: pathlib.Path,
    postgres: Server,
    tmp_path: pathlib.Path,
) -> Kept:
    """Give a repository with a snapshot of a store of dumps, and of a folder of letters in it."""
    (store / "letters").mkdir()
    for number in range(3):
        (store / "letters" / f"เรื่อง {number}.txt").write_text(f"{BODY} {number}", encoding="utf-8")
    found = Kept(empty(request.param, tmp_path), store, place, postgres.bin_dir)
    found.again(0)
    return found


def stages(finding: Finding) -> list[str]:
    return [stage["stage"] for stage in finding.measured["stages"]]


def test_a_dump_is_restored_from_the_newest_snapshot(kept: Kept, postgres: Server) -> None:
    (finding,) = kept.hold(kept.asked("office-*.dump", "pg_dump"))
    assert finding.verdict is Verdict.PASS, finding.because
    assert stages(finding)[:3] == ["extract", "prepare", "initdb"] and stages(finding)[-1] == "drop"
    assert finding.measured["rows"] == 11003
    assert "::" in finding.measured["file"] and finding.measured["snapshot"] in finding.measured["file"]


def test_a_dump_of_a_folder_is_restored_too(kept: Kept, postgres: Server) -> None:
    postgres.run("pg_dump", "-Fd", "-f", str(kept.store / "folder.dir"), postgres.fresh("office", *OFFICE))
    kept.again()
    checked = [{"sql": "SELECT count(*) FROM users", "expect": "3000"}]
    (finding,) = kept.hold(kept.asked("folder.dir", "pg_dump", assertions=checked))
    assert finding.verdict is Verdict.PASS, finding.because


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nothing-*", "backup.not_inside"),
        ("zero.dump", "backup.empty"),
        ("cut.dump", "restore_drill.not_restored"),
    ],
)
def test_a_bad_dump_inside_fails(name: str, code: str, kept: Kept) -> None:
    good = next(kept.store.glob("office-*.dump")).read_bytes()
    (kept.store / "zero.dump").write_bytes(b"")
    (kept.store / "cut.dump").write_bytes(good[: len(good) * 6 // 10])
    kept.again()
    (finding,) = kept.hold(kept.asked(name, "pg_dump"))
    assert (finding.verdict, finding.code) == (Verdict.FAIL, code), finding.because


def test_a_locked_repository_leaves_the_verdict_open(kept: Kept, postgres: Server) -> None:
    name = "locks" if kept.repository.form == "restic" else "lock.exclusive"
    (kept.repository.path / name).mkdir(exist_ok=True)
    (kept.repository.path / name / "7f0e2d").write_text("of another program")
    (finding,) = kept.hold(kept.asked("office-*.dump", "pg_dump"))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.repository_locked")


def test_a_folder_is_restored_and_compared_with_what_the_repository_lists(
    kept: Kept, postgres: Server
) -> None:
    (finding,) = kept.hold(kept.asked("letters", "files"))
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["files"] == 3 and stages(finding) == ["prepare", "extract", "prove", "drop"]


def test_a_folder_is_compared_with_its_manifest(kept: Kept, postgres: Server) -> None:
    letters = kept.store / "letters"
    written(letters, "files", (), letters)
    kept.again()
    wanted = kept.asked("letters", "files", manifest="required")
    (finding,) = kept.hold(wanted)
    assert finding.verdict is Verdict.PASS, finding.because
    noted = pathlib.Path(manifest.beside(str(letters)))
    stored = json.loads(noted.read_text())
    stored["files"][0]["sha256"] = hashlib.sha256(b"another").hexdigest()
    noted.write_text(json.dumps(stored))
    kept.again(4)
    (finding,) = kept.hold(wanted)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.files_different")


@pytest.mark.parametrize(("names", "verdict"), [((0, 1), Verdict.PASS), ((0, 9), Verdict.FAIL)])
def test_attachments_are_looked_for_in_a_folder_inside(
    names: tuple[int, ...], verdict: Verdict, kept: Kept
) -> None:
    rows = ", ".join(
        f"('เรื่อง {number}.txt', '{hashlib.sha256(f'{BODY} {number}'.encode()).hexdigest()}')"
        for number in names
    )
    query = f"SELECT * FROM (VALUES {rows}) AS attachment (path, sha256)"
    files = kept.asked("letters", "files", name="files")
    dump = kept.asked("office-*.dump", "pg_dump", attachments={"sql": query, "set": "files", "sample": 9})
    found = kept.hold(dump, files)
    assert [one.verdict for one in found] == [verdict, Verdict.PASS], [one.because for one in found]
    if verdict is Verdict.PASS:
        assert found[0].measured["attachments_hashed"] == 2
    else:
        assert found[0].code == "restore_drill.attachments_missing"


def test_what_does_not_fit_is_unknown(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracting, "demand_space", lambda folder, needed: demand_space(folder, needed << 40))
    (finding,) = kept.hold(kept.asked("office-*.dump", "pg_dump"))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.no_space")


SLOW = """#!/bin/sh
case "$*" in
    *.manifest.json) ;;
    *" dump "*.dump | *extract*.dump) echo $$ > {pid}; {real} "$@" | head -c 1000; exec sleep 60 ;;
esac
exec {real} "$@"
"""
HOLD = """
import sys, json
from dulae.checks.backup.tools import Tools
from dulae.checks.restore_drill import drill, extracting
from dulae.checks.restore_drill.request import drill_from
from dulae.checks.restore_drill.work import demand_space
drill.check([drill_from(json.loads(sys.argv[1]))], Tools(sys.argv[2]), sys.argv[3])
"""


def test_a_drill_that_is_killed_while_it_extracts_is_reaped_by_the_next(
    kept: Kept, tmp_path: pathlib.Path
) -> None:
    real, pid = shutil.which(kept.repository.form), tmp_path / "pid"
    (tmp_path / "programs").mkdir()
    slow = tmp_path / "programs" / kept.repository.form
    slow.write_text(SLOW.format(real=real, pid=pid))
    slow.chmod(0o755)
    wanted = kept.asked("office-*.dump", "pg_dump", manifest="required")
    argv = [sys.executable, "-c", HOLD, json.dumps(wanted), kept.bin_dir, str(kept.place)]
    path = f"{tmp_path / 'programs'}:{os.environ['PATH']}"
    with subprocess.Popen(argv, env={**os.environ, "PATH": path}) as killed:
        while not pid.exists() and killed.poll() is None:
            time.sleep(0.05)
        killed.kill()
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert list(kept.place.iterdir())
    (finding,) = kept.hold(wanted)
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == ["extract"]


@pytest.mark.parametrize("form", ["-Fp", "-Ft"])
def test_a_physical_copy_inside_is_drilled(form: str, kept: Kept) -> None:
    with cluster(kept.bin_dir) as server:
        server.fresh("office", *OFFICE)
        server.run("pg_basebackup", "-D", str(kept.store / "base"), "-c", "fast", form)
    kept.again()
    [finding] = kept.hold(kept.asked("base", "pg_basebackup"))
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because


def test_a_physical_copy_that_is_one_file_inside_is_examined_and_drilled(kept: Kept) -> None:
    with cluster(kept.bin_dir) as server:
        server.fresh("office", *OFFICE)
        (kept.store / "cluster.tar.gz").write_bytes(gzip.compress(streamed(server), 1))
    kept.again()
    asked = kept.asked("cluster.tar.gz", "pg_basebackup", level="integrity")
    looked = examine(set_from(asked), Tools(kept.bin_dir), datetime.now(UTC))
    assert (looked.verdict, looked.code) == (Verdict.PASS, "backup.integrity"), looked.because
    [finding] = kept.hold(asked)
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because


def test_a_physical_copy_whose_log_lies_elsewhere_is_unknown_and_not_damaged(
    kept: Kept, tmp_path: pathlib.Path
) -> None:
    with cluster(kept.bin_dir) as server:
        server.fresh("office", *OFFICE)
        server.run("pg_basebackup", "-D", str(kept.store / "base"), "-c", "fast", f"--waldir={tmp_path}/log")
    kept.again()
    [finding] = kept.hold(kept.asked("base", "pg_basebackup"))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.linked_elsewhere"), (
        finding.because
    )
    assert "pg_wal" in finding.because
