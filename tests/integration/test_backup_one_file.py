"""Physical copies that are one file, as ``pg_basebackup -D -`` writes them, and what is easily taken for one."""

import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .backup_sets import streamed
from .drilling import hold, no_waiting, place
from .physical import KIND
from .postgres import OFFICE, Server, bin_dirs, cluster

__all__ = ["no_waiting", "place"]

PACKERS = {"bare": ("cat",), "gzip": ("gzip", "-1"), "zstd": ("zstd", "-qc"), "lz4": ("lz4", "-qc")}
ROWS = 11003


@pytest.fixture(scope="module", params=range(2), ids=("newer", "older"))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a cluster with one database, of each of two versions."""
    if request.param >= len(bin_dirs()):
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    with cluster(bin_dirs()[request.param]) as started:
        started.fresh("office", *OFFICE)
        yield started


@pytest.fixture(scope="module")
def good(server: Server) -> bytes:
    """Give a good copy."""
    return streamed(server)


@pytest.fixture(scope="module")
def folder(server: Server) -> Iterator[pathlib.Path]:
    """Give a good copy as a folder."""
    with tempfile.TemporaryDirectory(prefix="dulae-t-") as kept:
        server.run("pg_basebackup", "-D", f"{kept}/copy", "-c", "fast")
        yield pathlib.Path(kept, "copy")


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def examined(store: pathlib.Path, level: str = "integrity", pattern: str = "*") -> Finding:
    """Examine a set where none of PostgreSQL's programs are."""
    given = {"kind": KIND, "path": str(store), "level": level, "pattern": pattern}
    return examine(set_from(given), Tools("/nowhere"), datetime.now(UTC))


def judged(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


def packed(*arguments: str) -> bytes:
    """Return what tar makes of something."""
    return subprocess.run(["tar", "-c", *arguments], stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("packer", PACKERS)
def test_a_good_one_is_proven_and_restored(
    packer: str, good: bytes, server: Server, store: pathlib.Path, place: pathlib.Path
) -> None:
    if not shutil.which(PACKERS[packer][0]):
        pytest.skip(f"no {packer} here: apt-get install {packer}")
    done = subprocess.run(PACKERS[packer], input=good, stdout=subprocess.PIPE, check=True)
    (store / "cluster.tar").write_bytes(done.stdout)
    finding = examined(store)
    assert judged(finding) == (Verdict.PASS, "backup.integrity"), finding.because
    finding = hold(store, place, server.bin_dir, "*", kind=KIND)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["rows"], finding.measured["folders_made"]) == (ROWS, 0)


def test_digests_by_sha_and_a_folder_archived_from_within_are_read_as_well(
    server: Server, folder: pathlib.Path, store: pathlib.Path, place: pathlib.Path
) -> None:
    (store / "sha.tar").write_bytes(streamed(server, "-X", "fetch", "--manifest-checksums=SHA256"))
    (store / "within.tar").write_bytes(packed("-C", str(folder), "."))
    for name in ("sha.tar", "within.tar"):
        finding = examined(store, pattern=name)
        assert judged(finding) == (Verdict.PASS, "backup.integrity"), finding.because
    finding = hold(store, place, server.bin_dir, "within.tar", kind=KIND)
    assert finding.verdict is Verdict.PASS, finding.because


def archives_within(server: Server) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dulae-t-") as made:
        server.run("pg_basebackup", "-Ft", "-D", f"{made}/copy", "-c", "fast")
        return packed("-C", f"{made}/copy", ".")


Wrong = Callable[[Server, bytes, pathlib.Path], bytes]
WRONG: dict[str, tuple[Wrong, Verdict, str]] = {
    "no manifest": (
        lambda server, good, folder: streamed(server, "-X", "fetch", "--no-manifest"),
        Verdict.FAIL,
        "backup.basebackup_no_manifest",
    ),
    "no log": (
        lambda server, good, folder: streamed(server, "-X", "none"),
        Verdict.FAIL,
        "backup.basebackup_log_lacks",
    ),
    "by hand": (
        lambda server, good, folder: packed(
            "--exclude=backup_label", "--exclude=backup_manifest", "-C", str(folder.parent), folder.name
        ),
        Verdict.UNKNOWN,
        "backup.basebackup_by_hand",
    ),
    "from outside": (
        lambda server, good, folder: packed("-C", str(folder.parent), folder.name),
        Verdict.UNKNOWN,
        "backup.basebackup_packed_again",
    ),
    "archives from within": (
        lambda server, good, folder: archives_within(server),
        Verdict.UNKNOWN,
        "backup.basebackup_packed_again",
    ),
    "no label": (
        lambda server, good, folder: packed("--exclude=backup_label", "-C", str(folder), "."),
        Verdict.FAIL,
        "backup.basebackup_differs",
    ),
    "no cluster": (
        lambda server, good, folder: packed("-C", str(folder), "postgresql.conf"),
        Verdict.FAIL,
        "backup.basebackup_no_cluster",
    ),
    "cut": (lambda server, good, folder: good[: len(good) * 6 // 10], Verdict.FAIL, "backup.damaged"),
    "end lacks": (lambda server, good, folder: good[:-1024], Verdict.FAIL, "backup.cut_off"),
    "nothing": (lambda server, good, folder: b"", Verdict.FAIL, "backup.cut_off"),
}


@pytest.fixture(params=[(what, packer) for what in WRONG for packer in ("bare", "gzip")], ids=" ".join)
def wrong(
    request: pytest.FixtureRequest, server: Server, good: bytes, folder: pathlib.Path, store: pathlib.Path
) -> tuple[Verdict, str]:
    """Put into the store what is no whole copy; return how it is to be judged."""
    what, packer = request.param
    make, verdict, code = WRONG[what]
    data = make(server, good, folder)
    done = subprocess.run(PACKERS[packer], input=data, stdout=subprocess.PIPE, check=True)
    (store / "cluster.tar").write_bytes(done.stdout)
    return verdict, code if done.stdout else "backup.empty"


def test_what_is_no_whole_copy_is_told_what_it_is_by_check_and_drill_alike(
    wrong: tuple[Verdict, str], server: Server, store: pathlib.Path, place: pathlib.Path
) -> None:
    for level in ("structure", "integrity"):
        finding = examined(store, level)
        assert judged(finding) == wrong, finding.because
    finding = hold(store, place, server.bin_dir, "*", kind=KIND)
    assert finding.verdict is wrong[0], finding.because


def test_files_that_lie_beside_copies_which_are_folders_are_no_copies(
    good: bytes, folder: pathlib.Path, server: Server, store: pathlib.Path
) -> None:
    shutil.copytree(folder, store / "copy", symlinks=True)
    (store / "README.txt").write_text("whom to ask")
    (store / "etc.tar").write_bytes(packed("-C", str(folder), "postgresql.conf"))
    given = {"kind": KIND, "path": str(store), "level": "integrity"}
    finding = examine(set_from(given), Tools(server.bin_dir), datetime.now(UTC))
    assert (finding.verdict, finding.measured["file"]) == (Verdict.PASS, "copy"), finding.because
    (store / "cluster.tar").write_bytes(good)
    finding = examine(set_from(given), Tools(server.bin_dir), datetime.now(UTC))
    assert (finding.verdict, finding.measured["file"]) == (Verdict.PASS, "cluster.tar"), finding.because


def test_the_name_of_an_archive_in_a_folder_of_archives_is_no_obstacle(
    good: bytes, store: pathlib.Path
) -> None:
    (store / "base.tar").write_bytes(good)
    assert judged(examined(store)) == (Verdict.PASS, "backup.integrity")
    (store / "pg_wal.tar").write_bytes(b"")
    assert judged(examined(store)) == (Verdict.FAIL, "backup.basebackup_unfinished")


def lost(folder: pathlib.Path) -> int:
    """Remove what is empty in a folder, as an object store does; return how many folders that were."""
    found = [path for path, inside, files in os.walk(folder) if not inside and not files]
    for path in found:
        os.rmdir(path)
    return len(found)


def test_a_copy_that_lost_its_empty_folders_is_told_so_and_is_restored(
    server: Server, folder: pathlib.Path, store: pathlib.Path, place: pathlib.Path
) -> None:
    shutil.copytree(folder, store / "copy")
    assert lost(store / "copy")
    (store / "cluster.tar").write_bytes(packed("-C", str(store / "copy"), "."))
    for name in ("copy", "cluster.tar"):
        given = {"kind": KIND, "path": str(store), "level": "integrity", "pattern": name}
        finding = examine(set_from(given), Tools(server.bin_dir), datetime.now(UTC))
        assert judged(finding) == (Verdict.WARN, "backup.basebackup_folders_lost"), finding.because
        assert "mkdir" in finding.because and finding.measured["level_reached"] == "integrity"
        finding = hold(store, place, server.bin_dir, name, kind=KIND)
        assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
        assert finding.measured["folders_made"]


def test_an_archive_of_a_tablespace_that_the_copy_does_not_have_hinders_neither_check_nor_drill(
    server: Server, folder: pathlib.Path, store: pathlib.Path, place: pathlib.Path
) -> None:
    server.run("pg_basebackup", "-Ft", "-D", str(store / "copy"), "-c", "fast")
    (store / "copy" / "99999.tar").write_bytes(packed("-C", str(folder), "--transform=s,^,PG_17_1/,", "base"))
    assert judged(examined(store)) == (Verdict.PASS, "backup.integrity")
    finding = hold(store, place, server.bin_dir, "*", kind=KIND)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
