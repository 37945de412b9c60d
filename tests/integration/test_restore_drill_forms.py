"""Drills of dumps in the forms in which pg_dump and pg_dumpall write them: what cannot be restored alone is unknown."""

import pathlib
from collections.abc import Callable

import pytest

from dulae.checks.finding import Verdict

from .drilling import hold, no_waiting, place
from .postgres import OFFICE, Server

__all__ = ["no_waiting", "place"]

Write = Callable[[Server, pathlib.Path], None]


def of(tool: str, *options: str) -> Write:
    """Return what writes a dump by a program with its options."""
    database = ("office",) if tool == "pg_dump" else ()
    return lambda server, path: void(server.run(tool, *options, "-f", str(path), *database))


def void(_: str) -> None:
    """Forget what a program says."""


def globals_behind(server: Server, path: pathlib.Path) -> None:
    path.write_text(server.run("pg_dump", "office") + server.run("pg_dumpall", "--globals-only"))


def globals_before(server: Server, path: pathlib.Path) -> None:
    path.write_text(server.run("pg_dumpall", "--globals-only") + server.run("pg_dump", "office"))


def clean_and_cut(server: Server, path: pathlib.Path) -> None:
    path.write_text(server.run("pg_dump", "--clean", "office")[:-2000])


UNKNOWN, WARN, FAIL = Verdict.UNKNOWN, Verdict.WARN, Verdict.FAIL
FORMS: dict[str, tuple[Write, Verdict, str]] = {
    "all databases": (of("pg_dumpall"), UNKNOWN, "restore_drill.changes_databases"),
    "all databases, dropped first": (of("pg_dumpall", "--clean"), UNKNOWN, "restore_drill.changes_databases"),
    "made and dropped": (of("pg_dump", "-C", "--clean"), UNKNOWN, "restore_drill.changes_databases"),
    "dropped first": (of("pg_dump", "--clean"), UNKNOWN, "restore_drill.drops_first"),
    "dropped if there": (of("pg_dump", "--clean", "--if-exists"), WARN, "restore_drill.not_compared"),
    "dropped first and cut": (clean_and_cut, FAIL, "backup.cut_off"),
    "data": (of("pg_dump", "--data-only"), UNKNOWN, "restore_drill.data_only"),
    "data in an archive": (of("pg_dump", "-Fc", "--section=data"), UNKNOWN, "restore_drill.data_only"),
    "without a table": (of("pg_dump", "-T", "users"), FAIL, "restore_drill.not_restored"),
    "roles before": (globals_before, WARN, "restore_drill.not_compared"),
    "roles behind": (globals_behind, UNKNOWN, "restore_drill.role_later"),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_restored_or_said_why_not(
    form: str, postgres: Server, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    write, *expected = FORMS[form]
    postgres.sql(
        "postgres", "DROP DATABASE IF EXISTS office", "DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk"
    )
    postgres.fresh("office", *OFFICE, "ALTER TABLE letters OWNER TO clerk")
    write(postgres, tmp_path / "office.sql")
    finding = hold(tmp_path, place, postgres.bin_dir, "office.sql")
    assert [finding.verdict, finding.code] == expected, finding.because


@pytest.mark.parametrize("form", ["plain", "custom"])
def test_a_thai_role_of_a_dump_in_the_encoding_of_older_windows_is_made(
    form: str, postgres: Server, tmp_path: pathlib.Path, place: pathlib.Path
) -> None:
    postgres.sql("postgres", "DROP DATABASE IF EXISTS older WITH (FORCE)")
    postgres.sql("postgres", "CREATE DATABASE older TEMPLATE template0 ENCODING 'WIN874' LOCALE 'C'")
    postgres.sql(
        "older",
        "SET client_encoding = 'UTF8'",
        'DROP ROLE IF EXISTS "สมชาย"',
        'CREATE ROLE "สมชาย"',
        "CREATE TABLE letters AS SELECT 1 AS id, 'หนังสือรับ' AS title",
        'ALTER TABLE letters OWNER TO "สมชาย"',
        "ALTER TABLE letters ENABLE ROW LEVEL SECURITY",
        'CREATE POLICY of_them ON letters TO "สมชาย" USING (true)',
    )
    try:
        postgres.run("pg_dump", "-F", form, "-f", str(tmp_path / "older.dump"), "older")
    finally:
        postgres.sql("older", "SET client_encoding = 'UTF8'", "DROP TABLE letters", 'DROP ROLE "สมชาย"')
        postgres.sql("postgres", "DROP DATABASE older")
    finding = hold(tmp_path, place, postgres.bin_dir, "older.dump")
    assert (finding.verdict, finding.code) == (WARN, "restore_drill.not_compared"), finding.because
    assert finding.measured["rows"] == 1
