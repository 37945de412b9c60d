"""Drills of physical copies of clusters that are unlike the usual ones: more than tables of one database."""

import pathlib
from collections.abc import Iterator

import pytest

from dulae.checks.finding import Finding, Verdict
from dulae.checks.restore_drill.request import Assertion

from .drilling import hold, no_waiting, place
from .physical import KIND
from .postgres import OFFICE, Server, bin_dirs, cluster

__all__ = ["no_waiting", "place"]

LETTERS = (Assertion("SELECT count(*) FROM letters", "8000"),)


@pytest.fixture(scope="module", params=bin_dirs())
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a cluster with checksums, two databases and transactions that can be prepared; of each version here."""
    with cluster(request.param, "--data-checksums", settings="-c max_prepared_transactions=5") as running:
        running.fresh("office", *OFFICE)
        running.fresh("archive", "CREATE TABLE old AS SELECT generate_series(1, 5000) AS id")
        yield running


def drilled(server: Server, store: pathlib.Path, place: pathlib.Path, database: str = "office") -> Finding:
    """Copy a cluster and hold a drill of the copy, asking it only what it answers at once."""
    server.run("pg_basebackup", "-D", str(store / "copy"), "-c", "fast", "--no-verify-checksums")
    return hold(store, place, server.bin_dir, "*", kind=KIND, assertions=LETTERS, database=database)


def test_locks_of_a_prepared_transaction_are_not_waited_for(
    server: Server, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    server.sql(
        "office",
        "BEGIN",
        "LOCK TABLE letters",
        "INSERT INTO letters (id) VALUES (90000)",
        "CREATE ROLE drill",
        "ALTER DATABASE office CONNECTION LIMIT 9",
        "PREPARE TRANSACTION 'left behind'",
    )
    try:
        finding = drilled(server, tmp_path, place)
    finally:
        server.sql("office", "ROLLBACK PREPARED 'left behind'")
    assert (finding.verdict, finding.code) == (Verdict.PASS, "restore_drill.restored"), finding.because
    assert finding.measured["prepared_transactions"] == 1
    assert finding.measured["checksums"] == "passed"


@pytest.mark.parametrize("fork", ["", "_fsm"])
def test_a_damaged_page_of_a_database_that_nobody_asks_fails_unless_it_is_made_anew(
    fork: str, server: Server, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    server.sql("archive", "VACUUM old", "CHECKPOINT")
    path = pathlib.Path(
        server.socket_dir, "data", server.sql("archive", "SELECT pg_relation_filepath('old')").strip()
    )
    page = path.with_name(path.name + fork)
    whole = page.read_bytes()
    page.write_bytes(whole[:4000] + bytes([whole[4000] ^ 1]) + whole[4001:])
    try:
        finding = drilled(server, tmp_path, place)
    finally:
        page.write_bytes(whole)
    expected = (
        (Verdict.PASS, "restore_drill.restored") if fork else (Verdict.FAIL, "restore_drill.pages_damaged")
    )
    assert (finding.verdict, finding.code) == expected, finding.because
    assert fork or (finding.measured["pages"], finding.measured["checksums"]) == (1, "damaged")


def test_a_database_in_a_locale_that_is_not_here_is_unknown_with_what_is_missing(
    server: Server, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    server.fresh("abroad", *OFFICE)
    server.sql(
        "postgres", "UPDATE pg_database SET datcollate = 'xx_XX', datctype = 'xx_XX' WHERE datname = 'abroad'"
    )
    try:
        finding = drilled(server, tmp_path, place, "abroad")
    finally:
        server.sql("postgres", "DROP DATABASE abroad")
    assert (finding.verdict, finding.code) == (Verdict.UNKNOWN, "restore_drill.machine_lacks"), (
        finding.because
    )
    assert "locale" in finding.because
