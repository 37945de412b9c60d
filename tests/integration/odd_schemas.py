"""An application of an odd schema on a real server, whose leaver is disabled and given back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.pool import NullPool

from dulae.accounts.reviewing import Review
from tests.applications.week import Week, said
from tests.unit.accounts.office import Person

GONE, STAYS = Person(501, "สมหญิง", "รักงาน"), Person(502, "วิชัย", "มีสุข")
_URLS = {
    "postgresql": "postgresql+psycopg://{0.user}@/odd?host={0.socket_dir}",
    "mariadb": "mysql+pymysql://root@localhost/odd?unix_socket={0.socket}",
}
_TEXT = {"username": "VARCHAR(100)", "name": "VARCHAR(200)", "citizen_id": "CHAR(13)"}


@dataclass(frozen=True)
class Odd:
    """An office with one application of an odd schema, and a way to look at its rows."""

    url: str
    work: Week

    def rows(self, *tables: str) -> list[tuple[Any, ...]]:
        """Return everything that some tables hold."""
        with sqlalchemy.create_engine(self.url, poolclass=NullPool).connect() as connection:
            asked = [connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
            return [tuple(row) for found in asked for row in found]

    def told(self) -> str:
        """Return what is said of the accounts where nobody is planned."""
        made: Review = self.work.review(GONE)
        assert made.plan is None or not made.plan.items, made.findings
        return " ".join(finding.because for finding in made.findings)

    def there_and_back(self, *tables: str) -> None:
        """Disable the leaver and take it back; every table is as it was, byte for byte."""
        before, plan = self.rows(*tables), self.work.plan(GONE)
        assert len(plan.items) == 1
        carried = self.work.carried_out(plan)
        assert said(carried)[0] == "access.applied", [one.because for one in carried.findings]
        assert self.rows(*tables) != before
        assert not self.work.plan(GONE).items
        carried = self.work.undone(plan)
        assert said(carried) == ["access.undone"], [one.because for one in carried.findings]
        assert self.rows(*tables) == before


Make = Callable[..., Odd]


def _users(state: str, value: str, types: dict[str, str]) -> list[str]:
    """Return the statements for a table of two users that ends with a column ``state``."""
    kinds = {"id": "INT", **_TEXT, **types}
    columns = ", ".join(f"{name} {kind}{' PRIMARY KEY' * (name == 'id')}" for name, kind in kinds.items())
    rows = [
        f"INSERT INTO users (id, username, name, citizen_id, state) VALUES ({one.number}, '{one.username}',"
        f" '{one.first} {one.last}', '{one.identity}', {value})"
        for one in (GONE, STAYS)
    ]
    return [f"CREATE TABLE users ({columns}, state {state})", *rows]


def options_of(more: dict[str, Any]) -> dict[str, Any]:
    users = {"name": ["name"], "unit": None, "last_login_at": None, "privileged": None}
    return {
        "profile": "flag",
        "disable": {"state": 0},
        "ends": [],
        **more,
        "users": {**users, **more.get("users", {})},
    }


def maker(kind: str, server: Any, folder: Path, keys: dict[str, Path]) -> Make:
    """Return what makes an application on a server: its column ``state``, more statements, other types, settings."""

    def made(
        state: tuple[str, str] = ("INT NOT NULL", "1"),
        more: Sequence[str] = (),
        types: dict[str, str] | None = None,
        **options: Any,
    ) -> Odd:
        server.fresh("odd", *_users(*state, types or {}), *more)
        url = _URLS[kind].format(server)
        return Odd(url, Week.of(folder, keys, url, options_of(options)))

    return made


ROLES = {"what": "roles", "table": "roles", "user": "owner", "restore": True}
SESSIONS = {"what": "sessions", "table": "sessions", "user": "owner", "used_at": "seen"}
OPEN_SESSIONS = (
    "CREATE TABLE sessions (id INT PRIMARY KEY, owner INT, seen BIGINT)",
    "INSERT INTO sessions VALUES (1, 501, 1790000000000), (2, 502, 1790000000000)",
)
