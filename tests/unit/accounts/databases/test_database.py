"""The way to a database: reading cannot write, errors say what and where, and passwords stay out of sight."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dulae.accounts.databases import database
from dulae.accounts.databases.database import Database
from dulae.errors import DatabaseError, RemoteError, SettingsError

SECRET = "s3cret-of-the-database"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "office.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()
    return path


def test_a_reading_connection_cannot_write(place: Path) -> None:
    kept = Database("office", f"sqlite:///{place}", place.parent)
    with pytest.raises(DatabaseError, match="readonly"), database.reading(kept) as connection:
        connection.exec_driver_sql("INSERT INTO users VALUES (1)")


def test_writing_is_all_or_nothing(place: Path) -> None:
    kept = Database("office", f"sqlite:///{place}", place.parent)
    with pytest.raises(DatabaseError), database.writing(kept) as connection:
        connection.exec_driver_sql("INSERT INTO users VALUES (1)")
        connection.exec_driver_sql("INSERT INTO users VALUES (1)")
    with database.writing(kept) as connection:
        connection.exec_driver_sql("INSERT INTO users VALUES (7)")
    with database.reading(kept) as connection:
        assert connection.exec_driver_sql("SELECT id FROM users").scalars().all() == [7]


def test_a_mistyped_path_does_not_make_an_empty_database(tmp_path: Path) -> None:
    kept = Database("office", f"sqlite:///{tmp_path}/none.db", tmp_path)
    with pytest.raises(DatabaseError, match="there is no such file"), database.reading(kept):
        pass
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("url", ["", "nonsense", "nosuch://host/name"])
def test_an_address_that_is_none_is_told_with_how_to_write_it(url: str, tmp_path: Path) -> None:
    kept = Database("office", url, tmp_path)
    with pytest.raises(DatabaseError, match=r"SQLAlchemy"), database.reading(kept):
        pass


def test_a_missing_driver_is_named(tmp_path: Path) -> None:
    kept = Database("office", "oracle+oracledb://u@127.0.0.1/x", tmp_path)
    with pytest.raises(DatabaseError, match="its driver is not installed"), database.reading(kept):
        pass


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_does_not_answer_is_told_without_the_password(scheme: str, tmp_path: Path) -> None:
    kept = Database("office", f"{scheme}://dulae@127.0.0.1:1/office", tmp_path, password=lambda: SECRET)
    with pytest.raises(DatabaseError, match="refused") as told, database.reading(kept):
        pass
    assert SECRET not in str(told.value) and "Check that the database is up" in str(told.value)
    assert SECRET not in repr(kept)


def test_a_secret_that_is_missing_is_this_databases_trouble_alone(place: Path) -> None:
    def missing() -> str:
        raise SettingsError("the secret cannot be read", place="secrets/db", remedy="Make it")

    kept = Database("office", "postgresql+psycopg://dulae@127.0.0.1:1/office", place.parent, password=missing)
    with pytest.raises(DatabaseError, match="secrets/db: the secret cannot be read"), database.reading(kept):
        pass


def test_a_file_cannot_be_reached_through_ssh(place: Path) -> None:
    kept = Database("office", f"sqlite:///{place}", place.parent, "db1", via_ssh=True)
    with pytest.raises(DatabaseError, match="no port to tunnel to"), database.reading(kept):
        pass
    assert kept.place == "database office (through SSH to db1)"


def test_a_host_that_the_inventory_does_not_have_is_told(place: Path) -> None:
    (place.parent / "hosts.yml").write_text("all: {hosts: {web1: {}}}\n")
    kept = Database("office", "postgresql+psycopg://u@127.0.0.1/x", place.parent, "db1", via_ssh=True)
    with pytest.raises(RemoteError, match="there is no host db1"), database.reading(kept):
        pass


def test_options_of_each_engine_limit_waiting_and_writing(tmp_path: Path) -> None:
    reading = database._postgresql(make_url("postgresql://x"), 60, True)["options"]
    assert "default_transaction_read_only=on" in reading and "statement_timeout=60s" in reading
    assert "lock_timeout=10s" in reading
    limits, reading_only = database._mysql_session(60, True)
    assert "max_statement_time=60 " in limits and "max_execution_time=60000 " in limits
    assert reading_only == "SET SESSION TRANSACTION READ ONLY"
    assert "innodb_lock_wait_timeout=10, lock_wait_timeout=10 " in limits
    writing = list(database._mysql_session(60, False))
    assert writing[:2] == [limits, "SET SESSION wait_timeout=120"] and "NO_ZERO_DATE" in writing[2]
    writing = database._postgresql(make_url("postgresql://x"), 60, False)["options"]
    # Whoever has set a database to be read only is obeyed.
    assert "idle_in_transaction_session_timeout=120s" in writing and "read_only" not in writing
    assert database._mysql(make_url("mysql://x"), 60, True)["read_timeout"] > 60
