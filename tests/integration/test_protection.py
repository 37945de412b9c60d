"""Databases of real servers that no backup set covers."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dulae.checks import protection
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create.request import Connection
from dulae.checks.finding import Finding, Verdict
from dulae.checks.protection import DataStore
from tests.integration.postgres import Server

ODD = "Odd \"name'\nsecond line"


def found(store: DataStore, tools: Tools) -> Finding:
    [finding] = protection.check([store], tools)
    return finding


def at(server: Server, *covered: str) -> DataStore:
    way = Connection(host=server.socket_dir, user=server.user)
    return DataStore("postgresql", "saraban/databases", covered=covered, connection=way)


def test_a_forgotten_postgresql_database_is_found(postgres: Server) -> None:
    tools = Tools(postgres.bin_dir)
    before = found(at(postgres), tools).measured["found"]
    postgres.fresh("survey", "CREATE TABLE answers (id int)")
    try:
        forgotten = found(at(postgres, *before), tools)
        assert (forgotten.verdict, forgotten.measured["uncovered"]) == (Verdict.FAIL, ["survey"])
        assert found(at(postgres, *before, "survey"), tools).verdict is Verdict.PASS
    finally:
        postgres.sql("postgres", "DROP DATABASE survey")


def test_a_name_of_any_letters_is_listed_as_one(postgres: Server) -> None:
    quoted = '"' + ODD.replace('"', '""') + '"'
    postgres.run("psql", "-Xqc", f"CREATE DATABASE {quoted}", "-d", "postgres")
    try:
        store = at(postgres)
        assert ODD in protection._postgresql(store, Tools(postgres.bin_dir))
        assert ODD.replace("\n", "?") in found(store, Tools(postgres.bin_dir)).measured["uncovered"]
    finally:
        postgres.run("psql", "-Xqc", f"DROP DATABASE {quoted}", "-d", "postgres")


def test_a_database_that_takes_no_connections_still_holds_data(postgres: Server) -> None:
    postgres.fresh("closed", "CREATE TABLE kept (id int)")
    postgres.sql("postgres", "ALTER DATABASE closed ALLOW_CONNECTIONS false")
    try:
        assert "closed" in found(at(postgres), Tools(postgres.bin_dir)).measured["uncovered"]
    finally:
        postgres.sql("postgres", "ALTER DATABASE closed ALLOW_CONNECTIONS true", "DROP DATABASE closed")


def test_a_server_that_is_not_there_is_unknown(postgres: Server, tmp_path: Path) -> None:
    store = replace(at(postgres), connection=Connection(host=str(tmp_path), user="nobody"))
    finding = found(store, Tools(postgres.bin_dir))
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "protection.refused")
    assert "No such file" in finding.because


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    """Give the socket folder of a running MariaDB, or skip with the reason."""
    tools = [shutil.which(name) for name in ("mariadbd", "mariadb-install-db", "mariadb")]
    if not all(tools):
        pytest.skip("no MariaDB here: apt-get install mariadb-server")
    folder = tempfile.mkdtemp(prefix="dulae-maria-")
    who = "root" if not os.geteuid() else str(os.geteuid())
    common = ["--no-defaults", f"--datadir={folder}/data", f"--user={who}"]
    make = [str(tools[1]), *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
    subprocess.run(make, check=True, capture_output=True)
    options = [f"--socket={folder}/mysqld.sock", "--skip-networking", f"--pid-file={folder}/pid"]
    process = subprocess.Popen(
        [str(tools[0]), *common, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(folder)
        _maria(
            folder, "CREATE DATABASE saraban; CREATE DATABASE survey; CREATE USER seer; CREATE USER blind;"
        )
        _maria(
            folder,
            "GRANT SHOW DATABASES ON *.* TO seer; GRANT SELECT ON saraban.* TO blind;"
            " DROP USER IF EXISTS ''@'localhost'",
        )
        yield folder
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: str) -> None:
    for _ in range(300):
        with contextlib.suppress(subprocess.CalledProcessError):
            return _maria(folder, "SELECT 1")
        time.sleep(0.1)
    pytest.fail("MariaDB did not start")


def _maria(folder: str, statements: str) -> None:
    client = [
        "mariadb",
        "--no-defaults",
        f"--socket={folder}/mysqld.sock",
        "--user=root",
        "-f",
        "-e",
        statements,
    ]
    subprocess.run(client, check=True, capture_output=True)


def of(folder: str, user: str, *covered: str) -> DataStore:
    return DataStore("mariadb", "x/databases", covered=covered, connection=Connection(host=folder, user=user))


def test_a_forgotten_mariadb_database_is_found(mariadb: str) -> None:
    finding = found(of(mariadb, "seer", "saraban"), Tools())
    assert (finding.verdict, finding.measured["uncovered"]) == (Verdict.FAIL, ["survey"])
    assert found(of(mariadb, "seer", "saraban", "survey"), Tools()).verdict is Verdict.PASS


def test_a_user_who_sees_only_some_databases_is_no_witness_that_all_are_covered(mariadb: str) -> None:
    finding = found(of(mariadb, "blind", "saraban"), Tools())
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "protection.partly_seen")


def test_a_mariadb_that_refuses_is_unknown(mariadb: str) -> None:
    finding = found(of(mariadb, "stranger"), Tools())
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "protection.refused")
