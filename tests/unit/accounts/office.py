"""A small office for tests: two applications on SQLite, a judged list, approvers with keys, a ledger. Nobody exists."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dulae.accounts import approval, plan
from dulae.accounts.account import Spelling
from dulae.accounts.applications import Application, Brake
from dulae.accounts.approval import Vote
from dulae.accounts.databases.database import Database
from dulae.accounts.desk import Approver, Desk, Operator
from dulae.accounts.plan import Plan
from dulae.accounts.profiles import profile
from dulae.accounts.reviewing import surveyed
from dulae.accounts.sheet import Sheet, sheet
from dulae.ledger import Ledger
from dulae.people import spelling

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SPELLING: Spelling = spelling


def citizen_id(number: int) -> str:
    """Return a synthetic citizen number: registrar code 9999, valid check digit."""
    digits = f"19999{number:07d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=True))
    return digits + str((11 - total % 11) % 10)


@dataclass(frozen=True)
class Person:
    """Somebody with an account; ``last_login`` as the application stores it."""

    number: int
    first: str
    last: str
    unit: str = "กองคลัง"
    login: str = ""
    citizen_id: str | None = None
    active: bool = True
    admin: bool = False
    last_login: str | None = "2026-09-01 09:00:00"

    @property
    def identity(self) -> str:
        """Return the citizen number, a synthetic one unless given (empty for none)."""
        return citizen_id(self.number) if self.citizen_id is None else self.citizen_id

    @property
    def username(self) -> str:
        """Return the account's name."""
        return self.login or f"user{self.number}"


PEOPLE = (
    Person(1, "สมชาย", "ใจดี"),
    Person(2, "สมหญิง", "รักงาน", last_login="2026-11-10 08:30:00"),
    Person(3, "วิชัย", "มีสุข", unit="กองแผนงาน"),
    Person(4, "กานดา", "ทองดี"),
    Person(90, "ผู้ดูแล", "ระบบ", login="admin", citizen_id="", admin=True),
    Person(91, "ผู้ช่วย", "ดูแล", login="helper", admin=True),
)

FLAG_SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT, first_name TEXT,
  last_name TEXT, citizen_id TEXT, unit TEXT, is_active BOOLEAN NOT NULL, is_admin BOOLEAN NOT NULL, last_login TEXT);
CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id INTEGER, last_seen TEXT);
CREATE TABLE api_tokens (id INTEGER PRIMARY KEY, user_id INTEGER, token_hash TEXT);
"""
SCRAMBLE_SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, password TEXT, remember_token TEXT,
  citizen_id TEXT, unit TEXT, is_admin BOOLEAN NOT NULL, last_login_at TEXT);
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id INTEGER, last_activity INTEGER);
CREATE TABLE personal_access_tokens (id INTEGER PRIMARY KEY, tokenable_type TEXT, tokenable_id INTEGER, token TEXT);
CREATE TABLE password_reset_tokens (email TEXT PRIMARY KEY, token TEXT);
CREATE TABLE model_has_roles (role_id INTEGER, model_type TEXT, model_id INTEGER,
  PRIMARY KEY (role_id, model_id, model_type));
"""
MODEL = r"App\Models\User"


def run_sql(path: Path, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on an SQLite file; return the last one's rows."""
    rows: list[tuple[Any, ...]] = []
    connection = sqlite3.connect(path)
    try:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows


def dump(path: Path) -> list[str]:
    """Return the whole content of an SQLite file, in a fixed order."""
    connection = sqlite3.connect(path)
    try:
        return sorted(connection.iterdump())
    finally:
        connection.close()


def flag_application(folder: Path, people: Iterable[Person] = PEOPLE, **more: Any) -> Application:
    """Make an application with a flag, a session and a token for everybody."""
    path = folder / "saraban.db"
    connection = sqlite3.connect(path)
    connection.executescript(FLAG_SCHEMA)
    for one in people:
        row = (
            one.number,
            one.username,
            f"hash{one.number}",
            one.first,
            one.last,
            one.identity or None,
            one.unit,
        )
        rest = (one.active, one.admin, one.last_login)
        connection.execute(f"INSERT INTO users VALUES ({', '.join('?' * 10)})", (*row, *rest))
        connection.execute(
            "INSERT INTO sessions VALUES (?, ?, ?)", (f"s{one.number}", one.number, one.last_login)
        )
        connection.execute("INSERT INTO api_tokens (user_id, token_hash) VALUES (?, 'x')", (one.number,))
    connection.commit()
    connection.close()
    return _application("saraban", "flag", path, more)


def scramble_application(folder: Path, people: Iterable[Person] = PEOPLE, **more: Any) -> Application:
    """Make an application without a flag, with sessions, tokens and roles."""
    path = folder / "intranet.db"
    connection = sqlite3.connect(path)
    connection.executescript(SCRAMBLE_SCHEMA)
    for one in people:
        email, number = f"{one.username}@dept.example", one.number
        row = (number, f"นาย{one.first} {one.last}", email, f"hash{number}", f"remember{number}")
        rest = (one.identity or None, one.unit, one.admin, one.last_login)
        connection.execute(f"INSERT INTO users VALUES ({', '.join('?' * 9)})", (*row, *rest))
        connection.execute("INSERT INTO sessions VALUES (?, ?, 1790000000)", (f"a{number}", number))
        connection.execute("INSERT INTO sessions VALUES (?, ?, 1780000000)", (f"b{number}", number))
        connection.execute("INSERT INTO personal_access_tokens VALUES (NULL, ?, ?, 't')", (MODEL, number))
        connection.execute(
            "INSERT INTO personal_access_tokens VALUES (NULL, 'App\\Models\\Team', ?, 't')", (number,)
        )
        connection.execute("INSERT INTO password_reset_tokens VALUES (?, 'r')", (email,))
        connection.execute("INSERT INTO model_has_roles VALUES (1, ?, ?)", (MODEL, number))
        connection.execute("INSERT INTO model_has_roles VALUES (2, ?, ?)", (MODEL, number))
    connection.commit()
    connection.close()
    return _application("intranet", "scramble", path, more)


def _application(system: str, kind: str, path: Path, more: dict[str, Any]) -> Application:
    protected = frozenset(more.get("protected", ("admin", "admin@dept.example")))
    database = Database(f"{system}/{system}", f"sqlite:///{path}", path.parent)
    brake = more.get("brake", Brake(20, 90))
    return Application(
        system, profile.load(kind, more.get("options")), database, protected, brake, more.get("probe")
    )


def _moved(application: Application, folder: Path) -> Application:
    path = folder / f"{application.system}.db"
    return replace(
        application, database=replace(application.database, url=f"sqlite:///{path}", inventory=folder)
    )


def replace_each(applications: Iterable[Application], **changes: Any) -> list[Application]:
    """Return applications with the same changes."""
    return [replace(application, **changes) for application in applications]


def leaver(person: Person, **more: Any) -> dict[str, Any]:
    """Return a judged row about a person who resigned on 1 November 2026."""
    return {
        "row": person.number + 10,
        "sheet": "1",
        "name_key": f"{person.first}|{person.last}",
        "prefix": "นาย",
        "first_name": person.first,
        "last_name": person.last,
        "former_surname": "",
        "citizen_id": person.identity,
        "citizen_id_status": "ok",
        "movement": "resign",
        "action": "DISABLE",
        "effective_date": "2026-11-01",
        "unit": person.unit,
        "to_unit": "",
        "order_no": "1/2569",
        "flags": [],
        "reason": "has left",
        "standing": "act",
        **more,
    }


def judged(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a judged list."""
    head = {"file": "leavers.xlsx", "sha256": "ab" * 32, "received_at": "2026-11-22T01:00:00.000+00:00"}
    return {**head, "declared_total": None, "rows": list(rows), **more}


def listed(*rows: dict[str, Any], **more: Any) -> Sheet:
    """Return a judged list as planning takes it."""
    return sheet(judged(*rows, **more), SPELLING)


def write_list(path: Path, *rows: dict[str, Any], **more: Any) -> Path:
    """Write a judged list to a file."""
    path.write_text(json.dumps(judged(*rows, **more), ensure_ascii=False), encoding="utf-8")
    return path


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, **by: int) -> None:
        """Move on."""
        self.now += timedelta(**by)


@dataclass
class Office:
    """Everything that a test of step 4 needs."""

    folder: Path
    desk: Desk
    ledger: Ledger
    clock: Clock
    keys: dict[str, Path] = field(default_factory=dict)

    def with_applications(self, *applications: Application) -> "Office":
        """Return the same office with other applications."""
        return replace(self, desk=replace(self.desk, applications=applications))

    def copied(self, folder: Path) -> "Office":
        """Return a copy of this office, state and databases, in another folder."""
        shutil.copytree(self.folder, folder)
        ledger = Ledger.open(folder / "state" / "ledger")
        moved = (_moved(kept, folder) for kept in self.desk.applications)
        desk = replace(self.desk, state_dir=folder / "state", evidence=ledger, applications=tuple(moved))
        return replace(self, folder=folder, desk=desk, ledger=ledger)

    def plan(self, *rows: dict[str, Any], **more: Any) -> Plan:
        """Return the plan for a list of these rows."""
        kept = listed(*rows, **more)
        drafted, _ = plan.draft(self.desk, kept, surveyed(self.desk, kept, SPELLING))
        return plan.keep(self.desk, drafted)

    def approve(self, made: Plan, holder: str = "officer2", bulk: int | None = None) -> None:
        """Have a plan approved."""
        vote = Vote(holder, bulk=bulk)
        approval.approve(self.desk, made, vote, approval.sign(made, vote, self.keys[holder]))

    def approved(self, *rows: dict[str, Any], **more: Any) -> Plan:
        """Return an approved plan for a list of these rows."""
        made = self.plan(*rows, **more)
        self.approve(made)
        return made

    def bodies(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the bodies of the ledger's entries of some kinds."""
        return [entry.body for entry in self.ledger.entries(kinds)]

    def database(self, system: str) -> Path:
        """Return the SQLite file of an application."""
        return self.folder / f"{system}.db"


def sha256_of(path: Path) -> str:
    """Return what ``sha256sum`` says of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ssh_key(folder: Path, name: str) -> Path:
    """Make an SSH key pair without passphrase."""
    path = folder / name
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
    subprocess.run(argv, check=True, capture_output=True)
    return path


def _created(place: Path, clock: Clock) -> Ledger:
    return Ledger.create(place, organisation="test", node="control1", clock=clock)


def open_office(folder: Path, *applications: Application, keys: dict[str, Path]) -> Office:
    """Return an office whose plans officer1 makes; officer2 and officer3 may approve. It may exist already."""
    clock, place = Clock(), folder / "state" / "ledger"
    ledger = Ledger.open(place, clock=clock) if place.exists() else _created(place, clock)
    approvers = tuple(
        Approver(name, key.with_suffix(".pub").read_text().strip(), frozenset({name}))
        for name, key in keys.items()
    )
    desk = Desk(
        folder / "state", ledger, Operator("officer1", "officer1"), applications, approvers, clock=clock
    )
    return Office(folder, desk, ledger, clock, keys)
