"""Drills of physical copies of a cluster: recovered in the scratch folder, proven, and the copy never touched."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill.request import Assertion

from .drilling import begin, hold, no_waiting, place
from .physical import COUNTED, KIND, STAGES, Source, flip, sign, source, state, store, told
from .postgres import Server, bin_dirs, cluster

__all__ = ["no_waiting", "place", "source", "store"]

LETTERS = (Assertion("SELECT count(*) FROM letters", "8000"), Assertion("SELECT count(*) FROM far", "500"))
Drilled = Callable[..., Finding]


@pytest.fixture
def drilled(store: pathlib.Path, place: pathlib.Path, source: Source) -> Drilled:
    """Return a function that holds a drill of the copy."""
    return lambda **wanted: hold(
        store, place, wanted.pop("bin_dir", source.server.bin_dir), "*", kind=KIND, **wanted
    )


def judged(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


def test_a_good_copy_recovers_and_is_proven_and_is_not_touched(
    drilled: Drilled, store: pathlib.Path, source: Source
) -> None:
    before = state(store, source.tablespace, source.copied_tablespace)
    finding = drilled(assertions=LETTERS, max_rto_minutes=10)
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (5, COUNTED)
    assert (finding.measured["database"], finding.measured["amcheck"]) == ("office", "passed")
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES
    assert state(store, source.tablespace, source.copied_tablespace) == before


def test_its_own_digests_are_proof_enough(drilled: Drilled) -> None:
    assert judged(drilled()) == (Verdict.PASS, "restore_drill.restored")


def test_rows_and_digests_are_compared_with_a_manifest(
    drilled: Drilled, store: pathlib.Path, source: Source
) -> None:
    told(store, source)
    finding = drilled()
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert "text_values" not in finding.measured
    other = replace(source.counted[0], digest="7")
    told(store, source, counted=(other, *source.counted[1:]))
    assert judged(drilled()) == (Verdict.FAIL, "restore_drill.different")


def byte_flipped(copy: pathlib.Path, source: Source) -> None:
    flip(copy / source.letters, 20_000)


def file_lost(copy: pathlib.Path, source: Source) -> None:
    (copy / source.letters).unlink()


def log_lost(copy: pathlib.Path, source: Source) -> None:
    for path in (copy / "pg_wal").glob("0*"):
        path.unlink()


def log_cut(copy: pathlib.Path, source: Source) -> None:
    os.truncate(min((copy / "pg_wal").glob("0*")), 60)


def control_damaged(copy: pathlib.Path, source: Source) -> None:
    flip(copy / "global" / "pg_control", 40)


def label_lost(copy: pathlib.Path, source: Source) -> None:
    (copy / "backup_label").unlink()


def version_lost(copy: pathlib.Path, source: Source) -> None:
    (copy / "PG_VERSION").unlink()


def tablespace_lost(copy: pathlib.Path, source: Source) -> None:
    (link,) = (copy / "pg_tblspc").iterdir()
    link.unlink()
    link.symlink_to(copy / "nowhere")


@pytest.mark.parametrize(
    "fault",
    [
        *(byte_flipped, file_lost, log_lost, log_cut, control_damaged, label_lost, version_lost),
        tablespace_lost,
    ],
)
def test_a_damaged_copy_fails_in_the_words_of_postgresql(
    fault: Callable[[pathlib.Path, Source], None], drilled: Drilled, store: pathlib.Path, source: Source
) -> None:
    fault(store / "copy", source)
    finding = drilled()
    codes = {"backup.damaged", "backup.basebackup_log_lacks", "restore_drill.not_restored"}
    assert finding.verdict is Verdict.FAIL and finding.code in codes, finding.because
    assert finding.because.startswith("copy: "), finding.because


def spoil_control(copy: pathlib.Path, source: Source) -> set[str]:
    flip(copy / "global" / "pg_control", 40)
    return {"restore_drill.not_restored", "backup.damaged"}


def spoil_page(copy: pathlib.Path, source: Source) -> set[str]:
    path = copy / source.letters
    data = bytearray(path.read_bytes())
    data[8192:8216] = b"\xff" * 24
    path.write_bytes(data)
    return {"restore_drill.data_spoiled"}


def spoil_label(copy: pathlib.Path, source: Source) -> set[str]:
    text = (copy / "backup_label").read_text()
    (copy / "backup_label").write_text(text.replace("LOCATION: 0/", "LOCATION: 7/"))
    return {"restore_drill.not_restored"}


@pytest.mark.parametrize("spoil", [spoil_control, spoil_page, spoil_label])
def test_what_was_damaged_before_it_was_copied_fails(
    spoil: Callable[[pathlib.Path, Source], set[str]], drilled: Drilled, store: pathlib.Path, source: Source
) -> None:
    codes = spoil(store / "copy", source)
    sign(store / "copy")
    finding = drilled()
    assert (finding.verdict, finding.code in codes) == (Verdict.FAIL, True), finding.because


def test_a_copy_of_another_version_is_unknown_and_both_are_named(
    drilled: Drilled, store: pathlib.Path
) -> None:
    others = bin_dirs()[1:]
    if not others:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    finding = drilled(bin_dir=others[0])
    assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.other_version")
    version = (store / "copy" / "PG_VERSION").read_text().strip()
    assert f"PostgreSQL {version}," in finding.because
    assert finding.measured["server_version"] in finding.because


def test_which_database_is_asked_is_declared_where_there_are_several(
    drilled: Drilled, store: pathlib.Path, source: Source
) -> None:
    source.server.sql("postgres", "CREATE DATABASE archive")
    try:
        copy = store / "two"
        far = f"{source.tablespace}={store}/far two"
        source.server.run("pg_basebackup", "-D", str(copy), "-c", "fast", "-T", far)
    finally:
        source.server.sql("postgres", "DROP DATABASE archive")
    shutil.rmtree(store / "copy")
    finding = drilled()
    assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.which_database")
    assert "archive, office" in finding.because
    assert judged(drilled(database="office", assertions=LETTERS)) == (Verdict.PASS, "restore_drill.restored")
    assert judged(drilled(database="archive")) == (Verdict.FAIL, "restore_drill.nothing_restored")
    assert judged(drilled(database="nowhere")) == (Verdict.FAIL, "restore_drill.no_database")


HOSTILE = """
listen_addresses = '*'
port = 1
shared_preload_libraries = 'nowhere'
session_preload_libraries = 'nowhere'
local_preload_libraries = 'nowhere'
archive_mode = 'always'
archive_command = 'touch {bait}/archived'
archive_cleanup_command = 'touch {bait}/archived'
recovery_end_command = 'touch {bait}/archived'
restore_command = 'touch {bait}/restored; false'
primary_conninfo = 'host=127.0.0.1 port=1'
ssl = on
ssl_cert_file = '/nowhere'
hba_file = '/etc/x'
ident_file = '/etc/x'
data_directory = '/other'
external_pid_file = '{bait}/pid'
unix_socket_directories = '{bait}'
logging_collector = on
log_directory = '{bait}'
log_filename = 'log'
log_destination = 'csvlog'
include = '{bait}/nowhere.conf'
include_dir = '{bait}'
stats_temp_directory = '{bait}'
temp_tablespaces = 'far'
"""
HARMLESS = (
    "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('listen_addresses',"
    " 'shared_preload_libraries', 'session_preload_libraries', 'archive_command', 'ssl', 'external_pid_file',"
    " 'logging_collector', 'restore_command', 'primary_conninfo')"
)
NO_EFFECT = (
    "archive_command=(disabled) external_pid_file= listen_addresses= logging_collector=off primary_conninfo="
    " restore_command= session_preload_libraries= shared_preload_libraries= ssl=off"
)


def test_nothing_that_a_hostile_copy_says_of_settings_has_an_effect(
    drilled: Drilled, store: pathlib.Path, source: Source, tmp_path: pathlib.Path
) -> None:
    bait, copy = tmp_path / "bait", store / "copy"
    bait.mkdir()
    bait.chmod(0o777)
    for name in ("postgresql.conf", "postgresql.auto.conf"):
        with (copy / name).open("a") as conf:
            conf.write(HOSTILE.format(bait=bait))
    (copy / "pg_hba.conf").write_text("local all all reject\n@include /etc/x\n")
    for name in ("standby.signal", "recovery.signal", "postmaster.pid"):
        (copy / name).write_text("1\n")
    (link,) = (copy / "pg_tblspc").iterdir()
    (copy / "tablespace_map").write_text(f"{link.name} {bait}\n")
    (copy / "base" / "aside").symlink_to(bait)
    sign(copy)
    before = state(bait, source.tablespace, source.copied_tablespace)
    finding = drilled(assertions=(*LETTERS, Assertion(HARMLESS, NO_EFFECT)))
    assert judged(finding) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert state(bait, source.tablespace, source.copied_tablespace) == before


def test_a_tablespace_that_was_made_during_the_copying_is_not_made_again(
    drilled: Drilled, store: pathlib.Path, place: pathlib.Path
) -> None:
    with cluster(bin_dirs()[0]) as server, tempfile.TemporaryDirectory() as near:
        server.fresh("office", "CREATE TABLE a AS SELECT 1 AS b")
        shutil.rmtree(store / "copy")
        argv = [f"{server.bin_dir}/pg_basebackup", "-D", str(store / "copy"), "-c", "fast", "--max-rate=12M"]
        argv += ["-T", f"{near}={store}/near"]
        with subprocess.Popen(argv, env=server.environment) as copying:
            asked = (
                "SELECT count(*) FROM pg_stat_progress_basebackup WHERE phase = 'streaming database files'"
            )
            while server.sql("postgres", asked).strip() == "0":
                assert copying.poll() is None
                time.sleep(0.05)
            server.sql("postgres", f"CREATE TABLESPACE near LOCATION '{near}'")
        assert copying.returncode == 0
        before = state(pathlib.Path(near))
        finding = drilled()
        assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.tablespace_made"), finding.because
        assert state(pathlib.Path(near)) == before


FICKLE = (
    "CREATE FUNCTION fickle({type}, {type}) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN"
    " current_setting('application_name') = 'maker' THEN {compare}($2, $1) ELSE {compare}($1, $2) END $$",
    "CREATE OPERATOR CLASS fickle_ops FOR TYPE {type} USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,"
    " OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 fickle({type}, {type})",
    "CREATE TABLE numbers AS SELECT generate_series(1, 500)::{type} AS a",
    "SET application_name = 'maker'",
    "CREATE INDEX ON numbers (a {collate} fickle_ops)",
)


@pytest.mark.parametrize(
    "of",
    [
        ("int", "btint4cmp", "", Verdict.FAIL, "restore_drill.copied_index_broken"),
        ("text", "bttextcmp", 'COLLATE "C"', Verdict.FAIL, "restore_drill.copied_index_broken"),
        ("text", "bttextcmp", 'COLLATE "local"', Verdict.UNKNOWN, "restore_drill.index_sorted_otherwise"),
    ],
    ids=["int", "bytes", "text"],
)
def test_a_broken_index_is_the_copy_s_unless_this_machine_may_sort_otherwise(
    of: tuple[Any, ...], drilled: Drilled, store: pathlib.Path
) -> None:
    type_, compare, collate, verdict, code = of
    with cluster(bin_dirs()[0]) as server:
        statements = [one.format(type=type_, compare=compare, collate=collate) for one in FICKLE]
        server.fresh("fickle", "CREATE COLLATION local (locale = 'C.UTF-8')", *statements)
        shutil.rmtree(store / "copy")
        server.run("pg_basebackup", "-D", str(store / "copy"), "-c", "fast")
    finding = drilled()
    assert judged(finding) == (verdict, code), finding.because


@pytest.mark.parametrize("stage", STAGES)
def test_a_drill_killed_at_any_stage_is_reaped_by_the_next(
    stage: str, drilled: Drilled, store: pathlib.Path, place: pathlib.Path, source: Source
) -> None:
    with begin(store, place, source.server, stage, "die", of=(KIND, "*")) as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    assert list(place.iterdir())
    finding = drilled()
    assert finding.verdict is Verdict.PASS, finding.because
    assert finding.measured["reaped"] == [STAGES[-2] if stage == "drop" else stage]


@pytest.mark.parametrize("stage", ["copy", "prove"])
def test_a_drill_that_is_told_to_end_cleans_up_at_once(
    stage: str, store: pathlib.Path, place: pathlib.Path, source: Source
) -> None:
    with begin(store, place, source.server, stage, "wait", of=(KIND, "*")) as ended:
        assert ended.stdout and ended.stdout.readline() == b"there\n"
        ended.terminate()
    assert ended.returncode == 128 + signal.SIGTERM
    assert list(place.iterdir()) == []


PROGRAMS = ("postgres", "psql", "pg_verifybackup", "pg_waldump", "pg_controldata")


@pytest.mark.parametrize(
    "deed",
    [
        ("postgres", "--single", "kill -9 $$", Verdict.UNKNOWN, "backup.tool_killed"),
        (
            "postgres",
            "--single",
            'echo "FATAL:  could not extend file: No space left on device" >&2; exit 1',
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            "postgres",
            "--single",
            'echo "FATAL:  database locale is incompatible with operating system" >&2; exit 1',
            Verdict.UNKNOWN,
            "restore_drill.machine_lacks",
        ),
        (
            "postgres",
            "--single",
            'echo "PANIC:  could not locate a valid checkpoint record" >&2; kill -ABRT $$',
            Verdict.FAIL,
            "restore_drill.not_restored",
        ),
        ("pg_verifybackup", "-q", "kill -9 $$", Verdict.UNKNOWN, "backup.tool_killed"),
    ],
    ids=["killed", "disk", "locale", "panic", "verify"],
)
def test_what_this_machine_did_is_told_from_what_the_copy_is(
    deed: tuple[Any, ...], drilled: Drilled, source: Source, tmp_path: pathlib.Path
) -> None:
    program, argument, does, verdict, code = deed
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        real = f"{source.server.bin_dir}/{name}"
        before = f'case " $* " in *" {argument} "*) {does};; esac\n' if name == program else ""
        (folder / name).write_text(f'#!/bin/sh\n{before}exec {real} "$@"\n')
        (folder / name).chmod(0o755)
    finding = drilled(bin_dir=str(folder))
    assert judged(finding) == (verdict, code), finding.because


@pytest.mark.root
def test_a_place_too_small_for_the_copy_is_unknown(
    store: pathlib.Path, postgres: Server, source: Source
) -> None:
    place = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", place], check=False, capture_output=True
    )
    try:
        if mounted.returncode:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.decode().strip()}")
        finding = hold(store, place, source.server.bin_dir, "*", kind=KIND)
        assert judged(finding) == (Verdict.UNKNOWN, "restore_drill.no_space")
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)
        place.rmdir()
