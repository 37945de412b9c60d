"""Leavers in Laravel's own tables: what its hasher says of their passwords, and that nothing is left open.

Laravel itself does not run here: see ``tests/applications/laravel``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.applications import laravel
from tests.applications.laravel import MODEL, Member
from tests.applications.week import Week, items, said
from tests.integration.mariadb import MariaDb
from tests.integration.postgres import Server
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Person

__all__ = ["keys"]
pytestmark = pytest.mark.xdist_group("laravel")
GONE, STAYS = Person(401, "สมหญิง", "รักงาน"), Person(402, "วิชัย", "มีสุข")
MEMBERS = (
    Member(7, "Somying@dept.example", "นางสาวสมหญิง รักงาน", "ความลับ-1", GONE.identity),
    Member(17, "wichai@dept.example", "นายวิชัย มีสุข", "ความลับ-2", STAYS.identity),
)
TABLES = ("users", "sessions", "personal_access_tokens", "password_reset_tokens", "model_has_roles", "roles")
NOT_RESTORED = {"sessions": 2, "api_tokens": 1, "reset_tokens": 1}


@dataclass(frozen=True)
class Tables:
    """Laravel's tables in some database."""

    url: str

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table in a fixed order."""
        return sorted(self.asked(f"SELECT * FROM {table}"), key=repr)

    def asked(self, statement: str) -> list[dict[str, Any]]:
        """Return what the database answers."""
        engine = sqlalchemy.create_engine(self.url, poolclass=sqlalchemy.NullPool)
        with engine.begin() as connection:
            answer = connection.exec_driver_sql(statement)
            return [dict(row) for row in answer.mappings()] if answer.returns_rows else []

    def content(self) -> dict[str, list[dict[str, Any]]]:
        """Return everything."""
        return {table: self.rows(table) for table in TABLES}

    def hash_of(self, number: int) -> str:
        """Return what stands for somebody's password."""
        return str(self.asked(f"SELECT password FROM users WHERE id = {number}")[0]["password"])


def url(request: pytest.FixtureRequest, dialect: str, folder: Path) -> str:
    """Return the address of a new database."""
    if dialect == "sqlite":
        (folder / "database.sqlite").touch()
        return f"sqlite:///{folder / 'database.sqlite'}"
    server: Any = request.getfixturevalue({"postgresql": "postgres"}.get(dialect, dialect))
    if isinstance(server, Server):
        return f"postgresql+psycopg://{server.user}@/{server.fresh('laravel', 'SELECT 1')}?host={server.socket_dir}"
    assert isinstance(server, MariaDb)
    return f"mysql+pymysql://root@localhost/{server.fresh('laravel')}?unix_socket={server.socket}"


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tables]:
    laravel.demand_php()
    made = Tables(url(request, request.param, tmp_path))
    laravel.fill(made.url, request.param, MEMBERS)
    yield made


def without(content: dict[str, list[dict[str, Any]]], member: Member) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that are nothing of somebody's."""
    his = {
        "users": lambda row: row["id"] == member.number,
        "sessions": lambda row: row["user_id"] == member.number,
        "personal_access_tokens": lambda row: (
            (row["tokenable_type"], row["tokenable_id"]) == (MODEL, member.number)
        ),
        "password_reset_tokens": lambda row: row["email"] == member.email,
        "model_has_roles": lambda row: (row["model_type"], row["model_id"]) == (MODEL, member.number),
        "roles": lambda row: False,
    }
    return {table: [row for row in rows if not his[table](row)] for table, rows in content.items()}


def test_the_hashes_are_such_as_laravels_hasher_takes(tables: Tables) -> None:
    leaver = MEMBERS[0]
    assert laravel.hash_check(leaver.password, tables.hash_of(leaver.number)) == ("bcrypt", True)
    assert laravel.hash_check("another", tables.hash_of(leaver.number)) == ("bcrypt", False)


def test_a_leavers_password_fits_no_more_and_everything_of_his_ends(
    tables: Tables, tmp_path: Path, keys: dict[str, Path]
) -> None:
    leaver, colleague = MEMBERS
    work = Week.of(tmp_path, keys, tables.url, {"profile": "laravel", "users": {"unit": "unit"}})
    plan = work.plan(GONE)
    assert [item["account"]["login"] for item in plan.items] == [leaver.email]
    before = tables.content()
    carried = work.carried_out(plan)
    assert said(carried) == ["access.applied"], carried.findings
    assert items(carried)[leaver.email]["ended"] == {**NOT_RESTORED, "roles": 2}
    # The hasher takes the text for bcrypt's, so that the login form refuses and does not break.
    assert laravel.hash_check(leaver.password, tables.hash_of(leaver.number)) == ("bcrypt", False)
    assert laravel.hash_check(colleague.password, tables.hash_of(colleague.number)) == ("bcrypt", True)
    after = tables.content()
    assert without(after, leaver) == without(before, leaver)
    left = {table: rows for table, rows in after.items() if rows != without(after, leaver)[table]}
    assert set(left) == {"users"}
    (user,) = (row for row in after["users"] if row["id"] == leaver.number)
    assert user["remember_token"] is None
    assert said(work.again(plan)) == ["access.applied_before"] and tables.content() == after
    undone = work.undone(plan)
    assert items(undone)[leaver.email]["not_restored"] == NOT_RESTORED
    restored = tables.content()
    assert {table: restored[table] for table in ("users", "model_has_roles")} == {
        table: before[table] for table in ("users", "model_has_roles")
    }
    assert laravel.hash_check(leaver.password, tables.hash_of(leaver.number)) == ("bcrypt", True)
    assert work.evidence_holds()


def test_a_site_without_sessions_tokens_and_roles_in_the_database_is_looked_after_too(
    tables: Tables, tmp_path: Path, keys: dict[str, Path]
) -> None:
    for table in ("sessions", "personal_access_tokens", "password_reset_tokens", "model_has_roles"):
        tables.asked(f"DROP TABLE {table}")
    work = Week.of(tmp_path, keys, tables.url, {"profile": "laravel"})
    plan = work.plan(GONE)
    assert plan.items[0]["ends"] == []
    assert said(work.carried_out(plan)) == ["access.applied"]
    assert laravel.hash_check(MEMBERS[0].password, tables.hash_of(7)) == ("bcrypt", False)
    assert said(work.undone(plan)) == ["access.undone"]
    assert laravel.hash_check(MEMBERS[0].password, tables.hash_of(7)) == ("bcrypt", True)


def test_letters_of_an_address_may_be_large_or_small_in_the_reset_tokens(
    tables: Tables, tmp_path: Path, keys: dict[str, Path]
) -> None:
    tables.asked("UPDATE password_reset_tokens SET email = 'SOMYING@dept.example' WHERE email LIKE 'Som%%'")
    work = Week.of(tmp_path, keys, tables.url, {"profile": "laravel"})
    assert said(work.carried_out(work.plan(GONE))) == ["access.applied"]
    left = [row["email"] for row in tables.rows("password_reset_tokens")]
    # Where the database takes them for the same, as Laravel's own look-up does, the token is ended.
    other = [] if "mysql" in tables.url else ["SOMYING@dept.example"]
    assert left == [*other, "wichai@dept.example"]
