"""Step 4 on a large application: 1,000,000 accounts, 50,000 leavers, beside the statement that one would write by hand.

By hand: the primary keys copied into a temporary table, and one UPDATE ... FROM in one transaction; once bare, and once
with the previous rows copied to a file, sessions and tokens deleted, and the rows counted back. Ours keeps the previous
values for undo, ends sessions, reads every row back, proves it, and records it. Each step is told apart, from the XLSX
of the personnel division on, with the peak of memory of the process that plans and of the one that applies.
Smaller: ``python -m tests.benchmarks.access 100000 5000``
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter

from dulae import memory
from dulae.accounts import plan, reviewing
from dulae.accounts.applications import Application, Brake
from dulae.accounts.changing import applying
from dulae.accounts.databases.database import Database
from dulae.accounts.profiles import profile
from dulae.people import receiving
from dulae.people.receiving import Request
from tests.integration.postgres import Server, bin_dirs, cluster
from tests.unit.accounts import office
from tests.unit.accounts.office import SPELLING, Office, Person
from tests.unit.people.lists import HEADER

_ACCOUNTS, _LEAVERS = 1_000_000, 50_000
_ROUNDS = 3
# An odd number about 2^32 divided by the golden ratio scatters neighbours.
_SPREAD = 2654435761
_NAME = "tests.benchmarks.access"
_SCHEMA = (
    "CREATE TABLE users (id bigint PRIMARY KEY, username text UNIQUE, first_name text, last_name text,"
    " citizen_id char(13), unit text, is_active boolean NOT NULL, is_admin boolean NOT NULL, last_login timestamptz)",
    "CREATE TABLE sessions (token bigserial PRIMARY KEY, user_id bigint, last_seen timestamptz)",
    "CREATE TABLE api_tokens (id bigserial PRIMARY KEY, user_id bigint)",
)
_INDEXES = ("CREATE INDEX ON sessions (user_id)", "CREATE INDEX ON api_tokens (user_id)")
_SESSIONS = (
    "TRUNCATE sessions",
    "INSERT INTO sessions (user_id, last_seen) SELECT id, '2026-09-01' FROM users WHERE id % 4 = 0",
    "VACUUM ANALYZE",
)
_SYLLABLES = (
    "สม",
    "วิ",
    "กาน",
    "ชัย",
    "ดา",
    "พร",
    "ศักดิ์",
    "นภา",
    "รัตน์",
    "มาลี",
    "สุข",
    "ทอง",
    "ใจ",
    "ดี",
    "งาม",
    "บุญ",
)
_GONE = "CREATE TEMP TABLE gone (id bigint PRIMARY KEY) ON COMMIT DROP"
_UPDATE = "UPDATE users SET is_active = false FROM gone WHERE users.id = gone.id AND users.is_active"
_BEFORE = "COPY (SELECT users.* FROM users JOIN gone USING (id) FOR UPDATE OF users) TO STDOUT"
_ENDED = (
    "DELETE FROM sessions USING gone WHERE sessions.user_id = gone.id",
    "DELETE FROM api_tokens USING gone WHERE api_tokens.user_id = gone.id",
)
_BACK = "SELECT count(*) FROM users JOIN gone USING (id) WHERE NOT is_active"


def person(number: int) -> Person:
    """Return somebody whose first name many share, and whose surname hardly anybody does, as in a real register."""
    size, spread = len(_SYLLABLES), number * _SPREAD % (1 << 32)
    syllables = [_SYLLABLES[spread // size**power % size] for power in range(7)]
    return Person(number, "".join(syllables[:2]), "".join(syllables[2:]), unit=f"กอง{number % 60}")


def main(sizes: tuple[int, int] = (_ACCOUNTS, _LEAVERS)) -> None:
    """Print the seconds of each step, and of the statement by hand, beside each other."""
    accounts, leavers = sizes
    with cluster(bin_dirs()[0]) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(server, accounts)
        _listed(folder / "list.xlsx", sizes)
        for holder in ("officer1", "officer2"):
            office.ssh_key(folder, holder)
        print(f"{accounts} accounts, {leavers} leavers; seconds")
        bare = _told("by hand: COPY and UPDATE ... FROM", server, sizes, whole=False)
        whole = _told("by hand, with what undo and review need", server, sizes, whole=True)
        taken, peaks = {}, []
        for step in _STEPS:
            done = _done([step, name, _url(server)])
            taken.update(done["taken"])
            peaks.append(f"{step} {done['peak']} MiB")
        for what, seconds in taken.items():
            print(f"  {what:<44}{seconds:8.2f}")
    print(f"  {'all':<44}{sum(taken.values()):8.2f}")
    print(f"  apply and verify beside the bare statement: {taken['apply and verify'] / bare:.1f} times")
    print(f"  beside the same work by hand: {taken['apply and verify'] / whole:.1f} times")
    print(f"  memory at most: {', '.join(peaks)}")


def _done(step: list[str]) -> dict[str, Any]:
    argv = [sys.executable, "-m", _NAME, *step]
    told: dict[str, Any] = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)
    return told


def _told(name: str, server: Server, sizes: tuple[int, int], *, whole: bool) -> float:
    taken = min(_by_hand(server, sizes, whole=whole) for _ in range(_ROUNDS))
    print(f"  {name:<44}{taken:8.2f}")
    return taken


def _url(server: Server) -> str:
    return f"postgresql+psycopg://{server.user}@/saraban?host={server.socket_dir}"


def _connection(server: Server) -> psycopg.Connection:
    return psycopg.connect(f"host={server.socket_dir} user={server.user} dbname=saraban")


def _fill(server: Server, accounts: int) -> None:
    server.fresh("saraban", *_SCHEMA)
    with _connection(server) as connection:
        columns = "id, username, first_name, last_name, citizen_id, unit, is_active, is_admin"
        with connection.cursor().copy(f"COPY users ({columns}) FROM STDIN") as rows:
            for number in range(accounts):
                one = person(number)
                rows.write_row(
                    (number, one.username, one.first, one.last, one.identity, one.unit, True, number < 2)
                )
    server.sql("saraban", *_INDEXES, *_SESSIONS)


def _gone(accounts: int, leavers: int) -> Iterator[int]:
    return iter(range(2, accounts, accounts // leavers)[:leavers])


def _by_hand(server: Server, sizes: tuple[int, int], *, whole: bool) -> float:
    """Return the seconds of the work by hand, which is then taken back."""
    accounts, leavers = sizes
    with _connection(server) as connection, tempfile.TemporaryFile() as before:
        started = time.perf_counter()
        connection.execute(_GONE)
        with connection.cursor().copy("COPY gone FROM STDIN") as rows:
            for number in _gone(accounts, leavers):
                rows.write_row((number,))
        if whole:
            with connection.cursor().copy(_BEFORE) as rows:
                before.writelines(rows)
            before.flush()
            os.fsync(before.fileno())
        assert connection.execute(_UPDATE).rowcount == leavers
        for statement in _ENDED if whole else ():
            connection.execute(statement)
        if whole:
            assert connection.execute(_BACK).fetchone() == (leavers,)
        connection.commit()
        taken = time.perf_counter() - started
    server.sql("saraban", "UPDATE users SET is_active = true WHERE NOT is_active", *_SESSIONS)
    return taken


@contextmanager
def _timed(name: str, taken: dict[str, float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    taken[name] = time.perf_counter() - started


def _listed(path: Path, sizes: tuple[int, int]) -> None:
    """Write the personnel division's list."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for at, number in enumerate(_gone(*sizes), 1):
            one = person(number)
            sheet.write_row(
                at, 0, [at, f"นาย{one.first} {one.last}", one.identity, "ลาออก", "1 พ.ย. 2569", one.unit]
            )
    os.utime(path, (office.NOW.timestamp(), office.NOW.timestamp()))


def _office(folder: Path, url: str) -> Office:
    keys = {name: folder / name for name in ("officer1", "officer2")}
    database = Database("saraban/saraban", url, folder)
    brake = Brake(10**9, 100)
    return office.open_office(
        folder, Application("saraban", profile.load("flag"), database, brake=brake), keys=keys
    )


def _read(folder: Path, url: str, taken: dict[str, float]) -> None:
    kept = _office(folder, url).desk.judged_list
    with _timed("read and judge the XLSX", taken):
        receiving.receive(Request(folder / "list.xlsx", output=kept), office.NOW)


def _plan(folder: Path, url: str, taken: dict[str, float]) -> None:
    work = _office(folder, url)
    with _timed("match and plan, with whoever left before", taken):
        made = reviewing.review(work.desk, work.desk.judged_list, SPELLING)
    assert made.plan is not None and made.plan.items, made.findings


def _apply(folder: Path, url: str, taken: dict[str, float]) -> None:
    work = _office(folder, url)
    (made,) = plan.plans(work.desk)
    with _timed("approve", taken):
        work.approve(made)
    with _timed("apply and verify", taken):
        (result,) = applying.apply(work.desk, made)
    assert result.outcome == "applied", result.because
    assert all(item["verified"] == "row_read_back" for item in result.items)


# As in operation, each is a process of its own: a module, and a second person's word lies before the last.
_STEPS: dict[str, Callable[[Path, str, dict[str, float]], None]] = {
    "read": _read,
    "plan": _plan,
    "apply": _apply,
}


def _alone(step: str, folder: str, url: str) -> None:
    """Do one step in this process; print its seconds and its peak of memory in MiB."""
    memory.expect_many_objects()
    taken: dict[str, float] = {}
    _STEPS[step](Path(folder), url, taken)
    # What getrusage tells begins with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    print(json.dumps({"taken": taken, "peak": peak}))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in _STEPS:
        _alone(*sys.argv[1:])
    else:
        main((int(sys.argv[1]), int(sys.argv[2])) if sys.argv[1:] else (_ACCOUNTS, _LEAVERS))
