"""Step 4 on a real MariaDB: reading cannot write, a question ends in time, a row that somebody holds is given up."""

import threading
from pathlib import Path

import pytest

from dulae.accounts import database, usage
from dulae.accounts.database import Database
from dulae.accounts.usage import Query, Source
from dulae.errors import DatabaseError
from tests.integration.mariadb import MariaDb

pytestmark = pytest.mark.xdist_group("mariadb access")


@pytest.fixture
def office(mariadb: MariaDb, tmp_path: Path) -> Database:
    name = mariadb.fresh(
        "office",
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200)) ENGINE=InnoDB",
        "INSERT INTO users VALUES (1, 'สมชาย'), (2, 'สมหญิง')",
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
        "endless": "SELECT count(*) FROM seq_1_to_900000000000 a, users",
    }
    queries = tuple(Query("office", name, "users", sql) for name, sql in asked.items())
    counted, share, changes, endless = usage.measure([Source(office, queries)], timeout_s=1)
    assert (counted.measured["value"], share.measured["value"]) == (2, "1.50")
    assert changes.verdict.value == "unknown" and "READ ONLY" in changes.because
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
