"""A small office whose two applications lie on real servers, one on PostgreSQL and one on MariaDB. Nobody in it exists.

Both tell the same of the same people; whatever happens to one of them can be looked at and put back between two tries.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from dulae.accounts.applications import Application, Brake
from dulae.accounts.databases.database import Database
from dulae.accounts.plan import Plan
from dulae.accounts.profiles import profile
from dulae.accounts.standing import Standing, standings
from dulae.ledger import Ledger, verify
from tests.integration.mariadb import MariaDb
from tests.integration.postgres import Server
from tests.unit.accounts import office
from tests.unit.accounts.office import MODEL, PEOPLE, Office, Person

SOMCHAI, SOMYING, WICHAI, KANDA, *_ = PEOPLE
LEAVERS = (SOMCHAI, SOMYING, WICHAI)
SARABAN, INTRANET = "saraban", "intranet"
SYSTEMS = (SARABAN, INTRANET)
Content = dict[str, list[tuple[Any, ...]]]

# Words that both servers understand.
_SCHEMA = {
    SARABAN: (
        "CREATE TABLE users (id INT PRIMARY KEY, username VARCHAR(100) UNIQUE, password_hash VARCHAR(100),"
        " first_name VARCHAR(100), last_name VARCHAR(100), citizen_id CHAR(13), unit VARCHAR(100),"
        " is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL, last_login TIMESTAMP NULL)",
        "CREATE TABLE sessions (token VARCHAR(40) PRIMARY KEY, user_id INT REFERENCES users (id), last_seen TIMESTAMP)",
        "CREATE TABLE api_tokens (id INT PRIMARY KEY, user_id INT, token_hash VARCHAR(40))",
        "CREATE TABLE roles (user_id INT REFERENCES users (id), role VARCHAR(40), PRIMARY KEY (user_id, role))",
    ),
    INTRANET: (
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200), email VARCHAR(100) UNIQUE, password VARCHAR(100),"
        " remember_token VARCHAR(100), citizen_id CHAR(13), unit VARCHAR(100), is_admin BOOLEAN NOT NULL,"
        " last_login_at TIMESTAMP NULL)",
        "CREATE TABLE sessions (id VARCHAR(40) PRIMARY KEY, user_id INT, last_activity INT)",
        "CREATE TABLE personal_access_tokens (id INT PRIMARY KEY, tokenable_type VARCHAR(40), tokenable_id INT,"
        " token VARCHAR(40))",
        "CREATE TABLE password_reset_tokens (email VARCHAR(100) PRIMARY KEY, token VARCHAR(40))",
        "CREATE TABLE model_has_roles (role_id INT, model_type VARCHAR(40), model_id INT,"
        " PRIMARY KEY (role_id, model_id, model_type))",
    ),
}
_ROLES = {"what": "roles", "table": "roles", "user": "user_id", "restore": True}
_FLAG = {
    "ends": [
        {"what": "sessions", "table": "sessions", "user": "user_id", "used_at": "last_seen"},
        {"what": "api_tokens", "table": "api_tokens", "user": "user_id"},
        _ROLES,
    ]
}
_PROFILES = {SARABAN: profile.load("flag", _FLAG), INTRANET: profile.load("scramble")}


@dataclass(frozen=True)
class Place:
    """One application's database: on which server it lies, and the superuser's way to it."""

    kind: str
    server: Server | MariaDb
    engine: Engine
    url: str

    @property
    def folder(self) -> str:
        """Return the folder of the server's socket."""
        return (
            self.server.socket_dir
            if isinstance(self.server, Server)
            else str(Path(self.server.socket).parent)
        )

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements in one transaction; return the rows of the last one."""
        rows: list[tuple[Any, ...]] = []
        with self.engine.begin() as connection:
            for statement in statements:
                done = connection.exec_driver_sql(statement.replace("%", "%%"))
                rows = [tuple(row) for row in done] if done.returns_rows else []
        return rows

    def content(self) -> Content:
        """Return every row of every table, in a fixed order."""
        with self.engine.connect() as connection:
            found = sqlalchemy.inspect(connection)
            return {name: self._rows(connection, name) for name in sorted(found.get_table_names())}

    def put(self, content: Content) -> None:
        """Have the tables hold exactly these rows."""
        with self.engine.begin() as connection:
            # Whatever refers to users stands before them.
            for name in sorted(content, key=lambda name: name == "users"):
                connection.exec_driver_sql(f"DELETE FROM {name}")
            for name in sorted(content, key=lambda name: name != "users"):
                for row in content[name]:
                    marks = ", ".join(["%s"] * len(row))
                    connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", row)

    @staticmethod
    def _rows(connection: Any, name: str) -> list[tuple[Any, ...]]:
        rows = connection.exec_driver_sql(f"SELECT * FROM {name}")
        return sorted((tuple(row) for row in rows), key=repr)


def postgresql(server: Server, system: str) -> Place:
    """Make an application's database on PostgreSQL."""
    server.fresh(system, *_SCHEMA[system])
    return _filled("postgresql", server, f"{server.user}@/{system}?host={server.socket_dir}", system)


def mariadb(server: MariaDb, system: str) -> Place:
    """Make an application's database on MariaDB."""
    server.fresh(system, *_SCHEMA[system])
    return _filled("mariadb", server, f"root@localhost/{system}?unix_socket={server.socket}", system)


MADE: Mapping[str, Callable[[Any, str], Place]] = {"postgresql": postgresql, "mariadb": mariadb}
_DRIVERS = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}


def _filled(kind: str, server: Server | MariaDb, where: str, system: str) -> Place:
    url = f"{_DRIVERS[kind]}://{where}"
    place = Place(kind, server, sqlalchemy.create_engine(url, poolclass=NullPool), url)
    content: Content = {}
    for one in PEOPLE:
        for table, row in _FILLED[system](one):
            content.setdefault(table, []).append(row)
    place.put(content)
    return place


Filling = Iterable[tuple[str, tuple[Any, ...]]]
_SEEN = datetime(2026, 9, 1, 9, 0)


def _in_saraban(one: Person) -> Filling:
    number = one.number
    user = (number, one.username, f"hash{number}", one.first, one.last, one.identity or None, one.unit)
    yield "users", (*user, True, one.admin, _SEEN)
    yield "sessions", (f"a{number}", number, _SEEN)
    yield "sessions", (f"b{number}", number, _SEEN)
    yield "api_tokens", (number, number, "x")
    yield "roles", (number, "clerk")
    yield "roles", (number, "reader")


def _in_intranet(one: Person) -> Filling:
    number, email = one.number, f"{one.username}@dept.example"
    user = (number, f"นาย{one.first} {one.last}", email, f"hash{number}", f"remember{number}")
    yield "users", (*user, one.identity or None, one.unit, one.admin, _SEEN)
    yield "sessions", (f"a{number}", number, 1790000000)
    yield "sessions", (f"b{number}", number, 1780000000)
    yield "password_reset_tokens", (email, "r")
    yield "personal_access_tokens", (number, MODEL, number, "t")
    yield "personal_access_tokens", (number + 1000, "Team", number, "t")
    yield "model_has_roles", (1, MODEL, number)
    yield "model_has_roles", (2, MODEL, number)


_FILLED = {SARABAN: _in_saraban, INTRANET: _in_intranet}


@dataclass(frozen=True)
class Rig:
    """An office with both applications on their servers, as often as wanted from where it once stood."""

    work: Office
    places: Mapping[str, Place]

    def content(self) -> dict[str, Content]:
        """Return what both databases hold; a scrambled hash by that word alone, for it is another each time."""
        return {system: _recognised(place.content()) for system, place in self.places.items()}

    def copied(self, folder: Path, contents: Mapping[str, Content]) -> Rig:
        """Return the office with another folder, a copy of this one's, and put content back into the databases."""
        for system, place in self.places.items():
            place.put(contents[system])
        return replace(self, work=self.elsewhere(folder))

    def elsewhere(self, folder: Path) -> Office:
        """Return the office with a copy of its folder and a ledger of its own."""
        shutil.copytree(self.work.folder, folder)
        ledger = Ledger.open(folder / "state" / "ledger")
        desk = replace(self.work.desk, state_dir=folder / "state", evidence=ledger)
        return replace(self.work, folder=folder, desk=desk, ledger=ledger)


def _recognised(content: Content) -> Content:
    return {
        table: [tuple("scrambled" if _is_scrambled(value) else value for value in row) for row in rows]
        for table, rows in content.items()
    }


def _is_scrambled(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$2y$12$dulae.disabled.")


def application(system: str, place: Place, folder: Path, url: str = "") -> Application:
    """Return an application; ``url`` is another way to its database than the straight one."""
    kept = Database(f"{system}/{system}", url or place.url, folder)
    return Application(
        system, _PROFILES[system], kept, frozenset({"admin", "admin@dept.example"}), Brake(20, 90)
    )


def rig(folder: Path, keys: Mapping[str, Path], places: Mapping[str, Place]) -> Rig:
    """Return an office with applications at these places."""
    folder.mkdir(exist_ok=True)
    made = [application(system, place, folder) for system, place in places.items()]
    return Rig(office.open_office(folder, *made, keys=dict(keys)), places)


def whole(work: Office) -> bool:
    """Say whether the ledger verifies."""
    return verify(work.desk.state_dir / "ledger").ok


def standing(work: Office, plan: Plan) -> Standing:
    """Return how far a plan has come."""
    return standings(work.ledger)[plan.plan_id]
