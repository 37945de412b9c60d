"""Making dumps of a real PostgreSQL: one snapshot, nothing half made, whatever happens meanwhile."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dulae.checks.backup import copies, tables
from dulae.checks.backup.examine import check
from dulae.checks.backup.session import Session
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create.making import create, make
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill import drill
from dulae.checks.restore_drill.request import Drill

from .postgres import OFFICE, Server, bin_dirs, cluster

SOURCES = pathlib.Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture
def office(postgres: Server, tmp_path: pathlib.Path) -> Request:
    postgres.fresh("office", *OFFICE)
    connection = Connection(postgres.socket_dir, user=postgres.user)
    return Request(
        "pg_dump", "office", str(tmp_path / "store"), "office", "saraban/db", connection=connection
    )


def judge(request: Request, server: Server) -> Finding:
    (finding,) = check([BackupSet(request.path, "pg_dump", pattern="office-*")], Tools(server.bin_dir))
    return finding


def left_in(store: str) -> list[str]:
    return [name for name in os.listdir(store) if name != ".office.lock"]


def test_a_dump_is_made_and_proven(office: Request, postgres: Server) -> None:
    result = create(office, Tools(postgres.bin_dir))
    assert (result.finding.verdict, result.finding.measured["rows"]) == (Verdict.PASS, 11003)
    assert judge(office, postgres).verdict is Verdict.PASS
    assert not create(office, Tools(postgres.bin_dir)).changed


def test_the_manifest_counts_every_kind_of_table(office: Request, postgres: Server) -> None:
    postgres.sql(
        "office",
        "CREATE SCHEMA หนังสือ",
        "CREATE TABLE หนังสือ.รับ (id int, เรื่อง text)",
        "INSERT INTO หนังสือ.รับ VALUES (1, 'ด่วนที่สุด')",
        "CREATE TABLE parts (id int, year int) PARTITION BY LIST (year)",
        "CREATE TABLE parts_2569 PARTITION OF parts FOR VALUES IN (2569)",
        "INSERT INTO parts VALUES (1, 2569)",
        "CREATE TABLE parent (id int)",
        "CREATE TABLE child () INHERITS (parent)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (2)",
        "CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS id",
        "CREATE VIEW seen AS SELECT * FROM users",
    )
    made = make(office, Tools(postgres.bin_dir))
    rows = {f"{table.schema}.{table.name}": table.rows for table in made.tables}
    assert rows == {
        'public.Odd "name': 3,
        "public.child": 1,
        "public.letters": 8000,
        "public.nothing_yet": 0,
        "public.parent": 1,
        "public.parts_2569": 1,
        "public.unlogged": 1,
        "public.users": 3000,
        "หนังสือ.รับ": 1,
    }
    assert judge(office, postgres).verdict is Verdict.PASS


def test_a_digest_sees_what_a_count_does_not(office: Request, postgres: Server) -> None:
    tools = Tools(postgres.bin_dir)

    def digest() -> str:
        return next(table.digest for table in make(office, tools).tables if table.name.startswith("Odd"))

    first = digest()
    postgres.sql("office", 'UPDATE "Odd ""name" SET letters = 9 WHERE letters = 2')
    second = digest()
    postgres.sql("office", 'DELETE FROM "Odd ""name"', 'INSERT INTO "Odd ""name" VALUES (9, NULL)')
    postgres.sql(
        "office", 'INSERT INTO "Odd ""name" SELECT 1, E\'tab\\tand\\nbreak\' FROM generate_series(1, 2)'
    )
    assert first != second
    assert digest() == second  # in another order


def test_a_digest_is_the_same_in_every_version_that_is_here(postgres: Server) -> None:
    made = {}
    for bin_dir in bin_dirs():
        with cluster(bin_dir) as server:
            server.fresh("office", *OFFICE)
            with Session(Tools(bin_dir), {**server.environment, "PGDATABASE": "office"}) as session:
                tables.begin(session)
                listed = tables.listed(session)
                made[bin_dir] = [
                    tables.count(session, table, name) for table in listed for name in tables._HASHES
                ]
                assert {tables.comparable(session, name) for name in tables._HASHES} == set(tables._HASHES)
    first, *others = made.values()
    assert all(other == first for other in others)
    assert len({table.digest for table in first if table.name == "letters"}) == len(tables._HASHES)


def test_a_server_that_hashes_otherwise_gets_a_digest_that_is_the_same_everywhere(
    office: Request, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(office, Tools(postgres.bin_dir))
    assert made.digest == "sum-hashtext-64"
    monkeypatch.setattr(tables, "_KNOWN_HASH", "1")
    made = make(replace(office, prefix="other"), Tools(postgres.bin_dir))
    assert made.digest == "sum-sha256-64"
    assert all(table.digest for table in made.tables)


def test_counts_and_dump_are_of_one_snapshot_though_people_work_on(office: Request, postgres: Server) -> None:
    stop = threading.Event()

    def work() -> None:
        number = 100_000
        while not stop.is_set():
            postgres.sql(
                "office",
                f"INSERT INTO users VALUES ({number}, 'new')",
                f"DELETE FROM letters WHERE id % 97 = {number % 97}",
            )
            number += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = [make(office, Tools(postgres.bin_dir)) for _ in range(3)]
    finally:
        stop.set()
        worker.join()
    assert len({table.rows for one in made for table in one.tables if table.name == "letters"}) > 1
    drills = [Drill(BackupSet(f"{office.path}/{one.file}", "pg_dump")) for one in made[:2]]
    findings = drill.check(drills, Tools(postgres.bin_dir), tempfile.gettempdir())
    assert [finding.code for finding in findings] == ["restore_drill.restored"] * 2


def test_a_database_that_cannot_be_reached_fails_and_leaves_nothing(
    office: Request, postgres: Server
) -> None:
    away = replace(office, connection=Connection("/no/such/socket", user="dulae"))
    result = create(away, Tools(postgres.bin_dir))
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, "backup_create.database_refused")
    assert "No such file or directory" in result.finding.because
    assert left_in(office.path) == []


def test_a_missing_database_and_an_empty_one_fail(office: Request, postgres: Server) -> None:
    postgres.fresh("void")
    tools = Tools(postgres.bin_dir)
    assert "does not exist" in create(replace(office, source="no_such_db"), tools).finding.because
    assert create(replace(office, source="void"), tools).finding.code == "backup_create.no_tables"
    assert left_in(office.path) == []


def test_a_table_that_may_not_be_read_fails(office: Request, postgres: Server) -> None:
    postgres.sql(
        "office", "DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN", "GRANT SELECT ON users TO clerk"
    )
    clerk = replace(office, connection=Connection(postgres.socket_dir, user="clerk"))
    result = create(clerk, Tools(postgres.bin_dir))
    assert (result.finding.verdict, result.changed) == (Verdict.FAIL, False)
    assert "permission denied" in result.finding.because
    assert left_in(office.path) == []
    postgres.sql("office", "DROP OWNED BY clerk", "DROP ROLE clerk")


def test_a_table_that_somebody_holds_locked_is_told_to_be_waited_for(
    office: Request, postgres: Server
) -> None:
    with Session(Tools(postgres.bin_dir), {**postgres.environment, "PGDATABASE": "office"}) as holder:
        holder.ask("BEGIN")
        holder.ask("LOCK TABLE letters")
        finding = create(office, Tools(postgres.bin_dir, 1)).finding
    assert (finding.verdict, finding.code) == (Verdict.FAIL, "backup_create.database_refused")
    assert "no answer came within 1 s" in finding.because
    assert left_in(office.path) == []


def test_a_pg_dump_older_than_the_server_fails(office: Request) -> None:
    older = bin_dirs()[1:]
    if not older:
        pytest.skip("only one version of PostgreSQL here: apt install postgresql")
    result = create(office, Tools(older[0]))
    assert (result.finding.verdict, result.finding.code) == (Verdict.FAIL, "backup_create.older_programs")
    assert "server version: " in result.finding.because
    assert left_in(office.path) == []


def test_a_missing_program_is_unknown(office: Request, tmp_path: pathlib.Path) -> None:
    result = create(office, Tools(str(tmp_path)))
    assert (result.finding.verdict, result.finding.code) == (Verdict.UNKNOWN, "backup.tool_missing")


def test_a_dump_that_does_not_end_fails_and_leaves_nothing(
    office: Request, postgres: Server, tmp_path: pathlib.Path
) -> None:
    result = create(office, Tools(slow_tools(postgres, tmp_path), timeout_s=1))
    assert result.finding.verdict is Verdict.FAIL
    assert left_in(office.path) == []


def slow_tools(server: Server, folder: pathlib.Path) -> str:
    """Return a folder of programs whose pg_dump writes at once, then takes its time."""
    programs = folder / "slow"
    programs.mkdir(exist_ok=True)
    for name in ("psql", "pg_restore"):
        (programs / name).symlink_to(f"{server.bin_dir}/{name}")
    real = f'"{server.bin_dir}/pg_dump" "$@"'
    (programs / "pg_dump").write_text(f'#!/bin/sh\n{real}\n[ "$1" = --version ] || exec sleep 30\n')
    (programs / "pg_dump").chmod(0o700)
    return str(programs)


CHILD = """
import os, signal, sys
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create.making import create
from dulae.checks.backup_create.request import Connection, Request

bin_dir, store, socket_dir, moment = sys.argv[1:]
calls = []


def dying(name, real):
    def call(*arguments):
        calls.append(name)
        if f"{name} {calls.count(name)}" == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)
    return call


os.replace, os.unlink = dying("replace", os.replace), dying("unlink", os.unlink)
os.fsync = dying("fsync", os.fsync)
request = Request("pg_dump", "office", store, "office", keep=1, min_interval_hours=0,
                  connection=Connection(socket_dir, user="dulae"))
print("begun", flush=True)
create(request, Tools(bin_dir))
"""


@pytest.fixture
def child(office: Request, postgres: Server, tmp_path: pathlib.Path) -> Iterator[list[str]]:
    """Give the argument vector of a run that kills itself at a moment."""
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    yield [sys.executable, str(script), postgres.bin_dir, office.path, postgres.socket_dir]


def run(argv: list[str], moment: str) -> int:
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    return subprocess.run([*argv, moment], env=environment, check=False, capture_output=True).returncode


# fsync 1 is the dump, 2 its manifest, 3 the folder; replace 1 shows the manifest, 2 the dump.
@pytest.mark.parametrize("moment", ["fsync 1", "fsync 2", "replace 1", "replace 2"])
def test_a_run_killed_before_its_set_is_shown_leaves_nothing_that_looks_like_one(
    moment: str, child: list[str], office: Request, postgres: Server
) -> None:
    assert run(child, moment) == -signal.SIGKILL
    assert judge(office, postgres).code in {"backup.missing", "backup.only_unfinished"}
    after = create(office, Tools(postgres.bin_dir))
    assert after.finding.verdict is Verdict.PASS
    assert after.finding.measured["swept"] == (1 if moment == "fsync 1" else 2)
    assert len(left_in(office.path)) == 2
    assert judge(office, postgres).verdict is Verdict.PASS


@pytest.mark.parametrize("moment", ["fsync 3", "replace 3", "unlink 1", "unlink 2"])
def test_a_run_killed_afterwards_leaves_a_good_newest_set(
    moment: str, child: list[str], office: Request, postgres: Server
) -> None:
    make(office, Tools(postgres.bin_dir))
    assert run(child, moment) == -signal.SIGKILL
    assert judge(office, postgres).verdict is Verdict.PASS
    create(replace(office, keep=1, min_interval_hours=0), Tools(postgres.bin_dir))
    assert len(left_in(office.path)) == 2
    assert judge(office, postgres).verdict is Verdict.PASS


def test_a_run_killed_while_it_dumps_leaves_nothing_that_looks_like_a_backup(
    child: list[str], office: Request, postgres: Server, tmp_path: pathlib.Path
) -> None:
    child[2] = slow_tools(postgres, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    with subprocess.Popen([*child, "never"], env=environment, stdout=subprocess.PIPE) as running:
        assert running.stdout and running.stdout.readline()
        store = pathlib.Path(office.path)
        while not any(path.stat().st_size for path in store.glob(".office-*.partial")):
            time.sleep(0.01)
        running.kill()
    assert judge(office, postgres).code == "backup.only_unfinished"
    after = create(office, Tools(postgres.bin_dir))
    assert after.finding.measured["swept"] == 1
    assert judge(office, postgres).verdict is Verdict.PASS


@pytest.mark.root
def test_a_full_disk_fails_and_leaves_nothing(office: Request, postgres: Server) -> None:
    os.mkdir(office.path)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", office.path], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"cannot mount a file system here: {made.stderr.decode().strip()}")
    try:
        result = create(office, Tools(postgres.bin_dir))
        assert (result.finding.verdict, result.changed) == (Verdict.FAIL, False)
        assert "No space left" in result.finding.because
        assert left_in(office.path) == []
    finally:
        subprocess.run(["umount", office.path], check=True)


def test_a_password_stands_in_no_argument_and_no_finding(
    office: Request, postgres: Server, tmp_path: pathlib.Path
) -> None:
    seen = tmp_path / "seen"
    programs = tmp_path / "watched"
    programs.mkdir()
    for name in ("psql", "pg_dump"):
        (programs / name).write_text(
            f'#!/bin/sh\necho "$0 $*" >> {seen}\nexec {postgres.bin_dir}/{name} "$@"\n'
        )
        (programs / name).chmod(0o700)
    connection = replace(office.connection, password="s3cret-word")
    result = create(replace(office, connection=connection), Tools(str(programs)))
    assert result.finding.verdict is Verdict.PASS
    assert "s3cret" not in seen.read_text() + str(result)
    assert "--snapshot" in seen.read_text()
