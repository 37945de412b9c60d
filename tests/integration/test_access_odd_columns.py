"""Columns as other applications have them: padded, one bit, computed, numbered by the database, or too narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from dulae.accounts.applications import Application, Brake
from dulae.accounts.changing import applying, undo
from dulae.accounts.databases.database import Database
from dulae.accounts.profiles import profile
from dulae.accounts.reviewing import Review, review
from dulae.errors import SettingsError
from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.unit.accounts import office
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import PEOPLE, SPELLING, Office, judged, leaver

__all__ = ["keys", "mariadb", "postgres"]

SOMCHAI, SOMYING, WICHAI, *_ = PEOPLE
_USERS = (
    "CREATE TABLE users (id INT PRIMARY KEY, username VARCHAR(50), first_name VARCHAR(50), last_name VARCHAR(50),"
    " citizen_id CHAR(13), unit VARCHAR(50), state {})"
)
_PLAIN = {"users": {"privileged": None, "last_login_at": None}, "ends": []}
_URLS = {
    "postgresql": "postgresql+psycopg://{0.user}@/odd?host={0.socket_dir}",
    "mariadb": "mysql+pymysql://root@localhost/odd?unix_socket={0.socket}",
}


@dataclass(frozen=True)
class Odd:
    """An application whose table of users ends with a column ``state``, on one of the servers."""

    kind: str
    work: Office
    url: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what the database answers."""
        with sqlalchemy.create_engine(self.url, poolclass=NullPool).connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def reviewed(self) -> Review:
        """Compare two leavers with the accounts."""
        return review(self.work.desk, judged(leaver(SOMCHAI), leaver(WICHAI)), SPELLING)


Make = Callable[..., Odd]


@pytest.fixture(
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"access {kind}"))
        for kind in ("postgresql", "mariadb")
    ]
)
def make(request: pytest.FixtureRequest, tmp_path: Path, keys: dict[str, Path]) -> Make:
    """Return what makes such an application: the column's type, what stands in it, and how accounts are disabled."""
    kind = request.param
    server = request.getfixturevalue("postgres" if kind == "postgresql" else "mariadb")

    def made(column: str, value: str, options: dict[str, Any], *more: str) -> Odd:
        server.fresh("odd", _USERS.format(column), *(_row(one, value) for one in PEOPLE), *more)
        url = _URLS[kind].format(server)
        kept = profile.load("flag", {**_PLAIN, **options})
        application = Application("saraban", kept, Database("odd/odd", url, tmp_path), brake=Brake(20, 90))
        return Odd(kind, office.open_office(tmp_path, application, keys=keys), url)

    return made


def _row(one: office.Person, value: str) -> str:
    identity = f"'{one.identity}'" if one.identity else "NULL"
    about = f"'{one.username}', '{one.first}', '{one.last}', {identity}, '{one.unit}'"
    return f"INSERT INTO users VALUES ({one.number}, {about}, {value})"


def there_and_back(odd: Odd, *queries: str) -> None:
    """Disable two leavers and take it back; everything that the queries tell is as it was."""
    before = [odd.rows(query) for query in queries]
    plan = odd.work.approved(leaver(SOMCHAI), leaver(WICHAI))
    assert [item["account"]["login"] for item in plan.items] == ["user1", "user3"]
    (result,) = applying.apply(odd.work.desk, plan)
    assert result.outcome == "applied", result.because
    assert {item["verified"] for item in result.items} == {"row_read_back"}
    assert [odd.rows(query) for query in queries] != before
    # Whoever is disabled is seen to be.
    assert odd.work.plan(leaver(SOMCHAI)).items == []
    (undone,) = undo.undo(odd.work.desk, plan)
    assert undone.outcome == "undone", undone.because
    assert [odd.rows(query) for query in queries] == before


STATES = "SELECT id, state FROM users ORDER BY id"


def test_a_code_that_the_database_pads(make: Make) -> None:
    there_and_back(make("CHAR(5) NOT NULL", "'A'", {"disable": {"state": "I"}}), STATES)


@pytest.mark.parametrize("value", [False, 0])
def test_one_bit(make: Make, value: object) -> None:
    there_and_back(make("BIT(1) NOT NULL", "B'1'", {"disable": {"state": value}}), STATES)


ROLES = {
    "disable": {"state": False},
    "ends": [{"what": "roles", "table": "roles", "user": "owner", "restore": True}],
}
NUMBERED = {
    "postgresql": "id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "mariadb": "id INT AUTO_INCREMENT PRIMARY KEY",
}
JOINED = {"postgresql": "role || '!'", "mariadb": "concat(role, '!')"}


def test_roles_with_numbers_of_the_database_and_computed_columns_come_back(
    make: Make, request: pytest.FixtureRequest
) -> None:
    kind = request.node.callspec.params["make"]
    table = (
        f"CREATE TABLE roles ({NUMBERED[kind]}, owner INT, role VARCHAR(20),"
        f" told VARCHAR(30) GENERATED ALWAYS AS ({JOINED[kind]}) STORED)"
    )
    rows = [f"INSERT INTO roles (owner, role) VALUES ({one.number}, 'clerk')" for one in PEOPLE]
    odd = make("BOOLEAN NOT NULL", "TRUE", ROLES, table, *rows)
    there_and_back(odd, STATES, "SELECT id, owner, role, told FROM roles ORDER BY id")


@pytest.mark.parametrize(
    ("column", "value", "disable", "words"),
    [
        ("VARCHAR(3)", "'act'", {"state": "left"}, "holds 3 characters, disabling writes 4"),
        (
            "CHAR(32)",
            "'x'",
            {"state": {"scramble": "$2y$12$dulae.disabled.??????e???????????????????????????????"}},
            "holds 32 characters, disabling writes 60",
        ),
    ],
)
def test_what_would_not_fit_is_told_before_anything_is_planned(
    make: Make, column: str, value: str, disable: dict[str, Any], words: str
) -> None:
    made = make(column, value, {"disable": disable}).reviewed()
    assert made.plan is not None and not made.plan.items
    finding = made.findings[0]
    assert (finding.verdict.value, finding.code) == ("unknown", "access.unreadable")
    assert f"column state of table users {words}" in finding.because


VIA = {"table": "access_tokens", "key": "id", "user": "owner"}
REFRESH = {
    "what": "refresh_tokens",
    "table": "refresh_tokens",
    "user": "access_token",
    "via": VIA,
    "used_at": "seen",
}
ACCESS = {"what": "access_tokens", "table": "access_tokens", "user": "owner"}


def test_tokens_that_hang_on_tokens_end_and_are_seen_to_be_used(make: Make) -> None:
    tables = (
        "CREATE TABLE access_tokens (id VARCHAR(20) PRIMARY KEY, owner INT)",
        "CREATE TABLE refresh_tokens (id VARCHAR(20) PRIMARY KEY, access_token VARCHAR(20), seen TIMESTAMP NULL)",
    )
    rows = [
        statement
        for one in PEOPLE
        for part in "ab"
        for statement in (
            f"INSERT INTO access_tokens VALUES ('{part}{one.number}', {one.number})",
            f"INSERT INTO refresh_tokens VALUES ('r{part}{one.number}', '{part}{one.number}', '2026-11-15 10:00:00')",
        )
    ]
    odd = make(
        "BOOLEAN NOT NULL", "TRUE", {"disable": {"state": False}, "ends": [REFRESH, ACCESS]}, *tables, *rows
    )
    plan = odd.work.approved(leaver(SOMCHAI))
    (use,) = plan.items[0]["observed"]["uses"]
    assert use["open"] == {"refresh_tokens": 2, "access_tokens": 2} and use["used_after_leaving"]
    (result,) = applying.apply(odd.work.desk, plan)
    assert result.items[0]["ended"] == {"refresh_tokens": 2, "access_tokens": 2}
    assert result.items[0]["verified"] == "row_read_back"
    others = sorted(f"r{part}{one.number}" for one in PEOPLE for part in "ab" if one is not SOMCHAI)
    assert sorted(row[0] for row in odd.rows("SELECT id FROM refresh_tokens")) == others
    (undone,) = undo.undo(odd.work.desk, plan)
    assert undone.items[0]["not_restored"] == {"refresh_tokens": 2, "access_tokens": 2}


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([ACCESS, REFRESH], "refresh_tokens stands behind the table it hangs on"),
        ([{**REFRESH, "restore": True}], "cannot be restored"),
    ],
)
def test_what_hangs_on_a_token_stands_before_it_and_is_not_restored(ends: list[Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        profile.load("flag", {**_PLAIN, "ends": ends})


def test_a_table_between_that_is_not_there_is_told(make: Make) -> None:
    odd = make(
        "BOOLEAN NOT NULL",
        "TRUE",
        {"disable": {"state": False}, "ends": [REFRESH]},
        "CREATE TABLE refresh_tokens (id INT, access_token VARCHAR(20), seen TIMESTAMP NULL)",
    )
    assert "there is no table access_tokens" in odd.reviewed().findings[0].because


ENUMS = {
    "postgresql": (
        "standing",
        ("DROP TYPE IF EXISTS standing CASCADE", "CREATE TYPE standing AS ENUM ('on', 'off')"),
    ),
    "mariadb": ("ENUM('on', 'off')", ()),
}


def test_a_word_that_the_column_does_not_know_is_told_before_anything_is_planned(
    make: Make, request: pytest.FixtureRequest
) -> None:
    kind = request.node.callspec.params["make"]
    column, before = ENUMS[kind]
    retype = (
        *before,
        "ALTER TABLE users ALTER COLUMN state TYPE standing USING state::standing",
    )
    first = "VARCHAR(5)" if kind == "postgresql" else column
    odd = make(first, "'on'", {"disable": {"state": "offf"}}, *(retype if kind == "postgresql" else ()))
    finding = odd.reviewed().findings[0]
    assert "cannot hold 'offf', which disabling writes" in finding.because
    assert "It holds on, off: write one of them" in finding.because


def test_what_a_constraint_refuses_is_not_told_as_a_server_that_is_down(make: Make) -> None:
    odd = make("VARCHAR(5) CHECK (state IN ('on', 'off'))", "'on'", {"disable": {"state": "offf"}})
    plan = odd.work.approved(leaver(SOMCHAI))
    (result,) = applying.apply(odd.work.desk, plan)
    assert result.outcome == "rolled_back"
    assert "table users" in result.because and "Check the tables and columns in systems.yml" in result.because
