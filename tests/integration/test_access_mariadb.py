"""Step 4 on a real MariaDB: reading cannot write, a question ends in time, a row that somebody holds is given up."""

import threading
from pathlib import Path

import pytest

from dulae.accounts import usage
from dulae.accounts.databases import database
from dulae.accounts.databases.database import Database
from dulae.accounts.usage import Query, Source
from dulae.errors import DatabaseError
from tests.applications.week import Week, said
from tests.integration.mariadb import MariaDb
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.office import Person

__all__ = ["keys"]

pytestmark = pytest.mark.xdist_group("mariadb access")


@pytest.fixture
def office(mariadb: MariaDb, tmp_path: Path) -> Database:
    name = mariadb.fresh(
        "office",
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200)) ENGINE=InnoDB",
        "INSERT INTO users VALUES (1, 'สมชาย'), (2, 'สมหญิง')",
        "CREATE SEQUENCE numbers",
    )
    url = f"mysql+pymysql://root@localhost/{name}?unix_socket={mariadb.socket}"
    return Database("office/office", url, tmp_path)


def test_reading_cannot_write_and_writing_can(office: Database) -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError, match="READ ONLY"), database.reading(office) as connection:
            connection.exec_driver_sql("DELETE FROM users")
    with database.readings(office) as begin:
        for _ in range(2):
            with pytest.raises(DatabaseError, match="READ ONLY"), begin() as connection:
                connection.exec_driver_sql("DELETE FROM users")
    with database.reading(office) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar() == 2
    with database.writing(office) as connection:
        connection.exec_driver_sql("DELETE FROM users WHERE id = 2")
    with database.reading(office) as connection:
        assert connection.exec_driver_sql("SELECT name FROM users").scalars().all() == ["สมชาย"]


def test_usage_queries_cannot_write_and_the_server_ends_them_in_time(
    office: Database, mariadb: MariaDb
) -> None:
    asked = {
        "counted": "SELECT count(*) FROM users WHERE name LIKE 'สม%'",
        "share": "SELECT avg(id) FROM users",
        "changes": "DELETE FROM users",
        "hidden": "SELECT nextval(numbers)",
        "endless": "SELECT count(*) FROM seq_1_to_900000000000 a, users",
    }
    queries = tuple(Query("office", name, "users", sql) for name, sql in asked.items())
    counted, share, changes, hidden, endless = usage.measure([Source(office, queries)], timeout_s=1)
    assert (counted.measured["value"], share.measured["value"]) == (2, "1.50")
    assert changes.verdict.value == "unknown" and "more than read" in changes.because
    # What looks like reading and is none is refused by the transaction.
    assert hidden.verdict.value == "unknown" and "READ ONLY" in hidden.because
    assert endless.verdict.value == "unknown" and "max_statement_time" in endless.because
    assert b"seq_1_to" not in mariadb.run("mariadb", "-e", "SHOW FULL PROCESSLIST")
    assert mariadb.run("mariadb", "-BN", "office", "-e", "SELECT count(*) FROM users").strip() == b"2"


def test_a_row_that_somebody_holds_is_given_up_after_a_while(
    office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_LOCK_SECONDS", 1)
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing(office) as connection:
            connection.exec_driver_sql("SELECT * FROM users WHERE id = 1 FOR UPDATE")
            held.set()
            over.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        with pytest.raises(DatabaseError, match="Lock wait timeout"), database.writing(office) as connection:
            connection.exec_driver_sql("UPDATE users SET name = '' WHERE id = 1")
    finally:
        over.set()
        holder.join()


GONE, STAYS = Person(501, "สมหญิง", "รักงาน"), Person(502, "วิชัย", "มีสุข")
FLAG = {
    "profile": "flag",
    "users": {
        "key": "username",
        "name": ["name"],
        "unit": None,
        "last_login_at": "last_login",
        "privileged": {"column": "roles", "contains": '"admin"'},
    },
    "disable": {"state": "left"},
    "ends": [
        {"what": "sessions", "table": "sessions", "user": "owner", "used_at": "seen"},
        {"what": "roles", "table": "grants", "user": "owner", "restore": True},
    ],
}


def registered(mariadb: MariaDb, engine: str, collation: str = "utf8mb4_unicode_520_ci") -> str:
    """Make users that are known by their name alone, and sessions that spell it otherwise; return the address."""
    end = f"ENGINE={engine} DEFAULT CHARSET=utf8mb4 COLLATE={collation}"
    people = [
        f"INSERT INTO users VALUES ('{login}', '{one.first} {one.last}', '{one.identity}', 'working',"
        " '[\"clerk\"]', '2026-09-01 09:00:00')"
        for login, one in (("Somying.ญ", GONE), ("wichai", STAYS))
    ]
    name = mariadb.fresh(
        "register",
        "CREATE TABLE users (username VARCHAR(190) PRIMARY KEY, name VARCHAR(200), citizen_id CHAR(13),"
        f" state ENUM('working', 'left') NOT NULL, roles JSON, last_login DATETIME) {end}",
        f"CREATE TABLE sessions (id INT AUTO_INCREMENT PRIMARY KEY, owner VARCHAR(190), seen BIGINT) {end}",
        "CREATE TABLE grants (owner VARCHAR(190), role VARCHAR(50), until DATE, share DECIMAL(5,2), photo BLOB,"
        f" PRIMARY KEY (owner, role)) {end}",
        *people,
        "INSERT INTO sessions (owner, seen) VALUES ('SOMYING.ญ', 1780000000), ('somying.ญ', 1790000000),"
        " ('wichai', 1790000000)",
        "INSERT INTO grants VALUES ('somying.ญ', 'clerk', '2030-01-01', 12.50, x'00ff'),"
        " ('wichai', 'clerk', NULL, NULL, NULL)",
    )
    return f"mysql+pymysql://root@localhost/{name}?unix_socket={mariadb.socket}"


def content(mariadb: MariaDb, *tables: str) -> bytes:
    return b"".join(
        mariadb.run("mariadb", "-BN", "register", "-e", f"SELECT * FROM {table} ORDER BY 1")
        for table in tables
    )


@pytest.mark.parametrize("collation", ["utf8mb4_unicode_520_ci", "utf8mb4_general_ci", "utf8mb4_bin"])
def test_a_name_is_its_owners_however_the_database_compares_letters(
    mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path], collation: str
) -> None:
    work = Week.of(tmp_path, keys, registered(mariadb, "InnoDB", collation), FLAG)
    plan, before = work.plan(GONE), content(mariadb, "users", "grants")
    (item,) = plan.items
    ended = {} if collation == "utf8mb4_bin" else {"sessions": 2, "roles": 1}
    assert item["observed"]["uses"][0]["open"] == ended
    assert said(work.carried_out(plan)) == ["access.applied"]
    left = content(mariadb, "sessions", "grants").decode(errors="replace")
    assert ("omying" in left.casefold()) == (not ended) and "wichai" in left
    assert said(work.again(plan)) == ["access.applied_before"]
    assert said(work.undone(plan)) == ["access.undone"]
    assert content(mariadb, "users", "grants") == before


@pytest.mark.parametrize("engine", ["MyISAM", "Aria"])
def test_tables_in_which_nothing_can_be_taken_back_are_not_written(
    mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path], engine: str
) -> None:
    work = Week.of(tmp_path, keys, registered(mariadb, engine), FLAG)
    before = content(mariadb, "users", "sessions", "grants")
    made = work.review(GONE)
    assert made.plan is not None and not made.plan.items
    (told,) = [entry["match"]["because"] for entry in made.plan.document["protected"]]
    assert f"users ({engine}), sessions ({engine}), grants ({engine})" in told
    found = {finding.check: finding for finding in made.findings}
    assert found["access"].code == "access.not_changeable"
    assert "ALTER TABLE users ENGINE=InnoDB" in found["access_tables"].because
    assert content(mariadb, "users", "sessions", "grants") == before


def test_tables_that_lost_their_transactions_after_the_plan_are_not_written(
    mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path]
) -> None:
    work = Week.of(tmp_path, keys, registered(mariadb, "InnoDB"), FLAG)
    plan, before = work.plan(GONE), content(mariadb, "users", "sessions", "grants")
    mariadb.run("mariadb", "register", "-e", "ALTER TABLE users ENGINE=MyISAM")
    (found,) = work.carried_out(plan).findings
    assert found.verdict.value != "pass" and "keeps no transactions (MyISAM)" in found.because
    assert "ALTER TABLE users ENGINE=InnoDB" in found.because
    assert content(mariadb, "users", "sessions", "grants") == before


def test_one_table_without_transactions_among_others_is_enough_to_stop(
    mariadb: MariaDb, tmp_path: Path, keys: dict[str, Path]
) -> None:
    work = Week.of(tmp_path, keys, registered(mariadb, "InnoDB"), FLAG)
    plan = work.plan(GONE)
    work.carried_out(plan)
    mariadb.run("mariadb", "register", "-e", "ALTER TABLE grants ENGINE=MyISAM")
    before = content(mariadb, "users", "sessions", "grants")
    (found,) = work.undone(plan).findings
    assert found.verdict.value != "pass" and "table grants keeps no transactions" in found.because
    assert content(mariadb, "users", "sessions", "grants") == before
