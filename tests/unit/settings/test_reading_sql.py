"""A statement of the settings only reads, however it is dressed."""

import pytest

from dulae.settings.reading_sql import only_reads, parameters


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM users",
        "  select 1;  ",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH late AS (SELECT id FROM documents) SELECT count(*) FROM late",
        "SELECT count(*) FROM documents WHERE status = 'delete; or update into'",
        'SELECT "update" FROM t',
        "SELECT `delete` FROM t",
        "SELECT [into] FROM t",
        "SELECT updated_at, deleted, is_set FROM documents -- drop table",
        "/* delete */ SELECT replace(name, 'a', 'b') FROM users",
        "SELECT created_at::date FROM t",
        "SELECT 'it''s; a text' FROM t",
    ],
)
def test_what_reads_is_allowed(sql: str) -> None:
    assert only_reads(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "DELETE FROM users",
        "WITH gone AS (DELETE FROM users RETURNING 1) SELECT count(*) FROM gone",
        "with x as (update users set a = 1 returning 1) select 1 from x",
        "SELECT * INTO copy_of_users FROM users",
        "SELECT secret FROM t INTO OUTFILE '/tmp/x'",
        "SELECT 1; SELECT 2",
        "SELECT 1; -- and\nDROP TABLE users",
        "SELECT 1 FROM users FOR UPDATE",
        "EXPLAIN SELECT 1",
        "SELECT load_file('/etc/passwd')",
        "SELECT pg_read_file('/etc/passwd')",
        "VALUES (1)",
        "-- SELECT\nDELETE FROM users",
        "EXEC sp_who",
        "SELECT 1 /* ; */ ; DELETE FROM users",
        "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */",
        "SELECT 5--1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 # comment\n; DELETE FROM users",
        r"SELECT '\'; DELETE FROM users; --'",
    ],
)
def test_what_could_write_or_reach_elsewhere_is_refused(sql: str) -> None:
    assert not only_reads(sql)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT no FROM d WHERE holder = :account", ("account",)),
        ("SELECT no FROM d WHERE a = :key OR b = :key", ("key",)),
        ("SELECT no FROM d WHERE at::date = '2026-01-01 10:00' AND b = 'x :no'", ()),
        ("SELECT no FROM d WHERE a = :one AND b = :two", ("one", "two")),
        (r"SELECT no FROM d WHERE a = '\:x' AND b=:account", ("account",)),
    ],
)
def test_parameters_are_the_names_after_one_colon(sql: str, names: tuple[str, ...]) -> None:
    assert parameters(sql) == names
