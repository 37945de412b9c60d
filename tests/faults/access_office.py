"""A department in miniature for random histories: who works there, what personnel has written, who can log in.

Two applications on SQLite, the personnel division's lists as CSV files, and the real steps: receive, review, approve,
apply, undo. ``killed`` ends a step at any statement, file or entry. Nobody in it exists.
"""

from __future__ import annotations

import csv
import itertools
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Engine

from dulae.accounts import private, reviewing
from dulae.accounts.applications import Brake
from dulae.accounts.changing import applying, undo
from dulae.accounts.changing.result import Result
from dulae.accounts.plan import Plan, find, plans
from dulae.accounts.standing import standings
from dulae.ledger import Ledger
from dulae.people import receiving
from tests.unit.accounts import office
from tests.unit.accounts.office import SPELLING, Office, citizen_id

HEADER = ("ลำดับ", "ชื่อ-นามสกุล", "เลขประจำตัวประชาชน", "ประเภทการเคลื่อนไหว", "มีผลตั้งแต่", "สังกัด")
LEAVING = ("ลาออก", "เกษียณอายุราชการ", "ให้โอน", "ไล่ออก")
AT_ONCE = "ไล่ออก"
STAYING = ("ยกเลิกคำสั่งลาออก", "บรรจุกลับ", "รับโอน")
UNCLEAR = ("โอน", "ย้าย", "ไปช่วยราชการต่างประเทศไม่มีกำหนด")
# By what somebody gets in again: what the application asks at the login, or a session.
LOGIN, SESSION = "login", "session"
OPENINGS = (LOGIN, SESSION)
SYSTEMS = ("saraban", "intranet")
UNIT = "กองคลัง"


@dataclass
class Human:
    """Somebody: his name as the personnel division writes it, and what it has written of him last.

    ``first_day_out`` holds while an order to leave is in force; ``is_clear`` says that nothing on the lists speaks
    against it, so that no person has to decide.
    """

    number: int
    first: str
    last: str
    former: str = ""
    first_day_out: date | None = None
    is_clear: bool = False
    # The SHA-256 of the list that this order came with, and his names on it.
    order: str = ""
    listed: tuple[str, ...] = ()
    # An earlier order was taken back while a later one stands: whether he may log in is for people to say.
    is_open_question: bool = False

    @property
    def identity(self) -> str:
        """Return his citizen number."""
        return citizen_id(self.number)

    @property
    def written(self) -> str:
        """Return his name as a list has it."""
        former = f" (สกุลเดิม {self.former})" if self.former else ""
        return f"นาย{self.first} {self.last}{former}"

    def has_left(self, today: date) -> bool:
        """Say whether he may not log in any more."""
        return self.first_day_out is not None and self.first_day_out <= today


@dataclass(frozen=True)
class Login:
    """An account as the test made it; ``owner`` is whom it belongs to, whatever its columns say."""

    system: str
    key: int
    owner: int
    name: str
    has_id: bool
    protected: bool = False
    admin: bool = False


@dataclass
class Department:
    """The department with its desk, its people and all accounts that were ever made."""

    office: Office
    people: dict[int, Human] = field(default_factory=dict)
    logins: list[Login] = field(default_factory=list)
    lists: int = 0
    again: int = 0

    @property
    def today(self) -> date:
        """Return the day in Bangkok."""
        return self.office.clock().astimezone(self.office.desk.zone).date()

    def make_login(self, login: Login) -> None:
        """Make an account, with a session, a token and a role."""
        self.logins.append(login)
        human = self.people[login.owner]
        number = human.identity if login.has_id else None
        first, _, last = login.name.partition(" ")
        name = "admin" if login.protected else f"u{login.key}"
        run = office.run_sql
        if login.system == "saraban":
            path = self.office.database("saraban")
            run(
                path,
                f"INSERT INTO users VALUES ({login.key}, '{name}', 'h', '{first}', '{last}',"
                f" {_sql(number)}, '{UNIT}', 1, {int(login.admin)}, NULL)",
                f"INSERT INTO sessions VALUES ('s{login.key}', {login.key}, '2026-09-01')",
                f"INSERT INTO api_tokens (user_id, token_hash) VALUES ({login.key}, 'x')",
            )
            return
        path = self.office.database("intranet")
        run(
            path,
            f"INSERT INTO users VALUES ({login.key}, '{login.name}', '{name}', 'hash{login.key}', 'r',"
            f" {_sql(number)}, '{UNIT}', {int(login.admin)}, NULL)",
            f"INSERT INTO sessions VALUES ('s{login.key}', {login.key}, 1780000000)",
            f"INSERT INTO model_has_roles VALUES (1, '{office.MODEL}', {login.key})",
        )

    def open_again(self, login: Login, how: str) -> None:
        """Let somebody in by an account again."""
        path, key = self.office.database(login.system), login.key
        if how == SESSION:
            self.again += 1
            moment = "'2026-12-01'" if login.system == "saraban" else "1790000000"
            office.run_sql(path, f"INSERT INTO sessions VALUES ('again{self.again}', {key}, {moment})")
        elif login.system == "saraban":
            office.run_sql(path, f"UPDATE users SET is_active = 1 WHERE id = {key}")
        else:
            office.run_sql(path, f"UPDATE users SET password = 'hash{key}' WHERE id = {key}")

    def deliver(self, rows: list[tuple[str, str, str, str]]) -> Path:
        """Write a list of name, citizen number, movement and first day out, and return its file."""
        self.lists += 1
        path = self.office.folder / f"list{self.lists}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows([number, *row, UNIT] for number, row in enumerate(rows, 1))
            if not rows:
                writer.writerow(["", "ไม่มีข้อมูล", "", "", "", ""])
        return path

    def review(self, path: Path) -> tuple[receiving.Receipt, reviewing.Review]:
        """Receive a list and compare it with both applications, a minute later than anything else."""
        self.office.clock.forward(minutes=1)
        desk = self.office.desk
        ledger = desk.state_dir / "ledger"
        request = receiving.Request(path=path, output=desk.judged_list, ledger=ledger, max_age_days=10**6)
        receipt = receiving.receive(request, self.office.clock())
        return receipt, reviewing.review(desk, desk.judged_list, SPELLING)

    def approve(self) -> list[Plan]:
        """Have every plan approved that may be, with its own number, and return those that wait to be applied."""
        desk, made = self.office.desk, []
        known = standings(desk.evidence)
        # A file whose entry was never made is no plan that anybody may approve.
        for plan in [plan for plan in plans(desk) if plan.plan_id in known]:
            standing = known[plan.plan_id]
            state = standing.state(plan.systems, expired=desk.clock() >= plan.valid_until)
            if state == "open":
                self.office.approve(plan, bulk=len(plan.items))
            if state in ("open", "approved", "partly_applied", "interrupted"):
                made.append(plan)
        return made

    def apply(self, plan_id: str) -> list[Result]:
        """Carry out one plan."""
        return list(applying.apply(self.office.desk, find(self.office.desk, plan_id)))

    def undo(self, plan_id: str, person: int) -> list[Result]:
        """Take back what one plan did to one person."""
        plan = find(self.office.desk, plan_id)
        return list(undo.undo(self.office.desk, plan, person=person, reason="ordered back"))

    def state(self) -> dict[tuple[str, int], tuple[Any, ...]]:
        """Return what each account looks like, with how many sessions, tokens and roles it has."""
        saraban = office.run_sql(
            self.office.database("saraban"),
            "SELECT id, is_active, (SELECT count(*) FROM sessions WHERE user_id = users.id),"
            " (SELECT count(*) FROM api_tokens WHERE user_id = users.id), users.* FROM users",
        )
        intranet = office.run_sql(
            self.office.database("intranet"),
            "SELECT id, password NOT LIKE '%dulae%', (SELECT count(*) FROM sessions WHERE user_id = users.id),"
            " (SELECT count(*) FROM model_has_roles WHERE model_id = users.id), users.* FROM users",
        )
        return {("saraban", row[0]): row[1:] for row in saraban} | {
            ("intranet", row[0]): row[1:] for row in intranet
        }

    def is_open(self, login: Login) -> bool:
        """Say whether somebody can log in with an account, or is still logged in."""
        active, sessions, *_ = self.state()[login.system, login.key]
        return bool(active or sessions)


def _sql(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"


def opened(folder: Path, keys: dict[str, Path]) -> Department:
    """Return a department with its two applications, and nobody in them."""
    brake = Brake(20, 90)
    made = (
        office.flag_application(folder, [], brake=brake, protected=("admin",)),
        office.scramble_application(folder, [], brake=brake, protected=("admin",)),
    )
    return Department(office.open_office(folder, *made, keys=keys))


def killed(after: int, carry_out: Callable[[], object]) -> bool:
    """Carry something out in a child that is killed at its so-manieth statement, commit, file or entry; say whether."""
    child = os.fork()
    if child == 0:
        try:
            _armed(after)
            carry_out()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _armed(after: int) -> None:
    left = itertools.count(after, -1)

    def step(*_: Any, **__: Any) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(*about: Any) -> None:
        # What SQLAlchemy asks of SQLite about its tables changes nothing between one moment and the next.
        if not about[2].startswith(("PRAGMA", "SELECT sql", "SELECT name")):
            step()

    append, write = Ledger.append, private._write

    def appended(self: Ledger, *arguments: Any, **more: Any) -> object:
        step()
        entry = append(self, *arguments, **more)
        step()
        return entry

    def written(path: Path, pieces: Iterable[bytes]) -> None:
        step()
        write(path, pieces)
        step()

    sqlalchemy.event.listen(Engine, "before_cursor_execute", statement)
    sqlalchemy.event.listen(Engine, "commit", step)
    Ledger.append, private._write = appended, written  # type: ignore[assignment,method-assign]


def later(department: Department, days: int) -> None:
    """Let days pass."""
    department.office.clock.now += timedelta(days=days)
