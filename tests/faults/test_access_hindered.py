"""Hindrances on real servers: it ends in time, says application, table and remedy, and leaves nothing half done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy
from sqlalchemy.engine import Engine

from dulae.accounts.changing import keeping
from dulae.accounts.changing.result import Result
from dulae.accounts.databases import database
from tests.faults.access_house import House, house, wait_until
from tests.faults.access_servers import SARABAN, SOMCHAI, WICHAI
from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.unit.accounts.conftest import keys

__all__ = ["house", "keys", "mariadb", "postgres"]


def told(result: Result, table: str, *words: str) -> None:
    """A refusal names the application, the table, and what to do."""
    assert result.outcome == "rolled_back", result
    assert f"database saraban/saraban (directly), table {table}: " in result.because
    assert all(word in result.because for word in words), result.because


HOLD_TABLE = {"postgresql": "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", "mariadb": "LOCK TABLES {} WRITE"}
SAID = {"postgresql": "lock timeout", "mariadb": "Lock wait timeout"}


def test_a_row_that_another_session_holds(house: House) -> None:
    with house.held(f"SELECT 1 FROM users WHERE id = {WICHAI.number} FOR UPDATE"):
        told(house.apply(), "users", SAID[house.place.kind], "Another session holds it: wait until")
        assert house.is_untouched()
    house.ends_well()


@pytest.mark.parametrize("table", ["users", "api_tokens"])
def test_a_table_that_another_session_holds(house: House, table: str) -> None:
    with house.held(HOLD_TABLE[house.place.kind].format(table)):
        told(house.apply(), table, SAID[house.place.kind], "Another session holds it: wait until")
    assert house.is_untouched()
    house.ends_well()


def test_a_table_that_is_being_altered(house: House) -> None:
    """Somebody's transaction has read it, so that an ALTER waits for him, and everybody for the ALTER."""
    with house.held("SELECT * FROM api_tokens"):
        altering = threading.Thread(target=house.place.run, args=("ALTER TABLE api_tokens ADD browser INT",))
        altering.start()
        wait_until(lambda: waits(house, "ALTER TABLE api_tokens"))
        told(house.apply(), "api_tokens", SAID[house.place.kind], "Another session holds it: wait until")
    altering.join(30)
    house.place.run("ALTER TABLE api_tokens DROP browser")
    assert house.is_untouched()
    house.ends_well()


def test_a_row_held_while_it_is_taken_back(house: House) -> None:
    assert house.apply().outcome == "applied"
    after = house.rig.content()
    with house.held(f"SELECT 1 FROM users WHERE id = {WICHAI.number} FOR UPDATE"):
        told(house.undo(), "users", SAID[house.place.kind], "Another session holds it: wait until")
        assert house.rig.content() == after
    assert house.undo().outcome == "undone"


def test_a_deadlock_with_the_application(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application holds a session of his and wants his row; dulae holds the row and wants the session."""
    monkeypatch.setattr(database, "_LOCK_SECONDS", 10)
    with house.place.engine.connect() as application:
        if house.place.kind == "postgresql":
            # Whoever notices gives way.
            application.exec_driver_sql("SET deadlock_timeout = '20s'")
        # MariaDB has the one give way that has written less.
        application.exec_driver_sql("UPDATE api_tokens SET token_hash = 'y'")
        application.exec_driver_sql(
            f"UPDATE sessions SET user_id = user_id + 0, last_seen = '2026-11-20' WHERE user_id = {SOMCHAI.number}"
        )
        wants = f"UPDATE users SET last_login = '2026-11-20' WHERE id = {SOMCHAI.number}"
        wanting = threading.Thread(target=application.exec_driver_sql, args=(wants,))

        def want() -> None:
            wanting.start()
            wait_until(lambda: waits(house, "UPDATE users SET last_login"))

        with before("DELETE FROM sessions", want):
            told(house.apply(), "sessions", "eadlock", "It met the changes of another session: run it again")
        wanting.join(30)
        application.rollback()
    assert house.is_untouched()
    house.ends_well()


SLOW = {
    "postgresql": (
        "CREATE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(20); RETURN OLD; END' LANGUAGE plpgsql",
        "CREATE TRIGGER slow BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION slow()",
    ),
    "mariadb": ("CREATE TRIGGER slow BEFORE DELETE ON sessions FOR EACH ROW DO SLEEP(20)",),
}
NOT_SLOW = {"postgresql": "DROP TRIGGER slow ON sessions", "mariadb": "DROP TRIGGER slow"}


def test_a_statement_that_takes_too_long(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_STATEMENT_SECONDS", 1)
    house.place.run(*SLOW[house.place.kind])
    told(house.apply(), "sessions", "It took too long: look at the server's load")
    assert house.is_untouched()
    house.place.run(NOT_SLOW[house.place.kind])
    house.ends_well()


def test_a_machine_that_stops_in_the_middle_does_not_hold_the_rows_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = keeping.keep

    def stops(*about: object) -> None:
        keep(*about)  # type: ignore[arg-type]
        wait_until(lambda: not house.place.run(OURS[house.place.kind])[0][0])

    with monkeypatch.context() as patch:
        patch.setattr(database, "_IDLE_SECONDS", 1)
        patch.setattr(keeping, "keep", stops)
        first = house.apply()
    assert first.outcome in ("unclear", "rolled_back") and house.is_untouched()
    # With the usual patience, for a busy machine takes a second between two statements now and then.
    house.ends_well()


# Other sessions at the application's database.
OURS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dulae'",
    "mariadb": "SELECT count(*) FROM information_schema.PROCESSLIST WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


def test_a_database_that_was_set_to_take_no_changes(house: House) -> None:
    account = READERS[house.place.kind](house)
    desk = house.rig.work.desk
    limited = replace(desk.applications[0], database=replace(desk.applications[0].database, url=account))
    ordinary = replace(house, rig=replace(house.rig, work=house.rig.work.with_applications(limited)))
    told(ordinary.apply(), "users", "It takes no changes now")
    assert house.is_untouched()
    ALLOW[house.place.kind](house)
    ordinary.ends_well()


def _postgresql_set_read_only(house: House) -> str:
    house.place.run(f"ALTER DATABASE {SARABAN} SET default_transaction_read_only = on")
    return house.place.url


def _mariadb_set_read_only(house: House) -> str:
    house.place.run(
        "CREATE OR REPLACE USER ordinary@localhost",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {SARABAN}.* TO ordinary@localhost",
        "SET GLOBAL read_only = 1",
    )
    return house.place.url.replace("root@", "ordinary@")


READERS: dict[str, Callable[[House], str]] = {
    "postgresql": _postgresql_set_read_only,
    "mariadb": _mariadb_set_read_only,
}
ALLOW: dict[str, Callable[[House], object]] = {
    "postgresql": lambda house: house.place.server.run(
        "psql", "-Xqd", "postgres", "-c", f"ALTER DATABASE {SARABAN} RESET default_transaction_read_only"
    ),
    "mariadb": lambda house: house.place.run("SET GLOBAL read_only = 0"),
}


@contextlib.contextmanager
def before(statement: str, do: Callable[[], object]) -> Iterator[None]:
    """Do something, once, before a statement of dulae's that begins so."""
    left = [do]

    def watch(*about: object) -> None:
        if left and str(about[2]).startswith(statement):
            left.pop()()

    sqlalchemy.event.listen(Engine, "before_cursor_execute", watch)
    try:
        yield
    finally:
        sqlalchemy.event.remove(Engine, "before_cursor_execute", watch)
    assert not left


RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '{}%'",
    "mariadb": "SELECT count(*) FROM information_schema.PROCESSLIST WHERE info LIKE '{}%'",
}


def waits(house: House, statement: str) -> bool:
    """Say whether a session waits with a statement that begins so."""
    return bool(house.place.run(RUNNING[house.place.kind].format(statement))[0][0])
