"""What only one kind of server does: policies that hide rows, moments that it writes itself, types of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from tests.applications.week import Week, said
from tests.integration.mariadb import MariaDb, mariadb
from tests.integration.odd_schemas import GONE, OPEN_SESSIONS, ROLES, SESSIONS, Make, Odd, maker, options_of
from tests.integration.postgres import Server, postgres
from tests.unit.accounts.conftest import keys

__all__ = ["keys", "mariadb", "postgres"]


@pytest.fixture
def on_postgres(postgres: Server, tmp_path: Path, keys: dict[str, Path]) -> Make:
    """Return what makes an application on PostgreSQL."""
    return maker("postgresql", postgres, tmp_path, keys)


@pytest.fixture
def on_mariadb(mariadb: Any, tmp_path: Path, keys: dict[str, Path]) -> Make:
    """Return what makes an application on MariaDB."""
    return maker("mariadb", mariadb, tmp_path, keys)


_POLICY = (
    "DO $$ BEGIN CREATE ROLE ops LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    "GRANT ALL ON ALL TABLES IN SCHEMA public TO ops",
)


def _as_ops(odd: Odd, ends: Sequence[dict[str, Any]] = ()) -> Odd:
    url = odd.url.replace("//dulae@", "//ops@")
    keys = {"officer2": odd.work.key}
    work = Week.of(odd.work.inventory.parent / "ops", keys, url, options_of({"ends": list(ends)}))
    return Odd(url, work)


@pytest.mark.parametrize("hidden", ["users", "sessions"])
def test_rows_that_a_policy_may_hide_are_never_called_absent(on_postgres: Make, hidden: str) -> None:
    more = (*OPEN_SESSIONS, *_POLICY, f"ALTER TABLE {hidden} ENABLE ROW LEVEL SECURITY")
    odd = _as_ops(on_postgres(more=more, ends=[SESSIONS]), [{**SESSIONS, "optional": True}])
    assert f"row level security may hide rows of table {hidden}" in odd.told()
    with sqlalchemy.create_engine(
        odd.url.replace("//ops@", "//dulae@"), poolclass=NullPool
    ).begin() as connection:
        connection.exec_driver_sql(f"CREATE POLICY everything ON {hidden} TO ops USING (true)")
    odd.there_and_back("users")
    with sqlalchemy.create_engine(
        odd.url.replace("//ops@", "//dulae@"), poolclass=NullPool
    ).begin() as connection:
        connection.exec_driver_sql(f"CREATE POLICY less ON {hidden} AS RESTRICTIVE USING (true)")
        connection.exec_driver_sql(f"DROP POLICY less ON {hidden}")
        connection.exec_driver_sql(f"CREATE POLICY less ON {hidden} AS RESTRICTIVE USING (1 = 2)")
    assert f"row level security may hide rows of table {hidden}" in odd.told()


_KEEPS = "CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"


def test_a_trigger_that_keeps_the_account_is_named(on_postgres: Make) -> None:
    trigger = "CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keeps()"
    odd = on_postgres(more=(_KEEPS, trigger))
    before = odd.rows("users")
    (found,) = odd.work.carried_out(odd.work.plan(GONE)).findings
    assert "look for a trigger, rule or policy on the users' table" in found.because
    assert odd.rows("users") == before


def test_what_is_refused_at_the_commit_is_no_lost_connection(on_postgres: Make) -> None:
    more = (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not on a holiday'; END $$",
        "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION no()",
    )
    odd = on_postgres(more=more)
    plan, before = odd.work.plan(GONE), odd.rows("users")
    (found,) = odd.work.carried_out(plan).findings
    assert "not on a holiday" in found.because and "connection" not in found.because
    assert odd.rows("users") == before
    with sqlalchemy.create_engine(odd.url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER late ON users")
    assert said(odd.work.again(plan)) == ["access.applied"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INTERVAL", "'1 mon 2 days'"),
        ("INT4RANGE", "'[1,5)'"),
        ("DATE", "'infinity'"),
        ("TIMESTAMPTZ", "'infinity'"),
    ],
)
def test_kept_rows_of_postgresqls_own_types_come_back(on_postgres: Make, kind: str, value: str) -> None:
    more = (f"CREATE TABLE roles (owner INT, kept {kind})", f"INSERT INTO roles VALUES (501, {value})")
    odd = on_postgres(more=more, ends=[ROLES])
    before = odd.work.plan(GONE)
    look = "SELECT kept::text FROM roles"
    with sqlalchemy.create_engine(odd.url, poolclass=NullPool).connect() as connection:
        was = connection.exec_driver_sql(look).scalars().all()
    assert said(odd.work.carried_out(before)) == ["access.applied"]
    assert said(odd.work.undone(before)) == ["access.undone"]
    with sqlalchemy.create_engine(odd.url, poolclass=NullPool).connect() as connection:
        assert connection.exec_driver_sql(look).scalars().all() == was


def test_kept_rows_of_mariadbs_own_types_come_back(on_mariadb: Make) -> None:
    more = (
        "SET SESSION sql_mode=''",
        "CREATE TABLE roles (owner INT, several SET('a', 'b'), at TIME, one ENUM('x', 'y'), since DATETIME)",
        "INSERT INTO roles VALUES (501, 'a,b', '-12:30:00', 'x', '0000-00-00 00:00:00')",
    )
    on_mariadb(more=more, ends=[ROLES]).there_and_back("users", "roles")


def test_moments_that_mariadb_writes_by_itself_stay_as_they_were(on_mariadb: Make) -> None:
    types = {
        "seen": "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        "changed": "DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3)",
    }
    past = "UPDATE users SET seen = '2026-01-05 08:00:00', changed = '2026-01-05 08:00:00'"
    odd = on_mariadb(types=types, more=[past], users={"last_login_at": "seen"})
    odd.there_and_back("users")


def test_a_moment_of_noughts_is_none(on_mariadb: Make, mariadb: MariaDb) -> None:
    odd = on_mariadb(
        ("DATETIME NOT NULL", "'2026-01-01'"),
        [
            "SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE'",
            "SET SESSION sql_mode=''",
            "UPDATE users SET state = '0000-00-00 00:00:00'",
        ],
        disable={"state": {"stamp": "now"}},
    )
    try:
        odd.there_and_back("users")
    finally:
        mariadb.run("mariadb", "-e", "SET GLOBAL sql_mode = DEFAULT")


GROUPS = {"table": "user_groups", "user": "ug_login", "of": "username", "where": {"kind": {"begins": "gr"}}}
UNIT = {"table": "properties", "user": "owner", "where": {"property": "unit"}, "column": "kept"}


def test_text_that_is_kept_as_bytes_is_read_and_written(on_mariadb: Make) -> None:
    more = (
        "CREATE TABLE user_groups (ug_login VARBINARY(100), ug_group VARBINARY(255), kind VARBINARY(9))",
        "INSERT INTO user_groups VALUES ('user501', 'editor', 'group'), ('user502', 'sysop', 'group')",
        "CREATE TABLE properties (owner INT, property VARBINARY(20), kept BLOB)",
        "INSERT INTO properties VALUES (501, 'unit', 'กองคลัง'), (502, 'unit', 'กองคลัง')",
    )
    types = {"username": "VARBINARY(100)", "name": "VARBINARY(200)", "citizen_id": "VARBINARY(13)"}
    odd = on_mariadb(
        ("TINYBLOB NOT NULL", "':pbkdf2:sha512:x'"),
        types=types,
        more=more,
        users={"unit": UNIT, "privileged": {**GROUPS, "column": "ug_group", "equals": "sysop"}},
        disable={"state": {"scramble": ":dulae:disabled:????????????????"}},
        ends=[{"what": "roles", **GROUPS, "restore": True}],
    )
    (item,) = odd.work.plan(GONE).items
    assert item["account"]["login"] == "user501" and item["observed"]["uses"][0]["open"] == {"roles": 1}
    odd.there_and_back("users", "user_groups", "properties")


def test_a_view_of_a_table_without_transactions_is_not_written(on_mariadb: Make) -> None:
    more = (
        "ALTER TABLE users ENGINE=MyISAM",
        "RENAME TABLE users TO people",
        "CREATE VIEW users AS SELECT * FROM people",
    )
    made = on_mariadb(more=more).work.review(GONE)
    assert made.plan is not None and not made.plan.items
    assert "ALTER TABLE people ENGINE=InnoDB" in " ".join(finding.because for finding in made.findings)
