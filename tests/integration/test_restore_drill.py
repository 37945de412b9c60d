"""Drills with a real PostgreSQL: what they prove, what they find, and that nothing stays of them."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from typing import Any

import pytest

from dulae.checks.backup import tables
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import drill, identity, scratch
from dulae.checks.restore_drill.request import Assertion, Drill

from .drilling import begin, change_manifest, hold, made, newest, no_waiting, place, store
from .postgres import DEBIAN, OFFICE, Server, bin_dirs, cluster

__all__ = ["made", "no_waiting", "place", "store"]

STAGES = ["prepare", "initdb", "start", "restore", "prove", "amcheck", "drop"]


def test_a_good_dump_is_restored_and_proven(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    finding = hold(
        store,
        place,
        postgres.bin_dir,
        assertions=(
            Assertion("SELECT count(*) FROM users", "3000"),
            Assertion("SELECT max(id) FROM letters;", "8000"),
        ),
        newest_record_sql="SELECT max(at) FROM letters",
        max_rpo_hours=1,
        max_rto_minutes=10,
    )
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert (finding.measured["tables"], finding.measured["rows"]) == (4, 11003)
    assert [stage["stage"] for stage in finding.measured["stages"]] == STAGES
    assert finding.measured["newest_record_minutes"] > 0


@pytest.mark.parametrize(
    "case",
    [
        ("plain.sql", Verdict.WARN, "restore_drill.not_compared"),
        ("tar.tar", Verdict.WARN, "restore_drill.not_compared"),
        ("custom.dump.gz", Verdict.WARN, "restore_drill.not_compared"),
        ("create.sql", Verdict.UNKNOWN, "restore_drill.changes_databases"),
        ("schema.dump", Verdict.FAIL, "restore_drill.nothing_restored"),
    ],
)
def test_every_format_is_restored(
    case: tuple[str, Verdict, str], store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    pattern, verdict, code = case
    finding = hold(store, place, postgres.bin_dir, pattern)
    assert (finding.verdict, finding.code) == (verdict, code), finding.because


def test_a_truncated_dump_fails(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    os.truncate(newest(store), newest(store).stat().st_size * 6 // 10)
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.not_restored")


def test_a_dump_that_breaks_its_own_rules_fails(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    (store / "broken.sql").write_text(
        (store / "plain.sql").read_text().replace("ADD CONSTRAINT users_pkey", "ADD NONSENSE")
    )
    finding = hold(store, place, postgres.bin_dir, "broken.sql")
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.not_restored")


@pytest.mark.parametrize("key", ["rows", "digest"])
def test_a_table_that_differs_from_the_manifest_fails(
    key: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    def change(stored: dict[str, Any]) -> None:
        stored["tables"][1][key] = 7 if key == "rows" else "7"

    change_manifest(store, change)
    finding = hold(store, place, postgres.bin_dir)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "restore_drill.different")
    assert "1 of 4 tables" in finding.because and "public.letters" in finding.because


def test_a_table_that_is_missing_fails(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    extra = {"schema": "public", "name": "gone", "rows": 0, "digest": "0"}
    change_manifest(store, lambda stored: stored["tables"].append(extra))
    assert "1 of 5 tables" in hold(store, place, postgres.bin_dir).because


def test_a_digest_of_another_kind_leaves_the_rows_to_compare(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    change_manifest(store, lambda stored: stored.update(digest="of tomorrow"))
    assert hold(store, place, postgres.bin_dir).verdict is Verdict.PASS


def test_a_digest_that_cannot_be_made_here_leaves_rows_and_texts_to_look_at(
    store: pathlib.Path, place: pathlib.Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_KNOWN_HASH", "1")
    finding = hold(store, place, postgres.bin_dir)
    assert finding.verdict is Verdict.PASS, finding.because
    assert "thai_text" in {stage["stage"] for stage in finding.measured["stages"]}


def test_an_older_manifest_is_compared_by_the_digest_that_it_names(
    place: pathlib.Path, postgres: Server, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(postgres.socket_dir, user=postgres.user)
    with monkeypatch.context() as older:
        older.setattr(tables, "_KNOWN_HASH", "1")
        made = making.make(
            Request("pg_dump", "office", str(tmp_path), "office", connection=connection),
            Tools(postgres.bin_dir),
        )
    assert made.digest == "sum-sha256-64"
    finding = hold(tmp_path, place, postgres.bin_dir)
    assert finding.verdict is Verdict.PASS, finding.because
    change_manifest(tmp_path, lambda stored: stored["tables"][1].update(digest="7"))
    assert hold(tmp_path, place, postgres.bin_dir).code == "restore_drill.different"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (
            {"assertions": (Assertion("SELECT count(*) FROM users", "3001"),)},
            "restore_drill.assertion_failed",
        ),
        (
            {"assertions": (Assertion("SELECT count(*) FROM nowhere", "0"),)},
            "restore_drill.assertion_refused",
        ),
        (
            {"newest_record_sql": "SELECT max(at) FROM letters", "max_record_age_hours": 1},
            "restore_drill.record_too_old",
        ),
        ({"newest_record_sql": "SELECT max(at) FROM letters WHERE id < 0"}, "restore_drill.no_record"),
        ({"newest_record_sql": "SELECT max(at) FROM nowhere"}, "restore_drill.assertion_refused"),
    ],
)
def test_data_that_are_not_as_declared_fail(
    wanted: dict[str, Any], code: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    finding = hold(store, place, postgres.bin_dir, **wanted)
    assert (finding.verdict, finding.code) == (Verdict.FAIL, code)


def test_a_declared_query_cannot_write(store: pathlib.Path, place: pathlib.Path, postgres: Server) -> None:
    finding = hold(store, place, postgres.bin_dir, assertions=(Assertion("DELETE FROM letters", ""),))
    assert "read-only" in finding.because


def test_a_dump_that_gives_commands_to_the_shell_is_not_obeyed(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    evil = store / "evil.sql"
    evil.write_text(
        (store / "plain.sql")
        .read_text()
        .replace("SET default_", f"\\! touch {store}/obeyed\nSET default_", 1)
    )
    finding = hold(store, place, postgres.bin_dir, "evil.sql")
    assert finding.verdict is Verdict.UNKNOWN
    assert not (store / "obeyed").exists()


def test_no_live_server_is_touched(
    store: pathlib.Path, place: pathlib.Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in postgres.environment.items():
        monkeypatch.setenv(name, value)
    log = pathlib.Path(postgres.socket_dir, "log")
    before = log.stat().st_size
    assert hold(store, place, postgres.bin_dir).verdict is Verdict.PASS
    assert log.stat().st_size == before


def test_missing_server_programs_are_unknown(
    store: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    finding = hold(store, place, str(tmp_path))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "backup.tool_missing")


LUCKLESS = """#!/bin/sh
[ "$1" = --version ] && exec {program} "$1"
echo "FATAL:  no luck" >&2
exit 1
"""


@pytest.mark.parametrize(("program", "what"), [("initdb", "no_server"), ("postgres", "not_started")])
def test_a_server_that_cannot_be_made_or_started_is_unknown(
    program: str, what: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    broken = store / "bin"
    broken.mkdir()
    for name in ("initdb", "postgres", "psql", "pg_restore"):
        (broken / name).write_text(f'#!/bin/sh\nexec {postgres.bin_dir}/{name} "$@"\n')
        (broken / name).chmod(0o755)
    (broken / program).write_text(LUCKLESS.format(program=f"{postgres.bin_dir}/{program}"))
    finding = hold(store, place, str(broken))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, f"restore_drill.{what}")
    assert "no luck" in finding.because


def test_a_place_too_long_for_a_socket_is_unknown(
    store: pathlib.Path, tmp_path: pathlib.Path, postgres: Server
) -> None:
    place = tmp_path / ("x" * 90)
    place.mkdir()
    assert hold(store, place, postgres.bin_dir).code == "restore_drill.path_too_long"


def test_a_dump_for_a_newer_server_is_unknown_not_failed(store: pathlib.Path, place: pathlib.Path) -> None:
    older = bin_dirs()[1:]
    if not older:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    for pattern in ("office-*", "plain.sql"):
        finding = hold(store, place, older[0], pattern)
        assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.machine_lacks")


def test_a_dump_of_an_older_server_proves_itself_in_a_newer_one(
    place: pathlib.Path, tmp_path: pathlib.Path, postgres: Server
) -> None:
    older = bin_dirs()[1:]
    if not older:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    with cluster(older[0]) as server:
        server.sql("postgres", "CREATE DATABASE office TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        server.sql(
            "office",
            *OFFICE,
            "CREATE TABLE legacy AS SELECT E'\\xa1\\xd2\\xc3'::text AS cp874, 0.1::float8 AS number",
        )
        connection = Connection(server.socket_dir, user=server.user)
        making.make(
            Request("pg_dump", "office", str(tmp_path), "office", connection=connection),
            Tools(server.bin_dir),
        )
        piped = subprocess.run(
            f"{server.bin_dir}/pg_dump -Fc office | cat > {tmp_path}/piped.dump",
            shell=True,
            check=False,
            env=server.environment,
        )
    assert piped.returncode == 0
    for programs in (postgres.bin_dir, older[0]):
        finding = hold(tmp_path, place, programs)
        assert (finding.verdict, finding.measured.get("tables")) == (Verdict.PASS, 5), finding.because
        assert hold(tmp_path, place, programs, "piped.dump").code == "restore_drill.not_compared"


def test_root_may_step_down_without_a_namespace(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = next((str(path) for path in sorted(DEBIAN.glob("*/bin"), reverse=True)), "")
    if os.geteuid() or not programs:
        pytest.skip("needs root, and PostgreSQL where every user can reach it: apt install postgresql")
    monkeypatch.setattr(identity, "_NAMESPACE", ("false",))
    place.chmod(0o755)
    with cluster(programs) as server, tempfile.TemporaryDirectory() as store:
        server.fresh("office", *OFFICE)
        connection = Connection(server.socket_dir, user=server.user)
        making.make(Request("pg_dump", "office", store, "office", connection=connection), Tools(programs))
        assert hold(pathlib.Path(store), place, programs).verdict is Verdict.PASS


@pytest.mark.parametrize("stage", [*STAGES, "attachments", "thai_text"])
def test_a_drill_killed_at_any_stage_is_reaped_by_the_next(
    stage: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    with begin(store, place, postgres, stage, "die") as killed:
        assert killed.stdout and killed.stdout.read() == b"there\n"
    assert killed.returncode == -signal.SIGKILL
    assert list(place.iterdir())  # a killed drill cannot clean up; the next one must
    finding = hold(store, place, postgres.bin_dir)
    assert finding.verdict is Verdict.PASS
    assert finding.measured["reaped"] == ["thai_text" if stage == "drop" else stage]


@pytest.mark.parametrize("stage", ["initdb", "prove"])
def test_a_drill_that_is_told_to_end_cleans_up_at_once(
    stage: str, store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    with begin(store, place, postgres, stage, "wait") as told:
        assert told.stdout and told.stdout.readline() == b"there\n"
        told.terminate()
    assert told.returncode == 128 + signal.SIGTERM
    assert list(place.iterdir()) == []


def test_the_scratch_server_ends_with_a_killed_drill(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv here: the server waits for the next drill's reaper")
    with begin(store, place, postgres, "prove", "die") as killed:
        killed.wait()
    end = time.monotonic() + 20
    while scratch.programs_in(str(place)) and time.monotonic() < end:
        time.sleep(0.05)
    assert scratch.programs_in(str(place)) == []
    hold(store, place, postgres.bin_dir)


@pytest.mark.root
def test_a_disk_that_fills_up_is_unknown_not_failed(
    store: pathlib.Path, postgres: Server, tmp_path: pathlib.Path
) -> None:
    place = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", place], check=False, capture_output=True
    )
    try:
        if mounted.returncode:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.decode().strip()}")
        finding = hold(store, place, postgres.bin_dir)
        assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.no_space")
    finally:
        subprocess.run(["umount", place], check=False, capture_output=True)
        place.rmdir()


def test_sets_are_drilled_one_after_the_other(
    store: pathlib.Path, place: pathlib.Path, postgres: Server
) -> None:
    one = Drill(BackupSet(str(store), "pg_dump", "saraban/database", pattern="office-*"))
    none = replace(one, backup_set=replace(one.backup_set, subject="saraban/other", pattern="none-*"))
    findings = drill.check([one, none], Tools(postgres.bin_dir), str(place))
    assert [(finding.subject, finding.verdict) for finding in findings] == [
        ("saraban/database", Verdict.PASS),
        ("saraban/other", Verdict.FAIL),
    ]
