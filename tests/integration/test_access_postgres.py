"""Step 4 on a real PostgreSQL: its types, its locks, its connections cut in the middle."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from dulae.accounts import pending, usage
from dulae.accounts.applications import Application, Brake
from dulae.accounts.changing import applying, carrying, replacing, undo
from dulae.accounts.changing.carrying import Order
from dulae.accounts.databases import database
from dulae.accounts.databases.database import Database
from dulae.accounts.profiles import profile
from dulae.accounts.usage import Query, Source
from tests.integration.postgres import Server, postgres
from tests.unit.accounts import office
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import PEOPLE, Office, leaver

__all__ = ["keys", "postgres"]
SOMCHAI, SOMYING, WICHAI, *_ = PEOPLE
UUID = "00000000-0000-4000-8000-{:012d}"

SCHEMA = (
    "CREATE TYPE standing AS ENUM ('working', 'left')",
    'CREATE TABLE "Order" (id uuid PRIMARY KEY, username text UNIQUE, "Full Name" text, citizen_id char(13),'
    " unit text, state standing NOT NULL, note varchar(20), admin smallint NOT NULL, seen timestamptz)",
    'CREATE TABLE sessions (id bigserial PRIMARY KEY, owner uuid REFERENCES "Order", seen timestamp)',
    'CREATE TABLE roles (owner uuid REFERENCES "Order", role text, since date, data jsonb, PRIMARY KEY (owner, role))',
)
OPTIONS = {
    "users": {
        "table": "Order",
        "name": ["Full Name"],
        "last_login_at": "seen",
        "privileged": {"column": "admin", "equals": 1},
    },
    "disable": {"state": "left"},
    "also": {"note": None},
    "ends": [
        {"what": "sessions", "table": "sessions", "user": "owner", "used_at": "seen"},
        {"what": "roles", "table": "roles", "user": "owner", "restore": True},
    ],
}


def rows() -> Iterator[str]:
    for one in PEOPLE:
        key = UUID.format(one.number)
        identity = f"'{one.identity}'" if one.identity else "NULL"
        yield (
            f"INSERT INTO \"Order\" VALUES ('{key}', '{one.username}', 'นาย{one.first} {one.last}', {identity},"
            f" '{one.unit}', 'working', 'n{one.number}', {int(one.admin)}, '2026-09-01 09:00+07')"
        )
        yield f"INSERT INTO sessions (owner, seen) VALUES ('{key}', '2026-09-01 09:00'), ('{key}', NULL)"
        yield f"INSERT INTO roles VALUES ('{key}', 'clerk', '2020-01-01', '{{\"level\": [1, 2.5]}}')"


@pytest.fixture
def server(postgres: Server) -> Server:
    postgres.fresh("saraban", *SCHEMA, *rows())
    return postgres


def url(server: Server) -> str:
    return f"postgresql+psycopg://{server.user}@/saraban?host={server.socket_dir}"


@pytest.fixture
def work(server: Server, tmp_path: Path, keys: dict[str, Path]) -> Office:
    kept = Application(
        "saraban",
        profile.load("flag", OPTIONS),
        Database("saraban/saraban", url(server), tmp_path),
        frozenset({"admin"}),
        Brake(20, 90),
    )
    return office.open_office(tmp_path, kept, keys=keys)


def content(server: Server) -> str:
    """Return everything that undo must bring back."""
    users = 'SELECT * FROM "Order" ORDER BY id'
    return server.sql("saraban", users, "SELECT * FROM roles ORDER BY owner, role")


def states(server: Server) -> str:
    return server.sql("saraban", "SELECT username FROM \"Order\" WHERE state = 'left' ORDER BY 1").strip()


def test_uuid_keys_enums_and_quoted_names_are_written_and_come_back_exactly(
    work: Office, server: Server
) -> None:
    before = content(server)
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    assert plan.items[0]["account"]["key"] == {"$uuid": UUID.format(1)}
    (result,) = applying.apply(work.desk, plan)
    assert result.outcome == "applied"
    assert result.items[0]["done"] == ["disabled", "sessions_ended", "roles_ended"]
    assert states(server) == "user1\nuser3"
    assert server.sql("saraban", "SELECT count(*) FROM sessions").strip() == str(2 * (len(PEOPLE) - 2))
    (undone,) = undo.undo(work.desk, plan)
    assert undone.items[0]["not_restored"] == {"sessions": 2}
    assert content(server) == before


def test_a_second_application_of_the_plan_changes_nothing(work: Office, server: Server) -> None:
    plan = work.approved(leaver(SOMCHAI))
    list(applying.apply(work.desk, plan))
    before = content(server)
    carried = carrying.carry_out(work.desk, Order(plan.plan_id))
    assert not carried.changed and carried.findings[0].code == "access.applied_before"
    assert content(server) == before


def test_an_account_used_after_its_owner_left_is_seen_by_its_session(work: Office, server: Server) -> None:
    fresh = f"INSERT INTO sessions (owner, seen) VALUES ('{UUID.format(1)}', '2026-11-01 00:00')"
    server.sql("saraban", fresh)
    (item,) = work.plan(leaver(SOMCHAI)).items
    assert item["observed"]["uses"][0]["used_after_leaving"]
    assert item["observed"]["uses"][0]["open"] == {"roles": 1, "sessions": 3}


def test_a_connection_cut_between_two_statements_leaves_everything_as_it_was(
    work: Office, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    before = content(server)
    replace_rows = replacing.replace

    def cut(connection: Connection, *step: Any) -> None:
        replace_rows(connection, *step)
        server.sql(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dulae'",
        )

    monkeypatch.setattr("dulae.accounts.changing.writing.replace", cut)
    (result,) = applying.apply(work.desk, plan)
    assert result.outcome == "rolled_back" and content(server) == before
    monkeypatch.undo()
    (result,) = applying.apply(work.desk, plan)
    assert result.outcome == "applied" and states(server) == "user1\nuser3"


def test_a_row_that_somebody_holds_is_given_up_and_nothing_is_written(
    work: Office, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = work.approved(leaver(SOMCHAI), leaver(WICHAI))
    before = content(server)
    monkeypatch.setattr(database, "_LOCK_SECONDS", 1)
    held = threading.Event()

    def hold() -> None:
        with database.writing(work.desk.applications[0].database) as connection:
            connection.exec_driver_sql(f"SELECT 1 FROM \"Order\" WHERE id = '{UUID.format(3)}' FOR UPDATE")
            held.set()
            time.sleep(2.5)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        (result,) = applying.apply(work.desk, plan)
    finally:
        holder.join()
    assert result.outcome == "rolled_back" and "lock timeout" in result.because
    assert content(server) == before


def test_a_table_that_dulae_may_not_write_is_told_and_nothing_is_written(
    work: Office, server: Server
) -> None:
    server.sql(
        "saraban",
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO reader",
    )
    kept = work.desk.applications[0]
    limited = replace(
        kept, database=replace(kept.database, url=url(server).replace(server.user, "reader", 1))
    )
    work = work.with_applications(limited)
    plan = work.approved(leaver(SOMCHAI))
    before = content(server)
    (result,) = applying.apply(work.desk, plan)
    assert result.outcome == "rolled_back" and "permission denied for table sessions" in result.because
    assert content(server) == before
    server.sql("saraban", "DROP OWNED BY reader", "DROP ROLE reader")


def test_usage_queries_cannot_write_and_end_in_time(server: Server, tmp_path: Path) -> None:
    asked = {
        "counted": "SELECT count(*) FROM \"Order\" WHERE username LIKE 'user%'",
        "share": 'SELECT avg(admin) FROM "Order"',
        "changes": "DELETE FROM sessions RETURNING 1",
        "hidden": "SELECT nextval('sessions_id_seq')",
        "endless": "SELECT count(*) FROM generate_series(1, 100000000000)",
    }
    queries = tuple(Query("saraban", name, "users", sql) for name, sql in asked.items())
    source = Source(Database("saraban/saraban", url(server), tmp_path), queries)
    counted, share, changes, hidden, endless = usage.measure([source], timeout_s=1)
    assert (counted.measured["value"], share.measured["value"]) == (4, "0.33")
    assert changes.verdict.value == "unknown" and "more than read" in changes.because
    # What looks like reading and is none is refused by the transaction.
    assert hidden.verdict.value == "unknown" and "read-only transaction" in hidden.because
    assert endless.verdict.value == "unknown" and "statement timeout" in endless.because
    assert server.sql("saraban", "SELECT count(*) FROM sessions").strip() == str(2 * len(PEOPLE))


@pytest.mark.parametrize(
    ("query", "code", "numbers"),
    [
        (
            "SELECT number FROM waits WHERE owner = :account AND number LIKE 'กค%' AND at::date <= '2026-12-31 10:00'",
            "access.pending_documents",
            ["กค 0401/12", "กค 0401/13"],
        ),
        (
            "SELECT number FROM waits WHERE owner::text = CAST(:account AS text) AND at IS NULL",
            "access.pending_none",
            [],
        ),
        ("SELECT number FROM waits WHERE number = :account", "access.pending_unknown", []),
        ("SELECT nextval('sessions_id_seq') WHERE :account IS NOT NULL", "access.pending_unknown", []),
    ],
)
def test_what_waits_is_asked_with_a_uuid_and_cannot_write(
    work: Office, server: Server, query: str, code: str, numbers: list[str]
) -> None:
    server.sql(
        "saraban",
        "CREATE TABLE IF NOT EXISTS waits (number text, owner uuid, at timestamptz, title text)",
        f"INSERT INTO waits VALUES ('กค 0401/12', '{UUID.format(1)}', '2026-11-01', 'x'),"
        f" ('กค 0401/13', '{UUID.format(1)}', '2026-11-02', 'y'), ('9', '{UUID.format(3)}', '2026-11-02', 'z')",
    )
    asking = work.with_applications(replace(work.desk.applications[0], pending_documents=query))
    (found,) = pending.findings(asking.desk, asking.plan(leaver(SOMCHAI)))
    assert found.code == code
    assert [number for one in found.measured["waiting"] for number in one["numbers"]] == numbers
    assert server.sql("saraban", "SELECT last_value FROM sessions_id_seq").strip() == str(2 * len(PEOPLE))


def test_a_database_that_does_not_exist_is_unknown_with_the_way_there(work: Office) -> None:
    kept = work.desk.applications[0]
    missing = replace(
        kept, database=replace(kept.database, url=kept.database.url.replace("/saraban", "/nosuch"))
    )
    plan = work.with_applications(missing).plan(leaver(SOMCHAI))
    assert 'database "nosuch" does not exist' in plan.document["systems"][0]["observed"]["unreadable"]
