"""Schemas that lose or misread something: what dulae cannot do exactly it says before anything is signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from tests.applications.week import Week
from tests.integration.mariadb import mariadb
from tests.integration.odd_schemas import GONE, OPEN_SESSIONS, ROLES, SESSIONS, Make, Odd, maker, options_of
from tests.integration.postgres import postgres
from tests.unit.accounts.conftest import keys

__all__ = ["keys", "mariadb", "postgres"]


@pytest.fixture(
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"access {kind}"))
        for kind in ("postgresql", "mariadb")
    ]
)
def make(request: pytest.FixtureRequest, tmp_path: Path, keys: dict[str, Path]) -> Make:
    """Return what makes an application on each of the servers."""
    server = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    return maker(request.param, server, tmp_path, keys)


@pytest.mark.parametrize(
    ("state", "disable", "words"),
    [
        (("CHAR(1) NOT NULL", "'1'"), 0, "holds text, disabling writes 0"),
        (("VARCHAR(5)", "'Y'"), False, "holds text, disabling writes false"),
        (("INT", "1"), "0", "holds numbers, disabling writes the text '0'"),
        (("NUMERIC(3,0)", "1"), "N", "holds numbers, disabling writes the text 'N'"),
        (("DATE", "NULL"), "2020-01-01", "holds a moment, disabling writes the text '2020-01-01'"),
        (("VARCHAR(20) NOT NULL", "'x'"), None, "may not be empty"),
        (
            ("INT", "1"),
            {"scramble": "dulae.disabled.????????????????"},
            "holds numbers, disabling writes text",
        ),
        (("VARCHAR(20)", "'x'"), {"expires": "now"}, "holds text, disabling writes a moment"),
    ],
)
def test_a_value_of_another_kind_than_its_column_is_told_before_anything_is_signed(
    make: Make, state: tuple[str, str], disable: Any, words: str
) -> None:
    assert f"column state of table users {words}" in make(state, disable={"state": disable}).told()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("DATE", "'2099-12-31'"),
        ("DATE", "NULL"),
        ("TIMESTAMP NULL", "'2037-12-31 23:59:59'"),
        ("BIGINT", "0"),
        ("BIGINT", "4000000000"),
    ],
)
def test_an_account_that_may_be_used_until_a_day_is_closed_by_that_day(
    make: Make, column: str, value: str
) -> None:
    make((column, value), disable={"state": {"expires": "now"}}).there_and_back("users")


def test_times_in_thousandths_of_a_second_are_read(make: Make) -> None:
    odd = make(more=OPEN_SESSIONS, ends=[SESSIONS])
    plan = odd.work.plan(GONE)
    (use,) = plan.items[0]["observed"]["uses"]
    assert use["last_used_at"].startswith("2026-09-21T")


def test_thai_names_of_tables_and_columns_are_planned_and_come_back(make: Make) -> None:
    odd = make(("CHAR(4)", "'A'"))
    quote = '"' if odd.url.startswith("postgresql") else "`"
    with sqlalchemy.create_engine(odd.url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE users RENAME COLUMN state TO {quote}สถานะ{quote}")
        connection.exec_driver_sql(f"ALTER TABLE users RENAME TO {quote}ผู้ใช้ ระบบ{quote}")
    work = Week.of(
        odd.work.inventory.parent / "thai",
        {"officer2": odd.work.key, "officer3": odd.work.key},
        odd.url,
        options_of({"users": {"table": "ผู้ใช้ ระบบ"}, "disable": {"สถานะ": "X"}}),
    )
    Odd(odd.url, work).there_and_back(f"{quote}ผู้ใช้ ระบบ{quote}")


def test_a_key_with_decimals_is_the_same_number_without(make: Make) -> None:
    odd = make(more=OPEN_SESSIONS, types={"id": "DECIMAL(10,2)"}, ends=[SESSIONS])
    assert odd.work.plan(GONE).items[0]["observed"]["uses"][0]["open"] == {"sessions": 1}
    odd.there_and_back("users")
    assert [row[1] for row in odd.rows("sessions")] == [502]


@pytest.mark.parametrize("rule", ["CASCADE", "SET NULL"])
def test_roles_that_would_take_other_rows_with_them_are_not_taken_away(make: Make, rule: str) -> None:
    more = (
        "CREATE TABLE roles (id INT PRIMARY KEY, owner INT, role VARCHAR(20))",
        "CREATE TABLE scopes (id INT PRIMARY KEY, role_id INT, unit VARCHAR(20),"
        f" FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE {rule})",
        "INSERT INTO roles VALUES (1, 501, 'clerk'), (2, 502, 'clerk')",
        "INSERT INTO scopes VALUES (1, 1, 'A'), (2, 2, 'B')",
    )
    assert "rows of table scopes would change with those of roles" in make(more=more, ends=[ROLES]).told()


def test_a_row_that_others_hang_on_is_told_with_what_to_write(make: Make) -> None:
    more = (
        *OPEN_SESSIONS,
        "CREATE TABLE visits (id INT PRIMARY KEY, session INT, FOREIGN KEY (session) REFERENCES sessions (id))",
        "INSERT INTO visits VALUES (1, 1)",
    )
    odd = make(more=more, ends=[SESSIONS])
    (found,) = odd.work.carried_out(odd.work.plan(GONE)).findings
    assert "Other rows hang on it: name their table under ends before it" in found.because
