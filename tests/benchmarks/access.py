"""Step 4 on a large application: 1,000,000 accounts, 50,000 leavers, beside the statement that one would write by hand.

By hand: the primary keys copied into a temporary table, and one UPDATE ... FROM in one transaction. Ours keeps the
previous values for undo, ends sessions, reads every row back, and records it. Each step is told apart, with the peak of
memory of a process that did everything. Smaller: ``python -m tests.benchmarks.access 100000 5000``
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from dulae.accounts import applying, plan, profile
from dulae.accounts.applications import Application, Brake
from dulae.accounts.database import Database
from dulae.accounts.reviewing import surveyed
from dulae.accounts.sheet import sheet
from tests.integration.postgres import Server, bin_dirs, cluster
from tests.unit.accounts import office
from tests.unit.accounts.office import SPELLING, Person, leaver

_ACCOUNTS, _LEAVERS = 1_000_000, 50_000
_ROUNDS = 3
# So many words on the command line are those of the process that is measured.
_CHILD = 5
_SCHEMA = (
    "CREATE TABLE users (id bigint PRIMARY KEY, username text UNIQUE, first_name text, last_name text,"
    " citizen_id char(13), unit text, is_active boolean NOT NULL, is_admin boolean NOT NULL, last_login timestamptz)",
    "CREATE TABLE sessions (token bigserial PRIMARY KEY, user_id bigint, last_seen timestamptz)",
    "CREATE TABLE api_tokens (id bigserial PRIMARY KEY, user_id bigint)",
)
_INDEXES = ("CREATE INDEX ON sessions (user_id)", "CREATE INDEX ON api_tokens (user_id)", "VACUUM ANALYZE")
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
_BY_HAND = (
    "CREATE TEMP TABLE gone (id bigint PRIMARY KEY) ON COMMIT DROP",
    "UPDATE users SET is_active = false FROM gone WHERE users.id = gone.id AND users.is_active",
)


def person(number: int) -> Person:
    """Return somebody whose name some others share."""
    size = len(_SYLLABLES)
    first = _SYLLABLES[number % size] + _SYLLABLES[number // size % size]
    last = "".join(_SYLLABLES[number // size**power % size] for power in (2, 3, 4))
    return Person(number, first, last, unit=f"กอง{number % 60}")


def main(sizes: tuple[int, int] = (_ACCOUNTS, _LEAVERS)) -> None:
    """Print the seconds of each step, and of the statement by hand, beside each other."""
    accounts, leavers = sizes
    with cluster(bin_dirs()[0]) as server:
        _fill(server, accounts)
        print(f"{accounts} accounts, {leavers} leavers; seconds")
        hands = min(_by_hand(server, accounts, leavers) for _ in range(_ROUNDS))
        print(f"  {'by hand: COPY and UPDATE ... FROM':<44}{hands:8.2f}")
        argv = [sys.executable, "-m", __name__, _url(server), str(accounts), str(leavers), str(hands)]
        subprocess.run(argv, check=True)


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
        connection.execute(
            "INSERT INTO sessions (user_id, last_seen) SELECT id, '2026-09-01' FROM users WHERE id % 4 = 0"
        )
    server.sql("saraban", *_INDEXES)


def _gone(accounts: int, leavers: int) -> Iterator[int]:
    return iter(range(2, accounts, accounts // leavers)[:leavers])


def _by_hand(server: Server, accounts: int, leavers: int) -> float:
    """Return the seconds of the statement, whose work is then taken back."""
    with _connection(server) as connection:
        started = time.perf_counter()
        connection.execute(_BY_HAND[0])
        with connection.cursor().copy("COPY gone FROM STDIN") as rows:
            for number in _gone(accounts, leavers):
                rows.write_row((number,))
        assert connection.execute(_BY_HAND[1]).rowcount == leavers
        connection.commit()
        taken = time.perf_counter() - started
    server.sql("saraban", "UPDATE users SET is_active = true WHERE NOT is_active", "VACUUM ANALYZE users")
    return taken


@contextmanager
def _timed(name: str, taken: dict[str, float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    taken[name] = time.perf_counter() - started
    print(f"  {name:<44}{taken[name]:8.2f}", flush=True)


def _carry_out(url: str, accounts: int, leavers: int, hands: float) -> None:
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        keys = {name: office.ssh_key(Path(folder), name) for name in ("officer1", "officer2")}
        database = Database("saraban/saraban", url, Path(folder))
        brake = Brake(accounts, 100)
        application = Application("saraban", profile.load("flag"), database, brake=brake)
        work = office.open_office(Path(folder), application, keys=keys)
        listed = office.judged(*(leaver(person(number)) for number in _gone(accounts, leavers)))
        with _timed("match: the list against every account", taken):
            kept = sheet(listed, SPELLING)
            surveys = surveyed(work.desk, kept, SPELLING)
        with _timed("plan", taken):
            made, _ = plan.make(work.desk, kept, surveys)
        assert len(made.items) == leavers
        with _timed("approve", taken):
            work.approve(made)
        del listed, kept, surveys
        with _timed("apply and verify", taken):
            (result,) = applying.apply(work.desk, made)
        assert result.outcome == "applied", result.because
        assert all(item["verified"] == "row_read_back" for item in result.items)
    print(f"  {'all':<44}{sum(taken.values()):8.2f}")
    print(f"  apply and verify beside the statement by hand: {taken['apply and verify'] / hands:.1f} times")
    print(f"  memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most")


if __name__ == "__main__":
    if len(sys.argv) == _CHILD:
        _carry_out(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    else:
        main((int(sys.argv[1]), int(sys.argv[2])))
